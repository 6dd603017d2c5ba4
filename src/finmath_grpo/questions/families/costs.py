"""Cost and selling price: profit on cost or on sales, loss, label prices, waste."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, GOODS, is_, pct, pick, plain, problem, show, tl

UNIT = "Maliyet ve satış fiyatı"


def _price_with_expenses(draw: Random) -> Problem:
    """(purchase, expense, rate): (purchase + expense) × (1 + rate/100)."""
    p, e = pick(draw, 2000, 40000, 500), pick(draw, 100, 2000, 100)
    r = draw.choice((10, 15, 20, 25, 30, 35, 40))
    cost = p + e
    profit = F(cost * r, 100)
    return problem(
        draw,
        (p, e, r),
        (
            f"{tl(p)}'ye alınan bir mal için {tl(e)} nakliye gideri yapılmıştır. Maliyet üzerinden {pct(r)} kâr etmek"
            " isteyen satıcının belirleyeceği satış fiyatı kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(p)} bedelle aldığı {draw.choice(GOODS)} için {tl(e)} de taşıma ve sigorta"
            f" ödemiştir. Malın {pct(r)} kârlı satış fiyatı kaç TL'dir?",
            f"Alış fiyatı {tl(p)}, alış giderleri {tl(e)} olan bir makine {pct(r)} kârla satılırsa satıcının eline"
            " kaç TL geçer?",
        ),
        (
            f"Maliyet: {show(p)} + {show(e)} = {show(cost)}\nKâr: {show(cost)} × {r} / 100 = {show(profit)}\n"
            f"Satış fiyatı: {show(cost)} + {show(profit)} = {show(cost + profit)}",
            f"Giderler de maliyete girer: {show(p)} + {show(e)} = {show(cost)}\n"
            f"Satış fiyatı maliyetin {plain(1 + F(r, 100))} katıdır: {show(cost)} × {plain(1 + F(r, 100))} ="
            f" {show(cost + profit)}",
        ),
        cost + profit,
    )


def _cost_from_price(draw: Random) -> Problem:
    """(price, rate): price / (1 + rate/100)."""
    c, r = pick(draw, 500, 30000, 100), draw.choice((5, 10, 12, 15, 20, 25, 30, 40, 60))
    s = c + F(c * r, 100)
    return problem(
        draw,
        (s, r),
        (
            f"Maliyeti üzerinden {pct(r)} kârla {tl(s)}'ye satılan bir malın maliyeti kaç TL'dir?",
            f"Bir toptancı {pct(r)} kâr oranıyla çalışmaktadır. {tl(s)}'ye sattığı {draw.choice(GOODS)} ona kaç TL'ye"
            " mal olmuştur?",
            f"{tl(s)}'lik satıştan maliyete göre {pct(r)} kâr elde ediliyor. Satılan malın maliyeti kaç TL'dir?",
        ),
        (
            f"Maliyet 100 ise satış fiyatı 100 + {r} = {100 + r} olur.\n{show(s)} × 100 / {100 + r} = {show(c)}",
            f"Satış fiyatı, maliyetin {plain(1 + F(r, 100))} katıdır.\nMaliyet: {show(s)} / {plain(1 + F(r, 100))} ="
            f" {show(c)}",
        ),
        c,
    )


def _profit_rate(draw: Random) -> Problem:
    """(cost, price): 100 × (price − cost) / cost."""
    c, r = pick(draw, 400, 25000, 100), draw.choice((6, 8, 12, 14, 15, 18, 22, 25, 28, 35, 45))
    profit = F(c * r, 100)
    s = c + profit
    return problem(
        draw,
        (c, s),
        (
            f"{tl(c)}'ye mal olan bir ürün {tl(s)}'ye satılmıştır. Maliyet üzerinden kâr oranı yüzde kaçtır?",
            f"Maliyeti {tl(c)}, satış fiyatı {tl(s)} olan {draw.choice(GOODS)} yüzde kaç kârla satılmıştır?",
            f"Bir esnaf {tl(c)}'ye aldığı malı {tl(s)}'ye satıyor. Esnafın kâr oranı yüzde kaçtır?",
        ),
        (
            f"Kâr: {show(s)} - {show(c)} = {show(profit)}\nKâr oranı: {show(profit)} / {show(c)} ="
            f" {plain(F(r, 100))}\n"
            f"{plain(F(r, 100))} × 100 = {r}",
            f"Elde edilen kâr {show(s)} - {show(c)} = {show(profit)} TL'dir.\nMaliyetin yüzde biri {show(c)} / 100 ="
            f" {show(F(c, 100))} TL'dir.\n{show(profit)} / {show(F(c, 100))} = {r}",
        ),
        r,
        "%",
    )


def _profit_on_sales(draw: Random) -> Problem:
    """(cost, rate): cost / (1 − rate/100)."""
    r = draw.choice((5, 10, 20, 25, 30, 40))
    s = pick(draw, 1000, 30000, 200)
    c = s - F(s * r, 100)
    return problem(
        draw,
        (c, r),
        (
            f"Maliyeti {tl(c)} olan bir mal, satış fiyatı üzerinden {pct(r)} kârla satılacaktır. Satış fiyatı kaç"
            " TL'dir?",
            f"{draw.choice(FIRMS)} satışlarının {pct(r, 'si')} kadar kâr etmeyi hedeflemektedir. {tl(c)}'ye mal olan"
            " ürünün satış fiyatı kaç TL'dir?",
            f"Kâr, satış fiyatının {pct(r, 'si')} olduğuna göre {tl(c)} maliyetli bir ürün kaç TL'ye satılmalıdır?",
        ),
        (
            f"Satış fiyatı 100 ise maliyet 100 - {r} = {100 - r} olur.\n{show(c)} / {100 - r} = {plain(F(s, 100))}\n"
            f"{plain(F(s, 100))} × 100 = {show(s)}",
            f"Maliyet, satış fiyatının {plain(1 - F(r, 100))} katıdır.\nSatış fiyatı: {show(c)} /"
            f" {plain(1 - F(r, 100))} = {show(s)}",
        ),
        s,
    )


def _loss_to_profit(draw: Random) -> Problem:
    """(price at a loss, loss rate, profit rate): price / (1 − loss/100) × (1 + profit/100)."""
    c = pick(draw, 1000, 20000, 200)
    z, k = draw.choice((5, 10, 15, 20, 25, 30)), draw.choice((10, 15, 20, 25, 30, 40))
    low, high = c - F(c * z, 100), c + F(c * k, 100)
    return problem(
        draw,
        (low, z, k),
        (
            f"{tl(low)}'ye satıldığında {pct(z)} zarar edilen bir mal {pct(k)} kârla satılsaydı satış fiyatı kaç TL"
            " olurdu?",
            f"Bir tüccar elindeki malı {tl(low)}'ye satarsa {pct(z)} zarar etmektedir. {pct(k)} kâr etmesi için satış"
            " fiyatı kaç TL olmalıdır?",
            f"{tl(low)}'lik satış fiyatı bir üründe {pct(z)} zarar doğuruyor. Ürünün {pct(k)} kâr sağlayan satış"
            " fiyatı kaç TL'dir?",
        ),
        (
            f"Maliyet: {show(low)} / {plain(1 - F(z, 100))} = {show(c)}\n"
            f"Kârlı fiyat: {show(c)} × {plain(1 + F(k, 100))} = {show(high)}",
            f"Zararlı satışta maliyetin yüzde {100 - z} kadarı alınır.\n{show(low)} × 100 / {100 - z} = {show(c)}\n"
            f"İstenen kâr: {show(c)} × {k} / 100 = {show(high - c)}\n{show(c)} + {show(high - c)} = {show(high)}",
        ),
        high,
    )


def _label_price(draw: Random) -> Problem:
    """(cost, discount, profit): the label price that leaves the profit after the discount."""
    d, k = draw.choice((10, 20, 25, 40)), draw.choice((20, 25, 30, 35, 50))
    c = pick(draw, 600, 24000, 600)
    s = c + F(c * k, 100)
    label = s / (1 - F(d, 100))
    return problem(
        draw,
        (c, d, k),
        (
            f"Maliyeti {tl(c)} olan bir malın etiket fiyatı üzerinden {pct(d)} indirim yapıldığında bile maliyete"
            f" göre {pct(k)} kâr kalması isteniyor. Etiket fiyatı kaç TL olmalıdır?",
            f"Mağaza, {tl(c)}'ye mal ettiği {draw.choice(GOODS)} için {pct(d)} indirim yapacak, yine de {pct(k)} kâr"
            " edecektir. Ürünün indirimsiz etiket fiyatı kaç TL'dir?",
            f"Etiketten {pct(d)} indirimle satılan ve maliyeti {tl(c)} olan bir üründen {pct(k)} kâr edilmektedir."
            " Ürünün etiket fiyatı kaç TL'dir?",
        ),
        (
            f"İstenen satış fiyatı: {show(c)} × {plain(1 + F(k, 100))} = {show(s)}\n"
            f"Etiket fiyatı: {show(s)} / {plain(1 - F(d, 100))} {is_(label)}",
            f"Kâr: {show(c)} × {k} / 100 = {show(s - c)}\nSatış fiyatı: {show(c)} + {show(s - c)} = {show(s)}\n"
            f"Bu tutar etiketin yüzde {100 - d} kadarıdır: {show(s)} × 100 / {100 - d} {is_(label)}",
        ),
        label,
    )


def _waste(draw: Random) -> Problem:
    """(kilograms, price a kilogram, waste rate, profit rate): the selling price a kilogram."""
    kg, w = draw.choice((100, 200, 250, 400, 500, 800)), draw.choice((10, 20, 25))
    a, k = pick(draw, 20, 150, 5), draw.choice((20, 35, 40, 50, 60, 80))
    cost = kg * a
    left = F(kg * (100 - w), 100)
    income = cost * (1 + F(k, 100))
    each = income / left
    return problem(
        draw,
        (kg, a, w, k),
        (
            f"Kilogramı {a} TL'den {kg} kg domates alan bir manav, domatesin {pct(w, 'sini')} fire veriyor. Manavın"
            f" maliyete göre {pct(k)} kâr etmesi için kilogram satış fiyatı kaç TL olmalıdır?",
            f"Kilogramı {a} TL'den alınan {kg} kg kuru fasulye ayıklanınca ağırlığının {pct(w, 'sini')} yitiriyor."
            f" Maliyet üzerinden {pct(k)} kâr için ayıklanmış fasulyenin kilogram fiyatı kaç TL'dir?",
            f"Bir kuruyemişçi kilogramı {a} TL'den aldığı {kg} kg çiğ fındığı kavurunca {pct(w)} ağırlık kaybı"
            f" oluyor. {pct(k)} kârla satılan kavrulmuş fındığın kilogram fiyatı kaç TL'dir?",
        ),
        (
            f"Maliyet: {kg} × {a} = {show(cost)}\nKalan mal: {kg} × {100 - w} / 100 = {plain(left)} kg\n"
            f"İstenen hasılat: {show(cost)} × {plain(1 + F(k, 100))} = {show(income)}\n"
            f"Kilogram fiyatı: {show(income)} / {plain(left)} {is_(each)}",
            f"Satılabilen miktar {kg} × {plain(1 - F(w, 100))} = {plain(left)} kg olur.\nÖdenen para {kg} × {a} ="
            f" {show(cost)} TL'dir.\n"
            f"Kâr {show(cost)} × {k} / 100 = {show(income - cost)} TL, toplam {show(cost)} + {show(income - cost)} ="
            f" {show(income)} TL olmalıdır.\n{show(income)} / {plain(left)} {is_(each)}",
        ),
        each,
    )


FAMILIES = (
    Family("cost-price-with-expenses", UNIT, _price_with_expenses),
    Family("cost-from-price", UNIT, _cost_from_price),
    Family("cost-profit-rate", UNIT, _profit_rate),
    Family("cost-profit-on-sales", UNIT, _profit_on_sales),
    Family("cost-loss-to-profit", UNIT, _loss_to_profit),
    Family("cost-label-price", UNIT, _label_price),
    Family("cost-waste", UNIT, _waste),
)
