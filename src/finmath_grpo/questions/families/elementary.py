"""Eight elementary families with round numbers: the questions of the `smoke` experiment.

Simple enough for a model of half a million parameters that the DAG pre-trains in minutes on a laptop. The families of
the course itself are the other modules of this package.
"""

from decimal import Decimal
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.suffix import suffixed

AMOUNTS = tuple(range(200, 5001, 200))
RATES = (5, 10, 15, 20, 25, 30, 40, 50)
YEARS = (2, 3, 4)


def _show(value: int | Decimal) -> str:
    return format_turkish(Decimal(value))


def _problem(
    draw: Random, numbers: tuple[int, ...], questions: tuple[str, ...], solutions: tuple[str, ...], value: int | Decimal
) -> Problem:
    return Problem(numbers, draw.choice(questions), draw.choice(solutions), Decimal(value), "TL", solutions)


def _percentage(draw: Random) -> Problem:
    amount, rate = draw.choice(AMOUNTS), draw.choice(RATES)
    part = Decimal(amount * rate) / 100
    a, p, of = _show(amount), _show(part), suffixed(str(rate), "si")
    of_it = suffixed(str(rate), "sini")
    return _problem(
        draw,
        (amount, rate),
        (
            f"{a} TL'nin yüzde {of} kaç TL'dir?",
            f"Bir çalışan {a} TL maaşının yüzde {of_it} biriktiriyor. Kaç TL biriktirir?",
            f"{a} TL tutarındaki alışverişten %{rate} komisyon alınırsa komisyon kaç TL olur?",
        ),
        (
            f"{a} × {rate} / 100 = {p}",
            f"{a} / 100 = {_show(Decimal(amount) / 100)}\n{_show(Decimal(amount) / 100)} × {rate} = {p}",
        ),
        part,
    )


def _discounted_price(draw: Random) -> Problem:
    price, rate = draw.choice(AMOUNTS), draw.choice(RATES)
    discount = Decimal(price * rate) / 100
    a, d, r = _show(price), _show(discount), _show(price - discount)
    return _problem(
        draw,
        (price, rate),
        (
            f"Etiket fiyatı {a} TL olan ürüne %{rate} indirim yapılırsa satış fiyatı kaç TL olur?",
            f"{a} TL'lik bir mont %{rate} indirimle satılıyor. İndirimli fiyat kaç TL'dir?",
            f"Bir mağaza {a} TL olan ceketin fiyatını %{rate} düşürüyor. Yeni fiyat kaç TL olur?",
        ),
        (
            f"İndirim: {a} × {rate} / 100 = {d}\nFiyat: {a} - {d} = {r}",
            f"{a} × {rate} / 100 = {d}\n{a} - {d} = {r}",
        ),
        price - discount,
    )


def _price_with_profit(draw: Random) -> Problem:
    cost, rate = draw.choice(AMOUNTS), draw.choice(RATES)
    profit = Decimal(cost * rate) / 100
    a, k, s = _show(cost), _show(profit), _show(cost + profit)
    return _problem(
        draw,
        (cost, rate),
        (
            f"Maliyeti {a} TL olan bir mal %{rate} kârla kaç TL'ye satılır?",
            f"Bir esnaf {a} TL'ye aldığı ürünü %{rate} kârla satıyor. Satış fiyatı kaç TL'dir?",
            f"{a} TL'ye mal olan bir masadan %{rate} kâr edilmek isteniyor. Masa kaç TL'ye satılmalıdır?",
        ),
        (
            f"Kâr: {a} × {rate} / 100 = {k}\nSatış: {a} + {k} = {s}",
            f"{a} × {rate} / 100 = {k}\n{a} + {k} = {s}",
        ),
        cost + profit,
    )


def _cost_and_loss(draw: Random) -> Problem:
    cost, rate = draw.choice(AMOUNTS), draw.choice(RATES)
    loss = Decimal(cost * rate) / 100
    a, z, s = _show(cost), _show(loss), _show(cost - loss)
    return _problem(
        draw,
        (cost, rate),
        (
            f"Maliyeti {a} TL olan bir mal %{rate} zararla kaç TL'ye satılır?",
            f"{a} TL'ye alınan bir telefon %{rate} zararla satılıyor. Satış fiyatı kaç TL'dir?",
            f"Bir tüccar {a} TL'ye aldığı malı %{rate} zararına elden çıkarıyor. Eline kaç TL geçer?",
        ),
        (
            f"Zarar: {a} × {rate} / 100 = {z}\nSatış: {a} - {z} = {s}",
            f"{a} × {rate} / 100 = {z}\n{a} - {z} = {s}",
        ),
        cost - loss,
    )


