"""Annuities with an end: payments at the end or the start of a period, deferred ones, payments towards a goal."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, is_, pct, pick, plain, power, problem, show, tl

UNIT = "Anüiteler"
RATES = (5, 8, 10, 16, 20, 25)
"""Rates that divide a decimal number with an end."""


def _future(draw: Random) -> Problem:
    """(payment, rate, count): payment × ((1 + i)^count − 1) / i with the given power."""
    a, r, n = pick(draw, 500, 12000, 500), draw.choice(RATES), pick(draw, 4, 10)
    i, f = F(r, 100), power(r, n)
    factor = (f - 1) / i
    return problem(
        draw,
        (a, r, n),
        (
            f"Her yılın sonunda {tl(a)} yatırılan bir hesapta yıllık {pct(r)} bileşik faizle {n}. yılın sonunda"
            f" biriken tutar kaç TL'dir? {given(r, n)}",
            f"{draw.choice(WHO)} {n} yıl boyunca her yıl sonunda {tl(a)} biriktiriyor. Faiz oranı yıllık {pct(r)} ise"
            f" bu dönem sonu anüitenin gelecek değeri kaç TL'dir? {given(r, n)}",
            f"Dönem sonu ödemeli {n} taksitlik bir anüitede taksit {tl(a)}, dönem faizi {pct(r, 'dir')}. Anüitenin"
            f" gelecekteki değeri kaç TL'dir? {given(r, n)}",
        ),
        (
            f"S = a × ((1 + i)^n - 1) / i\n{plain(f)} - 1 = {plain(f - 1)}\n{plain(f - 1)} / {plain(i)} ="
            f" {plain(factor)}\n"
            f"S = {show(a)} × {plain(factor)} {is_(a * factor)}",
            f"Birikim katsayısı: ({plain(f)} - 1) / {plain(i)} = {plain(factor)}\nBiriken tutar: {show(a)} ×"
            f" {plain(factor)} {is_(a * factor)}",
        ),
        a * factor,
    )


def _present(draw: Random) -> Problem:
    """(payment, rate, count): payment × (1 − (1 + i)^−count) / i with the given power."""
    a, r, n = pick(draw, 500, 15000, 500), draw.choice(RATES), pick(draw, 4, 10)
    i, v = F(r, 100), power(r, -n)
    factor = (1 - v) / i
    return problem(
        draw,
        (a, r, n),
        (
            f"{n} yıl boyunca her yıl sonunda {tl(a)} ödenecek bir borcun, yıllık {pct(r)} bileşik faizle peşin"
            f" değeri kaç TL'dir? {given(r, -n)}",
            f"{draw.choice(WHO)} {n} yıl süreyle her yılın sonunda hesabından {tl(a)} çekmek istiyor. Yıllık faiz"
            f" {pct(r)} olduğuna göre bugün yatırılması gereken tutar kaç TL'dir? {given(r, -n)}",
            f"Taksit tutarı {tl(a)}, taksit sayısı {n} ve dönem faizi {pct(r)} olan dönem sonu ödemeli anüitenin"
            f" bugünkü değeri kaç TL'dir? {given(r, -n)}",
        ),
        (
            f"P = a × (1 - (1 + i)^-n) / i\n1 - {plain(v)} = {plain(1 - v)}\n{plain(1 - v)} / {plain(i)} ="
            f" {plain(factor)}\n"
            f"P = {show(a)} × {plain(factor)} {is_(a * factor)}",
            f"Peşin değer katsayısı: (1 - {plain(v)}) / {plain(i)} = {plain(factor)}\n{show(a)} × {plain(factor)}"
            f" {is_(a * factor)}",
        ),
        a * factor,
    )


def _future_due(draw: Random) -> Problem:
    """(payment, rate, count): the future value of payments at the start of each period."""
    a, r, n = pick(draw, 500, 10000, 500), draw.choice(RATES), pick(draw, 4, 9)
    i, f = F(r, 100), power(r, n)
    end = a * (f - 1) / i
    value = end * (1 + i)
    return problem(
        draw,
        (a, r, n),
        (
            f"Her yılın başında {tl(a)} yatırılan ve yıllık {pct(r)} bileşik faiz işleyen hesapta {n}. yılın sonunda"
            f" kaç TL birikir? {given(r, n)}",
            f"Taksitleri dönem başında ödenen {n} yıllık bir anüitede yıllık ödeme {tl(a)} ve faiz oranı {pct(r)} ise"
            f" anüitenin gelecek değeri kaç TL'dir? {given(r, n)}",
            f"{draw.choice(WHO)} çocuğu için {n} yıl boyunca her yılbaşında {tl(a)} yatırmaktadır. Yıllık bileşik"
            f" faiz {pct(r)} olduğuna göre {n} yılın sonundaki birikim kaç TL'dir? {given(r, n)}",
        ),
        (
            f"Dönem sonu anüite gibi: ({plain(f)} - 1) / {plain(i)} = {plain((f - 1) / i)}\n{show(a)} ×"
            f" {plain((f - 1) / i)} = {show(end)}\n"
            f"Ödemeler dönem başında olduğundan bir dönem daha faiz işler:\n{show(end)} × {plain(1 + i)} {is_(value)}",
            f"S = a × (1 + i) × ((1 + i)^n - 1) / i\n{show(a)} × {plain(1 + i)} = {show(a * (1 + i))}\n"
            f"({plain(f)} - 1) / {plain(i)} = {plain((f - 1) / i)}\nS = {show(a * (1 + i))} × {plain((f - 1) / i)}"
            f" {is_(value)}",
        ),
        value,
    )


def _present_due(draw: Random) -> Problem:
    """(payment, rate, count): the present value of payments at the start of each period."""
    a, r, n = pick(draw, 500, 12000, 500), draw.choice(RATES), pick(draw, 4, 9)
    i, v = F(r, 100), power(r, -(n - 1))
    factor = (1 - v) / i
    value = a * (1 + factor)
    return problem(
        draw,
        (a, r, n),
        (
            f"İlki bugün olmak üzere her yılın başında {tl(a)} ödenen {n} taksitli bir borcun, yıllık {pct(r)}"
            f" bileşik faizle peşin değeri kaç TL'dir? {given(r, 1 - n)}",
            f"{draw.choice(FIRMS)} bir depoyu {n} yıllığına kiralamış, her yılın kirası olan {tl(a)}'yi yıl başında"
            f" ödemeyi kabul etmiştir. Yıllık faiz {pct(r)} ise kira sözleşmesinin bugünkü değeri kaç TL'dir?"
            f" {given(r, 1 - n)}",
            f"Dönem başı ödemeli, {n} taksitlik ve taksidi {tl(a)} olan anüitede dönem faizi {pct(r, 'dir')}."
            f" Anüitenin bugünkü değeri kaç TL'dir? {given(r, 1 - n)}",
        ),
        (
            f"İlk taksit bugün ödenir; kalan {n - 1} taksit dönem sonu anüitedir.\n(1 - {plain(v)}) / {plain(i)} ="
            f" {plain(factor)}\n"
            f"Kalan taksitler: {show(a)} × {plain(factor)} = {show(a * factor)}\nToplam: {show(a)} +"
            f" {show(a * factor)} {is_(value)}",
            f"Katsayı: 1 + (1 - {plain(v)}) / {plain(i)} = {plain(1 + factor)}\nP = {show(a)} × {plain(1 + factor)}"
            f" {is_(value)}",
        ),
        value,
    )


def _deferred(draw: Random) -> Problem:
    """(payment, rate, count, years without payment): present value of an annuity that starts later."""
    a, r, n, k = pick(draw, 1000, 12000, 500), draw.choice(RATES), pick(draw, 3, 8), pick(draw, 2, 4)
    i, v, w = F(r, 100), power(r, -n), power(r, -k)
    factor = (1 - v) / i
    then = a * factor
    return problem(
        draw,
        (a, r, n, k),
        (
            f"İlk {k} yılı ödemesiz, sonraki {n} yıl boyunca her yıl sonunda {tl(a)} ödenecek bir kredinin yıllık"
            f" {pct(r)} bileşik faizle bugünkü değeri kaç TL'dir? {given(r, -n)} {given(r, -k)}",
            f"{k} yıl geciktirilmiş, dönem sonu ödemeli {n} taksitlik bir anüitede taksit {tl(a)} ve yıllık faiz"
            f" {pct(r, 'dir')}. Anüitenin peşin değeri kaç TL'dir? {given(r, -n)} {given(r, -k)}",
            f"{draw.choice(FIRMS)}, {k} yıl bekledikten sonra {n} yıl boyunca yıl sonlarında {tl(a)} kira alacaktır."
            f" Faiz oranı yıllık {pct(r)} ise bu gelirin bugünkü değeri kaç TL'dir? {given(r, -n)} {given(r, -k)}",
        ),
        (
            f"{k}. yıl sonundaki değer: (1 - {plain(v)}) / {plain(i)} = {plain(factor)}\n{show(a)} × {plain(factor)}"
            f" = {show(then)}\n"
            f"Bugünkü değer: {show(then)} × {plain(w)} {is_(then * w)}",
            f"Geciktirilmiş anüite iki adımda iskonto edilir.\nAnüite katsayısı {plain(1 - v)} / {plain(i)} ="
            f" {plain(factor)} olur.\n"
            f"{plain(factor)} × {plain(w)} = {plain(factor * w)}\nP = {show(a)} × {plain(factor * w)} {is_(then * w)}",
        ),
        then * w,
    )


def _three_deposits(draw: Random) -> Problem:
    """(deposit, rate): three deposits at year ends, balance at the third, with no table."""
    a, r = pick(draw, 1000, 20000, 1000), draw.choice((5, 8, 10, 12, 15, 20, 25, 30, 40))
    f = 1 + F(r, 100)
    one = a * f
    two = one + a
    three = two * f
    return problem(
        draw,
        (a, r),
        (
            f"Üç yıl boyunca her yılın sonunda bankaya {tl(a)} yatırılıyor. Yıllık bileşik faiz {pct(r)} olduğuna"
            " göre üçüncü tutar yatırıldığı anda hesapta biriken para kaç TL'dir?",
            f"{draw.choice(WHO)} birinci, ikinci ve üçüncü yılların sonunda {tl(a)} biriktiriyor. Faiz yıllık"
            f" {pct(r)} ise 3. yıl sonundaki birikim kaç TL'dir?",
            f"Yıl sonlarında {tl(a)}'lik üç eşit ödemeden oluşan ve yıllık {pct(r)} faiz işleyen anüitenin 3. yıl"
            " sonundaki değeri kaç TL'dir?",
        ),
        (
            f"2. yıl sonu: {show(a)} × {plain(f)} + {show(a)} = {show(two)}\n3. yıl sonu: {show(two)} × {plain(f)} ="
            f" {show(three)}\n"
            f"Son ödemeyle: {show(three)} + {show(a)} = {show(three + a)}",
            f"İlk ödeme 2 yıl, ikinci ödeme 1 yıl faiz getirir.\n{plain(f)} × {plain(f)} = {plain(f**2)}\nİlk ödeme:"
            f" {show(a)} × {plain(f**2)} = {show(a * f**2)}\n"
            f"İkinci ödeme: {show(a)} × {plain(f)} = {show(one)}\nToplam: {show(a * f**2)} + {show(one)} + {show(a)}"
            f" = {show(three + a)}",
        ),
        three + a,
    )


def _payment_for_goal(draw: Random) -> Problem:
    """(goal, rate, count): goal × i / ((1 + i)^count − 1) with the given power."""
    s, r, n = pick(draw, 20000, 300000, 10000), draw.choice((5, 8, 10, 12, 15, 20, 25)), pick(draw, 4, 10)
    i, f = F(r, 100), power(r, n)
    value = s * i / (f - 1)
    return problem(
        draw,
        (s, r, n),
        (
            f"{n} yıl sonra {tl(s)} biriktirmek için her yıl sonunda yatırılması gereken eşit tutar, yıllık {pct(r)}"
            f" bileşik faizle kaç TL'dir? {given(r, n)}",
            f"{draw.choice(FIRMS)}, {n} yıl sonra alacağı {tl(s)}'lik makine için her yıl sonunda bir fona eşit para"
            f" ayıracaktır. Fonun faizi yıllık {pct(r)} ise bir yılda ayrılacak tutar kaç TL'dir? {given(r, n)}",
            f"Gelecek değeri {tl(s)} olan {n} taksitli dönem sonu anüitenin yıllık taksidi, {pct(r)} faizle kaç"
            f" TL'dir? {given(r, n)}",
        ),
        (
            f"a = S × i / ((1 + i)^n - 1)\n{show(s)} × {plain(i)} = {show(s * i)}\n{plain(f)} - 1 = {plain(f - 1)}\n"
            f"a = {show(s * i)} / {plain(f - 1)} {is_(value)}",
            f"Taksite a dersek birikim a × ({plain(f)} - 1) / {plain(i)} olur.\nBu tutar {show(s)} TL'ye eşitlenir.\n"
            f"Paya geçen: {show(s)} × {plain(i)} = {show(s * i)}\n{show(s * i)} / {plain(f - 1)} {is_(value)}",
        ),
        value,
    )


FAMILIES = (
    Family("annuity-future-value", UNIT, _future),
    Family("annuity-present-value", UNIT, _present),
    Family("annuity-due-future-value", UNIT, _future_due),
    Family("annuity-due-present-value", UNIT, _present_due),
    Family("annuity-deferred", UNIT, _deferred),
    Family("annuity-three-deposits", UNIT, _three_deposits),
    Family("annuity-payment-for-goal", UNIT, _payment_for_goal),
)
