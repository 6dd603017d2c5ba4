"""Decisions of firms in ways that the course does not treat: trial rates, unequal lives, break-even, capital, taxes."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.transfer_writing import growth, is_halfway, to_power, worked
from finmath_grpo.questions.families.writing import FIRMS, WHO, half_up, is_, pct, pick, plain, show, tl

INVESTMENTS = "Yatırım kararları (NBD ve iç verim oranı)"
COSTS = "Maliyet ve satış fiyatı"


def _npv(outlay: int, flows: tuple[int, ...], rate: int) -> F:
    return sum((flow / growth(rate) ** k for k, flow in enumerate(flows, start=1)), -F(outlay))


def _irr_interpolation(draw: Random) -> Problem:
    """(outlay, four inflows, low rate, high rate): the internal rate between two trial rates, on a straight line."""
    outlay = pick(draw, 200_000, 2_400_000, 20_000)
    flows = tuple(outlay * pick(draw, 28, 68) // 100 // 1_000 * 1_000 for _ in range(4))
    step = draw.choice((2, 4, 5))
    low = next(k for k in range(0, 200, step) if _npv(outlay, flows, k + step) < 0)
    high = low + step
    above, below = _npv(outlay, flows, low), _npv(outlay, flows, high)
    if not 10 <= low <= 60 or not above:
        return _irr_interpolation(draw)
    value = low + step * above / (above - below)
    up, down = F(half_up(above, 2)), F(half_up(below, 2))
    # Net present values to two places give the same answer as the exact ones.
    if half_up(low + step * up / (up - down), 2) != half_up(value, 2):
        return _irr_interpolation(draw)
    inflows = f"{', '.join(tl(flow) for flow in flows[:-1])} ve {tl(flows[-1])}"
    firm = draw.choice(FIRMS)
    sums = [
        f"{pct(rate)}: {' + '.join(f'{show(x)} / {to_power(growth(rate), k)}' for k, x in enumerate(flows, start=1))}"
        f" - {show(outlay)} {is_(net)}"
        for rate, net in ((low, above), (high, below))
    ]
    return worked(
        draw,
        (outlay, *flows, low, high),
        (
            f"{firm}, {tl(outlay)} harcayacağı bir projeden dört yıl boyunca yıl sonlarında sırasıyla {inflows} net"
            f" nakit girişi beklemektedir. İç verim oranı {pct(low)} ve {pct(high)} deneme oranları"
            " arasında doğrusal enterpolasyonla aranırsa yüzde kaç bulunur?",
            f"Bugün {tl(outlay)} gerektiren yatırımın dört yıllık net girişleri (yıl sonlarında) {inflows} olarak"
            f" öngörülüyor. Net bugünkü değeri {pct(low)} ve {pct(high)} iskonto oranları için hesaplayıp bu iki nokta"
            " arasında doğru orantı kurarak (enterpolasyon) iç verim oranını yüzde olarak bulunuz.",
            f"Bir yatırımın başlangıç tutarı {tl(outlay)}, ilk dört yılın sonundaki girişleri {inflows} kadardır."
            f" Deneme yanılma yönteminde alt oran {pct(low)}, üst oran {pct(high)} seçilmiştir. İki net bugünkü değer"
            " arasında doğrusal enterpolasyon yapıldığında iç kârlılık oranı yüzde kaçtır?",
            f"{firm}, maliyeti {tl(outlay)} olan bir tesisin dört yıl boyunca yıl sonlarında {inflows} nakit"
            f" sağlayacağını hesaplamıştır. Net bugünkü değer {pct(low)} oranında artı, {pct(high)} oranında eksi"
            " çıkmaktadır. İki oran arasında doğrusal enterpolasyonla yaklaşık iç verim oranı yüzde kaç olur?",
        ),
        "\n".join(sums) + f"\nFark: {show(up)} - ({show(down)}) = {show(up - down)}\n"
        f"Oran: {low} + {step} × {show(up)} / {show(up - down)} {is_(low + step * up / (up - down), amount=False)}",
        value,
        "%",
    )


def _equivalent_cost(draw: Random) -> Problem:
    """(price 1, years 1, yearly cost 1, price 2, years 2, yearly cost 2, rate): the lower equivalent annual cost."""
    p, q = pick(draw, 300_000, 1_200_000, 20_000), pick(draw, 500_000, 2_400_000, 20_000)
    n = pick(draw, 3, 6)
    m = n + pick(draw, 2, 5)
    c, d = pick(draw, 60_000, 400_000, 5_000), pick(draw, 40_000, 300_000, 5_000)
    r = draw.choice((15, 18, 20, 24, 25, 28, 30, 35))
    i, f = F(r, 100), growth(r)
    first, second = p * i / (1 - f**-n) + c, q * i / (1 - f**-m) + d
    value = min(first, second)
    # The machine that lasts longer costs more, and neither is far better: it has to be worked out.
    if q <= p or not 1.02 < max(first, second) / value < 1.5:
        return _equivalent_cost(draw)
    firm = draw.choice(FIRMS)
    better = (p, n, c) if first < second else (q, m, d)
    return worked(
        draw,
        (p, n, c, q, m, d, r),
        (
            f"{firm} iki makineden birini seçecektir. A makinesinin fiyatı {tl(p)}, ömrü {n} yıl, yıllık işletme"
            f" gideri {tl(c)}; B makinesinin fiyatı {tl(q)}, ömrü {m} yıl, yıllık işletme gideri {tl(d)}'dir. Hurda"
            f" değerleri yoktur ve giderler yıl sonunda ödenir. Yıllık faiz {pct(r)} ise daha ucuz olan makinenin"
            " yıllık eşdeğer maliyeti kaç TL'dir?",
            f"Ömürleri farklı iki makine yıllık eşdeğer maliyetle karşılaştırılıyor: ilki {tl(p)}'ye alınır, {n} yıl"
            f" dayanır ve her yıl {tl(c)} gider yaratır; ikincisi {tl(q)}'ye alınır, {m} yıl dayanır ve her yıl"
            f" {tl(d)} gider yaratır. Giderler yıl sonlarında yapılır, kalıntı değer yoktur. Yıllık {pct(r)} sermaye"
            " maliyetiyle tercih edilecek makinenin yıllık eşdeğer maliyetini hesaplayınız.",
            f"Bir atölyede {n} yıl çalışacak {tl(p)}'lik bir tezgâh yılda {tl(c)}, {m} yıl çalışacak {tl(q)}'lik bir"
            f" tezgâh ise yılda {tl(d)} bakım gideri istemektedir. Bakım giderleri yıl sonlarında ödenir, tezgâhların"
            f" hurda değeri yoktur. Yıllık {pct(r)} faizle eşdeğer yıllık maliyeti düşük olan tezgâhın bu maliyeti ne"
            " kadardır?",
            f"{firm} için iki jeneratör önerilmiştir. Birincisi {tl(p)} fiyatla {n} yıl, ikincisi {tl(q)} fiyatla {m}"
            f" yıl kullanılabilecektir; yıl sonu bakım ve yakıt giderleri sırasıyla {tl(c)} ve {tl(d)} tutarındadır."
            f" Yıllık faiz {pct(r)} ve hurda değerleri sıfır alınırsa yıllık eşdeğer maliyeti düşük olanın yıllık"
            " maliyetini bulunuz.",
        ),
        f"İlki: {show(p)} × {plain(i)} / (1 - {to_power(f, -n)}) + {show(c)} {is_(first)}\n"
        f"İkincisi: {show(q)} × {plain(i)} / (1 - {to_power(f, -m)}) + {show(d)} {is_(second)}\n"
        f"Düşük olanı: {show(better[0])} × {plain(i)} / (1 - {to_power(f, -better[1])}) + {show(better[2])}"
        f" {is_(value)}",
        value,
    )


def _break_even(draw: Random) -> Problem:
    """(fixed cost, price, commission rate, variable cost): units that cover the fixed cost."""
    price, rate = pick(draw, 200, 3_000, 20), draw.choice((5, 10, 12, 15, 18, 20, 25))
    kept = F(price * (100 - rate), 100)
    margin = int(kept * pick(draw, 20, 55) / 100)
    variable = kept - margin
    units = pick(draw, 120, 4_000, 5)
    fixed = margin * units
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (fixed, price, rate, variable),
        (
            f"{firm} internette tanesini {tl(price)}'ye sattığı ürün için pazar yerine satış fiyatının"
            f" {pct(rate, 'si')} kadar komisyon ödemektedir. Ürünün birim değişken maliyeti {tl(variable)}, aylık"
            f" sabit giderler {tl(fixed)} olduğuna göre başabaş noktası ayda kaç adettir?",
            f"Aylık sabit gideri {tl(fixed)} olan bir atölye ürününü {tl(price)}'den satıyor. Satıştan {pct(rate)}"
            f" aracı komisyonu kesiliyor, her ürün {tl(variable)} değişken gider gerektiriyor. Atölyenin ne kâr ne"
            " zarar etmesi için bir ayda satması gereken ürün sayısını bulunuz.",
            f"Birim satış fiyatı {tl(price)}, satış komisyonu {pct(rate)}, birim değişken gideri {tl(variable)} olan"
            f" bir üründe sabit giderlerin toplamı {tl(fixed)}'dir. Sabit giderleri karşılayan satış miktarı kaç adet"
            " olur?",
            f"Bir yazılımcı aylık {tl(fixed)} sabit gidere katlanarak bir uygulama satmaktadır. Uygulama mağazası"
            f" {tl(price)}'lik satış fiyatından {pct(rate)} kesinti yapmakta, her satışın destek gideri {tl(variable)}"
            " tutmaktadır. Giderlerini tam karşılaması için ayda kaç satış yapmalıdır?",
        ),
        f"Elde kalan: {show(price)} × {100 - rate} / 100 {is_(kept)}\nKatkı payı: {show(kept)} - {show(variable)}"
        f" {is_(margin)}\nMiktar: {show(fixed)} / {show(margin)} {is_(units)}",
        units,
        "",
    )


TARIFFS = ((158_000, 330_000), (190_000, 400_000))
"""Where the second and the third bracket begin."""


def _income_tax(draw: Random) -> Problem:
    """(end of the first bracket, end of the second, taxable income): tax at 15, 20 and 27 percent."""
    one, two = draw.choice(TARIFFS)
    income = pick(draw, two + 12_000, two + 380_000, 1_000)
    first, second, third = F(one * 15, 100), F((two - one) * 20, 100), F((income - two) * 27, 100)
    value = first + second + third
    who = draw.choice(WHO)
    return worked(
        draw,
        (one, two, income),
        (
            f"Gelir vergisi tarifesinde {tl(one)}'ye kadar olan gelir %15, {tl(one)} ile {tl(two)} arasında kalan"
            f" kısım %20, {tl(two)}'yi aşan kısım %27 oranında vergilendirilmektedir. Vergi matrahı {tl(income)} olan"
            " bir mükellefin ödeyeceği gelir vergisi kaç TL'dir?",
            f"{who} için yıllık vergi matrahı {tl(income)} olarak hesaplanmıştır. Matrahın ilk {tl(one)}'sine %15,"
            f" sonraki {tl(two - one)}'sine %20, kalanına %27 artan oranlı vergi uygulanacaktır. Vergi tutarını"
            " bulunuz.",
            f"Artan oranlı bir tarifede dilimler şöyledir: {tl(one)}'ye kadar %15; {tl(one)} ile {tl(two)} arasındaki"
            f" kısım için %20; {tl(two)}'nin üstü için %27. {tl(income)} matrah üzerinden hesaplanan toplam vergi ne"
            " kadardır?",
            f"Bir serbest meslek erbabının bir yıllık kazancından giderler düşüldüğünde {tl(income)} matrah kalıyor."
            f" Vergi, matrahın {tl(one)}'ye kadar olan bölümünde %15, {tl(one)} ile {tl(two)} arasındaki bölümünde"
            " %20, bunun üzerindeki bölümünde %27 oranıyla alınacaktır. Ödenecek vergiyi hesaplayınız.",
        ),
        f"İlk dilim: {show(one)} × 15 / 100 {is_(first)}\nİkinci dilim: ({show(two)} - {show(one)}) × 20 / 100"
        f" {is_(second)}\nÜçüncü dilim: ({show(income)} - {show(two)}) × 27 / 100 {is_(third)}\n"
        f"Vergi: {show(first)} + {show(second)} + {show(third)} {is_(value)}",
        value,
    )


def _capital_cost(draw: Random) -> Problem:
    """(equity, its cost, debt, its interest rate, tax rate): the weighted average cost of capital."""
    equity, debt = pick(draw, 4_000_000, 60_000_000, 500_000), pick(draw, 2_000_000, 50_000_000, 500_000)
    r, tax = F(pick(draw, 2_800, 4_200, 25), 100), draw.choice((20, 25, 30))
    k = r + F(pick(draw, 150, 1_100, 25), 100)
    after = r * (100 - tax) / 100
    value = (equity * k + debt * after) / (equity + debt)
    if is_halfway(value):
        return _capital_cost(draw)
    firm = draw.choice(FIRMS)
    return worked(
        draw,
        (equity, k, debt, r, tax),
        (
            f"{firm} {tl(equity)} öz sermaye ve {tl(debt)} banka kredisiyle finanse edilmektedir. Öz sermayenin"
            f" maliyeti {pct(k)}, kredinin yıllık faizi {pct(r)}, kurumlar vergisi oranı {pct(tax, 'dir')}. Faizin"
            " vergiden düşülebildiği dikkate alınırsa ağırlıklı ortalama sermaye maliyeti yüzde kaçtır?",
            f"Bir şirketin bilançosunda {tl(equity)} öz kaynak, {tl(debt)} faizli borç bulunuyor. Ortaklar {pct(k)}"
            f" getiri beklemekte, borca {pct(r)} faiz ödenmektedir. Vergi oranı {pct(tax)} olduğunda şirketin vergi"
            " sonrası ağırlıklı ortalama sermaye maliyetini yüzde olarak hesaplayınız.",
            f"Sermayesinin {tl(equity)}'lik kısmı ortaklardan ({pct(k)} maliyetle), {tl(debt)}'lik kısmı borçtan"
            f" ({pct(r)} faizle) gelen bir işletmenin vergi oranı {pct(tax, 'dir')}. Borç faizinin sağladığı vergi"
            " tasarrufu hesaba katıldığında toplam sermayenin ortalama maliyeti yüzde kaç olur?",
            f"Öz kaynağı {tl(equity)}, banka borcu {tl(debt)} olan bir işletme, ortaklarına {pct(k)} getiri sağlamak,"
            f" bankaya {pct(r)} faiz ödemek zorundadır. Ödenen faiz vergi matrahını azaltmakta, vergi oranı {pct(tax)}"
            " olarak uygulanmaktadır. Vergi sonrası ortalama sermaye maliyeti yüzde kaçtır?",
        ),
        f"Borcun vergi sonrası maliyeti: {plain(r)} × {100 - tax} / 100 {is_(after, 4, amount=False)}\n"
        f"Toplam sermaye: {show(equity)} + {show(debt)} {is_(equity + debt)}\n"
        f"Ortalama: ({show(equity)} × {plain(k)} + {show(debt)} × {plain(after)}) / {show(equity + debt)}"
        f" {is_(value, amount=False)}",
        value,
        "%",
    )


FAMILIES = (
    Family("irr-interpolation", INVESTMENTS, _irr_interpolation),
    Family("equivalent-annual-cost", INVESTMENTS, _equivalent_cost),
    Family("capital-cost-weighted", INVESTMENTS, _capital_cost),
    Family("break-even-commission", COSTS, _break_even),
    Family("income-tax-brackets", COSTS, _income_tax),
)
