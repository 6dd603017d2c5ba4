"""Shares: dividends, price and earnings, return, bonus issues."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.steps import AMOUNT_PLACES, carried, ends_right, near, powered, root, rooted
from finmath_grpo.questions.families.writing import COMPANIES, WHO, is_, pct, pick, plain, problem, show, tl

UNIT = "Tahvil ve hisse senedi"


def _constant_dividend(draw: Random) -> Problem:
    """(dividend, required return): dividend / required return."""
    k, d = draw.choice((16, 18, 20, 22, 24, 25, 26, 28, 30, 32, 35, 40)), F(pick(draw, 160, 4800, 20), 100)
    value = d * 100 / k
    return problem(
        draw,
        (d, k),
        (
            f"Her yıl {tl(d)} sabit kâr payı dağıtan ve yıllık {pct(k)} getiri beklenen bir hisse senedinin değeri kaç"
            " TL'dir?",
            f"İmtiyazlı bir hisse senedi yılda {tl(d)} temettü ödemektedir. Yatırımcıların istediği yıllık getiri"
            f" {pct(k)} ise hissenin değeri nedir?",
            f"{draw.choice(COMPANIES)} her yıl hisse başına {tl(d)} kâr payı ödeyecektir ve bunun değişmesi"
            f" beklenmemektedir. Yıllık iskonto oranı {pct(k)} iken hissenin bugünkü fiyatı kaç TL'dir?",
            f"Kâr payı yılda {tl(d)} olan ve hiç artmayacak bir hisseyi yıllık {pct(k)} getiri oranıyla değerleyiniz."
            " Hissenin değeri kaç TL'dir?",
        ),
        (
            f"Sabit kâr payında değer = kâr payı / getiri\n{show(d)} / {plain(F(k, 100))} {is_(value)}",
            f"Kâr payı sonsuza dek sürdüğünden daimi anüite gibi hesaplanır.\n{show(d)} × 100 / {k} {is_(value)}",
        ),
        value,
    )


def _growing_dividend(draw: Random) -> Problem:
    """(last dividend, required return, growth): dividend × (1 + growth) / (return − growth)."""
    g = pick(draw, 4, 24)
    k, d = g + pick(draw, 4, 18), F(pick(draw, 50, 2400, 5), 100)
    following = d * (1 + F(g, 100))
    value = following / F(k - g, 100)
    return problem(
        draw,
        (d, k, g),
        (
            f"Bu yıl {tl(d)} kâr payı dağıtan bir şirketin kâr payının her yıl {pct(g)} büyümesi bekleniyor. Yıllık"
            f" {pct(k)} getiri isteyen bir yatırımcı için hissenin değeri kaç TL'dir?",
            f"Gordon modeline göre, son ödenen kâr payı {tl(d)}, yıllık büyüme hızı {pct(g)} ve iskonto oranı {pct(k)}"
            " olan hisse senedinin fiyatını hesaplayınız.",
            f"{draw.choice(COMPANIES)} hisse başına {tl(d)} temettü ödemiştir ve temettüsünü bundan sonra yılda"
            f" {pct(g)} artıracaktır. Ortakların beklediği yıllık getiri {pct(k)} ise hissenin bugünkü değeri kaç"
            " TL'dir?",
        ),
        (
            f"Gelecek yılın kâr payı: {show(d)} × {plain(1 + F(g, 100))} = {show(following)}\n{plain(F(k, 100))} -"
            f" {plain(F(g, 100))} = {plain(F(k - g, 100))}\nP = {show(following)} / {plain(F(k - g, 100))}"
            f" {is_(value)}",
            f"Getiri ile büyüme arasındaki fark {k} - {g} = {k - g} puandır.\n{show(d)} × {plain(1 + F(g, 100))} ="
            f" {show(following)}\n{show(following)} × 100 / {k - g} {is_(value)}",
        ),
        value,
    )


def _price_later(draw: Random) -> Problem:
    """(next dividend, required return, growth, years): next dividend × (1 + growth)^years / (return − growth)."""
    g, n = pick(draw, 4, 24), pick(draw, 4, 10)
    k, d = g + pick(draw, 4, 18), F(pick(draw, 100, 2400, 10), 100)
    f, gap = 1 + F(g, 100), F(k - g, 100)
    value, now, later = d * f**n / gap, d / gap, d * f**n
    ends = carried(later) / gap, carried(now) * f**n
    if not ends_right(value, *ends):
        return _price_later(draw)
    return problem(
        draw,
        (d, k, g, n),
        (
            f"{draw.choice(COMPANIES)} bir yıl sonra hisse başına {tl(d)} kâr payı ödeyecek, kâr payını her yıl"
            f" {pct(g)} artıracaktır. İstenen yıllık getiri {pct(k)} olduğuna göre hissenin {n}. yıl sonunda, o yılın"
            " kâr payı ödendikten sonraki fiyatı kaç TL'dir?",
            f"Gelecek yılın kâr payı {tl(d)}, kâr paylarının yıllık büyüme hızı {pct(g)} ve iskonto oranı {pct(k)} olan"
            f" bir hissenin, Gordon modeline göre {n}. yılın kâr payı ödendikten hemen sonraki değeri kaç TL'dir?",
            f"Kâr payı gelecek yıl {tl(d)} olacak ve yılda {pct(g)} büyüyecek bir hisseden yıllık {pct(k)} getiri"
            f" beklenmektedir. Hissenin {n} yıl sonraki (o yılın kâr payı hariç) fiyatını bulunuz.",
        ),
        (
            f"{n + 1}. yılın kâr payı: {show(d)} × {powered(f, n)} {near(later)}\n{n}. yıl sonundaki fiyat:"
            f" {plain(carried(later))} / ({plain(F(k, 100))} - {plain(F(g, 100))}) {is_(ends[0])}",
            f"Bugünkü fiyat: {show(d)} / {plain(gap)} {near(now)}\nFiyat da her yıl {pct(g)} büyür:"
            f" {plain(carried(now))} × {powered(f, n)} {is_(ends[1])}",
        ),
        value,
    )


def _sold_later(draw: Random) -> Problem:
    """(dividend, years, selling price, required return): what may be paid for dividends and a sale."""
    n, k = pick(draw, 4, 10), draw.choice((14, 17, 18, 21, 23, 26, 27, 29, 31, 33, 36))
    d, sold = F(pick(draw, 100, 2500, 25), 100), pick(draw, 40, 600, 5)
    i = F(k, 100)
    f = 1 + i
    v = f**-n
    factor = (1 - carried(v)) / i
    parts = d * (1 - v) / i, sold * v
    value = sum(parts, F(0))
    ends = d * carried(factor) + sold * carried(v), sum((carried(part, AMOUNT_PLACES) for part in parts), F(0))
    if not ends_right(value, *ends):
        return _sold_later(draw)
    return problem(
        draw,
        (d, n, sold, k),
        (
            f"{draw.choice(WHO)}, {n} yıl boyunca her yıl sonunda {tl(d)} kâr payı alacağı bir hisseyi {n}. yılın"
            f" sonunda {tl(sold)}'ye satmayı düşünüyor. Yıllık {pct(k)} getiri istendiğine göre hisse için bugün en"
            " çok kaç TL ödenebilir?",
            f"Yıl sonlarında {tl(d)} kâr payı ödemesi ve {n} yıl sonra {tl(sold)}'den satılması beklenen bir hisse"
            f" senedinin, yıllık {pct(k)} iskonto oranıyla bugünkü değeri kaç TL'dir?",
            f"{draw.choice(COMPANIES)} her yıl sonunda hisse başına {tl(d)} temettü dağıtmaktadır. Hisseyi {n} yıl"
            f" elinde tutup {tl(sold)}'ye satacak ve yılda {pct(k)} kazanmak isteyen bir yatırımcı için hissenin"
            " değeri kaç TL'dir?",
            f"Bir hisse {n} yıl boyunca yıl sonlarında {tl(d)} kâr payı verecek, sonunda {tl(sold)} edecektir. Yıllık"
            f" getiri oranını {pct(k)} alarak hissenin bugünkü değerini hesaplayınız.",
        ),
        (
            f"{powered(f, -n)} {near(v)}\nKatsayı: (1 - {plain(carried(v))}) / {plain(i)} {near(factor)}\nDeğer:"
            f" {show(d)} × {plain(carried(factor))} + {show(sold)} × {plain(carried(v))} {is_(ends[0])}",
            f"Kâr paylarının bugünkü değeri: {show(d)} × (1 - {powered(f, -n)}) / {plain(i)}"
            f" {near(parts[0], AMOUNT_PLACES)}\nSatış fiyatının bugünkü değeri: {show(sold)} / {powered(f, n)}"
            f" {near(parts[1], AMOUNT_PLACES)}\nToplam: {plain(carried(parts[0], AMOUNT_PLACES))} +"
            f" {plain(carried(parts[1], AMOUNT_PLACES))} {is_(ends[1])}",
        ),
        value,
    )


def _dividend_growth(draw: Random) -> Problem:
    """(first dividend, last dividend, years): 100 × ((last / first)^(1/years) − 1), rounded to two places."""
    n, first = pick(draw, 3, 9), F(pick(draw, 40, 900, 5), 100)
    last = F(round(first * (1 + F(pick(draw, 50, 450), 1000)) ** n * 20), 20)
    ratio = last / first
    value = (root(ratio, n) - 1) * 100
    once = root(carried(ratio), n)
    ends = (carried(once) - 1) * 100, (carried(root(ratio, n)) - 1) * 100
    if not ends_right(value, *ends):
        return _dividend_growth(draw)
    quotient = f"({show(last)} / {show(first)})"
    return problem(
        draw,
        (first, last, n),
        (
            f"{draw.choice(COMPANIES)} {n} yıl önce hisse başına {tl(first)} kâr payı dağıtmış, bu yıl {tl(last)}"
            " dağıtmıştır. Kâr payının yıllık bileşik büyüme hızı yüzde kaçtır?",
            f"Bir hissenin kâr payı {n} yılda {tl(first)}'den {tl(last)}'ye yükselmiştir. Buna göre kâr payının yıllık"
            " ortalama bileşik büyüme oranı yüzde kaçtır?",
            f"Kâr payı {tl(first)} olan bir hisse {n} yıl sonra {tl(last)} kâr payı ödemiştir. Gordon modelinde"
            " kullanılmak üzere kâr payının yıllık bileşik büyüme hızını yüzde olarak hesaplayınız.",
        ),
        (
            f"Büyüme katı: {show(last)} / {show(first)} {near(ratio)}\nYıllık kat: {rooted(n, plain(carried(ratio)))}"
            f" {near(once)}\nHız: ({plain(carried(once))} - 1) × 100 {is_(ends[0], amount=False)}",
            f"İlk kâr payı × (1 + g)ⁿ = son kâr payı\n{rooted(n, quotient)} {near(root(ratio, n))}\n"
            f"({plain(carried(root(ratio, n)))} - 1) × 100 {is_(ends[1], amount=False)}",
        ),
        value,
        "%",
    )


def _price_earnings(draw: Random) -> Problem:
    """(profit, shares, price): price × shares / profit, rounded to two places."""
    shares = draw.choice((400000, 500000, 800000, 1000000, 1250000, 2000000, 2500000, 4000000))
    e, price = F(pick(draw, 80, 1600, 5), 100), F(pick(draw, 40, 600), 2)
    ratio = price / e
    profit = shares * e
    if not 4 <= ratio <= 40:
        return _price_earnings(draw)
    return problem(
        draw,
        (profit, shares, price),
        (
            f"Yıllık net kârı {tl(profit)}, hisse sayısı {show(shares)} olan şirketin hissesi {tl(price)}'den işlem"
            " görüyor. Fiyat/kazanç oranı kaçtır?",
            f"{draw.choice(COMPANIES)} {show(shares)} adet hissesi karşılığında {tl(profit)} net kâr elde etmiştir."
            f" Hisse fiyatı {tl(price)} ise F/K oranı nedir?",
            f"Bir hisse senedinin piyasa fiyatı {tl(price)}'dir. Şirketin {show(shares)} hissesi ve {tl(profit)} yıllık"
            " net kârı bulunduğuna göre hissenin fiyat/kazanç oranı kaçtır?",
        ),
        (
            f"Hisse başına kâr: {show(profit)} / {show(shares)} = {show(e)}\nF/K: {show(price)} / {show(e)}"
            f" {is_(ratio, amount=False)}",
            f"Piyasa değeri: {show(price)} × {show(shares)} = {show(price * shares)}\nOran: {show(price * shares)} /"
            f" {show(profit)} {is_(ratio, amount=False)}",
        ),
        ratio,
        "",
    )


def _share_return(draw: Random) -> Problem:
    """(bought at, dividend, sold at): 100 × (sold − bought + dividend) / bought, which may be a loss."""
    p, d = F(pick(draw, 40, 900), 2), F(pick(draw, 50, 1200, 10), 100)
    sold = F(round(p * pick(draw, 82, 170) / 50), 2)
    gain = sold - p + d
    if gain in (0, d) or d * 5 > p:
        return _share_return(draw)
    value = gain / p * 100
    return problem(
        draw,
        (p, d, sold),
        (
            f"{tl(p)}'ye alınan hisse senedi bir yıl sonra {tl(sold)}'ye satılmış, bu arada {tl(d)} kâr payı"
            " alınmıştır. Yatırımın yıllık getirisi yüzde kaçtır?",
            f"{draw.choice(WHO)} tanesi {tl(p)} olan hisseden alıyor; yıl içinde hisse başına {tl(d)} temettü"
            f" dağıtılıyor ve fiyat yıl sonunda {tl(sold)} oluyor. Yıllık getiri oranı yüzde kaçtır?",
            f"Yıl başı fiyatı {tl(p)}, yıl sonu fiyatı {tl(sold)} ve yıl içinde ödenen kâr payı {tl(d)} olan bir hisse"
            " senedinin yıllık toplam getirisini yüzde olarak bulunuz (zarar varsa sonuç eksi işaretlidir).",
        ),
        (
            f"Fiyat farkı: {show(sold)} - {show(p)} = {show(sold - p)}\nToplam kazanç: {show(sold - p)} + {show(d)}"
            f" = {show(gain)}\n"
            f"Getiri: {show(gain)} × 100 / {show(p)} {is_(value, amount=False)}",
            f"Yıl sonunda ele geçen: {show(sold)} + {show(d)} = {show(sold + d)}\n{show(sold + d)} - {show(p)} ="
            f" {show(gain)}\n{show(gain)} / {show(p)} × 100 {is_(value, amount=False)}",
        ),
        value,
        "%",
    )


def _after_bonus_issue(draw: Random) -> Problem:
    """(price, rate of the bonus issue): price / (1 + rate/100)."""
    price, r = F(pick(draw, 100, 2400), 4), draw.choice((20, 25, 40, 50, 60, 75, 80, 100, 120, 150, 200, 300))
    f = 1 + F(r, 100)
    value = price / f
    return problem(
        draw,
        (price, r),
        (
            f"Borsada {tl(price)}'den işlem gören bir hissenin, {pct(r)} bedelsiz sermaye artırımından sonraki kuramsal"
            " fiyatı kaç TL'dir?",
            f"{draw.choice(COMPANIES)} sermayesini iç kaynaklardan {pct(r)} artırıyor. Artırımdan önce {tl(price)}"
            " olan hissenin bölünmüş fiyatı kaç TL'dir?",
            f"{pct(r)} bedelsiz pay veren bir şirketin hissesi, dağıtımdan bir gün önce {tl(price)}'den kapanmıştır."
            " Dağıtım sonrası kuramsal fiyatı bulunuz.",
        ),
        (
            f"Bir hisse, artırımla 1 + {plain(F(r, 100))} = {plain(f)} hisse olur.\n{show(price)} / {plain(f)}"
            f" {is_(value)}",
            f"100 hissenin değeri: 100 × {show(price)} = {show(price * 100)}\nYeni hisse sayısı: 100 + {r} ="
            f" {100 + r}\nBir hisse: {show(price * 100)} / {100 + r} {is_(value)}",
        ),
        value,
    )


FAMILIES = (
    Family("share-constant-dividend", UNIT, _constant_dividend),
    Family("share-growing-dividend", UNIT, _growing_dividend),
    Family("share-price-later", UNIT, _price_later),
    Family("share-sold-later", UNIT, _sold_later),
    Family("share-dividend-growth", UNIT, _dividend_growth),
    Family("share-price-earnings", UNIT, _price_earnings),
    Family("share-return", UNIT, _share_return),
    Family("share-after-bonus-issue", UNIT, _after_bonus_issue),
)
