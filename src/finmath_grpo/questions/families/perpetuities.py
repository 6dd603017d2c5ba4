"""Annuities that never end."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import pct, pick, plain, problem, show, tl

UNIT = "Anüiteler"
RATES = (5, 8, 10, 16, 20, 25)
"""Rates that divide a decimal number with an end."""


def _perpetuity(draw: Random) -> Problem:
    """(payment, rate): payment / i."""
    r = draw.choice((4, 5, 8, 10, 12, 15, 16, 20, 25, 30, 40))
    p = pick(draw, 5000, 200000, 5000)
    a = F(p * r, 100)
    return problem(
        draw,
        (a, r),
        (
            f"Her yılın sonunda sonsuza dek {tl(a)} ödeyecek bir fonun, yıllık {pct(r)} faizle bugünkü değeri kaç"
            " TL'dir?",
            f"Bir vakıf her yıl sonunda {tl(a)} burs verecek ve bunu sürekli kılacaktır. Yıllık faiz oranı {pct(r)}"
            " ise bugün bankaya yatırılacak tutar kaç TL'dir?",
            f"Yıllık ödemesi {tl(a)} olan sürekli anüitede faiz oranı {pct(r, 'dir')}. Bu anüitenin peşin değeri kaç"
            " TL'dir?",
        ),
        (
            f"Sürekli anüitede P = a / i olur.\ni = {r} / 100 = {plain(F(r, 100))}\nP = {show(a)} /"
            f" {plain(F(r, 100))} = {show(p)}",
            f"Anapara hiç azalmamalı, her yılın faizi ödemeye eşit olmalıdır.\n{show(a)} × 100 / {r} = {show(p)}",
        ),
        p,
    )


def _perpetuity_due(draw: Random) -> Problem:
    """(payment, rate): payment + payment / i."""
    r = draw.choice((4, 5, 8, 10, 12, 15, 20, 25, 30, 40))
    p = pick(draw, 5000, 150000, 5000)
    a = F(p * r, 100)
    return problem(
        draw,
        (a, r),
        (
            f"İlki bugün olmak üzere her yıl başında sonsuza kadar {tl(a)} ödenecektir. Yıllık faiz {pct(r)} ise"
            " ödemelerin peşin değeri kaç TL'dir?",
            f"Dönem başı ödemeli sürekli bir anüitede ödeme {tl(a)}, yıllık faiz oranı {pct(r, 'dir')}. Bugünkü değer"
            " kaç TL'dir?",
            f"Bir dernek, bu yıldan başlayarak her yıl başında {tl(a)} yardım yapmak üzere kalıcı bir fon kuruyor."
            f" Yıllık {pct(r)} faizle fonun başlangıç tutarı kaç TL'dir?",
        ),
        (
            f"Sonraki ödemelerin değeri: {show(a)} / {plain(F(r, 100))} = {show(p)}\nBugünkü ödemeyle: {show(p)} +"
            f" {show(a)} = {show(p + a)}",
            f"P = a / i + a\n{show(a)} × 100 / {r} = {show(p)}\nP = {show(p)} + {show(a)} = {show(p + a)}",
        ),
        p + a,
    )


def _perpetuity_deferred(draw: Random) -> Problem:
    """(payment, rate): first payment at the end of the third year, (payment / i) / (1 + i)²."""
    r = draw.choice((10, 20, 25, 40, 50))
    i = F(r, 100)
    p = pick(draw, 10000, 150000, 5000)
    then = p * (1 + i) ** 2
    a = then * i
    if a.denominator != 1:
        return _perpetuity_deferred(draw)
    return problem(
        draw,
        (a, r),
        (
            f"İlk ödemesi 3. yılın sonunda yapılacak ve sonsuza dek sürecek {tl(a)}'lik yıllık gelirin, {pct(r)} faiz"
            " oranıyla bugünkü değeri kaç TL'dir?",
            f"2 yıl geciktirilmiş sürekli anüitede yıl sonu ödemesi {tl(a)} ve yıllık faiz {pct(r)} olduğuna göre"
            " peşin değer kaç TL'dir?",
            f"Bir arazinin kira geliri 2 yıl sonra başlayacak, her yıl sonunda {tl(a)} olarak sürekli devam"
            f" edecektir. Yıllık faiz {pct(r)} ise bu gelirin bugünkü değeri kaç TL'dir?",
        ),
        (
            f"2. yıl sonundaki değer: {show(a)} / {plain(i)} = {show(then)}\nİskonto çarpanı: (1 + {plain(i)})^2 ="
            f" {plain((1 + i) ** 2)}\n"
            f"Bugünkü değer: {show(then)} / {plain((1 + i) ** 2)} = {show(p)}",
            f"Önce gecikme yokmuş gibi {show(a)} / {plain(i)} = {show(then)} bulunur.\n1 yıl geri: {show(then)} /"
            f" {plain(1 + i)} = {show(then / (1 + i))}\n2 yıl geri: {show(then / (1 + i))} / {plain(1 + i)} ="
            f" {show(p)}",
        ),
        p,
    )


FAMILIES = (
    Family("perpetuity", UNIT, _perpetuity),
    Family("perpetuity-due", UNIT, _perpetuity_due),
    Family("perpetuity-deferred", UNIT, _perpetuity_deferred),
)
