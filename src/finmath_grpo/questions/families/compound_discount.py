"""Compound discount and equivalent debts at compound interest."""

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
    near,
    near_all,
    pct,
    pick,
    plain,
    power,
    problem,
    raised,
    show,
    table,
    tl,
)

UNIT = "Bileşik iskonto"


def _inner_present(draw: Random) -> Problem:
    """(face, rate per month, months): face / (1 + rate/100)^months."""
    k, r, n = pick(draw, 40000, 900000, 1000), F(pick(draw, 125, 425), 100), pick(draw, 5, 24)
    f = 1 + r / 100
    value = k / f**n
    shown = near(f**n, lambda factor: half_up(k / factor, 2))
    discount = near(f**-n, lambda factor: half_up(k * factor, 2))
    return problem(
        draw,
        (k, r, n),
        (
            f"Vadesine {n} ay kalan {tl(k)} nominal değerli senede aylık {pct(r)} oranıyla bileşik iç iskonto"
            " uygulanmıştır. Senedin peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} ay sonra tahsil edeceği {tl(k)}'lik senedi bugün bankaya kırdırıyor. Aylık"
            f" bileşik iç iskonto oranı {pct(r)} olduğuna göre ele geçecek tutar kaç TL'dir?",
            f"{n} ay vadeli {tl(k)} nominal değerli bir bononun, aylık {pct(r)} bileşik iç iskonto oranına göre"
            " bugünkü değerini hesaplayınız.",
            f"Nominal değeri {tl(k)} olan bir senet, vadesinden {n} ay önce aylık {pct(r)} bileşik iç iskonto oranıyla"
            " iskonto ettirilmiştir. Bankanın ödediği tutar ne kadardır?",
            f"Aylık {pct(r)} bileşik iç iskontoya göre, {n} ay sonra ödenecek {tl(k)} borcun bugünkü değeri kaç"
            " TL'dir?",
        ),
        (
            f"P = K / (1 + i)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\nP = {show(k)} / {format_turkish(shown)}"
            f" {is_(k / F(shown))}",
            f"İskonto çarpanı: {raised(f, -n)} {equals(f**-n, discount)}\nPeşin değer: {show(k)} ×"
            f" {format_turkish(discount)} {is_(k * F(discount))}",
        ),
        value,
    )


def _inner_discount(draw: Random) -> Problem:
    """(face, rate per period, periods of three months): face × (1 − the given power)."""
    k, r, n = pick(draw, 24000, 360000, 500), draw.choice((4, 5, 6, 8, 9, 10, 12)), pick(draw, 3, 8)
    v = power(r, -n)
    return problem(
        draw,
        (k, r, n),
        (
            f"Vadesine {3 * n} ay kalan {tl(k)}'lik bir senede, üç aylık dönem oranı {pct(r)} olan bileşik iç iskonto"
            f" uygulanıyor. İskonto tutarı kaç TL'dir? {given(r, -n)}",
            f"{draw.choice(FIRMS)}, vadesine {n} devre (1 devre = 3 ay) kalan {tl(k)} nominal değerli senedini devre"
            f" başına {pct(r)} bileşik iç iskonto oranıyla kırdırmıştır. Kesilen iskonto kaç TL'dir? {given(r, -n)}",
            f"{tl(k)} nominal değerli bononun vadesine üçer aylık {n} dönem vardır. Dönem faiz oranı {pct(r)} olduğuna"
            f" göre bileşik iç iskonto tutarı kaç TL'dir? {given(r, -n)}",
            f"Üç aylık {pct(r)} bileşik iç iskonto oranıyla vadesinden {3 * n} ay önce kırdırılan {tl(k)}'lik senet"
            f" için yapılan iskontoyu bulunuz. {given(r, -n)}",
        ),
        (
            f"Peşin değer: {show(k)} × {table(v)} = {show(k * v)}\nİskonto: {show(k)} - {show(k * v)} ="
            f" {show(k - k * v)}",
            f"D = K × (1 - (1 + i)⁻ⁿ)\n1 - {table(v)} = {table(1 - v)}\nD = {show(k)} × {table(1 - v)} ="
            f" {show(k - k * v)}",
        ),
        k - k * v,
    )


