"""Markets in ways that the course does not treat: bonds between coupons, duration, rates by term, currencies, risk."""

from decimal import Decimal, localcontext
from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.transfer_writing import growth, is_halfway, superscript, to_power, worked
from finmath_grpo.questions.families.writing import FIRMS, WHO, half_up, is_, pct, pick, plain, show, tl

BONDS = "Tahvil ve hisse senedi"
RATES = "Nominal, efektif ve reel faiz; enflasyon"
SHARES = ("Çınar Gıda", "Ege Tekstil", "Anadolu Makine", "Toros Mobilya", "Kuzey İnşaat")


def _continuous(draw: Random) -> Problem:
    """(principal, rate, years): principal × e^(rate × years), with the given power of four decimals."""
    p, r, t = pick(draw, 15_000, 600_000, 1_000), pick(draw, 12, 45), pick(draw, 2, 4)
    x = F(r * t, 100)
    with localcontext() as context:
        context.prec = 30
        e = F(half_up(F((Decimal(r * t) / 100).exp()), 4))
    value, note = p * e, f"[e^{plain(x)} = {format_turkish(half_up(e, 4))} alınız.]"
    who = draw.choice(WHO)
    return worked(
        draw,
        (p, r, t),
        (
            f"{who} {tl(p)}'yi, faizin sürekli olarak anaparaya eklendiği bir hesapta yıllık {pct(r)} oranla {t} yıl"
            f" tutmuştur. Hesabın son bakiyesi kaç TL'dir? {note}",
            f"Faizi her an anaparaya katılan (sürekli bileşik) bir yatırımda yıllık oran {pct(r, 'dir')}. {tl(p)} bu"
            f" yatırımda {t} yıl kalırsa ulaşacağı değeri hesaplayınız. {note}",
            f"Yıllık {pct(r)} sürekli bileşik faizle değerlendirilen {tl(p)}'nin {t} yıl sonundaki tutarı nedir?"
            f" {note}",
            f"Sürekli bileşik faizde S = P × e^(r × t) bağıntısı geçerlidir. {tl(p)} anapara ve yıllık {pct(r)} oran"
            f" için {t} yıl sonunda kaç TL bulunur? {note}",
        ),
        f"Üs: {r} × {t} / 100 = {plain(x)}\nTutar: {show(p)} × {plain(e)} {is_(value)}",
        value,
    )


