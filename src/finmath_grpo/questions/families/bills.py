"""Bills of exchange and equivalent bills: two bills are equivalent on a day if their present values are equal then."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.percentages import comes_out_whole, quarter_rate
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Senetler ve eşdeğer senetler"
COUNTS = {3: "üç", 4: "dört", 5: "beş", 6: "altı"}


def _equivalent_outer(draw: Random) -> Problem:
    """(face, its months, rate, new months): face × (1 − i t) / (1 − i u) by outer discount."""
    k, r = pick(draw, 18000, 165000, 50), quarter_rate(draw, 18, 48)
    t, u = draw.sample(range(1, 9), 2)
    a, b = 1200 - r * t, 1200 - r * u
    value = k * a / b
    return problem(
        draw,
        (k, t, r, u),
        (
            f"{t} ay vadeli {tl(k)}'lik senet, {u} ay vadeli bir senetle değiştirilecektir. Yıllık basit dış"
            f" iskonto oranı {pct(r)} olduğuna göre yeni senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, vadesine {t} ay kalan {tl(k)} nominal değerli senedini {u} ay vadeli eşdeğer"
            f" bir senetle değiştirmek istiyor. Yıllık {pct(r)} basit dış iskonto oranına göre eşdeğer senedin"
            " nominal değeri kaç TL'dir?",
            f"Basit dış iskontoya ve yıllık {pct(r)} iskonto oranına göre, {t} ay vadeli {tl(k)}'lik senede eşdeğer"
            f" olan {u} ay vadeli senedin nominal değerini bulunuz.",
            f"Bir borçlu, {t} ay sonra ödeyeceği {tl(k)}'lik senedin yerine {u} ay vadeli bir senet vermeyi"
            f" öneriyor. Alacaklı yıllık {pct(r)} basit dış iskonto oranıyla bugünkü değerlerin eşit olmasını"
            " istediğine göre yeni senedin nominal değeri ne kadar olmalıdır?",
        ),
        (
            f"Eski senedin peşin değeri: {show(k)} × (1 - {plain(r)} × {t} / 1.200) {is_(k * a / 1200)}\nBu tutar,"
            f" yeni senedin peşin değerine eşittir.\nNominal değer: {show(k)} × (1 - {plain(r)} × {t} / 1.200) / (1"
            f" - {plain(r)} × {u} / 1.200) {is_(value)}",
            f"Eşdeğer senetlerin peşin değerleri birbirine eşittir.\n{t} ay için: 1.200 - {plain(r)} × {t} ="
            f" {plain(a)}\n{u} ay için: 1.200 - {plain(r)} × {u} = {plain(b)}\n{show(k)} × {plain(a)} / {plain(b)}"
            f" {is_(value)}",
        ),
        value,
    )


def _equivalent_inner(draw: Random) -> Problem:
    """(face, its months, rate, new months): face × (1 + i u) / (1 + i t) by inner discount."""
    k, r = pick(draw, 18000, 165000, 50), quarter_rate(draw, 18, 48)
    t, u = draw.sample(range(1, 11), 2)
    a, b = 1200 + r * t, 1200 + r * u
    value = k * b / a
    return problem(
        draw,
        (k, t, r, u),
        (
            f"Vadesi {t} ay olan {tl(k)}'lik senet, basit iç iskonto yöntemine göre {u} ay vadeli bir senetle"
            f" değiştirilecektir. Yıllık iskonto oranı {pct(r)} olduğuna göre yeni senedin nominal değeri kaç"
            " TL'dir?",
            f"Bir borçlu, {t} ay sonra ödeyeceği {tl(k)}'yi bugünden {u} ay sonra ödemek istiyor. Yıllık {pct(r)}"
            " oranıyla basit iç iskonto uygulanırsa ödenecek eşdeğer tutar kaç TL'dir?",
            f"Yıllık {pct(r)} basit iç iskonto oranıyla, {t} ay vadeli {tl(k)}'lik bonoya eşdeğer olan {u} ay"
            " vadeli bononun nominal değerini hesaplayınız.",
            f"{draw.choice(FIRMS)}, {t} ay vadeli {tl(k)}'lik borç senedini {u} ay vadeli bir senetle yeniliyor."
            f" Bugünkü değerler yıllık {pct(r)} basit iç iskonto oranıyla eşitlendiğine göre yeni senedin nominal"
            " değeri ne kadardır?",
        ),
        (
            f"Eski senedin peşin değeri: {show(k)} / (1 + {plain(r)} × {t} / 1.200) {is_(k * 1200 / a)}\nYeni"
            f" vadeye taşınır: {show(k)} / (1 + {plain(r)} × {t} / 1.200) × (1 + {plain(r)} × {u} / 1.200)"
            f" {is_(value)}",
            f"Önce bugünkü değer bulunur, sonra yeni vadeye taşınır.\n{t} ay için: 1.200 + {plain(r)} × {t} ="
            f" {plain(a)}\n{u} ay için: 1.200 + {plain(r)} × {u} = {plain(b)}\n{show(k)} × {plain(b)} / {plain(a)}"
            f" {is_(value)}",
        ),
        value,
    )


def _merged(draw: Random) -> Problem:
    """(face 1, months 1, face 2, months 2, rate, new months): one bill for two, by outer discount."""
    k, m, r = pick(draw, 16000, 95000, 50), pick(draw, 16000, 95000, 50), quarter_rate(draw, 18, 48)
    t, u, v = draw.sample(range(1, 9), 3)
    a, b, c = (1200 - r * months for months in (t, u, v))
    p, q = k * a, m * b
    value = (p + q) / c
    return problem(
        draw,
        (k, t, m, u, r, v),
        (
            f"{t} ay vadeli {tl(k)}'lik ve {u} ay vadeli {tl(m)}'lik iki senet, {v} ay vadeli tek bir senetle"
            f" değiştiriliyor. Yıllık basit dış iskonto oranı {pct(r)} olduğuna göre yeni senedin nominal değeri"
            " kaç TL'dir?",
            f"{draw.choice(FIRMS)}, biri {t} ay vadeli {tl(k)}, diğeri {u} ay vadeli {tl(m)} tutarındaki iki borç"
            f" senedini {v} ay vadeli tek bir senede bağlamak istiyor. Yıllık {pct(r)} basit dış iskonto oranına"
            " göre bu senedin nominal değeri kaç TL'dir?",
            f"Vadeleri {t} ve {u} ay, nominal değerleri sırasıyla {tl(k)} ve {tl(m)} olan iki senedin yerine {v} ay"
            f" vadeli tek bir senet verilecektir. Yıllık {pct(r)} oranıyla basit dış iskonto uygulandığında yeni"
            " senedin nominal değerini bulunuz.",
            f"Bir esnaf, {t} ay sonra {tl(k)}, {u} ay sonra {tl(m)} ödemesi gereken iki senet yerine {v} ay vadeli"
            f" bir senet vermiştir. Eski senetlerin bugünkü değerleri toplamı yıllık {pct(r)} basit dış iskonto"
            " oranıyla yeni senedinkine eşit olduğuna göre verilen senedin nominal değeri ne kadardır?",
        ),
        (
            f"Birinci senedin peşin değeri: {show(k)} × (1 - {plain(r)} × {t} / 1.200) {is_(p / 1200)}\nİkinci"
            f" senedin peşin değeri: {show(m)} × (1 - {plain(r)} × {u} / 1.200) {is_(q / 1200)}\nYeni senet:"
            f" ({show(k)} × (1 - {plain(r)} × {t} / 1.200) + {show(m)} × (1 - {plain(r)} × {u} / 1.200)) / (1 -"
            f" {plain(r)} × {v} / 1.200) {is_(value)}",
            f"Her vade için 1.200 - n × t bulunur.\n1.200 - {plain(r)} × {t} = {plain(a)}\n1.200 - {plain(r)} × {u}"
            f" = {plain(b)}\n1.200 - {plain(r)} × {v} = {plain(c)}\n{show(k)} × {plain(a)} + {show(m)} × {plain(b)}"
            f" = {show(p + q)}\n{show(p + q)} / {plain(c)} {is_(value)}",
        ),
        value,
    )


def _average_maturity(draw: Random) -> Problem:
    """(face, days, … of four or five bills): the weighted mean maturity in days."""
    count = draw.choice((4, 5))
    while True:
        *others, own = (pick(draw, 12000, 64000, 250) for _ in range(count))
        first = draw.sample(range(18, 205), count - 1)
        total, rest = sum(others) + own, sum(k * t for k, t in zip(others, first, strict=True))
        last = [t for t in range(18, 205) if (rest + own * t) % total == 0 and t not in first]
        if last:
            break
    bills_in_time = sorted(zip([*first, draw.choice(last)], [*others, own], strict=True))
    days, faces = [t for t, _ in bills_in_time], [k for _, k in bills_in_time]
    products = [k * t for k, t in zip(faces, days, strict=True)]
    product = sum(products)
    mean = F(product, total)
    named = [f"{t} gün vadeli {tl(k)}" for k, t in zip(faces, days, strict=True)]
    bills = f"{', '.join(named[:-1])} ve {named[-1]}"
    listed = "; ".join(f"{tl(k)} ({t} gün)" for k, t in zip(faces, days, strict=True))
    word = COUNTS[count]
    return problem(
        draw,
        tuple(part for bill in zip(faces, days, strict=True) for part in bill),
        (
            f"Nominal değerleri ve vadelerine kalan süreleri şöyle olan {word} senet vardır: {listed}. Bu"
            " senetlerin ortalama vadesi kaç gündür?",
            f"Bir işletme, {bills} tutarındaki {word} borç senedini, nominal değeri bunların toplamına eşit tek bir"
            " senetle değiştirecektir. Yeni senedin vadesi, senetlerin ortalama vadesine göre kaç gündür?",
            f"{bills} nominal değerli {word} senedin ortalama vadesini gün olarak bulunuz.",
            f"Bir toptancı, bir müşterisinden olan {word} alacağını ortalama vadede tek seferde tahsil edecektir:"
            f" {listed}. Parantez içindeki süreler alacakların vadelerine kalan günler olduğuna göre ortalama vade"
            " kaç gündür?",
        ),
        (
            "Senetlerin adatları (tutar × gün) bulunur.\n"
            + "".join(f"{show(k)} × {t} = {show(k * t)}\n" for k, t in zip(faces, days, strict=True))
            + f"Adatlar toplamı: {' + '.join(show(each) for each in products)} = {show(product)}\nNominal değerler"
            f" toplamı: {' + '.join(show(k) for k in faces)} = {show(total)}\nOrtalama vade: {show(product)} /"
            f" {show(total)} = {plain(mean)}",
            "Ortalama vade, vadelerin nominal değerlerle ağırlıklı"
            f" ortalamasıdır.\n{' + '.join(f'{show(k)} × {t}' for k, t in zip(faces, days, strict=True))} ="
            f" {show(product)}\n{' + '.join(show(k) for k in faces)} = {show(total)}\n{show(product)} /"
            f" {show(total)} = {plain(mean)} gün",
        ),
        mean,
        "gün",
    )


def _new_maturity(draw: Random) -> Problem:
    """(face, its months, rate, new face): months of the equivalent bill, by outer discount."""
    while True:
        r, (t, u) = F(pick(draw, 18, 48), 1), draw.sample(range(1, 11), 2)
        k = pick(draw, 18000, 145000, 50)
        p = k * (1 - r * t / 1200)
        m = p / (1 - r * u / 1200)
        if (m / 10).denominator == 1 and (p * 100).denominator == 1:
            break
    return problem(
        draw,
        (k, t, r, m),
        (
            f"{t} ay vadeli {tl(k)}'lik senet yerine {tl(m)}'lik bir senet verilecektir. Vade ay olarak"
            f" belirlendiğine ve yıllık basit dış iskonto oranı {pct(r)} olduğuna göre yeni senedin vadesi kaç"
            " aydır?",
            f"Yıllık {pct(r)} basit dış iskonto oranına göre, vadesine {t} ay kalan {tl(k)} nominal değerli senet"
            f" ile {tl(m)} nominal değerli senet eşdeğerdir. İkinci senedin vadesi kaç aydır?",
            f"{draw.choice(FIRMS)}, {t} ay sonra ödeyeceği {tl(k)}'lik senedini {tl(m)}'lik bir senetle değiştirmek"
            f" istiyor. Yıllık {pct(r)} basit dış iskonto oranına göre senetlerin eşdeğer olması için yeni senedin"
            " vadesi kaç ay olmalıdır?",
            f"Alacaklı, {t} ay vadeli {tl(k)}'lik senedin {tl(m)}'lik bir senetle yenilenmesini kabul etmiştir."
            f" Yıllık {pct(r)} basit dış iskonto oranıyla bugünkü değerler eşit olduğuna göre yeni senedin vadesini"
            " ay olarak bulunuz.",
        ),
        (
            f"Peşin değer: {show(k)} × (1 - {plain(r)} × {t} / 1.200) = {show(p)}\nYeni senedin iskontosu:"
            f" {show(m)} - {show(p)} = {show(m - p)}\nBir aylık iskontosu: {show(m)} × {plain(r)} / 1.200"
            f" {is_(m * r / 1200)}\nVade: {show(m - p)} × 1.200 / ({show(m)} × {plain(r)}) = {u}",
            f"Yeni senedin peşin değeri eskisininkine eşittir.\n{show(k)} × (1.200 - {plain(r)} × {t}) / 1.200 ="
            f" {show(p)}\nİskonto: {show(m)} - {show(p)} = {show(m - p)}\nt = D × 1.200 / (K × n)\n{show(m)} ×"
            f" {plain(r)} = {show(m * r)}\nt = {show(m - p)} × 1.200 / {show(m * r)} = {u} ay",
        ),
        u,
        "ay",
    )


def _cash_remainder(draw: Random) -> Problem:
    """(debt, face 1, months 1, face 2, months 2, rate): what is left of a debt paid today with two bills."""
    if comes_out_whole(draw):
        k, m, r = pick(draw, 16800, 94800, 1200), pick(draw, 16800, 94800, 1200), F(pick(draw, 18, 48))
    else:
        k, m, r = pick(draw, 16000, 95000, 50), pick(draw, 16000, 95000, 50), quarter_rate(draw, 18, 48)
    t, u = sorted(draw.sample(range(2, 9), 2))
    debt = k + m + pick(draw, 2000, 46000, 50)
    x, y = k * r * t / 1200, m * r * u / 1200
    p, q = k - x, m - y
    value = debt - p - q
    return problem(
        draw,
        (debt, k, t, m, u, r),
        (
            f"{tl(debt)}'lik borca karşılık {t} ay vadeli {tl(k)}'lik ve {u} ay vadeli {tl(m)}'lik iki senet"
            f" veriliyor. Senetler yıllık {pct(r)} basit dış iskonto oranıyla değerlendirildiğine göre bugün ayrıca"
            " ödenmesi gereken nakit kaç TL'dir?",
            f"Peşin fiyatı {tl(debt)} olan bir makine için {t} ay vadeli {tl(k)}'lik ve {u} ay vadeli {tl(m)}'lik"
            f" iki senet veriliyor, geri kalanı peşin ödeniyor. Satıcı senetlere yıllık {pct(r)} oranıyla basit dış"
            " iskonto uyguladığına göre peşin ödenen tutar kaç TL'dir?",
            f"{draw.choice(FIRMS)}, bugün ödemesi gereken {tl(debt)} borcunun bir kısmını {t} ay vadeli {tl(k)}'lik"
            f" ve {u} ay vadeli {tl(m)}'lik senetlerle kapatıyor. Senetlerin peşin değerleri yıllık {pct(r)} basit"
            " dış iskonto oranıyla hesaplandığına göre nakit ödenecek kısmı bulunuz.",
            f"Bir tüccar, {tl(debt)}'lik peşin mal bedeline karşılık elindeki iki senedi ciro ediyor: {tl(k)} ({t}"
            f" ay vadeli) ve {tl(m)} ({u} ay vadeli). Yıllık basit dış iskonto oranı {pct(r)} olduğuna göre"
            " tüccarın bugün ödeyeceği fark kaç TL'dir?",
        ),
        (
            f"1. senedin peşin değeri: {show(k)} - {show(k)} × {plain(r)} × {t} / 1.200 {is_(p)}\n2. senedin peşin"
            f" değeri: {show(m)} - {show(m)} × {plain(r)} × {u} / 1.200 {is_(q)}\nNakit: {show(debt)} - {show(k)} ×"
            f" (1 - {plain(r)} × {t} / 1.200) - {show(m)} × (1 - {plain(r)} × {u} / 1.200) {is_(value)}",
            f"Birinci senedin iskontosu: {show(k)} × {plain(r)} × {t} / 1.200 {is_(x)}\nİkinci senedin iskontosu:"
            f" {show(m)} × {plain(r)} × {u} / 1.200 {is_(y)}\nNominal değerlerle kalan: {show(debt)} - {show(k)} -"
            f" {show(m)} = {show(debt - k - m)}\nİskontolar eklenir: {show(debt - k - m)} + ({show(k)} × {t} +"
            f" {show(m)} × {u}) × {plain(r)} / 1.200 {is_(value)}",
        ),
        value,
    )


def _equal_bills(draw: Random) -> Problem:
    """(debt, rate, bills): the face of equal monthly bills worth the debt today, by inner discount."""
    debt, n, i = pick(draw, 36000, 285000, 50), pick(draw, 3, 6), F(pick(draw, 7, 17), 4)
    r = 12 * i
    factors = [1 + i * month / 100 for month in range(1, n + 1)]
    present = sum((1 / factor for factor in factors), F(0))
    value = debt / present
    word = COUNTS[n]
    terms = " + ".join(f"1 / {plain(factor)}" for factor in factors)
    return problem(
        draw,
        (debt, r, n),
        (
            f"Peşin fiyatı {tl(debt)} olan bir makine, vadeleri 1 aydan başlayıp birer ay arayla dolan {word} eşit"
            f" senetle satılıyor. Yıllık {pct(r)} oranıyla basit iç iskonto uygulandığına ve senetlerin peşin"
            " değerleri toplamı peşin fiyata eşit olduğuna göre bir senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, bugünkü değeri {tl(debt)} olan borcunu, ilki 1 ay, sonuncusu {n} ay vadeli"
            f" olmak üzere birer ay arayla ödenecek {word} eşit senede bağlıyor. Yıllık basit iç iskonto oranı"
            f" {pct(r)} olduğuna göre her senedin nominal değeri kaç TL'dir?",
            f"Bugün ödenmesi gereken {tl(debt)}'lik borç yerine, ilki 1 ay sonra olmak üzere aylık aralıklarla"
            f" ödenecek {word} eşit senet verilecektir. Değerlemede bugünün tarihi ve yıllık {pct(r)} basit iç"
            " iskonto oranı esas alındığına göre bir senedin nominal değerini hesaplayınız.",
            f"Bir satıcı, {tl(debt)} peşin fiyatlı malı {n} ay boyunca her ay sonunda ödenecek eşit senetlerle"
            f" satıyor. Senetlerin yıllık {pct(r)} basit iç iskonto oranıyla bugüne indirgenmiş değerleri toplamı"
            " peşin fiyata eşit olduğuna göre bir senedin tutarı ne kadardır?",
        ),
        (
            f"Aylık oran: {plain(r)} / 12 = {plain(i)}\n"
            + "".join(
                f"{month} ay için: 1 / (1 + {plain(i)} × {month} / 100) {is_(1 / factor, 6, amount=False)}\n"
                for month, factor in enumerate(factors, 1)
            )
            + f"Peşin değerler toplamı borca eşittir.\nSenedin nominal değeri: {show(debt)} / ({terms}) {is_(value)}",
            "Her senedin peşin değeri, nominal değerin 1 + i × t ile bölümüdür.\n"
            + "".join(f"1 + {plain(i / 100)} × {month} = {plain(factor)}\n" for month, factor in enumerate(factors, 1))
            + f"{terms} {is_(present, 6, amount=False)}\n{show(debt)} / ({terms}) {is_(value)}",
        ),
        value,
    )


FAMILIES = (
    Family("bills-equivalent-outer", UNIT, _equivalent_outer),
    Family("bills-equivalent-inner", UNIT, _equivalent_inner),
    Family("bills-merged", UNIT, _merged),
    Family("bills-average-maturity", UNIT, _average_maturity),
    Family("bills-new-maturity", UNIT, _new_maturity),
    Family("bills-cash-remainder", UNIT, _cash_remainder),
    Family("bills-equal-monthly", UNIT, _equal_bills),
)
