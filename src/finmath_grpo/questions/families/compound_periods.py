"""Compound interest beyond one rate and whole years: periods, changing rates, broken time, against simple interest."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    WHO,
    capital,
    equals,
    exact,
    half_up,
    is_,
    near,
    near_all,
    pct,
    pick,
    places_of,
    plain,
    problem,
    raised,
    show,
    tl,
)

UNIT = "Bileşik faiz"
_EACH = {2: ("altı ayda", 6), 4: ("üç ayda", 3), 12: ("ayda", 1)}
"""Periods per year: how often interest is added, and months per period."""


def _periods(draw: Random) -> Problem:
    """(principal, nominal rate, periods per year, periods): principal × (1 + rate / periods per year / 100)^periods."""
    m = draw.choice((2, 4, 4, 12))
    i = F(pick(draw, *{2: (16, 100), 4: (8, 50), 12: (20, 90)}[m]), {2: 4, 4: 4, 12: 20}[m])
    n = draw.choice({2: (5, 6, 7, 8, 9, 10), 4: (5, 6, 8, 10, 12, 16, 20), 12: (6, 9, 12, 15, 18, 24)}[m])
    p, r = pick(draw, 12000, 500000, 500), i * m
    f = 1 + i / 100
    each, months = _EACH[m]
    time = f"{n * months // 12} yıl" if n * months % 12 == 0 else f"{n * months} ay"
    value = p * f**n
    shown = near(f**n, lambda factor: half_up(p * factor, 2))
    end = f"{show(p)} × {format_turkish(shown)} {is_(p * F(shown))}"
    return problem(
        draw,
        (p, r, m, n),
        (
            f"Yıllık nominal faiz oranı {pct(r)} olan ve {each} bir faiz eklenen bir hesaba {tl(p)} yatırılmıştır."
            f" {time} sonunda hesaptaki tutar kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {time} süreyle bankaya yatırıyor. Yıllık nominal faiz oranı {pct(r)} olup"
            f" faiz {each} bir anaparaya eklendiğine göre vade sonundaki tutar kaç TL'dir?",
            f"{capital(each)} bir faizlendirme yapılan ve yıllık nominal faiz oranı {pct(r)} olan bir hesapta"
            f" {tl(p)}'nin {time} sonraki baliği kaç TL'dir?",
            f"{draw.choice(FIRMS)} {time} vadeli {tl(p)} kredi kullanmıştır. Yıllık nominal faiz oranı {pct(r)},"
            f" faizlendirme {each} bir olduğuna göre vade sonunda ödenecek borcu hesaplayınız.",
            f"Anapara {tl(p)}, yıllık nominal faiz oranı {pct(r)} ve vade {time}dır. Faiz {each} bir anaparaya"
            " eklendiğine göre vade sonu değeri ne kadardır?",
        ),
        (
            f"Devre faiz oranı: {plain(r)} / {m} = {plain(i)}\nDevre sayısı: {n * months} / {months} = {n}\n"
            f"{raised(f, n)} {equals(f**n, shown)}\nS = {end}",
            f"Bir yılda {m} devre vardır; devre oranı yüzde {plain(r)} / {m} = {plain(i)} olur.\n"
            f"{n} devrede anapara {raised(f, n)} {equals(f**n, shown)} katına çıkar.\n{end}",
        ),
        value,
    )


def _changing_rates(draw: Random) -> Problem:
    """(principal, first rate, its years, second rate, its years): compound at one rate, then at another."""
    p = pick(draw, 10000, 300000, 500)
    r, s = (F(rate, 2) for rate in draw.sample(range(20, 101), 2))
    n, m = draw.choice(((2, 5), (2, 6), (3, 5), (3, 6), (4, 5), (5, 2), (5, 3), (5, 4), (6, 2), (6, 4)))
    f, g = (1 + r / 100) ** n, (1 + s / 100) ** m
    value = p * f * g
    product = near(f * g, lambda factor: half_up(p * factor, 2))
    one, two = near_all((f, g), lambda a, b: (half_up(p * a * b, 2), half_up(a * b, places_of(product))))
    first = f"{raised(1 + r / 100, n)} {equals(f, one)}"
    second = f"{raised(1 + s / 100, m)} {equals(g, two)}"
    return problem(
        draw,
        (p, r, n, s, m),
        (
            f"{tl(p)} bileşik faizle {n + m} yıl süreyle yatırılıyor. Yıllık faiz oranı ilk {n} yıl {pct(r)}, sonraki"
            f" {m} yıl {pct(s)} olduğuna göre {n + m}. yılın sonundaki tutar kaç TL'dir?",
            f"Değişken faizli bir hesapta yıllık bileşik faiz oranı önce {n} yıl boyunca {pct(r)}, ardından {m} yıl"
            f" boyunca {pct(s)} olmuştur. Hesaba yatırılan ve hiç çekilmeyen {tl(p)}'nin bu sürenin sonundaki değeri"
            " kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n + m} yıl vadeli {tl(p)} borç almıştır. Borca ilk {n} yıl için yıllık {pct(r)},"
            f" kalan {m} yıl için yıllık {pct(s)} bileşik faiz uygulanacaktır. Vade sonunda ödenecek tutarı"
            " hesaplayınız.",
            f"{draw.choice(WHO)} {tl(p)}'yi yıllık {pct(r)} bileşik faizle {n} yıllığına yatırmış, vade sonunda"
            f" biriken tutarın tamamını yıllık {pct(s)} bileşik faizle {m} yıl daha değerlendirmiştir. Son durumda"
            " eline geçen tutar kaç TL'dir?",
            f"Yıllık bileşik faiz oranı {n} yıl {pct(r)}, izleyen {m} yıl {pct(s)} iken {tl(p)} anaparanın baliği"
            " yaklaşık ne kadar olur?",
        ),
        (
            f"İlk {n} yıl: {first}\nSonraki {m} yıl: {second}\nS = {show(p)} × {format_turkish(one)} ×"
            f" {format_turkish(two)} {is_(p * F(one) * F(two))}",
            f"{first}\n{second}\nToplam çarpan: {format_turkish(one)} × {format_turkish(two)}"
            f" {equals(F(one) * F(two), product)}\nBaliğ: {show(p)} × {format_turkish(product)} {is_(p * F(product))}",
        ),
        value,
    )


def _more_than_simple(draw: Random) -> Problem:
    """(principal, rate, years): compound minus simple interest."""
    p, r, n = pick(draw, 10000, 300000, 500), F(pick(draw, 20, 100), 2), pick(draw, 5, 10)
    f = 1 + r / 100
    simple, compound = p * r * n / 100, p * (f**n - 1)
    value = compound - simple
    shown = near(f**n, lambda factor: half_up(p * (factor - 1), 2))
    text = format_turkish(shown)
    # Simple interest has two decimals or fewer, so that the difference may be taken from the rounded interest.
    rounded = F(half_up(compound, 2))
    more = exact(F(shown) - 1 - r * n / 100)
    return problem(
        draw,
        (p, r, n),
        (
            f"{tl(p)} yıllık {pct(r)} faiz oranıyla {n} yıl süreyle yatırılıyor. Bileşik faiz uygulanması hâlinde elde"
            " edilecek faizin basit faize göre fazlası kaç TL'dir?",
            f"Aynı {tl(p)} için yıllık {pct(r)} oranıyla {n} yılda hesaplanan bileşik faiz ile basit faiz tutarları"
            " arasındaki fark kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {n} yıllığına yıllık {pct(r)} basit faiz yerine yıllık {pct(r)} bileşik"
            " faizle yatırırsa elde edeceği ek kazanç kaç TL'dir?",
            f"Anapara {tl(p)}, vade {n} yıl ve yıllık faiz oranı {pct(r)} olduğuna göre bileşik faiz tutarının basit"
            " faiz tutarından ne kadar fazla olduğunu bulunuz.",
            f"{draw.choice(FIRMS)} {n} yıl vadeli {tl(p)} borç alacaktır. Yıllık {pct(r)} oranının bileşik faiz olarak"
            " uygulanması, basit faize göre kaç TL daha fazla faiz ödetir?",
        ),
        (
            f"Basit faiz: {show(p)} × {plain(r)} × {n} / 100 = {show(simple)}\n{raised(f, n)} {equals(f**n, shown)}\n"
            f"Bileşik faiz: {show(p)} × ({text} - 1) {is_(p * (F(shown) - 1))}\nFark: {show(rounded)} -"
            f" {show(simple)} = {show(rounded - simple)}",
            f"Fark = A × ((1 + i)ⁿ - 1 - i × n)\n{raised(f, n)} {equals(f**n, shown)}\ni × n = {plain(r / 100)} × {n} ="
            f" {plain(r * n / 100)}\n{text} - 1 - {plain(r * n / 100)} ="
            f" {format_turkish(more)}\nFark: {show(p)} ×"
            f" {format_turkish(more)} {is_(p * (F(shown) - 1) - simple)}",
        ),
        value,
    )


def _broken_time(draw: Random) -> Problem:
    """(principal, rate, years, months): years at compound interest, then simple interest for the months."""
    p, r = pick(draw, 10000, 300000, 500), F(3 * pick(draw, 8, 36), 2)
    n, m = pick(draw, 5, 9), draw.choice((1, 2, 3, 4, 5, 6, 8, 9, 10))
    f, rest = (1 + r / 100) ** n, 1 + r * m / 1200
    value = p * f * rest
    shown = near(f, lambda factor: half_up(p * factor * rest, 2))
    product = near(f * rest, lambda factor: half_up(p * factor, 2))
    longer = near(f, lambda factor: half_up(factor * rest, places_of(product)))
    years = raised(1 + r / 100, n)
    return problem(
        draw,
        (p, r, n, m),
        (
            f"{tl(p)} yıllık {pct(r)} bileşik faiz oranıyla {n} yıl {m} ay bankada kalıyor. Tam yıllar için bileşik,"
            " artan aylar için basit faiz uygulandığına göre vade sonundaki tutar kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {n} yıl {m} aylığına yıllık {pct(r)} faiz oranıyla yatırıyor. Banka tam"
            f" yıllara bileşik faiz, kalan {m} aya basit faiz uyguluyor. Hesapta biriken para kaç TL'dir?",
            "Kesirli sürelerde tam yıllar için bileşik faiz, yıldan artan süre için basit faiz uygulanmaktadır. Yıllık"
            f" faiz oranı {pct(r)} iken {tl(p)} anaparanın {n} yıl {m} ay sonraki baliği kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(p)} borcunu {n} yıl {m} ay sonra ödeyecektir. Yıllık faiz oranı {pct(r)} olup"
            " tam yıllarda bileşik, artan aylarda basit faiz hesaplanmaktadır. Vade sonunda ödenecek tutarı bulunuz.",
            f"Yıllık {pct(r)} faiz oranıyla {n} yıl {m} aylığına yatırılan {tl(p)}'nin değeri, tam yıllara bileşik ve"
            f" artan {m} aya basit faiz uygulanırsa yaklaşık ne kadar olur?",
        ),
        (
            f"{n} yıl için bileşik faiz çarpanı: {years} {equals(f, shown)}\n{m} ay için basit faiz çarpanı: 1 +"
            f" {plain(r)} × {m} / 1.200 = {plain(rest)}\nVade sonu: {show(p)} × {format_turkish(shown)} ×"
            f" {plain(rest)} {is_(p * F(shown) * rest)}",
            f"S = A × (1 + i)ⁿ × (1 + i × ay / 12)\n{years} {equals(f, longer)}\n1 + {plain(r / 100)} × {m} / 12 ="
            f" {plain(rest)}\n{format_turkish(longer)} × {plain(rest)} {equals(F(longer) * rest, product)}\n"
            f"S = {show(p)} × {format_turkish(product)} {is_(p * F(product))}",
        ),
        value,
    )


FAMILIES = (
    Family("compound-periods", UNIT, _periods),
    Family("compound-changing-rates", UNIT, _changing_rates),
    Family("compound-more-than-simple", UNIT, _more_than_simple),
    Family("compound-broken-time", UNIT, _broken_time),
)
