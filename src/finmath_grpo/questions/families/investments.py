"""Investment decisions: net present value, internal rate of return, payback, profitability."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, is_, pct, pick, plain, power, problem, show, tl

UNIT = "Yatırım kararları (NBD ve iç verim oranı)"


def _npv_two_years(draw: Random) -> Problem:
    """(outlay, first inflow, second inflow, rate): −outlay + first / (1 + i) + second / (1 + i)²."""
    r = draw.choice((10, 20, 25, 30, 40, 50))
    f = 1 + F(r, 100)
    a, b = pick(draw, 4000, 40000, 1000), pick(draw, 4000, 40000, 1000)
    x, y = a * f, b * f**2
    outlay = a + b - pick(draw, 500, 6000, 500)
    if y.denominator != 1 or outlay <= 0:
        return _npv_two_years(draw)
    value = a + b - outlay
    return problem(
        draw,
        (outlay, x, y, r),
        (
            f"{tl(outlay)}'lik bir yatırım 1. yıl sonunda {tl(x)}, 2. yıl sonunda {tl(y)} nakit girişi sağlayacaktır."
            f" İskonto oranı {pct(r)} olduğuna göre net bugünkü değer kaç TL'dir?",
            f"{draw.choice(FIRMS)} bugün {tl(outlay)} harcayarak iki yıl üst üste yıl sonlarında {tl(x)} ve {tl(y)}"
            f" gelir elde edecektir. Sermaye maliyeti {pct(r)} iken projenin net bugünkü değeri (NBD) kaç TL'dir?",
            f"Nakit akışları sırasıyla -{tl(outlay)}, {tl(x)} ve {tl(y)} olan iki yıllık projenin {pct(r)} iskonto"
            " oranıyla net bugünkü değeri kaç TL'dir?",
        ),
        (
            f"1. yılın bugünkü değeri: {show(x)} / {plain(f)} = {show(a)}\n2. yılın bugünkü değeri: {show(y)} /"
            f" {plain(f**2)} = {show(b)}\n"
            f"Toplam: {show(a)} + {show(b)} = {show(a + b)}\nNBD: {show(a + b)} - {show(outlay)} = {show(value)}",
            f"{plain(f)}^2 = {plain(f**2)}\n{show(x)} / {plain(f)} + {show(y)} / {plain(f**2)} = {show(a + b)}\n"
            f"Yatırım tutarı düşülür: {show(a + b)} - {show(outlay)} = {show(value)}",
        ),
        value,
    )


def _npv_by_factors(draw: Random) -> Problem:
    """(outlay, three inflows, rate): with the three given discount factors."""
    r = draw.choice((8, 10, 12, 15, 20, 25))
    flows = [pick(draw, 5000, 60000, 1000) for _ in range(3)]
    factors = [power(r, -k) for k in (1, 2, 3)]
    parts = [c * v for c, v in zip(flows, factors, strict=True)]
    total = sum(parts, F(0))
    outlay = int(total) // 1000 * 1000 - pick(draw, 1000, 8000, 1000)
    if outlay < 5000:
        return _npv_by_factors(draw)
    a, b, c = (tl(flow) for flow in flows)
    x, y, z = (plain(v) for v in factors)
    note = f"(Bugünkü değer çarpanları: 1. yıl {x}; 2. yıl {y}; 3. yıl {z})"
    lines = "\n".join(
        f"{k}. yıl: {show(flow)} × {plain(v)} = {show(p)}"
        for k, flow, v, p in zip((1, 2, 3), flows, factors, parts, strict=True)
    )
    return problem(
        draw,
        (outlay, *flows, r),
        (
            f"Maliyeti {tl(outlay)} olan bir proje üç yıl boyunca yıl sonlarında {a}, {b} ve {c} net nakit girişi"
            f" sağlıyor. {pct(r)} iskonto oranıyla projenin net bugünkü değeri kaç TL'dir? {note}",
            f"{draw.choice(FIRMS)} {tl(outlay)}'lik bir makine alırsa izleyen üç yılda {a}, {b} ve {c} nakit elde"
            f" edecektir. Beklenen getiri {pct(r)} ise yatırımın NBD'si kaç TL'dir? {note}",
            f"Başlangıç yatırımı {tl(outlay)}, yıllık nakit girişleri {a}, {b}, {c} olan yatırımın {pct(r)} üzerinden"
            f" net bugünkü değeri kaç TL'dir? {note}",
        ),
        (
            f"{lines}\nToplam bugünkü değer: {' + '.join(show(p) for p in parts)} = {show(total)}\nNBD: {show(total)}"
            f" - {show(outlay)} = {show(total - outlay)}",
            f"Her nakit girişi kendi yılının çarpanıyla çarpılır.\n{lines}\n{show(parts[0])} + {show(parts[1])} ="
            f" {show(parts[0] + parts[1])}\n{show(parts[0] + parts[1])} + {show(parts[2])} ="
            f" {show(total)}\n{show(total)} - {show(outlay)} = {show(total - outlay)}",
        ),
        total - outlay,
    )


def _npv_equal_flows(draw: Random) -> Problem:
    """(outlay, yearly inflow, rate, years): inflows as an annuity with the given power."""
    a, n, r = pick(draw, 4000, 40000, 1000), pick(draw, 4, 8), draw.choice((5, 8, 10, 16, 20, 25))
    i, v = F(r, 100), power(r, -n)
    factor = (1 - v) / i
    total = a * factor
    outlay = int(total) // 1000 * 1000 - pick(draw, 1000, 9000, 1000)
    if outlay < 3000:
        return _npv_equal_flows(draw)
    return problem(
        draw,
        (outlay, a, r, n),
        (
            f"{tl(outlay)} yatırım gerektiren bir proje {n} yıl boyunca her yıl sonunda {tl(a)} net nakit girişi"
            f" sağlayacaktır. {pct(r)} iskonto oranıyla net bugünkü değer kaç TL'dir? {given(r, -n)}",
            f"{draw.choice(FIRMS)} {n} yıl süreyle yılda {tl(a)} tasarruf sağlayacak bir sistemi {tl(outlay)}"
            f" ödeyerek kuracaktır. Sermaye maliyeti {pct(r)} iken yatırımın net bugünkü değeri kaç TL'dir?"
            f" {given(r, -n)}",
            f"{tl(outlay)}'ye alınacak bir kamyon {n} yıl boyunca her yıl sonunda {tl(a)} kazanç getirecektir."
            f" Beklenen getiri {pct(r)} ise bu yatırımın NBD'si kaç TL'dir? {given(r, -n)}",
        ),
        (
            f"Katsayı: (1 - {plain(v)}) / {plain(i)} = {plain(factor)}\nGirişlerin bugünkü değeri: {show(a)} ×"
            f" {plain(factor)} = {show(total)}\nNBD: {show(total)} - {show(outlay)} {is_(total - outlay)}",
            f"Eşit nakit girişleri dönem sonu anüitedir.\n1 - {plain(v)} = {plain(1 - v)}\n{plain(1 - v)} /"
            f" {plain(i)} = {plain(factor)}\n"
            f"{show(a)} × {plain(factor)} = {show(total)}\n{show(total)} - {show(outlay)} {is_(total - outlay)}",
        ),
        total - outlay,
    )


def _irr_one_flow(draw: Random) -> Problem:
    """(outlay, inflow): the rate over two years, 100 × (√(inflow / outlay) − 1)."""
    r = draw.choice((5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60))
    outlay = pick(draw, 5000, 90000, 5000)
    f = 1 + F(r, 100)
    x = outlay * f**2
    return problem(
        draw,
        (outlay, x),
        (
            f"Bugün {tl(outlay)} yatırılan bir proje yalnız 2. yılın sonunda {tl(x)} getirecektir. Projenin iç verim"
            " oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} {tl(outlay)}'ye aldığı arsayı iki yıl sonra {tl(x)}'ye satıyor. Bu yatırımın iç"
            " verim oranı yıllık yüzde kaçtır?",
            f"Net bugünkü değeri sıfır yapan oran aranıyor: yatırım {tl(outlay)}, iki yıl sonraki tek nakit girişi"
            f" {tl(x)}. Bu oran yüzde kaçtır?",
        ),
        (
            f"(1 + r)^2 = {show(x)} / {show(outlay)} = {plain(f**2)}\n1 + r = √{plain(f**2)} ="
            f" {plain(f)}\n({plain(f)} - 1) × 100 = {r}",
            f"NBD = 0 olmalıdır; yatırım iki yılda {show(x)} / {show(outlay)} = {plain(f**2)} katına çıkıyor.\n"
            f"Bir yıllık kat: √{plain(f**2)} = {plain(f)}\n{plain(f)} - 1 = {plain(f - 1)}\n{plain(f - 1)} × 100 = {r}",
        ),
        r,
        "%",
    )


def _irr_two_flows(draw: Random) -> Problem:
    """(outlay, first inflow, second inflow): the internal rate of return, by the quadratic equation."""
    r = draw.choice((5, 10, 15, 20, 25, 30, 40, 50))
    f = 1 + F(r, 100)
    p, q = pick(draw, 5, 60, 5), pick(draw, 5, 60, 5)
    x, y, i = p * f, q * f**2, p + q
    disc = x * x + 4 * i * y
    root = 2 * i * f - x
    if (y * 10).denominator != 1:
        return _irr_two_flows(draw)
    a, b, c = (k * 1000 for k in (i, x, y))
    return problem(
        draw,
        (a, b, c),
        (
            f"{tl(a)}'lik yatırımın nakit girişleri 1. yıl {tl(b)}, 2. yıl {tl(c)}'dir. Yatırımın iç verim oranı"
            " yüzde kaçtır?",
            f"{draw.choice(FIRMS)} bugün {tl(a)} ödeyip bir yıl sonra {tl(b)}, iki yıl sonra {tl(c)} alacaktır. Bu"
            " projenin iç verim oranı yüzde kaçtır?",
            f"Maliyeti {tl(a)} ve yıl sonu gelirleri sırasıyla {tl(b)} ile {tl(c)} olan projenin net bugünkü değerini"
            " sıfır yapan iskonto oranı yüzde kaçtır?",
        ),
        (
            f"x = 1 + r ve bin TL ile: {plain(i)} × x^2 - {plain(x)} × x - {plain(y)} = 0\n"
            f"Δ = {plain(x)}^2 + 4 × {plain(i)} × {plain(y)} = {plain(disc)}\n√{plain(disc)} = {plain(root)}\n"
            f"x = ({plain(x)} + {plain(root)}) / (2 × {plain(i)}) = {plain(f)}\n({plain(f)} - 1) × 100 = {r}",
            f"NBD'yi sıfır yapan oran yüzde {r} denenir.\n1. yıl: {show(b)} / {plain(f)} = {show(b / f)}\n"
            f"2. yıl: {show(c)} / {plain(f**2)} = {show(c / f**2)}\nToplam: {show(b / f)} + {show(c / f**2)} ="
            f" {show(a)}\n"
            f"Toplam, yatırıma eşit çıktığından iç verim oranı yüzde {r}",
        ),
        r,
        "%",
    )


def _payback(draw: Random) -> Problem:
    """(outlay, first, second, third inflow): years until the inflows have paid the outlay."""
    a, b, c = (pick(draw, 5000, 40000, 1000) for _ in range(3))
    part = F(draw.choice((1, 2, 3, 4)), draw.choice((4, 5)))
    left = c * part
    outlay = a + b + left
    if left.denominator != 1 or part >= 1:
        return _payback(draw)
    value = 2 + part
    return problem(
        draw,
        (outlay, a, b, c),
        (
            f"{tl(outlay)}'lik yatırımın yıllık net nakit girişleri sırasıyla {tl(a)}, {tl(b)} ve {tl(c)}'dir. Nakit"
            " girişleri yıl içine eşit dağıldığına göre yatırımın geri ödeme süresi kaç yıldır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} harcadığı yatırımdan birinci yıl {tl(a)}, ikinci yıl {tl(b)}, üçüncü"
            f" yıl {tl(c)} elde edecektir. Yıl içinde düzenli gelir varsayımıyla geri ödeme süresi kaç yıldır?",
            f"Maliyeti {tl(outlay)} olan projenin üç yıllık nakit girişleri {tl(a)}, {tl(b)} ve {tl(c)} olarak tahmin"
            " edilmiştir. Girişler yıl boyunca eşit hızla geldiğinde proje kendini kaç yılda öder?",
        ),
        (
            f"İki yılda gelen: {show(a)} + {show(b)} = {show(a + b)}\nKalan: {show(outlay)} - {show(a + b)} ="
            f" {show(left)}\n"
            f"Üçüncü yıldan gereken süre: {show(left)} / {show(c)} = {plain(part)}\nToplam süre: 2 + {plain(part)} ="
            f" {plain(value)}",
            f"Yatırımdan sırayla düşülür.\n{show(outlay)} - {show(a)} = {show(outlay - a)}\n{show(outlay - a)} -"
            f" {show(b)} = {show(left)}\n"
            f"Üçüncü yılda {show(c)} TL gelecektir; {show(left)} / {show(c)} = {plain(part)} yıl yeter.\n2 +"
            f" {plain(part)} = {plain(value)}",
        ),
        value,
        "yıl",
    )


def _profitability_index(draw: Random) -> Problem:
    """(outlay, first inflow, second inflow, rate): present value of the inflows / outlay."""
    r = draw.choice((10, 20, 25, 30, 40, 50))
    f = 1 + F(r, 100)
    outlay = pick(draw, 10000, 60000, 5000)
    index = F(draw.choice((90, 95, 105, 110, 115, 120, 125, 130, 140, 150)), 100)
    total = outlay * index
    a = F(pick(draw, 2000, int(total) - 2000, 1000))
    b = total - a
    x, y = a * f, b * f**2
    if x.denominator != 1 or y.denominator != 1:
        return _profitability_index(draw)
    return problem(
        draw,
        (outlay, x, y, r),
        (
            f"{tl(outlay)}'lik yatırım 1. yıl sonunda {tl(x)}, 2. yıl sonunda {tl(y)} sağlıyor. İskonto oranı"
            f" {pct(r)} ise kârlılık endeksi kaçtır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} maliyetli projeden iki yıl arka arkaya {tl(x)} ve {tl(y)} nakit"
            f" girişi bekliyor. {pct(r)} iskonto oranına göre projenin kârlılık endeksi kaçtır?",
            f"Sermaye maliyeti {pct(r)} iken, bugün {tl(outlay)} ödeyip yıl sonlarında {tl(x)} ve {tl(y)} getiren"
            " yatırımın kârlılık endeksi kaçtır?",
        ),
        (
            f"1. yıl: {show(x)} / {plain(f)} = {show(a)}\n2. yıl: {show(y)} / {plain(f**2)} = {show(b)}\n"
            f"Girişlerin bugünkü değeri: {show(a)} + {show(b)} = {show(total)}\nEndeks: {show(total)} /"
            f" {show(outlay)} = {plain(index)}",
            f"Kârlılık endeksi, girişlerin bugünkü değerinin yatırıma oranıdır.\n{show(x)} / {plain(f)} + {show(y)} /"
            f" {plain(f)}^2 = {show(total)}\n{show(total)} / {show(outlay)} = {plain(index)}",
        ),
        index,
        "",
    )


def _mean_return(draw: Random) -> Problem:
    """(outlay, three profits): 100 × mean profit / outlay."""
    outlay, r = pick(draw, 20000, 150000, 10000), draw.choice((8, 10, 12, 15, 18, 20, 24, 25, 30))
    mean = F(outlay * r, 100)
    a, b = mean - pick(draw, 100, 1500, 100), mean + pick(draw, 100, 3000, 100)
    c = 3 * mean - a - b
    if c <= 0 or a <= 0:
        return _mean_return(draw)
    return problem(
        draw,
        (outlay, a, b, c),
        (
            f"{tl(outlay)}'lik bir yatırımın üç yıllık net kârları {tl(a)}, {tl(b)} ve {tl(c)}'dir. Yatırımın"
            " ortalama kârlılık oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} yatırdığı tesisten birinci yıl {tl(a)}, ikinci yıl {tl(b)}, üçüncü"
            f" yıl {tl(c)} net kâr sağlamıştır. Ortalama yıllık kârın yatırıma oranı yüzde kaçtır?",
            f"Yatırım tutarı {tl(outlay)}, yıllık net kârları sırasıyla {tl(a)}, {tl(b)}, {tl(c)} olan projede"
            " ortalama getiri oranı yüzde kaçtır?",
        ),
        (
            f"Toplam kâr: {show(a)} + {show(b)} + {show(c)} = {show(3 * mean)}\nOrtalama kâr: {show(3 * mean)} / 3 ="
            f" {show(mean)}\n"
            f"Oran: {show(mean)} × 100 / {show(outlay)} = {r}",
            f"Üç yılın ortalaması ({show(a)} + {show(b)} + {show(c)}) / 3 = {show(mean)} TL'dir.\n{show(mean)} /"
            f" {show(outlay)} = {plain(F(r, 100))}\n{plain(F(r, 100))} × 100 = {r}",
        ),
        r,
        "%",
    )


FAMILIES = (
    Family("npv-two-years", UNIT, _npv_two_years),
    Family("npv-by-factors", UNIT, _npv_by_factors),
    Family("npv-equal-flows", UNIT, _npv_equal_flows),
    Family("irr-one-flow", UNIT, _irr_one_flow),
    Family("irr-two-flows", UNIT, _irr_two_flows),
    Family("payback", UNIT, _payback),
    Family("profitability-index", UNIT, _profitability_index),
    Family("mean-return", UNIT, _mean_return),
)
