"""Percentages: the part, the base, the rate, changes one after the other, value added tax."""

from fractions import Fraction as F
from math import prod
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    WHO,
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

UNIT = "Yüzde hesapları"
VAT = (1, 10, 20)
APPLIANCES = (
    "buzdolabı", "çamaşır makinesi", "televizyon", "dizüstü bilgisayar", "koltuk takımı", "kombi", "klima",
    "cep telefonu",
)  # fmt: skip
"""Goods that cost tens of thousands of lira."""
EARNERS = (
    "Ayşe Hanım", "Mehmet Bey", "Elif Hanım", "Kerem Bey", "Bir öğretmen", "Bir mühendis", "Bir memur", "Bir hemşire",
)  # fmt: skip
"""Who gets a salary."""


def quarter_rate(draw: Random, low: int, high: int) -> F:
    """A rate between two percentages, in steps of a quarter: 37,25."""
    return F(pick(draw, 4 * low + 1, 4 * high), 4)


def comes_out_whole(draw: Random) -> bool:
    """Whether a problem gets numbers that make its answer whole, as four of ten do where a family allows it."""
    return draw.random() < 0.4


def _part(draw: Random) -> Problem:
    """(amount, rate): amount × rate / 100."""
    a, r = pick(draw, 28000, 96000, 400 if comes_out_whole(draw) else 5), quarter_rate(draw, 6, 42)
    one, part, who = F(a, 100), a * r / 100, draw.choice(WHO)
    return problem(
        draw,
        (a, r),
        (
            f"{tl(a)}'nin {pct(r, 'si')} kaç TL'dir?",
            f"{who}, {tl(a)} tutarındaki aylık gelirinin {pct(r, 'sini')} ev kirasına ayırıyor. Aylık kira kaç TL'dir?",
            f"Bir e-ticaret sitesi, üzerinden yapılan satışlardan {pct(r)} komisyon almaktadır. {tl(a)} tutarında"
            " satış yapan bir mağazanın ödeyeceği komisyonu hesaplayınız.",
            f"Bir derneğin {tl(a)} tutarındaki bütçesinin {pct(r, 'si')} öğrenci burslarına ayrılmıştır. Burslara"
            " ayrılan pay ne kadardır?",
            f"{tl(a)} tutarındaki fatura bedelinin {pct(r, 'si')} peşin ödenecektir. Peşin ödenecek tutar kaç TL'dir?",
        ),
        (
            f"{tl(a)}'nin yüzde biri: {show(a)} / 100 = {show(one)}\nYüzde {plain(r)} için: {show(one)} ×"
            f" {plain(r)} {is_(part)}",
            f"{show(a)} × {plain(r)} / 100 {is_(part)} TL",
            f"Oran ondalık olarak: {plain(r)} / 100 = {plain(r / 100)}\n{show(a)} × {plain(r / 100)} {is_(part)}",
        ),
        part,
    )


def _base(draw: Random) -> Problem:
    """(part, rate): part × 100 / rate."""
    r = quarter_rate(draw, 12, 45)
    if comes_out_whole(draw):
        part = pick(draw, 28000, 90000, 400) * r / 100
    else:
        part = F(pick(draw, int(280 * r), int(900 * r), 5))
    a = part * 100 / r
    return problem(
        draw,
        (part, r),
        (
            f"{pct(r, 'si')} {tl(part)} olan tutar kaç TL'dir?",
            f"{draw.choice(EARNERS)}, maaşının {pct(r, 'sine')} karşılık gelen {tl(part)}'yi kira olarak ödüyor."
            " Maaşın tamamı kaç TL'dir?",
            f"Bir satış temsilcisine, yaptığı satışların {pct(r, 'si')} prim olarak ödenmektedir. Bu ay {tl(part)}"
            " prim aldığına göre yaptığı satışların tutarını bulunuz.",
            f"Bir borcun {pct(r, 'si')} olan {tl(part)} ödenmiştir. Borcun tamamı ne kadardır?",
            f"Etiket fiyatı üzerinden {pct(r)} indirim yapılan bir üründe indirim tutarı {tl(part)}'dir. Ürünün"
            " etiket fiyatı kaç TL'dir?",
        ),
        (
            f"Tutara x diyelim: x × {plain(r)} / 100 = {show(part)}\nx = {show(part)} × 100 / {plain(r)} {is_(a)}",
            f"{show(part)} × 100 = {show(part * 100)}\nTamamı: {show(part * 100)} / {plain(r)} {is_(a)} TL",
            f"Oran ondalık olarak: {plain(r)} / 100 = {plain(r / 100)}\n{show(part)} / {plain(r / 100)} {is_(a)}",
        ),
        a,
    )


