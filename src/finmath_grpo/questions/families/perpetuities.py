"""Annuities that never end: daimi (sürekli) anüite."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    capital,
    equals,
    half_up,
    is_,
    near,
    pct,
    pick,
    plain,
    problem,
    raised,
    show,
    tl,
)

UNIT = "Anüiteler"


def _drawn(draw: Random) -> tuple[str, str, int, F]:
    """A period, its adjective, a payment and a rate per period."""
    if draw.random() < 0.5:
        return "ay", "aylık", pick(draw, 2000, 60000, 250), F(pick(draw, 80, 400), 100)
    return "yıl", "yıllık", pick(draw, 36000, 600000, 2000), F(pick(draw, 12, 90), 2)


def _perpetuity(draw: Random) -> Problem:
    """(payment, rate): payment / i."""
    unit, per, a, r = _drawn(draw)
    i = r / 100
    return problem(
        draw,
        (a, r),
        (
            f"Her {unit}ın sonunda sonsuza dek {tl(a)} ödeyecek bir fonun, {per} {pct(r)} faiz oranıyla bugünkü değeri"
            " kaç TL'dir?",
            f"Bir vakıf her {unit}ın sonunda {tl(a)} burs ödeyecek ve bu bursu süresiz verecektir. {capital(per)}"
            f" faiz oranı {pct(r)} olduğuna göre bugün bankaya yatırılması gereken tutar kaç TL'dir?",
            f"Dönem sonu ödemesi {tl(a)} olan daimi (sürekli) anüitede {per} faiz oranı {pct(r, 'dir')}. Bu anüitenin"
            " peşin değeri kaç TL'dir?",
            f"Bir arsadan, ilki bir {unit} sonra olmak üzere her {unit} {tl(a)} kira alınacak ve bu gelir sonsuza kadar"
            f" sürecektir. {capital(per)} {pct(r)} faiz oranına göre kira gelirinin bugünkü değerini bulunuz.",
            f"{capital(per)} faiz oranı {pct(r)} iken her {unit}ın sonunda {tl(a)} sağlayan daimi bir gelirin"
            " bugünkü değeri ne kadardır?",
        ),
        (
            f"Daimi anüitede P = a / i olur.\ni = {plain(r)} / 100 = {plain(i)}\nP = {show(a)} / {plain(i)}"
            f" {is_(a / i)}",
            f"Anapara hiç azalmamalı, her dönemin faizi ödemeye eşit olmalıdır.\nP = {show(a)} × 100 / {plain(r)}"
            f" {is_(a / i)}",
        ),
        a / i,
    )


def _perpetuity_due(draw: Random) -> Problem:
    """(payment, rate): payment + payment / i."""
    unit, per, a, r = _drawn(draw)
    i = r / 100
    value = a + a / i
    later = near(a / i, lambda amount: half_up(amount + a, 2))
    return problem(
        draw,
        (a, r),
        (
            f"İlki bugün olmak üzere her {unit}ın başında sonsuza kadar {tl(a)} ödenecektir. {capital(per)} faiz"
            f" oranı {pct(r)} olduğuna göre ödemelerin peşin değeri kaç TL'dir?",
            f"Dönem başı ödemeli bir daimi (sürekli) anüitede ödeme tutarı {tl(a)}, {per} faiz oranı {pct(r, 'dir')}."
            " İlk ödeme bugün yapılacağına göre anüitenin bugünkü değeri kaç TL'dir?",
            f"Bir dernek, ilki bugün olmak üzere her {unit}ın başında {tl(a)} yardım yapmak için kalıcı bir fon"
            f" kuruyor. {capital(per)} {pct(r)} faizle fona bugün konulması gereken tutar kaç TL'dir?",
            f"Bir hayırsever, bugünden başlayarak her {unit}ın başında süresiz olarak {tl(a)} burs verilmesini istiyor."
            f" {capital(per)} faiz oranı {pct(r)} ise bankaya bugün yatırılacak tutarı hesaplayınız.",
            f"{capital(per)} faiz oranı {pct(r)} iken, ödemeleri {tl(a)} olan peşin daimi anüitenin bugünkü değeri"
            " ne kadardır?",
        ),
        (
            f"Sonraki ödemelerin değeri: {show(a)} / {plain(i)} {equals(a / i, later)}\nBugünkü ödemeyle:"
            f" {format_turkish(later)} + {show(a)} {is_(F(later) + a)}",
            f"P = a × (1 + i) / i\n{show(a)} × {plain(1 + i)} = {show(a * (1 + i))}\nP = {show(a * (1 + i))} /"
            f" {plain(i)} {is_(value)}",
        ),
        value,
    )


def _perpetuity_deferred(draw: Random) -> Problem:
    """(payment, rate, periods without payment): (payment / i) / (1 + i)^periods, the first at the end of the next."""
    unit, per, a, r = _drawn(draw)
    k = pick(draw, 5, 18) if unit == "ay" else pick(draw, 5, 8)
    i = r / 100
    f = (1 + i) ** k
    value = a / i / f
    shown = near(f, lambda factor: half_up(a / i / factor, 2))
    back = near(1 / f, lambda factor: half_up(a / i * factor, 2))
    return problem(
        draw,
        (a, r, k),
        (
            f"İlk ödemesi {k + 1}. {unit}ın sonunda yapılacak ve her {unit}ın sonunda {tl(a)} olarak sonsuza dek"
            f" sürecek bir gelirin, {per} {pct(r)} bileşik faiz oranıyla bugünkü değeri kaç TL'dir?",
            f"{k} {unit} geciktirilmiş daimi anüitede dönem sonu ödemesi {tl(a)}, {per} bileşik faiz oranı"
            f" {pct(r, 'dir')}. İlk ödeme {k + 1}. {unit}ın sonunda yapılacağına göre anüitenin peşin değeri kaç"
            " TL'dir?",
            f"Bir arazinin ilk kirası {k + 1}. {unit}ın sonunda alınacak, kira her {unit}ın sonunda {tl(a)} olarak"
            f" sürekli devam edecektir. {capital(per)} bileşik faiz oranı {pct(r)} olduğuna göre kira gelirinin"
            " bugünkü değeri kaç TL'dir?",
            f"Bir vakıf, ilkini {k + 1}. {unit}ın sonunda vermek üzere her {unit}ın sonunda {tl(a)} bursu süresiz"
            f" ödeyecektir. {capital(per)} {pct(r)} bileşik faiz oranıyla bugün ayrılması gereken tutarı bulunuz.",
            f"Her {unit}ın sonunda {tl(a)} ödeyecek olan ve ilk ödemesini {k + 1}. {unit}ın sonunda yapacak bir daimi"
            f" anüitenin, {per} {pct(r)} bileşik faizle bugünkü değeri ne kadardır?",
        ),
        (
            f"P = a / i / (1 + i)ᵏ\n{raised(1 + i, k)} {equals(f, shown)}\nP = {show(a)} / {plain(i)} /"
            f" {format_turkish(shown)} {is_(a / i / F(shown))}",
            f"{k}. {unit}ın sonundaki değer {show(a)} / {plain(i)} işlemiyle bulunur, {k} {unit} geri çekilir.\n"
            f"İskonto çarpanı: {raised(1 + i, -k)} {equals(1 / f, back)}\nBugünkü değer: {show(a)} / {plain(i)} ×"
            f" {format_turkish(back)} {is_(a / i * F(back))}",
        ),
        value,
    )


FAMILIES = (
    Family("perpetuity", UNIT, _perpetuity),
    Family("perpetuity-due", UNIT, _perpetuity_due),
    Family("perpetuity-deferred", UNIT, _perpetuity_deferred),
)
