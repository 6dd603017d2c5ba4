"""Compound interest at one rate: balance, interest, principal, rate and time."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    WHO,
    equals,
    given,
    half_up,
    is_,
    log,
    near,
    pct,
    pick,
    plain,
    power,
    problem,
    raised,
    root,
    root_of,
    show,
    superscript,
    table,
    tl,
)

UNIT = "Bileşik faiz"


def _two_years(draw: Random) -> Problem:
    """(principal, rate): principal × (1 + rate/100)²."""
    p, r = pick(draw, 12000, 480000, 500), F(pick(draw, 32, 192), 4)
    f = 1 + r / 100
    middle, end = p * f, p * f**2
    return problem(
        draw,
        (p, r),
        (
            f"{tl(p)}, yıllık {pct(r)} bileşik faiz oranıyla bankaya yatırılmıştır. 2. yılın sonunda hesaptaki tutar"
            " kaç TL'dir?",
            f"{draw.choice(WHO)} birikimi olan {tl(p)}'yi yıllık {pct(r)} bileşik faiz oranıyla 2 yıllığına bankaya"
            " yatırıyor. Vade sonunda hesapta kaç TL olur?",
            f"Yıllık {pct(r)} bileşik faiz oranı üzerinden {tl(p)}'nin 2 yıl sonraki baliği kaç TL'dir?",
            f"{draw.choice(FIRMS)}, elindeki {tl(p)}'yi yıllık {pct(r)} oranıyla 2 yıl boyunca bileşik faizle"
            " değerlendirmiştir. Anapara ve faiz toplamını hesaplayınız.",
            f"Faizin her yılın sonunda anaparaya eklendiği bir hesaba {tl(p)} yatırılmıştır. Yıllık faiz oranı"
            f" {pct(r)} olduğuna göre iki yıl sonra çekilebilecek tutar kaç TL'dir?",
        ),
        (
            f"1. yılın sonu: {show(p)} × {plain(f)} = {show(middle)}\n"
            f"2. yılın sonu: {show(middle)} × {plain(f)} {is_(end)}",
            f"S = A × (1 + i)ⁿ\n{raised(f, 2)} = {plain(f**2)}\nS = {show(p)} × {plain(f**2)} {is_(end)}",
            f"1. yılın faizi: {show(p)} × {plain(r / 100)} = {show(middle - p)}\n"
            f"1. yılın sonu: {show(p)} + {show(middle - p)} = {show(middle)}\n"
            f"2. yılın faizi: {show(middle)} × {plain(r / 100)} = {show(end - middle)}\n"
            f"2. yılın sonu: {show(middle)} + {show(end - middle)} {is_(end)}",
        ),
        end,
    )


def _months(draw: Random) -> Problem:
    """(principal, rate per month, months): principal × (1 + rate/100)^months."""
    p, r, n = pick(draw, 15000, 600000, 250), F(pick(draw, 105, 425), 100), pick(draw, 5, 24)
    f = 1 + r / 100
    value = p * f**n
    shown = near(f**n, lambda factor: half_up(p * factor, 2))
    return problem(
        draw,
        (p, r, n),
        (
            f"{tl(p)}, aylık {pct(r)} bileşik faiz oranıyla {n} ay süreyle bankaya yatırılmıştır. Vade sonundaki"
            " baliğ kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi aylık {pct(r)} bileşik faiz veren bir hesaba yatırıyor. Hesaptan hiç para"
            f" çekilmezse {n} ay sonra hesaptaki tutar kaç TL'dir?",
            f"{draw.choice(FIRMS)} bir bankadan aylık {pct(r)} bileşik faizle {tl(p)} borç almıştır. Borç {n} ay sonra"
            " tek seferde ödeneceğine göre ödenecek tutarı hesaplayınız.",
            f"Aylık bileşik faiz oranı {pct(r)} olduğuna göre bugünkü {tl(p)}'nin {n} ay sonraki değeri kaç TL'dir?",
            f"Faizi her ay anaparaya eklenen bir hesaba {tl(p)} yatırılıyor. Aylık faiz oranı {pct(r)} ise {n}. ayın"
            " sonunda hesapta yaklaşık ne kadar para birikir?",
        ),
        (
            f"S = A × (1 + i)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\nS = {show(p)} × {format_turkish(shown)}"
            f" {is_(p * F(shown))}",
            f"Aylık faiz oranı: {plain(r)} / 100 = {plain(r / 100)}\n{n} ayda anapara {raised(f, n)}"
            f" {equals(f**n, shown)} katına çıkar.\nBaliğ: {show(p)} × {format_turkish(shown)} {is_(p * F(shown))}",
        ),
        value,
    )


def _balance_by_factor(draw: Random) -> Problem:
    """(principal, rate per year, years): principal × the given power, which has four decimals."""
    p, r, n = pick(draw, 20000, 400000, 500), draw.choice((8, 10, 12, 15, 16, 18, 20, 24, 25, 28)), pick(draw, 4, 12)
    f = power(r, n)
    return problem(
        draw,
        (p, r, n),
        (
            f"Yıllık {pct(r)} bileşik faiz oranıyla {n} yıllığına yatırılan {tl(p)}'nin vade sonundaki değeri kaç"
            f" TL'dir? {given(r, n)}",
            f"{draw.choice(WHO)} {tl(p)}'yi yıllık {pct(r)} bileşik faiz veren bir hesapta {n} yıl tutacaktır. Vade"
            f" sonunda hesaptaki para kaç TL'dir? {given(r, n)}",
            f"Bugün yatırılan {tl(p)}, yıllık {pct(r)} bileşik faizle {n}. yılın sonunda kaç TL'ye ulaşır?"
            f" {given(r, n)}",
            f"{draw.choice(FIRMS)} {n} yıl vadeli {tl(p)} borç almıştır. Yıllık {pct(r)} bileşik faiz uygulandığına"
            f" göre vade sonunda ödenecek toplam tutarı bulunuz. {given(r, n)}",
            f"{tl(p)}'lik anaparanın yıllık {pct(r)} bileşik faiz oranıyla {n} yıl sonraki baliği kaç TL'dir?"
            f" {given(r, n)}",
        ),
        (
            f"S = A × (1 + i)ⁿ\nS = {show(p)} × {table(f)} = {show(p * f)}",
            f"Verilen çarpan {table(f)}, anaparanın {n} yılda kaç katına çıktığını gösterir.\n{show(p)} × {table(f)}"
            f" = {show(p * f)}",
            f"1.000 TL'nin değeri: 1.000 × {table(f)} = {show(1000 * f)}\n{show(p)} / 1.000 = {plain(F(p, 1000))}\n"
            f"{plain(F(p, 1000))} × {show(1000 * f)} = {show(p * f)}",
        ),
        p * f,
    )


def _interest(draw: Random) -> Problem:
    """(principal, rate per year, years): principal × ((1 + rate/100)^years − 1)."""
    p, r, n = pick(draw, 10000, 250000, 250), F(pick(draw, 20, 144), 4), pick(draw, 5, 15)
    f = 1 + r / 100
    value = p * (f**n - 1)
    shown = near(f**n, lambda factor: half_up(p * (factor - 1), 2))
    text = format_turkish(shown)
    return problem(
        draw,
        (p, r, n),
        (
            f"{tl(p)}, yıllık {pct(r)} bileşik faiz oranıyla {n} yıl süreyle yatırılırsa elde edilecek faiz tutarı kaç"
            " TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi yıllık {pct(r)} bileşik faizle {n} yıllığına bankaya yatırmıştır. Bu süre"
            " sonunda kazanılan toplam faiz kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {n} yıl vadeli {tl(p)} borcunu yıllık {pct(r)} bileşik faiziyle birlikte vade"
            " sonunda topluca ödemiştir. Ödenen faiz tutarını bulunuz.",
            f"Yıllık {pct(r)} bileşik faiz oranıyla değerlendirilen {tl(p)}, {n} yılda yaklaşık ne kadar faiz getirir?",
            f"Anapara {tl(p)}, yıllık bileşik faiz oranı {pct(r)} ve vade {n} yıl olduğuna göre bileşik faiz tutarı kaç"
            " TL'dir?",
        ),
        (
            f"I = A × ((1 + i)ⁿ - 1)\n{raised(f, n)} {equals(f**n, shown)}\nI = {show(p)} × ({text} - 1)"
            f" {is_(p * (F(shown) - 1))}",
            f"Bir yılda anapara {plain(f)} katına çıkar.\n{n} yılda: {raised(f, n)} {equals(f**n, shown)}\n"
            f"Faiz, anaparanın {text} - 1 = {format_turkish(shown - 1)} katıdır.\n{show(p)} ×"
            f" {format_turkish(shown - 1)} {is_(p * (F(shown) - 1))}",
        ),
        value,
    )


def _principal(draw: Random) -> Problem:
    """(balance, rate, years): balance / (1 + rate/100)^years."""
    s, r, n = pick(draw, 100000, 3000000, 5000), F(pick(draw, 24, 160), 4), pick(draw, 5, 12)
    f = 1 + r / 100
    value = s / f**n
    shown = near(f**n, lambda factor: half_up(s / factor, 2))
    discount = near(f**-n, lambda factor: half_up(s * factor, 2))
    return problem(
        draw,
        (s, r, n),
        (
            f"Yıllık {pct(r)} bileşik faiz oranıyla {n} yılda {tl(s)}'ye ulaşan anapara kaç TL'dir?",
            f"{draw.choice(WHO)} {n} yıl sonra {tl(s)} biriktirmiş olmak istiyor. Yıllık {pct(r)} bileşik faiz veren"
            " bir hesaba bugün yatırması gereken tutar kaç TL'dir?",
            f"{n} yıl önce yıllık {pct(r)} bileşik faizle yatırılan bir para bugün {tl(s)} olmuştur. Yatırılan"
            " anaparayı hesaplayınız.",
            f"{draw.choice(FIRMS)}, {n} yıl sonra yapacağı {tl(s)} tutarındaki ödeme için bugün bankaya para"
            f" yatıracaktır. Yıllık bileşik faiz oranı {pct(r)} ise yatırılacak tutar ne kadardır?",
            f"Baliği {tl(s)} olan bir mevduatın vadesi {n} yıl, yıllık bileşik faiz oranı {pct(r, 'dir')}. Bu"
            " mevduatın anaparası kaç TL'dir?",
        ),
        (
            f"A = S / (1 + i)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\nA = {show(s)} / {format_turkish(shown)}"
            f" {is_(s / F(shown))}",
            f"İskonto çarpanı: {raised(f, -n)} {equals(f**-n, discount)}\nAnapara: {show(s)} ×"
            f" {format_turkish(discount)} {is_(s * F(discount))}",
        ),
        value,
    )


def _rate(draw: Random) -> Problem:
    """(principal, balance, years): the yearly rate, 100 × ((balance / principal)^(1/years) − 1)."""
    p, n = pick(draw, 15000, 250000, 500), draw.choice((3, 4, 5, 6, 6, 7, 8, 9, 10))
    s = int(p * (1 + F(pick(draw, 80, 380), 1000)) ** n) // 100 * 100
    ratio = F(s, p)
    yearly = root(ratio, n)
    value = (yearly - 1) * 100
    shown_root = near(yearly, lambda factor: half_up((factor - 1) * 100, 2))
    shown = near(ratio, lambda factor: near(root(factor, n), lambda found: half_up((found - 1) * 100, 2)))
    after = root(F(shown), n)
    end = is_((F(shown_root) - 1) * 100, amount=False)
    return problem(
        draw,
        (p, s, n),
        (
            f"Bileşik faizle {n} yıllığına yatırılan {tl(p)}, vade sonunda {tl(s)} olmuştur. Uygulanan yıllık faiz"
            " oranı yüzde kaçtır?",
            f"{tl(p)}'yi {n} yılda {tl(s)}'ye ulaştıran yıllık bileşik faiz oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} bankaya {tl(p)} yatırmış ve {n} yıl sonra anapara ve faiz olarak toplam {tl(s)}"
            " almıştır. Faiz yılda bir kez anaparaya eklendiğine göre yıllık faiz oranı yüzde kaçtır?",
            f"Bir yatırım fonuna konan {tl(p)}, {n} yıl sonunda {tl(s)} değerine çıkmıştır. Fonun yıllık ortalama"
            " bileşik getirisini yüzde olarak hesaplayınız.",
            f"{draw.choice(FIRMS)} {tl(p)} borcuna karşılık {n} yıl sonra {tl(s)} ödemiştir. Borca uygulanan yıllık"
            " bileşik faiz oranı yaklaşık yüzde kaç olur?",
        ),
        (
            f"(1 + i){superscript(n)} = {show(s)} / {show(p)} {equals(ratio, shown)}\n"
            f"1 + i = {root_of(n, format_turkish(shown))} {equals(after, shown_root)}\n"
            f"i = ({format_turkish(shown_root)} - 1) × 100 {end}",
            f"{n} yıldaki artış katı: {show(s)} / {show(p)} {equals(ratio, shown)}\nBir yıldaki artış katı:"
            f" {root_of(n, format_turkish(shown))} {equals(after, shown_root)}\nYıllık oran:"
            f" ({format_turkish(shown_root)} - 1) × 100 {end}",
        ),
        value,
        "%",
    )


def _time(draw: Random) -> Problem:
    """(year or month, principal, rate, balance): how many of them, log(balance / principal) / log(1 + rate/100)."""
    unit = draw.choice(("yıl", "yıl", "ay"))
    p = pick(draw, 15000, 300000, 500)
    r = F(pick(draw, 32, 180), 4) if unit == "yıl" else F(pick(draw, 105, 425), 100)
    f = 1 + r / 100
    many = pick(draw, 3, 9) if unit == "yıl" else pick(draw, 7, 30)
    part = 1 + (f - 1) * F(pick(draw, 5, 95), 100)
    s = p * 2 if draw.random() < 0.15 else int(p * f**many * part) // 500 * 500 + 500
    ratio = F(s, p)
    value = log(ratio) / log(f)

    def ended(factor: F) -> object:
        return half_up(log(factor) / log(f), 2)

    shown = near(ratio, ended)
    top, bottom = log(F(shown)), log(f)
    shown_top = near(top, lambda number: half_up(number / bottom, 2))
    shown_bottom = near(bottom, lambda number: half_up(F(shown_top) / number, 2))
    how = {"yıl": "Yıllık", "ay": "Aylık"}[unit]
    many_of = {"yıl": "kaç yılda", "ay": "kaç ayda"}[unit]
    ask = {"yıl": "kaç yıldır", "ay": "kaç aydır"}[unit]
    growing = F(shown_top) / F(shown_bottom)
    return problem(
        draw,
        (unit, p, r, s),
        (
            f"{how} {pct(r)} bileşik faiz oranıyla yatırılan {tl(p)}'nin {tl(s)}'ye ulaşması için gereken süre {ask}?",
            f"{tl(p)}, {how.lower()} {pct(r)} bileşik faiz oranıyla {many_of} {tl(s)} olur?",
            f"{draw.choice(WHO)} {tl(p)} birikimini {how.lower()} {pct(r)} bileşik faizle değerlendirmektedir."
            f" Birikimin {tl(s)} olacağı süre {ask}?",
            f"{how} bileşik faiz oranı {pct(r)} olduğuna göre {tl(p)} anaparanın {tl(s)} baliğe ulaştığı vade {ask}?",
            f"{how} {pct(r)} bileşik faizle alınan {tl(p)} borç, vade sonunda {tl(s)} olarak geri ödenmiştir. Borcun"
            f" vadesini {unit} cinsinden bulunuz.",
        ),
        (
            f"n = log(S / A) / log(1 + i)\n{show(s)} / {show(p)} {equals(ratio, shown)}\n"
            f"n = log {format_turkish(shown)} / log {plain(f)} {is_(log(F(shown)) / log(f), amount=False)}",
            f"Anapara {show(s)} / {show(p)} {equals(ratio, shown)} katına çıkmalıdır.\n"
            f"log {format_turkish(shown)} {equals(top, shown_top)}\nlog {plain(f)} {equals(bottom, shown_bottom)}\n"
            f"n = {format_turkish(shown_top)} / {format_turkish(shown_bottom)} {is_(growing, amount=False)}",
        ),
        value,
        unit,
    )


FAMILIES = (
    Family("compound-balance-two-years", UNIT, _two_years),
    Family("compound-balance-months", UNIT, _months),
    Family("compound-balance-by-factor", UNIT, _balance_by_factor),
    Family("compound-interest-years", UNIT, _interest),
    Family("compound-principal", UNIT, _principal),
    Family("compound-rate", UNIT, _rate),
    Family("compound-time", UNIT, _time),
)