def _mean_term(draw: Random) -> Problem:
    """(face 1, days 1, face 2, days 2, rate): days of the one bill with both faces, by inner discount."""
    k, m = (pick(draw, 20_000, 400_000, 5_000) for _ in range(2))
    t, u = sorted(pick(draw, 30, 340, 5) for _ in range(2))
    r = draw.choice((24, 28, 32, 36, 40, 45, 48, 52))
    present = k / (1 + F(r * t, 36_000)) + m / (1 + F(r * u, 36_000))
    days = ((k + m) / present - 1) * 36_000 / r
    # Far from half a day, so that no rounding on the way moves the answer.
    if u - t < 60 or abs(days % 1 - F(1, 2)) < F(1, 5):
        return _mean_term(draw)
    value, firm = half_up(days, 0), draw.choice(FIRMS)
    first, second = (half_up(F(face) / (1 + F(r * d, 36_000)), 2) for face, d in ((k, t), (m, u)))
    return worked(
        draw,
        (k, t, m, u, r),
        (
            f"Vadesine {t} gün kalan {tl(k)} ve {u} gün kalan {tl(m)} nominal değerli iki senet yerine,"
            f" üzerinde ikisinin toplamı yazan bir senet verilecektir. Basit iç iskonto ve yıllık {pct(r)} faiz oranı"
            " uygulandığına göre yeni senedin ortalama vadesi kaç gündür? (1 yıl 360 gündür.)",
            f"{firm}, {t} gün vadeli {tl(k)} ile {u} gün vadeli {tl(m)} borcunu toplam {tl(k + m)} tutarındaki tek bir"
            " borçta birleştirecektir. Bugünkü değerlerin korunması için bu borcun vadesi kaç gün olmalıdır? İşlemde"
            f" yıllık {pct(r)} oranla basit iç iskonto kullanılacak, yıl 360 gün sayılacaktır.",
            f"Nominal değerleri {tl(k)} ve {tl(m)}, kalan süreleri sırasıyla {t} ve {u} gün olan iki senedin yıllık"
            f" {pct(r)} basit iç iskonto oranına göre ortalama vadesini gün olarak hesaplayınız. Tek senedin nominal"
            " değeri iki senedin toplamı kadardır ve yıl 360 gündür.",
            f"{firm} elindeki iki senedi ({tl(k)}, {t} gün; {tl(m)}, {u} gün) nominal değeri {tl(k + m)} olan tek bir"
            f" senetle değiştirecektir. Değişimde basit iç iskonto, yıllık {pct(r)} faiz ve 360 günlük yıl esas"
            " alınmıştır. Yeni senedin vadesi kaç gün sonraya yazılmalıdır?",
        ),
        f"İlk senedin peşin değeri: {show(k)} / (1 + {r} × {t} / 36.000) {is_(k / (1 + F(r * t, 36_000)))}\n"
        f"İkinci senedin peşin değeri: {show(m)} / (1 + {r} × {u} / 36.000) {is_(m / (1 + F(r * u, 36_000)))}\n"
        f"Toplam: {show(first)} + {show(second)} = {show(first + second)}\n"
        f"Süre: ({show(k + m)} / {show(first + second)} - 1) × 36.000 / {r}"
        f" {is_(((k + m) / F(first + second) - 1) * 36_000 / r, 2, amount=False)}\nTam gün olarak: {value}",
        days,
        "gün",
        places=0,
    )


def _between_coupons(draw: Random) -> Problem:
    """(face, coupon rate, days of the coupon period, days since, clean price per 100): what the buyer pays."""
    face, c = pick(draw, 50_000, 2_000_000, 50_000), draw.choice((18, 20, 24, 28, 30, 32, 36, 40))
    period = draw.choice((180, 182, 184))
    days, clean = pick(draw, 12, period - 15), F(pick(draw, 8_800, 10_900, 5), 100)
    accrued, price = F(face * c * days, 200 * period), face * clean / 100
    value = price + accrued
    if is_halfway(value):
        return _between_coupons(draw)
    who = draw.choice(WHO)
    return worked(
        draw,
        (face, c, period, days, clean),
        (
            f"Yılda iki kez {pct(F(c, 2))} kupon ödeyen bir tahvilin temiz fiyatı 100 TL nominal için {tl(clean)}'dir."
            f" Son kupondan bu yana {days} gün geçmiştir ve kupon dönemi {period} gündür. {tl(face)} nominal değerli"
            " tahvili alan kişi, işlemiş kupon faiziyle birlikte kaç TL öder?",
            f"{who}, nominal değeri {tl(face)}, yıllık kupon oranı {pct(c)} olan ve altı ayda bir kupon ödeyen tahvili"
            f" iki kupon arasında satıyor. {period} günlük kupon döneminin {days} günü geride kalmıştır. Temiz fiyat"
            f" 100 TL'lik nominal başına {tl(clean)} olduğuna göre kirli fiyat üzerinden eline geçecek tutarı bulunuz.",
            f"Bir fon, altı aylık kuponu {pct(F(c, 2))} olan tahvilden {tl(face)} nominal alıyor. Kotasyon (temiz"
            f" fiyat) 100 TL nominal için {tl(clean)}, kupon dönemi {period} gün, son kupon ödemesinden bugüne geçen"
            f" süre {days} gündür. Birikmiş faiz güne orantılı hesaplandığına göre takas tutarı ne kadardır?",
            f"Nominali {tl(face)} olan bir tahvil altı ayda bir nominalin {pct(F(c, 2), 'si')} kadar kupon"
            f" ödemektedir. {period} günlük kupon döneminden {days} gün geçtiğinde tahvil, 100 TL nominal için"
            f" {tl(clean)} temiz fiyatla el değiştiriyor. Alıcının satıcıya işlemiş faizi de ekleyerek ödeyeceği para"
            " kaç TL'dir?",
        ),
        f"Temiz tutar: {show(face)} × {show(clean)} / 100 {is_(price)}\n"
        f"Altı aylık kupon: {show(face)} × {plain(F(c, 2))} / 100 {is_(F(face * c, 200))}\n"
        f"İşlemiş faiz: {show(F(face * c, 200))} × {days} / {period} {is_(accrued)}\n"
        f"Ödenen: {show(price)} + {show(F(face * c, 200))} × {days} / {period} {is_(value)}",
        value,
    )


