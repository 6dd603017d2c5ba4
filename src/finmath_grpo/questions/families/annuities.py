"""Annuities with an end: payments at the end or the start of a period, deferred ones, payments towards a goal.

The course calls them normal (at the end), peşin (at the start) and geciktirilmiş (deferred) anüite.
"""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    WHO,
    capital,
    equals,
    given,
    half_up,
    is_,
    near,
    near_all,
    pct,
    pick,
    places_of,
    plain,
    power,
    problem,
    raised,
    show,
    table,
    tl,
)

UNIT = "Anüiteler"
TABLE_RATES = (5, 8, 10, 16, 20, 25)
"""Rates that divide a decimal number with an end."""
_RATE = {"ay": "aylık", "yıl": "yıllık"}


def _drawn(draw: Random) -> tuple[str, int, F, int]:
    """A period, a payment, a rate per period and a count of payments."""
    if draw.random() < 0.55:
        return "ay", pick(draw, 1000, 25000, 250), F(pick(draw, 105, 400), 100), pick(draw, 6, 36)
    return "yıl", pick(draw, 24000, 300000, 500), F(pick(draw, 16, 80), 2), pick(draw, 5, 15)


def _future(draw: Random) -> Problem:
    """(payment, rate, count): payment × ((1 + i)^count − 1) / i."""
    unit, a, r, n = _drawn(draw)
    i, f, rate = r / 100, (1 + r / 100) ** n, f"{_RATE[unit]} {pct(r)}"
    value = a * (f - 1) / i
    shown = near(f, lambda factor: half_up(a * (factor - 1) / i, 2))
    sum_ = near((f - 1) / i, lambda factor: half_up(a * factor, 2))
    longer = near(f, lambda factor: half_up((factor - 1) / i, places_of(sum_)))
    return problem(
        draw,
        (a, r, n),
        (
            f"{n} {unit} boyunca her {unit}ın sonunda {tl(a)} yatırılan bir hesapta, {rate} bileşik faiz oranıyla {n}."
            f" {unit}ın sonunda biriken tutar kaç TL'dir?",
            f"{draw.choice(WHO)} {n} {unit} boyunca her {unit}ın sonunda {tl(a)} biriktiriyor. Bileşik faiz oranı"
            f" {rate} olduğuna göre bu normal anüitenin gelecek değeri kaç TL'dir?",
            f"Dönem sonu ödemeli {n} taksitten oluşan bir normal anüitede taksit tutarı {tl(a)}, dönem faiz oranı"
            f" {pct(r, 'dir')}. Bu anüitenin son taksidin ödendiği andaki değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} {unit} süreyle her {unit}ın sonunda bir fona {tl(a)} aktarmaktadır. Fonun"
            f" getirisi {rate} bileşik faiz olduğuna göre son ödemeyle birlikte fonda biriken tutarı hesaplayınız.",
            f"Normal anüite biçiminde, {unit} sonlarında yapılan {n} adet {tl(a)}'lik ödemenin {rate} bileşik faizle"
            f" {n}. {unit}ın sonundaki baliği ne kadardır?",
        ),
        (
            f"S = a × ((1 + i)ⁿ - 1) / i\n{raised(1 + i, n)} {equals(f, shown)}\nS = {show(a)} ×"
            f" ({format_turkish(shown)} - 1) / {plain(i)} {is_(a * (F(shown) - 1) / i)}",
            f"{raised(1 + i, n)} {equals(f, longer)}\nBirikim katsayısı: ({format_turkish(longer)} - 1) / {plain(i)}"
            f" {equals((F(longer) - 1) / i, sum_)}\nBiriken tutar: {show(a)} × {format_turkish(sum_)}"
            f" {is_(a * F(sum_))}",
        ),
        value,
    )


