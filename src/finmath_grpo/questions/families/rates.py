"""Nominal, effective and real rates, inflation, withholding tax on interest."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    GOODS,
    WHO,
    capital,
    equals,
    given,
    half_up,
    is_,
    near,
    pct,
    pick,
    plain,
    power,
    problem,
    raised,
    root,
    root_of,
    show,
    superscript,
    table,
    tl,
)

UNIT = "Nominal, efektif ve reel faiz; enflasyon"
_EACH = {2: "altı ayda", 4: "üç ayda", 6: "iki ayda", 12: "ayda"}
"""How often interest is added, by periods per year."""


def _effective(draw: Random) -> Problem:
    """(nominal rate, periods per year): 100 × ((1 + nominal / periods / 100)^periods − 1), rounded to two places."""
    m = draw.choice((4, 6, 6, 12, 12, 12))
    i = {4: F(pick(draw, 8, 60), 4), 6: F(pick(draw, 40, 180), 20), 12: F(pick(draw, 50, 250), 50)}[m]
    r, f = i * m, 1 + i / 100
    value = (f**m - 1) * 100
    shown = near(f**m, lambda factor: half_up((factor - 1) * 100, 2))
    text = format_turkish(shown)
    end = is_((F(shown) - 1) * 100, amount=False)
    return problem(
        draw,
        (r, m),
        (
            f"Yıllık nominal faiz oranı {pct(r)} olup faiz {_EACH[m]} bir anaparaya eklenmektedir. Yıllık efektif"
            " faiz oranı yüzde kaçtır?",
            f"{capital(_EACH[m])} bir faizlendirme yapılan ve yıllık nominal faiz oranı {pct(r)} olan bir mevduatın"
            " yıllık efektif faiz oranı yüzde kaçtır?",
            f"Bir bankada yıllık nominal faiz oranı {pct(r)} olup faiz yılda {m} kez, eşit aralıklarla anaparaya"
            " eklenmektedir. Mevduat sahibinin elde ettiği yıllık efektif faiz oranı yüzde kaçtır?",
            f"Yılda {m} kez, eşit aralıklarla faizlendirme yapılan bir kredide yıllık nominal faiz oranı"
            f" {pct(r, 'dir')}. Bu kredinin yıllık efektif faiz oranını yüzde olarak hesaplayınız.",
            f"Faizin {_EACH[m]} bir hesaplanıp anaparaya katıldığı bir hesapta yıllık {pct(r)} nominal faiz oranı,"
            " yaklaşık yüzde kaç efektif faiz oranına karşılık gelir?",
        ),
        (
            f"Devre oranı: {plain(r)} / {m} = {plain(i)}\nBir devrede para 1 + {plain(i)} / 100 = {plain(f)} katına"
            f" çıkar.\nBir yılda: {raised(f, m)} {equals(f**m, shown)}\nEfektif oran: ({text} - 1) × 100 {end}",
            f"Efektif oran = (1 + i / m)ᵐ - 1\n1 + {plain(r / 100)} / {m} = {plain(f)}\n{raised(f, m)}"
            f" {equals(f**m, shown)}\n({text} - 1) × 100 {end}",
        ),
        value,
        "%",
    )


def _effective_by_factor(draw: Random) -> Problem:
    """(rate per month): 100 × (the given power of twelve months − 1)."""
    r = F(pick(draw, 79, 549), 100)
    f = power(r, 12)
    value = (f - 1) * 100
    return problem(
        draw,
        (r,),
        (
            f"Aylık {pct(r)} bileşik faiz uygulanan bir kredinin yıllık efektif faiz oranı yüzde kaçtır?"
            f" {given(r, 12)}",
            f"Bir kredi kartı borcuna aylık {pct(r)} faiz uygulanmakta ve faiz her ay borca eklenmektedir. Bu kartın"
            f" yıllık efektif faiz oranı yüzde kaçtır? {given(r, 12)}",
            f"Aylık faiz oranı {pct(r)} olan ve faizi her ay anaparaya eklenen bir mevduat hesabının yıllık efektif"
            f" getirisi yüzde kaçtır? {given(r, 12)}",
            f"{draw.choice(FIRMS)}, aylık {pct(r)} bileşik faizle kredi kullanmıştır. Kredinin yıllık efektif faiz"
            f" oranını yüzde olarak bulunuz. {given(r, 12)}",
            f"Aylık {pct(r)} bileşik faiz oranına denk olan yıllık faiz oranı yüzde kaçtır? {given(r, 12)}",
        ),
        (
            f"Efektif oran = (1 + i)¹² - 1\n{table(f)} - 1 = {table(f - 1)}\n{table(f - 1)} × 100 = {plain(value)}",
            f"100 TL bir yılda 100 × {table(f)} = {show(f * 100)} TL olur.\nArtış yüzde {show(f * 100)} - 100 ="
            f" {plain(value)}",
        ),
        value,
        "%",
    )


def _nominal_from_effective(draw: Random) -> Problem:
    """(effective rate, periods per year): 100 × periods × ((1 + effective/100)^(1/periods) − 1)."""
    effective, m = F(pick(draw, 40, 320), 4), draw.choice((2, 4, 12))
    f = 1 + effective / 100
    period = root(f, m)
    value = (period - 1) * 100 * m
    shown = near(period, lambda factor: half_up((factor - 1) * 100 * m, 2))
    found = f"{root_of(m, plain(f))} {equals(period, shown)}"
    end = f"({format_turkish(shown)} - 1) × 100 × {m} {is_((F(shown) - 1) * 100 * m, amount=False)}"
    each = _EACH[m]
    return problem(
        draw,
        (effective, m),
        (
            f"Yıllık efektif faiz oranı {pct(effective)} olan ve faizi {each} bir anaparaya eklenen bir hesabın yıllık"
            " nominal faiz oranı yüzde kaçtır?",
            f"{capital(each)} bir faizlendirme yapılan bir mevduatta yıllık efektif faiz oranı {pct(effective)}"
            " olduğuna göre yıllık nominal faiz oranı yüzde kaçtır?",
            f"Faizi {each} bir tahakkuk ettirip anaparaya ekleyen bir banka, yıllık {pct(effective)} efektif getiri"
            " sağlamaktadır. Bankanın ilan ettiği yıllık nominal faiz oranı yüzde kaçtır?",
            f"Yılda {m} kez, eşit aralıklarla faizlendirilen bir kredinin yıllık efektif faiz oranı"
            f" {pct(effective, 'dir')}. Kredinin yıllık nominal faiz oranını yüzde olarak bulunuz.",
            f"Yıllık {pct(effective)} efektif faiz oranına ulaşmak isteyen bir banka, faizi {each} bir anaparaya"
            " ekliyorsa yıllık nominal faiz oranını yaklaşık yüzde kaç olarak belirlemelidir?",
        ),
        (
            f"1 + {plain(effective)} / 100 = {plain(f)}\nBir devrelik artış katı: {found}\nNominal oran: {end}",
            f"(1 + j){superscript(m)} = {plain(f)}\n1 + j = {found}\nYılda {m} devre vardır: {end}",
        ),
        value,
        "%",
    )


def _real(draw: Random) -> Problem:
    """(nominal rate, inflation): 100 × ((1 + nominal) / (1 + inflation) − 1), rounded to two places."""
    e = F(pick(draw, 60, 700), 10)
    n = e + F(pick(draw, 4, 50), 2)
    value = (n - e) / (100 + e) * 100
    top, bottom = 1 + n / 100, 1 + e / 100
    shown = near(top / bottom, lambda factor: half_up((factor - 1) * 100, 2))
    return problem(
        draw,
        (n, e),
        (
            f"Yıllık nominal faiz oranı {pct(n)}, yıllık enflasyon oranı {pct(e)} iken reel faiz oranı yüzde kaçtır?",
            f"Enflasyonun {pct(e)} olduğu bir yılda mevduatına {pct(n)} faiz alan bir tasarruf sahibinin elde ettiği"
            " reel faiz oranı yüzde kaçtır?",
            f"{draw.choice(FIRMS)} parasını yıllık {pct(n)} faizle değerlendirirken aynı yıl fiyatlar genel düzeyi"
            f" {pct(e)} artmıştır. Fisher eşitliğine göre reel faiz oranı yüzde kaçtır?",
            f"Bir yıllık mevduat faizi {pct(n)}, aynı dönemin enflasyonu {pct(e)} olarak açıklanmıştır. Fisher"
            " eşitliğini kullanarak reel faiz oranını yüzde olarak hesaplayınız.",
            f"{draw.choice(WHO)} birikimini yıllık {pct(n)} getiri ile değerlendirmiştir. Yıllık enflasyon {pct(e)}"
            " olduğuna göre satın alma gücü yaklaşık yüzde kaç artmıştır?",
        ),
        (
            f"Reel oran = (1 + nominal) / (1 + enflasyon) - 1\n{plain(top)} / {plain(bottom)}"
            f" {equals(top / bottom, shown)}\n({format_turkish(shown)} - 1) × 100"
            f" {is_((F(shown) - 1) * 100, amount=False)}",
            f"Nominal faiz ile enflasyonun farkı: {plain(n)} - {plain(e)} = {plain(n - e)}\nBu fark, fiyatların"
            f" yükseldiği kata bölünür: {plain(n - e)} / {plain(bottom)} {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _nominal_for_real(draw: Random) -> Problem:
    """(real rate, inflation): 100 × ((1 + real)(1 + inflation) − 1)."""
    g, e = F(pick(draw, 3, 30), 2), F(pick(draw, 60, 650), 10)
    f = (1 + g / 100) * (1 + e / 100)
    value = (f - 1) * 100
    return problem(
        draw,
        (g, e),
        (
            f"Enflasyon oranının {pct(e)} olması beklenen bir yılda {pct(g)} reel faiz elde etmek için gereken nominal"
            " faiz oranı yüzde kaçtır?",
            f"Yıllık reel faiz oranı {pct(g)}, yıllık enflasyon oranı {pct(e)} olduğuna göre yıllık nominal faiz oranı"
            " yüzde kaçtır?",
            f"Bir banka, yıllık {pct(e)} enflasyon beklentisi altında verdiği krediden yıllık {pct(g)} reel getiri"
            " hedefliyor. Bankanın uygulaması gereken yıllık nominal faiz oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} birikiminin satın alma gücünü bir yılda {pct(g)} artırmak istiyor. Enflasyon {pct(e)}"
            " olacağına göre gereken yıllık nominal faiz oranını yüzde olarak bulunuz.",
            f"Fisher eşitliğine göre, reel faizin {pct(g)} ve enflasyonun {pct(e)} olduğu bir yılda nominal faiz oranı"
            " yüzde kaç olmalıdır?",
        ),
        (
            f"1 + nominal = (1 + reel) × (1 + enflasyon)\n{plain(1 + g / 100)} × {plain(1 + e / 100)} = {plain(f)}\n"
            f"({plain(f)} - 1) × 100 {is_(value, amount=False)}",
            f"İki oranın toplamı: {plain(g)} + {plain(e)} = {plain(g + e)}\nÇarpım terimi: {plain(g)} ×"
            f" {plain(e)} / 100 = {plain(g * e / 100)}\nNominal oran: {plain(g + e)} + {plain(g * e / 100)}"
            f" {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _price_after_inflation(draw: Random) -> Problem:
    """(price, inflation per month, months): price × (1 + inflation)^months."""
    p, e, n = pick(draw, 18000, 90000, 250), F(pick(draw, 85, 420), 100), pick(draw, 6, 24)
    f = 1 + e / 100
    value = p * f**n
    shown = near(f**n, lambda factor: half_up(p * factor, 2))
    end = f"{show(p)} × {format_turkish(shown)} {is_(p * F(shown))}"
    return problem(
        draw,
        (p, e, n),
        (
            f"Bugünkü fiyatı {tl(p)} olan bir {draw.choice(GOODS)}, her ay bir önceki aya göre {pct(e)} zamlanmaktadır."
            f" Bu ürünün {n} ay sonraki fiyatı kaç TL'dir?",
            f"Enflasyonun {n} ay boyunca her ay {pct(e)} gerçekleştiği bir ekonomide, bugün {tl(p)} olan mal sepetinin"
            f" {n}. ayın sonundaki fiyatı kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(p)} olan ürününün fiyatını {n} ay süreyle her ay aylık enflasyon kadar"
            f" artırmıştır. Aylık enflasyon oranı her ay {pct(e)} olduğuna göre ürünün son fiyatını hesaplayınız.",
            f"Bir ailenin aylık gideri bugün {tl(p)}'dir. Gider, enflasyon nedeniyle her ay {pct(e)} artarsa {n} ay"
            " sonraki aylık gider kaç TL'dir?",
            f"Aylık enflasyonun {pct(e)} düzeyinde sabit kaldığı {n} ayın sonunda, bugün {tl(p)} olan bir ürünün"
            " enflasyon kadar artan fiyatı yaklaşık ne kadar olur?",
        ),
        (
            f"Fiyat her ay 1 + {plain(e)} / 100 = {plain(f)} katına çıkar.\n{n} ayda: {raised(f, n)}"
            f" {equals(f**n, shown)}\nSon fiyat: {end}",
            f"Son fiyat = ilk fiyat × (1 + e)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\n{end}",
        ),
        value,
    )


def _cumulative(draw: Random) -> Problem:
    """(first rate, second rate, third rate): rise over three months or years, rounded to two places."""
    monthly = draw.random() < 0.5
    low, high = (60, 650) if monthly else (840, 6490)
    r, s, u = (F(pick(draw, low, high, 1 if monthly else 10), 100) for _ in range(3))
    a, b, c = 1 + r / 100, 1 + s / 100, 1 + u / 100
    value, two = (a * b * c - 1) * 100, a * b
    each = f"{pct(r)}, {pct(s)} ve {pct(u)}"
    months = draw.choice(("Ocak, şubat ve mart", "Nisan, mayıs ve haziran", "Ekim, kasım ve aralık"))
    by_month = (
        f"{months} aylarının enflasyonu sırasıyla {each} olduğuna göre üç aylık birikimli enflasyon oranı yüzde"
        " kaçtır?",
        f"Tüketici fiyatları üç ay üst üste bir önceki aya göre {each} artmıştır. Üç aylık birikimli (kümülatif)"
        " enflasyon oranı yüzde kaçtır?",
        f"Aylık enflasyonun art arda {each} açıklandığı üç ayın birikimli enflasyonunu yüzde olarak hesaplayınız.",
    )
    by_year = (
        f"Fiyatlar üç yıl art arda {each} artmıştır. Üç yıllık birikimli (kümülatif) enflasyon oranı yüzde kaçtır?",
        f"Yıllık enflasyon oranları sırasıyla {each} olan üç yılın sonunda birikimli enflasyon oranı yüzde kaçtır?",
        f"Bir ürünün fiyatına üç yıl üst üste {each} zam yapılmıştır. Ürünün son fiyatının ilk fiyatına göre artış"
        " oranı yüzde kaçtır?",
        f"Enflasyon birinci yıl {pct(r)}, ikinci yıl {pct(s)}, üçüncü yıl {pct(u)} olmuştur. Fiyatlar genel düzeyinin"
        " üç yılın başından sonuna kadar yüzde kaç arttığını bulunuz.",
    )
    return problem(
        draw,
        (r, s, u),
        by_month if monthly else by_year,
        (
            f"{plain(a)} × {plain(b)} = {plain(two)}\n{plain(two)} × {plain(c)} = {plain(two * c)}\n"
            f"Birikimli artış: ({plain(two * c)} - 1) × 100 {is_(value, amount=False)}",
            f"Fiyatı 100 TL alalım.\n100 × {plain(a)} = {plain(100 * a)}\n{plain(100 * a)} × {plain(b)} ="
            f" {plain(100 * two)}\n{plain(100 * two)} × {plain(c)} = {plain(100 * two * c)}\n{plain(100 * two * c)} -"
            f" 100 {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _purchasing_power(draw: Random) -> Problem:
    """(amount, inflation per year, years): amount / (1 + inflation/100)^years."""
    amount, e, n = pick(draw, 60000, 2500000, 5000), F(pick(draw, 24, 140), 4), pick(draw, 5, 12)
    f = 1 + e / 100
    value = amount / f**n
    shown = near(f**n, lambda factor: half_up(amount / factor, 2))
    end = f"{show(amount)} / {format_turkish(shown)} {is_(amount / F(shown))}"
    return problem(
        draw,
        (amount, e, n),
        (
            f"Yıllık enflasyonun {pct(e)} düzeyinde sabit kalacağı bir ülkede {n} yıl sonra ele geçecek"
            f" {tl(amount)}'nin bugünkü satın alma gücü kaç TL'dir?",
            f"{draw.choice(WHO)} {n} yıl sonra {tl(amount)} alacaktır. Fiyatlar her yıl {pct(e)} artacağına göre bu"
            " paranın bugünkü fiyatlarla değeri kaç TL'dir?",
            f"Enflasyon oranı her yıl {pct(e)} olacağına göre, {n} yıl sonra alınacak {tl(amount)}'lik ikramiyenin"
            " bugünkü fiyatlarla değeri kaç TL'dir?",
            f"Bir sigorta poliçesi {n} yıl sonra {tl(amount)} ödeyecektir. Yıllık enflasyon {pct(e)} varsayıldığında"
            " bu tutarın bugünün parasıyla reel değerini hesaplayınız.",
            f"Yıllık {pct(e)} enflasyon altında, {n} yıl sonraki {tl(amount)}'nin bugünün parasıyla değeri yaklaşık"
            " ne kadardır?",
        ),
        (
            f"Reel değer = nominal değer / (1 + e)ⁿ\n{raised(f, n)} {equals(f**n, shown)}\n{end}",
            f"Fiyatlar her yıl {plain(f)} katına çıkar.\n{n} yılda: {raised(f, n)} {equals(f**n, shown)}\nBugünkü"
            f" değer: {end}",
        ),
        value,
    )


def _net_interest(draw: Random) -> Problem:
    """(principal, rate, days, withholding rate): simple interest of days of 365 after the tax at source."""
    p, r = pick(draw, 40000, 900000, 500), F(pick(draw, 60, 110), 2)
    d, s = draw.choice((32, 35, 46, 64, 92, 181)), draw.choice((F(10), F(15), F(15, 2), F(25, 2), F(35, 2)))
    gross, keep = p * r * d / 36500, 1 - s / 100
    value = gross * keep
    shown = near(gross, lambda amount: half_up(amount * keep, 2))
    return problem(
        draw,
        (p, r, d, s),
        (
            f"{tl(p)} yıllık {pct(r)} basit faiz oranıyla {d} gün vadeli mevduata yatırılıyor. Faizden {pct(s)} stopaj"
            " kesildiğine ve bir yıl 365 gün alındığına göre net faiz geliri kaç TL'dir?",
            f"{draw.choice(WHO)} {d} gün vadeli mevduat hesabına yıllık {pct(r)} brüt basit faizle {tl(p)} yatırmıştır."
            f" Stopaj oranı {pct(s)}, bir yıl 365 gün olduğuna göre vade sonunda elde edilen net faiz kaç TL'dir?",
            f"Bir yılı 365 gün alarak, yıllık brüt basit faiz oranı {pct(r)} olan {d} gün vadeli hesaptaki {tl(p)} için"
            f" {pct(s)} gelir vergisi kesintisinden sonra kalan faiz tutarını hesaplayınız.",
            f"{draw.choice(FIRMS)} {tl(p)}'yi {d} gün vadeli, yıllık {pct(r)} basit faizli mevduatta"
            f" değerlendirmiştir. Faiz geliri üzerinden {pct(s)} stopaj ödendiğine ve bir yıl 365 gün sayıldığına göre"
            " elde edilen net faiz kaç TL'dir?",
        ),
        (
            f"Brüt faiz: {show(p)} × {plain(r)} × {d} / 36.500 {equals(gross, shown)}\nStopajdan sonra yüzde 100 -"
            f" {plain(s)} = {plain(100 - s)} kalır.\nNet faiz: {format_turkish(shown)} × {plain(keep)}"
            f" {is_(F(shown) * keep)}",
            f"Net yıllık oran: {plain(r)} × (1 - {plain(s / 100)}) = {plain(r * keep)}\nNet faiz: {show(p)} ×"
            f" {plain(r * keep)} × {d} / 36.500 {is_(value)}",
        ),
        value,
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