def _rights_issue(draw: Random) -> Problem:
    """(price, rate of the rights issue, subscription price, rate of the bonus issue): price after both."""
    p, sub = F(pick(draw, 1_850, 32_000, 10), 100), F(draw.choice((1, 1, 5, 10)))
    b, z = draw.choice((20, 25, 40, 50, 60, 75, 80, 100)), draw.choice((10, 15, 20, 30, 35, 50, 70))
    value = (p + sub * b / 100) / (1 + F(b + z, 100))
    if is_halfway(value):
        return _rights_issue(draw)
    firm = draw.choice(SHARES)
    return worked(
        draw,
        (p, b, sub, z),
        (
            f"{firm} payları {tl(p)}'den işlem görürken şirket sermayesini aynı anda {pct(b)} bedelli ve {pct(z)}"
            f" bedelsiz artırıyor. Rüçhan hakkı pay başına {tl(sub)} ödenerek kullanılmaktadır. Artırımdan sonraki"
            " teorik pay fiyatı kaç TL'dir?",
            f"Bir şirketin payı sermaye artırımından önce {tl(p)}'den kapanmıştır. Her 100 pay için {tl(sub)}'den {b}"
            f" yeni pay satılacak, ayrıca karşılıksız {z} pay verilecektir. Hakları kullanılmış payın kuramsal"
            " fiyatını hesaplayınız.",
            f"Yatırımcı elindeki 100 paya karşılık, tanesi {tl(sub)}'den {b} adet bedelli ve ücretsiz {z} adet"
            f" bedelsiz pay alma hakkına sahiptir. Hak kullanım öncesi fiyat {tl(p)} ise bölünmüş fiyat teorik olarak"
            " ne olur?",
            f"{firm} ortaklarına 100 paya karşılık {b} payı {tl(sub)} bedelle alma hakkı tanımış, ayrıca 100 paya {z}"
            f" pay bedelsiz vermiştir. Payın hak kullanımından önceki fiyatı {tl(p)} olduğuna göre hak kullanımından"
            " sonraki teorik fiyatı kaç TL'dir?",
        ),
        f"Bedelli payların tutarı: {show(sub)} × {b} / 100 {is_(sub * b / 100)}\n"
        f"Fiyat: ({show(p)} + {show(sub)} × {b} / 100) / (1 + {plain(F(b, 100))} + {plain(F(z, 100))}) {is_(value)}",
        value,
    )


