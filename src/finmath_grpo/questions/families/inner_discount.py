"""Inner discount (iç iskonto) of a bill, reckoned on its present value, and how it differs from the outer one."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, pct, pick, plain, problem, show, tl

UNIT = "Basit iskonto"


def _inner_present(draw: Random) -> Problem:
    """(face, rate, months): face / (1 + rate × months / 1200)."""
    p, r, m = (
        pick(draw, 2000, 50000, 500),
        draw.choice((12, 18, 24, 30, 36, 48)),
        draw.choice((2, 3, 4, 5, 6, 8, 9, 10)),
    )
    share = F(r * m, 12)
    k = p * (1 + share / 100)
    return problem(
        draw,
        (k, r, m),
        (
            f"Vadesine {m} ay kalan {tl(k)} nominal değerli senet yıllık {pct(r)} iç iskonto oranıyla kırdırılıyor."
            " Senedin peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {m} ay sonra ödenecek {tl(k)} borcunu bugün kapatmak istiyor. Yıllık {pct(r)}"
            " basit iç iskonto uygulanırsa bugün ödenecek tutar kaç TL'dir?",
            f"Basit iç iskonto oranı yıllık {pct(r)} ise {m} ay vadeli {tl(k)}'lik senedin bugünkü değeri kaç TL'dir?",
        ),
        (
            f"İç iskontoda P = K / (1 + i × t) formülü kullanılır.\n{r} × {m} / 1.200 = {plain(share / 100)}\n"
            f"P = {show(k)} / {plain(1 + share / 100)} = {show(p)}",
            f"{m} ayda oran: {r} × {m} / 12 = {plain(share)}\nPeşin değer 100 ise nominal değer 100 + {plain(share)}"
            f" = {plain(100 + share)} olur.\n{show(k)} × 100 / {plain(100 + share)} = {show(p)}",
        ),
        p,
    )


def _inner_discount(draw: Random) -> Problem:
    """(face, rate, days): face − face / (1 + rate × days / 36000)."""
    r, t = draw.choice(
        (
            (20, 90),
            (24, 60),
            (30, 60),
            (36, 50),
            (40, 90),
            (18, 100),
            (36, 100),
            (24, 150),
            (20, 180),
            (45, 80),
            (30, 120),
        )
    )
    p = pick(draw, 2000, 60000, 500)
    share = F(r * t, 36000)
    k = p * (1 + share)
    return problem(
        draw,
        (k, r, t),
        (
            f"{tl(k)} nominal değerli bir senede vadesine {t} gün kala yıllık {pct(r)} iç iskonto uygulanıyor. İç"
            " iskonto tutarı kaç TL'dir? (1 yıl 360 gün)",
            f"Vadesine {t} gün olan {tl(k)}'lik bono yıllık {pct(r)} basit iç iskonto ile paraya çevrilmiştir."
            " Bonodan kesilen iskonto kaç TL'dir? (Yıl 360 gün alınacaktır.)",
            f"360 günlük yıla göre, yıllık {pct(r)} iç iskonto oranıyla {t} gün önceden kırdırılan {tl(k)}'lik"
            " senette iskonto kaç TL'dir?",
        ),
        (
            f"i × t = {r} × {t} / 36.000 = {plain(share)}\nPeşin değer: {show(k)} / {plain(1 + share)} = {show(p)}\n"
            f"İskonto: {show(k)} - {show(p)} = {show(k - p)}",
            f"İç iskonto, peşin değerin vadeye kadarki faizidir.\n{r} × {t} / 36.000 = {plain(share)}\n"
            f"P = {show(k)} / (1 + {plain(share)}) = {show(p)}\nD = {show(p)} × {plain(share)} = {show(k - p)}",
        ),
        k - p,
    )


def _difference(draw: Random) -> Problem:
    """(face, rate, months): outer discount − inner discount."""
    r, m = draw.choice(
        ((20, 6), (24, 6), (30, 4), (40, 3), (40, 6), (50, 6), (36, 8), (60, 5), (25, 12), (20, 12), (30, 8), (48, 5))
    )
    p, share = pick(draw, 1000, 40000, 500), F(r * m, 1200)
    k = p * (1 + share)
    outer, inner = k * share, k - p
    return problem(
        draw,
        (k, r, m),
        (
            f"{m} ay vadeli {tl(k)}'lik bir senede yıllık {pct(r)} oranıyla dış iskonto ve iç iskonto ayrı ayrı"
            " uygulanıyor. İki iskonto tutarı arasındaki fark kaç TL'dir?",
            f"Nominal değeri {tl(k)} olan, vadesine {m} ay kalan senedin yıllık {pct(r)} ile hesaplanan dış"
            " iskontosu, iç iskontosundan kaç TL fazladır?",
            f"{tl(k)}'lik senedin {m} ay önceden kırdırılmasında {pct(r)} oranı kullanılıyor. Dış iskonto yerine iç"
            " iskonto yapılsa senet sahibinin eline geçecek fazla para kaç TL'dir?",
        ),
        (
            f"i × t = {r} × {m} / 1.200 = {plain(share)}\nDış iskonto: {show(k)} × {plain(share)} = {show(outer)}\n"
            f"Peşin değer (iç): {show(k)} / {plain(1 + share)} = {show(p)}\nİç iskonto: {show(k)} - {show(p)} ="
            f" {show(inner)}\n"
            f"Fark: {show(outer)} - {show(inner)} = {show(outer - inner)}",
            f"Vadeye kadarki oran {r} × {m} / 1.200 = {plain(share)} olur.\nİç iskontoda peşin değer: {show(k)} /"
            f" {plain(1 + share)} = {show(p)}\nDış iskontoda peşin değer: {show(k)} - {show(k)} × {plain(share)} ="
            f" {show(k - outer)}\n"
            f"Fark: {show(p)} - {show(k - outer)} = {show(p - k + outer)}",
        ),
        outer - inner,
    )


FAMILIES = (
    Family("inner-discount-present-value", UNIT, _inner_present),
    Family("inner-discount-amount", UNIT, _inner_discount),
    Family("outer-inner-discount-difference", UNIT, _difference),
)
