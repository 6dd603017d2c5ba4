"""Nominal, effective and real rates, inflation, withholding tax on interest."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    GOODS,
    WHO,
    given,
    is_,
    pct,
    pick,
    plain,
    power,
    problem,
    show,
    tl,
)

UNIT = "Nominal, efektif ve reel faiz; enflasyon"
_EACH = {2: "altı ayda", 4: "üç ayda"}


def _effective(draw: Random) -> Problem:
    """(nominal rate, periods a year): 100 × ((1 + nominal / periods / 100)^periods − 1), rounded to two places."""
    m = draw.choice((2, 4))
    r = pick(draw, 6, 80, 2) if m == 2 else pick(draw, 8, 80, 4)
    f = 1 + F(r, 100 * m)
    value = (f**m - 1) * 100
    square = f"{plain(f)}^2 = {plain(f**2)}"
    powers = square if m == 2 else f"{square}\n{plain(f**2)}^2 = {plain(f**4)}"
    return problem(
        draw,
        (r, m),
        (
            f"Yıllık nominal faiz oranı {pct(r)} olup faiz {_EACH[m]} bir anaparaya eklenmektedir. Yıllık efektif"
            " faiz oranı yüzde kaçtır?",
            f"{_EACH[m].capitalize()} bir devrelendirilen {pct(r)} nominal faizin yıllık efektif oranı yüzde kaçtır?",
            f"Bir banka yıllık {pct(r)} nominal faizi yılda {m} kez uyguluyor. Mevduat sahibinin elde ettiği efektif"
            " faiz oranı yüzde kaçtır?",
            f"Yılda {m} devre faiz veren bir hesapta nominal oran {pct(r)} olduğuna göre etkin (efektif) yıllık oran"
            " yüzde kaçtır?",
        ),
        (
            f"Devre oranı: {r} / {m} = {plain(F(r, m))}\nBir devrede para 1 + {plain(F(r, m))} / 100 = {plain(f)}"
            f" katına çıkar.\n{powers}\n"
            f"Efektif oran: ({plain(f**m)} - 1) × 100 {is_(value, amount=False)}",
            f"Efektif oran = (1 + i / m)^m - 1\n1 + {plain(F(r, 100))} / {m} = {plain(f)}\n{powers}\n{plain(f**m)} -"
            f" 1 = {plain(f**m - 1)}\n"
            f"{plain(f**m - 1)} × 100 {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _effective_by_factor(draw: Random) -> Problem:
    """(rate a month): 100 × (the given power of twelve months − 1)."""
    r = F(pick(draw, 5, 60), 10)
    f = power(r, 12)
    value = (f - 1) * 100
    return problem(
        draw,
        (r,),
        (
            f"Aylık {pct(r)} bileşik faiz uygulanan bir kredinin yıllık efektif faiz oranı yüzde kaçtır?"
            f" {given(r, 12)}",
            f"Kredi kartı borcuna ayda {pct(r)} faiz işletiliyor ve faiz her ay borca ekleniyor. Bunun yıllık efektif"
            f" karşılığı yüzde kaçtır? {given(r, 12)}",
            f"Aylık faizi {pct(r)} olan ve faizi çekilmeyen bir hesabın yıllık efektif getirisi yüzde kaçtır?"
            f" {given(r, 12)}",
        ),
        (
            f"Efektif oran = (1 + i)^12 - 1\n{plain(f)} - 1 = {plain(f - 1)}\n{plain(f - 1)} × 100 = {plain(value)}",
            f"100 TL bir yılda 100 × {plain(f)} = {plain(f * 100)} TL olur.\nArtış yüzde {plain(f * 100)} - 100 ="
            f" {plain(value)}",
        ),
        value,
        "%",
    )


def _nominal_from_effective(draw: Random) -> Problem:
    """(effective rate): nominal rate with two periods a year, 200 × (√(1 + effective/100) − 1)."""
    i = F(pick(draw, 4, 80), 2)
    f = 1 + i / 100
    effective = (f**2 - 1) * 100
    return problem(
        draw,
        (effective,),
        (
            f"Yıllık efektif faiz oranı {pct(effective)} olan ve altı ayda bir faiz ödenen hesabın yıllık nominal"
            " faiz oranı yüzde kaçtır?",
            f"Altı aylık devrelerle faizlendirilen bir mevduatta efektif oran {pct(effective)} bulunmuştur. Yıllık"
            " nominal faiz oranı yüzde kaçtır?",
            f"Yılda iki kez faiz tahakkuk ettiren bir banka {pct(effective)} efektif getiri sağlıyor. Bankanın ilan"
            " ettiği nominal oran yüzde kaçtır?",
        ),
        (
            f"(1 + j)^2 = 1 + {plain(effective)} / 100 = {plain(f**2)}\n1 + j = √{plain(f**2)} = {plain(f)}\nDevre"
            f" oranı: ({plain(f)} - 1) × 100 = {plain(i)}\nNominal oran: {plain(i)} × 2 = {plain(2 * i)}",
            f"Yıllık kat {plain(f**2)}, altı aylık kat bunun kareköküdür: √{plain(f**2)} = {plain(f)}\n"
            f"Altı aylık oran yüzde {plain(i)} olur.\nİki devre için: 2 × {plain(i)} = {plain(2 * i)}",
        ),
        2 * i,
        "%",
    )


def _real(draw: Random) -> Problem:
    """(nominal rate, inflation): 100 × ((1 + nominal) / (1 + inflation) − 1), rounded to two places."""
    e = draw.choice((8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 60))
    n = e + pick(draw, 2, 25)
    value = F(n - e, 100 + e) * 100
    return problem(
        draw,
        (n, e),
        (
            f"Yıllık nominal faiz oranı {pct(n)}, enflasyon oranı {pct(e)} iken reel faiz oranı yüzde kaçtır?",
            f"Enflasyonun {pct(e)} olduğu bir yılda mevduatına {pct(n)} faiz alan bir tasarruf sahibinin reel"
            " getirisi yüzde kaçtır?",
            f"{draw.choice(FIRMS)} elindeki parayı yıllık {pct(n)} ile değerlendirirken fiyatlar {pct(e)} artmıştır."
            " Fisher eşitliğine göre reel faiz oranı yüzde kaçtır?",
        ),
        (
            f"Reel oran = (1 + nominal) / (1 + enflasyon) - 1\n{plain(1 + F(n, 100))} - {plain(1 + F(e, 100))} ="
            f" {plain(F(n - e, 100))}\n"
            f"{plain(F(n - e, 100))} / {plain(1 + F(e, 100))} × 100 {is_(value, amount=False)}",
            f"Nominal getiri ile enflasyonun farkı: {n} - {e} = {n - e}\nFark, fiyatların yükseldiği düzeye bölünür:\n"
            f"{n - e} / {plain(1 + F(e, 100))} {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _nominal_for_real(draw: Random) -> Problem:
    """(real rate, inflation): 100 × ((1 + real)(1 + inflation) − 1)."""
    g, e = pick(draw, 2, 15), draw.choice((5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 60))
    f = (1 + F(g, 100)) * (1 + F(e, 100))
    value = (f - 1) * 100
    return problem(
        draw,
        (g, e),
        (
            f"Enflasyon oranının {pct(e)} olması beklenen bir yılda {pct(g)} reel getiri sağlamak için nominal faiz"
            " oranı yüzde kaç olmalıdır?",
            f"Reel faiz oranı {pct(g)}, enflasyon oranı {pct(e)} olduğuna göre nominal faiz oranı yüzde kaçtır?",
            f"Bir banka {pct(e)} enflasyon beklentisi altında verdiği krediden {pct(g)} reel kazanç hedefliyor."
            " Uygulaması gereken nominal oran yüzde kaçtır?",
        ),
        (
            f"1 + nominal = (1 + reel) × (1 + enflasyon)\n{plain(1 + F(g, 100))} × {plain(1 + F(e, 100))} ="
            f" {plain(f)}\n"
            f"({plain(f)} - 1) × 100 = {plain(value)}",
            f"İki oranın toplamı: {g} + {e} = {g + e}\nÇarpım payı: {g} × {e} / 100 = {plain(F(g * e, 100))}\n"
            f"Nominal oran: {g + e} + {plain(F(g * e, 100))} = {plain(value)}",
        ),
        value,
        "%",
    )


def _price_after_inflation(draw: Random) -> Problem:
    """(price, first rate, second rate): price × (1 + first)(1 + second)."""
    p = pick(draw, 1000, 40000, 1000)
    a, b = draw.choice((10, 20, 30, 40, 50, 60)), draw.choice((5, 10, 15, 20, 25, 30, 45))
    middle = p * (1 + F(a, 100))
    end = middle * (1 + F(b, 100))
    return problem(
        draw,
        (p, a, b),
        (
            f"Bugünkü fiyatı {tl(p)} olan {draw.choice(GOODS)}, enflasyon birinci yıl {pct(a)}, ikinci yıl {pct(b)}"
            " olursa iki yıl sonra kaç TL olur? (Fiyat enflasyon kadar artmaktadır.)",
            f"Enflasyonun ilk yıl {pct(a)}, ertesi yıl {pct(b)} gerçekleştiği bir ekonomide {tl(p)}'nin satın aldığı"
            " mal sepetinin iki yıl sonraki fiyatı kaç TL'dir?",
            f"{tl(p)} olan aylık kira önce {pct(a)}, bir yıl sonra da {pct(b)} enflasyon oranında artırılmıştır. Son"
            " kira kaç TL'dir?",
        ),
        (
            f"Birinci yıl sonu: {show(p)} × {plain(1 + F(a, 100))} = {show(middle)}\n"
            f"İkinci yıl sonu: {show(middle)} × {plain(1 + F(b, 100))} = {show(end)}",
            f"İlk artış: {show(p)} × {a} / 100 = {show(middle - p)}\n{show(p)} + {show(middle - p)} = {show(middle)}\n"
            f"İkinci artış: {show(middle)} × {b} / 100 = {show(end - middle)}\n{show(middle)} + {show(end - middle)}"
            f" = {show(end)}",
        ),
        end,
    )


def _cumulative(draw: Random) -> Problem:
    """(first rate, second rate, third rate): total rise of three periods, rounded to two places."""
    rates = [F(pick(draw, 2, 30)) for _ in range(3)]
    a, b, c = (1 + rate / 100 for rate in rates)
    r, s, u = rates
    value = (a * b * c - 1) * 100
    two = a * b
    return problem(
        draw,
        (r, s, u),
        (
            f"Fiyatlar üç yıl art arda {pct(r)}, {pct(s)} ve {pct(u)} artmıştır. Üç yıllık toplam enflasyon yüzde"
            " kaçtır?",
            f"Ocak, şubat ve mart enflasyonu sırasıyla {pct(r)}, {pct(s)} ve {pct(u)} olduğuna göre üç aylık"
            " birikimli enflasyon oranı yüzde kaçtır?",
            f"Bir ürünün fiyatına üç kez zam yapılmıştır: {pct(r)}, {pct(s)}, {pct(u)}. Ürünün fiyatındaki toplam"
            " artış yüzde kaçtır?",
        ),
        (
            f"{plain(a)} × {plain(b)} = {plain(two)}\n{plain(two)} × {plain(c)} = {plain(two * c)}\n"
            f"Toplam artış: ({plain(two * c)} - 1) × 100 {is_(value, amount=False)}",
            f"Fiyatı 100 alalım.\n100 × {plain(a)} = {plain(100 * a)}\n{plain(100 * a)} × {plain(b)} ="
            f" {plain(100 * two)}\n"
            f"{plain(100 * two)} × {plain(c)} = {plain(100 * two * c)}\n{plain(100 * two * c)} - 100"
            f" {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _purchasing_power(draw: Random) -> Problem:
    """(amount, inflation): amount / (1 + inflation/100)."""
    real, e = pick(draw, 1000, 40000, 500), draw.choice((10, 20, 25, 30, 40, 50, 60))
    amount = real * (1 + F(e, 100))
    return problem(
        draw,
        (amount, e),
        (
            f"Yıllık enflasyonun {pct(e)} olduğu bir ülkede bir yıl sonra ele geçecek {tl(amount)}'nin bugünkü satın"
            " alma gücü kaç TL'dir?",
            f"{draw.choice(WHO)} bir yıl sonra {tl(amount)} alacaktır. Fiyatlar bu sürede {pct(e)} artacağına göre bu"
            " paranın reel değeri kaç TL'dir?",
            f"Enflasyon oranı {pct(e)} iken, gelecek yılın {tl(amount)} tutarındaki maaşının bugünkü fiyatlarla"
            " karşılığı kaç TL'dir?",
        ),
        (
            f"Reel değer = nominal değer / (1 + enflasyon)\n{show(amount)} / {plain(1 + F(e, 100))} = {show(real)}",
            f"Bugün 100 TL olan mallar bir yıl sonra 100 + {e} = {100 + e} TL olur.\n{show(amount)} × 100 / {100 + e}"
            f" = {show(real)}",
        ),
        real,
    )


def _net_interest(draw: Random) -> Problem:
    """(principal, rate, months, withholding rate): simple interest after the tax at source."""
    p, r = pick(draw, 10000, 90000, 5000), draw.choice((12, 18, 24, 30, 36, 42, 48))
    m, s = draw.choice((1, 2, 3, 6)), draw.choice((5, 10, 15, 20))
    gross = F(p * r * m, 1200)
    tax = gross * s / 100
    return problem(
        draw,
        (p, r, m, s),
        (
            f"{tl(p)} yıllık {pct(r)} basit faizle {m} ay vadeli mevduata yatırılıyor. Faizden {pct(s)} stopaj"
            " kesildiğine göre net faiz geliri kaç TL'dir?",
            f"{draw.choice(WHO)} {m} aylığına yıllık {pct(r)} brüt basit faizle {tl(p)} yatırmıştır. Stopaj oranı"
            f" {pct(s)} ise vade sonunda eline geçecek net faiz kaç TL'dir?",
            f"Yıllık brüt faizi {pct(r)} olan {m} ay vadeli hesaptaki {tl(p)} için, {pct(s)} gelir vergisi"
            " kesintisinden sonra kalan faiz kaç TL'dir?",
        ),
        (
            f"Brüt faiz: {show(p)} × {r} × {m} / 1.200 = {show(gross)}\nStopaj: {show(gross)} × {s} / 100 ="
            f" {show(tax)}\n"
            f"Net faiz: {show(gross)} - {show(tax)} = {show(gross - tax)}",
            f"{m} aylık oran yüzde {r} × {m} / 12 = {plain(F(r * m, 12))} olur.\nBrüt faiz: {show(p)} ×"
            f" {plain(F(r * m, 1200))} = {show(gross)}\nKesintiden sonra yüzde {100 - s} kalır: {show(gross)} ×"
            f" {plain(1 - F(s, 100))} = {show(gross - tax)}",
        ),
        gross - tax,
    )


FAMILIES = (
    Family("rate-effective", UNIT, _effective),
    Family("rate-effective-by-factor", UNIT, _effective_by_factor),
    Family("rate-nominal-from-effective", UNIT, _nominal_from_effective),
    Family("rate-real", UNIT, _real),
    Family("rate-nominal-for-real", UNIT, _nominal_for_real),
    Family("inflation-price", UNIT, _price_after_inflation),
    Family("inflation-cumulative", UNIT, _cumulative),
    Family("inflation-purchasing-power", UNIT, _purchasing_power),
    Family("rate-net-interest", UNIT, _net_interest),
)