def _forward_rate(draw: Random) -> Problem:
    """(years n, yearly rate for n years, yearly rate for n + 1 years): the rate of the year between."""
    n = draw.choice((3, 4))
    s, t = F(pick(draw, 2_200, 3_900, 25), 100), F(pick(draw, 2_200, 3_900, 25), 100)
    value = (growth(t) ** (n + 1) / growth(s) ** n - 1) * 100
    if s == t or not 10 < value < 60:
        return _forward_rate(draw)
    written = f"{to_power(growth(t), n + 1)} / {to_power(growth(s), n)}"
    return worked(
        draw,
        (n, s, t),
        (
            f"Kuponsuz devlet tahvillerinde {n} yıl vadenin yıllık bileşik getirisi {pct(s)}, {n + 1} yıl vadenin"
            f" yıllık bileşik getirisi {pct(t, 'dir')}. Bu iki orandan hesaplanan, {n} yıl sonra başlayacak bir yıllık"
            " vadeli (forward) faiz oranı yüzde kaçtır?",
            f"{n} yıllık spot faiz {pct(s)}, {n + 1} yıllık spot faiz {pct(t)} olarak gözleniyor (ikisi de yıllık"
            f" bileşik). Piyasanın {n + 1}. yıl için ima ettiği faiz oranını yüzde olarak bulunuz.",
            f"Bir yatırımcı parasını ya doğrudan {n + 1} yıllığına yıllık {pct(t)} bileşik faizle bağlayacak ya da"
            f" önce {n} yıllığına yıllık {pct(s)} bileşik faizle yatırıp son yıl için yenileyecektir. İki yolun eşit"
            " sonuç vermesi için son yılın faiz oranı yüzde kaç olmalıdır?",
            f"{n} yıl vadeli kuponsuz bononun yıllık bileşik faizi {pct(s)}, {n + 1} yıl vadelininki {pct(t, 'dir')}."
            f" {n}. yılın sonundan {n + 1}. yılın sonuna kadar geçerli örtük vadeli faiz oranını yüzde olarak"
            " hesaplayınız.",
        ),
        f"{to_power(growth(t), n + 1)} {is_(growth(t) ** (n + 1), 6, amount=False)}\n"
        f"{to_power(growth(s), n)} {is_(growth(s) ** n, 6, amount=False)}\n"
        f"({written} - 1) × 100 {is_(value, amount=False)}",
        value,
        "%",
    )


def _duration(draw: Random) -> Problem:
    """(coupon rate, yield, years): Macaulay's duration of a bond with yearly coupons."""
    c, y, n = pick(draw, 14, 40), pick(draw, 16, 45), draw.choice((4, 5))
    face, f = 1_000, growth(y)
    flows = [F(face * c, 100)] * (n - 1) + [F(face * c, 100) + face]
    presents = [flow / f**k for k, flow in enumerate(flows, start=1)]
    value = sum((k * present for k, present in enumerate(presents, start=1)), F(0)) / sum(presents, F(0))
    rounded = [F(half_up(present, 2)) for present in presents]
    total, weighted = sum(rounded, F(0)), sum((k * present for k, present in enumerate(rounded, start=1)), F(0))
    # The steps to two places give the same answer as the exact one.
    if half_up(weighted / total, 2) != half_up(value, 2):
        return _duration(draw)
    lines = [
        f"{k}. yıl: {show(flow)} / {to_power(f, k) if k > 1 else plain(f)} {is_(present)}"
        for k, (flow, present) in enumerate(zip(flows, presents, strict=True), start=1)
    ]
    parts = " + ".join(f"{k} × {show(present)}" for k, present in enumerate(rounded, start=1))
    return worked(
        draw,
        (c, y, n),
        (
            f"Nominal değeri 1.000 TL, vadesi {n} yıl, yıllık kuponu {pct(c)} olan bir tahvilin vadeye kadar getirisi"
            f" yıllık {pct(y, 'dir')}. Kuponlar yılda bir kez ödendiğine göre tahvilin Macaulay süresi (durasyonu) kaç"
            " yıldır?",
            f"{n} yıl sonra itfa edilecek 1.000 TL nominalli tahvil her yıl sonunda {pct(c)} kupon ödüyor. Piyasa faizi"
            f" yıllık {pct(y)} iken ödemelerin bugünkü değerleriyle ağırlıklandırılmış ortalama süresini yıl olarak"
            " hesaplayınız.",
            f"Yıllık {pct(c)} kupon ödemeli, {n} yıl vadeli ve 1.000 TL nominal değerli bir tahvil için yıllık {pct(y)}"
            " getiri üzerinden bulunacak Macaulay durasyonu kaç yıldır?",
            f"Getirisi yıllık {pct(y)} olan bir tahvil {n} yıl boyunca yıl sonlarında {pct(c)} kupon, son yıl ayrıca"
            " 1.000 TL nominal değerini ödüyor. Bu tahvilin faize duyarlılığını ölçmek için gereken Macaulay süresi"
            " kaç yıldır?",
        ),
        "\n".join(lines) + f"\nFiyat: {' + '.join(show(x) for x in rounded)} = {show(total)}\n"
        f"Ağırlıklı toplam: {parts} = {show(weighted)}\n"
        f"Durasyon: {show(weighted)} / {show(total)} {is_(weighted / total, amount=False)}",
        value,
        "yıl",
    )