def _present(draw: Random) -> Problem:
    """(payment, rate, count): payment × (1 − (1 + i)^−count) / i."""
    unit, a, r, n = _drawn(draw)
    i, v, rate = r / 100, (1 + r / 100) ** -n, f"{_RATE[unit]} {pct(r)}"
    value = a * (1 - v) / i
    shown = near(v, lambda factor: half_up(a * (1 - factor) / i, 2))
    sum_ = near((1 - v) / i, lambda factor: half_up(a * factor, 2))
    longer = near(v, lambda factor: half_up((1 - factor) / i, places_of(sum_)))
    return problem(
        draw,
        (a, r, n),
        (
            f"{n} {unit} boyunca her {unit}ın sonunda {tl(a)} ödenecek bir borcun, {rate} bileşik faiz oranıyla peşin"
            " değeri kaç TL'dir?",
            f"{draw.choice(WHO)} {n} {unit} süreyle her {unit}ın sonunda hesabından {tl(a)} çekmek istiyor. Bileşik"
            f" faiz oranı {rate} olduğuna göre hesaba bugün yatırılması gereken tutar kaç TL'dir?",
            f"Taksit tutarı {tl(a)}, taksit sayısı {n} ve dönem faiz oranı {pct(r)} olan dönem sonu ödemeli (normal)"
            " anüitenin bugünkü değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} satın aldığı bir makinenin bedelini {n} {unit} boyunca her {unit}ın sonunda {tl(a)}"
            f" taksitle ödeyecektir. {capital(rate)} bileşik faize göre makinenin peşin fiyatını bulunuz.",
            f"Her {unit}ın sonunda {tl(a)} ödemeli, {n} taksitlik bir normal anüitenin {rate} bileşik faiz oranıyla"
            " bugünkü değeri yaklaşık ne kadardır?",
        ),
        (
            f"P = a × (1 - (1 + i)⁻ⁿ) / i\n{raised(1 + i, -n)} {equals(v, shown)}\nP = {show(a)} × (1 -"
            f" {format_turkish(shown)}) / {plain(i)} {is_(a * (1 - F(shown)) / i)}",
            f"{raised(1 + i, -n)} {equals(v, longer)}\nPeşin değer katsayısı: (1 - {format_turkish(longer)}) /"
            f" {plain(i)} {equals((1 - F(longer)) / i, sum_)}\nPeşin değer: {show(a)} × {format_turkish(sum_)}"
            f" {is_(a * F(sum_))}",
        ),
        value,
    )


def _future_due(draw: Random) -> Problem:
    """(payment, rate, count): the future value of payments at the start of each period."""
    unit, a, r, n = _drawn(draw)
    i, f, rate = r / 100, (1 + r / 100) ** n, f"{_RATE[unit]} {pct(r)}"
    value = a * (1 + i) * (f - 1) / i
    shown = near(f, lambda factor: half_up(a * (1 + i) * (factor - 1) / i, 2))
    sum_ = near((f - 1) / i, lambda factor: half_up(a * (1 + i) * factor, 2))
    longer = near(f, lambda factor: half_up((factor - 1) / i, places_of(sum_)))
    return problem(
        draw,
        (a, r, n),
        (
            f"{n} {unit} boyunca her {unit}ın başında {tl(a)} yatırılan ve {rate} bileşik faiz işleyen bir hesapta {n}."
            f" {unit}ın sonunda biriken tutar kaç TL'dir?",
            f"Taksitleri dönem başında ödenen {n} taksitlik bir peşin anüitede taksit tutarı {tl(a)}, dönem faiz oranı"
            f" {pct(r, 'dir')}. Anüitenin {n}. dönemin sonundaki değeri kaç TL'dir?",
            f"{draw.choice(WHO)} çocuğu için {n} {unit} boyunca her {unit}ın başında bankaya {tl(a)} yatırmaktadır."
            f" Bileşik faiz oranı {rate} olduğuna göre {n}. {unit}ın sonundaki birikim kaç TL'dir?",
            f"{draw.choice(FIRMS)}, ilki bugün olmak üzere {n} {unit} boyunca her {unit}ın başında bir fona {tl(a)}"
            f" koyacaktır. Fon {rate} bileşik faiz kazandırdığına göre {n}. {unit}ın sonunda fonda biriken tutarı"
            " hesaplayınız.",
            f"Peşin anüite biçiminde her {unit}ın başında yapılan {n} adet {tl(a)}'lik ödemenin, {rate} bileşik faizle"
            f" {n}. {unit}ın sonundaki baliği ne kadar olur?",
        ),
        (
            f"S = a × (1 + i) × ((1 + i)ⁿ - 1) / i\n{raised(1 + i, n)} {equals(f, shown)}\nS = {show(a)} ×"
            f" {plain(1 + i)} × ({format_turkish(shown)} - 1) / {plain(i)} {is_(a * (1 + i) * (F(shown) - 1) / i)}",
            f"{raised(1 + i, n)} {equals(f, longer)}\nNormal anüite katsayısı: ({format_turkish(longer)} - 1) /"
            f" {plain(i)} {equals((F(longer) - 1) / i, sum_)}\nÖdemeler dönem başında olduğundan bir dönem daha faiz"
            f" işler:\n{show(a)} × {format_turkish(sum_)} × {plain(1 + i)} {is_(a * F(sum_) * (1 + i))}",
        ),
        value,
    )


