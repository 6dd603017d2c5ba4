"""How the families write: numbers as Turkish textbooks have them, roundings that the question announces, who and what.

Values are Fractions until they are written, so that nothing is rounded unseen.
"""

import functools
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Problem
from finmath_grpo.questions.families.suffix import Suffix, suffixed

Number = int | Decimal | Fraction

WHO = (
    "Ayşe Hanım", "Mehmet Bey", "Zeynep", "Deniz", "Emre", "Elif Hanım", "Hasan Usta", "Selin", "Kerem Bey",
    "Bir öğretmen", "Bir emekli", "Bir esnaf", "Bir çiftçi", "Bir mühendis", "Bir tasarruf sahibi", "Bir memur",
)  # fmt: skip
GOODS = (
    "buzdolabı", "çamaşır makinesi", "televizyon", "dizüstü bilgisayar", "koltuk takımı", "elektrikli bisiklet",
    "bulaşık makinesi", "cep telefonu", "yemek masası", "kombi", "klima", "fotoğraf makinesi",
)  # fmt: skip
FIRMS = (
    "Yıldız Ticaret", "Çınar Gıda", "Ege Tekstil", "Anadolu Makine", "Toros Mobilya", "Marmara Lojistik",
    "Kuzey İnşaat", "Bir işletme", "Bir şirket", "Bir kooperatif", "Bir fabrika",
)  # fmt: skip
COMPANIES = ("Çınar Gıda", "Ege Tekstil", "Anadolu Makine", "Toros Mobilya", "Kuzey İnşaat", "Bir anonim şirket")
"""Firms that have shares."""
PLACES = 2
"""Decimals that answers are rounded to."""
TABLE_PLACES = 4
"""Decimals of the powers in the course's tables."""
FACTOR_PLACES = 6
"""Least decimals of a power, root or logarithm that a solution works out and goes on with."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def exact(value: Number) -> Decimal:
    """The decimal number equal to `value`, with no needless zeros. Raises ValueError if its decimals never end."""
    numerator, denominator = value.as_integer_ratio()
    scale = _places(denominator)
    if scale is None:
        raise ValueError(f"{Fraction(value)} has no end in decimals")
    return _decimal(numerator * (10**scale // denominator), scale)


@functools.cache
def _places(denominator: int) -> int | None:
    """Decimals of the numbers with this denominator in lowest terms; None if they never end, or not after 15."""
    return next((places for places in range(16) if 10**places % denominator == 0), None)


def half_up(value: Number, places: int) -> Decimal:
    """`value` rounded to `places` decimals, halves away from zero, as textbooks do."""
    if value < 0:
        return -half_up(-value, places)
    numerator, denominator = value.as_integer_ratio()
    return _decimal((2 * numerator * 10**places + denominator) // (2 * denominator), places)


def _decimal(digits: int, places: int) -> Decimal:
    """`digits` with so many of them after the comma. `Decimal.scaleb` would round to the 28 digits of its context."""
    return Decimal(f"{digits}E-{places}")


def plain(value: Number, suffix: Suffix | None = None) -> str:
    """A number with no needless zeros: `12,5`."""
    text = format_turkish(exact(value))
    return suffixed(text, suffix) if suffix else text


def show(value: Number) -> str:
    """A number as an amount is written: whole, or with two decimals and more if it has more."""
    number = exact(value)
    return format_turkish(number if number == number.to_integral_value() else _two_places(number))


def _two_places(number: Decimal) -> Decimal:
    return number if places_of(number) >= 2 else number.quantize(Decimal("0.01"))


def tl(value: Number) -> str:
    """An amount in lira: `2.000 TL`."""
    return f"{show(value)} TL"


def pct(value: Number, suffix: Suffix | None = None) -> str:
    """A percentage: `%12,5` or, with a suffix, `%5'i`."""
    text = f"%{plain(value)}"
    return suffixed(text, suffix) if suffix else text


def is_(value: Number, places: int = PLACES, amount: bool = True) -> str:
    """The end of an equation: `= 12,50` where `value` ends within `places`, else `≈ 12,30`, rounded to all of them."""
    rounded = half_up(value, places)
    if Fraction(rounded) != Fraction(value):
        return f"≈ {format_turkish(rounded)}"
    return f"= {show(rounded) if amount else plain(rounded)}"


def rounding(draw: Random) -> str:
    """The sentence that says how the answer is rounded."""
    texts = (
        "Sonucu iki ondalık basamağa yuvarlayınız.",
        "(Sonucu iki ondalık basamağa yuvarlayınız.)",
        "Sonucu virgülden sonra iki basamak olacak biçimde yuvarlayınız.",
        "(Ara işlemleri yuvarlamadan yapıp sonucu iki ondalık basamağa yuvarlayınız.)",
        "Cevabınızı virgülden sonra iki basamağa yuvarlayınız.",
    )
    return draw.choice(texts)


def capital(text: str) -> str:
    """`text` with a capital first letter, as Turkish has it: `İki ayda`."""
    return ("İ" if text[0] == "i" else text[0].upper()) + text[1:]


def pick(draw: Random, low: int, high: int, step: int = 1) -> int:
    """One of low, low + step, …, high."""
    return draw.randrange(low, high + 1, step)


def problem(
    draw: Random,
    numbers: tuple[Number | str, ...],
    questions: tuple[str, ...],
    solutions: tuple[str, ...],
    value: Number,
    unit: str = "TL",
) -> Problem:
    """One wording of a question and one of its solution.

    Where `value` has more decimals than two, the question says that the answer is rounded to them, and it is.
    """
    question, solution, answer = draw.choice(questions), draw.choice(solutions), half_up(value, PLACES)
    if Fraction(answer) != Fraction(value):
        question = f"{question} {rounding(draw)}"
    else:
        answer = exact(answer)
        if unit == "TL" and answer != answer.to_integral_value():
            answer = _two_places(answer)
    identity = tuple(part if isinstance(part, str) else exact(part) for part in numbers)
    return Problem(identity, question, solution, answer, unit, solutions)


def power(rate: Number, exponent: int) -> Fraction:
    """(1 + rate/100)^exponent rounded as in the tables of the course; the exponent may be negative."""
    return Fraction(half_up((1 + Fraction(rate) / 100) ** exponent, TABLE_PLACES))


def table(value: Number) -> str:
    """A number of the course's tables, with all of its four decimals: `1,7490`."""
    return format_turkish(half_up(value, TABLE_PLACES))


