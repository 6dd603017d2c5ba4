"""Inner discount (iç iskonto) of a bill, reckoned on its present value, and how it differs from the outer one."""

from random import Random

from finmath_grpo.questions.families.percentages import quarter_rate
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Basit iskonto"


def _inner_present(draw: Random) -> Problem:
    """(face, rate, months): face / (1 + rate × months / 1200)."""
    k, r, m = pick(draw, 18000, 195000, 50), quarter_rate(draw, 18, 48), pick(draw, 2, 11)
    p = k / (1 + r * m / 1200)
    return problem(
        draw,
        (k, r, m),
        (
            f"Vadesine {m} ay kalan {tl(k)} nominal değerli senet, yıllık {pct(r)} basit iç iskonto oranıyla"
            " kırdırılıyor. Senedin peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {m} ay sonra ödeyeceği {tl(k)} borcunu bugün kapatmak istiyor. Yıllık {pct(r)}"
            " oranıyla basit iç iskonto uygulanırsa bugün ödenecek tutar kaç TL'dir?",
            f"Yıllık basit iç iskonto oranı {pct(r)} olduğuna göre {m} ay vadeli {tl(k)}'lik senedin peşin değerini"
            " bulunuz.",
            f"Nominal değeri {tl(k)} olan bir bono, vadesinden {m} ay önce yıllık {pct(r)} basit iç iskonto"
            " oranıyla iskonto ettirilirse ele geçecek para ne kadardır?",
        ),
        (
            f"Basit iç iskontoda P = K / (1 + n × t / 1.200) formülü kullanılır.\n{plain(r)} × {m} ="
            f" {plain(r * m)}\nP = {show(k)} / (1 + {plain(r * m)} / 1.200) {is_(p)}",
            f"Peşin değerin vadeye kadarki faiziyle toplamı nominal değere eşittir.\n1.200 + {plain(r)} × {m} ="
            f" {plain(1200 + r * m)}\nP = {show(k)} × 1.200 / {plain(1200 + r * m)} {is_(p)}",
        ),
        p,
    )


def _inner_discount(draw: Random) -> Problem:
    """(face, rate, days): face − face / (1 + rate × days / 36000)."""
    k, r, t = pick(draw, 18000, 195000, 50), quarter_rate(draw, 18, 48), pick(draw, 24, 215)
    p = k / (1 + r * t / 36000)
    return problem(
        draw,
        (k, r, t),
        (
            f"{tl(k)} nominal değerli bir senede, vadesine {t} gün kala yıllık {pct(r)} basit iç iskonto oranı"
            " uygulanıyor. İç iskonto tutarı kaç TL'dir? (1 yıl = 360 gün)",
            f"Vadesine {t} gün olan {tl(k)}'lik bono, yıllık {pct(r)} oranıyla basit iç iskonto yapılarak paraya"
            " çevrilmiştir. Bir yıl 360 gün alındığında bonodan kesilen iskonto kaç TL'dir?",
            f"Vadesinden {t} gün önce kırdırılan {tl(k)} nominal değerli senedin, yıllık {pct(r)} basit iç iskonto"
            " oranına ve 360 günlük yıla göre iskonto tutarını hesaplayınız.",
            f"{draw.choice(FIRMS)}, vadesine {t} gün kalan {tl(k)}'lik senedini yıllık {pct(r)} basit iç iskonto"
            " oranıyla kırdırıyor. Senetten ne kadar iskonto kesilir? (Yıl 360 gün alınacaktır.)",
        ),
        (
            f"Peşin değer: {show(k)} / (1 + {plain(r)} × {t} / 36.000) {is_(p)}\nİskonto, nominal değer ile peşin"
            f" değerin farkıdır:\n{show(k)} - {show(k)} / (1 + {plain(r)} × {t} / 36.000) {is_(k - p)}",
            f"D = K × n × t / (36.000 + n × t) formülü kullanılır.\n{plain(r)} × {t} = {plain(r * t)}\n36.000 +"
            f" {plain(r * t)} = {plain(36000 + r * t)}\nD = {show(k)} × {plain(r * t)} / {plain(36000 + r * t)}"
            f" {is_(k - p)}",
        ),
        k - p,
    )


