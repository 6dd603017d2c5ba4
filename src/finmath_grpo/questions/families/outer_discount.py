"""Outer discount (dış iskonto) of a bill, reckoned on its face value; years of 360 days."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.dates import draw_period, on
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Basit iskonto"


def _outer_days(draw: Random) -> Problem:
    """(face, rate, days): face × rate × days / 36000."""
    k, r = pick(draw, 3600, 72000, 1800), draw.choice((10, 12, 15, 18, 20, 24, 30, 36, 40, 45))
    t = draw.choice((20, 30, 36, 40, 45, 50, 60, 70, 72, 75, 80, 90, 100, 110, 120, 150, 160, 180))
    value = F(k * r * t, 36000)
    return problem(
        draw,
        (k, r, t),
        (
            f"Vadesine {t} gün kala yıllık {pct(r)} oranıyla iskonto ettirilen {tl(k)} nominal değerli senedin dış"
            " iskonto tutarı kaç TL'dir? (1 yıl = 360 gün)",
            f"{draw.choice(FIRMS)}, {tl(k)}'lik senedini vadesinden {t} gün önce bankaya kırdırmıştır. İskonto oranı"
            f" {pct(r)} olduğuna göre bankanın kestiği dış iskonto kaç TL'dir? (Yıl 360 gündür.)",
            f"Nominal değeri {tl(k)} olan ve vadesine {t} gün bulunan bir senede yıllık {pct(r)} basit dış iskonto"
            " uygulanıyor. 360 günlük yıla göre iskonto kaç TL'dir?",
        ),
        (
            f"Dış iskonto nominal değer üzerinden hesaplanır: D = K × n × t / 36.000\n{show(k)} × {r} ="
            f" {show(k * r)}\n"
            f"{show(k * r)} × {t} = {show(k * r * t)}\nD = {show(k * r * t)} / 36.000 {is_(value)}",
            f"Bir yıl için kesilecek tutar: {show(k)} × {r} / 100 = {show(F(k * r, 100))}\n"
            f"{t} gün için: {show(F(k * r, 100))} × {t} / 360 {is_(value)}",
        ),
        value,
    )


def _outer_proceeds(draw: Random) -> Problem:
    """(face, rate, months): face × (1 − rate × months / 1200)."""
    k, r, m = pick(draw, 3000, 80000, 1000), draw.choice((12, 15, 18, 24, 30, 36, 42, 48)), pick(draw, 2, 8)
    share = F(r * m, 12)
    discount = k * share / 100
    return problem(
        draw,
        (k, r, m),
        (
            f"{m} ay vadeli, {tl(k)} nominal değerli bir senet yıllık {pct(r)} üzerinden dış iskonto ile bugün"
            " kırdırılırsa ele geçen peşin değer kaç TL'dir?",
            f"{draw.choice(FIRMS)} vadesine {m} ay kalan {tl(k)}'lik alacak senedini {pct(r)} dış iskonto oranıyla"
            " bankaya veriyor. Bankanın ödeyeceği tutar kaç TL'dir?",
            f"Yıllık basit dış iskonto oranının {pct(r)} olduğu bir bankada, vadesine {m} ay olan {tl(k)}'lik senedin"
            " bugünkü değeri kaç TL'dir?",
        ),
        (
            f"{m} aylık iskonto oranı: {r} × {m} / 12 = {plain(share)}\nİskonto: {show(k)} × {plain(share)} / 100 ="
            f" {show(discount)}\n"
            f"Peşin değer: {show(k)} - {show(discount)} = {show(k - discount)}",
            f"P = K × (1 - i × t)\ni × t = {r} × {m} / 1.200 = {plain(share / 100)}\n1 - {plain(share / 100)} ="
            f" {plain(1 - share / 100)}\n"
            f"P = {show(k)} × {plain(1 - share / 100)} = {show(k - discount)}",
        ),
        k - discount,
    )


def _outer_face(draw: Random) -> Problem:
    """(proceeds, rate, months): proceeds / (1 − rate × months / 1200)."""
    k, r, m = pick(draw, 2000, 60000, 500), draw.choice((12, 18, 20, 24, 30, 36, 40)), draw.choice((2, 3, 4, 6, 9))
    share = F(r * m, 12)
    if (share * 100).denominator != 1:
        return _outer_face(draw)
    p = k * (1 - share / 100)
    return problem(
        draw,
        (p, r, m),
        (
            f"Vadesine {m} ay kala yıllık {pct(r)} dış iskonto ile kırdırılan bir senet için {tl(p)} alınmıştır."
            " Senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)} bugün eline {tl(p)} geçmesi için {m} ay vadeli bir senet düzenliyor. Dış iskonto"
            f" oranı yıllık {pct(r)} olduğuna göre senedin üzerinde yazılı değer kaç TL'dir?",
            f"{m} ay vadeli bir senedin {pct(r)} dış iskonto oranıyla bulunan peşin değeri {tl(p)}'dir. Bu senedin"
            " nominal değeri kaç TL'dir?",
        ),
        (
            f"{m} aylık oran: {r} × {m} / 12 = {plain(share)}\nPeşin değer, nominal değerin yüzde"
            f" {plain(100 - share)} kadarıdır.\n"
            f"{show(p)} × 100 / {plain(100 - share)} = {show(k)}",
            f"P = K × (1 - i × t)\ni × t = {r} × {m} / 1.200 = {plain(share / 100)}\n"
            f"K = {show(p)} / (1 - {plain(share / 100)}) = {show(p)} / {plain(1 - share / 100)} = {show(k)}",
        ),
        k,
    )


def _outer_rate(draw: Random) -> Problem:
    """(face, proceeds, months): 1200 × (face − proceeds) / (face × months)."""
    k, r, m = (
        pick(draw, 2400, 48000, 600),
        draw.choice((12, 14, 16, 18, 20, 24, 26, 30, 36, 42, 48)),
        draw.choice((2, 3, 4, 5, 6, 8)),
    )
    d = F(k * r * m, 1200)
    return problem(
        draw,
        (k, k - d, m),
        (
            f"{tl(k)} nominal değerli senet, vadesine {m} ay kala dış iskonto ile {tl(k - d)}'ye kırdırılmıştır."
            " Yıllık iskonto oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} {m} ay vadeli {tl(k)}'lik senedi karşılığında bankadan {tl(k - d)} almıştır."
            " Uygulanan yıllık basit dış iskonto oranı yüzde kaçtır?",
            f"Vadesine {m} ay bulunan {tl(k)}'lik bir bononun bugünkü değeri {tl(k - d)} olarak hesaplanmıştır. Dış"
            " iskontoda kullanılan yıllık oran yüzde kaçtır?",
        ),
        (
            f"İskonto: {show(k)} - {show(k - d)} = {show(d)}\nAylık iskonto: {show(d)} / {m} = {show(d / m)}\n"
            f"Yıllık iskonto: {show(d / m)} × 12 = {show(d / m * 12)}\nOran: {show(d / m * 12)} × 100 / {show(k)} ="
            f" {r}",
            f"D = {show(k)} - {show(k - d)} = {show(d)}\nn = D × 1.200 / (K × t)\n{show(d)} × 1.200 ="
            f" {show(d * 1200)}\n"
            f"{show(k)} × {m} = {show(k * m)}\nn = {show(d * 1200)} / {show(k * m)} = {r}",
        ),
        r,
        "%",
    )


def _outer_time(draw: Random) -> Problem:
    """(face, rate, discount): days, 36000 × discount / (face × rate)."""
    k, r, t = pick(draw, 3600, 54000, 1800), draw.choice((10, 15, 20, 25, 30, 36, 40)), pick(draw, 20, 180, 5)
    d = F(k * r * t, 36000)
    day = F(k * r, 36000)
    return problem(
        draw,
        (k, r, d),
        (
            f"{tl(k)}'lik bir senet yıllık {pct(r)} üzerinden iskonto ettirilince {tl(d)} dış iskonto kesilmiştir. 1"
            " yıl 360 gün olduğuna göre senedin vadesine kalan süre kaç gündür?",
            f"Nominal değeri {tl(k)}, dış iskontosu {tl(d)} olan senet için iskonto oranı yıllık {pct(r, 'dir')}. Yıl"
            " 360 gün alınırsa senedin kalan vadesi kaç gündür?",
            f"Banka, {tl(k)}'lik senetten {pct(r)} iskonto oranıyla {tl(d)} kesinti yapıyor. Dış iskontoya ve 360"
            " günlük yıla göre senet vadesinden kaç gün önce kırdırılmıştır?",
        ),
        (
            f"Yıllık iskonto: {show(k)} × {r} / 100 = {show(day * 360)}\nBir günlük iskonto: {show(day * 360)} / 360"
            f" = {show(day)}\n"
            f"Süre: {show(d)} / {show(day)} = {t} gün",
            f"t = D × 36.000 / (K × n)\n{show(d)} × 36.000 = {show(d * 36000)}\n{show(k)} × {r} = {show(k * r)}\n"
            f"t = {show(d * 36000)} / {show(k * r)} = {t}",
        ),
        t,
        "gün",
    )


def _outer_dates(draw: Random) -> Problem:
    """(face, rate, day of discount, due day, days): proceeds by outer discount, year of 360."""
    # Rates that 3 divides make the discount end in kuruş.
    k, r, period = pick(draw, 6000, 60000, 3000), draw.choice((12, 15, 18, 24, 30, 36)), draw_period(draw)
    d = F(k * r * period.days, 36000)
    return problem(
        draw,
        (k, r, period.start, period.end, period.days),
        (
            f"Vadesi {period.end} olan {tl(k)}'lik senet, aynı yıl {on(period.start)} yıllık {pct(r)} dış iskonto ile"
            " bankaya kırdırılıyor. Aylar gerçek gün sayılarıyla, yıl 360 gün alınırsa senedin peşin değeri kaç"
            " TL'dir?",
            f"{draw.choice(FIRMS)}, {period.end} vadeli {tl(k)} nominal değerli bonosunu aynı yıl {period.start}"
            f" tarihinde iskonto ettirmiştir. Dış iskonto oranı yıllık {pct(r)} olduğuna göre ele geçen para kaç"
            " TL'dir? (Yıl 360 gün, aylar gerçek gün sayısıyla)",
            f"{on(period.start)} kırdırılan, aynı yıl {on(period.end)} ödenecek {tl(k)}'lik senede yıllık {pct(r)}"
            " dış iskonto uygulanıyor. 360 günlük yıl ve ayların gerçek gün sayıları esas alındığında senedin"
            " bugünkü değeri kaç TL'dir?",
        ),
        (
            f"{period.counted()}\n{show(k)} × {r} × {period.days} = {show(k * r * period.days)}\n"
            f"İskonto: {show(k * r * period.days)} / 36.000 = {show(d)}\nPeşin değer: {show(k)} - {show(d)} ="
            f" {show(k - d)}",
            f"Vadeye kalan gün sayısı bulunur.\n{period.counted()}\nYıllık iskonto: {show(k)} × {r} / 100 ="
            f" {show(F(k * r, 100))}\n"
            f"{period.days} günlük iskonto: {show(F(k * r, 100))} × {period.days} / 360 = {show(d)}\n"
            f"{show(k)} - {show(d)} = {show(k - d)}",
        ),
        k - d,
    )


FAMILIES = (
    Family("outer-discount-days", UNIT, _outer_days),
    Family("outer-discount-proceeds", UNIT, _outer_proceeds),
    Family("outer-discount-face", UNIT, _outer_face),
    Family("outer-discount-rate", UNIT, _outer_rate),
    Family("outer-discount-time", UNIT, _outer_time),
    Family("outer-discount-dates", UNIT, _outer_dates),
)
