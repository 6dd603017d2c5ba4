"""Cost and selling price: profit on cost or on sales, loss, label prices, waste, profit upon profit."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.percentages import APPLIANCES, comes_out_whole, quarter_rate
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
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

UNIT = "Maliyet ve satış fiyatı"


def _price_with_expenses(draw: Random) -> Problem:
    """(purchase, expense, rate): (purchase + expense) × (1 + rate/100)."""
    p, e, r = pick(draw, 14000, 64000, 5), pick(draw, 350, 3200, 5), quarter_rate(draw, 11, 45)
    if comes_out_whole(draw):
        p += -(p + e) % 400
    cost = p + e
    profit = cost * r / 100
    return problem(
        draw,
        (p, e, r),
        (
            f"{tl(p)}'ye alınan bir mal için {tl(e)} nakliye gideri yapılmıştır. Maliyet üzerinden {pct(r)} kâr"
            " etmek isteyen satıcının belirleyeceği satış fiyatı kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(p)}'ye aldığı {draw.choice(APPLIANCES)} için {tl(e)} taşıma ve sigorta"
            f" gideri ödemiştir. Maliyet üzerinden {pct(r)} kâr sağlayan satış fiyatı kaç TL'dir?",
            f"Alış fiyatı {tl(p)}, alış giderleri {tl(e)} olan bir makine, toplam maliyeti üzerinden {pct(r)} kârla"
            " satılıyor. Makinenin satış fiyatını hesaplayınız.",
            f"Bir malın fatura bedeli {tl(p)}, gümrük ve taşıma giderleri {tl(e)}'dir. Mal, maliyeti üzerinden"
            f" {pct(r)} kârla satılırsa satış fiyatı ne kadar olur?",
        ),
        (
            f"Maliyet: {show(p)} + {show(e)} = {show(cost)}\nKâr: {show(cost)} × {plain(r)} / 100 ="
            f" {show(profit)}\nSatış fiyatı: {show(cost)} + {show(profit)} {is_(cost + profit)}",
            f"Giderler de maliyete girer: {show(p)} + {show(e)} = {show(cost)}\nSatış fiyatı maliyetin"
            f" {plain(1 + r / 100)} katıdır: {show(cost)} × {plain(1 + r / 100)} {is_(cost + profit)}",
        ),
        cost + profit,
    )


def _cost_from_price(draw: Random) -> Problem:
    """(price, rate): price / (1 + rate/100)."""
    r = quarter_rate(draw, 8, 48)
    s = pick(draw, 12000, 56000, 400) * (1 + r / 100) if comes_out_whole(draw) else F(pick(draw, 14000, 72000, 5))
    c = s / (1 + r / 100)
    return problem(
        draw,
        (s, r),
        (
            f"Maliyeti üzerinden {pct(r)} kârla {tl(s)}'ye satılan bir malın maliyeti kaç TL'dir?",
            f"Maliyet üzerinden {pct(r)} kârla çalışan bir toptancı, bir {draw.choice(APPLIANCES)} modelini"
            f" {tl(s)}'ye satmaktadır. Bu modelin toptancıya maliyeti kaç TL'dir?",
            f"{tl(s)}'lik bir satıştan maliyete göre {pct(r)} kâr elde edilmiştir. Satılan malın maliyetini bulunuz.",
            f"Bir fabrika, ürettiği makineyi maliyeti üzerinden {pct(r)} kâr ekleyerek {tl(s)}'ye satıyor."
            " Makinenin maliyeti ne kadardır?",
        ),
        (
            f"Maliyet 100 ise satış fiyatı 100 + {plain(r)} = {plain(100 + r)} olur.\n{show(s)} × 100 /"
            f" {plain(100 + r)} {is_(c)}",
            f"Satış fiyatı, maliyetin {plain(1 + r / 100)} katıdır.\nMaliyet: {show(s)} / {plain(1 + r / 100)}"
            f" {is_(c)}",
        ),
        c,
    )


def _profit_rate(draw: Random) -> Problem:
    """(cost, price): 100 × (price − cost) / cost."""
    if comes_out_whole(draw):
        c = pick(draw, 12000, 54000, 100)
        s = c * pick(draw, 108, 148) // 100
    else:
        c = pick(draw, 12000, 54000, 5)
        s = c * pick(draw, 108, 148) // 500 * 5 + pick(draw, 5, 95, 5)
    profit = s - c
    r = F(100 * profit, c)
    return problem(
        draw,
        (c, s),
        (
            f"{tl(c)}'ye mal olan bir ürün {tl(s)}'ye satılmıştır. Maliyet üzerinden kâr oranı yüzde kaçtır?",
            f"Maliyeti {tl(c)}, satış fiyatı {tl(s)} olan {draw.choice(APPLIANCES)} maliyet üzerinden yüzde kaç"
            " kârla satılmıştır?",
            f"Bir esnaf {tl(c)}'ye aldığı malı {tl(s)}'ye satıyor. Alış fiyatına göre kâr oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)}, birim maliyeti {tl(c)} olan ürünü {tl(s)}'ye satmaktadır. Kârın maliyete"
            " oranını yüzde olarak hesaplayınız.",
        ),
        (
            f"Kâr: {show(s)} - {show(c)} = {show(profit)}\nKâr oranı: {show(profit)} / {show(c)} × 100"
            f" {is_(r, amount=False)}",
            f"Elde edilen kâr {show(s)} - {show(c)} = {show(profit)} TL'dir.\nMaliyetin yüzde biri {show(c)} / 100"
            f" = {show(F(c, 100))} TL'dir.\n{show(profit)} / {show(F(c, 100))} {is_(r, amount=False)}",
        ),
        r,
        "%",
    )


def _profit_on_sales(draw: Random) -> Problem:
    """(cost, rate): cost / (1 − rate/100)."""
    r = quarter_rate(draw, 6, 42)
    c = pick(draw, 16000, 64000, 400) * (1 - r / 100) if comes_out_whole(draw) else F(pick(draw, 12000, 54000, 5))
    s = c / (1 - r / 100)
    return problem(
        draw,
        (c, r),
        (
            f"Maliyeti {tl(c)} olan bir mal, satış fiyatı üzerinden {pct(r)} kârla satılacaktır. Satış fiyatı kaç"
            " TL'dir?",
            f"{draw.choice(FIRMS)}, satış fiyatının {pct(r, 'si')} tutarında kâr etmeyi hedeflemektedir. Maliyeti"
            f" {tl(c)} olan ürünün satış fiyatı kaç TL'dir?",
            f"Kâr, satış fiyatının {pct(r, 'si')} olduğuna göre {tl(c)}'ye mal olan bir ürün kaç TL'ye satılmalıdır?",
            f"Bir mağaza kâr oranını satış fiyatı üzerinden hesaplamaktadır. {tl(c)} maliyetli"
            f" {draw.choice(APPLIANCES)} için kâr oranı {pct(r)} olduğuna göre satış fiyatını bulunuz.",
        ),
        (
            f"Satış fiyatı 100 ise maliyet 100 - {plain(r)} = {plain(100 - r)} olur.\n{show(c)} × 100 /"
            f" {plain(100 - r)} {is_(s)}",
            f"Maliyet, satış fiyatının {plain(1 - r / 100)} katıdır.\nSatış fiyatı: {show(c)} /"
            f" {plain(1 - r / 100)} {is_(s)}",
        ),
        s,
    )


def _loss_to_profit(draw: Random) -> Problem:
    """(price at a loss, loss rate, profit rate): price / (1 − loss/100) × (1 + profit/100)."""
    z, k = F(pick(draw, 9, 60), 2), F(pick(draw, 19, 88), 2)
    low = pick(draw, 12000, 54000, 200) * (1 - z / 100) if comes_out_whole(draw) else F(pick(draw, 11000, 48000, 5))
    high = low * (100 + k) / (100 - z)
    return problem(
        draw,
        (low, z, k),
        (
            f"{tl(low)}'ye satıldığında maliyet üzerinden {pct(z)} zarar edilen bir mal, maliyet üzerinden {pct(k)}"
            " kârla satılsaydı satış fiyatı kaç TL olurdu?",
            f"Bir tüccar elindeki malı {tl(low)}'ye satarsa maliyetine göre {pct(z)} zarar etmektedir. Maliyetine"
            f" göre {pct(k)} kâr sağlayan satış fiyatı kaç TL'dir?",
            f"Bir ürün {tl(low)}'ye satıldığında {pct(z)} zarar edilmektedir. Kâr ve zarar oranları maliyet"
            f" üzerinden hesaplandığına göre {pct(k)} kâr bırakan satış fiyatı kaç TL'dir?",
            f"{draw.choice(FIRMS)}, stokta kalan bir malı {tl(low)}'ye satınca maliyeti üzerinden {pct(z)} zarara"
            f" uğramıştır. Aynı malın maliyet üzerinden {pct(k)} kârlı satış fiyatını hesaplayınız.",
        ),
        (
            f"Zararına satışta maliyetin yüzde {plain(100 - z, 'si')} alınır.\nMaliyet: {show(low)} × 100 /"
            f" {plain(100 - z)}\nKârlı fiyat maliyetin yüzde {plain(100 + k, 'si')} olmalıdır: {show(low)} /"
            f" {plain(100 - z)} × {plain(100 + k)} {is_(high)}",
            f"Maliyet {show(low)} / {plain(1 - z / 100)}, kârlı fiyat ise maliyetin {plain(1 + k / 100)}"
            f" katıdır.\n{show(low)} × {plain(1 + k / 100)} ="
            f" {show(low * (1 + k / 100))}\n{show(low * (1 + k / 100))} / {plain(1 - z / 100)} {is_(high)}",
        ),
        high,
    )


def _label_price(draw: Random) -> Problem:
    """(cost, discount, profit): the label price that leaves the profit after the discount."""
    k = F(pick(draw, 31, 110), 2)
    if comes_out_whole(draw):
        d = F(pick(draw, 8, 40))
        c = int(100 - d) * pick(draw, 160, 520, 10)
    else:
        c, d = pick(draw, 11000, 46000, 5), F(pick(draw, 17, 80), 2)
    s = c * (1 + k / 100)
    label = s / (1 - d / 100)
    return problem(
        draw,
        (c, d, k),
        (
            f"Maliyeti {tl(c)} olan bir malın etiket fiyatı üzerinden {pct(d)} indirim yapıldığında bile maliyet"
            f" üzerinden {pct(k)} kâr kalması isteniyor. Etiket fiyatı kaç TL'dir?",
            f"Bir mağaza, {tl(c)}'ye mal ettiği {draw.choice(APPLIANCES)} için etiket fiyatından {pct(d)} indirim"
            f" yapacak, yine de maliyet üzerinden {pct(k)} kâr edecektir. Ürünün indirimsiz etiket fiyatı kaç"
            " TL'dir?",
            f"Etiket fiyatından {pct(d)} indirimle satılan ve maliyeti {tl(c)} olan bir ürün, maliyetine göre"
            f" {pct(k)} kâr bırakmaktadır. Ürünün etiket fiyatını bulunuz.",
            f"{draw.choice(FIRMS)}, maliyeti {tl(c)} olan bir ürünü maliyet üzerinden {pct(k)} kârla satmaktadır."
            f" Bu satış fiyatı, etiket fiyatından {pct(d)} indirim yapılarak bulunduğuna göre etiket fiyatı ne"
            " kadardır?",
        ),
        (
            f"İstenen satış fiyatı: {show(c)} × {plain(1 + k / 100)} = {show(s)}\nEtiket fiyatı: {show(s)} /"
            f" {plain(1 - d / 100)} {is_(label)}",
            f"Kâr: {show(c)} × {plain(k)} / 100 = {show(s - c)}\nSatış fiyatı: {show(c)} + {show(s - c)} ="
            f" {show(s)}\nBu tutar etiket fiyatının yüzde {plain(100 - d, 'sine')} eşittir: {show(s)} × 100 /"
            f" {plain(100 - d)} {is_(label)}",
        ),
        label,
    )


def _waste(draw: Random) -> Problem:
    """(kilograms, price per kilogram, waste rate, profit rate): the selling price per kilogram."""
    kg, w = pick(draw, 120, 860, 5), F(pick(draw, 9, 50), 2)
    a, k = F(pick(draw, 9450, 28950, 25), 100), F(pick(draw, 31, 130), 2)
    cost = kg * a
    left = kg * (1 - w / 100)
    income = cost * (1 + k / 100)
    each = income / left
    return problem(
        draw,
        (kg, a, w, k),
        (
            f"Kilogramı {tl(a)}'den {kg} kg kiraz alan bir manav, kirazın {pct(w, 'sini')} çürüdüğü için atmıştır."
            f" Maliyet üzerinden {pct(k)} kâr sağlayan kilogram satış fiyatı kaç TL'dir?",
            f"Kilogramı {tl(a)}'den alınan {kg} kg kuru fasulye, ayıklanınca ağırlığının {pct(w, 'sini')}"
            f" kaybediyor. Maliyet üzerinden {pct(k)} kâr elde etmek için ayıklanmış fasulyenin kilogramı kaç TL'ye"
            " satılmalıdır?",
            f"Bir kuruyemişçi kilogramını {tl(a)}'ye aldığı {kg} kg çiğ yer fıstığını kavurmuş, fıstık kavrulunca"
            f" {pct(w)} ağırlık kaybetmiştir. Kavrulmuş fıstığın maliyet üzerinden {pct(k)} kârlı kilogram fiyatı"
            " kaç TL'dir?",
            f"Kilogramı {tl(a)}'den {kg} kg peynir alan bir şarküteride, peynirin {pct(w, 'si')} fire olarak"
            f" ayrılmıştır. Kalan peynir, toplam maliyet üzerinden {pct(k)} kâr bırakacak biçimde satılacağına göre"
            " kilogram satış fiyatını hesaplayınız.",
        ),
        (
            f"Maliyet: {kg} × {show(a)} = {show(cost)}\nKalan mal: {kg} × (100 - {plain(w)}) / 100 = {plain(left)}"
            f" kg\nİstenen hasılat: {show(cost)} × {plain(1 + k / 100)} = {show(income)}\nKilogram fiyatı:"
            f" {show(income)} / {plain(left)} {is_(each)}",
            f"Satılabilen miktar {kg} × {plain(1 - w / 100)} = {plain(left)} kg olur.\nÖdenen para {kg} × {show(a)}"
            f" = {show(cost)} TL'dir.\nKâr {show(cost)} × {plain(k)} / 100 = {show(income - cost)} TL, toplam"
            f" {show(cost)} + {show(income - cost)} = {show(income)} TL olmalıdır.\n{show(income)} / {plain(left)}"
            f" {is_(each)}",
        ),
        each,
    )


def _successive_profits(draw: Random) -> Problem:
    """(cost, rate, times): cost × (1 + rate/100)^times."""
    c, r, n = pick(draw, 14000, 72000, 5), F(pick(draw, 17, 59), 4), pick(draw, 5, 9)
    q = 1 + r / 100
    value = c * q**n
    return problem(
        draw,
        (c, r, n),
        (
            f"Üreticiden {tl(c)}'ye çıkan bir mal, tüketiciye ulaşana kadar {n} satıcının elinden geçiyor. Her"
            f" satıcı, malı kendi alış fiyatı üzerinden {pct(r)} kârla sattığına göre tüketicinin ödeyeceği fiyat"
            " kaç TL'dir?",
            f"Bir tüccar {tl(c)}'lik sermayesini yılda {n} kez döndürüyor. Her devirde elindeki paranın tamamıyla"
            f" mal alıp bunu alış fiyatı üzerinden {pct(r)} kârla sattığına göre yıl sonunda elinde bulunan para"
            " kaç TL'dir?",
            f"{tl(c)} ile mal alıp satmaya başlayan bir esnaf, her satıştan alış fiyatına göre {pct(r)} kâr etmiş"
            f" ve eline geçen paranın tamamıyla yeniden mal almıştır. {n} satışın sonunda eline geçen parayı"
            " bulunuz.",
            f"Bir antika eşya {tl(c)}'ye satın alındıktan sonra art arda {n} kez satılmıştır. Her satıcı kendi alış"
            f" fiyatı üzerinden {pct(r)} kâr ettiğine göre eşyanın son satış fiyatı yaklaşık kaç TL'dir?",
        ),
        (
            f"Her satışta fiyat 1 + {plain(r)} / 100 = {plain(q)} katına çıkar.\n{n} satış için: {raised(q, n)}"
            f" {is_(q**n, 6, amount=False)}\n{show(c)} × {raised(q, n)} {is_(value)}",
            f"Kâr her seferinde son fiyat üzerinden eklenir; çarpan {n} kez uygulanır.\n1 + {plain(r)} / 100 ="
            f" {plain(q)}\n{show(c)} × {raised(q, n)} {is_(value)}",
        ),
        value,
    )


def _successive_profit_rate(draw: Random) -> Problem:
    """(capital at first, capital at last, times): the equal rate, 100 × ((last/first)^(1/times) − 1)."""
    n = pick(draw, 3, 8)
    a = pick(draw, 24000, 96000, 50)
    b = int(a * (1 + pick(draw, 450, 1900) / 10000) ** n) // 5 * 5
    ratio = root(F(b, a), n)
    rate, times = 100 * (ratio - 1), root_of(n, f"({show(b)} / {show(a)})")
    return problem(
        draw,
        (a, b, n),
        (
            f"Bir tüccar {tl(a)}'lik sermayesiyle yaptığı art arda {n} alım satımın sonunda sermayesini {tl(b)}'ye"
            " çıkarmıştır. Her seferinde paranın tamamını kullandığına ve alış fiyatı üzerinden hep aynı oranda"
            " kâr ettiğine göre bir alım satımdaki kâr oranı yüzde kaçtır?",
            f"Üreticiden {tl(a)}'ye çıkan bir makine, art arda {n} satıcının elinden geçerek {tl(b)}'ye"
            " satılmıştır. Her satıcı kendi alış fiyatı üzerinden aynı oranda kâr ettiğine göre bu kâr oranı yüzde"
            " kaçtır?",
            f"{draw.choice(FIRMS)}, {tl(a)} ile mal alıp satmaya başlıyor ve her satıştan eline geçen paranın"
            f" tamamıyla yeniden mal alıyor. Alış fiyatına göre kâr oranı her satışta aynı olup {n}. satıştan"
            f" {tl(b)} elde edildiğine göre bu oranı yüzde olarak bulunuz.",
            f"Bir malın fiyatı, her biri bir önceki fiyat üzerinden yapılan {n} eşit oranlı zamla {tl(a)}'den"
            f" {tl(b)}'ye çıkmıştır. Zam oranı yaklaşık yüzde kaçtır?",
        ),
        (
            f"Kâr oranına x diyelim: {show(a)} × (1 + x){superscript(n)} = {show(b)}\nBir seferlik artış katı:"
            f" {times} {is_(ratio, 6, amount=False)}\nOran: ({times} - 1) × 100 {is_(rate, amount=False)}",
            f"Son tutarın ilk tutara oranı, bir seferlik katın {n}. kuvvetidir; kat, bu oranın {n}. dereceden"
            f" köküdür.\n{times} {is_(ratio, 6, amount=False)}\n100 × {times} - 100 {is_(rate, amount=False)}",
        ),
        rate,
        "%",
    )


FAMILIES = (
    Family("cost-price-with-expenses", UNIT, _price_with_expenses),
    Family("cost-from-price", UNIT, _cost_from_price),
    Family("cost-profit-rate", UNIT, _profit_rate),
    Family("cost-profit-on-sales", UNIT, _profit_on_sales),
    Family("cost-loss-to-profit", UNIT, _loss_to_profit),
    Family("cost-label-price", UNIT, _label_price),
    Family("cost-waste", UNIT, _waste),
    Family("cost-successive-profits", UNIT, _successive_profits),
    Family("cost-successive-profit-rate", UNIT, _successive_profit_rate),
)