def _difference(draw: Random) -> Problem:
    """(face, rate, months): outer discount − inner discount."""
    k, r, m = pick(draw, 18000, 195000, 50), quarter_rate(draw, 18, 48), pick(draw, 3, 10)
    share = r * m / 1200
    outer, inner = k * share, k - k / (1 + share)
    return problem(
        draw,
        (k, r, m),
        (
            f"{m} ay vadeli {tl(k)}'lik bir senede yıllık {pct(r)} oranıyla basit dış iskonto ve basit iç iskonto"
            " ayrı ayrı uygulanıyor. İki iskonto tutarı arasındaki fark kaç TL'dir?",
            f"Nominal değeri {tl(k)} olan ve vadesine {m} ay kalan senedin yıllık {pct(r)} oranıyla hesaplanan"
            " basit dış iskontosu, aynı oranla hesaplanan basit iç iskontosundan kaç TL fazladır?",
            f"{tl(k)} nominal değerli senet, vadesinden {m} ay önce yıllık {pct(r)} basit dış iskonto oranıyla"
            " kırdırılmıştır. Aynı oranla basit iç iskonto yapılsaydı senet sahibinin fazladan alacağı para kaç"
            " TL'dir?",
            "Bir bankada basit dış iskonto, başka bir bankada basit iç iskonto uygulanmaktadır; iki bankada da"
            f" yıllık oran {pct(r, 'dir')}. Vadesine {m} ay kalan {tl(k)}'lik senet için bankaların ödeyeceği"
            " tutarlar arasındaki farkı bulunuz.",
        ),
        (
            f"Dış iskonto: {show(k)} × {plain(r)} × {m} / 1.200 {is_(outer)}\nİç iskonto: {show(k)} ×"
            f" {plain(r * m)} / (1.200 + {plain(r * m)}) {is_(inner)}\nFark: {show(k)} × {plain(r * m)} / 1.200 -"
            f" {show(k)} × {plain(r * m)} / {plain(1200 + r * m)} {is_(outer - inner)}",
            f"Vadeye kadarki oran {plain(r)} × {m} / 1.200 ile bulunur: {plain(r)} × {m} = {plain(r * m)}\nİç"
            f" iskontoda peşin değer: {show(k)} × 1.200 / {plain(1200 + r * m)} {is_(k - inner)}\nDış iskontoda"
            f" peşin değer: {show(k)} × {plain(1200 - r * m)} / 1.200 {is_(k - outer)}\nFark: {show(k)} × 1.200 /"
            f" {plain(1200 + r * m)} - {show(k)} × {plain(1200 - r * m)} / 1.200 {is_(outer - inner)}",
        ),
        outer - inner,
    )


def _inner_rate_of_outer(draw: Random) -> Problem:
    """(outer rate, days): the inner rate that gives the same proceeds, rate / (1 − rate × days / 36000)."""
    r, t = quarter_rate(draw, 18, 48), pick(draw, 24, 215)
    value = r / (1 - r * t / 36000)
    return problem(
        draw,
        (r, t),
        (
            f"Vadesine {t} gün kalan bir senede yıllık {pct(r)} basit dış iskonto oranı uygulanmaktadır. Aynı peşin"
            " değeri veren yıllık basit iç iskonto oranı yüzde kaçtır? (1 yıl = 360 gün)",
            f"Bir banka, {t} gün vadeli senetleri yıllık {pct(r)} oranıyla basit dış iskonto yaparak kırmaktadır."
            " Yıl 360 gün alındığında bankanın ödediği paradan elde ettiği yıllık basit faiz oranı yüzde kaçtır?",
            f"{t} gün vadeli bir senet için yıllık {pct(r)} basit dış iskonto oranına denk olan yıllık basit iç"
            " iskonto oranını bulunuz. (Bir yıl 360 gün alınacaktır.)",
            f"Bir işletme, vadesine {t} gün kalan senedini yıllık {pct(r)} basit dış iskonto oranıyla kırdırıyor."
            " 360 günlük yıla göre, işletmenin eline geçen para üzerinden bu işlemin yıllık basit faiz oranı"
            " nedir?",
        ),
        (
            f"Nominal değer 100 alınırsa dış iskonto {plain(r)} × {t} / 360, peşin değer 100 - {plain(r)} × {t} /"
            f" 360 olur.\nYıllık oran: {plain(r)} × 100 / (100 - {plain(r)} × {t} / 360) {is_(value, amount=False)}",
            "İki yöntemin peşin değerleri eşitlenir: 1 / (1 + x × t / 36.000) ile 1 - n × t / 36.000 birbirine"
            f" eşittir.\nx = 36.000 × n / (36.000 - n × t)\n{plain(r)} × {t} = {plain(r * t)}\n36.000 × {plain(r)}"
            f" / (36.000 - {plain(r * t)}) {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


FAMILIES = (
    Family("inner-discount-present-value", UNIT, _inner_present),
    Family("inner-discount-amount", UNIT, _inner_discount),
    Family("outer-inner-discount-difference", UNIT, _difference),
    Family("inner-rate-of-outer-rate", UNIT, _inner_rate_of_outer),
)
