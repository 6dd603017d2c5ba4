"""Outer discount (dış iskonto) of a bill, reckoned on its face value; years of 360 days."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.dates import draw_period, on
from finmath_grpo.questions.families.percentages import comes_out_whole, quarter_rate
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, is_, pct, pick, plain, problem, show, tl

UNIT = "Basit iskonto"


def _face_and_rate(draw: Random) -> tuple[int, F]:
    """A face value and a yearly rate; in four of ten draws such ones that have a whole discount for each month."""
    if comes_out_whole(draw):
        return pick(draw, 18000, 194400, 1200), F(pick(draw, 18, 48))
    return pick(draw, 18000, 195000, 50), quarter_rate(draw, 18, 48)


def _face_and_rate_for_days(draw: Random) -> tuple[int, F]:
    """A face value and a yearly rate; in four of ten draws such ones that have a whole discount for each day of 360."""
    if comes_out_whole(draw):
        return pick(draw, 18000, 192000, 6000), F(pick(draw, 18, 48, 6))
    return pick(draw, 18000, 195000, 50), quarter_rate(draw, 18, 48)


def _outer_proceeds(draw: Random) -> Problem:
    """(face, rate, months): face × (1 − rate × months / 1200)."""
    (k, r), m = _face_and_rate(draw), pick(draw, 2, 8)
    discount = k * r * m / 1200
    return problem(
        draw,
        (k, r, m),
        (
            f"{m} ay vadeli, {tl(k)} nominal değerli bir senet yıllık {pct(r)} basit dış iskonto oranıyla bugün"
            " kırdırılırsa senedin peşin değeri kaç TL olur?",
            f"{draw.choice(FIRMS)}, vadesine {m} ay kalan {tl(k)}'lik alacak senedini bankaya kırdırıyor. Banka"
            f" yıllık {pct(r)} oranıyla basit dış iskonto uyguladığına göre işletmenin eline geçecek tutar kaç"
            " TL'dir?",
            f"Yıllık basit dış iskonto oranının {pct(r)} olduğu bir bankada, vadesine {m} ay olan {tl(k)} nominal"
            " değerli senedin peşin değeri kaç TL'dir?",
            f"Nominal değeri {tl(k)} olan bir bono, vadesinden {m} ay önce yıllık {pct(r)} basit dış iskonto"
            " oranıyla iskonto ettirilmiştir. Bononun peşin değerini hesaplayınız.",
            f"Vadesine {m} ay kalan {tl(k)}'lik senede yıllık {pct(r)} oranıyla basit dış iskonto uygulanmaktadır."
            " Senedin bugünkü değeri kaç TL'dir?",
        ),
        (
            f"İskonto: {show(k)} × {plain(r)} × {m} / 1.200 {is_(discount)}\nPeşin değer: {show(k)} - {show(k)} ×"
            f" {plain(r)} × {m} / 1.200 {is_(k - discount)}",
            f"P = K × (1 - n × t / 1.200) formülü kullanılır.\n{plain(r)} × {m} = {plain(r * m)}\n1.200 -"
            f" {plain(r * m)} = {plain(1200 - r * m)}\nP = {show(k)} × {plain(1200 - r * m)} / 1.200"
            f" {is_(k - discount)}",
        ),
        k - discount,
    )


def _outer_face(draw: Random) -> Problem:
    """(proceeds, rate, months): proceeds / (1 − rate × months / 1200)."""
    (near, r), m = _face_and_rate(draw), pick(draw, 2, 9)
    p = F(int(near * (1 - r * m / 1200)))
    k = p / (1 - r * m / 1200)
    return problem(
        draw,
        (p, r, m),
        (
            f"Vadesine {m} ay kala yıllık {pct(r)} basit dış iskonto oranıyla kırdırılan bir senet için {tl(p)}"
            " alınmıştır. Senedin nominal değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, bugün eline {tl(p)} geçmesi için {m} ay vadeli bir senet düzenliyor. Yıllık"
            f" basit dış iskonto oranı {pct(r)} olduğuna göre senedin nominal değeri kaç TL'dir?",
            f"{m} ay vadeli bir senedin yıllık {pct(r)} basit dış iskonto oranıyla bulunan peşin değeri"
            f" {tl(p)}'dir. Bu senedin üzerinde yazılı değeri bulunuz.",
            f"Yıllık {pct(r)} oranıyla basit dış iskonto uygulayan bir banka, vadesine {m} ay kalan bir bono için"
            f" {tl(p)} ödemiştir. Bononun nominal değeri ne kadardır?",
        ),
        (
            f"P = K × (1 - n × t / 1.200) olduğundan K = P × 1.200 / (1.200 - n × t)\n{plain(r)} × {m} ="
            f" {plain(r * m)}\n1.200 - {plain(r * m)} = {plain(1200 - r * m)}\nK = {show(p)} × 1.200 /"
            f" {plain(1200 - r * m)} {is_(k)}",
            f"Vadeye kadarki iskonto oranı {plain(r)} × {m} / 1.200 ile bulunur; peşin değer, nominal değerden bu"
            f" pay düşülerek elde edilir.\nNominal değer: {show(p)} / (1 - {plain(r)} × {m} / 1.200) {is_(k)}",
        ),
        k,
    )


def _outer_rate(draw: Random) -> Problem:
    """(face, proceeds, days): 36000 × (face − proceeds) / (face × days)."""
    (k, near), t = _face_and_rate_for_days(draw), pick(draw, 24, 195)
    if near.denominator > 1:
        near += F(pick(draw, 1, 24), 100)
    d = int(k * near * t / 36000)
    r = F(36000 * d, k * t)
    return problem(
        draw,
        (k, k - d, t),
        (
            f"{tl(k)} nominal değerli senet, vadesine {t} gün kala basit dış iskonto ile {tl(k - d)}'ye"
            " kırdırılmıştır. 1 yıl 360 gün olduğuna göre yıllık iskonto oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)}, vadesine {t} gün kalan {tl(k)}'lik senedi karşılığında bankadan {tl(k - d)}"
            " almıştır. Bir yıl 360 gün alındığında uygulanan yıllık basit dış iskonto oranı yüzde kaçtır?",
            f"Vadesine {t} gün bulunan {tl(k)} nominal değerli bir bononun peşin değeri, basit dış iskontoya göre"
            f" {tl(k - d)} olarak hesaplanmıştır. Kullanılan yıllık iskonto oranını bulunuz. (1 yıl = 360 gün)",
            f"Nominal değeri {tl(k)} olan bir senet vadesinden {t} gün önce {tl(k - d)} karşılığında iskonto"
            " ettirilmiştir. Basit dış iskonto uygulandığına ve yıl 360 gün alındığına göre yıllık iskonto oranı"
            " nedir?",
        ),
        (
            f"İskonto: {show(k)} - {show(k - d)} = {show(d)}\nBir yıla düşen iskontonun nominal değere"
            f" oranı:\n{show(d)} / {t} × 360 / {show(k)} × 100 {is_(r, amount=False)}",
            f"D = {show(k)} - {show(k - d)} = {show(d)}\nn = D × 36.000 / (K × t)\n{show(d)} × 36.000 ="
            f" {show(d * 36000)}\n{show(k)} × {t} = {show(k * t)}\nn = {show(d * 36000)} / {show(k * t)}"
            f" {is_(r, amount=False)}",
        ),
        r,
        "%",
    )


def _outer_time(draw: Random) -> Problem:
    """(face, rate, discount): days, 36000 × discount / (face × rate)."""
    k, r, t = pick(draw, 18720, 194400, 1440), quarter_rate(draw, 18, 48), pick(draw, 21, 197)
    d = k * r * t / 36000
    day = k * r / 36000
    return problem(
        draw,
        (k, r, d),
        (
            f"{tl(k)}'lik bir senet yıllık {pct(r)} basit dış iskonto oranıyla kırdırılınca {tl(d)} iskonto"
            " kesilmiştir. Süre gün olarak hesaplandığında ve 1 yıl 360 gün alındığında senedin vadesine kalan"
            " süre kaç gündür?",
            f"Nominal değeri {tl(k)} olan bir senedin yıllık {pct(r)} oranıyla hesaplanan basit dış iskontosu"
            f" {tl(d)}'dir. 360 günlük yıla göre senedin vadesine kalan süre kaç gündür?",
            f"Banka, {tl(k)} nominal değerli bir senetten yıllık {pct(r)} basit dış iskonto oranıyla {tl(d)}"
            " kesinti yapmıştır. Bir yıl 360 gün olduğuna göre senet vadesinden kaç gün önce kırdırılmıştır?",
            f"{draw.choice(FIRMS)}, {tl(k)}'lik senedini yıllık {pct(r)} basit dış iskonto oranıyla kırdırmış ve"
            f" nominal değerden {tl(d)} eksik almıştır. Senedin vadesine kaç gün kaldığını bulunuz. (1 yıl = 360"
            " gün)",
        ),
        (
            f"Yıllık iskonto: {show(k)} × {plain(r)} / 100 = {show(day * 360)}\nBir günlük iskonto:"
            f" {show(day * 360)} / 360 = {show(day)}\nSüre: {show(d)} / {show(day)} = {t} gün",
            f"t = D × 36.000 / (K × n)\n{show(d)} × 36.000 = {show(d * 36000)}\n{show(k)} × {plain(r)} ="
            f" {show(k * r)}\nt = {show(d * 36000)} / {show(k * r)} = {t}",
        ),
        t,
        "gün",
    )


def _outer_dates(draw: Random) -> Problem:
    """(face, rate, day of discount, due day, days): proceeds by outer discount, year of 360."""
    (k, r), period = _face_and_rate_for_days(draw), draw_period(draw)
    d = k * r * period.days / 36000
    return problem(
        draw,
        (k, r, period.start, period.end, period.days),
        (
            f"Vadesi {period.end} olan {tl(k)}'lik senet, aynı yıl {on(period.start)} yıllık {pct(r)} basit dış"
            " iskonto oranıyla bankaya kırdırılıyor. Aylar gerçek gün sayılarıyla, yıl 360 gün alındığında senedin"
            " peşin değeri kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {period.end} vadeli {tl(k)} nominal değerli bonosunu aynı yılın {period.start}"
            f" tarihinde iskonto ettirmiştir. Yıllık basit dış iskonto oranı {pct(r)} olduğuna göre işletmenin"
            " eline geçen para kaç TL'dir? (Yıl 360 gün, aylar gerçek gün sayılarıyla alınacaktır.)",
            f"{on(period.end)} ödenecek {tl(k)}'lik bir senet, aynı yıl {on(period.start)} yıllık {pct(r)} basit"
            " dış iskonto oranıyla paraya çevriliyor. 360 günlük yıla ve ayların gerçek gün sayılarına göre"
            " senedin peşin değerini hesaplayınız.",
            f"Nominal değeri {tl(k)}, vadesi {period.end} olan bir senede aynı yıl {on(period.start)} yıllık"
            f" {pct(r)} basit dış iskonto uygulanırsa senedin o günkü değeri ne kadar olur? (Yıl 360 gün, aylar"
            " gerçek gün sayılarıyla alınacaktır.)",
            f"Vadesi {period.end}, nominal değeri {tl(k)} olan senet aynı yıl {on(period.start)} kırdırılmıştır."
            f" Yıllık basit dış iskonto oranı {pct(r)}, yıl 360 gün, aylar gerçek gün sayılarıyla alındığına göre"
            " senet karşılığında ödenen tutar kaç TL'dir?",
        ),
        (
            f"{period.counted()}\nİskonto: {show(k)} × {plain(r)} × {period.days} / 36.000 {is_(d)}\n"
            f"Peşin değer: {show(k)} - {show(k)} × {plain(r)} × {period.days} / 36.000 {is_(k - d)}",
            f"Vadeye kalan gün sayısı bulunur.\n{period.counted()}\n{plain(r)} × {period.days} ="
            f" {plain(r * period.days)}\n36.000 - {plain(r * period.days)} ="
            f" {plain(36000 - r * period.days)}\n{show(k)} × {plain(36000 - r * period.days)} / 36.000 {is_(k - d)}",
        ),
        k - d,
    )


def _discount_list(draw: Random) -> Problem:
    """(face, days, … of three or four bills, rate): what a bank pays for all of them, year of 360."""
    count = draw.choice((3, 4))
    days = sorted(draw.sample(range(18, 175), count))
    if comes_out_whole(draw):
        faces, r = [pick(draw, 12000, 96000, 6000) for _ in range(count)], F(pick(draw, 18, 48, 6))
    else:
        faces, r = [pick(draw, 12000, 95000, 50) for _ in range(count)], quarter_rate(draw, 18, 48)
    products = [k * t for k, t in zip(faces, days, strict=True)]
    total, product = sum(faces), sum(products)
    value = total - product * r / 36000
    named = [f"{t} gün vadeli {tl(k)}" for k, t in zip(faces, days, strict=True)]
    bills = f"{', '.join(named[:-1])} ve {named[-1]}"
    listed = "; ".join(f"{tl(k)} ({t} gün)" for k, t in zip(faces, days, strict=True))
    word = {3: "üç", 4: "dört"}[count]
    return problem(
        draw,
        (*(part for bill in zip(faces, days, strict=True) for part in bill), r),
        (
            f"{draw.choice(FIRMS)}; {bills} nominal değerli {word} senedini bugün bankaya kırdırıyor. Banka yıllık"
            f" {pct(r)} oranıyla basit dış iskonto uyguladığına ve yıl 360 gün alındığına göre senetler"
            " karşılığında ödenecek toplam tutar kaç TL'dir?",
            f"Bir iskonto bordrosunda nominal değerleri ve vadelerine kalan süreleri şöyle olan {word} senet"
            f" vardır: {listed}. Yıllık basit dış iskonto oranı {pct(r)} olduğuna göre senetlerin peşin değerleri"
            " toplamı kaç TL'dir? (1 yıl = 360 gün)",
            f"Bir tüccar, elindeki {word} senedi aynı gün bankaya vermiştir: {listed}. Parantez içindeki süreler"
            f" vadelere kalan günlerdir. Yıllık {pct(r)} basit dış iskonto oranına ve 360 günlük yıla göre tüccarın"
            " eline geçen toplam parayı hesaplayınız.",
            f"{bills} nominal değerli {word} senet için yıllık {pct(r)} oranıyla basit dış iskonto yapılıyor. Bir"
            " yıl 360 gün olduğuna göre senetlerin peşin değerleri toplamı ne kadardır?",
        ),
        (
            "Senetlerin adat (tutar × gün) toplamı bulunur.\n"
            + "".join(f"{show(k)} × {t} = {show(k * t)}\n" for k, t in zip(faces, days, strict=True))
            + f"{' + '.join(show(each) for each in products)} = {show(product)}\nToplam iskonto: {show(product)} ×"
            f" {plain(r)} / 36.000 {is_(product * r / 36000)}\nToplam nominal değer:"
            f" {' + '.join(show(k) for k in faces)} = {show(total)}\nÖdenecek tutar: {show(total)} - {show(product)}"
            f" × {plain(r)} / 36.000 {is_(value)}",
            "Her senedin iskontosu ayrı ayrı bulunur.\n"
            + "".join(
                f"{show(k)} × {plain(r)} × {t} / 36.000 {is_(k * r * t / 36000)}\n"
                for k, t in zip(faces, days, strict=True)
            )
            + f"Nominal değerler toplamı: {' + '.join(show(k) for k in faces)} = {show(total)}\nAdatlar toplamı:"
            f" {' + '.join(show(each) for each in products)} = {show(product)}\n{show(total)} - {show(product)} ×"
            f" {plain(r)} / 36.000 {is_(value)}",
        ),
        value,
    )


FAMILIES = (
    Family("outer-discount-proceeds", UNIT, _outer_proceeds),
    Family("outer-discount-face", UNIT, _outer_face),
    Family("outer-discount-rate", UNIT, _outer_rate),
    Family("outer-discount-time", UNIT, _outer_time),
    Family("outer-discount-dates", UNIT, _outer_dates),
    Family("outer-discount-list", UNIT, _discount_list),
)