def _rate(draw: Random) -> Problem:
    """(whole, part): 100 × part / whole."""
    if comes_out_whole(draw):
        a = pick(draw, 28000, 96000, 100)
        part = a * pick(draw, 8, 45) // 100
    else:
        a = pick(draw, 28000, 96000, 5)
        part = a * pick(draw, 8, 45) // 500 * 5 + pick(draw, 0, 150, 5)
    r = F(100 * part, a)
    return problem(
        draw,
        (a, part),
        (
            f"{tl(part)}, {tl(a)}'nin yüzde kaçıdır?",
            f"Aylık geliri {tl(a)} olan bir aile {tl(part)} kira ödüyor. Kiranın gelire oranı yüzde kaçtır?",
            f"{tl(a)} tutarındaki aylık giderin {tl(part)}'si personel gideridir. Personel giderinin toplam gider"
            " içindeki payı yüzde kaçtır?",
            f"Etiket fiyatı {tl(a)} olan bir ürün için {tl(part)} indirim yapılmıştır. İndirim oranı yüzde kaçtır?",
            f"{tl(a)} kredi kullanan bir işletmeden {tl(part)} teminat istenmiştir. Teminatın kredi tutarına"
            " oranını yüzde olarak hesaplayınız.",
        ),
        (
            f"Oran: {show(part)} / {show(a)} × 100 {is_(r, amount=False)}",
            f"Yüzde biri: {show(a)} / 100 = {show(F(a, 100))}\nOran: {show(part)} / {show(F(a, 100))}"
            f" {is_(r, amount=False)}",
            f"{show(part)} × 100 = {show(part * 100)}\n{show(part * 100)} / {show(a)} {is_(r, amount=False)}",
        ),
        r,
        "%",
    )


def _two_discounts(draw: Random) -> Problem:
    """(price, first, second): price × (1 − first/100) × (1 − second/100)."""
    if comes_out_whole(draw):
        p, (r, s) = pick(draw, 14000, 58000, 400), (F(rate) for rate in draw.sample(range(5, 45, 5), 2))
    else:
        p, (r, s) = pick(draw, 14000, 58000, 10), (F(halves, 2) for halves in draw.sample(range(10, 70), 2))
    middle = p * (1 - r / 100)
    end, what = middle * (1 - s / 100), draw.choice(APPLIANCES)
    return problem(
        draw,
        (p, r, s),
        (
            f"Etiket fiyatı {tl(p)} olan {what} önce {pct(r)}, ardından indirimli fiyat üzerinden {pct(s)} daha"
            " ucuzlatılıyor. Son fiyat kaç TL'dir?",
            f"{tl(p)}'lik bir ürüne önce {pct(r)}, sonra kalan tutar üzerinden {pct(s)} indirim yapılırsa ürünün"
            " fiyatı kaç TL olur?",
            f"Bir mağaza, fiyatı {tl(p)} olan {what} için {pct(r)} sezon indirimi yapıyor; kasada da kalan tutara"
            f" {pct(s)} kart indirimi uyguluyor. Müşterinin ödeyeceği tutar kaç TL'dir?",
            f"Liste fiyatı {tl(p)} olan mal için satıcı {pct(r)} iskonto, indirimli fiyat üzerinden de {pct(s)}"
            " peşin ödeme iskontosu yapmaktadır. Ödenecek tutarı hesaplayınız.",
        ),
        (
            f"Birinci indirimden sonra: {show(p)} × (100 - {plain(r)}) / 100 = {show(middle)}\nİkinci indirimden"
            f" sonra: {show(middle)} × (100 - {plain(s)}) / 100 {is_(end)}",
            f"İlk indirimden sonra fiyatın yüzde {plain(100 - r, 'si')} kalır: {show(p)} × {plain(1 - r / 100)} ="
            f" {show(middle)}\nİkinci indirimden sonra bunun yüzde {plain(100 - s, 'si')} kalır: {show(middle)} ×"
            f" {plain(1 - s / 100)} {is_(end)}",
            f"{plain(1 - r / 100)} × {plain(1 - s / 100)} = {plain((1 - r / 100) * (1 - s / 100))}\n{show(p)} ×"
            f" {plain((1 - r / 100) * (1 - s / 100))} {is_(end)}",
        ),
        end,
    )


