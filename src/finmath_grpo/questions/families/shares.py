"""Shares: dividends, price and earnings, return, bonus issues."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import COMPANIES, WHO, pct, pick, plain, problem, show, tl

UNIT = "Tahvil ve hisse senedi"


def _constant_dividend(draw: Random) -> Problem:
    """(dividend, required return): dividend / required return."""
    k = draw.choice((8, 10, 12, 15, 16, 18, 20, 24, 25, 30))
    price = pick(draw, 10, 400, 5)
    d = F(price * k, 100)
    return problem(
        draw,
        (d, k),
        (
            f"Her yıl {tl(d)} sabit kâr payı dağıtan ve {pct(k)} getiri beklenen bir hisse senedinin değeri kaç"
            " TL'dir?",
            f"İmtiyazlı bir hisse senedi yılda {tl(d)} temettü ödemektedir. Yatırımcıların istediği getiri {pct(k)}"
            " ise hissenin değeri kaç TL'dir?",
            f"{draw.choice(COMPANIES)} her yıl hisse başına {tl(d)} kâr payı ödeyecektir ve bunun değişmesi"
            f" beklenmemektedir. İskonto oranı {pct(k)} iken hissenin bugünkü fiyatı kaç TL'dir?",
        ),
        (
            f"Sabit kâr payında değer = kâr payı / getiri\n{show(d)} / {plain(F(k, 100))} = {show(price)}",
            f"Kâr payı sonsuza dek sürdüğünden sürekli anüite gibi hesaplanır.\n{show(d)} × 100 / {k} = {show(price)}",
        ),
        price,
    )


def _growing_dividend(draw: Random) -> Problem:
    """(next dividend, required return, growth): dividend / (return − growth)."""
    g = draw.choice((2, 3, 4, 5, 6, 8, 10, 15))
    k = g + draw.choice((4, 5, 8, 10, 12, 15, 20, 25))
    price = pick(draw, 10, 300, 5)
    d = F(price * (k - g), 100)
    return problem(
        draw,
        (d, k, g),
        (
            f"Gelecek yıl {tl(d)} kâr payı dağıtması ve kâr payının her yıl {pct(g)} büyümesi beklenen hisseden"
            f" {pct(k)} getiri isteniyor. Hissenin değeri kaç TL'dir?",
            f"Gordon modeline göre beklenen kâr payı {tl(d)}, büyüme hızı {pct(g)} ve iskonto oranı {pct(k)} olan"
            " hisse senedinin fiyatı kaç TL'dir?",
            f"{draw.choice(COMPANIES)} bir yıl sonra hisse başına {tl(d)} temettü ödeyecek, temettüsünü yılda"
            f" {pct(g)} artıracaktır. Ortakların beklediği getiri {pct(k)} ise hissenin bugünkü değeri kaç TL'dir?",
        ),
        (
            f"P = D / (k - g)\n{plain(F(k, 100))} - {plain(F(g, 100))} = {plain(F(k - g, 100))}\nP = {show(d)} /"
            f" {plain(F(k - g, 100))} = {show(price)}",
            f"Getiri ile büyüme arasındaki fark {k} - {g} = {k - g} puandır.\n{show(d)} × 100 / {k - g} ="
            f" {show(price)}",
        ),
        price,
    )


def _price_earnings(draw: Random) -> Problem:
    """(profit, shares, price): price × shares / profit, rounded to two places."""
    shares, e = draw.choice((10000, 20000, 25000, 40000, 50000, 80000, 100000)), draw.choice((2, 4, 5, 8, 10, 12, 15))
    ratio = F(pick(draw, 8, 60), 2)
    price = e * ratio
    profit = shares * e
    return problem(
        draw,
        (profit, shares, price),
        (
            f"Yıllık net kârı {tl(profit)}, hisse sayısı {show(shares)} olan şirketin hissesi {tl(price)}'den işlem"
            " görüyor. Fiyat/kazanç oranı kaçtır?",
            f"{draw.choice(COMPANIES)} {show(shares)} adet hissesi karşılığında {tl(profit)} net kâr elde etmiştir."
            f" Hisse fiyatı {tl(price)} ise F/K oranı kaçtır?",
            f"Bir hisse senedinin piyasa fiyatı {tl(price)}'dir. Şirketin {show(shares)} hissesi ve {tl(profit)} kârı"
            " bulunduğuna göre hissenin fiyat/kazanç oranı kaçtır?",
        ),
        (
            f"Hisse başına kâr: {show(profit)} / {show(shares)} = {show(e)}\nF/K: {show(price)} / {show(e)} ="
            f" {plain(ratio)}",
            f"Piyasa değeri: {show(price)} × {show(shares)} = {show(price * shares)}\nOran: {show(price * shares)} /"
            f" {show(profit)} = {plain(ratio)}",
        ),
        ratio,
        "",
    )


def _share_return(draw: Random) -> Problem:
    """(bought at, dividend, sold at): 100 × (sold − bought + dividend) / bought."""
    p, r = draw.choice((20, 25, 40, 50, 80, 120, 150, 200, 250, 400)), pick(draw, 6, 60)
    gain = F(p * r, 100)
    d = F(pick(draw, 1, 4) * p, 100)
    sold = p + gain - d
    return problem(
        draw,
        (p, d, sold),
        (
            f"{tl(p)}'ye alınan hisse senedi bir yıl sonra {tl(sold)}'ye satılmış, bu arada {tl(d)} kâr payı"
            " alınmıştır. Yatırımın getirisi yüzde kaçtır?",
            f"{draw.choice(WHO)} tanesi {tl(p)} olan hisseden alıyor; yıl içinde hisse başına {tl(d)} temettü"
            f" dağıtılıyor ve fiyat yıl sonunda {tl(sold)} oluyor. Yıllık getiri yüzde kaçtır?",
            f"Yıl başı fiyatı {tl(p)}, yıl sonu fiyatı {tl(sold)} ve kâr payı {tl(d)} olan bir hisse senedinin toplam"
            " getiri oranı yüzde kaçtır?",
        ),
        (
            f"Fiyat kazancı: {show(sold)} - {show(p)} = {show(sold - p)}\nToplam kazanç: {show(sold - p)} + {show(d)}"
            f" = {show(gain)}\n"
            f"Getiri: {show(gain)} × 100 / {show(p)} = {r}",
            f"Yıl sonunda ele geçen: {show(sold)} + {show(d)} = {show(sold + d)}\n{show(sold + d)} / {show(p)} ="
            f" {plain((sold + d) / p)}\n({plain((sold + d) / p)} - 1) × 100 = {r}",
        ),
        r,
        "%",
    )


def _after_bonus_issue(draw: Random) -> Problem:
    """(price, rate of the bonus issue): price / (1 + rate/100)."""
    after, r = F(pick(draw, 20, 240), 2), draw.choice((20, 25, 40, 50, 60, 80, 100, 150, 200, 300))
    price = after * (1 + F(r, 100))
    return problem(
        draw,
        (price, r),
        (
            f"Borsada {tl(price)}'den işlem gören bir hisse, {pct(r)} bedelsiz sermaye artırımından sonra kuramsal"
            " olarak kaç TL olur?",
            f"{draw.choice(COMPANIES)} sermayesini iç kaynaklardan {pct(r)} artırıyor. Artırımdan önce {tl(price)}"
            " olan hissenin bölünmüş fiyatı kaç TL'dir?",
            f"{pct(r)} bedelsiz pay veren bir şirketin hissesi, dağıtımdan bir gün önce {tl(price)}'den kapanmıştır."
            " Dağıtım sonrası kuramsal fiyat kaç TL'dir?",
        ),
        (
            f"Bir hisse, artırımla 1 + {plain(F(r, 100))} = {plain(1 + F(r, 100))} hisse olur.\n{show(price)} /"
            f" {plain(1 + F(r, 100))} = {show(after)}",
            f"100 hissenin değeri: 100 × {show(price)} = {show(price * 100)}\nYeni hisse sayısı: 100 + {r} ="
            f" {100 + r}\n"
            f"Bir hisse: {show(price * 100)} / {100 + r} = {show(after)}",
        ),
        after,
    )


FAMILIES = (
    Family("share-constant-dividend", UNIT, _constant_dividend),
    Family("share-growing-dividend", UNIT, _growing_dividend),
    Family("share-price-earnings", UNIT, _price_earnings),
    Family("share-return", UNIT, _share_return),
    Family("share-after-bonus-issue", UNIT, _after_bonus_issue),
)
