"""Simple interest: interest, balance, principal, rate and time; months and days of a year of 360; rows of deposits."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.dates import draw_period, on
from finmath_grpo.questions.families.percentages import comes_out_whole, quarter_rate
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import FIRMS, WHO, is_, pct, pick, plain, problem, raised, show, tl

UNIT = "Basit faiz"


def _principal_and_rate(draw: Random) -> tuple[int, F]:
    """A sum and a yearly rate; in four of ten draws such ones that have whole interest for each month."""
    if comes_out_whole(draw):
        return pick(draw, 12000, 184800, 1200), F(pick(draw, 18, 48))
    return pick(draw, 12000, 185000, 5), quarter_rate(draw, 18, 48)


def _principal_and_rate_for_days(draw: Random) -> tuple[int, F]:
    """A sum and a yearly rate; in four of ten draws such ones that have whole interest for each day of 360."""
    if comes_out_whole(draw):
        return pick(draw, 12000, 186000, 6000), F(pick(draw, 18, 48, 6))
    return pick(draw, 12000, 185000, 5), quarter_rate(draw, 18, 48)


def _months(draw: Random) -> Problem:
    """(principal, rate, months): principal × rate × months / 1200."""
    (p, r), m = _principal_and_rate(draw), pick(draw, 2, 23)
    value = p * r * m / 1200
    return problem(
        draw,
        (p, r, m),
        (
            f"Yıllık {pct(r)} basit faiz oranıyla {m} aylığına bankaya yatırılan {tl(p)}'nin faizi kaç TL'dir?",
            f"{draw.choice(WHO)}, {tl(p)}'yi {m} ay süreyle yıllık {pct(r)} basit faizle bankaya yatırıyor. {m}"
            " ayın sonunda elde edilen faiz kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {tl(p)} tutarındaki krediyi yıllık {pct(r)} basit faizle {m} ay kullanmıştır."
            " Kredinin faiz tutarını hesaplayınız.",
            f"{m} ay vadeli bir hesapta {tl(p)}'ye yıllık {pct(r)} basit faiz uygulanmaktadır. Vade sonunda elde"
            " edilecek faiz ne kadardır?",
            f"Yıllık basit faiz oranı {pct(r)} olduğuna göre {tl(p)}'nin {m} aylık faizi kaç TL'dir?",
        ),
        (
            f"Bir yıllık faiz: {show(p)} × {plain(r)} / 100 = {show(p * r / 100)}\n{m} aylık faiz:"
            f" {show(p * r / 100)} × {m} / 12 {is_(value)}",
            f"Süre ay olduğundan I = A × n × t / 1.200 formülü kullanılır.\n{show(p)} × {plain(r)} × {m} ="
            f" {show(p * r * m)}\nI = {show(p * r * m)} / 1.200 {is_(value)}",
        ),
        value,
    )


def _days(draw: Random) -> Problem:
    """(principal, rate, days): principal × rate × days / 36000."""
    (p, r), t = _principal_and_rate_for_days(draw), pick(draw, 17, 287)
    value = p * r * t / 36000
    return problem(
        draw,
        (p, r, t),
        (
            f"{tl(p)}, yıllık {pct(r)} basit faizle {t} gün bankada kalıyor. Faiz tutarı kaç TL'dir? (1 yıl 360 gün"
            " alınacaktır.)",
            f"Bir yıl 360 gün kabul edildiğinde, yıllık {pct(r)} basit faiz oranıyla {t} günlüğüne borç verilen"
            f" {tl(p)}'nin faizi kaç TL'dir?",
            f"{draw.choice(WHO)}, {t} gün vadeli hesaba {tl(p)} yatırıyor. Yıllık basit faiz oranı {pct(r)} ve 1"
            " yıl 360 gün olduğuna göre vade sonunda elde edilecek faizi bulunuz.",
            f"{draw.choice(FIRMS)}, vadesinde ödeyemediği {tl(p)}'lik borcunu {t} gün gecikmeyle ödüyor. Borca"
            f" yıllık {pct(r)} basit faiz uygulandığına göre gecikme faizi ne kadardır? (1 yıl = 360 gün)",
        ),
        (
            f"Süre gün olduğundan I = A × n × t / 36.000 formülü kullanılır.\n{show(p)} × {plain(r)} × {t} ="
            f" {show(p * r * t)}\nI = {show(p * r * t)} / 36.000 {is_(value)}",
            f"Bir yıllık faiz: {show(p)} × {plain(r)} / 100 = {show(p * r / 100)}\n{t} günlük faiz:"
            f" {show(p * r / 100)} × {t} / 360 {is_(value)}",
        ),
        value,
    )


def _dates(draw: Random) -> Problem:
    """(principal, rate, start, end, days): interest of the days between two dates, year of 360."""
    (p, r), period = _principal_and_rate_for_days(draw), draw_period(draw)
    value = p * r * period.days / 36000
    return problem(
        draw,
        (p, r, period.start, period.end, period.days),
        (
            f"{on(period.start)} bankaya yatırılan {tl(p)}, aynı yıl {on(period.end)} çekilmiştir. Yıllık basit"
            f" faiz oranı {pct(r)} olduğuna göre elde edilen faiz kaç TL'dir? (1 yıl 360 gün; aylar gerçek gün"
            " sayılarıyla alınacaktır.)",
            f"{draw.choice(WHO)}, {period.start} tarihinde {tl(p)} borç almış, borcunu aynı yılın {period.end}"
            f" tarihinde kapatmıştır. Yıllık basit faiz oranı {pct(r)} olduğuna göre borcun faizi kaç TL'dir? (Yıl"
            " 360 gün, aylar gerçek gün sayılarıyla alınacaktır.)",
            f"Yıllık {pct(r)} basit faizle {on(period.start)} açılan {tl(p)}'lik hesap aynı yıl {on(period.end)}"
            " kapatılıyor. Yılı 360 gün, ayları gerçek gün sayılarıyla alarak hesabın faizini hesaplayınız.",
            f"{draw.choice(FIRMS)}, {on(period.start)} kullandığı {tl(p)} tutarındaki krediyi aynı yıl"
            f" {on(period.end)} geri ödemiştir. Yıllık basit faiz oranı {pct(r)}, bir yıl 360 gün ve aylar gerçek"
            " gün sayılarıyla alındığında ödenen faiz kaç TL'dir?",
        ),
        (
            f"{period.counted()}\n{show(p)} × {plain(r)} × {period.days} = {show(p * r * period.days)}\nFaiz:"
            f" {show(p * r * period.days)} / 36.000 {is_(value)}",
            f"Önce gün sayısı bulunur.\n{period.counted()}\nBir yıllık faiz: {show(p)} × {plain(r)} / 100 ="
            f" {show(p * r / 100)}\n{period.days} günlük faiz: {show(p * r / 100)} × {period.days} / 360"
            f" {is_(value)}",
        ),
        value,
    )


def _balance(draw: Random) -> Problem:
    """(principal, rate, months): principal × (1 + rate × months / 1200)."""
    (p, r), m = _principal_and_rate(draw), pick(draw, 2, 23)
    value = p * (1 + r * m / 1200)
    return problem(
        draw,
        (p, r, m),
        (
            f"{tl(p)}, yıllık {pct(r)} basit faizle {m} ay sonra kaç TL'ye ulaşır?",
            f"Yıllık {pct(r)} basit faiz oranıyla {m} ay vadeyle bankaya yatırılan {tl(p)}'nin vade sonundaki"
            " değeri (baliği) kaç TL'dir?",
            f"{draw.choice(FIRMS)}, {m} ay sonra faiziyle birlikte geri ödemek üzere yıllık {pct(r)} basit faizle"
            f" {tl(p)} borçlanıyor. Vade sonunda ödenecek toplam tutar kaç TL'dir?",
            f"{draw.choice(WHO)}, birikimi olan {tl(p)}'yi {m} aylığına yıllık {pct(r)} basit faizle"
            " değerlendirmiştir. Süre sonunda anapara ve faiz toplamını bulunuz.",
        ),
        (
            f"Faiz: {show(p)} × {plain(r)} × {m} / 1.200 {is_(value - p)}\nVade sonundaki değer: {show(p)} +"
            f" {show(p)} × {plain(r)} × {m} / 1.200 {is_(value)}",
            f"S = A × (1 + n × t / 1.200) formülü kullanılır.\n{plain(r)} × {m} = {plain(r * m)}\nS = {show(p)} ×"
            f" (1 + {plain(r * m)} / 1.200) {is_(value)}",
        ),
        value,
    )


def _principal(draw: Random) -> Problem:
    """(interest, rate, months): interest × 1200 / (rate × months)."""
    (near, r), m = _principal_and_rate(draw), pick(draw, 2, 23)
    interest = F(int(near * r * m / 1200))
    p = interest * 1200 / (r * m)
    return problem(
        draw,
        (interest, r, m),
        (
            f"Yıllık {pct(r)} basit faizle {m} ayda {tl(interest)} faiz getiren anapara kaç TL'dir?",
            f"{draw.choice(WHO)}, {m} ay vadeli hesabından {tl(interest)} faiz almıştır. Yıllık basit faiz oranı"
            f" {pct(r)} olduğuna göre hesaba yatırılan para kaç TL'dir?",
            f"{m} ay vadeli bir kredinin basit faizi {tl(interest)} olmuştur. Yıllık faiz oranı {pct(r)} olduğuna"
            " göre kredi tutarını bulunuz.",
            f"Yıllık {pct(r)} basit faiz uygulayan bir bankadan {m} ayın sonunda {tl(interest)} faiz elde etmek"
            " için bugün ne kadar para yatırılmalıdır?",
        ),
        (
            f"A = I × 1.200 / (n × t)\n{show(interest)} × 1.200 = {show(interest * 1200)}\n{plain(r)} × {m} ="
            f" {plain(r * m)}\nA = {show(interest * 1200)} / {plain(r * m)} {is_(p)}",
            f"{m} ayda 100 TL'nin faizi {plain(r)} × {m} / 12 TL'dir.\nAnapara: {show(interest)} × 100 /"
            f" ({plain(r)} × {m} / 12) {is_(p)}",
        ),
        p,
    )


def _rate(draw: Random) -> Problem:
    """(principal, balance, months): 1200 × (balance − principal) / (principal × months)."""
    (p, near), m = _principal_and_rate(draw), pick(draw, 2, 23)
    if near.denominator > 1:
        near += F(pick(draw, 1, 24), 100)
    interest = int(p * near * m / 1200)
    s, r = p + interest, F(interest * 1200, p * m)
    return problem(
        draw,
        (p, s, m),
        (
            f"Basit faizle bankaya yatırılan {tl(p)}, {m} ay sonunda {tl(s)} olmuştur. Yıllık basit faiz oranı"
            " yüzde kaçtır?",
            f"{m} ayda {tl(p)}'yi {tl(s)}'ye ulaştıran yıllık basit faiz oranı yüzde kaçtır?",
            f"{draw.choice(WHO)}, {tl(p)} borcuna karşılık {m} ay sonra {tl(s)} ödüyor. Basit faiz uygulandığına"
            " göre yıllık faiz oranını bulunuz.",
            f"{draw.choice(FIRMS)}, {tl(p)} tutarındaki alacağını {m} ay sonra basit faiziyle birlikte {tl(s)}"
            " olarak tahsil etmiştir. Uygulanan yıllık basit faiz oranı nedir?",
        ),
        (
            f"Toplam faiz: {show(s)} - {show(p)} = {show(interest)}\nBir yıla düşen faizin anaparaya"
            f" oranı:\n{show(interest)} / {m} × 12 / {show(p)} × 100 {is_(r, amount=False)}",
            f"I = {show(s)} - {show(p)} = {show(interest)}\nn = 1.200 × I / (A × t)\nA × t = {show(p)} × {m} ="
            f" {show(p * m)}\nn = 1.200 × {show(interest)} / {show(p * m)} {is_(r, amount=False)}",
        ),
        r,
        "%",
    )


def _time(draw: Random) -> Problem:
    """(principal, rate, interest): months, interest × 1200 / (principal × rate)."""
    p, r, m = pick(draw, 12000, 184800, 240), quarter_rate(draw, 18, 48), pick(draw, 2, 29)
    interest = p * r * m / 1200
    month = p * r / 1200
    return problem(
        draw,
        (p, r, interest),
        (
            f"Yıllık {pct(r)} basit faizle yatırılan {tl(p)}, vade sonunda {tl(interest)} faiz getirmiştir."
            " Bankanın vadeleri ay olarak belirlediği bilindiğine göre paranın vadesi kaç aydır?",
            f"{draw.choice(WHO)}, yıllık {pct(r)} basit faizle aldığı {tl(p)} borç için {tl(interest)} faiz"
            " ödemiştir. Süre ay olarak hesaplandığında borcun süresi kaç aydır?",
            f"{tl(p)} yıllık {pct(r)} basit faizle kaç ayda {tl(interest)} faiz getirir?",
            f"{draw.choice(FIRMS)}, yıllık {pct(r)} basit faizle kullandığı {tl(p)}'lik krediye {tl(interest)} faiz"
            " ödediğine göre krediyi kaç ay kullanmıştır?",
        ),
        (
            f"Bir yıllık faiz: {show(p)} × {plain(r)} / 100 = {show(month * 12)}\nBir aylık faiz:"
            f" {show(month * 12)} / 12 = {show(month)}\nSüre: {show(interest)} / {show(month)} = {m} ay",
            f"t = I × 1.200 / (A × n)\n{show(interest)} × 1.200 = {show(interest * 1200)}\n{show(p)} × {plain(r)} ="
            f" {show(p * r)}\nt = {show(interest * 1200)} / {show(p * r)} = {m}",
        ),
        m,
        "ay",
    )


def _two_parts(draw: Random) -> Problem:
    """(first principal, first rate, second principal, second rate, months): interest of both."""
    (a, r), (b, s), m = _principal_and_rate(draw), _principal_and_rate(draw), pick(draw, 3, 18)
    if r == s:
        s += 1
    x, y = a * r * m / 1200, b * s * m / 1200
    value = x + y
    return problem(
        draw,
        (a, r, b, s, m),
        (
            f"{tl(a + b)}'nin {tl(a)}'si yıllık {pct(r)}, kalanı yıllık {pct(s)} basit faizle {m} aylığına"
            " yatırılıyor. Elde edilecek toplam faiz kaç TL'dir?",
            f"{draw.choice(WHO)} iki bankadan ilkine yıllık {pct(r)} basit faizle {tl(a)}, ikincisine yıllık"
            f" {pct(s)} basit faizle {tl(b)} yatırıyor. {m} ay sonunda iki bankadan alınacak faizlerin toplamı kaç"
            " TL'dir?",
            f"Bir dernek, {tl(a)}'yi yıllık {pct(r)}, {tl(b)}'yi yıllık {pct(s)} basit faizle {m} ay süreyle"
            " değerlendirmiştir. Derneğin toplam faiz gelirini hesaplayınız.",
            f"{draw.choice(FIRMS)} yıllık {pct(r)} basit faizli {tl(a)} ve yıllık {pct(s)} basit faizli {tl(b)}"
            f" tutarında iki kredi kullanmıştır. İki kredinin {m} aylık faizlerinin toplamı ne kadardır?",
        ),
        (
            f"Birinci yıllık faiz: {show(a)} × {plain(r)} / 100 = {show(a * r / 100)}\nİkinci yıllık faiz:"
            f" {show(b)} × {plain(s)} / 100 = {show(b * s / 100)}\nToplam: {show(a * r / 100)} +"
            f" {show(b * s / 100)} = {show((a * r + b * s) / 100)}\n{m} ay için: {show((a * r + b * s) / 100)} ×"
            f" {m} / 12 {is_(value)}",
            f"Sermaye ile oranların çarpımları toplanır:\n{show(a)} × {plain(r)} + {show(b)} × {plain(s)} ="
            f" {show(a * r + b * s)}\n{show(a * r + b * s)} × {m} / 1.200 {is_(value)}",
        ),
        value,
    )


def _monthly_deposits(draw: Random) -> Problem:
    """(deposit, rate, months): balance of deposits at the start of each month, at simple interest to the end."""
    n = pick(draw, 5, 18)
    if comes_out_whole(draw):
        a, r = pick(draw, 1200, 9600, 400), F(pick(draw, 18, 48, 3))
    else:
        a, r = pick(draw, 1250, 9800, 5), quarter_rate(draw, 18, 48)
    months = n * (n + 1) // 2
    value = n * a + a * r * months / 1200
    return problem(
        draw,
        (a, r, n),
        (
            f"Bir hesaba {n} ay boyunca her ayın başında {tl(a)} yatırılıyor. Her taksit, yatırıldığı günden {n}."
            f" ayın sonuna kadar yıllık {pct(r)} basit faiz kazandığına göre {n}. ayın sonunda hesapta biriken"
            " tutar kaç TL'dir?",
            f"{draw.choice(WHO)}, her ay başında {tl(a)} olmak üzere {n} taksit yatırıyor. Yıllık {pct(r)} basit"
            " faiz uygulandığına göre son taksitten 1 ay sonra anapara ve faizlerin toplamı kaç TL'dir?",
            f"Bir yardım sandığına {n} ay süreyle her ayın ilk günü {tl(a)} ödenmektedir. Sandık yıllık {pct(r)}"
            f" basit faiz verdiğine ve faize faiz yürütmediğine göre {n}. ayın sonunda birikecek parayı"
            " hesaplayınız.",
            f"Her ayın başında {tl(a)} yatırılan bir hesapta basit faiz uygulanmaktadır. Yıllık faiz oranı {pct(r)}"
            f" olduğuna göre {n} taksit yatırılırsa {n}. ayın sonundaki toplam birikim ne kadar olur?",
        ),
        (
            f"İlk taksit {n} ay, son taksit 1 ay faiz kazanır:"
            f" {' + '.join(str(month) for month in range(n, 0, -1))} = {months} ay\nYatırılan para: {n} × {show(a)}"
            f" = {show(n * a)}\nBiriken tutar: {show(n * a)} + {show(a)} × {plain(r)} × {months} / 1.200"
            f" {is_(value)}",
            f"Faiz süreleri toplamı: {n} × ({n} + 1) / 2 = {months} ay\nFaizler: {show(a)} × {plain(r)} × {months}"
            f" / 1.200 {is_(value - n * a)}\nAnapara ile birlikte: {n} × {show(a)} + {show(a)} × {plain(r)} ×"
            f" {months} / 1.200 {is_(value)}",
        ),
        value,
    )


def _renewed_deposit(draw: Random) -> Problem:
    """(principal, rate, months of a term, terms, tax rate): principal × (1 + net rate of a term)^terms."""
    p, n, tax = pick(draw, 24000, 245000, 5), pick(draw, 5, 12), draw.choice((5, 10, 15))
    m = draw.choice((1, 3, 6))
    i = F(pick(draw, 7 * m, 16 * m), 4)
    r = i * 12 / m
    net = i * (100 - tax) / 100
    q = 1 + net / 100
    value = p * q**n
    return problem(
        draw,
        (p, r, m, n, tax),
        (
            f"{tl(p)}, {m} ay vadeli bir hesaba yatırılıyor. Yıllık faiz oranı {pct(r)} olup her vade sonunda o"
            f" dönemin faizinden {pct(tax)} stopaj kesilmekte, kalan faiz anaparaya eklenerek hesap aynı koşullarla"
            f" yenilenmektedir. {n}. vadenin sonunda hesaptaki para kaç TL'dir?",
            f"{draw.choice(WHO)}, {tl(p)}'yi yıllık {pct(r)} faiz oranıyla {m} ay vadeli hesaba yatırıyor; her vade"
            " sonunda stopajı düşülmüş faizi de anaparaya ekleyip hesabı yeniliyor. Stopaj oranı faizin"
            f" {pct(tax, 'si')} olduğuna göre {n} vade sonundaki birikim kaç TL'dir?",
            f"{m} ay vadeli mevduatın yıllık faiz oranı {pct(r)}, faizden kesilen stopaj oranı {pct(tax, 'dir')}."
            f" {tl(p)} bu hesaba yatırılıp her vade sonunda net faiziyle birlikte yeniden aynı vadeyle bağlanırsa"
            f" {n}. vadenin sonunda yaklaşık ne kadar para birikir?",
            f"Bir banka, {m} ay vadeli hesaba yıllık {pct(r)} faiz vermekte ve her vadenin faizinden {pct(tax)}"
            f" stopaj kesmektedir. Hesap her vade sonunda net faiziyle birlikte yenilendiğine göre {tl(p)}'nin {n}"
            " vade sonunda ulaşacağı tutarı hesaplayınız.",
        ),
        (
            f"Bir vadenin brüt oranı: {plain(r)} × {m} / 12 = {plain(i)}\nNet oran: {plain(i)} × (100 - {tax}) /"
            f" 100 = {plain(net)}\n1 + {plain(net)} / 100 = {plain(q)}\n{raised(q, n)}"
            f" {is_(q**n, 6, amount=False)}\n{show(p)} × {raised(q, n)} {is_(value)}",
            f"Her vadede para, stopajdan sonraki faizle büyür.\n{plain(i)} - {plain(i)} × {tax} / 100 ="
            f" {plain(net)}\n{n} vade için çarpan {raised(q, n)} olur.\n{show(p)} × {raised(q, n)} {is_(value)}",
        ),
        value,
    )


FAMILIES = (
    Family("simple-interest-months", UNIT, _months),
    Family("simple-interest-days", UNIT, _days),
    Family("simple-interest-dates", UNIT, _dates),
    Family("simple-interest-balance-months", UNIT, _balance),
    Family("simple-interest-principal", UNIT, _principal),
    Family("simple-interest-rate", UNIT, _rate),
    Family("simple-interest-time", UNIT, _time),
    Family("simple-interest-two-parts", UNIT, _two_parts),
    Family("simple-interest-monthly-deposits", UNIT, _monthly_deposits),
    Family("simple-interest-renewed-deposit", UNIT, _renewed_deposit),
)