CURRENCIES = {"dolar": (4_300, 5_200), "avro": (4_900, 6_000), "sterlin": (5_700, 6_900)}
"""Kuruş per unit of a currency, from and to."""


def _foreign_deposit(draw: Random) -> Problem:
    """(bought at, rate, months, sold at, currency): yearly compound return in lira of a deposit in a currency."""
    name = draw.choice(tuple(CURRENCIES))
    low, high = CURRENCIES[name]
    bought, m = pick(draw, low, high, 5), draw.choice((1, 2, 3))
    sold = bought * (1_000 + m * pick(draw, 8, 30)) // 1_000
    r, periods = F(pick(draw, 50, 450, 25), 100), 12 // m
    grown = F(sold, bought) * (1 + r * m / 1200)
    value = (grown**periods - 1) * 100
    s0, s1 = F(bought, 100), F(sold, 100)
    who = draw.choice(WHO)
    written = f"{show(s1)} / {show(s0)} × (1 + {plain(r)} × {m} / 1.200)"
    return worked(
        draw,
        (s0, r, m, s1, name),
        (
            f"{who} {tl(s0)} kurdan {name} alıp {m} ay vadeli, yıllık {pct(r)} basit faizli döviz hesabına yatırmış,"
            f" vade sonunda anapara ve faizini {tl(s1)} kurdan bozdurmuştur. Bu işlem yıl boyunca aynı getiriyle"
            " yinelenirse TL cinsinden yıllık bileşik getiri yüzde kaç olur?",
            f"Bir {name} {tl(s0)} iken açılan döviz tevdiat hesabı {m} ay sonra kapatılıyor. Hesaba yıllık {pct(r)}"
            f" basit faiz işlemiş, kapanış günündeki alış kuru {tl(s1)} olmuştur. Yatırımcının TL getirisini yıllık"
            " efektif oran olarak (yüzde) hesaplayınız.",
            f"Döviz mevduatının getirisi hem faizden hem kur artışından doğar. {m} ay içinde {name} kuru {tl(s0)}'den"
            f" {tl(s1)}'ye yükselmiş, hesaba yıllık {pct(r)} basit faiz ödenmiştir. Bu {m} aylık TL getirisinin bileşik"
            " olarak yıllığa çevrilmiş oranı yüzde kaçtır?",
            f"{who} birikimini {tl(s0)} kurdan {name} alarak {m} aylık döviz hesabında tutmuştur. Hesabın yıllık basit"
            f" faizi {pct(r)}, vade günündeki bozdurma kuru {tl(s1)} olmuştur. {m} aylık TL kazancı yıl boyunca aynı"
            " oranda katlanırsa yıllık efektif TL getirisi yüzde kaçtır?",
        ),
        f"{m} ayın TL katsayısı: {written} {is_(grown, 6, amount=False)}\n"
        f"Yıllık getiri: (({written}){superscript(periods)} - 1) × 100 {is_(value, amount=False)}",
        value,
        "%",
    )


