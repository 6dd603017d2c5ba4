"""Depreciation of fixed assets: straight line, declining balance, sum of the years' digits, units of production."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Amortismanlar"
MONTHS = ("ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım")
ASSETS = (
    "makine",
    "kamyonet",
    "fırın",
    "torna tezgâhı",
    "baskı makinesi",
    "forklift",
    "sunucu",
    "jeneratör",
    "soğutucu",
    "traktör",
)


def _straight(draw: Random) -> Problem:
    """(cost, salvage, years): (cost − salvage) / years."""
    n, part = draw.choice((4, 5, 6, 8, 10, 15)), pick(draw, 1000, 20000, 500)
    salvage = pick(draw, 1000, 20000, 1000)
    cost = n * part + salvage
    what = draw.choice(ASSETS)
    return problem(
        draw,
        (cost, salvage, n),
        (
            f"Maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve ekonomik ömrü {n} yıl olan {what} normal amortisman"
            " yöntemiyle amorti ediliyor. Yıllık amortisman tutarı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(cost)}'ye bir {what} almıştır. {n} yıl kullanılıp {tl(salvage)}'ye elden"
            " çıkarılacağı düşünülen bu varlığın eşit tutarlı yıllık amortismanı kaç TL'dir?",
            f"{n} yıl ömürlü, {tl(cost)} maliyetli bir varlığın kalıntı değeri {tl(salvage)}'dir. Doğrusal yönteme"
            " göre bir yıllık amortisman kaç TL'dir?",
        ),
        (
            f"Amortismana tabi tutar: {show(cost)} - {show(salvage)} = {show(cost - salvage)}\nYıllık amortisman:"
            f" {show(cost - salvage)} / {n} = {show(part)}",
            f"Yıllık amortisman = (maliyet - hurda değeri) / ömür\n({show(cost)} - {show(salvage)}) / {n} ="
            f" {show(part)}",
        ),
        part,
    )


def _straight_book(draw: Random) -> Problem:
    """(cost, years, year): the net book value after so many years, with no salvage value."""
    n, part = draw.choice((4, 5, 8, 10, 20)), pick(draw, 500, 12000, 500)
    k, cost, what = pick(draw, 2, n - 1), n * part, draw.choice(ASSETS)
    rate = F(100, n)
    return problem(
        draw,
        (cost, n, k),
        (
            f"{tl(cost)}'ye alınan ve {n} yılda normal yöntemle amorti edilen {what} için {k}. yılın sonundaki net"
            " defter değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} maliyeti {tl(cost)}, ömrü {n} yıl olan bir varlığa eşit tutarlı amortisman"
            f" ayırmaktadır. {k} yıl sonra varlığın net değeri kaç TL'dir? (Hurda değeri yoktur.)",
            f"Normal amortisman yönteminde oran {pct(rate)} ise {tl(cost)}'lik bir {what} için {k} yıllık"
            " amortismandan sonra kalan net değer kaç TL'dir?",
        ),
        (
            f"Yıllık amortisman: {show(cost)} / {n} = {show(part)}\nBirikmiş amortisman: {show(part)} × {k} ="
            f" {show(part * k)}\n"
            f"Net değer: {show(cost)} - {show(part * k)} = {show(cost - part * k)}",
            f"Amortisman oranı: 100 / {n} = {plain(rate)}\nYıllık tutar: {show(cost)} × {plain(rate)} / 100 ="
            f" {show(part)}\n"
            f"{n} - {k} = {n - k} yıllık pay kalmıştır.\n{show(part)} × {n - k} = {show(part * (n - k))}",
        ),
        cost - part * k,
    )


def _declining(draw: Random) -> Problem:
    """(cost, years, year): depreciation of that year at twice the straight-line rate on the balance."""
    n, k = draw.choice((4, 5, 8, 10)), draw.choice((2, 3))
    cost, what = pick(draw, 10000, 160000, 2000), draw.choice(ASSETS)
    rate = F(200, n)
    lines, left = [], F(cost)
    for year in range(1, k):
        cut = left * rate / 100
        lines.append(
            f"{year}. yıl: {show(left)} × {plain(rate)} / 100 = {show(cut)}\nKalan: {show(left)} - {show(cut)} ="
            f" {show(left - cut)}"
        )
        left -= cut
    value = left * rate / 100
    keep = 1 - rate / 100
    return problem(
        draw,
        (cost, n, k),
        (
            f"Maliyeti {tl(cost)}, faydalı ömrü {n} yıl olan {what} azalan bakiyeler yöntemiyle amorti ediliyor."
            f" Amortisman oranı normal oranın iki katı olduğuna göre {k}. yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} yıl ömürlü {tl(cost)}'lik varlığa azalan bakiyeler yöntemi uygulamaktadır"
            f" (oran, normal oranın iki katıdır). {k}. yıl ayrılan amortisman kaç TL'dir?",
            f"Azalan bakiyelerde oran {pct(rate)} olup her yıl kalan değere uygulanmaktadır. {tl(cost)}'lik {what}"
            f" için {k}. yılın amortisman tutarı kaç TL'dir?",
        ),
        (
            f"Oran: 100 / {n} × 2 = {plain(rate)}\n"
            + "\n".join(lines)
            + f"\n{k}. yıl: {show(left)} × {plain(rate)} / 100 {is_(value)}",
            f"Her yıl değerin {plain(keep)} katı kalır, {plain(rate / 100)} katı amortisman olur.\n"
            f"{show(cost)} × {plain(keep)}^{k - 1} = {show(left)}\n{show(left)} × {plain(rate / 100)} {is_(value)}",
        ),
        value,
    )


def _declining_book(draw: Random) -> Problem:
    """(cost, years, year): the balance after two or three years at twice the straight-line rate."""
    n, k = draw.choice((4, 5, 8, 10)), draw.choice((2, 3))
    cost, what = pick(draw, 8000, 120000, 2000), draw.choice(ASSETS)
    rate = F(200, n)
    keep = 1 - rate / 100
    value = cost * keep**k
    steps = "\n".join(
        f"{j}. yıl sonu: {show(cost * keep ** (j - 1))} × {plain(keep)} {is_(cost * keep**j, 6)}" for j in range(1, k)
    )
    return problem(
        draw,
        (cost, n, k),
        (
            f"{n} yıl ömürlü ve {tl(cost)} maliyetli {what} azalan bakiyeler yöntemine göre (normal oranın iki"
            f" katıyla) amorti edilirse {k}. yıl sonundaki net defter değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(cost)}'ye aldığı {n} yıl ömürlü varlık için azalan bakiyeler yöntemini"
            f" seçmiştir. Oran normal oranın iki katı olduğuna göre {k} yıl sonra varlığın kalan değeri kaç TL'dir?",
            f"Kalan değer üzerinden her yıl {pct(rate)} amortisman ayrılan {tl(cost)}'lik bir {what} için {k}. yılın"
            " sonundaki değer kaç TL'dir?",
        ),
        (
            f"Oran: 100 / {n} × 2 = {plain(rate)}\nKalan pay: 1 - {plain(rate / 100)} = {plain(keep)}\n{steps}\n"
            f"{k}. yıl sonu: {show(cost * keep ** (k - 1))} × {plain(keep)} {is_(value)}",
            f"Net değer = maliyet × (1 - oran)^{k}\n(1 - {plain(rate / 100)})^{k} = {plain(keep**k)}\n{show(cost)} ×"
            f" {plain(keep**k)} {is_(value)}",
        ),
        value,
    )


def _digits(draw: Random) -> Problem:
    """(cost, salvage, years, year): (cost − salvage) × (years − year + 1) / (1 + … + years)."""
    n = draw.choice((3, 4, 5, 6, 8, 9))
    total, k = n * (n + 1) // 2, pick(draw, 1, n)
    part, salvage = pick(draw, 100, 3000, 50), pick(draw, 1000, 10000, 1000)
    cost, weight, what = total * part + salvage, n - k + 1, draw.choice(ASSETS)
    return problem(
        draw,
        (cost, salvage, n, k),
        (
            f"Maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve ömrü {n} yıl olan {what}, yıl sayıları toplamı"
            f" yöntemiyle amorti ediliyor. {k}. yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(cost)}'ye aldığı ve {n} yıl sonra {tl(salvage)}'ye satmayı beklediği varlık"
            f" için yılların toplamı yöntemini kullanıyor. {k}. yıl ayrılacak amortisman kaç TL'dir?",
            f"Yıl sayıları toplamı yöntemine göre, {n} yıl ömürlü {tl(cost)} maliyetli ve {tl(salvage)} kalıntı"
            f" değerli bir varlığın {k}. yıl amortismanı kaç TL'dir?",
        ),
        (
            f"Yıl sayıları toplamı: {n} × {n + 1} / 2 = {total}\nAmortismana tabi tutar: {show(cost)} -"
            f" {show(salvage)} = {show(cost - salvage)}\n{k}. yılın payı: {n} - {k} + 1 = {weight}\nAmortisman:"
            f" {show(cost - salvage)} × {weight} / {total} = {show(part * weight)}",
            f"Paylar {n}, {n - 1}, … diye azalır; toplamı {' + '.join(str(j) for j in range(1, n + 1))} = {total}\n"
            f"Bir pay: ({show(cost)} - {show(salvage)}) / {total} = {show(part)}\n{k}. yıla {weight} pay düşer:"
            f" {show(part)} × {weight} = {show(part * weight)}",
        ),
        part * weight,
    )


def _units(draw: Random) -> Problem:
    """(cost, salvage, capacity, produced): (cost − salvage) × produced / capacity."""
    capacity, each = draw.choice((20000, 40000, 50000, 80000, 100000)), F(pick(draw, 1, 16), 4)
    salvage, made = pick(draw, 2000, 20000, 1000), pick(draw, 1000, 15000, 500)
    cost, what = (
        capacity * each + salvage,
        draw.choice(("makine", "baskı makinesi", "pres", "dolum makinesi", "dokuma tezgâhı")),
    )
    return problem(
        draw,
        (cost, salvage, capacity, made),
        (
            f"{tl(cost)}'ye alınan bir {what} toplam {show(capacity)} birim üretecek, sonunda {tl(salvage)}'ye"
            f" satılacaktır. Üretim miktarı yöntemine göre {show(made)} birim üretilen yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve üretim kapasitesi"
            f" {show(capacity)} birim olan {what} için üretim birimlerine göre amortisman ayırıyor. {show(made)}"
            " birimlik üretimin amortismanı kaç TL'dir?",
            f"Ömrü boyunca {show(capacity)} parça işlemesi beklenen bir {what} {tl(cost)}'ye mal olmuştur. Kalıntı"
            f" değeri {tl(salvage)} ise {show(made)} parça işlenen yıl için amortisman tutarı kaç TL'dir?",
        ),
        (
            f"Amortismana tabi tutar: {show(cost)} - {show(salvage)} = {show(cost - salvage)}\nBirim başına:"
            f" {show(cost - salvage)} / {show(capacity)} = {show(each)}\nYılın amortismanı: {show(each)} ×"
            f" {show(made)} = {show(each * made)}",
            f"Yılın üretim payı: {show(made)} / {show(capacity)} = {plain(F(made, capacity))}\n({show(cost)} -"
            f" {show(salvage)}) × {plain(F(made, capacity))} = {show(each * made)}",
        ),
        each * made,
    )


def _months(draw: Random) -> Problem:
    """(cost, years, month bought): pro-rata depreciation of a car in its first year."""
    month = pick(draw, 2, 11)
    name = MONTHS[month - 1]
    left = 12 - month + 1
    n, cost = draw.choice((4, 5, 8, 10)), pick(draw, 48000, 960000, 12000)
    year = F(cost, n)
    return problem(
        draw,
        (cost, n, month),
        (
            f"{name.capitalize()} ayında {tl(cost)}'ye alınan ve {n} yılda normal yöntemle amorti edilecek binek"
            " otomobil için ilk yıl kıst amortisman ayrılacaktır. Alındığı ay tam sayıldığına göre ilk yılın"
            " amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {name} ayında işletmeye {tl(cost)}'lik bir otomobil katmıştır. Faydalı ömrü {n}"
            " yıl olan aracın o yıla düşen kıst amortismanı kaç TL'dir? (Alış ayı da hesaba katılır.)",
            f"Faydalı ömrü {n} yıl, maliyeti {tl(cost)} olan bir binek araç {name} ayında satın alınmıştır. Ay kesri"
            " tam ay sayılırsa ilk yıl ayrılacak kıst amortisman kaç TL'dir?",
        ),
        (
            f"Yıllık amortisman: {show(cost)} / {n} = {show(year)}\nKullanılan ay: 12 - {month} + 1 = {left}\n"
            f"Kıst amortisman: {show(year)} × {left} / 12 = {show(year * left / 12)}",
            f"Bir yılın payı {show(cost)} / {n} = {show(year)} TL'dir.\nBir ayın payı {show(year)} / 12 ="
            f" {show(year / 12)} TL'dir.\n"
            f"Yıl sonuna kadar {left} ay vardır: {show(year / 12)} × {left} = {show(year * left / 12)}",
        ),
        year * left / 12,
    )


FAMILIES = (
    Family("depreciation-straight", UNIT, _straight),
    Family("depreciation-straight-book-value", UNIT, _straight_book),
    Family("depreciation-declining", UNIT, _declining),
    Family("depreciation-declining-book-value", UNIT, _declining_book),
    Family("depreciation-years-digits", UNIT, _digits),
    Family("depreciation-units", UNIT, _units),
    Family("depreciation-months", UNIT, _months),
)