def _simple_interest(draw: Random) -> Problem:
    principal, rate, years = draw.choice(AMOUNTS), draw.choice(RATES), draw.choice(YEARS)
    yearly = Decimal(principal * rate) / 100
    a, y, f = _show(principal), _show(yearly), _show(yearly * years)
    return _problem(
        draw,
        (principal, rate, years),
        (
            f"{a} TL yıllık %{rate} basit faizle {years} yıl bankada kalırsa faiz tutarı kaç TL olur?",
            f"Yıllık %{rate} basit faiz oranıyla yatırılan {a} TL {years} yılda kaç TL faiz getirir?",
            f"Bir tasarruf sahibi {a} TL'yi {years} yıl için yıllık %{rate} basit faize yatırıyor. Kaç TL faiz alır?",
        ),
        (
            f"Bir yıllık faiz: {a} × {rate} / 100 = {y}\nFaiz: {y} × {years} = {f}",
            f"{a} × {rate} / 100 = {y}\n{y} × {years} = {f}",
        ),
        yearly * years,
    )


def _simple_interest_balance(draw: Random) -> Problem:
    principal, rate, years = draw.choice(AMOUNTS), draw.choice(RATES), draw.choice(YEARS)
    yearly = Decimal(principal * rate) / 100
    interest = yearly * years
    a, y, f, b = _show(principal), _show(yearly), _show(interest), _show(principal + interest)
    return _problem(
        draw,
        (principal, rate, years),
        (
            f"{a} TL yıllık %{rate} basit faizle {years} yıl sonunda kaç TL olur?",
            f"Yıllık %{rate} basit faizle {years} yıllığına yatırılan {a} TL'nin baliği kaç TL'dir?",
            f"Bankaya {a} TL yatıran bir kişi %{rate} basit faizle {years} yıl sonra toplam kaç TL çeker?",
        ),
        (
            f"Bir yıllık faiz: {a} × {rate} / 100 = {y}\nFaiz: {y} × {years} = {f}\nToplam: {a} + {f} = {b}",
            f"{a} × {rate} / 100 = {y}\n{y} × {years} = {f}\n{a} + {f} = {b}",
        ),
        principal + interest,
    )


def _compound_two_years(draw: Random) -> Problem:
    principal, rate = draw.choice(AMOUNTS), draw.choice((10, 20, 30, 40, 50))
    first = Decimal(principal * rate) / 100
    after_one = principal + first
    second = after_one * rate / 100
    a, f, o, s, b = (_show(v) for v in (principal, first, after_one, second, after_one + second))
    return _problem(
        draw,
        (principal, rate),
        (
            f"{a} TL yıllık %{rate} bileşik faizle 2 yıl sonunda kaç TL olur?",
            f"Yıllık %{rate} bileşik faizle yatırılan {a} TL'nin 2. yıl sonundaki değeri kaç TL'dir?",
            f"Bir yatırımcı {a} TL'yi yıllık %{rate} bileşik faizle değerlendiriyor. 2 yıl sonra kaç TL'si olur?",
        ),
        (
            f"1. yıl: {a} × {rate} / 100 = {f}\n{a} + {f} = {o}\n2. yıl: {o} × {rate} / 100 = {s}\n{o} + {s} = {b}",
            f"{a} × {rate} / 100 = {f}\n{a} + {f} = {o}\n{o} × {rate} / 100 = {s}\n{o} + {s} = {b}",
        ),
        after_one + second,
    )


def _instalment(draw: Random) -> Problem:
    count, instalment, down = draw.choice((2, 4, 5, 8)), draw.choice(range(100, 1001, 50)), draw.choice(AMOUNTS[:10])
    price = down + count * instalment
    a, p, k, t = (_show(v) for v in (price, down, price - down, instalment))
    return _problem(
        draw,
        (price, down, count),
        (
            f"{a} TL'lik bir buzdolabı {p} TL peşinat ve {count} eşit taksitle satılıyor. Bir taksit kaç TL'dir?",
            f"Fiyatı {a} TL olan bilgisayar için {p} TL peşin ödeniyor, kalan {count} eşit taksite bölünüyor. Taksit"
            " kaç TL'dir?",
            f"{a} TL borcun {p} TL'si hemen, kalanı {count} eşit taksitle ödenecektir. Her taksit kaç TL olur?",
        ),
        (
            f"Kalan: {a} - {p} = {k}\nTaksit: {k} / {count} = {t}",
            f"{a} - {p} = {k}\n{k} / {count} = {t}",
        ),
        instalment,
    )


FAMILIES = (
    Family("percentage-of-amount", "Yüzde hesapları", _percentage),
    Family("discounted-price", "Yüzde hesapları", _discounted_price),
    Family("price-with-profit", "Maliyet ve kâr", _price_with_profit),
    Family("price-with-loss", "Maliyet ve kâr", _cost_and_loss),
    Family("simple-interest", "Basit faiz", _simple_interest),
    Family("simple-interest-balance", "Basit faiz", _simple_interest_balance),
    Family("compound-two-years", "Bileşik faiz", _compound_two_years),
    Family("equal-instalments", "Borç ödeme", _instalment),
)
