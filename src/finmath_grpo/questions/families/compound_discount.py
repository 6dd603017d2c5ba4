"""Compound discount and equivalent debts at compound interest."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, is_, pct, pick, plain, power, problem, show, tl

UNIT = "Bileşik iskonto"


def _inner_present(draw: Random) -> Problem:
    """(face, rate): face / (1 + rate/100)²."""
    p, r = pick(draw, 1000, 40000, 500), draw.choice((10, 20, 25, 30, 40, 50))
    f = 1 + F(r, 100)
    k = p * f**2
    if k.denominator != 1:
        return _inner_present(draw)
    return problem(
        draw,
        (k, r),
        (
            f"Vadesine 2 yıl kalan {tl(k)} nominal değerli senet, yıllık {pct(r)} bileşik iç iskonto ile"
            " kırdırılıyor. Senedin peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} 2 yıl sonra tahsil edeceği {tl(k)}'lik senedi bugün bankaya veriyor. Bileşik iç"
            f" iskonto oranı yıllık {pct(r)} ise bankanın ödeyeceği tutar kaç TL'dir?",
            f"İki yıl vadeli {tl(k)} tutarındaki bir bononun yıllık {pct(r)} bileşik iç iskontoya göre bugünkü değeri"
            " kaç TL'dir?",
        ),
        (
            f"P = K / (1 + i)^n\n(1 + {plain(F(r, 100))})^2 = {plain(f**2)}\nP = {show(k)} / {plain(f**2)} = {show(p)}",
            f"1 yıl önceki değer: {show(k)} / {plain(f)} = {show(p * f)}\nBugünkü değer: {show(p * f)} / {plain(f)} ="
            f" {show(p)}",
        ),
        p,
    )


def _inner_discount(draw: Random) -> Problem:
    """(face, rate a period, periods of three months): face × (1 − the given power)."""
    k, r, n = pick(draw, 4000, 60000, 1000), draw.choice((2, 3, 4, 5, 6, 8, 10)), pick(draw, 3, 8)
    v = power(r, -n)
    return problem(
        draw,
        (k, r, n),
        (
            f"Vadesine {3 * n} ay kalan {tl(k)}'lik bir senede üç aylık {pct(r)} oranıyla bileşik iç iskonto"
            f" uygulanıyor. İskonto tutarı kaç TL'dir? {given(r, -n)}",
            f"{draw.choice(FIRMS)}, {n} devre (devre 3 ay) sonra ödenecek {tl(k)} nominal değerli senedini devre"
            f" başına {pct(r)} bileşik iç iskontoyla kırdırmıştır. Kesilen iskonto kaç TL'dir? {given(r, -n)}",
            f"{tl(k)}'lik bononun vadesine {n} adet üç aylık dönem vardır. Dönem faizi {pct(r)} olduğuna göre bileşik"
            f" iç iskonto tutarı kaç TL'dir? {given(r, -n)}",
        ),
        (
            f"Peşin değer: {show(k)} × {plain(v)} = {show(k * v)}\nİskonto: {show(k)} - {show(k * v)} ="
            f" {show(k - k * v)}",
            f"D = K × (1 - (1 + i)^-n)\n1 - {plain(v)} = {plain(1 - v)}\nD = {show(k)} × {plain(1 - v)} ="
            f" {show(k - k * v)}",
        ),
        k - k * v,
    )


def _outer_present(draw: Random) -> Problem:
    """(face, rate, years): face × (1 − rate/100)^years."""
    k, r, n = pick(draw, 2000, 60000, 1000), draw.choice((5, 10, 15, 20, 25, 30)), draw.choice((2, 3))
    f = 1 - F(r, 100)
    steps = "\n".join(f"{j + 1}. adım: {show(k * f**j)} × {plain(f)} = {show(k * f ** (j + 1))}" for j in range(n - 1))
    last = f"{n}. adım: {show(k * f ** (n - 1))} × {plain(f)} {is_(k * f**n)}"
    return problem(
        draw,
        (k, r, n),
        (
            f"{n} yıl vadeli {tl(k)}'lik senede yıllık {pct(r)} bileşik dış iskonto uygulanırsa senedin peşin değeri"
            " kaç TL'dir?",
            f"Nominal değeri {tl(k)} olan senet vadesine {n} yıl kala yıllık {pct(r)} bileşik dış iskonto oranıyla"
            " paraya çevrilmiştir. Ele geçen tutar kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {n} yıl sonra vadesi dolacak {tl(k)} nominal değerli bonosunu kırdırıyor. Banka"
            f" her yıl için kalan değer üzerinden {pct(r)} iskonto yaptığına göre bononun bugünkü değeri kaç TL'dir?",
        ),
        (
            f"P = K × (1 - d)^n\n(1 - {plain(F(r, 100))})^{n} = {plain(f**n)}\nP = {show(k)} × {plain(f**n)}"
            f" {is_(k * f**n)}",
            f"Vadeden bugüne doğru her yıl değerin {plain(f)} katı kalır.\n{steps}\n{last}",
        ),
        k * f**n,
    )


def _outer_discount(draw: Random) -> Problem:
    """(face, rate): discount of two years, face × (1 − (1 − rate/100)²)."""
    k, r = pick(draw, 2000, 60000, 1000), draw.choice((4, 5, 6, 8, 10, 12, 15, 20, 25, 30))
    f = 1 - F(r, 100)
    first, second = k * (1 - f), k * f * (1 - f)
    return problem(
        draw,
        (k, r),
        (
            f"Vadesine 2 yıl olan {tl(k)} nominal değerli senede yıllık {pct(r)} bileşik dış iskonto yapılıyor."
            " Toplam iskonto kaç TL'dir?",
            f"Yıllık {pct(r)} bileşik dış iskontoya göre 2 yıl vadeli {tl(k)}'lik bir senetten kesilecek tutar kaç"
            " TL'dir?",
            f"{draw.choice(FIRMS)} {tl(k)}'lik alacağını vadesinden 2 yıl önce {pct(r)} bileşik dış iskontoyla"
            " devrediyor. Bu işlemde vazgeçtiği tutar kaç TL'dir?",
        ),
        (
            f"Son yılın iskontosu: {show(k)} × {r} / 100 = {show(first)}\nKalan: {show(k)} - {show(first)} ="
            f" {show(k - first)}\n"
            f"İlk yılın iskontosu: {show(k - first)} × {r} / 100 = {show(second)}\nToplam: {show(first)} +"
            f" {show(second)} = {show(first + second)}",
            f"(1 - {plain(F(r, 100))})^2 = {plain(f**2)}\nPeşin değer: {show(k)} × {plain(f**2)} = {show(k * f**2)}\n"
            f"İskonto: {show(k)} - {show(k * f**2)} = {show(k - k * f**2)}",
        ),
        first + second,
    )


def _later_debt(draw: Random) -> Problem:
    """(debt, its year, new year, rate): debt × (1 + rate/100)^(new − old), two years later."""
    k, r, t = pick(draw, 2000, 50000, 1000), draw.choice((10, 12, 15, 20, 25, 30, 40)), pick(draw, 1, 4)
    f = 1 + F(r, 100)
    return problem(
        draw,
        (k, t, t + 2, r),
        (
            f"{t} yıl sonra ödenecek {tl(k)} borç, {t + 2} yıl sonra ödenmek üzere erteleniyor. Yıllık {pct(r)}"
            " bileşik faize göre eşdeğer ödeme kaç TL'dir?",
            f"{draw.choice(WHO)} {t} yıl vadeli {tl(k)}'lik senedini {t + 2} yıl vadeli senetle değiştirmek istiyor."
            f" Bileşik faiz oranı yıllık {pct(r)} ise yeni senedin nominal değeri kaç TL'dir?",
            f"Yıllık {pct(r)} bileşik faiz ortamında {t}. yıl sonundaki {tl(k)}, {t + 2}. yıl sonunda kaç TL'ye"
            " denktir?",
        ),
        (
            f"Vade {t + 2} - {t} = 2 yıl uzamaktadır.\n1. yıl: {show(k)} × {plain(f)} = {show(k * f)}\n"
            f"2. yıl: {show(k * f)} × {plain(f)} = {show(k * f**2)}",
            f"Fark: {t + 2} - {t} = 2 yıl\n(1 + {plain(f - 1)})^2 = {plain(f**2)}\n{show(k)} × {plain(f**2)} ="
            f" {show(k * f**2)}",
        ),
        k * f**2,
    )


def _single_payment(draw: Random) -> Problem:
    """(debt after one year, debt after three years, rate): one payment after two years."""
    r = draw.choice((10, 20, 25, 40, 50))
    f = 1 + F(r, 100)
    a, b = pick(draw, 2000, 30000, 1000), pick(draw, 2000, 30000, 1000)
    k, m = a, b * f
    if m.denominator != 1:
        return _single_payment(draw)
    end = k * f + b
    return problem(
        draw,
        (k, m, r),
        (
            f"1 yıl sonra {tl(k)} ve 3 yıl sonra {tl(m)} ödenecek iki borç, 2 yıl sonra tek ödemeyle kapatılacaktır."
            f" Yıllık bileşik faiz oranı {pct(r)} olduğuna göre bu ödeme kaç TL'dir?",
            f"{draw.choice(FIRMS)}, vadeleri 1 yıl ({tl(k)}) ve 3 yıl ({tl(m)}) olan senetlerini 2 yıl vadeli tek"
            f" senetle değiştiriyor. Yıllık {pct(r)} bileşik faize göre yeni senedin nominal değeri kaç TL'dir?",
            f"Birinci yıl sonunda {tl(k)}, üçüncü yıl sonunda {tl(m)} olan iki taksitin yerine ikinci yıl sonunda"
            f" yapılacak, {pct(r)} bileşik faizle eşdeğer tek ödeme kaç TL'dir?",
        ),
        (
            f"İlk borç 1 yıl ileri taşınır: {show(k)} × {plain(f)} = {show(k * f)}\n"
            f"İkinci borç 1 yıl geri çekilir: {show(m)} / {plain(f)} = {show(b)}\nTek ödeme: {show(k * f)} +"
            f" {show(b)} = {show(end)}",
            f"Değerler 2. yıl sonunda eşitlenir.\n1. yıldan gelen: {show(k)} + {show(k)} × {plain(f - 1)} ="
            f" {show(k * f)}\n"
            f"3. yıldan gelen: {show(m)} / (1 + {plain(f - 1)}) = {show(b)}\n{show(k * f)} + {show(b)} = {show(end)}",
        ),
        end,
    )


FAMILIES = (
    Family("compound-inner-present-value", UNIT, _inner_present),
    Family("compound-inner-discount", UNIT, _inner_discount),
    Family("compound-outer-present-value", UNIT, _outer_present),
    Family("compound-outer-discount", UNIT, _outer_discount),
    Family("compound-later-debt", UNIT, _later_debt),
    Family("compound-single-payment", UNIT, _single_payment),
)
