"""Compound interest over whole years: balance, interest, principal, rate and time."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, pct, pick, plain, power, problem, show, tl

UNIT = "Bileşik faiz"


def _two_years(draw: Random) -> Problem:
    """(principal, rate): principal × (1 + rate/100)²."""
    p, r = pick(draw, 2000, 60000, 1000), draw.choice((5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 40))
    first = F(p * r, 100)
    middle = p + first
    second = middle * r / 100
    end = middle + second
    return problem(
        draw,
        (p, r),
        (
            f"{tl(p)} yıllık {pct(r)} bileşik faizle bankaya yatırılmıştır. 2. yılın sonundaki değeri kaç TL'dir?",
            f"{draw.choice(WHO)} birikimi olan {tl(p)}'yi yıllık {pct(r)} bileşik faizle 2 yıllığına yatırıyor."
            " Hesapta toplanan para kaç TL olur?",
            f"Yıllık {pct(r)} bileşik faiz oranı üzerinden {tl(p)}'nin 2 yıl sonraki baliği kaç TL'dir?",
        ),
        (
            f"1. yılın faizi: {show(p)} × {r} / 100 = {show(first)}\n1. yılın sonu: {show(p)} + {show(first)} ="
            f" {show(middle)}\n"
            f"2. yılın faizi: {show(middle)} × {r} / 100 = {show(second)}\n2. yılın sonu: {show(middle)} +"
            f" {show(second)} = {show(end)}",
            f"S = A × (1 + i)^n\n{plain(1 + F(r, 100))} × {plain(1 + F(r, 100))} = {plain((1 + F(r, 100)) ** 2)}\n"
            f"S = {show(p)} × {plain((1 + F(r, 100)) ** 2)} = {show(end)}",
            f"Para her yıl {plain(1 + F(r, 100))} katına çıkar.\n{show(p)} × {plain(1 + F(r, 100))} = {show(middle)}\n"
            f"{show(middle)} × {plain(1 + F(r, 100))} = {show(end)}",
        ),
        end,
    )


def _three_years(draw: Random) -> Problem:
    """(principal, rate): principal × (1 + rate/100)³."""
    p, r = pick(draw, 1000, 50000, 1000), draw.choice((10, 20, 30, 40, 50, 60))
    f = 1 + F(r, 100)
    a, b, c = p * f, p * f**2, p * f**3
    return problem(
        draw,
        (p, r),
        (
            f"{tl(p)}'lik anapara yıllık {pct(r)} bileşik faizle 3 yıl işletiliyor. 3. yıl sonunda anapara ve faiz"
            " toplamı kaç TL'dir?",
            f"{draw.choice(FIRMS)} yıllık {pct(r)} bileşik faizle aldığı {tl(p)} borcu 3 yıl sonra tek seferde"
            " ödeyecektir. Ödenecek tutar kaç TL'dir?",
            f"Bileşik faiz oranının yıllık {pct(r)} olduğu bir hesapta {tl(p)} 3 yıl kalırsa kaç TL olur?",
        ),
        (
            f"1. yıl sonu: {show(p)} × {plain(f)} = {show(a)}\n2. yıl sonu: {show(a)} × {plain(f)} = {show(b)}\n"
            f"3. yıl sonu: {show(b)} × {plain(f)} = {show(c)}",
            f"{plain(f)} × {plain(f)} = {plain(f**2)}\n{plain(f**2)} × {plain(f)} = {plain(f**3)}\n{show(p)} ×"
            f" {plain(f**3)} = {show(c)}",
            f"Her yılın faizi bir önceki yıl sonu tutarına işler.\nBirinci yıl: {show(p)} + {show(a - p)} ="
            f" {show(a)}\n"
            f"İkinci yıl: {show(a)} + {show(b - a)} = {show(b)}\nÜçüncü yıl: {show(b)} + {show(c - b)} = {show(c)}",
        ),
        c,
    )


def _balance_by_factor(draw: Random) -> Problem:
    """(principal, rate a year, years): principal × the given power, which has four decimals."""
    p, r, n = pick(draw, 5000, 90000, 1000), draw.choice((8, 10, 12, 15, 16, 18, 20, 24, 25)), pick(draw, 4, 10)
    f = power(r, n)
    return problem(
        draw,
        (p, r, n),
        (
            f"Yıllık {pct(r)} bileşik faizle {n} yıllığına yatırılan {tl(p)}'nin vade sonundaki değeri kaç TL'dir?"
            f" {given(r, n)}",
            f"{draw.choice(WHO)} {tl(p)}'yi yıllık {pct(r)} bileşik faiz veren bir hesapta {n} yıl tutacaktır. {n}"
            f" yıl sonunda hesaptaki para kaç TL'dir? {given(r, n)}",
            f"Bugün yatırılan {tl(p)}, yıllık {pct(r)} bileşik faizle {n}. yılın sonunda kaç TL'ye ulaşır?"
            f" {given(r, n)}",
        ),
        (
            f"S = A × (1 + i)^n\nS = {show(p)} × {plain(f)} = {show(p * f)}",
            f"Verilen çarpan {plain(f)}, anaparanın {n} yılda kaç katına çıktığını gösterir.\n{show(p)} × {plain(f)}"
            f" = {show(p * f)}",
            f"1.000 TL'nin değeri: 1.000 × {plain(f)} = {show(1000 * f)}\n{show(p)} / 1.000 = {p // 1000}\n"
            f"{p // 1000} × {show(1000 * f)} = {show(p * f)}",
        ),
        p * f,
    )


def _interest_by_factor(draw: Random) -> Problem:
    """(principal, rate a month, months): principal × (the given power − 1)."""
    p, r, n = (
        pick(draw, 4000, 80000, 1000),
        draw.choice((F(1), F(3, 2), F(2), F(5, 2), F(3), F(4))),
        draw.choice((6, 8, 9, 10, 12, 15, 18, 24)),
    )
    f = power(r, n)
    return problem(
        draw,
        (p, r, n),
        (
            f"Aylık {pct(r)} bileşik faizle {n} ay bankada kalan {tl(p)}'nin getirdiği faiz kaç TL'dir? {given(r, n)}",
            f"{draw.choice(WHO)} aylık {pct(r)} bileşik faizle {n} ay vadeli {tl(p)} kredi almış, borcunu vade"
            f" sonunda topluca ödemiştir. Ödenen faiz tutarı kaç TL'dir? {given(r, n)}",
            f"{tl(p)} tutarındaki para ayda bir faiz eklenerek aylık {pct(r)} oranıyla {n} ay işletilirse kaç TL faiz"
            f" birikir? {given(r, n)}",
        ),
        (
            f"Baliğ: {show(p)} × {plain(f)} = {show(p * f)}\nFaiz: {show(p * f)} - {show(p)} = {show(p * f - p)}",
            f"I = A × ((1 + i)^n - 1)\n{plain(f)} - 1 = {plain(f - 1)}\nI = {show(p)} × {plain(f - 1)} ="
            f" {show(p * f - p)}",
        ),
        p * f - p,
    )


def _principal(draw: Random) -> Problem:
    """(balance, rate): balance / (1 + rate/100)²."""
    p, r = pick(draw, 1000, 50000, 500), draw.choice((10, 20, 25, 30, 40, 50, 60))
    f = 1 + F(r, 100)
    s = p * f**2
    if s.denominator != 1:
        return _principal(draw)
    return problem(
        draw,
        (s, r),
        (
            f"Yıllık {pct(r)} bileşik faizle 2 yılda {tl(s)} olan anapara kaç TL'dir?",
            f"{draw.choice(WHO)} 2 yıl sonra {tl(s)} biriktirmek istiyor. Yıllık {pct(r)} bileşik faiz veren hesaba"
            " bugün yatırılması gereken tutar kaç TL'dir?",
            f"İki yıl önce yıllık {pct(r)} bileşik faizle yatırılan paranın bugünkü değeri {tl(s)}'dir. Yatırılan"
            " para kaç TL'dir?",
        ),
        (
            f"A = S / (1 + i)^n\n{plain(f)} × {plain(f)} = {plain(f**2)}\nA = {show(s)} / {plain(f**2)} = {show(p)}",
            f"Yıl yıl geriye gidilir.\n1 yıl öncesi: {show(s)} / {plain(f)} = {show(p * f)}\n2 yıl öncesi:"
            f" {show(p * f)} / {plain(f)} = {show(p)}",
        ),
        p,
    )


def _rate(draw: Random) -> Problem:
    """(principal, balance): the yearly rate over two years, 100 × (√(balance / principal) − 1)."""
    p, r = pick(draw, 2000, 40000, 1000), draw.choice((5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50))
    f = 1 + F(r, 100)
    s = p * f**2
    return problem(
        draw,
        (p, s),
        (
            f"Bileşik faizle 2 yıllığına yatırılan {tl(p)}, vade sonunda {tl(s)} olmuştur. Yıllık faiz oranı yüzde"
            " kaçtır?",
            f"{tl(p)}'yi 2 yılda {tl(s)}'ye ulaştıran yıllık bileşik faiz oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} bankaya {tl(p)} yatırmış ve 2 yıl sonra {tl(s)} almıştır. Faiz yılda bir kez"
            " anaparaya eklendiğine göre uygulanan faiz oranı yüzde kaçtır?",
        ),
        (
            f"(1 + i)^2 = {show(s)} / {show(p)} = {plain(f**2)}\n1 + i = √{plain(f**2)} = {plain(f)}\n{plain(f)} - 1"
            f" = {plain(f - 1)}\n"
            f"{plain(f - 1)} × 100 = {r}",
            f"İki yıldaki artış katı: {show(s)} / {show(p)} = {plain(f**2)}\n{plain(f)} × {plain(f)} = {plain(f**2)}"
            f" olduğundan yıllık kat {plain(f)} bulunur.\nOran: ({plain(f)} - 1) × 100 = {r}",
        ),
        r,
        "%",
    )


def _time(draw: Random) -> Problem:
    """(principal, rate, balance): how many years; found year by year."""
    p, r, n = pick(draw, 1000, 20000, 1000), draw.choice((10, 20, 30, 40, 50, 60)), pick(draw, 2, 4)
    f = 1 + F(r, 100)
    if (p * f**n * 100).denominator != 1:
        return _time(draw)
    steps = "\n".join(f"{k}. yıl: {show(p * f ** (k - 1))} × {plain(f)} = {show(p * f**k)}" for k in range(1, n + 1))
    powers = "\n".join(f"{plain(f)}^{k} = {plain(f**k)}" for k in range(2, n + 1))
    return problem(
        draw,
        (p, r, p * f**n),
        (
            f"{tl(p)} yıllık {pct(r)} bileşik faizle kaç yılda {tl(p * f**n)} olur?",
            f"Yıllık {pct(r)} bileşik faizle yatırılan {tl(p)}'nin {tl(p * f**n)}'ye ulaşması için gereken süre kaç"
            " yıldır?",
            f"{draw.choice(WHO)} yıllık {pct(r)} bileşik faizli hesaba {tl(p)} yatırmış, hesabı {tl(p * f**n)} ile"
            " kapatmıştır. Para hesapta kaç yıl kalmıştır?",
        ),
        (
            f"Tutar yıl yıl yazılır.\n{steps}\nAranan süre: {n} yıl",
            f"Kat sayısı: {show(p * f**n)} / {show(p)} = {plain(f**n)}\n{powers}\nDemek ki n = {n}",
        ),
        n,
        "yıl",
    )


FAMILIES = (
    Family("compound-balance-two-years", UNIT, _two_years),
    Family("compound-balance-three-years", UNIT, _three_years),
    Family("compound-balance-by-factor", UNIT, _balance_by_factor),
    Family("compound-interest-by-factor", UNIT, _interest_by_factor),
    Family("compound-principal", UNIT, _principal),
    Family("compound-rate", UNIT, _rate),
    Family("compound-time", UNIT, _time),
)