def _present_due(draw: Random) -> Problem:
    """(payment, rate, count): the present value of payments at the start of each year, with the given power."""
    a, r, n = pick(draw, 60000, 480000, 500), draw.choice(TABLE_RATES), pick(draw, 4, 10)
    i, v = F(r, 100), power(r, -(n - 1))
    factor = (1 - v) / i
    value = a * (1 + factor)
    note = given(r, 1 - n)
    return problem(
        draw,
        (a, r, n),
        (
            f"İlki bugün olmak üzere her yılın başında {tl(a)} ödenen {n} taksitli bir borcun, yıllık {pct(r)} bileşik"
            f" faiz oranıyla peşin değeri kaç TL'dir? {note}",
            f"{draw.choice(FIRMS)} bir depoyu {n} yıllığına kiralamış, her yılın kirası olan {tl(a)}'yi o yılın başında"
            f" ödemeyi kabul etmiştir. Yıllık bileşik faiz oranı {pct(r)} olduğuna göre kira sözleşmesinin bugünkü"
            f" değeri kaç TL'dir? {note}",
            f"Dönem başı ödemeli {n} taksitlik bir peşin anüitede taksit tutarı {tl(a)}, dönem faiz oranı"
            f" {pct(r, 'dir')}. İlk taksidin ödendiği andaki değer kaç TL'dir? {note}",
            f"{draw.choice(WHO)} {n} yıl boyunca her yılın başında hesabından {tl(a)} çekecektir; ilk çekiş bugündür."
            f" Yıllık bileşik faiz oranı {pct(r)} ise bugün hesapta bulunması gereken tutarı hesaplayınız. {note}",
            f"Her biri {tl(a)} olan {n} yıllık bir peşin anüitenin, yıllık {pct(r)} faiz oranıyla bugünkü değeri ne"
            f" kadardır? {note}",
        ),
        (
            f"İlk taksit bugün ödenir; kalan {n - 1} taksit normal anüitedir.\n(1 - {table(v)}) / {plain(i)} ="
            f" {plain(factor)}\nKalan taksitler: {show(a)} × {plain(factor)} = {show(a * factor)}\n"
            f"Toplam: {show(a)} + {show(a * factor)} {is_(value)}",
            f"Katsayı: 1 + (1 - {table(v)}) / {plain(i)} = {plain(1 + factor)}\nP = {show(a)} × {plain(1 + factor)}"
            f" {is_(value)}",
        ),
        value,
    )