def _outer_present(draw: Random) -> Problem:
    """(face, rate per month, months): face × (1 − rate/100)^months."""
    k, r, n = pick(draw, 40000, 900000, 1000), F(pick(draw, 100, 375), 100), pick(draw, 5, 18)
    f = 1 - r / 100
    value = k * f**n
    shown = near(f**n, lambda factor: half_up(k * factor, 2))
    end = f"{show(k)} × {format_turkish(shown)} {is_(k * F(shown))}"
    return problem(
        draw,
        (k, r, n),
        (
            f"{n} ay vadeli {tl(k)}'lik senede aylık {pct(r)} bileşik dış iskonto uygulanırsa senedin peşin değeri kaç"
            " TL'dir?",
            f"Nominal değeri {tl(k)} olan senet, vadesine {n} ay kala aylık {pct(r)} bileşik dış iskonto oranıyla"
            " paraya çevrilmiştir. Ele geçen tutar kaç TL'dir?",
            f"{draw.choice(FIRMS)}, vadesine {n} ay kalan {tl(k)} nominal değerli bonosunu kırdırıyor. Banka her ay"
            f" için kalan değer üzerinden {pct(r)} dış iskonto yaptığına göre bononun bugünkü değerini hesaplayınız.",
            f"Aylık bileşik dış iskonto oranı {pct(r)} olan bir banka, {n} ay sonra vadesi dolacak {tl(k)}'lik senet"
            " için bugün yaklaşık ne kadar öder?",
            f"Vadesine {n} ay kalan {tl(k)}'lik alacağın, aylık {pct(r)} bileşik dış iskontoya göre peşin değeri kaç"
            " TL'dir?",
        ),
        (
            f"P = K × (1 - d)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\nP = {end}",
            f"Vadeden bugüne doğru her ay değerin 1 - {plain(r / 100)} = {plain(f)} katı kalır.\n{n} ayda:"
            f" {raised(f, n)} {equals(f**n, shown)}\nPeşin değer: {end}",
        ),
        value,
    )


def _outer_discount(draw: Random) -> Problem:
    """(face, rate per year, years): face × (1 − (1 − rate/100)^years)."""
    k, r, n = pick(draw, 50000, 900000, 1000), F(pick(draw, 16, 72), 4), pick(draw, 5, 8)
    f = 1 - r / 100
    value = k * (1 - f**n)
    shown = near(f**n, lambda factor: (half_up(k * factor, 2), half_up(k * (1 - factor), 2)))
    text, present = format_turkish(shown), F(half_up(k * F(shown), 2))
    return problem(
        draw,
        (k, r, n),
        (
            f"Vadesine {n} yıl olan {tl(k)} nominal değerli senede yıllık {pct(r)} bileşik dış iskonto yapılıyor."
            " Toplam iskonto tutarı kaç TL'dir?",
            f"Yıllık {pct(r)} bileşik dış iskontoya göre {n} yıl vadeli {tl(k)}'lik bir senetten kesilecek tutar kaç"
            " TL'dir?",
            f"{draw.choice(FIRMS)} {tl(k)}'lik alacağını vadesinden {n} yıl önce yıllık {pct(r)} bileşik dış iskonto"
            " oranıyla devrediyor. Bu işlemde yapılan iskontoyu bulunuz.",
            f"Nominal değeri {tl(k)}, vadesine kalan süre {n} yıl ve yıllık bileşik dış iskonto oranı {pct(r)} olan"
            " bir bononun iskonto tutarı ne kadardır?",
            f"{n} yıl sonra ödenecek {tl(k)}'lik bir senet bugün yıllık {pct(r)} bileşik dış iskonto oranıyla"
            " kırdırılmıştır. Senedin nominal değeri ile peşin değeri arasındaki fark kaç TL'dir?",
        ),
        (
            f"D = K × (1 - (1 - d)ⁿ)\n{raised(f, n)} {equals(f**n, shown)}\nD = {show(k)} × (1 - {text})"
            f" {is_(k * (1 - F(shown)))}",
            f"{raised(f, n)} {equals(f**n, shown)}\nPeşin değer: {show(k)} × {text} {is_(k * F(shown))}\n"
            f"İskonto: {show(k)} - {show(present)} = {show(k - present)}",
        ),
        value,
    )


def _later_debt(draw: Random) -> Problem:
    """(debt, its year, new year, rate): debt × (1 + rate/100)^(new − old)."""
    k, r, t, n = pick(draw, 20000, 400000, 1000), F(pick(draw, 20, 90), 2), pick(draw, 1, 4), pick(draw, 5, 8)
    f, u = 1 + r / 100, t + n
    value = k * f**n
    shown = near(f**n, lambda factor: half_up(k * factor, 2))
    end = f"{show(k)} × {format_turkish(shown)} {is_(k * F(shown))}"
    return problem(
        draw,
        (k, t, u, r),
        (
            f"Bugünden {t} yıl sonra ödenecek {tl(k)} borç, bugünden {u} yıl sonra ödenmek üzere erteleniyor. Yıllık"
            f" bileşik faiz oranı {pct(r)} olduğuna göre eşdeğer ödeme kaç TL'dir?",
            f"{draw.choice(WHO)} vadesine {t} yıl kalan {tl(k)}'lik senedini, vadesine {u} yıl olan bir senetle"
            f" değiştirmek istiyor. Yıllık bileşik faiz oranı {pct(r)} ise yeni senedin nominal değeri kaç TL'dir?",
            f"Yıllık bileşik faiz oranı {pct(r)} olduğuna göre {t}. yılın sonundaki {tl(k)}'nin {u}. yılın sonundaki"
            " değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {t}. yılın sonunda ödemesi gereken {tl(k)} borcu {u}. yılın sonunda ödeyecektir."
            f" Gecikme süresi için yıllık {pct(r)} bileşik faiz uygulandığına göre ödenecek tutarı hesaplayınız.",
            f"Bir borçlu, bugünden {t} yıl sonraki {tl(k)} borcuna karşılık bugünden {u} yıl sonra ödeme yapmayı"
            f" öneriyor. Yıllık {pct(r)} bileşik faizle bu ödemenin tutarı ne kadar olmalıdır?",
        ),
        (
            f"Vade {u} - {t} = {n} yıl uzamaktadır.\n{raised(f, n)} {equals(f**n, shown)}\n{end}",
            f"S = A × (1 + i)ⁿ\nn = {u} - {t} = {n}\n{raised(f, n)} {equals(f**n, shown)}\nS = {end}",
        ),
        value,
    )


