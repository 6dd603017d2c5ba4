"""Compound interest beyond one rate and whole years: periods, changing rates, broken time, against simple interest."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, problem, show, tl

UNIT = "Bileşik faiz"


def _periods(draw: Random) -> Problem:
    """(principal, nominal rate, periods a year, periods): principal × (1 + rate / periods a year / 100)^periods."""
    m, n = draw.choice(((2, 2), (2, 3), (4, 2), (4, 3), (12, 2), (12, 3)))
    p = pick(draw, 10000, 60000, 10000) if m == 12 else pick(draw, 2000, 50000, 1000)
    r = {2: (12, 16, 20, 24, 40), 4: (16, 20, 24, 32, 40), 12: (12, 24, 36, 48)}[m]
    r = draw.choice(r)
    i = F(r, m)
    f = 1 + i / 100
    each, months = {2: ("6 ayda", 6), 4: ("3 ayda", 3), 12: ("ayda", 1)}[m]
    steps = "\n".join(f"{k}. devre sonu: {show(p * f ** (k - 1))} × {plain(f)} = {show(p * f**k)}" for k in range(1, n))
    last = f"{n}. devre sonu: {show(p * f ** (n - 1))} × {plain(f)} {is_(p * f**n)}"
    return problem(
        draw,
        (p, r, m, n),
        (
            f"Yıllık nominal faiz oranı {pct(r)} olan ve {each} bir faiz eklenen bir hesaba {tl(p)} yatırılıyor."
            f" {n * months} ay sonunda hesaptaki para kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {n * months} aylığına yatırıyor. Yıllık nominal faiz {pct(r)} olup faiz"
            f" {each} bir anaparaya eklenmektedir. Vade sonundaki tutar kaç TL'dir?",
            f"{each.capitalize()} bir devrelendirilen yıllık {pct(r)} nominal faizle {tl(p)}'nin {n * months} ay"
            " sonraki baliği kaç TL'dir?",
        ),
        (
            f"Devre faizi: {r} / {m} = {plain(i)}\nDevre sayısı: {n}\n{steps}\n{last}",
            f"Bir devrenin oranı yüzde {r} / {m} = {plain(i)}, devre sayısı {n} olur.\n"
            f"{plain(f)}^{n} = {plain(f**n)}\n{show(p)} × {plain(f**n)} {is_(p * f**n)}",
        ),
        p * f**n,
    )


def _changing_rates(draw: Random) -> Problem:
    """(principal, first rate, second rate, third rate): each rate for one year."""
    p, (r, s, u) = pick(draw, 2000, 50000, 1000), draw.sample((10, 20, 25, 30, 40, 50), 3)
    a = p * (1 + F(r, 100))
    b = a * (1 + F(s, 100))
    c = b * (1 + F(u, 100))
    return problem(
        draw,
        (p, r, s, u),
        (
            f"{tl(p)} bileşik faizle 3 yıl yatırılıyor. Faiz oranı birinci yıl {pct(r)}, ikinci yıl {pct(s)}, üçüncü"
            f" yıl {pct(u)} olduğuna göre 3. yıl sonundaki tutar kaç TL'dir?",
            f"Değişken faizli bir hesapta yıllık oranlar sırasıyla {pct(r)}, {pct(s)} ve {pct(u)} olmuştur. Faizi"
            f" çekilmeyen {tl(p)}'nin üç yıl sonraki değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} üç yıl boyunca faizi anaparaya eklenen bir borç almıştır. Borç {tl(p)}, yıllık"
            f" oranlar {pct(r)}, {pct(s)} ve {pct(u)} ise üç yıl sonra borç kaç TL olur?",
        ),
        (
            f"1. yıl sonu: {show(p)} × {plain(1 + F(r, 100))} = {show(a)}\n2. yıl sonu: {show(a)} ×"
            f" {plain(1 + F(s, 100))} = {show(b)}\n"
            f"3. yıl sonu: {show(b)} × {plain(1 + F(u, 100))} {is_(c)}",
            f"İlk yılın faizi: {show(p)} × {r} / 100 = {show(a - p)}\nTutar: {show(p)} + {show(a - p)} = {show(a)}\n"
            f"İkinci yılın faizi: {show(a)} × {s} / 100 = {show(b - a)}\nTutar: {show(a)} + {show(b - a)} ="
            f" {show(b)}\n"
            f"Üçüncü yılın faizi: {show(b)} × {u} / 100 = {show(c - b)}\nTutar: {show(b)} + {show(c - b)} {is_(c)}",
        ),
        c,
    )


def _more_than_simple(draw: Random) -> Problem:
    """(principal, rate): compound minus simple interest over two years, principal × (rate/100)²."""
    p, r = pick(draw, 2000, 60000, 1000), draw.choice((6, 8, 10, 12, 15, 20, 25, 30, 35, 40))
    one = F(p * r, 100)
    simple, compound = one * 2, one + (p + one) * r / 100
    return problem(
        draw,
        (p, r),
        (
            f"{tl(p)} 2 yıl süreyle yıllık {pct(r)} oranıyla yatırılıyor. Bileşik faiz, basit faizden kaç TL fazla"
            " getirir?",
            f"Aynı {tl(p)} için 2 yılda yıllık {pct(r)} ile hesaplanan bileşik faiz ve basit faiz tutarları"
            " arasındaki fark kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {pct(r)} basit faiz yerine {pct(r)} bileşik faizle 2 yıllığına yatırırsa"
            " elde edeceği ek kazanç kaç TL'dir?",
        ),
        (
            f"Basit faiz: {show(p)} × {r} × 2 / 100 = {show(simple)}\n1. yılın faizi: {show(p)} × {r} / 100 ="
            f" {show(one)}\n"
            f"2. yılın faizi: {show(p + one)} × {r} / 100 = {show(compound - one)}\n"
            f"Bileşik faiz: {show(one)} + {show(compound - one)} = {show(compound)}\nFark: {show(compound)} -"
            f" {show(simple)} = {show(compound - simple)}",
            f"Fark, ilk yılın faizine ikinci yıl işleyen faizdir.\nİlk yılın faizi: {show(p)} × {r} / 100 ="
            f" {show(one)}\n"
            f"Bu tutarın faizi: {show(one)} × {r} / 100 = {show(compound - simple)}",
        ),
        compound - simple,
    )


def _broken_time(draw: Random) -> Problem:
    """(principal, rate, months beyond two years): two years compound, then simple interest for the months."""
    p, r, m = pick(draw, 2000, 40000, 1000), draw.choice((12, 18, 24, 30, 36)), draw.choice((2, 3, 4, 6, 8, 9))
    f = 1 + F(r, 100)
    b = p * f**2
    share = F(r * m, 12)
    end = b * (1 + share / 100)
    return problem(
        draw,
        (p, r, m),
        (
            f"{tl(p)} yıllık {pct(r)} bileşik faizle 2 yıl {m} ay bankada kalıyor. Tam yıllar için bileşik, artan"
            " aylar için basit faiz uygulanırsa vade sonundaki tutar kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi 2 yıl {m} aylığına yıllık {pct(r)} ile yatırıyor. Banka tam yıllara"
            f" bileşik faiz, kalan {m} aya basit faiz işletiyor. Hesapta biriken para kaç TL'dir?",
            f"Kesirli sürede doğrusal yöntem kullanılıyor: 2 yıla bileşik, {m} aya basit faiz. Yıllık oran {pct(r)}"
            f" ve anapara {tl(p)} ise baliğ kaç TL'dir?",
        ),
        (
            f"1. yıl sonu: {show(p)} × {plain(f)} = {show(p * f)}\n2. yıl sonu: {show(p * f)} × {plain(f)} ="
            f" {show(b)}\n"
            f"{m} aylık oran: {r} × {m} / 12 = {plain(share)}\nVade sonu: {show(b)} × {plain(1 + share / 100)}"
            f" {is_(end)}",
            f"İki yıl için: {plain(f)}^2 = {plain(f**2)}\n{show(p)} × {plain(f**2)} = {show(b)}\n"
            f"Kalan {m} ay için: 1 + {r} × {m} / 1.200 = {plain(1 + share / 100)}\n{show(b)} ×"
            f" {plain(1 + share / 100)} {is_(end)}",
        ),
        end,
    )


FAMILIES = (
    Family("compound-periods", UNIT, _periods),
    Family("compound-changing-rates", UNIT, _changing_rates),
    Family("compound-more-than-simple", UNIT, _more_than_simple),
    Family("compound-broken-time", UNIT, _broken_time),
)
