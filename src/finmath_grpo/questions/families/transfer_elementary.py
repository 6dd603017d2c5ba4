"""Elementary families of new ideas, for testing only: what `data/raw/smoke-transfer.jsonl` is drawn from.

As small in their numbers as the families of `smoke`, and solved in ways that none of these is.
"""

from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.transfer_writing import worked
from finmath_grpo.questions.families.writing import pick, show, tl


def _proportion(draw: Random) -> Problem:
    """(kilograms, their price, other kilograms)."""
    a, b, unit = *draw.sample(range(2, 13), 2), pick(draw, 20, 120, 5)
    price = a * unit
    return worked(
        draw,
        (a, price, b),
        (
            f"{a} kg elma {tl(price)} ise {b} kg elma kaç TL'dir?",
            f"Bir manav {a} kg üzümü {tl(price)}'ye satıyor. Aynı üzümün {b} kilogramı için kaç TL ödenir?",
            f"{a} metre kumaş {tl(price)} tutuyor. Aynı kumaşın {b} metresinin fiyatı ne kadardır?",
        ),
        f"Birim fiyat: {show(price)} / {a} = {show(unit)}\nTutar: {show(unit)} × {b} = {show(unit * b)}",
        unit * b,
    )


def _exchange(draw: Random) -> Problem:
    """(lira, rate): units of a currency."""
    units, rate = pick(draw, 10, 200, 5), draw.choice((40, 42, 44, 45, 46, 48, 50))
    return worked(
        draw,
        (units * rate, rate),
        (
            f"Bir dolar {tl(rate)} iken {tl(units * rate)} ile kaç dolar alınır?",
            f"Kur {tl(rate)} olduğuna göre {tl(units * rate)} bozduran bir turist kaç avro alır?",
            f"Döviz bürosunda bir avro {tl(rate)}'dir. {tl(units * rate)} karşılığında alınacak avro tutarını bulunuz.",
        ),
        f"{show(units * rate)} / {rate} = {units}",
        units,
        "",
    )


def _months_to_save(draw: Random) -> Problem:
    """(goal, already saved, monthly saving): months."""
    monthly, months, saved = pick(draw, 100, 1000, 50), pick(draw, 3, 12), pick(draw, 200, 2000, 200)
    goal = saved + monthly * months
    return worked(
        draw,
        (goal, saved, monthly),
        (
            f"{tl(saved)} birikimi olan bir öğrenci {tl(goal)}'lik bir bilgisayar için ayda {tl(monthly)} ayırıyor."
            " Kaç ay sonra bilgisayarı alabilir?",
            f"Hedefi {tl(goal)}, cebindeki para {tl(saved)} olan kişi her ay {tl(monthly)} biriktirirse hedefine kaç"
            " ayda ulaşır?",
            f"Kumbarasında {tl(saved)} bulunan Zeynep her ay {tl(monthly)} ekliyor. Kumbarada {tl(goal)} olması için"
            " geçmesi gereken ay sayısını bulunuz.",
        ),
        f"Eksik: {show(goal)} - {show(saved)} = {show(goal - saved)}\n"
        f"Süre: {show(goal - saved)} / {show(monthly)} = {months}",
        months,
        "ay",
    )


def _break_even(draw: Random) -> Problem:
    """(fixed cost, price, unit cost): units sold without profit or loss."""
    margin, units, cost = pick(draw, 5, 50, 5), pick(draw, 10, 60, 5), pick(draw, 10, 90, 10)
    return worked(
        draw,
        (margin * units, cost + margin, cost),
        (
            f"Bir pazarcının günlük tezgâh kirası {tl(margin * units)}'dir. Tanesi {tl(cost)}'ye mal olan ürünü"
            f" {tl(cost + margin)}'ye satıyor. Kirayı çıkarmak için kaç adet satmalıdır?",
            f"{tl(cost)}'ye alınıp {tl(cost + margin)}'ye satılan defterlerden kaç tane satılırsa {tl(margin * units)}"
            " tutarındaki gider karşılanır?",
            f"Sabit gideri {tl(margin * units)}, birim maliyeti {tl(cost)}, satış fiyatı {tl(cost + margin)} olan bir"
            " büfenin başabaş satış sayısını bulunuz.",
        ),
        f"Bir üründen kalan: {show(cost + margin)} - {show(cost)} = {show(margin)}\n"
        f"Sayı: {show(margin * units)} / {show(margin)} = {units}",
        units,
        "",
    )