def _single_payment(draw: Random) -> Problem:
    """(debt, its month, later debt, its month, month of payment, rate per month): one payment between the two."""
    t, n, m = pick(draw, 2, 8), pick(draw, 5, 9), pick(draw, 3, 9)
    u, v, r = t + n, t + n + m, F(pick(draw, 125, 400), 100)
    k, j = pick(draw, 15000, 300000, 1000), pick(draw, 15000, 300000, 1000)
    f = 1 + r / 100
    value = k * f**n + j / f**m
    on, back = near_all((f**n, f**-m), lambda a, b: half_up(k * a + j * b, 2))
    one, two = near_all((f**n, f**-m), lambda a, b: half_up(half_up(k * a, 4) + half_up(j * b, 4), 2))
    first, second = half_up(k * F(one), 4), half_up(j * F(two), 4)
    total = F(first) + F(second)
    power_on = f"{raised(f, n)} {equals(f**n, on)}"
    power_back = f"{raised(f, -m)} {equals(f**-m, back)}"
    if half_up(total, 2) != half_up(value, 2):
        return _single_payment(draw)
    return problem(
        draw,
        (k, t, j, v, u, r),
        (
            f"{t} ay sonra {tl(k)} ve {v} ay sonra {tl(j)} ödenecek iki borç, {u} ay sonra yapılacak tek ödemeyle"
            f" kapatılacaktır. Aylık bileşik faiz oranı {pct(r)} olduğuna göre bu ödeme kaç TL'dir?",
            f"{draw.choice(FIRMS)}, vadesine {t} ay kalan {tl(k)}'lik ve vadesine {v} ay kalan {tl(j)}'lik iki"
            f" senedini {u} ay vadeli tek senetle değiştiriyor. Aylık {pct(r)} bileşik faize göre yeni senedin nominal"
            " değeri kaç TL'dir?",
            f"{t}. ayın sonunda {tl(k)}, {v}. ayın sonunda {tl(j)} olan iki taksidin yerine, aylık {pct(r)} bileşik"
            f" faiz oranıyla {u}. ayın sonunda yapılacak tek ödeme kaç TL'dir?",
            f"{draw.choice(WHO)}, {t} ay vadeli {tl(k)} ve {v} ay vadeli {tl(j)} borcunun tamamını {u}. ayın sonunda"
            f" ödemek istiyor. Aylık bileşik faiz oranı {pct(r)} ise bu iki borca eşdeğer ödemeyi hesaplayınız.",
            f"Aylık bileşik faiz oranı {pct(r)} iken, {t}. ayın sonundaki {tl(k)} ile {v}. ayın sonundaki {tl(j)}"
            f" borcun {u}. ayın sonundaki toplam değeri ne kadardır?",
        ),
        (
            f"İlk borç {n} ay ileri taşınır: {power_on}\nİkinci borç {m} ay geri çekilir: {power_back}\n"
            f"Tek ödeme: {show(k)} × {format_turkish(on)} + {show(j)} × {format_turkish(back)}"
            f" {is_(k * F(on) + j * F(back))}",
            f"Değerler {u}. ayın sonunda eşitlenir.\n{raised(f, n)} {equals(f**n, one)}\nİlk borç: {show(k)} ×"
            f" {format_turkish(one)} {equals(k * F(one), first)}\n{raised(f, -m)} {equals(f**-m, two)}\nİkinci borç:"
            f" {show(j)} × {format_turkish(two)} {equals(j * F(two), second)}\nTek ödeme: {format_turkish(first)} +"
            f" {format_turkish(second)} {is_(total)}",
        ),
        value,
    )


FAMILIES = (
    Family("compound-inner-present-value", UNIT, _inner_present),
    Family("compound-inner-discount", UNIT, _inner_discount),
    Family("compound-outer-present-value", UNIT, _outer_present),
    Family("compound-outer-discount", UNIT, _outer_discount),
    Family("compound-later-debt", UNIT, _later_debt),
    Family("compound-single-payment", UNIT, _single_payment),
)
