"""Payments in ways that the course does not treat: growing ones, a rate that changes, renewals without end."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.transfer_writing import growth, superscript, to_power, worked
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, show, tl

UNIT = "Anüiteler"


def _geometric(draw: Random) -> Problem:
    """(first payment, growth, rate, years): present value of payments that grow by a rate."""
    a, g = pick(draw, 60_000, 600_000, 5_000), pick(draw, 8, 30)
    r, n = g + pick(draw, 3, 18), pick(draw, 5, 15)
    value = a * (1 - (growth(g) / growth(r)) ** n) / F(r - g, 100)
    ratio = f"{plain(growth(g))} / {plain(growth(r))}"
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (a, g, r, n),
        (
            f"Bir iş yerinin yıllık kirası yıl sonlarında ödenmektedir. İlk kira {tl(a)} olup sonraki her kira bir"
            f" öncekinden {pct(g)} fazladır. Sözleşme {n} yıllıktır. Yıllık {pct(r)} iskonto oranıyla bu kiraların"
            " bugünkü değerleri toplamı kaç TL'dir?",
            f"{firm}, ilki bir yıl sonra {tl(a)} olan ve her yıl {pct(g)} oranında büyüyen lisans gelirini {n} yıl"
            f" boyunca tahsil edecektir. Bu hakkı bugün devretmek isterse, yıllık {pct(r)} faizle istemesi gereken"
            " bedeli hesaplayınız.",
            f"Geometrik değişimli bir anüitede ilk taksit {tl(a)}, taksitlerin yıllık artış oranı {pct(g)}, taksit"
            f" sayısı {n} ve yıllık faiz oranı {pct(r)} olarak veriliyor. Taksitler yıl sonlarında ödendiğine göre"
            " anüitenin peşin değeri ne kadardır?",
            f"Bir çiftlikten ilk yılın sonunda {tl(a)} gelir beklenmektedir; gelirin sonraki yıllarda hep {pct(g)}"
            f" artacağı varsayılıyor. Çiftliğin {n} yıllık gelirine bugün biçilecek değer, yıllık {pct(r)} faiz"
            " oranıyla, kaç TL'dir? (Gelirler yıl sonunda elde edilir.)",
        ),
        f"{ratio} {is_(growth(g) / growth(r), 6, amount=False)}\n"
        f"Peşin değer: {show(a)} × (1 - ({ratio}){superscript(n)}) / ({plain(F(r, 100))} - {plain(F(g, 100))})"
        f" {is_(value)}",
        value,
    )


def _gradient(draw: Random) -> Problem:
    """(first payment, rise, rate, years): present value of payments that rise by an amount."""
    a, d = pick(draw, 40_000, 300_000, 5_000), pick(draw, 2_000, 30_000, 1_000)
    r, n = draw.choice((10, 16, 20, 25, 32, 40)), pick(draw, 5, 12)
    i, f = F(r, 100), growth(r)
    value = (a + d / i) * (1 - f**-n) / i - n * d / (i * f**n)
    who = draw.choice(WHO)
    return worked(
        draw,
        (a, d, r, n),
        (
            f"{who} arsasını {n} yıllığına kiraya vermiştir. Birinci yılın sonunda {tl(a)}, izleyen yılların sonunda"
            f" bir önceki yıldan {tl(d)} fazla kira alacaktır. Yıllık bileşik faiz {pct(r)} olduğuna göre tüm"
            " kiraların bugünkü değeri kaç TL'dir?",
            f"Aritmetik değişimli bir anüitenin ilk taksidi {tl(a)}, taksitlerin artış tutarı {tl(d)}, taksit sayısı"
            f" {n} ve yıllık faiz oranı {pct(r, 'dir')}. Taksitler yıl sonlarında ödendiğine göre anüitenin peşin"
            " değerini bulunuz.",
            f"Bir makinenin bakım giderinin ilk yıl {tl(a)} olacağı, sonra her yıl {tl(d)} artacağı öngörülüyor."
            f" Giderler yıl sonlarında yapıldığına ve makine {n} yıl kullanılacağına göre, yıllık {pct(r)} faizle"
            " bugün ayrılması gereken bakım karşılığı ne kadardır?",
            f"Bir sponsorluk sözleşmesi {n} yıl sürecek; ilk yılın sonunda {tl(a)} ödenecek, ödeme her yıl {tl(d)}"
            f" yükseltilecektir. Yıllık faiz oranı {pct(r)} alınırsa yıl sonlarında yapılacak ödemelerin sözleşme"
            " başındaki toplam değeri ne olur?",
        ),
        f"{to_power(f, n)} {is_(f**n, 6, amount=False)}\n"
        f"Eşit taksit gibi: ({show(a)} + {show(d)} / {plain(i)}) × (1 - {to_power(f, -n)}) / {plain(i)}"
        f" {is_((a + d / i) * (1 - f**-n) / i)}\n"
        f"Fazlalık: {n} × {show(d)} / ({plain(i)} × {to_power(f, n)}) {is_(n * d / (i * f**n))}\n"
        f"Peşin değer: ({show(a)} + {show(d)} / {plain(i)}) × (1 - {to_power(f, -n)}) / {plain(i)}"
        f" - {n} × {show(d)} / ({plain(i)} × {to_power(f, n)}) {is_(value)}",
        value,
    )


def _changed_rate(draw: Random) -> Problem:
    """(deposit, first rate a month, its months, second rate a month, its months): what a fund holds at the end."""
    a = pick(draw, 2_000, 30_000, 500)
    r, s = (F(pick(draw, 140, 380, 5), 100) for _ in range(2))
    n, m = draw.choice((6, 9, 12, 18, 24)), draw.choice((6, 8, 10, 12, 18))
    if r == s:
        return _changed_rate(draw)
    i, j, f, g = r / 100, s / 100, growth(r), growth(s)
    first = a * (f**n - 1) / i
    second = a * (g**m - 1) / j
    value = first * g**m + second
    who, firm = draw.choice(WHO), draw.choice(FIRMS)
    return worked(
        draw,
        (a, r, n, s, m),
        (
            f"{who} ay sonlarında {tl(a)} yatırdığı birikim hesabından ilk {n} ay boyunca aylık {pct(r)} bileşik faiz"
            f" kazanmış, sonra oran aylık {pct(s)} olmuştur. Aynı tutarı {m} ay daha yatırdığına göre son ödemesini"
            " yaptığı gün hesabında kaç TL vardır?",
            f"{firm} bir borcunu ödemek üzere amortisman fonu kurmuş ve fona her ay sonunda {tl(a)} koymuştur. Fonun"
            f" aylık getirisi ilk {n} ayda {pct(r)}, sonraki {m} ayda {pct(s)} olmuştur. {n + m}. ayın sonunda fonda"
            " biriken tutarı hesaplayınız.",
            f"Her ay sonunda {tl(a)} eklenen bir hesapta faiz oranı değişkendir: ilk {n} ay aylık {pct(r)}, son {m} ay"
            f" aylık {pct(s)} bileşik faiz uygulanmıştır. Toplam {n + m} ödemenin sonuncusu yapıldığında birikim ne"
            " kadar olur?",
            f"{n + m} ay boyunca ay sonlarında {tl(a)} biriktirilen bir hesaba ilk {n} ay için aylık {pct(r)}, kalan"
            f" {m} ay için aylık {pct(s)} bileşik faiz ödenmiştir. Son para yatırıldığı anda hesapta toplanan tutar"
            " kaç TL'dir?",
        ),
        f"İlk dönemin birikimi: {show(a)} × ({to_power(f, n)} - 1) / {plain(i)} {is_(first)}\n"
        f"İkinci dönemin ödemeleri: {show(a)} × ({to_power(g, m)} - 1) / {plain(j)} {is_(second)}\n"
        f"Toplam: {show(a)} × ({to_power(f, n)} - 1) / {plain(i)} × {to_power(g, m)} + {show(a)} × ({to_power(g, m)} -"
        f" 1) / {plain(j)} {is_(value)}",
        value,
    )


def _pension(draw: Random) -> Problem:
    """(contribution, rate a month, months, state rate, vested share): own savings and the vested state part."""
    a, s = pick(draw, 1_000, 12_000, 250), draw.choice((20, 25, 30))
    n, vested = draw.choice(((36, 15), (48, 15), (60, 15), (72, 35), (84, 35), (96, 35), (120, 60)))
    r = F(pick(draw, 80, 220, 5), 100)
    i, f = r / 100, growth(r)
    own = a * (f**n - 1) / i
    part = F(s * vested, 10_000)
    value = own * (1 + part)
    who = draw.choice([name for name in WHO if name != "Bir emekli"])
    return worked(
        draw,
        (a, r, n, s, vested),
        (
            f"{who} bireysel emeklilik sistemine {n} ay boyunca her ay sonunda {tl(a)} katkı payı ödemiş, her ödemeyle"
            f" birlikte hesabına bunun {pct(s, 'si')} kadar devlet katkısı yatırılmıştır. Fonlar ayda bileşik {pct(r)}"
            f" kazandırmıştır. Sistemden ayrılırken devlet katkısı hesabının {pct(vested, 'sine')} hak kazandığına"
            " göre, kesintiler dikkate alınmadığında eline kaç TL geçer?",
            f"Aylık katkı payı {tl(a)}, devlet katkısı oranı {pct(s)} ve fonların aylık bileşik getirisi {pct(r)} olan"
            f" bir emeklilik sözleşmesi {n} ayın sonunda sona erdiriliyor. Katılımcı kendi birikiminin tamamını,"
            f" devlet katkısı ve getirisinin ise {pct(vested, 'sini')} alacaktır. Ödemeler ay sonlarında yapıldığına"
            " göre toplam ödemeyi bulunuz.",
            f"Bir çalışan {n} ay süreyle ay sonlarında {tl(a)} emeklilik katkı payı yatırıyor; devlet de aynı gün bunun"
            f" {pct(s, 'sini')} ekliyor. Her iki hesabın getirisi aylık {pct(r, 'dir')}. Devletin yatırdığı kısmın ve"
            f" getirisinin {pct(vested, 'si')} ödeneceğine göre çalışana ödenecek toplam tutar ne kadardır? (Vergi ve"
            " kesinti yoktur.)",
            f"{n} ay süren bir bireysel emeklilik planında ay sonlarında {tl(a)} ödenmiş, her ödemenin {pct(s, 'si')}"
            f" oranında devlet katkısı aynı gün ayrı bir hesaba konmuştur. İki hesap da ayda {pct(r)} bileşik getiri"
            f" sağlamıştır. Plandan çıkan kişi devlet hesabının yalnızca {pct(vested, 'sini')} alabilmektedir. Vergi"
            " ve kesintiler yok sayılırsa ödenecek para kaç TL'dir?",
        ),
        f"Kendi birikimi: {show(a)} × ({to_power(f, n)} - 1) / {plain(i)} {is_(own)}\n"
        f"Devlet katkısından alınan pay: {plain(F(s, 100))} × {plain(F(vested, 100))} = {plain(part)}\n"
        f"Toplam: {show(a)} × ({to_power(f, n)} - 1) / {plain(i)} × (1 + {plain(part)}) {is_(value)}",
        value,
    )


def _capitalised(draw: Random) -> Problem:
    """(first cost, cost of renewal, years, rate): cost of a thing that is renewed for ever."""
    cost, n, r = pick(draw, 400_000, 6_000_000, 50_000), pick(draw, 4, 15), pick(draw, 8, 30)
    renewal = cost * pick(draw, 15, 80, 5) // 100
    f = growth(r)
    value = cost + renewal / (f**n - 1)
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (cost, renewal, n, r),
        (
            f"Bir belediye {tl(cost)} harcayarak bir yaya köprüsü yapacak ve köprünün döşemesini sonsuza dek her {n}"
            f" yılda bir {tl(renewal)} harcayarak yenileyecektir. Yıllık faiz {pct(r)} olduğuna göre köprünün"
            " sermayeleştirilmiş maliyeti kaç TL'dir?",
            f"{firm}, bugün {tl(cost)} ödeyerek kurduğu arıtma tesisini her {n} yılın sonunda {tl(renewal)} ile"
            " yenilemeyi sürekli kılmak istiyor. Hem kuruluş giderini hem bütün yenilemeleri karşılayacak bir fon"
            f" için, yıllık {pct(r)} bileşik faizle, bugün gereken parayı hesaplayınız.",
            f"İlk maliyeti {tl(cost)} olan bir varlığın her {n} yılda bir {tl(renewal)} gidere yol açacak biçimde"
            f" süresiz kullanılması planlanıyor. İlk yenileme {n} yıl sonra yapılacaktır. Yıllık {pct(r)} faizle bu"
            " planın bugünkü toplam maliyeti ne olur?",
            f"Bir vakıf, bugün {tl(cost)} harcayacağı bir kütüphanenin her {n} yılda bir gereken {tl(renewal)}"
            f" tutarındaki onarımını süresiz üstlenmiştir. Yıllık bileşik faiz {pct(r)} iken bütün bu harcamaların"
            f" bugünkü değeri kaç TL'dir? (İlk onarım {n} yıl sonradır.)",
        ),
        f"{to_power(f, n)} {is_(f**n, 6, amount=False)}\n"
        f"Yenilemelerin değeri: {show(renewal)} / ({to_power(f, n)} - 1) {is_(renewal / (f**n - 1))}\n"
        f"Toplam: {show(cost)} + {show(renewal)} / ({to_power(f, n)} - 1) {is_(value)}",
        value,
    )


FAMILIES = (
    Family("annuity-geometric", UNIT, _geometric),
    Family("annuity-gradient", UNIT, _gradient),
    Family("annuity-changed-rate", UNIT, _changed_rate),
    Family("pension-state-contribution", UNIT, _pension),
    Family("capitalised-cost", UNIT, _capitalised),
)
