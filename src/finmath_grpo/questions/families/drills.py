"""Bare sums: the four operations on numbers of the sizes that the course has, for the text of pre-training alone."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import PLACES, exact, half_up, plain

UNIT = "Dört işlem"
_ASKED = ("{} işleminin sonucu kaçtır?", "{} işleminin sonucunu bulunuz.", "{} kaç eder?", "Hesaplayınız: {}")
_ROUNDED = " (Sonucu iki ondalık basamağa yuvarlayınız.)"


def _number(draw: Random, most: int) -> Fraction:
    """A number of at most so many digits that are not 0 at its ends: 43, 250.000, 3.072,5."""
    digits = draw.randint(1, most)
    value = draw.randrange(10 ** (digits - 1), 10**digits)
    return Fraction(value) * Fraction(10) ** draw.choice((-3, -2, -2, -1, 0, 0, 0, 0, 1, 2, 3))


def _sum(draw: Random) -> Problem:
    return _problem(draw, [_number(draw, 6) for _ in range(draw.choice((2, 2, 2, 3, 4)))], "+")


def _difference(draw: Random) -> Problem:
    return _problem(draw, sorted((_number(draw, 7), _number(draw, 7)), reverse=True), "-")


def _product(draw: Random) -> Problem:
    return _problem(draw, draw.sample([_number(draw, 6), _number(draw, 4)], 2), "×")


def _quotient(draw: Random) -> Problem:
    """Half of them come out even. None is below 1, of which two decimals would leave a digit or nothing."""
    while True:
        divisor = _number(draw, 4)
        dividend = divisor * _number(draw, 4) if draw.random() < 0.5 else _number(draw, 6)
        if dividend >= divisor:
            return _problem(draw, [dividend, divisor], "/")


def _problem(draw: Random, numbers: list[Fraction], sign: str) -> Problem:
    first, *others = numbers
    for other in others:
        first = {"+": first + other, "-": first - other, "×": first * other, "/": first / other}[sign]
    rounded = half_up(first, PLACES)
    written, ends = f" {sign} ".join(map(plain, numbers)), sign != "/" or rounded == first
    value: Decimal = exact(first) if ends else rounded
    return Problem(
        numbers=tuple(exact(number) for number in numbers),
        question=draw.choice(_ASKED).format(written) + ("" if ends else _ROUNDED),
        solution=f"{written} {'=' if ends else '≈'} {format_turkish(value)}",
        value=value,
        answer_unit="",
    )


FAMILIES: tuple[Family, ...] = tuple(
    Family(f"drill-{name}", UNIT, draw)
    for name, draw in {
        "sum": _sum,
        "difference": _difference,
        "product": _product,
        "quotient": _quotient,
    }.items()
)