def _without_vat(draw: Random) -> Problem:
    """(price with tax, rate): price / (1 + rate/100)."""
    r = draw.choice(VAT)
    gross = pick(draw, 14000, 74000, 100) * (100 + r) // 100 if comes_out_whole(draw) else pick(draw, 14000, 89000, 5)
    net = F(100 * gross, 100 + r)
    return problem(
        draw,
        (gross, r),
        (
            f"{pct(r)} KDV dâhil fiyatı {tl(gross)} olan bir malın KDV hariç fiyatı kaç TL'dir?",
            f"Bir faturanın KDV dâhil toplamı {tl(gross)}'dir. KDV oranı {pct(r)} olduğuna göre malın vergisiz"
            " tutarı kaç TL'dir?",
            f"{tl(gross)} tutarındaki satış bedelinin içinde {pct(r)} KDV bulunmaktadır. KDV matrahını hesaplayınız.",
            f"Bir lokantanın KDV dâhil günlük hasılatı {tl(gross)}'dir. KDV oranı {pct(r)} ise KDV hariç hasılat ne"
            " kadardır?",
        ),
        (
            f"KDV dâhil fiyat, vergisiz fiyatın {plain(1 + F(r, 100))} katıdır.\n{show(gross)} /"
            f" {plain(1 + F(r, 100))} {is_(net)}",
            f"Vergisiz fiyat 100 ise KDV dâhil fiyat 100 + {r} = {100 + r} olur.\n{show(gross)} × 100 / {100 + r}"
            f" {is_(net)}",
        ),
        net,
    )


def _offsetting_rise(draw: Random) -> Problem:
    """(price, discount rate): the rise that brings the price back, 100 × rate / (100 − rate)."""
    p, r = pick(draw, 14000, 58000, 50), quarter_rate(draw, 6, 34)
    low = p * (1 - r / 100)
    rise = 100 * r / (100 - r)
    return problem(
        draw,
        (p, r),
        (
            f"Fiyatı {tl(p)} olan bir mal {pct(r)} indirimle satılmaktadır. Malın eski fiyatına dönmesi için"
            " indirimli fiyata yapılması gereken zam yüzde kaçtır?",
            f"Değeri {tl(p)} olan bir yatırım bir yılda {pct(r)} değer kaybetmiştir. Yatırımın yeniden {tl(p)}"
            " olması için gereken değer artışı yüzde kaçtır?",
            f"Bir satıcı {tl(p)}'lik malın fiyatını {pct(r)} düşürmüş, bir ay sonra yeniden {tl(p)}'ye çıkarmıştır."
            " Satıcının indirimli fiyat üzerinden yaptığı zammın oranını bulunuz.",
            f"{tl(p)} olan aylık kira {pct(r)} azaltılmıştır. Kiranın ilk tutarına ulaşması için azaltılmış kira"
            " üzerinden yapılacak artışın oranı yüzde kaçtır?",
        ),
        (
            f"İndirimli değer: {show(p)} × (100 - {plain(r)}) / 100 = {show(low)}\nGereken artış: {show(p)} -"
            f" {show(low)} = {show(p - low)}\nOran: {show(p - low)} / {show(low)} × 100 {is_(rise, amount=False)}",
            f"Tutar 100 ise azalıştan sonra 100 - {plain(r)} = {plain(100 - r)} kalır.\nKaybı geri alacak oran:"
            f" {plain(r)} × 100 / {plain(100 - r)} {is_(rise, amount=False)}",
        ),
        rise,
        "%",
    )


