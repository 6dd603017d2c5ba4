"""Bills of exchange and equivalent bills: two bills are equivalent on a day if their present values are equal then."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, problem, show, tl

UNIT = "Senetler ve eşdeğer senetler"
RATES = (12, 18, 24, 30, 36, 48)


def _equivalent_outer(draw: Random) -> Problem:
    """(face, its months, rate, new months): face × (1 − i t) / (1 − i u) by outer discount."""
    k, r = pick(draw, 3000, 60000, 1000), draw.choice(RATES)
    t, u = draw.sample(range(1, 9), 2)
    a, b = 1 - F(r * t, 1200), 1 - F(r * u, 1200)
    p = k * a
    value = p / b
    return problem(
        draw,
        (k, t, r, u),
        (
            f"{t} ay vadeli {tl(k)}'lik senet, {u} ay vadeli bir senetle değiştirilecektir. Yıllık dış iskonto oranı"
            f" {pct(r)} olduğuna göre yeni senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, vadesine {t} ay kalan {tl(k)} nominal değerli senedini vadesi {u} ay olan eşdeğer"
            f" bir senetle değiştirmek istiyor. {pct(r)} dış iskonto oranına göre eşdeğer senedin nominal değeri kaç"
            " TL'dir?",
            f"Dış iskonto esasına göre ve yıllık {pct(r)} oranıyla, {t} ay vadeli {tl(k)}'lik senede eşdeğer olan {u}"
            " ay vadeli senedin nominal değeri kaç TL'dir?",
        ),
        (
            f"Eski senedin oranı: {r} × {t} / 1.200 = {plain(1 - a)}\nPeşin değeri: {show(k)} × {plain(a)} ="
            f" {show(p)}\n"
            f"Yeni senedin oranı: {r} × {u} / 1.200 = {plain(1 - b)}\nNominal değeri: {show(p)} / {plain(b)}"
            f" {is_(value)}",
            f"Eşdeğer senetlerin peşin değerleri birbirine eşittir.\nAylık oran: {r} / 12 = {plain(F(r, 12))}\n"
            f"{t} ay için 1 - {plain(1 - a)} = {plain(a)}, {u} ay için 1 - {plain(1 - b)} = {plain(b)} alınır.\n"
            f"{show(k)} × {plain(a)} = {show(p)}\n{show(p)} / {plain(b)} {is_(value)}",
        ),
        value,
    )


def _equivalent_inner(draw: Random) -> Problem:
    """(face, its months, rate, new months): face × (1 + i u) / (1 + i t) by inner discount."""
    r = draw.choice(RATES)
    t, u = draw.sample(range(1, 11), 2)
    a, b = 1 + F(r * t, 1200), 1 + F(r * u, 1200)
    p = pick(draw, 2000, 40000, 1000)
    k, value = p * a, p * b
    return problem(
        draw,
        (k, t, r, u),
        (
            f"Vadesi {t} ay olan {tl(k)}'lik senet, iç iskonto yöntemiyle {u} ay vadeli bir senede çevrilecektir."
            f" Yıllık faiz oranı {pct(r)} ise yeni senedin nominal değeri kaç TL'dir?",
            f"Bir borçlu, {t} ay sonra ödeyeceği {tl(k)}'yi {u} ay sonra ödemek istiyor. Yıllık {pct(r)} basit iç"
            " iskonto uygulanırsa eşdeğer borç tutarı kaç TL'dir?",
            f"Yıllık {pct(r)} iç iskonto oranıyla {t} ay vadeli {tl(k)}'lik bonoya eşdeğer {u} ay vadeli bononun"
            " nominal değeri kaç TL'dir?",
        ),
        (
            f"Eski senet için: 1 + {r} × {t} / 1.200 = {plain(a)}\nPeşin değer: {show(k)} / {plain(a)} = {show(p)}\n"
            f"Yeni senet için: 1 + {r} × {u} / 1.200 = {plain(b)}\nNominal değer: {show(p)} × {plain(b)} ="
            f" {show(value)}",
            f"Önce bugünkü değer bulunur, sonra yeni vadeye taşınır.\n{r} × {t} / 1.200 = {plain(a - 1)}\n"
            f"{show(k)} / {plain(a)} = {show(p)}\n{r} × {u} / 1.200 = {plain(b - 1)}\n{show(p)} × {plain(b)} ="
            f" {show(value)}",
        ),
        value,
    )


def _merged(draw: Random) -> Problem:
    """(face 1, months 1, face 2, months 2, rate, new months): one bill for two, by outer discount."""
    k, m = pick(draw, 2000, 30000, 1000), pick(draw, 2000, 30000, 1000)
    r = draw.choice(RATES)
    t, u, v = draw.sample(range(1, 9), 3)
    a, b, c = (1 - F(r * months, 1200) for months in (t, u, v))
    p, q = k * a, m * b
    value = (p + q) / c
    return problem(
        draw,
        (k, t, m, u, r, v),
        (
            f"{t} ay vadeli {tl(k)}'lik ve {u} ay vadeli {tl(m)}'lik iki senet, {v} ay vadeli tek bir senetle"
            f" değiştiriliyor. Yıllık dış iskonto oranı {pct(r)} olduğuna göre yeni senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, biri {t} ay sonra {tl(k)}, diğeri {u} ay sonra {tl(m)} olan iki borcunu {v} ay"
            f" vadeli tek senede bağlamak istiyor. Dış iskonto oranı yıllık {pct(r)} ise bu senedin değeri kaç TL'dir?",
            f"Vadeleri {t} ve {u} ay, nominal değerleri sırasıyla {tl(k)} ve {tl(m)} olan senetlerin yerine geçecek"
            f" {v} ay vadeli senedin nominal değeri, yıllık {pct(r)} dış iskontoya göre kaç TL'dir?",
        ),
        (
            f"Birinci senet: {show(k)} × (1 - {plain(1 - a)}) = {show(p)}\nİkinci senet: {show(m)} × (1 -"
            f" {plain(1 - b)}) = {show(q)}\n"
            f"Peşin değerler toplamı: {show(p)} + {show(q)} = {show(p + q)}\nYeni senet: 1 - {plain(1 - c)} ="
            f" {plain(c)}\n"
            f"{show(p + q)} / {plain(c)} {is_(value)}",
            f"Aylık iskonto oranı yüzde {r} / 12 = {plain(F(r, 12))} olur.\n{show(k)} × {plain(a)} = {show(p)}\n"
            f"{show(m)} × {plain(b)} = {show(q)}\n{show(p)} + {show(q)} = {show(p + q)}\n"
            f"Yeni senedin nominal değeri {show(p + q)} / {plain(c)} {is_(value)}",
        ),
        value,
    )


def _average_maturity(draw: Random) -> Problem:
    """(face 1, days 1, face 2, days 2, face 3, days 3): the weighted mean maturity in days."""
    while True:
        faces = [pick(draw, 2, 15) for _ in range(3)]
        days = sorted(draw.sample(range(20, 200, 10), 3))
        weighted = sum(k * t for k, t in zip(faces, days, strict=True))
        if weighted % sum(faces) == 0:
            break
    (a, b, c), (t, u, v), mean = faces, days, F(weighted, sum(faces))
    x, y, z = (tl(k * 1000) for k in faces)
    return problem(
        draw,
        (a * 1000, t, b * 1000, u, c * 1000, v),
        (
            f"{x}, {y} ve {z}'lik üç senedin vadeleri sırasıyla {t}, {u} ve {v} gündür. Bu senetlerin ortalama vadesi"
            " kaç gündür?",
            f"Bir işletme {t} gün vadeli {x}, {u} gün vadeli {y} ve {v} gün vadeli {z}'lik senetlerini, nominal"
            " değeri bunların toplamına eşit tek bir senetle değiştirecektir. Yeni senedin ortak vadesi kaç gündür?",
            f"Nominal değerleri {x}, {y}, {z} ve kalan süreleri {t}, {u}, {v} gün olan senetler için ortalama vade"
            " kaç gündür?",
        ),
        (
            f"Bin TL × gün: {a} × {t} + {b} × {u} + {c} × {v} = {show(weighted)}\n"
            f"Toplam (bin TL): {a} + {b} + {c} = {a + b + c}\nOrtalama vade: {show(weighted)} / {a + b + c} ="
            f" {plain(mean)}",
            f"Vadeler, nominal değerlerle tartılır (bin TL olarak).\n{a} × {t} = {show(a * t)}\n{b} × {u} ="
            f" {show(b * u)}\n"
            f"{c} × {v} = {show(c * v)}\n{show(a * t)} + {show(b * u)} + {show(c * v)} = {show(weighted)}\n"
            f"{a} + {b} + {c} = {a + b + c}\n{show(weighted)} / {a + b + c} = {plain(mean)} gün",
        ),
        mean,
        "gün",
    )


def _new_maturity(draw: Random) -> Problem:
    """(face, its months, rate, new face): months of the equivalent bill, by outer discount."""
    while True:
        r, t, u = draw.choice(RATES), *draw.sample(range(1, 11), 2)
        k = pick(draw, 4000, 40000, 1000)
        p = k * (1 - F(r * t, 1200))
        m = p / (1 - F(r * u, 1200))
        if m.denominator == 1 and m % 100 == 0:
            break
    share = F(r * u, 1200)
    return problem(
        draw,
        (k, t, r, m),
        (
            f"{t} ay vadeli {tl(k)}'lik senet yerine {tl(m)}'lik bir senet verilecektir. Yıllık dış iskonto oranı"
            f" {pct(r)} olduğuna göre yeni senedin vadesi kaç aydır?",
            f"Yıllık {pct(r)} dış iskonto oranıyla, vadesine {t} ay kalan {tl(k)} nominal değerli senet ile {tl(m)}"
            " nominal değerli senet eşdeğerdir. İkinci senedin vadesi kaç aydır?",
            f"{draw.choice(FIRMS)} {t} ay sonra ödeyeceği {tl(k)}'lik senedini {tl(m)}'lik bir senetle değiştirdi."
            f" {pct(r)} dış iskonto oranında değişimin hakça olması için yeni vade kaç aydır?",
        ),
        (
            f"Peşin değer: {show(k)} × (1 - {r} × {t} / 1.200) = {show(p)}\nYeni senedin iskontosu: {show(m)} -"
            f" {show(p)} = {show(m - p)}\n"
            f"Bir aylık iskonto: {show(m)} × {r} / 1.200 = {show(m * r / 1200)}\n"
            f"Vade: {show(m - p)} / {show(m * r / 1200)} = {u}",
            f"Eski senedin peşin değer çarpanı: 1 - {plain(F(r * t, 1200))} = {plain(1 - F(r * t, 1200))}\n"
            f"{show(k)} × {plain(1 - F(r * t, 1200))} = {show(p)}\nOran: {show(p)} / {show(m)} = {plain(1 - share)}\n"
            f"1 - {plain(1 - share)} = {plain(share)}\nAylık oran: {r} / 1.200 = {plain(F(r, 1200))}\n"
            f"{plain(share)} / {plain(F(r, 1200))} = {u} ay",
        ),
        u,
        "ay",
    )


def _cash_remainder(draw: Random) -> Problem:
    """(debt, face 1, months 1, face 2, months 2, rate): what is left of a debt paid today with two bills."""
    k, m = pick(draw, 3000, 24000, 1000), pick(draw, 3000, 24000, 1000)
    r = draw.choice(RATES)
    t, u = sorted(draw.sample(range(2, 9), 2))
    p, q = k * (1 - F(r * t, 1200)), m * (1 - F(r * u, 1200))
    debt = k + m + pick(draw, 1000, 12000, 500)
    value = debt - p - q
    return problem(
        draw,
        (debt, k, t, m, u, r),
        (
            f"{tl(debt)}'lik borca karşılık {t} ay vadeli {tl(k)}'lik ve {u} ay vadeli {tl(m)}'lik iki senet"
            f" veriliyor. Senetlere yıllık {pct(r)} dış iskonto uygulandığına göre bugün ayrıca ödenmesi gereken"
            " nakit kaç TL'dir?",
            f"{draw.choice(WHO)} peşin fiyatı {tl(debt)} olan bir makine için {tl(k)} ({t} ay vadeli) ve {tl(m)} ({u}"
            f" ay vadeli) tutarında iki senet veriyor. Satıcı {pct(r)} dış iskonto uyguladığına göre peşin ödenecek"
            " tutar kaç TL'dir?",
            f"Bugünkü değeri {tl(debt)} olan bir borcun bir kısmı, vadesi {t} ay olan {tl(k)} ve vadesi {u} ay olan"
            f" {tl(m)}'lik senetlerle kapatılıyor. Yıllık dış iskonto oranı {pct(r)} ise kalan borç bugün itibarıyla"
            " kaç TL'dir?",
        ),
        (
            f"1. senedin peşin değeri: {show(k)} × {plain(p / k)} = {show(p)}\n2. senedin peşin değeri: {show(m)} ×"
            f" {plain(q / m)} = {show(q)}\n"
            f"Senetlerle ödenen: {show(p)} + {show(q)} = {show(p + q)}\nNakit: {show(debt)} - {show(p + q)} ="
            f" {show(value)}",
            f"Birinci senedin iskontosu: {show(k)} × {r} × {t} / 1.200 = {show(k - p)}\nPeşin değeri: {show(k)} -"
            f" {show(k - p)} = {show(p)}\n"
            f"İkinci senedin iskontosu: {show(m)} × {r} × {u} / 1.200 = {show(m - q)}\nPeşin değeri: {show(m)} -"
            f" {show(m - q)} = {show(q)}\n"
            f"Kalan: {show(debt)} - {show(p)} - {show(q)} = {show(value)}",
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
)