def _deferred(draw: Random) -> Problem:
    """(payment, rate, count, periods without payment): present value of an annuity that starts later."""
    unit, a, r, n = _drawn(draw)
    k = pick(draw, 3, 12) if unit == "ay" else pick(draw, 2, 5)
    i, rate = r / 100, f"{_RATE[unit]} {pct(r)}"
    v, w = (1 + i) ** -n, (1 + i) ** -k
    value = a * (1 - v) / i * w
    one, two = near_all((v, w), lambda x, y: half_up(a * (1 - x) / i * y, 2))
    sum_, late = near_all(((1 - v) / i, w), lambda x, y: half_up(a * x * y, 2))
    longer = near(v, lambda x: half_up((1 - x) / i, places_of(sum_)))

    return problem(
        draw,
        (a, r, n, k),
        (
            f"İlk {k} {unit}ı ödemesiz olan, sonraki {n} {unit} boyunca her {unit}ın sonunda {tl(a)} ödenecek bir"
            f" kredinin {rate} bileşik faiz oranıyla bugünkü değeri kaç TL'dir?",
            f"{k} {unit} geciktirilmiş normal anüitede her biri {tl(a)} olan {n} taksidin ilki {k + 1}. {unit}ın"
            f" sonunda ödenecektir. {capital(rate)} bileşik faiz oranıyla anüitenin peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} bugünden {k} {unit} geçtikten sonra, {n} {unit} boyunca {unit} sonlarında {tl(a)}"
            f" kira alacaktır. İlk kira {k + 1}. {unit}ın sonunda alınacağına göre, {rate} bileşik faizle bu gelirin"
            " bugünkü değeri kaç TL'dir?",
            f"{draw.choice(WHO)} bir borcunu, ilki {k + 1}. {unit}ın sonunda olmak üzere {unit} sonlarında {tl(a)}'lik"
            f" {n} eşit taksitle ödeyecektir. {capital(rate)} bileşik faiz oranına göre borcun bugünkü tutarını"
            " bulunuz.",
            f"Taksit tutarı {tl(a)}, taksit sayısı {n}, dönem faiz oranı {pct(r)} olan dönem sonu ödemeli bir anüite"
            f" {k} dönem geciktirilmiştir; ilk taksit {k + 1}. dönemin sonundadır. Anüitenin peşin değeri ne kadardır?",
        ),
        (
            f"P = a × (1 - (1 + i)⁻ⁿ) / i × (1 + i)⁻ᵏ\n{raised(1 + i, -n)} {equals(v, one)}\n{raised(1 + i, -k)}"
            f" {equals(w, two)}\nP = {show(a)} × (1 - {format_turkish(one)}) / {plain(i)} × {format_turkish(two)}"
            f" {is_(a * (1 - F(one)) / i * F(two))}",
            f"Önce gecikmesiz değerin katsayısı bulunur.\n{raised(1 + i, -n)} {equals(v, longer)}\n(1 -"
            f" {format_turkish(longer)}) / {plain(i)} {equals((1 - F(longer)) / i, sum_)}\n{k} dönem geri çekilir:"
            f" {raised(1 + i, -k)} {equals(w, late)}\nP = {show(a)} × {format_turkish(sum_)} × {format_turkish(late)}"
            f" {is_(a * F(sum_) * F(late))}",
        ),
        value,
    )


def _three_deposits(draw: Random) -> Problem:
    """(deposit, rate): three deposits at year ends, balance at the third, with no table."""
    a, r = pick(draw, 12000, 180000, 500), F(pick(draw, 20, 100), 2)
    f = 1 + r / 100
    one = a * f
    two = one + a
    three = two * f
    return problem(
        draw,
        (a, r),
        (
            f"Üç yıl boyunca her yılın sonunda bankaya {tl(a)} yatırılıyor. Yıllık bileşik faiz oranı {pct(r)} olduğuna"
            " göre üçüncü tutar yatırıldığı anda hesapta biriken para kaç TL'dir?",
            f"{draw.choice(WHO)} birinci, ikinci ve üçüncü yılların sonunda bankaya {tl(a)} yatırıyor. Bileşik faiz"
            f" oranı yıllık {pct(r)} ise 3. yılın sonundaki birikim kaç TL'dir?",
            f"Yıl sonlarında ödenen {tl(a)}'lik üç eşit taksitten oluşan ve yıllık {pct(r)} bileşik faiz işleyen normal"
            " anüitenin 3. yılın sonundaki değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} üç yıl boyunca her yılın sonunda bir fona {tl(a)} ayırmıştır. Fonun yıllık bileşik"
            f" faiz oranı {pct(r)} olduğuna göre son ödemeyle birlikte biriken tutarı hesaplayınız.",
        ),
        (
            f"2. yıl sonu: {show(a)} × {plain(f)} + {show(a)} = {show(two)}\n3. yıl sonu: {show(two)} × {plain(f)} ="
            f" {show(three)}\nSon ödemeyle: {show(three)} + {show(a)} {is_(three + a)}",
            f"İlk ödeme 2 yıl, ikinci ödeme 1 yıl faiz getirir.\n{raised(f, 2)} = {plain(f**2)}\nİlk ödeme:"
            f" {show(a)} × {plain(f**2)} = {show(a * f**2)}\nİkinci ödeme: {show(a)} × {plain(f)} = {show(one)}\n"
            f"Toplam: {show(a * f**2)} + {show(one)} + {show(a)} {is_(three + a)}",
        ),
        three + a,
    )


