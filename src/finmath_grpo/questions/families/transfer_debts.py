"""Debts in ways that the course does not treat: leasing, partial payments, a credit card, a lump sum on a loan."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.transfer_writing import growth, is_halfway, to_power, worked
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, show, tl

UNIT = "Borç ödeme (amortisman) hesapları"


def _lease(draw: Random) -> Problem:
    """(price, rate a month, months, residual value): the rent that, with the residual value, pays the price."""
    price, n = pick(draw, 600_000, 4_800_000, 25_000), draw.choice((12, 18, 24, 30, 36, 48))
    r = F(pick(draw, 205, 395, 5), 100)
    residual = pick(draw, 50_000, price // 5, 10_000)
    f, i = growth(r), r / 100
    value = (price * f**n - residual) * i / (f**n - 1)
    thing = draw.choice(("iş makinesi", "paketleme makinesi", "kamyonet", "baskı makinesi", "tıbbi görüntüleme cihazı"))
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (price, r, n, residual),
        (
            f"{firm}, fiyatı {tl(price)} olan bir {thing} için {n} ay vadeli finansal kiralama sözleşmesi"
            f" imzalamıştır. Kiralar ay sonlarında eşit ödenecek, son kirayla birlikte {tl(residual)} artık değer"
            f" ödenerek mülkiyet devralınacaktır. Aylık bileşik faiz oranı {pct(r)} olduğuna göre aylık kira kaç"
            " TL'dir?",
            f"Bir leasing şirketi {tl(price)}'ye satın aldığı varlığı {n} aylığına kiraya verecek, sürenin sonunda"
            f" kiracı bunu {tl(residual)} bedelle satın alacaktır. Şirketin aylık {pct(r)} bileşik getiri sağlaması"
            " için her ay sonunda alması gereken eşit kirayı hesaplayınız.",
            f"Finansal kiralamayla edinilen bir {thing} peşin alınsaydı {tl(price)} ödenecekti. Sözleşmede {n} eşit"
            f" aylık kira, kiraların bittiği gün ödenecek {tl(residual)} kalıntı değer ve aylık {pct(r)} faiz"
            " öngörülmüştür. İlk kira bir ay sonra ödeneceğine göre kira tutarı ne kadardır?",
            f"{n} aylık bir finansal kiralamada {tl(price)} değerindeki {thing} için her ay sonunda aynı tutar"
            f" ödenecek, sözleşme sonunda varlığı devralmak için {tl(residual)} daha verilecektir. Uygulanan aylık"
            f" bileşik faiz {pct(r)} ise bir aylık ödeme kaç TL olur?",
        ),
        f"{to_power(f, n)} {is_(f**n, 6, amount=False)}\n"
        f"Kira: ({show(price)} × {to_power(f, n)} - {show(residual)}) × {plain(i)} / ({to_power(f, n)} - 1)"
        f" {is_(value)}",
        value,
    )


def _partial(draw: Random) -> tuple[int, int, int, int, int, int, int]:
    debt = pick(draw, 60_000, 900_000, 10_000)
    first, second = pick(draw, debt // 5000, debt // 3000) * 1000, pick(draw, debt // 6000, debt // 4000) * 1000
    rate, months = draw.choice((24, 30, 36, 42, 48, 54)), draw.choice((8, 9, 10, 12))
    return debt, rate, months, first, draw.choice((2, 3, 4)), second, draw.choice((5, 6, 7))


def _merchants_rule(draw: Random) -> Problem:
    """(debt, rate, months, first payment, its month, second payment, its month): what is due at the end.

    Debt and payments all bear simple interest until the end.
    """
    debt, r, n, a, s, b, t = _partial(draw)
    due, first, second = (F(x * (1200 + r * m), 1200) for x, m in ((debt, n), (a, n - s), (b, n - t)))
    value = due - first - second
    who = draw.choice(WHO)
    return worked(
        draw,
        (debt, r, n, a, s, b, t),
        (
            f"{who}, {n} ay vadeli ve yıllık {pct(r)} basit faizli {tl(debt)} borcuna karşılık {s}. ayın sonunda"
            f" {tl(a)}, {t}. ayın sonunda {tl(b)} ödemiştir. Tüccar kuralı uygulandığında, yani ödemelere de vade"
            " sonuna kadar aynı oranda faiz yürütüldüğünde, vade günü ödenmesi gereken tutar kaç TL'dir?",
            f"Yıllık {pct(r)} basit faizle alınan {tl(debt)} borcun vadesi {n} aydır. Borçlu {s} ay sonra {tl(a)}, {t}"
            f" ay sonra {tl(b)} ara ödeme yapıyor. Borca da ara ödemelere de vade sonuna kadar faiz işletilirse"
            " (tüccar kuralı) vade sonunda kapatılacak bakiyeyi bulunuz.",
            f"Bir toptancı {tl(debt)}'lik alacağına {n} ay için yıllık {pct(r)} basit faiz uygulamaktadır. Müşteri"
            f" {s}. ay sonunda {tl(a)} ve {t}. ay sonunda {tl(b)} ödemiştir. Kısmi ödemeler de kendi tarihlerinden"
            " vade sonuna kadar aynı oranda faiz kazandığına göre müşterinin vade sonundaki son ödemesi ne kadar"
            " olur?",
            f"{who} yıllık {pct(r)} basit faizle {n} aylığına {tl(debt)} borçlanmış, vade dolmadan iki ödeme"
            f" yapmıştır: {s}. ayın sonunda {tl(a)}, {t}. ayın sonunda {tl(b)}. Taraflar ara ödemelere de vade gününe"
            " kadar aynı faizin işlemesinde anlaşmıştır (tüccar kuralı). Vade günü borcun kapanması için ne kadar"
            " ödenmelidir?",
        ),
        f"Borcun vade sonu değeri: {show(debt)} × (1 + {r} × {n} / 1.200) {is_(due)}\n"
        f"İlk ödemenin değeri: {show(a)} × (1 + {r} × {n - s} / 1.200) {is_(first)}\n"
        f"İkinci ödemenin değeri: {show(b)} × (1 + {r} × {n - t} / 1.200) {is_(second)}\n"
        f"Kalan: {show(due)} - {show(first)} - {show(second)} {is_(value)}",
        value,
    )


def _us_rule(draw: Random) -> Problem:
    """(debt, rate, months, first payment, its month, second payment, its month): what is due at the end.

    Each payment pays the simple interest that has run so far, then principal.
    """
    debt, r, n, a, s, b, t = _partial(draw)
    grown = F(debt * (1200 + r * s), 1200)
    one = grown - a
    grown_again = one * F(1200 + r * (t - s), 1200)
    two = grown_again - b
    value = two * F(1200 + r * (n - t), 1200)
    if a * 1200 < debt * r * s or b * 1200 < one * r * (t - s) or is_halfway(value):
        return _us_rule(draw)
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (debt, r, n, a, s, b, t),
        (
            f"{firm} yıllık {pct(r)} basit faizle {n} aylığına {tl(debt)} borç almış, {s} ay sonra {tl(a)}, {t} ay"
            f" sonra {tl(b)} ödemiştir. Her ödeme önce o güne kadar işleyen faizi karşılıyor, artanı anaparadan"
            " düşülüyor. Vade sonunda borcu kapatmak için kaç TL ödenir?",
            f"Anaparası {tl(debt)}, süresi {n} ay olan bir borçta yıllık basit faiz {pct(r)} olarak belirlenmiştir."
            f" {s}. ayın sonunda {tl(a)}, {t}. ayın sonunda {tl(b)} kısmi ödeme yapılmıştır. Kısmi ödemeler önce"
            " işlemiş faize, sonra anaparaya sayıldığına (ABD kuralı) göre son ödeme tutarını hesaplayınız.",
            "ABD kuralında her ara ödeme ilk olarak birikmiş faizi siler, kalan kısmı anaparayı azaltır. Yıllık"
            f" {pct(r)} basit faizli {tl(debt)} borç için {s} ay sonra {tl(a)} ve {t} ay sonra {tl(b)} ödenirse {n}."
            " ayın sonunda ödenecek bakiye kaç TL'dir?",
            f"{firm} {tl(debt)} tutarındaki, yıllık {pct(r)} basit faizli borcuna {s}. ay sonunda {tl(a)}, {t}. ay"
            f" sonunda {tl(b)} yatırmıştır. Yatırılan paradan önce birikmiş faiz alınmakta, kalanla anapara"
            f" azaltılmaktadır. Borcun {n} ay sonraki bakiyesini bulunuz.",
        ),
        f"{s}. ay: {show(debt)} × (1 + {r} × {s} / 1.200) {is_(grown, 8)}\n"
        f"{show(grown)} - {show(a)} {is_(one, 8)}\n"
        f"{t}. ay: {show(one)} × (1 + {r} × {t - s} / 1.200) {is_(grown_again, 8)}\n"
        f"{show(grown_again)} - {show(b)} {is_(two, 8)}\n"
        f"{n}. ay: {show(two)} × (1 + {r} × {n - t} / 1.200) {is_(value)}",
        value,
    )


def _card(draw: Random) -> Problem:
    """(statement, least share, rate a month, tax on interest): the next statement if only the least is paid."""
    debt, share = pick(draw, 10_000, 90_000, 10_000), draw.choice((20, 40))
    r, tax = F(pick(draw, 311, 425, 6), 100), draw.choice((25, 30))
    left = F(debt * (100 - share), 100)
    interest = left * r / 100
    taxes = interest * tax / 100
    value = left + interest + taxes
    bsmv = tax - 15
    who = draw.choice(WHO)
    return worked(
        draw,
        (debt, share, r, tax),
        (
            f"{who}, {tl(debt)} dönem borcu olan kredi kartının yalnızca asgari tutarını, yani borcun"
            f" {pct(share, 'sini')} ödüyor. Kalan borca bir ay için {pct(r)} akdi faiz, faizin üzerine de %15 KKDF ve"
            f" {pct(bsmv)} BSMV ekleniyor. Kartla yeni harcama yapılmadığına göre sonraki ekstrede borç kaç TL olur?",
            f"Kredi kartı ekstresi {tl(debt)}, asgari ödeme oranı {pct(share)}, aylık akdi faiz oranı {pct(r)} ve faiz"
            f" üzerinden alınan vergi ve fon kesintilerinin toplamı {pct(tax, 'dir')}. Asgari tutarı ödeyip bir ay"
            " boyunca kartını kullanmayan kişinin gelecek ekstre borcunu hesaplayınız.",
            f"{tl(debt)}'lik kart borcunun {pct(share)} asgari tutarı son ödeme gününde yatırılmış, kalanı bir ay"
            f" sonraya devretmiştir. Devreden borca aylık {pct(r)} faiz, faize de toplam {pct(tax)} vergi ve fon"
            " uygulandığında bir ay sonraki toplam borç kaç TL'dir?",
            f"{who} bu ayki {tl(debt)} kart ekstresinin {pct(share, 'sini')} (asgari tutar) ödeyebilmiştir. Banka"
            f" kalan tutara bir aylık {pct(r)} faiz yürütmekte, bu faizden ayrıca toplam {pct(tax)} oranında BSMV ve"
            " KKDF almaktadır. Yeni harcama yapmayan müşterinin bir sonraki ekstresi ne kadar olur?",
        ),
        f"Devreden borç: {show(debt)} × {100 - share} / 100 {is_(left)}\nFaiz: {show(left)} × {plain(r)} / 100"
        f" {is_(interest)}\nVergi ve fon: {show(interest)} × {tax} / 100 {is_(taxes)}\n"
        f"Yeni borç: {show(left)} + {show(interest)} + {show(taxes)} {is_(value)}",
        value,
    )


def _lump_sum(draw: Random) -> Problem:
    """(debt, rate a month, instalment, lump sum): months in which the same instalment pays what is left."""
    debt, r = pick(draw, 300_000, 2_400_000, 20_000), F(pick(draw, 119, 389, 5), 100)
    months = draw.choice((36, 48, 60, 72, 84, 96))
    i, f = r / 100, growth(r)
    instalment = int(debt * i / (1 - f**-months)) // 10 * 10 + 10
    lump = int(debt * pick(draw, 15, 45) / 100) // 10_000 * 10_000
    left = debt - lump
    rest = 1 - left * i / instalment
    n = next(k for k in range(1, months + 1) if f**-k <= rest)
    # The instalment must end clearly within month n, so that no rounding on the way moves the answer.
    if not 0.1 < (f ** (1 - n) - rest) / (f ** (1 - n) - f**-n) < 0.9:
        return _lump_sum(draw)
    who = draw.choice(WHO)
    return worked(
        draw,
        (debt, r, instalment, lump),
        (
            f"{who}, aylık {pct(r)} faizli konut kredisinin kalan {tl(debt)} anaparası için taksit gününde {tl(lump)}"
            f" ara ödeme yapmıştır. {tl(instalment)} tutarındaki aylık taksitleri aynen ödemeyi sürdürürse kredi kaç"
            " ayda biter? (Son taksit daha küçük olabilir, o ay da sayılır.)",
            f"Bugünkü taksitten sonra {tl(debt)} borcu kalan bir krediye toplu olarak {tl(lump)} daha ödeniyor;"
            f" {tl(instalment)} olan aylık taksit değiştirilmiyor, vade kısaltılıyor. Aylık faiz {pct(r)} ise borcun"
            " tamamen kapanacağı ay sayısını bulunuz. (Eksik kalan son taksit de bir ay sayılacaktır.)",
            f"{tl(debt)} kredi borcunu aylık {pct(r)} faizle, ayda {tl(instalment)} taksitle ödemekte olan bir aile"
            f" eline geçen {tl(lump)}'yi bugün borca yatırmıştır. Taksit tutarı değişmediğine göre geriye kaç taksit"
            " kalmıştır? (Tam taksitten küçük olan sonuncusu da dâhildir.)",
            f"{who} aylık {pct(r)} faizli kredisinde {tl(debt)} anapara borcu kaldığı gün {tl(lump)} erken ödeme"
            f" yapıyor ve eskisi gibi her ay {tl(instalment)} taksit ödemeyi sürdürüyor. Bundan sonra kaç taksit daha"
            " ödenir? (Son taksit daha düşük olsa da sayıya katılır.)",
        ),
        f"Kalan borç: {show(debt)} - {show(lump)} = {show(left)}\n"
        f"{show(left)} × {plain(i)} / {show(instalment)} {is_(1 - rest, 6, amount=False)}\n"
        f"1 - {show(left)} × {plain(i)} / {show(instalment)} {is_(rest, 6, amount=False)}\n"
        f"{to_power(f, 1 - n)} {is_(f ** (1 - n), 6, amount=False)} bundan büyüktür.\n"
        f"{to_power(f, -n)} {is_(f**-n, 6, amount=False)} bundan küçüktür.\nAy sayısı: {n}",
        n,
        "ay",
    )


FAMILIES = (
    Family("lease-residual-value", UNIT, _lease),
    Family("debt-merchants-rule", UNIT, _merchants_rule),
    Family("debt-us-rule", UNIT, _us_rule),
    Family("card-minimum-payment", UNIT, _card),
    Family("loan-term-after-lump-sum", UNIT, _lump_sum),
)
