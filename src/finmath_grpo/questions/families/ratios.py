"""Ratio and alloy problems: direct and inverse shares, partnership, mixtures, fineness of alloys, dilution."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.percentages import comes_out_whole
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    is_,
    pct,
    pick,
    plain,
    problem,
    raised,
    root,
    root_of,
    show,
    superscript,
    tl,
)

UNIT = "Oran, orantı ve alaşım"


def _direct_share(draw: Random) -> Problem:
    """(sum, a, b, c): the largest share, sum × c / (a + b + c) with a < b < c."""
    a, b, c = sorted(draw.sample(range(2, 18), 3))
    whole = a + b + c
    total = pick(draw, 84000, 465000, 50)
    if comes_out_whole(draw):
        total -= total % whole
    value = F(total * c, whole)
    return problem(
        draw,
        (total, a, b, c),
        (
            f"{tl(total)} üç kardeş arasında {a}, {b} ve {c} sayılarıyla doğru orantılı olarak paylaştırılıyor. En"
            " büyük pay kaç TL'dir?",
            f"Bir şirketin {tl(total)} tutarındaki kârı, üç ortağa sırasıyla {a}, {b} ve {c} olan pay sayılarıyla"
            " orantılı olarak dağıtılacaktır. En çok kâr alan ortağın payı kaç TL'dir?",
            f"{tl(total)} tutarındaki ikramiye, kıdemleri {a}, {b} ve {c} yıl olan üç çalışana kıdemleriyle doğru"
            " orantılı olarak bölüştürülüyor. En kıdemli çalışanın ikramiyesini hesaplayınız.",
            f"Üç bölümün {tl(total)} tutarındaki ortak gideri, bölümlerin çalışan sayıları olan {a}, {b} ve {c} ile"
            " doğru orantılı olarak dağıtılıyor. En kalabalık bölümün gider payı ne kadardır?",
        ),
        (
            f"Paylar toplamı: {a} + {b} + {c} = {whole}\nEn büyük payın toplamdaki oranı {c}/{whole} olur:"
            f" {show(total)} × {c} / {whole} {is_(value)}",
            f"Paylara {a}k, {b}k ve {c}k diyelim; toplamları {whole}k eder.\n{show(total)} × {c} ="
            f" {show(total * c)}\n{show(total * c)} / {whole} {is_(value)}",
        ),
        value,
    )


def _inverse_share(draw: Random) -> Problem:
    """(sum, a, b, c): the share of the smallest number a, sum × (1/a) / (1/a + 1/b + 1/c)."""
    a, b, c = sorted(draw.sample(range(2, 13), 3))
    total = pick(draw, 64000, 385000, 50)
    x, y, z = b * c, a * c, a * b
    if comes_out_whole(draw):
        total -= total % (x + y + z)
    value = F(total * x, x + y + z)
    return problem(
        draw,
        (total, a, b, c),
        (
            f"{tl(total)}; {a}, {b} ve {c} sayılarıyla ters orantılı üç paya ayrılıyor. En büyük pay kaç TL'dir?",
            f"{tl(total)} tutarındaki teşvik primi, bir yılda {a}, {b} ve {c} gün izin kullanan üç işçiye izin"
            " günleriyle ters orantılı olarak dağıtılıyor. En az izin kullanan işçinin primi kaç TL'dir?",
            f"Bir belediye, {tl(total)} tutarındaki primi üç yükleniciye gecikme süreleriyle ters orantılı olarak"
            f" dağıtacaktır. Yükleniciler {a}, {b} ve {c} gün geciktiğine göre en az geciken yüklenicinin primini"
            " bulunuz.",
            f"{tl(total)}, yaşları {a}, {b} ve {c} olan üç çocuğa yaşlarıyla ters orantılı olarak dağıtılırsa en"
            " küçük çocuğun payı ne kadar olur?",
        ),
        (
            f"Ters orantıda paylar 1/{a}, 1/{b} ve 1/{c} ile, yani {x}, {y} ve {z} ile doğru orantılıdır.\n{x} +"
            f" {y} + {z} = {x + y + z}\nEn büyük pay: {show(total)} × {x} / {x + y + z} {is_(value)}",
            f"En küçük sayıya en büyük pay düşer. Kesirler {show(a * b * c)} ile genişletilir.\n{b} × {c} ="
            f" {x}\n{a} × {c} = {y}\n{a} × {b} = {z}\n{x} + {y} + {z} = {x + y + z}\n{show(total)} × {x} /"
            f" {x + y + z} {is_(value)}",
        ),
        value,
    )


def _partnership(draw: Random) -> Problem:
    """(capital a, months a, capital b, months b, profit): the share of a, by capital × months."""
    (m, n), (a, b) = draw.sample(range(3, 13), 2), draw.sample(range(90, 480, 5), 2)
    x, y = a * m, b * n
    profit = pick(draw, 64000, 285000, 50)
    if comes_out_whole(draw):
        profit -= profit % (x + y)
    share = F(profit * x, x + y)
    ka, kb = a * 1000, b * 1000
    return problem(
        draw,
        (ka, m, kb, n, profit),
        (
            f"Bir ortaklıkta Ali'nin {tl(ka)}'si {m} ay, Veli'nin {tl(kb)}'si {n} ay kalmıştır. {tl(profit)}"
            " tutarındaki kâr, sermaye ve süreyle orantılı olarak bölüşülürse Ali'nin payı kaç TL'dir?",
            f"Bir işe birinci ortak {tl(ka)}'yi {m} aylığına, ikinci ortak {tl(kb)}'yi {n} aylığına koymuştur. Elde"
            f" edilen {tl(profit)} kâr, sermaye ve süreye göre paylaşıldığında birinci ortağın payı kaç TL'dir?",
            f"İki ortaktan ilkinin {tl(ka)}'lik sermayesi {m} ay, diğerinin {tl(kb)}'lik sermayesi {n} ay"
            f" işletilmiştir. {tl(profit)} tutarındaki kâr, sermaye ve süreyle orantılı olarak dağıtıldığına göre"
            " ilk ortağa düşen kârı hesaplayınız.",
            f"Bir işe Selin {tl(ka)} koyup {m} ay, Emre {tl(kb)} koyup {n} ay ortak kalmıştır. {tl(profit)}"
            " tutarındaki kâr, sermaye ve süreyle orantılı olarak bölüşüldüğüne göre Selin'e ne kadar kâr düşer?",
        ),
        (
            f"Birinci ortak (bin TL × ay): {a} × {m} = {show(x)}\nİkinci ortak: {b} × {n} = {show(y)}\nToplam:"
            f" {show(x)} + {show(y)} = {show(x + y)}\nBirinci ortağın payı: {show(profit)} × {show(x)} /"
            f" {show(x + y)} {is_(share)}",
            f"Kâr, sermaye ile sürenin çarpımına göre bölüşülür.\n{show(ka)} × {m} = {show(ka * m)}\n{show(kb)} ×"
            f" {n} = {show(kb * n)}\n{show(ka * m)} + {show(kb * n)} = {show(ka * m + kb * n)}\n{show(profit)} ×"
            f" {show(ka * m)} / {show(ka * m + kb * n)} {is_(share)}",
        ),
        share,
    )


def _mixture_price(draw: Random) -> Problem:
    """(kilograms a, price a, kilograms b, price b): the price of a kilogram of the mixture."""
    whole = comes_out_whole(draw)
    while True:
        m, n = draw.sample(range(12, 95), 2)
        a, b = (F(price, 4) for price in draw.sample(range(4 * 140, 4 * 620), 2))
        total = m * a + n * b
        price = total / (m + n)
        if price.denominator == 1 or not whole:
            break
    return problem(
        draw,
        (m, a, n, b),
        (
            f"Kilogramı {tl(a)} olan çaydan {m} kg ile kilogramı {tl(b)} olan çaydan {n} kg karıştırılıyor."
            " Karışımın kilogram maliyeti kaç TL'dir?",
            f"Bir kahveci, kilogramı {tl(a)} olan çekirdekten {m} kg ve kilogramı {tl(b)} olan çekirdekten {n} kg"
            " alıp harman yapıyor. Harmanın kilogram maliyeti kaç TL'dir?",
            f"Kilogramı {tl(a)}'ye alınan {m} kg peynir ile kilogramı {tl(b)}'ye alınan {n} kg peynir"
            " karıştırılarak satılacaktır. Karışımın bir kilogramının maliyetini bulunuz.",
            f"Kilogramı {tl(a)} olan {m} kg fıstık ile kilogramı {tl(b)} olan {n} kg bademden karışık kuruyemiş"
            " hazırlanırsa karışımın kilogramı kaç TL'ye mal olur?",
        ),
        (
            f"Birinci cins: {m} × {show(a)} = {show(m * a)}\nİkinci cins: {n} × {show(b)} = {show(n * b)}\nToplam"
            f" maliyet: {show(m * a)} + {show(n * b)} = {show(total)}\nToplam ağırlık: {m} + {n} = {m + n}"
            f" kg\nKilogram maliyeti: {show(total)} / {m + n} {is_(price)}",
            f"Ağırlıklı ortalama alınır.\n{m} × {show(a)} + {n} × {show(b)} = {show(total)}\n{show(total)} /"
            f" {m + n} {is_(price)}",
        ),
        price,
    )


def _alloy_fineness(draw: Random) -> Problem:
    """(grams a, fineness a, grams b, fineness b): the fineness of the alloy, in thousandths."""
    whole = comes_out_whole(draw)
    while True:
        m, n = draw.sample(range(15, 140), 2)
        a, b = draw.sample((375, 500, 585, 600, 650, 700, 750, 800, 835, 875, 900, 916, 925, 950), 2)
        pure = F(m * a + n * b, 1000)
        fineness = pure * 1000 / (m + n)
        if fineness.denominator == 1 or not whole:
            break
    return problem(
        draw,
        (m, a, n, b),
        (
            f"{a} milyem ayarında {m} gram altın ile {b} milyem ayarında {n} gram altın eritilip karıştırılıyor."
            " Elde edilen alaşımın milyemi kaçtır?",
            f"Bir kuyumcu, saflığı binde {a} olan {m} gram gümüşü saflığı binde {b} olan {n} gram gümüşle eritiyor."
            " Karışımın saflığı binde kaçtır?",
            f"{m} gramlık {a} milyem altın ile {n} gramlık {b} milyem altın birlikte eritilirse yeni alaşım kaç"
            " milyem olur?",
            f"Saflık derecesi binde {a} olan {m} gramlık bir külçe ile saflık derecesi binde {b} olan {n} gramlık"
            " bir külçeden yeni bir külçe dökülüyor. Yeni külçenin saflık derecesini binde olarak hesaplayınız.",
        ),
        (
            f"Birincideki saf metal: {m} × {a} / 1.000 = {plain(F(m * a, 1000))} gram\nİkincideki saf metal: {n} ×"
            f" {b} / 1.000 = {plain(F(n * b, 1000))} gram\nToplam saf metal: {plain(F(m * a, 1000))} +"
            f" {plain(F(n * b, 1000))} = {plain(pure)} gram\nToplam ağırlık: {m} + {n} = {m + n} gram\nSaflık:"
            f" {plain(pure)} × 1.000 / {m + n} {is_(fineness, amount=False)}",
            f"{m} × {a} = {show(m * a)}\n{n} × {b} = {show(n * b)}\n{show(m * a)} + {show(n * b)} ="
            f" {show(m * a + n * b)}\nOrtalama saflık: {show(m * a + n * b)} / {m + n}"
            f" {is_(fineness, amount=False)}",
        ),
        fineness,
        "",
    )


def _alloy_weight(draw: Random) -> Problem:
    """(grams, high, target, low): grams of the low fineness that bring the alloy down to the target."""
    while True:
        low, target, high = sorted(draw.sample((375, 500, 585, 600, 650, 700, 750, 800, 835, 875, 900, 916, 950), 3))
        grams = pick(draw, 14, 260)
        add = F(grams * (high - target), target - low)
        if add < 600:
            break
    return problem(
        draw,
        (grams, high, target, low),
        (
            f"{grams} gram {high} milyem altının ayarı, {low} milyem altın katılarak {plain(target)} milyeme"
            " düşürülecektir. Katılması gereken altının ağırlığı gram cinsinden kaçtır?",
            f"{grams} gram {high} milyem altına {low} milyem altın eklenerek {target} milyemlik bir alaşım elde"
            " edilecektir. Eklenecek altının ağırlığı gram cinsinden kaçtır?",
            f"Saflığı binde {high} olan {grams} gram gümüşten binde {target} saflıkta alaşım elde etmek için binde"
            f" {low} saflıkta kaç gram gümüş eklenmelidir?",
            f"Bir kuyumcu, elindeki {grams} gramlık {high} milyem altını {low} milyem altınla karıştırarak {target}"
            f" milyem altın hazırlayacaktır. Kullanacağı {low} milyem altının miktarını gram olarak bulunuz.",
        ),
        (
            f"Yüksek ayarın fazlası: {high} - {target} = {high - target}\nDüşük ayarın eksiği: {target} - {low} ="
            f" {target - low}\nToplam fazlalık: {grams} × {high - target} ="
            f" {show(grams * (high - target))}\nKatılacak miktar: {show(grams * (high - target))} / {target - low}"
            f" {is_(add, amount=False)}",
            f"Katılacak miktara x gram diyelim. Fazlalık, eksikliği karşılamalıdır:\n{grams} × ({high} - {target})"
            f" = x × ({target} - {low})\n{grams} × {high - target} = {show(grams * (high - target))}\nx ="
            f" {show(grams * (high - target))} / {target - low} {is_(add, amount=False)}",
        ),
        add,
        "",
    )


def _dilution(draw: Random) -> Problem:
    """(litres, litres replaced, times, percentage at first): percentage × (1 − replaced/litres)^times."""
    whole = draw.choice((50, 80, 100, 125, 160, 200, 250, 400))
    part = F(pick(draw, whole * 4 // 25, whole * 3 // 5), 2)
    n, c = pick(draw, 5, 9), F(pick(draw, 72, 180), 2)
    kept = 1 - part / whole
    value = c * kept**n
    litres = plain(part)
    return problem(
        draw,
        (whole, part, n, c),
        (
            f"{whole} litrelik bir depo, {pct(c)} oranında alkol içeren karışımla doludur. Depodan {litres} litre"
            f" alınıp yerine aynı miktarda su ekleniyor ve karıştırılıyor. Bu işlem {n} kez yapıldığında depodaki"
            " alkol oranı yüzde kaçtır?",
            f"Bir kolonya üreticisi, alkol oranı {pct(c)} olan {whole} litre kolonyadan {litres} litre alıp yerine"
            f" {litres} litre su koyuyor ve karıştırıyor. Aynı işlemi art arda toplam {n} kez yaptığına göre"
            " kolonyanın son alkol oranı yüzde kaçtır?",
            f"Antifriz oranı {pct(c)} olan {whole} litrelik dolu bir tanktan her seferinde {litres} litre"
            f" boşaltılıyor, yerine aynı miktarda su konup karıştırılıyor. {n}. işlemin sonunda tanktaki antifriz"
            " oranını yüzde olarak bulunuz.",
            f"{whole} litre boyanın {pct(c, 'si')} pigmenttir. Boyadan {litres} litre alınıp yerine aynı miktarda"
            f" inceltici konularak karıştırılıyor ve bu işlem {n} kez tekrarlanıyor. Boyanın son pigment oranı"
            " yaklaşık yüzde kaçtır?",
        ),
        (
            f"Bir işlemde alınan pay: {litres} / {whole} = {plain(part / whole)}\nKalan pay: 1 -"
            f" {plain(part / whole)} = {plain(kept)}\n{n} işlemden sonra: {raised(kept, n)}"
            f" {is_(kept**n, 6, amount=False)}\nSon oran: {plain(c)} × {raised(kept, n)} {is_(value, amount=False)}",
            f"Toplam miktar değişmez; bir işlemden sonra maddeden kalan pay ({whole} - {litres}) / {whole} ="
            f" {plain(kept)} olur.\n{plain(c)} × {raised(kept, n)} {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _dilution_share(draw: Random) -> Problem:
    """(percentage at first, percentage at last, times): the share replaced, 100 × (1 − (last/first)^(1/times))."""
    n, c = pick(draw, 3, 8), F(pick(draw, 100, 190), 2)
    last = F(int(c * (1 - F(pick(draw, 500, 2200), 10000)) ** n * 4), 4)
    ratio = root(last / c, n)
    share, kept = 100 * (1 - ratio), root_of(n, f"({plain(last)} / {plain(c)})")
    return problem(
        draw,
        (c, last, n),
        (
            f"Alkol oranı {pct(c)} olan dolu bir depodan her seferinde eşit miktarda karışım alınıp yerine aynı"
            f" miktarda su ekleniyor ve karıştırılıyor. {n} işlemden sonra alkol oranı {pct(last, 'ye')} düştüğüne"
            " göre her seferinde alınan miktarın depo hacmine oranı yüzde kaçtır?",
            f"Bir tanktaki karışımın antifriz oranı {pct(c, 'dir')}. Tanktan {n} kez eşit miktarda karışım"
            " boşaltılıp her seferinde yerine aynı miktarda su konmuş ve karıştırılmıştır. Son karışımın antifriz"
            f" oranı {pct(last)} olduğuna göre bir seferde boşaltılan kısmın tank hacmine oranı yüzde kaçtır?",
            f"Saflığı {pct(c)} olan bir çözelti, her seferinde aynı oranda kısmı alınıp yerine aynı miktarda saf su"
            f" konularak {n} kez seyreltilmiş ve saflığı {pct(last)} olmuştur. Bir seferde alınan kısmın çözeltinin"
            " tamamına oranını yüzde olarak bulunuz.",
            f"Bir boya fıçısında pigment oranı {pct(c, 'dir')}. Fıçıdan her seferinde aynı miktarda boya alınıp"
            f" yerine o kadar inceltici konuyor ve karıştırılıyor. {n}. işlemin sonunda pigment oranı {pct(last)}"
            " olduğuna göre bir işlemde boyanın yaklaşık yüzde kaçı alınmıştır?",
        ),
        (
            f"Bir seferde alınan paya x diyelim: {plain(c)} × (1 - x){superscript(n)} = {plain(last)}\nBuradan 1 -"
            f" x bulunur: {kept} {is_(ratio, 6, amount=False)}\nYüzde olarak: (1 - {kept}) × 100"
            f" {is_(share, amount=False)}",
            f"Her işlemde maddenin aynı payı kalır; son oranın ilk orana bölümünün {n}. dereceden kökü bu payı"
            f" verir.\n{kept} {is_(ratio, 6, amount=False)}\nAlınan pay: 100 - 100 × {kept}"
            f" {is_(share, amount=False)}",
        ),
        share,
        "%",
    )


FAMILIES = (
    Family("ratio-direct-share", UNIT, _direct_share),
    Family("ratio-inverse-share", UNIT, _inverse_share),
    Family("ratio-partnership", UNIT, _partnership),
    Family("ratio-mixture-price", UNIT, _mixture_price),
    Family("ratio-alloy-fineness", UNIT, _alloy_fineness),
    Family("ratio-alloy-weight", UNIT, _alloy_weight),
    Family("ratio-dilution", UNIT, _dilution),
    Family("ratio-dilution-share", UNIT, _dilution_share),
)