def _repeated_change(draw: Random) -> Problem:
    """(amount, rate of each period, below zero for a fall, periods): amount × (1 + rate/100)^periods."""
    n = pick(draw, 5, 12)
    if draw.random() < 0.5:
        p, r = pick(draw, 28000, 64000, 5), F(pick(draw, 105, 475, 10), 100)
        rate = pct(r)
        questions = (
            f"{tl(p)} olan bir ürünün fiyatı her ay bir önceki aya göre {rate} artmaktadır. {n} ay sonra ürünün"
            " fiyatı kaç TL'dir?",
            f"Bir işyerinin aylık gideri {tl(p)}'dir. Giderler her ay bir önceki aya göre {rate} artarsa {n} ay"
            " sonraki aylık gider yaklaşık kaç TL'dir?",
            f"Aylık cirosu {tl(p)} olan bir işletme, cirosunu her ay bir önceki aya göre {rate} artırmayı"
            f" hedefliyor. Hedefe ulaşılırsa {n} ay sonraki aylık ciro ne kadar olur?",
            f"Fiyatı {tl(p)} olan mala {n} ay boyunca her ay, o ayki fiyatı üzerinden {rate} zam yapılıyor. Malın"
            " son fiyatı kaç TL'dir?",
        )
        factor = f"1 + {plain(r)} / 100 = {plain(1 + r / 100)}"
        step = f"Her dönem tutar {plain(1 + r / 100)} katına çıkar"
    else:
        p, r = pick(draw, 28000, 64000, 5), -F(pick(draw, 205, 895, 10), 100)
        rate = pct(-r)
        questions = (
            f"{tl(p)}'ye alınan bir cep telefonunun ikinci el değeri her ay bir önceki aya göre {rate}"
            f" azalmaktadır. {n} ay sonra telefonun değeri kaç TL'dir?",
            f"Bir fabrikanın {tl(p)} olan haftalık enerji gideri, tasarruf önlemleriyle her hafta bir önceki"
            f" haftaya göre {rate} azaltılıyor. {n} hafta sonraki haftalık gideri hesaplayınız.",
            f"Satılamayan {tl(p)}'lik bir ürünün fiyatı her hafta bir önceki haftanın fiyatı üzerinden {rate}"
            f" düşürülüyor. {n} indirimden sonra ürünün fiyatı kaç TL'dir?",
            f"Bir borçlu, {tl(p)} olan borcunun her ay kalan kısmının {pct(-r, 'sini')} ödüyor. Faiz"
            f" uygulanmadığına göre {n} ödemeden sonra kalan borç yaklaşık kaç TL'dir?",
        )
        factor = f"1 - {plain(-r)} / 100 = {plain(1 + r / 100)}"
        step = f"Her dönemin sonunda tutarın yüzde {plain(100 + r, 'si')} kalır"
    q = 1 + r / 100
    value = p * q**n
    return problem(
        draw,
        (p, r, n),
        questions,
        (
            f"{step}: {factor}\n{n} dönem için: {raised(q, n)} {is_(q**n, 6, amount=False)}\n{show(p)} ×"
            f" {raised(q, n)} {is_(value)}",
            f"Her değişim bir önceki tutar üzerinden yapıldığından aynı çarpan {n} kez"
            f" uygulanır.\n{factor}\n{show(p)} × {raised(q, n)} {is_(value)}",
        ),
        value,
    )


def _equal_discounts_rate(draw: Random) -> Problem:
    """(first price, last price, times): the equal rate, 100 × (1 − (last/first)^(1/times))."""
    n = pick(draw, 3, 7)
    p = pick(draw, 14000, 58000, 50)
    q = int(p * (1 - pick(draw, 400, 1600) / 10000) ** n) // 5 * 5
    ratio = root(F(q, p), n)
    rate, kept = 100 * (1 - ratio), root_of(n, f"({show(q)} / {show(p)})")
    return problem(
        draw,
        (p, q, n),
        (
            f"Fiyatı {tl(p)} olan {draw.choice(APPLIANCES)}, art arda yapılan {n} eşit oranlı indirimden sonra"
            f" {tl(q)}'ye satılıyor. Her indirim bir önceki fiyat üzerinden yapıldığına göre indirim oranı yüzde"
            " kaçtır?",
            f"{tl(p)} değerindeki bir yatırımın değeri {n} ay sonra {tl(q)}'ye düşmüştür. Değer her ay bir önceki"
            " aya göre aynı oranda azaldığına göre aylık azalış oranı yüzde kaçtır?",
            f"Satılamayan bir ürünün fiyatı, {n} hafta boyunca her hafta bir önceki haftanın fiyatı üzerinden aynı"
            f" oranda indirilerek {tl(p)}'den {tl(q)}'ye düşürülmüştür. Haftalık indirim oranını bulunuz.",
            f"Bir işletme {tl(p)} olan aylık giderini, her ay bir önceki aya göre aynı oranda kısarak {n} ay"
            f" sonunda {tl(q)}'ye indirmiştir. Aylık azalış oranı yaklaşık yüzde kaçtır?",
        ),
        (
            f"Her dönemin oranına x diyelim: {show(p)} × (1 - x){superscript(n)} = {show(q)}\n"
            f"Buradan 1 - x bulunur: {kept} {is_(ratio, 6, amount=False)}\n"
            f"Yüzde olarak: (1 - {kept}) × 100 {is_(rate, amount=False)}",
            f"Fiyatların oranı, bir dönemde kalan payın {n}. kuvvetidir; bu pay oranın {n}. dereceden"
            f" köküdür.\n{kept} {is_(ratio, 6, amount=False)}\nAzalış oranı: 100 - 100 × {kept}"
            f" {is_(rate, amount=False)}",
        ),
        rate,
        "%",
    )