def _wage(draw: Random) -> Problem:
    """(hours, wage per hour, bonus): pay."""
    hours, wage, bonus = pick(draw, 4, 40, 2), pick(draw, 50, 200, 10), pick(draw, 100, 900, 50)
    return worked(
        draw,
        (hours, wage, bonus),
        (
            f"Saati {tl(wage)}'den {hours} saat çalışan bir garson ayrıca {tl(bonus)} prim alıyor. Toplam kazancı kaç"
            " TL'dir?",
            f"Saat ücreti {tl(wage)} olan bir işçi {hours} saat çalışmış, {tl(bonus)} de yol parası almıştır. Eline"
            " geçen para ne kadardır?",
            f"Bir kurye {hours} saatlik iş için saat başına {tl(wage)} ve buna ek {tl(bonus)} ödül alırsa kaç TL"
            " kazanır?",
        ),
        f"Ücret: {hours} × {show(wage)} = {show(hours * wage)}\n"
        f"Toplam: {show(hours * wage)} + {show(bonus)} = {show(hours * wage + bonus)}",
        hours * wage + bonus,
    )


def _shared_gain(draw: Random) -> Problem:
    """(income, expense, partners): the part of one."""
    partners, part, expense = draw.choice((2, 3, 4, 5)), pick(draw, 100, 900, 50), pick(draw, 200, 2000, 100)
    income = partners * part + expense
    return worked(
        draw,
        (income, expense, partners),
        (
            f"{partners} ortak {tl(income)} gelir elde etmiş, {tl(expense)} gider yapmıştır. Kârı eşit paylaşan"
            " ortaklardan her birine kaç TL düşer?",
            f"Bir kermeste {tl(income)} toplanıyor, {tl(expense)} masraf çıkıyor. Kalan para {partners} sınıfa eşit"
            " dağıtılırsa bir sınıf ne kadar alır?",
            f"Geliri {tl(income)}, gideri {tl(expense)} olan bir tezgâhın kazancı {partners} kardeşe eşit bölünüyor."
            " Bir kardeşin payını bulunuz.",
        ),
        f"Kalan: {show(income)} - {show(expense)} = {show(income - expense)}\n"
        f"Pay: {show(income - expense)} / {partners} = {show(part)}",
        part,
    )


def _average(draw: Random) -> Problem:
    """(three amounts): their mean."""
    mean = pick(draw, 400, 3000, 100)
    low, high = pick(draw, 50, 300, 50), pick(draw, 50, 300, 50)
    amounts = [mean - low, mean + high, mean + low - high]
    draw.shuffle(amounts)
    a, b, c = amounts
    return worked(
        draw,
        (a, b, c),
        (
            f"Bir ailenin üç aylık elektrik faturaları {tl(a)}, {tl(b)} ve {tl(c)}'dir. Aylık ortalama fatura kaç"
            " TL'dir?",
            f"Üç gün üst üste {tl(a)}, {tl(b)} ve {tl(c)} ciro yapan bir bakkalın günlük ortalama cirosu ne kadardır?",
            f"Bir hisse senedi üç ayrı günde {tl(a)}, {tl(b)} ve {tl(c)}'den eşit sayıda alınmıştır. Ortalama alış"
            " fiyatını bulunuz.",
        ),
        f"Toplam: {show(a)} + {show(b)} + {show(c)} = {show(a + b + c)}\n"
        f"Ortalama: {show(a + b + c)} / 3 = {show(mean)}",
        mean,
    )


FAMILIES: tuple[Family, ...] = (
    Family("proportional-price", "Oran ve orantı", _proportion),
    Family("currency-exchange", "Döviz", _exchange),
    Family("months-to-save", "Birikim", _months_to_save),
    Family("break-even-units", "Maliyet ve kâr", _break_even),
    Family("hourly-wage", "Ücret", _wage),
    Family("shared-gain", "Ortaklık", _shared_gain),
    Family("average-amount", "Ortalama", _average),
)
