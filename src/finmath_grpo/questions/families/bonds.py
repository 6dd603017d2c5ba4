"""Bonds and bills: coupon, price, yield."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.steps import AMOUNT_PLACES, carried, ends_right, near, powered, root, rooted
from finmath_grpo.questions.families.writing import FIRMS, WHO, given, is_, pct, pick, plain, power, problem, show, tl

UNIT = "Tahvil ve hisse senedi"
FACES = (1000, 2000, 5000, 10000, 20000, 50000, 100000)
YIELDS = (11, 13, 14, 17, 18, 19, 21, 22, 23, 26, 27, 28, 29, 31, 32, 34, 36)
COUPONS = (9, 10, 12, 14, 15, 16, 18, 20, 22, 24, 25, 28, 30, 35)


def _coupon(draw: Random) -> Problem:
    """(face, rate, coupons a year, bonds): the money of one coupon day."""
    face, m = draw.choice((100, 500, 1000, 2000, 5000, 10000)), draw.choice((2, 4))
    r, count = F(pick(draw, 16, 76), 2), pick(draw, 15, 250, 5)
    one = F(face) * r / 100 / m
    when = {2: "altı ayda bir", 4: "üç ayda bir"}[m]
    return problem(
        draw,
        (face, r, m, count),
        (
            f"Nominal değeri {tl(face)} olan, yıllık {pct(r)} kupon faizini {when} ödeyen tahvilden {count} adet alan"
            " yatırımcının bir kupon gününde alacağı faiz kaç TL'dir?",
            f"{draw.choice(WHO)} {when} kupon ödemeli, yıllık {pct(r)} faizli ve {tl(face)} nominal değerli {count}"
            " tahvile sahiptir. Bir kupon döneminde elde edilen faiz geliri ne kadardır?",
            f"{draw.choice(FIRMS)}, {tl(face)} nominal değerli {count} adet tahvil çıkarmıştır. Kupon faizi yıllık"
            f" {pct(r)} olup {when} ödendiğine göre her ödemede dağıtılan faiz kaç TL'dir?",
            f"Her birinin nominal değeri {tl(face)} olan {count} tahvil, yıllık {pct(r)} kupon faizini {when}"
            " ödemektedir. Bir kupon ödemesinin toplam tutarını hesaplayınız.",
        ),
        (
            f"Bir tahvilin yıllık faizi: {show(face)} × {plain(r)} / 100 = {show(one * m)}\nBir kupon:"
            f" {show(one * m)} / {m} = {show(one)}\n{count} tahvil için: {show(one)} × {count} {is_(one * count)}",
            f"Toplam nominal değer: {show(face)} × {count} = {show(face * count)}\nYıllık faiz: {show(face * count)}"
            f" × {plain(r / 100)} = {show(one * m * count)}\nYılda {m} ödeme olduğundan: {show(one * m * count)} /"
            f" {m} {is_(one * count)}",
        ),
        one * count,
    )


def _value_of(face: int, coupon: F, i: F, n: int) -> tuple[F, tuple[str, str]] | None:
    """The price of a bond by its coupon and the yield of a coupon period, with two endings of its solution.

    None where rounded steps miss it.
    """
    f = 1 + i
    v = f**-n
    shown_v = carried(v)
    factor = (1 - shown_v) / i
    value = coupon * (1 - v) / i + face * v
    by_factor = coupon * carried(factor) + face * shown_v
    parts = coupon * (1 - v) / i, face * v
    by_parts = sum((carried(part, AMOUNT_PLACES) for part in parts), F(0))
    if not ends_right(value, by_factor, by_parts):
        return None
    c, p = show(coupon), show(face)
    return value, (
        f"{powered(f, -n)} {near(v)}\nKatsayı: (1 - {plain(shown_v)}) / {plain(i)} {near(factor)}\n"
        f"Fiyat: {c} × {plain(carried(factor))} + {p} × {plain(shown_v)} {is_(by_factor)}",
        f"Kuponların değeri: {c} × (1 - {powered(f, -n)}) / {plain(i)} {near(parts[0], AMOUNT_PLACES)}\n"
        f"Anaparanın değeri: {p} / {powered(f, n)} {near(parts[1], AMOUNT_PLACES)}\n"
        f"Fiyat: {plain(carried(parts[0], AMOUNT_PLACES))} + {plain(carried(parts[1], AMOUNT_PLACES))} {is_(by_parts)}",
    )


def _price(draw: Random) -> Problem:
    """(face, coupon rate, yield, years): price of a bond with yearly coupons, no power given."""
    face, n = draw.choice(FACES), pick(draw, 5, 12)
    r, y = draw.choice(COUPONS), draw.choice(YIELDS)
    c = F(face * r, 100)
    found = _value_of(face, c, F(y, 100), n)
    if r == y or found is None:
        return _price(draw)
    value, (by_factor, by_parts) = found
    return problem(
        draw,
        (face, r, y, n),
        (
            f"Nominal değeri {tl(face)}, vadesi {n} yıl olan ve yılda bir {pct(r)} kupon faizi ödeyen tahvilin, yıllık"
            f" piyasa faizi {pct(y)} iken bugünkü fiyatı kaç TL'dir?",
            f"{draw.choice(WHO)}, yıl sonlarında {pct(r)} kupon ödeyen, vadesine {n} yıl kalmış {tl(face)}'lik"
            " tahvilden"
            f" yıllık {pct(y)} getiri bekliyor. Tahvil için ödenebilecek en yüksek fiyat kaç TL'dir?",
            f"{n} yıl vadeli, {tl(face)} nominal değerli bir tahvil her yılın sonunda {pct(r)} faiz ödemektedir. Yıllık"
            f" iskonto oranı {pct(y)} olduğuna göre tahvilin değerini bulunuz.",
            f"{draw.choice(FIRMS)} tarafından çıkarılan {tl(face)} nominal değerli tahvilin vadesi {n} yıl, yılda bir"
            f" ödenen kuponunun oranı {pct(r, 'dir')}. Yıllık piyasa faiz oranı {pct(y)} ise tahvilin fiyatı"
            " yaklaşık kaç TL'dir?",
        ),
        (
            f"Yıllık kupon: {show(face)} × {r} / 100 = {show(c)}\n{by_factor}",
            f"Kupon {show(face)} × {plain(F(r, 100))} = {show(c)} TL'dir.\n{by_parts}",
        ),
        value,
    )


def _price_half_years(draw: Random) -> Problem:
    """(face, yearly coupon rate, half-yearly yield, years): price of a bond with two coupons a year."""
    face, years = draw.choice(FACES), pick(draw, 3, 10)
    r, y = draw.choice(COUPONS), F(pick(draw, 11, 36), 2)
    c, n = F(face * r, 200), 2 * years
    found = _value_of(face, c, y / 100, n)
    if F(r, 2) == y or found is None:
        return _price_half_years(draw)
    value, (by_factor, by_parts) = found
    return problem(
        draw,
        (face, r, y, years),
        (
            f"Nominal değeri {tl(face)}, yıllık kupon oranı {pct(r)} olan {years} yıl vadeli tahvil kuponlarını altı"
            f" ayda bir ödemektedir. Altı aylık piyasa faizi {pct(y)} ise tahvilin fiyatı kaç TL'dir?",
            f"{years} yıl vadeli {tl(face)}'lik tahvilin kuponu yıllık {pct(r)} olup altı ayda bir eşit tutarlarla"
            f" ödenecektir. Altı ayda {pct(y)} getiri isteyen bir yatırımcı için tahvilin bugünkü değeri nedir?",
            f"{draw.choice(WHO)}, vadesine {years} yıl kalan, yılda iki kez kupon ödeyen {tl(face)} nominal değerli bir"
            f" tahvil alacaktır. Yıllık kupon faizi {pct(r)}, altı aylık iskonto oranı {pct(y)} olduğuna göre tahvilin"
            " değeri kaç TL'dir?",
        ),
        (
            f"Altı aylık kupon: {show(face)} × {r} / 100 / 2 = {show(c)}\nDönem sayısı: {years} × 2 = {n}\n{by_factor}",
            f"Yılda iki dönem olduğundan {years} × 2 = {n} kupon vardır.\nBir kupon: {show(face)} ×"
            f" {plain(F(r, 200))} = {show(c)}\n{by_parts}",
        ),
        value,
    )


def _price_by_factor(draw: Random) -> Problem:
    """(face, coupon rate, yield, years): coupons as an annuity and the face, with the given power."""
    face, n = draw.choice(FACES), pick(draw, 4, 10)
    r, y = draw.choice(COUPONS), draw.choice((8, 10, 16, 20, 25, 32, 40))
    if r == y:
        return _price_by_factor(draw)
    i, v, c = F(y, 100), power(y, -n), F(face * r, 100)
    factor = (1 - v) / i
    value = c * factor + face * v
    return problem(
        draw,
        (face, r, y, n),
        (
            f"{n} yıl vadeli, {tl(face)} nominal değerli ve yılda bir {pct(r)} kupon ödemeli tahvilin yıllık {pct(y)}"
            f" piyasa faizine göre değeri kaç TL'dir? {given(y, -n)}",
            f"Yıllık piyasa faiz oranı {pct(y)} iken, yıllık kupon oranı {pct(r)} ve nominal değeri {tl(face)} olan"
            " tahvil"
            f" satılacaktır. Vadesine {n} yıl kalan ve kuponunu yılda bir ödeyen tahvilin fiyatını hesaplayınız."
            f" {given(y, -n)}",
            f"{draw.choice(FIRMS)} tarafından çıkarılan {tl(face)}'lik tahvil {n} yıl boyunca yıl sonlarında {pct(r)}"
            f" faiz, vade sonunda anapara ödeyecektir. Yılda {pct(y)} getiri isteyen yatırımcı için tahvilin değeri"
            f" kaç TL'dir? {given(y, -n)}",
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
    """(face, yield, years): face / (1 + i)^years, no power given."""
    face, y, n = pick(draw, 5000, 200000, 5000), F(pick(draw, 20, 80), 2), pick(draw, 4, 12)
    f = 1 + y / 100
    value, v = face / f**n, carried(f**-n)
    if not ends_right(value, face * v):
        return _zero_coupon(draw)
    return problem(
        draw,
        (face, y, n),
        (
            f"Kuponsuz (iskontolu) bir tahvilin nominal değeri {tl(face)}, vadesi {n} yıldır. Yıllık bileşik getirisi"
            f" {pct(y)} olduğuna göre tahvilin ihraç fiyatı kaç TL'dir?",
            f"{n} yıl sonra {tl(face)} ödeyecek kuponsuz tahvilin, yıllık {pct(y)} bileşik faizle bugünkü fiyatını"
            " bulunuz.",
            f"{draw.choice(WHO)}, {n} yıl vadeli ve ara faiz ödemesi olmayan {tl(face)}'lik bir tahvilden yılda"
            f" {pct(y)} bileşik getiri elde etmek istiyor. Tahvile ödenecek tutar kaç TL'dir?",
            f"Vadesine {n} yıl kalan {tl(face)} nominal değerli kuponsuz tahvil, yıllık {pct(y)} bileşik faizle"
            " değerlenmektedir. Tahvilin bugünkü değeri yaklaşık kaç TL'dir?",
        ),
        (
            f"Fiyat = N / (1 + i)ⁿ\n{show(face)} / {powered(f, n)} {is_(value)}",
            f"İskonto çarpanı: {powered(f, -n)} {near(f**-n)}\nFiyat: {show(face)} × {plain(v)} {is_(face * v)}",
        ),
        value,
    )


def _zero_coupon_yield(draw: Random) -> Problem:
    """(face, price, years): 100 × ((face / price)^(1/years) − 1), rounded to two places."""
    face, n = pick(draw, 10000, 200000, 5000), pick(draw, 3, 10)
    price = round(face / (1 + F(pick(draw, 1000, 4200), 10000)) ** n / 10) * 10
    ratio = F(face, price)
    value = (root(ratio, n) - 1) * 100
    once = root(carried(ratio), n)
    end = (carried(once) - 1) * 100
    if not ends_right(value, end):
        return _zero_coupon_yield(draw)
    quotient = f"({show(face)} / {show(price)})"
    return problem(
        draw,
        (face, price, n),
        (
            f"{tl(price)}'ye alınan kuponsuz tahvil {n} yıl sonra {tl(face)} ödeyecektir. Tahvilin yıllık bileşik"
            " getirisi yüzde kaçtır?",
            f"Nominal değeri {tl(face)}, vadesi {n} yıl olan iskontolu tahvilin fiyatı {tl(price)}'dir. Vadeye kadar"
            " elde edilecek yıllık bileşik getiri oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} bugün {tl(price)} ödeyerek {n} yıl sonra {tl(face)} alacağı kuponsuz bir tahvil"
            " almıştır. Bu yatırımın yıllık bileşik faiz oranını yüzde olarak bulunuz.",
        ),
        (
            f"Değer {n} yılda kaç katına çıkar: {show(face)} / {show(price)} {near(ratio)}\nYıllık kat:"
            f" {rooted(n, plain(carried(ratio)))} {near(once)}\nGetiri: ({plain(carried(once))} - 1) × 100"
            f" {is_(end, amount=False)}",
            f"Fiyat × (1 + r)ⁿ = nominal değer eşitliğinden r bulunur.\n{rooted(n, quotient)}"
            f" {near(root(ratio, n))}\n{plain(carried(root(ratio, n)))} - 1 ="
            f" {plain(carried(root(ratio, n)) - 1)}\n{plain(carried(root(ratio, n)) - 1)} × 100"
            f" {is_((carried(root(ratio, n)) - 1) * 100, amount=False)}",
        ),
        value,
        "%",
    )


def _current_yield(draw: Random) -> Problem:
    """(face, coupon rate, price): 100 × coupon / price, rounded to two places."""
    face, r = draw.choice((1000, 2000, 5000, 10000)), draw.choice(COUPONS)
    price, c = F(face * pick(draw, 71, 124), 100), F(face * r, 100)
    if price == face:
        return _current_yield(draw)
    value = c / price * 100
    return problem(
        draw,
        (face, r, price),
        (
            f"Nominal değeri {tl(face)}, yıllık kupon faizi {pct(r)} olan tahvil {tl(price)}'ye satılmaktadır. Tahvilin"
            " cari verimi yüzde kaçtır?",
            f"{tl(price)} ödenerek alınan {tl(face)} nominal değerli tahvil yılda {pct(r)} kupon faizi veriyor."
            " Tahvilin cari getiri oranını yüzde olarak hesaplayınız.",
            f"Piyasa fiyatı {tl(price)} olan bir tahvilin nominal değeri {tl(face)}, yıllık kupon oranı"
            f" {pct(r, 'dir')}. Bu tahvilin cari verimi yüzde kaçtır?",
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


def _bill_compound_yield(draw: Random) -> Problem:
    """(face, price, days): yearly compound return of a discount bill, 100 × ((face / price)^(360/days) − 1)."""
    t = draw.choice((36, 40, 45, 60, 72, 90))
    face = draw.choice((10000, 20000, 50000, 100000, 200000, 500000))
    price = round(face / (1 + F(pick(draw, 200, 480), 1000) * t / 360) / 10) * 10
    k, ratio = 360 // t, F(face, price)
    value = (ratio**k - 1) * 100
    year = carried(ratio) ** k
    ends = (carried(year) - 1) * 100, (carried(ratio**k) - 1) * 100
    if not ends_right(value, *ends):
        return _bill_compound_yield(draw)
    quotient = f"({show(face)} / {show(price)})"
    return problem(
        draw,
        (face, price, t),
        (
            f"{t} gün vadeli, {tl(face)} nominal değerli hazine bonosu {tl(price)}'ye alınmıştır. Yıl 360 gün"
            " olduğuna göre bononun yıllık bileşik getirisi yüzde kaçtır?",
            f"{draw.choice(WHO)} {tl(price)} ödeyerek {t} gün sonra {tl(face)} verecek bir bono alıyor. Aynı getiriyle"
            " yıl boyunca (360 gün) yenilenirse bu yatırımın yıllık bileşik getiri oranı yüzde kaçtır?",
            f"Vadesine {t} gün kalan {tl(face)}'lik finansman bonosunun fiyatı {tl(price)}'dir. Bononun yıllık bileşik"
            " faiz oranını yüzde olarak bulunuz (1 yıl = 360 gün).",
        ),
        (
            f"Dönem katı: {show(face)} / {show(price)} {near(ratio)}\nBir yıldaki dönem sayısı: 360 / {t} = {k}\n"
            f"Yıllık kat: {powered(carried(ratio), k)} {near(year)}\nGetiri: ({plain(carried(year))} - 1) × 100"
            f" {is_(ends[0], amount=False)}",
            f"Bono yılda 360 / {t} = {k} kez yenilenir.\n{powered(quotient, k)} {near(ratio**k)}\n"
            f"({plain(carried(ratio**k))} - 1) × 100 {is_(ends[1], amount=False)}",
        ),
        value,
        "%",
    )


FAMILIES = (
    Family("bond-coupon", UNIT, _coupon),
    Family("bond-price", UNIT, _price),
    Family("bond-price-half-years", UNIT, _price_half_years),
    Family("bond-price-by-factor", UNIT, _price_by_factor),
    Family("bond-zero-coupon", UNIT, _zero_coupon),
    Family("bond-zero-coupon-yield", UNIT, _zero_coupon_yield),
    Family("bond-current-yield", UNIT, _current_yield),
    Family("bill-compound-yield", UNIT, _bill_compound_yield),
)
