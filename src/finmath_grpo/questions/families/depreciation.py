"""Depreciation of fixed assets: straight line, declining balance, sum of the years' digits, units of production."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.steps import AMOUNT_PLACES, carried, ends_right, near, powered, root, rooted
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Amortismanlar"
MONTHS = ("ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım")
ASSETS = (
    "makine",
    "kamyonet",
    "paketleme hattı",
    "torna tezgâhı",
    "baskı makinesi",
    "forklift",
    "sunucu sistemi",
    "jeneratör",
    "soğuk hava deposu",
    "traktör",
)


def _straight(draw: Random) -> Problem:
    """(cost, salvage, years): (cost − salvage) / years."""
    n, cost = draw.choice((4, 5, 6, 7, 8, 9, 10, 12, 15)), pick(draw, 800000, 2600000, 5000)
    salvage = round(cost * pick(draw, 4, 22) / 500000) * 5000
    value = F(cost - salvage, n)
    what = draw.choice(ASSETS)
    return problem(
        draw,
        (cost, salvage, n),
        (
            f"Maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve ekonomik ömrü {n} yıl olan {what} normal amortisman"
            " yöntemiyle amorti ediliyor. Yıllık amortisman tutarı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(cost)}'ye bir {what} almıştır. {n} yıl kullanılıp {tl(salvage)}'ye elden"
            " çıkarılacağı düşünülen bu varlığın eşit tutarlı yıllık amortismanı ne kadardır?",
            f"{n} yıl ömürlü, {tl(cost)} maliyetli bir varlığın kalıntı değeri {tl(salvage)}'dir. Doğrusal yönteme"
            " göre bir yıllık amortisman kaç TL'dir?",
        ),
        (
            f"Amortismana tabi tutar: {show(cost)} - {show(salvage)} = {show(cost - salvage)}\nYıllık amortisman:"
            f" {show(cost - salvage)} / {n} {is_(value)}",
            f"Yıllık amortisman = (maliyet - hurda değeri) / ömür\n({show(cost)} - {show(salvage)}) / {n} {is_(value)}",
        ),
        value,
    )


def _straight_book(draw: Random) -> Problem:
    """(cost, salvage, years, year): the net book value after so many years."""
    n, cost = draw.choice((5, 6, 7, 8, 9, 10, 12, 15)), pick(draw, 800000, 2600000, 5000)
    salvage = round(cost * pick(draw, 4, 22) / 500000) * 5000
    k, what = pick(draw, 2, n - 1), draw.choice(ASSETS)
    base = cost - salvage
    worn = F(base * k, n)
    part = carried(F(base, n), AMOUNT_PLACES)
    if not ends_right(cost - worn, cost - carried(worn, AMOUNT_PLACES), cost - part * k):
        return _straight_book(draw)
    return problem(
        draw,
        (cost, salvage, n, k),
        (
            f"{tl(cost)}'ye alınan, hurda değeri {tl(salvage)} olan ve {n} yılda normal yöntemle amorti edilen {what}"
            f" için {k}. yılın sonundaki net defter değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} maliyeti {tl(cost)}, ömrü {n} yıl ve hurda değeri {tl(salvage)} olan bir varlığa"
            f" eşit tutarlı amortisman ayırmaktadır. {k} yıl sonra varlığın net defter değerini bulunuz.",
            f"Ömrü {n} yıl, kalıntı değeri {tl(salvage)} olan {tl(cost)}'lik bir {what} normal amortisman yöntemiyle"
            f" {k} yıl amorti edilmiştir. Varlığın kalan net değeri kaç TL'dir?",
        ),
        (
            f"Yıllık amortisman: ({show(cost)} - {show(salvage)}) / {n} {near(F(base, n), AMOUNT_PLACES)}\nNet değer:"
            f" {show(cost)} - {plain(part)} × {k} {is_(cost - part * k)}",
            f"Amortismana tabi tutar {show(cost)} - {show(salvage)} = {show(base)} TL'dir.\nBirikmiş amortisman:"
            f" {show(base)} × {k} / {n} {near(worn, AMOUNT_PLACES)}\n{show(cost)} -"
            f" {plain(carried(worn, AMOUNT_PLACES))} {is_(cost - carried(worn, AMOUNT_PLACES))}",
        ),
        cost - worn,
    )


def _years_of_balance(cost: int, keep: F, years: int) -> tuple[list[str], F]:
    """The balance year by year at a fixed rate, in lines, and the last balance as carried."""
    left, lines = F(cost), []
    for year in range(1, years + 1):
        lines.append(f"{year}. yıl sonu: {plain(left)} × {plain(keep)} {near(left * keep, AMOUNT_PLACES)}")
        left = carried(left * keep, AMOUNT_PLACES)
    return lines, left


def _declining(draw: Random) -> Problem:
    """(cost, years, year): depreciation of that year at twice the straight-line rate on the balance."""
    n = draw.choice((8, 10, 16, 20))
    k, cost, what = pick(draw, 5, min(n - 1, 9)), pick(draw, 800000, 2600000, 5000), draw.choice(ASSETS)
    rate = F(200, n)
    keep = 1 - rate / 100
    value = cost * keep ** (k - 1) * rate / 100
    lines, by_years = _years_of_balance(cost, keep, k - 1)
    left = carried(cost * keep ** (k - 1), AMOUNT_PLACES)
    ends = by_years * rate / 100, left * rate / 100
    if not ends_right(value, *ends):
        return _declining(draw)
    return problem(
        draw,
        (cost, n, k),
        (
            f"Maliyeti {tl(cost)}, faydalı ömrü {n} yıl olan {what} azalan bakiyeler yöntemiyle amorti ediliyor."
            f" Amortisman oranı normal oranın iki katı olduğuna göre {k}. yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} yıl ömürlü {tl(cost)}'lik varlığa azalan bakiyeler yöntemi uygulamaktadır"
            f" (oran, normal oranın iki katıdır). {k}. yıl ayrılacak amortisman tutarını hesaplayınız.",
            f"Azalan bakiyeler yönteminde {pct(rate)} amortisman oranı her yıl kalan değere uygulanmaktadır. Ömrü {n}"
            f" yıl olan {tl(cost)}'lik {what} için {k}. yılın amortisman tutarı kaç TL'dir?",
        ),
        (
            f"Oran: 100 / {n} × 2 = {plain(rate)}\nKalan pay: 1 - {plain(rate / 100)} = {plain(keep)}\n"
            + "\n".join(lines)
            + f"\n{k}. yılın amortismanı: {plain(by_years)} × {plain(rate)} / 100 {is_(ends[0])}",
            f"Her yıl değerin {plain(keep)} katı kalır, {plain(rate / 100)} katı amortisman olur.\n"
            f"{k - 1}. yıl sonundaki değer: {show(cost)} × {powered(keep, k - 1)}"
            f" {near(cost * keep ** (k - 1), AMOUNT_PLACES)}\n{plain(left)} × {plain(rate / 100)} {is_(ends[1])}",
        ),
        value,
    )


def _declining_book(draw: Random) -> Problem:
    """(cost, years, year): the balance after so many years at twice the straight-line rate."""
    n = draw.choice((5, 8, 10, 16, 20))
    k, cost, what = pick(draw, 4, min(n - 1, 10)), pick(draw, 800000, 2600000, 5000), draw.choice(ASSETS)
    rate = F(200, n)
    keep = 1 - rate / 100
    value = cost * keep**k
    lines, before = _years_of_balance(cost, keep, k - 1)
    factor = carried(keep**k)
    if not ends_right(value, before * keep, cost * factor):
        return _declining_book(draw)
    return problem(
        draw,
        (cost, n, k),
        (
            f"{n} yıl ömürlü ve {tl(cost)} maliyetli {what} azalan bakiyeler yöntemine göre (normal oranın iki"
            f" katıyla) amorti edilirse {k}. yıl sonundaki net defter değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(cost)}'ye aldığı {n} yıl ömürlü varlık için azalan bakiyeler yöntemini"
            f" seçmiştir. Oran normal oranın iki katı olduğuna göre {k} yıl sonra varlığın kalan değeri nedir?",
            f"Ömrü {n} yıl olan {tl(cost)}'lik bir {what} için azalan bakiyeler yöntemiyle, kalan değer üzerinden her"
            f" yıl {pct(rate)} amortisman ayrılmaktadır. Varlığın {k}. yıl sonundaki net değeri kaç TL'dir?",
        ),
        (
            f"Oran: 100 / {n} × 2 = {plain(rate)}\nKalan pay: 1 - {plain(rate / 100)} = {plain(keep)}\n"
            + "\n".join(lines)
            + f"\n{k}. yıl sonu: {plain(before)} × {plain(keep)} {is_(before * keep)}",
            f"Net değer = maliyet × (1 - oran)ⁿ\n{powered(keep, k)} {near(keep**k)}\n{show(cost)} ×"
            f" {plain(factor)} {is_(cost * factor)}",
        ),
        value,
    )


def _fixed_rate(draw: Random) -> Problem:
    """(cost, salvage, years): 100 × (1 − (salvage / cost)^(1/years)), rounded to two places."""
    n, cost, what = pick(draw, 4, 12), pick(draw, 800000, 2600000, 10000), draw.choice(ASSETS)
    salvage = round(cost * pick(draw, 6, 32) / 1000000) * 10000
    ratio = F(salvage, cost)
    value = (1 - root(ratio, n)) * 100
    once = root(carried(ratio), n)
    ends = (1 - carried(once)) * 100, (1 - carried(root(ratio, n))) * 100
    if not ends_right(value, *ends):
        return _fixed_rate(draw)
    quotient = f"({show(salvage)} / {show(cost)})"
    return problem(
        draw,
        (cost, salvage, n),
        (
            f"{tl(cost)}'ye alınan {what} her yıl kalan değeri üzerinden sabit bir oranla amorti edilecek ve {n} yıl"
            f" sonunda net değeri {tl(salvage)} olacaktır. Uygulanacak yıllık amortisman oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} maliyeti {tl(cost)}, {n} yıl sonraki hurda değeri {tl(salvage)} olan bir varlığa"
            " kalan değer üzerinden sabit oranlı amortisman ayıracaktır. Bu oran yüzde kaçtır?",
            f"Kalan değerin sabit bir yüzdesi amortisman ayrılarak {tl(cost)}'lik bir {what} {n} yılda {tl(salvage)}'ye"
            " indirilecektir. Yıllık amortisman oranını yüzde olarak bulunuz.",
        ),
        (
            f"Kalan pay: {show(salvage)} / {show(cost)} {near(ratio)}\nBir yılda kalan pay:"
            f" {rooted(n, plain(carried(ratio)))} {near(once)}\nOran: (1 - {plain(carried(once))}) × 100"
            f" {is_(ends[0], amount=False)}",
            f"Maliyet × (1 - oran)ⁿ = hurda değeri\n{rooted(n, quotient)}"
            f" {near(root(ratio, n))}\n(1 - {plain(carried(root(ratio, n)))}) × 100 {is_(ends[1], amount=False)}",
        ),
        value,
        "%",
    )


def _digits(draw: Random) -> Problem:
    """(cost, salvage, years, year): (cost − salvage) × (years − year + 1) / (1 + … + years)."""
    n, cost = draw.choice((4, 5, 6, 7, 8, 9, 10)), pick(draw, 800000, 2600000, 5000)
    total, k = n * (n + 1) // 2, pick(draw, 1, n)
    salvage = round(cost * pick(draw, 4, 22) / 500000) * 5000
    weight, what = n - k + 1, draw.choice(ASSETS)
    value = F((cost - salvage) * weight, total)
    part = carried(F(cost - salvage, total), AMOUNT_PLACES)
    if not ends_right(value, part * weight):
        return _digits(draw)
    return problem(
        draw,
        (cost, salvage, n, k),
        (
            f"Maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve ömrü {n} yıl olan {what}, yıl sayıları toplamı"
            f" yöntemiyle amorti ediliyor. {k}. yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(cost)}'ye aldığı ve {n} yıl sonra {tl(salvage)}'ye satmayı beklediği varlık"
            f" için yıl sayıları toplamı yöntemini kullanıyor. {k}. yıl ayrılacak amortisman ne kadardır?",
            f"Yıl sayıları toplamı yöntemine göre, {n} yıl ömürlü, {tl(cost)} maliyetli ve {tl(salvage)} kalıntı"
            f" değerli bir varlığın {k}. yıl amortismanı kaç TL'dir?",
        ),
        (
            f"Yıl sayıları toplamı: {n} × {n + 1} / 2 = {total}\nAmortismana tabi tutar: {show(cost)} -"
            f" {show(salvage)} = {show(cost - salvage)}\n{k}. yılın payı: {n} - {k} + 1 = {weight}\nAmortisman:"
            f" {show(cost - salvage)} × {weight} / {total} {is_(value)}",
            f"Paylar {n}, {n - 1}, … diye azalır; toplamı {' + '.join(str(j) for j in range(1, n + 1))} = {total}\n"
            f"Bir pay: ({show(cost)} - {show(salvage)}) / {total} {near(F(cost - salvage, total), AMOUNT_PLACES)}\n"
            f"{k}. yıla {weight} pay düşer: {plain(part)} × {weight} {is_(part * weight)}",
        ),
        value,
    )


def _units(draw: Random) -> Problem:
    """(cost, salvage, capacity, produced): (cost − salvage) × produced / capacity."""
    capacity, cost = draw.choice((200000, 250000, 400000, 500000, 800000, 1000000)), pick(draw, 800000, 2600000, 5000)
    salvage, made = round(cost * pick(draw, 4, 22) / 500000) * 5000, pick(draw, 12000, 150000, 250)
    what = draw.choice(("makine", "baskı makinesi", "pres", "dolum makinesi", "dokuma tezgâhı"))
    base = cost - salvage
    value = F(base * made, capacity)
    return problem(
        draw,
        (cost, salvage, capacity, made),
        (
            f"{tl(cost)}'ye alınan bir {what} toplam {show(capacity)} birim üretecek, sonunda {tl(salvage)}'ye"
            f" satılacaktır. Üretim miktarı yöntemine göre {show(made)} birim üretilen yılın amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} maliyeti {tl(cost)}, hurda değeri {tl(salvage)} ve üretim kapasitesi"
            f" {show(capacity)} birim olan {what} için üretim miktarına göre amortisman ayırıyor. {show(made)}"
            " birimlik üretimin amortismanını hesaplayınız.",
            f"Ömrü boyunca {show(capacity)} parça işlemesi beklenen bir {what} {tl(cost)}'ye mal olmuştur. Kalıntı"
            f" değeri {tl(salvage)} ise {show(made)} parça işlenen yıl için amortisman tutarı kaç TL'dir?",
        ),
        (
            f"Amortismana tabi tutar: {show(cost)} - {show(salvage)} = {show(base)}\nBirim başına:"
            f" {show(base)} / {show(capacity)} = {plain(F(base, capacity))}\nYılın amortismanı:"
            f" {plain(F(base, capacity))} × {show(made)} {is_(value)}",
            f"Yılın üretim payı: {show(made)} / {show(capacity)} = {plain(F(made, capacity))}\n({show(cost)} -"
            f" {show(salvage)}) × {plain(F(made, capacity))} {is_(value)}",
        ),
        value,
    )


def _months(draw: Random) -> Problem:
    """(cost, years, month bought): pro-rata depreciation of a car in its first year."""
    month = pick(draw, 2, 11)
    name = MONTHS[month - 1]
    left = 12 - month + 1
    n, cost = draw.choice((4, 5, 8, 10)), pick(draw, 900000, 2800000, 5000)
    year = F(cost, n)
    value = year * left / 12
    one = carried(year / 12, AMOUNT_PLACES)
    if not ends_right(value, one * left):
        return _months(draw)
    return problem(
        draw,
        (cost, n, month),
        (
            f"{name.capitalize()} ayında {tl(cost)}'ye alınan ve {n} yılda normal yöntemle amorti edilecek binek"
            " otomobil için ilk yıl kıst amortisman ayrılacaktır. Alındığı ay tam sayıldığına göre ilk yılın"
            " amortismanı kaç TL'dir?",
            f"{draw.choice(FIRMS)} {name} ayında işletmeye {tl(cost)}'lik bir otomobil katmıştır. Faydalı ömrü {n}"
            " yıl olan ve normal yöntemle amorti edilen aracın o yıla düşen kıst amortismanı kaç TL'dir? (Alış ayı da"
            " hesaba katılır.)",
            f"Faydalı ömrü {n} yıl, maliyeti {tl(cost)} olan bir binek araç {name} ayında satın alınmıştır. Ay kesri"
            " tam ay sayıldığına göre normal yöntemle ilk yıl ayrılacak kıst amortismanı bulunuz.",
        ),
        (
            f"Yıllık amortisman: {show(cost)} / {n} = {show(year)}\nKullanılan ay: 12 - {month} + 1 = {left}\n"
            f"Kıst amortisman: {show(year)} × {left} / 12 {is_(value)}",
            f"Bir yılın payı {show(cost)} / {n} = {show(year)} TL'dir.\nBir ayın payı: {show(year)} / 12"
            f" {near(year / 12, AMOUNT_PLACES)}\nAlış ayıyla birlikte {left} ay vardır: {plain(one)} × {left}"
            f" {is_(one * left)}",
        ),
        value,
    )


FAMILIES = (
    Family("depreciation-straight", UNIT, _straight),
    Family("depreciation-straight-book-value", UNIT, _straight_book),
    Family("depreciation-declining", UNIT, _declining),
    Family("depreciation-declining-book-value", UNIT, _declining_book),
    Family("depreciation-fixed-rate", UNIT, _fixed_rate),
    Family("depreciation-years-digits", UNIT, _digits),
    Family("depreciation-units", UNIT, _units),
    Family("depreciation-months", UNIT, _months),
)
