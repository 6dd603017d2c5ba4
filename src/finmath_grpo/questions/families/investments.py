"""Investment decisions: net present value, internal rate of return, payback, profitability."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.steps import AMOUNT_PLACES, carried, ends_right, near, powered, root, rooted
from finmath_grpo.questions.families.writing import (
    FIRMS,
    TABLE_PLACES,
    WHO,
    half_up,
    is_,
    pct,
    pick,
    plain,
    power,
    problem,
    show,
    tl,
)

UNIT = "Yatırım kararları (NBD ve iç verim oranı)"
RATES = (11, 13, 14, 17, 18, 19, 21, 22, 23, 26, 27, 28, 29, 31, 32, 34, 36)


def _listed(amounts: list[int]) -> str:
    """`10.000 TL, 20.000 TL ve 30.000 TL`."""
    return f"{', '.join(tl(amount) for amount in amounts[:-1])} ve {tl(amounts[-1])}"


def _outlay_near(draw: Random, total: F, step: int) -> int:
    """An outlay between 0.8 and 1.2 times what the inflows are worth: net present values of both signs."""
    return round(total * pick(draw, 80, 120) / 100 / step) * step


def _npv_unequal_flows(draw: Random) -> Problem:
    """(outlay, five inflows, rate): −outlay + Σ inflow / (1 + i)^year, no factor given."""
    r = draw.choice(RATES)
    f = 1 + F(r, 100)
    flows = [pick(draw, 60000, 900000, 10000) for _ in range(5)]
    parts = [flow / f**year for year, flow in enumerate(flows, start=1)]
    total = sum(parts, F(0))
    outlay = _outlay_near(draw, total, 10000)
    value = total - outlay
    shown = [carried(part, AMOUNT_PLACES) for part in parts]
    listed = sum(shown, F(0))
    back, lines = F(0), []
    for year, flow in reversed(list(enumerate(flows, start=1))):
        due = f"({plain(back)} + {show(flow)})" if back else show(flow)
        back += flow
        lines.append(f"{year}. yıl başındaki değer: {due} / {plain(f)} {near(back / f, AMOUNT_PLACES)}")
        back = carried(back / f, AMOUNT_PLACES)
    if abs(value) < 100 or not ends_right(value, listed - outlay, back - outlay):
        return _npv_unequal_flows(draw)
    discounted = "\n".join(
        f"{year}. yıl: {show(flow)} / {powered(f, year) if year > 1 else plain(f)} {near(part, AMOUNT_PLACES)}"
        for year, (flow, part) in enumerate(zip(flows, parts, strict=True), start=1)
    )
    return problem(
        draw,
        (outlay, *flows, r),
        (
            f"{tl(outlay)}'lik bir yatırım beş yıl boyunca yıl sonlarında sırasıyla {_listed(flows)} nakit girişi"
            f" sağlayacaktır. Yıllık iskonto oranı {pct(r)} olduğuna göre yatırımın net bugünkü değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} bugün {tl(outlay)} harcayarak beş yılın sonlarında {_listed(flows)} gelir elde"
            f" edecektir. Sermaye maliyeti yıllık {pct(r)} iken projenin net bugünkü değerini (NBD) hesaplayınız.",
            f"Başlangıç yatırımı {tl(outlay)}, beş yıllık net nakit girişleri {_listed(flows)} olan projenin {pct(r)}"
            " iskonto oranıyla net bugünkü değeri kaç TL'dir?",
        ),
        (
            f"{discounted}\nToplam: {' + '.join(plain(part) for part in shown)} = {plain(listed)}\nNBD:"
            f" {plain(listed)} - {show(outlay)} {is_(listed - outlay)}",
            "Nakit girişleri sondan başa doğru iskonto edilir.\n"
            + "\n".join(lines)
            + f"\nNBD: {plain(back)} - {show(outlay)} {is_(back - outlay)}",
        ),
        value,
    )


def _npv_by_factors(draw: Random) -> Problem:
    """(outlay, three inflows, rate): with the three given discount factors."""
    r = draw.choice((15, 18, 20, 24, 25, 28, 30, 32, 35, 40))
    flows = [pick(draw, 50000, 600000, 1250) for _ in range(3)]
    factors = [power(r, -k) for k in (1, 2, 3)]
    parts = [c * v for c, v in zip(flows, factors, strict=True)]
    total = sum(parts, F(0))
    outlay = _outlay_near(draw, total, 5000)
    if total == outlay:
        return _npv_by_factors(draw)
    x, y, z = (format_turkish(half_up(v, TABLE_PLACES)) for v in factors)
    note = f"(1., 2. ve 3. yıl için sırasıyla {x}; {y} ve {z} bugünkü değer çarpanlarını kullanınız.)"
    lines = "\n".join(
        f"{k}. yıl: {show(flow)} × {plain(v)} = {show(p)}"
        for k, flow, v, p in zip((1, 2, 3), flows, factors, parts, strict=True)
    )
    return problem(
        draw,
        (outlay, *flows, r),
        (
            f"Maliyeti {tl(outlay)} olan bir proje üç yıl boyunca yıl sonlarında {_listed(flows)} net nakit girişi"
            f" sağlıyor. Yıllık {pct(r)} iskonto oranıyla projenin net bugünkü değeri kaç TL'dir? {note}",
            f"{draw.choice(FIRMS)} {tl(outlay)}'lik bir makine alırsa izleyen üç yılın sonlarında {_listed(flows)}"
            f" nakit elde edecektir. Beklenen yıllık getiri {pct(r)} ise yatırımın net bugünkü değeri ne kadardır?"
            f" {note}",
            f"Başlangıç yatırımı {tl(outlay)}, yıl sonu nakit girişleri {_listed(flows)} olan yatırımın {pct(r)}"
            f" iskonto oranı üzerinden net bugünkü değeri kaç TL'dir? {note}",
        ),
        (
            f"{lines}\nToplam bugünkü değer: {' + '.join(show(p) for p in parts)} = {show(total)}\nNBD: {show(total)}"
            f" - {show(outlay)} {is_(total - outlay)}",
            f"Her nakit girişi kendi yılının çarpanıyla çarpılır.\n{lines}\n{show(parts[0])} + {show(parts[1])} ="
            f" {show(parts[0] + parts[1])}\n{show(parts[0] + parts[1])} + {show(parts[2])} ="
            f" {show(total)}\n{show(total)} - {show(outlay)} {is_(total - outlay)}",
        ),
        total - outlay,
    )


def _npv_equal_flows(draw: Random) -> Problem:
    """(outlay, yearly inflow, rate, years): inflows as an annuity, no power given."""
    a, n, r = pick(draw, 80000, 900000, 10000), pick(draw, 5, 12), draw.choice(RATES)
    i = F(r, 100)
    f = 1 + i
    v = f**-n
    factor = (1 - carried(v)) / i
    inflows = a * (1 - v) / i
    outlay = _outlay_near(draw, inflows, 10000)
    value = inflows - outlay
    ends = a * carried(factor) - outlay, carried(inflows, AMOUNT_PLACES) - outlay
    if abs(value) < 100 or not ends_right(value, *ends):
        return _npv_equal_flows(draw)
    return problem(
        draw,
        (outlay, a, r, n),
        (
            f"{tl(outlay)} yatırım gerektiren bir proje {n} yıl boyunca her yıl sonunda {tl(a)} net nakit girişi"
            f" sağlayacaktır. Yıllık {pct(r)} iskonto oranıyla projenin net bugünkü değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {n} yıl süreyle her yılın sonunda {tl(a)} tasarruf sağlayacak bir sistemi"
            f" {tl(outlay)} ödeyerek kuracaktır. Sermaye maliyeti yıllık {pct(r)} iken yatırımın net bugünkü değeri kaç"
            " TL'dir?",
            f"{tl(outlay)}'ye alınacak bir üretim hattı {n} yıl boyunca her yıl sonunda {tl(a)} nakit girişi"
            f" getirecektir. Beklenen yıllık getiri {pct(r)} ise bu yatırımın net bugünkü değerini bulunuz.",
        ),
        (
            f"{powered(f, -n)} {near(v)}\nKatsayı: (1 - {plain(carried(v))}) / {plain(i)} {near(factor)}\nNBD:"
            f" {show(a)}"
            f" × {plain(carried(factor))} - {show(outlay)} {is_(ends[0])}",
            f"Eşit nakit girişleri dönem sonu anüitedir.\n{show(a)} × (1 - {powered(f, -n)}) / {plain(i)}"
            f" {near(inflows, AMOUNT_PLACES)}\nYatırım tutarı düşülür: {plain(carried(inflows, AMOUNT_PLACES))} -"
            f" {show(outlay)} {is_(ends[1])}",
        ),
        value,
    )


def _irr_one_flow(draw: Random) -> Problem:
    """(outlay, inflow, years): 100 × ((inflow / outlay)^(1/years) − 1), rounded to two places."""
    n, outlay = pick(draw, 3, 9), pick(draw, 200000, 4000000, 50000)
    inflow = round(outlay * (1 + F(pick(draw, 60, 480), 1000)) ** n / 10000) * 10000
    ratio = F(inflow, outlay)
    value = (root(ratio, n) - 1) * 100
    once = root(carried(ratio), n)
    ends = (carried(once) - 1) * 100, (carried(root(ratio, n)) - 1) * 100
    if not ends_right(value, *ends):
        return _irr_one_flow(draw)
    quotient = f"({show(inflow)} / {show(outlay)})"
    return problem(
        draw,
        (outlay, inflow, n),
        (
            f"Bugün {tl(outlay)} yatırılan bir proje yalnız {n}. yılın sonunda {tl(inflow)} getirecektir. Projenin"
            " yıllık"
            " iç verim oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} {tl(outlay)}'ye aldığı arsayı {n} yıl sonra {tl(inflow)}'ye satmıştır. Bu yatırımın"
            " yıllık iç verim oranı yüzde kaçtır?",
            f"{tl(outlay)}'lik yatırım {n} yıl sonra tek seferde {tl(inflow)} sağlıyor. Yatırımın net bugünkü değerini"
            " sıfır yapan yıllık iskonto oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} ödeyerek bir projeye ortak olmuş, {n} yıl sonra ortaklıktan"
            f" {tl(inflow)} alarak ayrılmıştır. Yatırımın yıllık iç verim oranını yüzde olarak hesaplayınız.",
        ),
        (
            f"Büyüme katı: {show(inflow)} / {show(outlay)} {near(ratio)}\nYıllık kat:"
            f" {rooted(n, plain(carried(ratio)))}"
            f" {near(once)}\nİç verim oranı: ({plain(carried(once))} - 1) × 100 {is_(ends[0], amount=False)}",
            f"NBD sıfır olmalıdır: yatırım × (1 + r)ⁿ = nakit girişi.\n{rooted(n, quotient)}"
            f" {near(root(ratio, n))}\n({plain(carried(root(ratio, n)))} - 1) × 100 {is_(ends[1], amount=False)}",
        ),
        value,
        "%",
    )


def _irr_two_flows(draw: Random) -> Problem:
    """(outlay, first inflow, second inflow): the internal rate of return, by the quadratic equation."""
    a, b = pick(draw, 200, 2000, 20), pick(draw, 100, 1500, 10)
    c = round((a * (1 + F(pick(draw, 80, 450), 1000)) - b) * (1 + F(pick(draw, 80, 450), 1000)) / 10) * 10
    if c < 50:
        return _irr_two_flows(draw)
    disc = F(b * b + 4 * a * c)
    factor = (b + carried(root(disc, 2))) / (2 * a)
    p, q = carried(F(b, 2 * a)), carried(F(c, a))
    square = carried(p**2 + q)
    other = p + carried(root(square, 2))
    value = ((b + root(disc, 2)) / (2 * a) - 1) * 100
    ends = (carried(factor) - 1) * 100, (other - 1) * 100
    if value <= 1 or not ends_right(value, *ends):
        return _irr_two_flows(draw)
    x, y, z = (k * 1000 for k in (a, b, c))
    return problem(
        draw,
        (x, y, z),
        (
            f"{tl(x)}'lik yatırımın nakit girişleri 1. yılın sonunda {tl(y)}, 2. yılın sonunda {tl(z)}'dir. Yatırımın"
            " iç"
            " verim oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} bugün {tl(x)} ödeyip bir yıl sonra {tl(y)}, iki yıl sonra {tl(z)} alacaktır. Bu"
            " projenin iç verim oranını yüzde olarak bulunuz.",
            f"Maliyeti {tl(x)} ve yıl sonu gelirleri sırasıyla {tl(y)} ile {tl(z)} olan iki yıllık projenin net bugünkü"
            " değerini sıfır yapan iskonto oranı yüzde kaçtır?",
        ),
        (
            f"x = 1 + r ve bin TL ile: {plain(a)} × x² - {plain(b)} × x - {plain(c)} = 0\n"
            f"Δ = {powered(F(b), 2)} + 4 × {plain(a)} × {plain(c)} = {plain(disc)}\n√{plain(disc)}"
            f" {near(root(disc, 2))}\n"
            f"x = ({plain(b)} + {plain(carried(root(disc, 2)))}) / (2 × {plain(a)}) {near(factor)}\n"
            f"({plain(carried(factor))} - 1) × 100 {is_(ends[0], amount=False)}",
            f"Nakit girişleri yatırıma bölünür ve x² = q + 2 × p × x denklemi çözülür.\np: {show(y)} / {show(x)} / 2"
            f" {near(F(b, 2 * a))}\nq: {show(z)} / {show(x)} {near(F(c, a))}\np² + q: {powered(p, 2)} + {plain(q)}"
            f" {near(p**2 + q)}\n√{plain(square)} {near(root(square, 2))}\nx: {plain(p)} + {plain(other - p)} ="
            f" {plain(other)}\n({plain(other)} - 1) × 100 {is_(ends[1], amount=False)}",
        ),
        value,
        "%",
    )


def _payback(draw: Random) -> Problem:
    """(outlay, six inflows): years until the inflows have paid the outlay, which is in the sixth year."""
    flows = [pick(draw, 60000, 480000, 10000) for _ in range(6)]
    left = pick(draw, 10000, flows[5] - 10000, 10000)
    outlay, part = sum(flows[:5]) + left, F(left, flows[5])
    shown = carried(part, AMOUNT_PLACES)
    if not ends_right(5 + part, 5 + shown) or half_up(part, 2) in (0, 1):
        return _payback(draw)
    rest, falling, rising, paid = outlay, [], [], flows[0]
    for year, flow in enumerate(flows[:5], start=1):
        falling.append(f"{year}. yıldan sonra: {show(rest)} - {show(flow)} = {show(rest - flow)}")
        rest -= flow
        if year > 1:
            rising.append(f"{year} yılda: {show(paid)} + {show(flow)} = {show(paid + flow)}")
            paid += flow
    end = (
        f"6. yıldan gereken süre: {show(left)} / {show(flows[5])} {near(part, AMOUNT_PLACES)}\nToplam süre: 5 +"
        f" {plain(shown)} {is_(5 + shown, amount=False)}"
    )
    return problem(
        draw,
        (outlay, *flows),
        (
            f"{tl(outlay)}'lik yatırımın altı yıllık net nakit girişleri sırasıyla {_listed(flows)}'dir. Nakit"
            " girişleri"
            " yıl içine eşit dağıldığına göre yatırımın geri ödeme süresi kaç yıldır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} harcadığı yatırımdan altı yıl boyunca yıllara göre {_listed(flows)}"
            " elde"
            " edecektir. Gelirler yıl içinde düzenli geldiğine göre yatırımın geri ödeme süresi kaç yıldır?",
            f"Maliyeti {tl(outlay)} olan projenin yıllık nakit girişleri {_listed(flows)} olarak tahmin edilmiştir."
            " Girişlerin yıl boyunca eşit hızla geldiğini varsayarak projenin geri ödeme süresini (yıl) bulunuz.",
        ),
        (
            "Yatırımdan nakit girişleri sırayla düşülür.\n" + "\n".join(falling) + f"\n{end}",
            "\n".join(rising) + f"\nKalan: {show(outlay)} - {show(paid)} = {show(left)}\n{end}",
        ),
        5 + part,
        "yıl",
    )


def _profitability_index(draw: Random) -> Problem:
    """(outlay, yearly inflow, rate, years): present value of equal inflows / outlay, no power given."""
    a, n, r = pick(draw, 60000, 700000, 10000), pick(draw, 5, 10), draw.choice(RATES)
    i = F(r, 100)
    f = 1 + i
    v = f**-n
    factor = (1 - carried(v)) / i
    inflows = a * (1 - v) / i
    outlay = round(inflows / F(pick(draw, 82, 160), 100) / 10000) * 10000
    value = inflows / outlay
    ends = a * carried(factor) / outlay, carried(inflows, AMOUNT_PLACES) / outlay
    if not ends_right(value, *ends):
        return _profitability_index(draw)
    return problem(
        draw,
        (outlay, a, r, n),
        (
            f"{tl(outlay)}'lik yatırım {n} yıl boyunca her yıl sonunda {tl(a)} nakit girişi sağlıyor. Yıllık iskonto"
            f" oranı {pct(r)} ise yatırımın kârlılık endeksi kaçtır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} maliyetli projeden {n} yıl süreyle yıl sonlarında {tl(a)} nakit girişi"
            f" bekliyor. Yıllık {pct(r)} iskonto oranına göre projenin kârlılık endeksini hesaplayınız.",
            f"Sermaye maliyeti yıllık {pct(r)} iken, bugün {tl(outlay)} ödenip {n} yıl boyunca yıl sonlarında {tl(a)}"
            " alınan"
            " bir yatırımın kârlılık endeksi kaçtır?",
        ),
        (
            f"{powered(f, -n)} {near(v)}\nKatsayı: (1 - {plain(carried(v))}) / {plain(i)} {near(factor)}\nEndeks:"
            f" {show(a)}"
            f" × {plain(carried(factor))} / {show(outlay)} {is_(ends[0], amount=False)}",
            f"Kârlılık endeksi, girişlerin bugünkü değerinin yatırıma oranıdır.\n{show(a)} × (1 - {powered(f, -n)}) /"
            f" {plain(i)} {near(inflows, AMOUNT_PLACES)}\n{plain(carried(inflows, AMOUNT_PLACES))} / {show(outlay)}"
            f" {is_(ends[1], amount=False)}",
        ),
        value,
        "",
    )


def _mean_return(draw: Random) -> Problem:
    """(outlay, three profits): 100 × mean profit / outlay."""
    outlay = pick(draw, 300000, 3000000, 50000)
    profits = [round(outlay * pick(draw, 8, 42) / 100000) * 1000 for _ in range(3)]
    total = sum(profits)
    value = F(100 * total, 3 * outlay)
    if len(set(profits)) < 3 or not ends_right(value, carried(F(total, 3), AMOUNT_PLACES) * 100 / outlay):
        return _mean_return(draw)
    mean = carried(F(total, 3), AMOUNT_PLACES)
    a, b, c = (tl(profit) for profit in profits)
    return problem(
        draw,
        (outlay, *profits),
        (
            f"{tl(outlay)}'lik bir yatırımın üç yıllık net kârları {a}, {b} ve {c}'dir. Yatırım tutarına göre yıllık"
            " ortalama kârlılık oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} {tl(outlay)} yatırdığı tesisten birinci yıl {a}, ikinci yıl {b}, üçüncü yıl {c} net"
            " kâr sağlamıştır. Yıllık ortalama kârın yatırım tutarına oranı yüzde kaçtır?",
            f"Yatırım tutarı {tl(outlay)}, yıllık net kârları sırasıyla {a}, {b} ve {c} olan projede ortalama yıllık"
            " kârın başlangıçtaki yatırım tutarına göre oranını yüzde olarak bulunuz.",
        ),
        (
            f"Toplam kâr: {show(profits[0])} + {show(profits[1])} + {show(profits[2])} = {show(total)}\nOrtalama kâr:"
            f" {show(total)} / 3 {near(F(total, 3), AMOUNT_PLACES)}\nOran: {plain(mean)} × 100 / {show(outlay)}"
            f" {is_(mean * 100 / outlay, amount=False)}",
            f"Üç yılın toplam kârı {show(profits[0])} + {show(profits[1])} + {show(profits[2])} = {show(total)}"
            f" TL'dir.\n{show(total)} × 100 / (3 × {show(outlay)}) {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


FAMILIES = (
    Family("npv-unequal-flows", UNIT, _npv_unequal_flows),
    Family("npv-by-factors", UNIT, _npv_by_factors),
    Family("npv-equal-flows", UNIT, _npv_equal_flows),
    Family("irr-one-flow", UNIT, _irr_one_flow),
    Family("irr-two-flows", UNIT, _irr_two_flows),
    Family("payback", UNIT, _payback),
    Family("profitability-index", UNIT, _profitability_index),
    Family("mean-return", UNIT, _mean_return),
)
