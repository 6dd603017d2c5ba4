"""Simple interest: interest, balance, principal, rate and time; years, months and days of a year of 360."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.dates import draw_period, on
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, problem, show, tl

UNIT = "Basit faiz"
RATES = (8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 30, 32, 36, 40, 45)


def _years(draw: Random) -> Problem:
    """(principal, rate, years): principal × rate × years / 100."""
    p, r, t = pick(draw, 2000, 60000, 500), draw.choice(RATES), pick(draw, 2, 6)
    one = F(p * r, 100)
    return problem(
        draw,
        (p, r, t),
        (
            f"{tl(p)} yıllık {pct(r)} basit faiz oranı ile {t} yıllığına bankaya yatırılıyor. Elde edilecek faiz kaç"
            " TL'dir?",
            f"{draw.choice(WHO)} yıllık {pct(r)} basit faizle {t} yıl vadeli {tl(p)} borç alıyor. Ödenecek faiz"
            " tutarı kaç TL'dir?",
            f"Basit faiz oranı yıllık {pct(r)} ise {tl(p)}'nin {t} yılda getireceği faiz kaç TL olur?",
            f"{t} yıl süreyle yıllık {pct(r)} basit faizle işletilen {tl(p)}'lik anaparanın toplam faizi kaç TL'dir?",
        ),
        (
            f"Bir yıllık faiz: {show(p)} × {r} / 100 = {show(one)}\n{t} yıllık faiz: {show(one)} × {t} ="
            f" {show(one * t)}",
            f"I = A × i × t formülü kullanılır.\ni = {r} / 100 = {plain(F(r, 100))}\n"
            f"I = {show(p)} × {plain(F(r, 100))} × {t} = {show(one * t)}",
            f"Sürenin tamamında oran yüzde {r} × {t} = {r * t} olur.\n{show(p)} × {r * t} / 100 = {show(one * t)} TL",
        ),
        one * t,
    )


def _months(draw: Random) -> Problem:
    """(principal, rate, months): principal × rate × months / 1200."""
    p, r, m = pick(draw, 1200, 60000, 600), draw.choice(RATES), draw.choice((2, 3, 4, 5, 7, 8, 9, 10, 11, 15, 18))
    year = F(p * r, 100)
    month = year / 12
    value = month * m
    return problem(
        draw,
        (p, r, m),
        (
            f"Yıllık {pct(r)} basit faiz oranıyla {m} ay süreyle bankaya yatırılan {tl(p)}'nin faizi kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(p)}'yi {m} aylığına yıllık {pct(r)} basit faizle değerlendiriyor. {m} ayın"
            " sonunda alınacak faiz kaç TL'dir?",
            f"{tl(p)} kredi, yıllık {pct(r)} basit faizle {m} ay kullanılmıştır. Kredinin faiz maliyeti kaç TL'dir?",
        ),
        (
            f"Bir yıllık faiz: {show(p)} × {r} / 100 = {show(year)}\nBir aylık faiz: {show(year)} / 12 ="
            f" {show(month)}\n"
            f"{m} aylık faiz: {show(month)} × {m} = {show(value)}",
            f"Süre ay olduğundan I = A × n × t / 1.200 kullanılır.\n{show(p)} × {r} × {m} = {show(p * r * m)}\n"
            f"I = {show(p * r * m)} / 1.200 = {show(value)}",
        ),
        value,
    )


def _days(draw: Random) -> Problem:
    """(principal, rate, days): principal × rate × days / 36000."""
    p, r = pick(draw, 3600, 72000, 1200), draw.choice((10, 12, 15, 18, 20, 24, 25, 30, 36, 40))
    t = draw.choice((15, 30, 36, 45, 50, 60, 72, 75, 80, 90, 100, 120, 135, 150, 180, 200, 240))
    value = F(p * r * t, 36000)
    return problem(
        draw,
        (p, r, t),
        (
            f"{tl(p)} yıllık {pct(r)} basit faizle {t} gün bankada kalıyor. Faiz tutarı kaç TL'dir? (1 yıl 360 gün"
            " alınacaktır.)",
            f"Ticari yıla (360 gün) göre, yıllık {pct(r)} basit faiz oranıyla {t} günlüğüne borç verilen {tl(p)}'nin"
            " faizi kaç TL'dir?",
            f"{draw.choice(WHO)} {t} gün vadeli hesaba {tl(p)} yatırıyor. Yıllık basit faiz oranı {pct(r)} ve yıl 360"
            " gün olduğuna göre vade sonunda alınacak faiz kaç TL'dir?",
        ),
        (
            f"Gün üzerinden I = A × n × t / 36.000 formülü kullanılır.\n{show(p)} / 36.000 × {r} × {t} {is_(value)}"
            if F(p, 36000) * 1000 % 1
            else "Gün üzerinden I = A × n × t / 36.000 formülü kullanılır.\n"
            f"{show(p)} / 36.000 = {plain(F(p, 36000))}\n"
            f"{r} × {t} = {show(r * t)}\n{plain(F(p, 36000))} × {show(r * t)} {is_(value)}",
            f"Bir yıllık faiz: {show(p)} × {r} / 100 = {show(F(p * r, 100))}\n"
            f"{t} günlük faiz: {show(F(p * r, 100))} × {t} / 360 {is_(value)}",
            f"{show(p)} × {r} = {show(p * r)}\n{show(p * r)} × {t} = {show(p * r * t)}\n{show(p * r * t)} / 36.000"
            f" {is_(value)}",
        ),
        value,
    )


def _dates(draw: Random) -> Problem:
    """(principal, rate, start, end, days): interest of the days between two dates, year of 360."""
    p, r, period = pick(draw, 6000, 72000, 6000), draw.choice((12, 15, 18, 20, 24, 30, 36, 40, 45)), draw_period(draw)
    value = F(p * r * period.days, 36000)
    return problem(
        draw,
        (p, r, period.start, period.end, period.days),
        (
            f"{on(period.start)} bankaya yatırılan {tl(p)}, aynı yılın {period.end} günü çekilmiştir. Yıllık basit"
            f" faiz oranı {pct(r)} olduğuna göre alınan faiz kaç TL'dir? (1 yıl 360 gün; aylar gerçek gün sayılarıyla"
            " alınacaktır.)",
            f"{draw.choice(WHO)} {period.start} tarihinde {tl(p)} borç almış, borcunu aynı yıl {period.end} tarihinde"
            f" kapatmıştır. Yıllık basit faiz oranı {pct(r)} olduğuna göre borcun faizi kaç TL'dir? (Yıl 360 gün, aylar"
            " gerçek gün sayısıyla)",
            f"Yıllık {pct(r)} basit faizle açılan {tl(p)}'lik hesap {on(period.start)} başlayıp aynı yıl"
            f" {on(period.end)} kapanıyor. Yıl 360 gün, aylar gerçek gün sayılarıyla alındığında hesabın faizi kaç"
            " TL'dir?",
        ),
        (
            f"{period.counted()}\n{show(p)} × {r} × {period.days} = {show(p * r * period.days)}\n"
            f"Faiz: {show(p * r * period.days)} / 36.000 {is_(value)}",
            f"Önce gün sayısı bulunur.\n{period.counted()}\nBir yıllık faiz: {show(p)} × {r} / 100 ="
            f" {show(F(p * r, 100))}\n"
            f"{period.days} günlük faiz: {show(F(p * r, 100))} × {period.days} / 360 {is_(value)}",
        ),
        value,
    )


def _balance(draw: Random) -> Problem:
    """(principal, rate, months): principal × (1 + rate × months / 1200)."""
    p, r, m = (
        pick(draw, 3000, 90000, 1000),
        draw.choice((12, 18, 24, 30, 36, 48)),
        draw.choice((3, 4, 5, 6, 8, 9, 10, 14, 15, 18)),
    )
    monthly = F(r, 12)
    interest = p * monthly * m / 100
    return problem(
        draw,
        (p, r, m),
        (
            f"{tl(p)} yıllık {pct(r)} basit faizle {m} ay sonra kaç TL'ye ulaşır?",
            f"Yıllık basit faiz oranı {pct(r)} iken {m} ay vadeyle yatırılan {tl(p)}'nin baliği kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {m} ay sonra anaparasıyla birlikte geri ödemek üzere yıllık {pct(r)} basit faizle"
            f" {tl(p)} borçlanıyor. Vade sonunda ödenecek toplam tutar kaç TL'dir?",
        ),
        (
            f"Aylık oran: {r} / 12 = {plain(monthly)}\n{m} ayda: {plain(monthly)} × {m} = {plain(monthly * m)}\n"
            f"Faiz: {show(p)} × {plain(monthly * m)} / 100 = {show(interest)}\nBaliğ: {show(p)} + {show(interest)} ="
            f" {show(p + interest)}",
            f"Süre yıl olarak: {m} / 12\nS = A × (1 + i × t)\n{plain(F(r, 100))} × {m} / 12 ="
            f" {plain(F(r * m, 1200))}\n"
            f"S = {show(p)} × {plain(1 + F(r * m, 1200))} = {show(p + interest)}",
        ),
        p + interest,
    )


def _principal(draw: Random) -> Problem:
    """(interest, rate, months): interest × 1200 / (rate × months)."""
    p, r, m = (
        pick(draw, 2000, 50000, 500),
        draw.choice((12, 15, 18, 20, 24, 30, 36)),
        draw.choice((2, 3, 4, 6, 8, 9, 10)),
    )
    interest = F(p * r * m, 1200)
    if (interest * 100).denominator != 1:
        return _principal(draw)
    return problem(
        draw,
        (interest, r, m),
        (
            f"Yıllık {pct(r)} basit faizle {m} ayda {tl(interest)} faiz getiren anapara kaç TL'dir?",
            f"{draw.choice(WHO)} {m} ay vadeli hesaptan {tl(interest)} faiz almıştır. Yıllık basit faiz oranı"
            f" {pct(r)} olduğuna göre hesaba yatırılan para kaç TL'dir?",
            f"{m} ay vadeli bir kredinin basit faizi {tl(interest)} olmuştur. Yıllık faiz oranı {pct(r)} ise kredi"
            " tutarı kaç TL'dir?",
        ),
        (
            f"A = I × 1.200 / (n × t)\n{show(interest)} × 1.200 = {show(interest * 1200)}\n{r} × {m} = {r * m}\n"
            f"A = {show(interest * 1200)} / {r * m} = {show(p)}",
            f"{m} aylık oran yüzde {r} × {m} / 12 = {plain(F(r * m, 12))} olur.\n"
            f"Anapara: {show(interest)} × 100 / {plain(F(r * m, 12))} = {show(p)}",
        )
        if F(r * m, 12) * 100 % 1 == 0
        else (
            f"{show(interest)} × 1.200 = {show(interest * 1200)}\n{r} × {m} = {r * m}\n"
            f"Anapara: {show(interest * 1200)} / {r * m} = {show(p)}",
        ),
        p,
    )


def _rate(draw: Random) -> Problem:
    """(principal, balance, years): 100 × (balance − principal) / (principal × years)."""
    p, r, t = pick(draw, 1000, 40000, 500), draw.choice(RATES), pick(draw, 2, 5)
    interest = F(p * r * t, 100)
    return problem(
        draw,
        (p, p + interest, t),
        (
            f"Basit faizle yatırılan {tl(p)} {t} yıl sonunda {tl(p + interest)} olmuştur. Yıllık basit faiz oranı"
            " yüzde kaçtır?",
            f"{t} yılda {tl(p)}'yi {tl(p + interest)}'ye çıkaran yıllık basit faiz oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} {tl(p)} borcuna karşılık {t} yıl sonra {tl(p + interest)} ödüyor. Basit faiz"
            " uygulandığına göre yıllık faiz oranı yüzde kaçtır?",
        ),
        (
            f"Toplam faiz: {show(p + interest)} - {show(p)} = {show(interest)}\nBir yıllık faiz: {show(interest)} /"
            f" {t} = {show(interest / t)}\n"
            f"Oran: {show(interest / t)} × 100 / {show(p)} = {r}",
            f"I = {show(p + interest)} - {show(p)} = {show(interest)}\nn = 100 × I / (A × t)\n"
            f"A × t = {show(p)} × {t} = {show(p * t)}\nn = 100 × {show(interest)} / {show(p * t)} = {r}",
        ),
        r,
        "%",
    )


def _time(draw: Random) -> Problem:
    """(principal, rate, interest): months, interest × 1200 / (principal × rate)."""
    p, r, m = pick(draw, 2400, 48000, 1200), draw.choice((10, 12, 15, 18, 20, 24, 30, 36)), pick(draw, 2, 20)
    interest = F(p * r * m, 1200)
    month = F(p * r, 1200)
    return problem(
        draw,
        (p, r, interest),
        (
            f"{tl(p)} yıllık {pct(r)} basit faizle kaç ayda {tl(interest)} faiz getirir?",
            f"Yıllık {pct(r)} basit faizle yatırılan {tl(p)}'nin faizi {tl(interest)} olduğuna göre vade kaç aydır?",
            f"{draw.choice(WHO)} yıllık {pct(r)} basit faizle aldığı {tl(p)} borç için {tl(interest)} faiz ödemiştir."
            " Borcun süresi kaç aydır?",
        ),
        (
            f"Bir yıllık faiz: {show(p)} × {r} / 100 = {show(month * 12)}\nBir aylık faiz: {show(month * 12)} / 12 ="
            f" {show(month)}\n"
            f"Süre: {show(interest)} / {show(month)} = {m} ay",
            f"t = I × 1.200 / (A × n)\n{show(interest)} × 1.200 = {show(interest * 1200)}\n{show(p)} × {r} ="
            f" {show(p * r)}\n"
            f"t = {show(interest * 1200)} / {show(p * r)} = {m}",
        ),
        m,
        "ay",
    )


def _two_parts(draw: Random) -> Problem:
    """(first principal, first rate, second principal, second rate): interest of both in one year."""
    a, b = pick(draw, 2000, 40000, 500), pick(draw, 2000, 40000, 500)
    r, s = draw.sample(RATES, 2)
    x, y = F(a * r, 100), F(b * s, 100)
    return problem(
        draw,
        (a, r, b, s),
        (
            f"{tl(a + b)}'nin {tl(a)}'si yıllık {pct(r)}, kalanı yıllık {pct(s)} basit faize veriliyor. Bir yılın"
            " toplam faizi kaç TL'dir?",
            f"{draw.choice(WHO)} iki bankadan ilkine {pct(r)} basit faizle {tl(a)}, ikincisine {pct(s)} basit faizle"
            f" {tl(b)} yatırıyor. Bir yıl sonunda iki bankadan alınacak faiz toplamı kaç TL'dir?",
            f"Bir dernek {tl(a)}'sini yıllık {pct(r)}, {tl(b)}'sini yıllık {pct(s)} basit faizle 1 yıllığına"
            " değerlendirmiştir. Derneğin toplam faiz geliri kaç TL'dir?",
        ),
        (
            f"Birinci faiz: {show(a)} × {r} / 100 = {show(x)}\nİkinci faiz: {show(b)} × {s} / 100 = {show(y)}\n"
            f"Toplam: {show(x)} + {show(y)} = {show(x + y)}",
            f"Yüzde {r} ile: {show(a)} × {plain(F(r, 100))} = {show(x)}\nYüzde {s} ile: {show(b)} ×"
            f" {plain(F(s, 100))} = {show(y)}\n"
            f"İkisi birlikte {show(x)} + {show(y)} = {show(x + y)} TL eder.",
        ),
        x + y,
    )


FAMILIES = (
    Family("simple-interest-years", UNIT, _years),
    Family("simple-interest-months", UNIT, _months),
    Family("simple-interest-days", UNIT, _days),
    Family("simple-interest-dates", UNIT, _dates),
    Family("simple-interest-balance-months", UNIT, _balance),
    Family("simple-interest-principal", UNIT, _principal),
    Family("simple-interest-rate", UNIT, _rate),
    Family("simple-interest-time", UNIT, _time),
    Family("simple-interest-two-parts", UNIT, _two_parts),
)