def _parity(draw: Random) -> Problem:
    """(spot, lira rate, currency rate, days, currency): the forward rate by covered interest parity."""
    name = draw.choice(tuple(CURRENCIES))
    spot = F(pick(draw, *CURRENCIES[name], 5), 100)
    r, q = F(pick(draw, 2_400, 4_400, 25), 100), F(pick(draw, 150, 525, 25), 100)
    days = draw.choice((30, 60, 90, 120, 180, 270))
    value = spot * (36_000 + r * days) / (36_000 + q * days)
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (spot, r, q, days, name),
        (
            f"Spot piyasada bir {name} {tl(spot)}'dir. TL için yıllık {pct(r)}, {name} için yıllık {pct(q)} basit faiz"
            f" uygulanmaktadır. Faiz oranı paritesine göre {days} gün vadeli kur kaç TL'dir? (1 yıl = 360 gün)",
            f"{firm}, {days} gün sonra alacağı döviz için bankadan vadeli kur istemiştir. Bugünkü {name} kuru"
            f" {tl(spot)}, yıllık basit faiz oranları TL'de {pct(r)}, {name} cinsinden {pct(q, 'dir')}. Arbitraja"
            " olanak vermeyen forward kuru bulunuz. (Bir yılı 360 gün alınız.)",
            f"Yıllık basit TL faizi {pct(r)}, {name} faizi {pct(q)} ve spot kur {tl(spot)} iken {days} günlük bir para"
            " takasının (swap) vade sonu kuru ne olmalıdır? (Yıl 360 gün sayılır.)",
            f"{firm} {days} gün vadeli bir {name} alım sözleşmesi yapacaktır. Bugünkü kur {tl(spot)}, yıllık basit"
            f" faizler TL için {pct(r)}, {name} için {pct(q, 'dir')}. İki para biriminin getirisini eşitleyen vadeli"
            " kuru hesaplayınız. (Yıl 360 gün alınacaktır.)",
        ),
        f"TL katsayısı: 1 + {plain(r)} × {days} / 36.000 {is_(1 + r * days / 36_000, 6, amount=False)}\n"
        f"Döviz katsayısı: 1 + {plain(q)} × {days} / 36.000 {is_(1 + q * days / 36_000, 6, amount=False)}\n"
        f"Vadeli kur: {show(spot)} × (1 + {plain(r)} × {days} / 36.000) / (1 + {plain(q)} × {days} / 36.000)"
        f" {is_(value)}",
        value,
    )


def _indexed_coupon(draw: Random) -> Problem:
    """(face, yearly real coupon, index at issue, index on the coupon day): coupon of an indexed bond."""
    face, c = pick(draw, 100_000, 2_000_000, 100_000), F(pick(draw, 100, 500, 50), 100)
    start, ratio = pick(draw, 1_800, 2_900, 50), F(pick(draw, 1_080, 1_950), 1_000)
    end = start * ratio
    grown = face * ratio
    value = grown * c / 200
    return worked(
        draw,
        (face, c, start, end),
        (
            f"TÜFE'ye endeksli bir devlet tahvilinin nominal değeri {tl(face)}, yıllık reel kupon oranı"
            f" {pct(c, 'dir')} ve kuponlar altı ayda bir ödenir. Referans endeks ihraçta {show(start)}, kupon gününde"
            f" {show(end)} olduğuna göre o gün ödenecek kupon kaç TL'dir?",
            f"Anaparası tüketici fiyat endeksiyle büyüyen tahvilden {tl(face)} nominal alınmıştır. Endeks"
            f" {show(start)} değerinden {show(end)} değerine çıkmıştır. Yıllık {pct(c)} reel kuponun yarısı,"
            " endekslenmiş anapara üzerinden bugün ödeniyor. Kupon tutarını bulunuz.",
            f"Enflasyona endeksli bir borçlanma senedinde yıllık reel faiz {pct(c)} olup her yarıyılda bunun yarısı"
            f" ödenmektedir. {tl(face)} nominalin endeks katsayısı {show(end)} / {show(start)} ise yatırımcının alacağı"
            " yarıyıl kuponu ne kadardır?",
            f"Bir yatırımcı {tl(face)} nominalli, yılda iki kez kupon ödeyen ve yıllık reel kuponu {pct(c)} olan"
            f" TÜFE'ye endeksli bir kâğıt tutmaktadır. İhraç günü {show(start)} olan referans endeks bugün {show(end)}"
            " olmuştur. Bugünkü yarım yıllık kupon ödemesini hesaplayınız.",
        ),
        f"Endeks katsayısı: {show(end)} / {show(start)} {is_(ratio, 3, amount=False)}\n"
        f"Endekslenmiş anapara: {show(face)} × {plain(ratio)} {is_(grown)}\n"
        f"Kupon: {show(grown)} × {plain(c)} / 200 {is_(value)}",
        value,
    )