def _mean_change(draw: Random) -> Problem:
    """(four or five rates): the equal rate that does the same, 100 × ((product of 1 + rate/100)^(1/count) − 1)."""
    n = draw.choice((4, 5))
    rates = [F(quarters, 4) for quarters in draw.sample(range(5, 48), n)]
    factors = [1 + r / 100 for r in rates]
    product = prod(factors, start=F(1))
    ratio = root(product, n)
    mean = 100 * (ratio - 1)
    word = {4: "dört", 5: "beş"}[n]
    listed = f"{'; '.join(pct(r) for r in rates[:-1])} ve {pct(rates[-1])}"
    multiplied = " × ".join(plain(factor) for factor in factors)
    return problem(
        draw,
        tuple(rates),
        (
            f"Bir ürünün fiyatı {word} ay boyunca her ay bir önceki aya göre sırasıyla {listed} artmıştır. Ürünü"
            f" {word} ayda aynı son fiyata ulaştıracak sabit aylık artış oranı yüzde kaçtır?",
            f"Bir işletmenin satışları art arda {word} yılda, bir önceki yıla göre sırasıyla {listed} artmıştır."
            " Satışların yıllık ortalama artış oranı, geometrik ortalamaya göre yüzde kaçtır?",
            f"Bir yatırım art arda {word} dönemde, dönem başındaki değeri üzerinden sırasıyla {listed}"
            " kazandırmıştır. Her dönem aynı oranda kazandırsaydı yatırımı aynı sonuca ulaştıracak getiri oranını"
            " bulunuz.",
            f"Bir mala {word} kez, her seferinde son fiyatı üzerinden sırasıyla {listed} zam yapılmıştır. Bunların"
            f" yerine {word} kez eşit oranlı zam yapılarak aynı fiyata ulaşılmak istenseydi zam oranı yaklaşık"
            " yüzde kaç olurdu?",
        ),
        (
            f"Toplam artış katı: {multiplied} {is_(product, 6, amount=False)}\nSabit oranın katı bu çarpımın {n}."
            f" dereceden köküdür: {root_of(n, f'({multiplied})')} {is_(ratio, 6, amount=False)}\nOran:"
            f" ({root_of(n, f'({multiplied})')} - 1) × 100 {is_(mean, amount=False)}",
            f"Art arda artışların ortalaması geometrik ortalamayla bulunur.\n{root_of(n, f'({multiplied})')}"
            f" {is_(ratio, 6, amount=False)}\n100 × {root_of(n, f'({multiplied})')} - 100 {is_(mean, amount=False)}",
        ),
        mean,
        "%",
    )


FAMILIES = (
    Family("percent-part", UNIT, _part),
    Family("percent-base", UNIT, _base),
    Family("percent-rate", UNIT, _rate),
    Family("percent-two-discounts", UNIT, _two_discounts),
    Family("percent-price-without-vat", UNIT, _without_vat),
    Family("percent-offsetting-rise", UNIT, _offsetting_rise),
    Family("percent-repeated-change", UNIT, _repeated_change),
    Family("percent-equal-discounts-rate", UNIT, _equal_discounts_rate),
    Family("percent-mean-change", UNIT, _mean_change),
)