def given(rate: Number, exponent: int) -> str:
    """The note of a question that gives such a power: `[(1,02)¹² = 1,2682 alınız.]`."""
    return f"[{raised(1 + Fraction(rate) / 100, exponent)} = {table(power(rate, exponent))} alınız.]"


def superscript(number: int) -> str:
    """A number above the line: `⁻¹²`."""
    return str(number).translate(_SUPERSCRIPT)


def raised(base: Number, exponent: int) -> str:
    """A power as books print it, the base with two decimals or more: `(1,10)⁻⁸`."""
    return f"({format_turkish(_two_places(exact(base)))}){superscript(exponent)}"


def root_of(degree: int, radicand: str) -> str:
    """A root as books print it: `⁶√2,5`, `√1,44`."""
    return f"{superscript(degree) if degree > 2 else ''}√{radicand}"


def root(value: Number, degree: int) -> Fraction:
    """The root of a positive number: exact where it has an end within 30 decimals, else right to about as many."""
    fraction = Fraction(value)
    with localcontext() as context:
        context.prec = 60
        found = (Decimal(fraction.numerator) / fraction.denominator) ** (1 / Decimal(degree))
    return Fraction(half_up(Fraction(found), 30))


def log(value: Number) -> Fraction:
    """The logarithm to the base ten of a positive number, right to 30 decimals."""
    fraction = Fraction(value)
    with localcontext() as context:
        context.prec = 60
        found = (Decimal(fraction.numerator) / fraction.denominator).log10()
    return Fraction(half_up(Fraction(found), 30))


def near(value: Fraction, then: Callable[[Fraction], object]) -> Decimal:
    """`value` as a solution writes it before it goes on: exact if it ends soon, else rounded to six places or more.

    To more where `then`, the rounded result of what follows, would else come out wrong by the rounding.
    """
    (shown,) = near_all((value,), then)
    return shown


def near_all(values: tuple[Fraction, ...], then: Callable[..., object]) -> tuple[Decimal, ...]:
    """`near` for several values that one result follows from, all rounded to the same places."""
    wanted = then(*values)
    for places in range(FACTOR_PLACES, 30):
        shown = [half_up(value, places) for value in values]
        if then(*map(Fraction, shown)) == wanted:
            pairs = zip(shown, values, strict=True)
            return tuple(exact(each) if Fraction(each) == value else each for each, value in pairs)
    raise ValueError("thirty places are too few")


def places_of(number: Decimal) -> int:
    """How many decimals it is written with."""
    return max(0, -int(number.as_tuple().exponent))


def equals(value: Number, shown: Decimal) -> str:
    """The end of an equation with what `near` wrote: `= 1,21` or `≈ 1,268242`."""
    return f"{'=' if Fraction(shown) == Fraction(value) else '≈'} {format_turkish(shown)}"