def _portfolio(draw: Random) -> Problem:
    """(share of the first, its deviation, deviation of the second, correlation): deviation of both together."""
    w, s, t = draw.choice((20, 25, 30, 40, 50, 60, 70, 75, 80)), pick(draw, 12, 55), pick(draw, 12, 55)
    rho = F(draw.choice((-40, -25, -20, -10, 10, 15, 20, 30, 35, 45, 50, 60, 65, 75)), 100)
    a, b = F(w, 100), 1 - F(w, 100)
    variance = (a * s) ** 2 + (b * t) ** 2 + 2 * rho * a * b * s * t
    with localcontext() as context:
        context.prec = 30
        value = F((Decimal(variance.numerator) / variance.denominator).sqrt())
    if abs(s - t) < 4 or value * value == variance:
        return _portfolio(draw)
    who = draw.choice(WHO)
    first, second = draw.sample(SHARES, 2)
    p, q = plain(a), plain(b)
    return worked(
        draw,
        (w, s, t, rho),
        (
            f"{who} parasının {pct(w, 'sini')} {first}, kalanını {second} payına yatırmıştır. Payların yıllık standart"
            f" sapmaları sırasıyla {pct(s)} ve {pct(t)}, getirileri arasındaki korelasyon katsayısı {plain(rho)}"
            " olduğuna göre portföyün standart sapması yüzde kaçtır?",
            f"İki paydan oluşan bir portföyde birincinin ağırlığı {pct(w)}, riski (standart sapması) {pct(s)};"
            f" ikincinin ağırlığı {pct(100 - w)}, riski {pct(t, 'dir')}. Korelasyon {plain(rho)} ise portföy riskini"
            " yüzde olarak hesaplayınız.",
            f"Getirilerinin standart sapması {pct(s)} ve {pct(t)} olan iki menkul kıymet {pct(w)} ve {pct(100 - w)}"
            f" ağırlıklarla bir araya getiriliyor; aralarındaki korelasyon katsayısı {plain(rho, 'dir')}. Oluşan"
            " portföyün standart sapması yüzde kaç olur?",
            f"Bir fonun {pct(w, 'si')} standart sapması {pct(s)} olan paylardan, kalanı standart sapması {pct(t)} olan"
            f" altından oluşmaktadır. İki varlığın getirileri arasındaki korelasyon {plain(rho)} ise fonun toplam"
            " riski (standart sapması) yüzde kaçtır?",
        ),
        f"Varyans: ({p} × {s})² + ({q} × {t})² + 2 × {p} × {q} × {s} × {t} × ({plain(rho)}) = {plain(variance)}\n"
        f"Standart sapma: √{plain(variance)} ≈ {show(half_up(value, 2))}",
        value,
        "%",
    )


FAMILIES = (
    Family("continuous-compounding", "Bileşik faiz", _continuous),
    Family("bills-mean-term-inner", "Senetler ve eşdeğer senetler", _mean_term),
    Family("bond-between-coupons", BONDS, _between_coupons),
    Family("share-rights-issue", BONDS, _rights_issue),
    Family("bond-duration", BONDS, _duration),
    Family("bond-indexed-coupon", BONDS, _indexed_coupon),
    Family("portfolio-deviation", BONDS, _portfolio),
    Family("rate-forward", RATES, _forward_rate),
    Family("rate-foreign-deposit", RATES, _foreign_deposit),
    Family("currency-forward-parity", RATES, _parity),
)