def _payment_for_goal(draw: Random) -> Problem:
    """(goal, rate, count): goal × i / ((1 + i)^count − 1)."""
    unit, _, r, n = _drawn(draw)
    s = pick(draw, 100000, 3000000, 10000)
    i, f, rate = r / 100, (1 + r / 100) ** n, f"{_RATE[unit]} {pct(r)}"
    value = s * i / (f - 1)
    shown = near(f, lambda factor: half_up(s * i / (factor - 1), 2))
    text = format_turkish(shown)
    end = is_(s * i / (F(shown) - 1))
    return problem(
        draw,
        (s, r, n),
        (
            f"{capital(rate)} bileşik faiz veren bir hesapta {n} {unit} sonra {tl(s)} biriktirmek için {n} {unit}"
            f" boyunca her {unit}ın sonunda yatırılması gereken eşit tutar kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {n} {unit} sonra alacağı {tl(s)}'lik makine için her {unit}ın sonunda bir fona eşit"
            f" tutarda para ayıracaktır. Fonun bileşik faiz oranı {rate} olduğuna göre her {unit} ayrılacak tutar kaç"
            " TL'dir?",
            f"Gelecek değeri {tl(s)} olan {n} taksitli bir normal anüitede dönem faiz oranı {pct(r)} olduğuna göre"
            " taksit tutarı kaç TL'dir?",
            f"{draw.choice(WHO)} {n}. {unit}ın sonunda elinde {tl(s)} olmasını istiyor. {capital(rate)} bileşik"
            f" faiz veren bir hesaba {n} {unit} boyunca her {unit}ın sonunda yatırması gereken tutarı hesaplayınız.",
            f"Her {unit}ın sonunda eşit ödeme yapılan ve {rate} bileşik faiz işleyen bir fonda {n} {unit}da {tl(s)}"
            f" birikmesi için her {unit} yaklaşık ne kadar ödenmelidir?",
        ),
        (
            f"a = S × i / ((1 + i)ⁿ - 1)\n{raised(1 + i, n)} {equals(f, shown)}\na = {show(s)} × {plain(i)} / ({text} -"
            f" 1) {end}",
            f"{raised(1 + i, n)} {equals(f, shown)}\nTaksit a ise birikim a × ({text} - 1) / {plain(i)} olur.\n"
            f"Bu birikim {show(s)} TL'ye eşitlenir.\nTaksit: {show(s)} × {plain(i)} / ({text} - 1) {end}",
        ),
        value,
    )


FAMILIES = (
    Family("annuity-future-value", UNIT, _future),
    Family("annuity-present-value", UNIT, _present),
    Family("annuity-due-future-value", UNIT, _future_due),
    Family("annuity-due-present-value", UNIT, _present_due),
    Family("annuity-deferred", UNIT, _deferred),
    Family("annuity-three-deposits", UNIT, _three_deposits),
    Family("annuity-payment-for-goal", UNIT, _payment_for_goal),
)
