"""Ratio and alloy problems: sharing in direct and inverse ratio, partnership, mixtures, fineness of alloys."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import pick, plain, problem, show, tl

UNIT = "Oran, orantı ve alaşım"


def _direct_share(draw: Random) -> Problem:
    """(sum, a, b, c): the largest share, sum × c / (a + b + c) with a < b < c."""
    a, b, c = sorted(draw.sample((1, 2, 3, 4, 5, 6, 7, 8, 9), 3))
    whole = a + b + c
    part = pick(draw, 100, 4000, 50)
    total = whole * part
    return problem(
        draw,
        (total, a, b, c),
        (
            f"{tl(total)} üç kardeş arasında {a}, {b} ve {c} sayılarıyla doğru orantılı olarak paylaştırılıyor. En"
            " büyük pay kaç TL'dir?",
            f"Bir şirketin {tl(total)} tutarındaki kârı, ortaklara {a}:{b}:{c} oranında dağıtılacaktır. En çok alan"
            " ortağın payı kaç TL'dir?",
            f"{tl(total)}'lik ikramiye, kıdemleri {a}, {b} ve {c} yıl olan üç çalışana kıdemleriyle doğru orantılı"
            " bölüştürülüyor. En kıdemli çalışanın ikramiyesi kaç TL'dir?",
        ),
        (
            f"Paylar toplamı: {a} + {b} + {c} = {whole}\nBir pay: {show(total)} / {whole} = {show(part)}\n"
            f"En büyük pay: {show(part)} × {c} = {show(part * c)}",
            f"Paylara {a}k, {b}k ve {c}k diyelim; toplamları {whole}k eder.\nk sayısı {show(total)} / {whole} ="
            f" {show(part)} bulunur.\n"
            f"{c} × {show(part)} = {show(part * c)}",
        ),
        part * c,
    )


def _inverse_share(draw: Random) -> Problem:
    """(sum, a, b): the share of the smaller number a, sum × b / (a + b)."""
    a, b = sorted(draw.sample((2, 3, 4, 5, 6, 7, 8, 9), 2))
    part = pick(draw, 100, 5000, 50)
    total = part * (a + b)
    return problem(
        draw,
        (total, a, b),
        (
            f"{tl(total)}, {a} ve {b} sayılarıyla ters orantılı iki paya ayrılıyor. Büyük pay kaç TL'dir?",
            f"{tl(total)}'lik teşvik, {a} ve {b} gün izin kullanan iki işçiye izin günleriyle ters orantılı olarak"
            " verilecektir. Daha az izin kullanan işçinin alacağı tutar kaç TL'dir?",
            f"Yaşları {a} ve {b} olan iki çocuğa {tl(total)} yaşlarıyla ters orantılı dağıtılırsa küçük çocuğun payı"
            " kaç TL'dir?",
        ),
        (
            f"Ters orantıda paylar 1/{a} ve 1/{b} ile, yani {b} ve {a} ile doğru orantılıdır.\n{a} + {b} = {a + b}\n"
            f"Bir pay: {show(total)} / {a + b} = {show(part)}\nBüyük pay: {show(part)} × {b} = {show(part * b)}",
            f"Küçük sayıya büyük pay düşer; paylar {b} ile {a} oranındadır.\n{show(total)} / ({a} + {b}) ="
            f" {show(part)}\n"
            f"{show(part)} × {b} = {show(part * b)}",
        ),
        part * b,
    )


def _partnership(draw: Random) -> Problem:
    """(capital a, months a, capital b, months b, profit): the share of a, by capital × months."""
    m, n = draw.choice((6, 8, 9, 10, 12)), draw.choice((3, 4, 6, 8, 12))
    a, b = pick(draw, 20, 120, 10), pick(draw, 20, 120, 10)
    x, y = a * m, b * n
    unit = pick(draw, 20, 100, 10)
    if (x + y) * unit > 160000 or a == b:
        return _partnership(draw)
    profit, share = (x + y) * unit, x * unit
    ka, kb = a * 1000, b * 1000
    return problem(
        draw,
        (ka, m, kb, n, profit),
        (
            f"Bir ortaklıkta Ali'nin {tl(ka)}'si {m} ay, Veli'nin {tl(kb)}'si {n} ay kalmıştır. {tl(profit)} kâr,"
            " sermaye ve süreye göre bölüşülürse Ali'nin payı kaç TL'dir?",
            f"Bir işe {tl(ka)} sermaye koyan birinci ortağın parası {m} ay, {tl(kb)} koyan ikinci ortağınki {n} ay"
            f" çalıştırılmıştır. Elde edilen kâr {tl(profit)} olduğuna göre birinci ortağın kâr payı kaç TL'dir?",
            f"İki ortaktan ilki {tl(ka)}'yi {m} aylığına, diğeri {tl(kb)}'yi {n} aylığına işletmeye bırakıyor."
            f" {tl(profit)} kârdan ilk ortağa düşen tutar kaç TL'dir?",
        ),
        (
            f"Birinci ortak (bin TL × ay): {a} × {m} = {show(x)}\nİkinci ortak: {b} × {n} = {show(y)}\nToplam:"
            f" {show(x)} + {show(y)} = {show(x + y)}\n"
            f"Birim başına kâr: {show(profit)} / {show(x + y)} = {unit}\nBirinci ortağın payı: {show(x)} × {unit} ="
            f" {show(share)}",
            f"Kâr, sermaye ile sürenin çarpımına göre bölüşülür.\n{show(ka)} × {m} = {show(ka * m)}\n{show(kb)} × {n}"
            f" = {show(kb * n)}\n"
            f"{show(ka * m)} + {show(kb * n)} = {show(ka * m + kb * n)}\n"
            f"{show(profit)} × {show(ka * m)} / {show(ka * m + kb * n)} = {show(share)}",
        ),
        share,
    )


def _mixture_price(draw: Random) -> Problem:
    """(kilograms a, price a, kilograms b, price b): the price of a kilogram of the mixture."""
    m, n = draw.choice((10, 15, 20, 30, 40, 60)), draw.choice((10, 20, 25, 30, 40, 50))
    a, b = draw.sample(range(80, 401, 10), 2)
    total = m * a + n * b
    price = F(total, m + n)
    if price.denominator != 1:
        return _mixture_price(draw)
    return problem(
        draw,
        (m, a, n, b),
        (
            f"Kilogramı {a} TL olan çaydan {m} kg ile kilogramı {b} TL olan çaydan {n} kg karıştırılıyor. Karışımın"
            " kilogram maliyeti kaç TL'dir?",
            f"Bir kahveci, {a} TL'lik çekirdekten {m} kg ve {b} TL'lik çekirdekten {n} kg alıp harman yapıyor."
            " Harmanın kilogram fiyatı kaç TL'dir?",
            f"{m} kg'ı {a} TL'den, {n} kg'ı {b} TL'den alınan iki cins pirinç karıştırılırsa karışımın kilogramı kaç"
            " TL'ye mal olur?",
        ),
        (
            f"Birinci cins: {m} × {a} = {show(m * a)}\nİkinci cins: {n} × {b} = {show(n * b)}\n"
            f"Toplam maliyet: {show(m * a)} + {show(n * b)} = {show(total)}\nToplam ağırlık: {m} + {n} = {m + n} kg\n"
            f"Kilogram maliyeti: {show(total)} / {m + n} = {show(price)}",
            f"Ağırlıklı ortalama alınır.\n{m} × {a} + {n} × {b} = {show(total)}\n{show(total)} / {m + n} ="
            f" {show(price)}",
        ),
        price,
    )


def _alloy_fineness(draw: Random) -> Problem:
    """(grams a, fineness a, grams b, fineness b): the fineness of the alloy, in thousandths."""
    m, n = draw.choice((20, 30, 40, 50, 60, 80)), draw.choice((10, 20, 30, 40, 50, 70))
    a, b = draw.sample((500, 550, 600, 650, 700, 750, 800, 850, 900, 950), 2)
    pure = F(m * a + n * b, 1000)
    fineness = pure * 1000 / (m + n)
    if fineness.denominator != 1:
        return _alloy_fineness(draw)
    return problem(
        draw,
        (m, a, n, b),
        (
            f"Ayarı {a} (binde) olan {m} gram altın ile ayarı {b} olan {n} gram altın eritiliyor. Elde edilen"
            " alaşımın ayarı kaçtır?",
            f"Bir kuyumcu, saflığı binde {a} olan {m} gram gümüşü saflığı binde {b} olan {n} gram gümüşle"
            " karıştırıyor. Karışımın binde olarak saflık derecesi kaçtır?",
            f"{m} gramlık {a} milyem ve {n} gramlık {b} milyem altın birlikte eritilirse yeni alaşımın milyemi kaçtır?",
        ),
        (
            f"Birincideki saf metal: {m} × {a} / 1.000 = {plain(F(m * a, 1000))} gram\n"
            f"İkincideki saf metal: {n} × {b} / 1.000 = {plain(F(n * b, 1000))} gram\n"
            f"Toplam saf metal: {plain(F(m * a, 1000))} + {plain(F(n * b, 1000))} = {plain(pure)} gram\n"
            f"Toplam ağırlık: {m} + {n} = {m + n} gram\nAyar: {plain(pure * 1000)} / {m + n} = {plain(fineness)}",
            f"{m} × {a} = {show(m * a)}\n{n} × {b} = {show(n * b)}\n{show(m * a)} + {show(n * b)} ="
            f" {show(m * a + n * b)}\n"
            f"Ortalama ayar: {show(m * a + n * b)} / {m + n} = {plain(fineness)}",
        ),
        fineness,
        "",
    )


def _alloy_weight(draw: Random) -> Problem:
    """(grams, high, target, low): grams of the low fineness that bring the alloy down to the target."""
    low, target, high = sorted(draw.sample((500, 585, 600, 650, 700, 750, 800, 850, 900, 916), 3))
    grams = pick(draw, 10, 200, 5)
    add = F(grams * (high - target), target - low)
    if (add * 10).denominator != 1 or add > 900:
        return _alloy_weight(draw)
    return problem(
        draw,
        (grams, high, target, low),
        (
            f"Ayarı {high} olan {grams} gram altının ayarını {plain(target, 'ye')} düşürmek için {low} ayar altından"
            " kaç gram katılmalıdır?",
            f"{grams} gram {high} milyem altına {low} milyem altın eklenerek {target} milyem alaşım yapılacaktır."
            " Eklenecek altının ağırlığı gram olarak kaçtır?",
            f"Saflığı binde {high} olan {grams} gram gümüşten binde {target} saflıkta alaşım elde etmek için"
            f" kullanılacak binde {low} saflıktaki gümüşün gram olarak miktarı kaçtır?",
        ),
        (
            f"Yüksek ayarın fazlası: {high} - {target} = {high - target}\nDüşük ayarın eksiği: {target} - {low} ="
            f" {target - low}\n"
            f"Fazlalık toplamı: {grams} × {high - target} = {show(grams * (high - target))}\n"
            f"Katılacak miktar: {show(grams * (high - target))} / {target - low} = {plain(add)}",
            f"Katılacak miktara x gram diyelim. Fazlalık eksikliği karşılamalıdır:\n{grams} × ({high} - {target}) = x"
            f" × ({target} - {low})\n"
            f"{grams} × {high - target} = {show(grams * (high - target))}\nx = {show(grams * (high - target))} /"
            f" {target - low} = {plain(add)}",
        ),
        add,
        "",
    )


FAMILIES = (
    Family("ratio-direct-share", UNIT, _direct_share),
    Family("ratio-inverse-share", UNIT, _inverse_share),
    Family("ratio-partnership", UNIT, _partnership),
    Family("ratio-mixture-price", UNIT, _mixture_price),
    Family("ratio-alloy-fineness", UNIT, _alloy_fineness),
    Family("ratio-alloy-weight", UNIT, _alloy_weight),
)
