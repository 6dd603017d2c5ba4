"""Bonds and bills: coupon, price, yield."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, is_, pct, pick, plain, power, problem, show, tl

UNIT = "Tahvil ve hisse senedi"


def _coupon(draw: Random) -> Problem:
    """(face, rate, coupons a year, bonds): the money of one coupon day."""
    face, m = draw.choice((100, 500, 1000, 2000, 5000, 10000)), draw.choice((1, 2, 4))
    r, count = draw.choice((8, 10, 12, 14, 16, 18, 20, 24, 28, 32)), pick(draw, 10, 250, 10)
    one = F(face * r, 100 * m)
    when = {1: "yılda bir", 2: "altı ayda bir", 4: "üç ayda bir"}[m]
    return problem(
        draw,
        (face, r, m, count),
        (
            f"Nominal değeri {tl(face)} olan, yıllık {pct(r)} kupon faizini {when} ödeyen tahvilden {count} adet alan"
            " yatırımcının bir kupon gününde alacağı faiz kaç TL'dir?",
            f"{draw.choice(WHO)} {when} kupon ödemeli, yıllık {pct(r)} faizli ve {tl(face)} nominal değerli {count}"
            " tahvile sahiptir. Bir kupon döneminin faiz geliri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(face)} nominal değerli {count} adet tahvil çıkarmıştır. Kupon faizi yıllık"
            f" {pct(r)} olup {when} ödendiğine göre her ödemede dağıtılan faiz kaç TL'dir?",
        ),
        (
            f"Bir tahvilin yıllık faizi: {show(face)} × {r} / 100 = {show(one * m)}\nBir kupon: {show(one * m)} / {m}"
            f" = {show(one)}\n"
            f"{count} tahvil için: {show(one)} × {count} = {show(one * count)}",
            f"Toplam nominal değer: {show(face)} × {count} = {show(face * count)}\nYıllık faiz: {show(face * count)}"
            f" × {plain(F(r, 100))} = {show(one * m * count)}\nYılda {m} ödeme olduğundan: {show(one * m * count)} /"
            f" {m} = {show(one * count)}",
        ),
        one * count,
    )


def _price_two_years(draw: Random) -> Problem:
    """(face, coupon rate, yield): price of a bond with two yearly coupons."""
    face = draw.choice((1000, 2000, 5000, 10000, 20000))
    r, y = draw.choice((10, 15, 20, 25, 30, 40, 50)), draw.choice((20, 25, 28, 40, 50, 60))
    f, c = 1 + F(y, 100), F(face * r, 100)
    then = (face + c) / f
    value = (then + c) / f
    if (then * 100).denominator != 1 or r == y:
        return _price_two_years(draw)
    return problem(
        draw,
        (face, r, y),
        (
            f"Nominal değeri {tl(face)}, vadesi 2 yıl ve yıllık kupon faizi {pct(r)} olan tahvilin piyasa faizi"
            f" {pct(y)} iken bugünkü fiyatı kaç TL'dir?",
            f"{draw.choice(WHO)}, yılda bir {pct(r)} kupon ödeyen, vadesine 2 yıl kalmış {tl(face)}'lik tahvilden"
            f" {pct(y)} getiri bekliyor. Tahvil için ödeyebileceği en yüksek fiyat kaç TL'dir?",
            f"İki yıl vadeli, {tl(face)} nominal değerli bir tahvil yıl sonlarında {pct(r)} faiz ödemektedir. İskonto"
            f" oranı {pct(y)} ise tahvilin değeri kaç TL'dir?",
        ),
        (
            f"Yıllık kupon: {show(face)} × {r} / 100 = {show(c)}\n2. yıl sonunda alınacak: {show(face)} + {show(c)} ="
            f" {show(face + c)}\n"
            f"1. yıl sonundaki değeri: {show(face + c)} / {plain(f)} = {show(then)}\nKuponla: {show(then)} +"
            f" {show(c)} = {show(then + c)}\n"
            f"Bugünkü değer: {show(then + c)} / {plain(f)} {is_(value)}",
            f"Değer, vadeden bugüne doğru bulunur. Kupon {show(face)} × {plain(F(r, 100))} = {show(c)} TL'dir.\n"
            f"({show(face)} + {show(c)}) / {plain(f)} = {show(then)}\n({show(then)} + {show(c)}) / {plain(f)}"
            f" {is_(value)}",
        ),
        value,
    )


def _price_by_factor(draw: Random) -> Problem:
    """(face, coupon rate, yield, years): coupons as an annuity and the face, with the given power."""
    face, n = draw.choice((1000, 2000, 5000, 10000)), pick(draw, 3, 8)
    r, y = draw.choice((6, 8, 10, 12, 15, 20, 24, 30)), draw.choice((5, 8, 10, 16, 20, 25))
    if r == y:
        return _price_by_factor(draw)
    i, v, c = F(y, 100), power(y, -n), F(face * r, 100)
    factor = (1 - v) / i
    value = c * factor + face * v
    return problem(
        draw,
        (face, r, y, n),
        (
            f"{n} yıl vadeli, {tl(face)} nominal değerli ve yılda bir {pct(r)} kupon ödemeli tahvilin {pct(y)} piyasa"
            f" faizine göre değeri kaç TL'dir? {given(y, -n)}",
            f"Piyasa faiz oranı {pct(y)} iken, yıllık kupon oranı {pct(r)} ve nominal değeri {tl(face)} olan tahvil"
            f" satılacaktır. Vadesine {n} yıl kalan tahvilin fiyatı kaç TL'dir? {given(y, -n)}",
            f"{draw.choice(FIRMS)} tarafından çıkarılan {tl(face)}'lik tahvil {n} yıl boyunca yıl sonlarında {pct(r)}"
            f" faiz, vade sonunda anapara ödeyecektir. {pct(y)} getiri isteyen yatırımcı için tahvilin değeri kaç"
            f" TL'dir? {given(y, -n)}",
        ),
        (
            f"Yıllık kupon: {show(face)} × {r} / 100 = {show(c)}\nKatsayı: (1 - {plain(v)}) / {plain(i)} ="
            f" {plain(factor)}\n"
            f"Kuponların değeri: {show(c)} × {plain(factor)} = {show(c * factor)}\nAnaparanın değeri: {show(face)} ×"
            f" {plain(v)} = {show(face * v)}\nFiyat: {show(c * factor)} + {show(face * v)} {is_(value)}",
            f"Önce anapara iskonto edilir: {show(face)} × {plain(v)} = {show(face * v)}\nKuponlar {show(c)} TL'lik"
            " bir anüitedir.\n"
            f"1 - {plain(v)} = {plain(1 - v)}\n{plain(1 - v)} / {plain(i)} = {plain(factor)}\n{show(c)} ×"
            f" {plain(factor)} = {show(c * factor)}\n{show(face * v)} + {show(c * factor)} {is_(value)}",
        ),
        value,
    )


def _zero_coupon(draw: Random) -> Problem:
    """(face, yield, years): face × the given power."""
    face, y, n = pick(draw, 1000, 50000, 1000), draw.choice((8, 10, 12, 15, 18, 20, 24, 25, 30)), pick(draw, 3, 8)
    v = power(y, -n)
    return problem(
        draw,
        (face, y, n),
        (
            f"Kuponsuz (iskontolu) bir tahvilin nominal değeri {tl(face)}, vadesi {n} yıldır. Yıllık getiri {pct(y)}"
            f" olduğuna göre tahvilin ihraç fiyatı kaç TL'dir? {given(y, -n)}",
            f"{n} yıl sonra {tl(face)} ödeyecek kuponsuz tahvilin, {pct(y)} yıllık bileşik faizle bugünkü fiyatı kaç"
            f" TL'dir? {given(y, -n)}",
            f"{draw.choice(WHO)} {n} yıl vadeli, faiz ödemesi olmayan {tl(face)}'lik bir tahvilden yılda {pct(y)}"
            f" kazanmak istiyor. Tahvile ödeyeceği tutar kaç TL'dir? {given(y, -n)}",
        ),
        (
            f"Fiyat = N × (1 + i)^-n\n{show(face)} × {plain(v)} = {show(face * v)}",
            f"Her 1.000 TL nominal değer için fiyat 1.000 × {plain(v)} = {show(1000 * v)} TL'dir.\n{show(face)} /"
            f" 1.000 = {face // 1000}\n"
            f"{face // 1000} × {show(1000 * v)} = {show(face * v)}",
        ),
        face * v,
    )


def _current_yield(draw: Random) -> Problem:
    """(face, coupon rate, price): 100 × coupon / price, rounded to two places."""
    face, r = draw.choice((1000, 2000, 5000, 10000)), draw.choice((8, 9, 12, 15, 18, 21, 24, 27, 30))
    price, c = F(face * pick(draw, 75, 125, 5), 100), F(face * r, 100)
    if price == face:
        return _current_yield(draw)
    value = c / price * 100
    return problem(
        draw,
        (face, r, price),
        (
            f"Nominal değeri {tl(face)}, kupon faizi {pct(r)} olan tahvil {tl(price)}'ye satılmaktadır. Tahvilin cari"
            " verimi yüzde kaçtır?",
            f"{tl(price)} ödenerek alınan {tl(face)}'lik tahvil yılda {pct(r)} kupon faizi veriyor. Cari (basit)"
            " getiri oranı yüzde kaçtır?",
            f"Piyasa fiyatı {tl(price)} olan bir tahvilin nominal değeri {tl(face)}, yıllık kupon oranı"
            f" {pct(r, 'dir')}. Yatırımcının cari verimi yüzde kaçtır?",
        ),
        (
            f"Kupon tutarı: {show(face)} × {r} / 100 = {show(c)}\nCari verim: {show(c)} × 100 / {show(price)}"
            f" {is_(value, amount=False)}",
            f"Cari verim, yıllık kuponun fiyata bölümüdür.\n{show(face)} × {plain(F(r, 100))} = {show(c)}\n"
            f"{show(c)} / {show(price)} × 100 {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _bill_yield(draw: Random) -> Problem:
    """(face, price, days): yearly simple return of a discount bill, 36000 × (face − price) / (price × days)."""
    t = draw.choice((60, 72, 90, 120, 144, 180, 240))
    y = draw.choice((10, 15, 20, 25, 30, 40, 45))
    price = pick(draw, 8000, 95000, 1000)
    gain = F(price * y * t, 36000)
    if gain.denominator != 1 or (F(y * t, 36000) * 10**4).denominator != 1:
        return _bill_yield(draw)
    face = price + gain
    return problem(
        draw,
        (face, price, t),
        (
            f"{t} gün vadeli, {tl(face)} nominal değerli hazine bonosu {tl(price)}'ye alınmıştır. Yıl 360 gün"
            " olduğuna göre bononun yıllık basit getirisi yüzde kaçtır?",
            f"{draw.choice(WHO)} {tl(price)} ödeyerek {t} gün sonra {tl(face)} verecek bir bono alıyor. 360 günlük"
            " yıla göre yıllık basit faiz oranı yüzde kaçtır?",
            f"Vadesine {t} gün kalan {tl(face)}'lik finansman bonosunun fiyatı {tl(price)}'dir. Bononun yıllık basit"
            " verimi (1 yıl = 360 gün) yüzde kaçtır?",
        ),
        (
            f"Kazanç: {show(face)} - {show(price)} = {show(gain)}\nDönem getirisi: {show(gain)} / {show(price)} ="
            f" {plain(gain / price)}\nYıllık: {plain(gain / price)} × 360 / {t} ="
            f" {plain(F(y, 100))}\n{plain(F(y, 100))} × 100 = {y}",
            f"Faiz {show(face)} - {show(price)} = {show(gain)} TL'dir.\n{show(gain)} × 36.000 = {show(gain * 36000)}\n"
            f"{show(price)} × {t} = {show(price * t)}\nOran: {show(gain * 36000)} / {show(price * t)} = {y}",
        ),
        y,
        "%",
    )


FAMILIES = (
    Family("bond-coupon", UNIT, _coupon),
    Family("bond-price-two-years", UNIT, _price_two_years),
    Family("bond-price-by-factor", UNIT, _price_by_factor),
    Family("bond-zero-coupon", UNIT, _zero_coupon),
    Family("bond-current-yield", UNIT, _current_yield),
    Family("bill-yield", UNIT, _bill_yield),
)
