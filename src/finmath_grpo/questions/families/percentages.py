"""Percentages: the part, the base, the rate, changes one after the other, value added tax."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import GOODS, WHO, pct, pick, plain, problem, show, tl

UNIT = "Yüzde hesapları"
VAT = (10, 20)


def _part(draw: Random) -> Problem:
    """(amount, rate): amount × rate / 100."""
    a, r = pick(draw, 400, 60000, 200), draw.choice((3, 4, 5, 6, 8, 12, 15, 18, 22, 25, 35, 45))
    one, part, who = F(a, 100), F(a * r, 100), draw.choice(WHO)
    return problem(
        draw,
        (a, r),
        (
            f"{tl(a)}'nin {pct(r, 'si')} kaç TL'dir?",
            f"{who} {tl(a)} tutarındaki gelirinin {pct(r, 'sini')} kiraya ayırıyor. Kiraya ayrılan tutar kaç TL'dir?",
            f"Bir alışveriş sitesi, {tl(a)}'lik satıştan {pct(r)} komisyon almaktadır. Alınan komisyon kaç TL'dir?",
            f"Bir okulun {tl(a)}'lik bütçesinin {pct(r, 'si')} kütüphaneye harcanmıştır. Kütüphane için kaç TL"
            " harcanmıştır?",
        ),
        (
            f"{tl(a)}'nin yüzde biri: {show(a)} / 100 = {show(one)}\nYüzde {r} için: {show(one)} × {r} = {show(part)}",
            f"{show(a)} × {r} / 100 = {show(part)} TL",
            f"Oran ondalık olarak: {r} / 100 = {plain(F(r, 100))}\n{show(a)} × {plain(F(r, 100))} = {show(part)}",
        ),
        part,
    )


def _base(draw: Random) -> Problem:
    """(part, rate): part × 100 / rate."""
    r = draw.choice((4, 5, 8, 12, 15, 16, 20, 25, 30, 40, 60))
    a = pick(draw, 600, 40000, 200)
    part = F(a * r, 100)
    return problem(
        draw,
        (part, r),
        (
            f"{pct(r, 'si')} {tl(part)} olan tutar kaç TL'dir?",
            f"Bir satıcı satışlarından {pct(r)} prim almaktadır. Bu ay {tl(part)} prim aldığına göre yaptığı satış"
            " kaç TL'dir?",
            f"{draw.choice(WHO)} maaşının {pct(r, 'sine')} karşılık gelen {tl(part)}'yi biriktirmiştir. Maaş kaç"
            " TL'dir?",
            f"Bir borcun {pct(r, 'si')} olan {tl(part)} ödenmiştir. Borcun tamamı kaç TL'dir?",
        ),
        (
            f"Yüzde biri: {show(part)} / {r} = {show(F(part) / r)}\nTamamı: {show(F(part) / r)} × 100 = {show(a)}",
            f"Tutara x diyelim: x × {r} / 100 = {show(part)}\nx = {show(part)} × 100 / {r} = {show(a)}",
            f"{show(part)} × 100 = {show(part * 100)}\n{show(part * 100)} / {r} = {show(a)} TL",
        ),
        a,
    )


def _rate(draw: Random) -> Problem:
    """(whole, part): 100 × part / whole."""
    a, r = pick(draw, 500, 30000, 100), draw.choice((4, 6, 8, 12, 15, 16, 18, 24, 32, 35, 45, 60))
    part = F(a * r, 100)
    return problem(
        draw,
        (a, part),
        (
            f"{tl(part)}, {tl(a)}'nin yüzde kaçıdır?",
            f"Geliri {tl(a)} olan bir aile {tl(part)} kira ödüyor. Kiranın gelire oranı yüzde kaçtır?",
            f"{tl(a)}'lik bir faturanın {tl(part)}'si vergidir. Verginin faturadaki payı yüzde kaçtır?",
            f"Fiyatı {tl(a)} olan {draw.choice(GOODS)} için {tl(part)} indirim yapılmıştır. İndirim oranı yüzde"
            " kaçtır?",
        ),
        (
            f"{show(part)} / {show(a)} = {plain(F(r, 100))}\n{plain(F(r, 100))} × 100 = {r}",
            f"Yüzde biri: {show(a)} / 100 = {show(F(a, 100))}\nOran: {show(part)} / {show(F(a, 100))} = {r}",
            f"{show(part)} × 100 = {show(part * 100)}\n{show(part * 100)} / {show(a)} = {r}",
        ),
        r,
        "%",
    )


def _two_discounts(draw: Random) -> Problem:
    """(price, first, second): price × (1 − first/100) × (1 − second/100)."""
    p = pick(draw, 1000, 40000, 500)
    r, s = draw.sample((5, 10, 15, 20, 25, 30, 40), 2)
    one = F(p * r, 100)
    middle = p - one
    two = middle * s / 100
    end, what = middle - two, draw.choice(GOODS)
    return problem(
        draw,
        (p, r, s),
        (
            f"Etiket fiyatı {tl(p)} olan {what} önce {pct(r)}, ardından indirimli fiyat üzerinden {pct(s)} daha"
            " ucuzlatılıyor. Son fiyat kaç TL'dir?",
            f"{tl(p)}'ye satılan bir ürüne art arda {pct(r)} ve {pct(s)} indirim yapılırsa ürünün fiyatı kaç TL olur?",
            f"Mağaza, {tl(p)}'lik {what} için {pct(r)} sezon indirimi, kasada da kalan tutara {pct(s)} kart indirimi"
            " uyguluyor. Müşterinin ödeyeceği tutar kaç TL'dir?",
        ),
        (
            f"Birinci indirim: {show(p)} × {r} / 100 = {show(one)}\nKalan: {show(p)} - {show(one)} = {show(middle)}\n"
            f"İkinci indirim: {show(middle)} × {s} / 100 = {show(two)}\nSon fiyat: {show(middle)} - {show(two)} ="
            f" {show(end)}",
            f"İlk indirimden sonra fiyatın yüzde {100 - r} kadarı kalır: {show(p)} × {100 - r} / 100 ="
            f" {show(middle)}\n"
            f"İkinci indirimden sonra yüzde {100 - s} kalır: {show(middle)} × {100 - s} / 100 = {show(end)}",
        ),
        end,
    )


def _raise_and_discount(draw: Random) -> Problem:
    """(price, rise, discount): price × (1 + rise/100) × (1 − discount/100)."""
    p = pick(draw, 800, 30000, 200)
    r, s = draw.choice((10, 15, 20, 25, 30, 40, 50)), draw.choice((5, 10, 20, 25, 30))
    rise = F(p * r, 100)
    high = p + rise
    cut = high * s / 100
    end = high - cut
    return problem(
        draw,
        (p, r, s),
        (
            f"Fiyatı {tl(p)} olan bir mala önce {pct(r)} zam, sonra zamlı fiyattan {pct(s)} indirim yapılıyor. Malın"
            " son fiyatı kaç TL'dir?",
            f"Bir hissenin {tl(p)} olan değeri önce {pct(r)} artmış, ertesi ay {pct(s)} azalmıştır. Hissenin son"
            " değeri kaç TL'dir?",
            f"Kirası {tl(p)} olan bir dükkânın kirası {pct(r)} artırılmış, kiracı itiraz edince yeni kiradan {pct(s)}"
            " indirim yapılmıştır. Kira kaç TL olmuştur?",
        ),
        (
            f"Zam: {show(p)} × {r} / 100 = {show(rise)}\nZamlı fiyat: {show(p)} + {show(rise)} = {show(high)}\n"
            f"İndirim: {show(high)} × {s} / 100 = {show(cut)}\nSon durum: {show(high)} - {show(cut)} = {show(end)}",
            f"Artıştan sonra: {show(p)} × {plain(1 + F(r, 100))} = {show(high)}\n"
            f"Azalıştan sonra: {show(high)} × {plain(1 - F(s, 100))} = {show(end)}",
        ),
        end,
    )


def _without_vat(draw: Random) -> Problem:
    """(price with tax, rate): price / (1 + rate/100)."""
    net, r = pick(draw, 500, 60000, 100), draw.choice(VAT)
    gross = net + F(net * r, 100)
    return problem(
        draw,
        (gross, r),
        (
            f"{pct(r)} KDV dâhil fiyatı {tl(gross)} olan {draw.choice(GOODS)} için KDV hariç fiyat kaç TL'dir?",
            f"Bir faturanın KDV dâhil toplamı {tl(gross)}'dir. KDV oranı {pct(r)} olduğuna göre malın vergisiz tutarı"
            " kaç TL'dir?",
            f"{tl(gross)}'lik satış bedelinin içinde {pct(r)} KDV bulunmaktadır. KDV matrahı kaç TL'dir?",
        ),
        (
            f"KDV'li fiyat, vergisiz fiyatın yüzde {100 + r} kadarıdır.\n{show(gross)} / {plain(1 + F(r, 100))} ="
            f" {show(net)}",
            f"{show(gross)} × 100 = {show(gross * 100)}\n{show(gross * 100)} / {100 + r} = {show(net)}",
            f"100 + {r} = {100 + r}\nYüzde biri: {show(gross)} / {100 + r} = {show(F(net, 100))}\n"
            f"Vergisiz tutar: {show(F(net, 100))} × 100 = {show(net)}",
        ),
        net,
    )


def _vat_inside(draw: Random) -> Problem:
    """(price with tax, rate): the tax in it."""
    net, r = pick(draw, 1000, 50000, 500), draw.choice(VAT)
    tax = F(net * r, 100)
    gross = net + tax
    return problem(
        draw,
        (gross, r),
        (
            f"KDV dâhil {tl(gross)}'ye alınan {draw.choice(GOODS)} için ödenen KDV kaç TL'dir? (KDV oranı {pct(r)})",
            f"{pct(r)} KDV içeren {tl(gross)} tutarındaki fişte yer alan vergi tutarı kaç TL'dir?",
            f"Bir lokanta, KDV dâhil {tl(gross)} hasılat elde etmiştir. KDV oranı {pct(r)} ise devlete ödenecek KDV"
            " kaç TL'dir?",
        ),
        (
            f"Vergisiz tutar: {show(gross)} / {plain(1 + F(r, 100))} = {show(net)}\nKDV: {show(gross)} - {show(net)}"
            f" = {show(tax)}",
            f"KDV'nin payı {r}, toplamın payı {100 + r} kadardır.\n{show(gross)} / {100 + r} ="
            f" {show(F(gross) / (100 + r))}\n"
            f"{show(F(gross) / (100 + r))} × {r} = {show(tax)}",
        ),
        tax,
    )


FAMILIES = (
    Family("percent-part", UNIT, _part),
    Family("percent-base", UNIT, _base),
    Family("percent-rate", UNIT, _rate),
    Family("percent-two-discounts", UNIT, _two_discounts),
    Family("percent-rise-then-discount", UNIT, _raise_and_discount),
    Family("percent-price-without-vat", UNIT, _without_vat),
    Family("percent-vat-inside", UNIT, _vat_inside),
)
