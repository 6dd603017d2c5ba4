"""Worked solutions with numbers that never end: they are carried on rounded, and the end must still be right.

A family draws again where the rounded steps of a wording do not end in the exact answer.
"""

from decimal import Decimal, localcontext
from fractions import Fraction

from finmath_grpo.questions.families.writing import PLACES, half_up, is_, plain, raised, root_of, superscript

FACTOR_PLACES = 8
"""Decimals that a factor is carried on with."""
AMOUNT_PLACES = 4
"""Decimals that an amount is carried on with."""


def carried(value: Fraction, places: int = FACTOR_PLACES) -> Fraction:
    """`value` as the next step uses it."""
    return Fraction(half_up(value, places))


def near(value: Fraction, places: int = FACTOR_PLACES) -> str:
    """The end of an equation whose result is carried on: `≈ 0,36769792`, or `= 0,5` where it ends."""
    shown = carried(value, places)
    return f"{'=' if shown == value else '≈'} {plain(shown)}"


def powered(base: Fraction | str, exponent: int) -> str:
    """A power in a worked solution, as books print it: `(1,17)⁻⁷`, `(5 / 4)³`."""
    return f"{base}{superscript(exponent)}" if isinstance(base, str) else raised(base, exponent)


def rooted(degree: int, radicand: str) -> str:
    """A root in a worked solution, as books print it: `⁵√2,5`."""
    return root_of(degree, radicand)


def root(value: Fraction, degree: int) -> Fraction:
    """The root of a positive number, right to forty digits."""
    with localcontext() as context:
        context.prec = 45
        return Fraction((Decimal(value.numerator) / value.denominator) ** (Decimal(1) / degree))


def ends_right(value: Fraction, *ends: Fraction) -> bool:
    """Whether solutions that end in `ends` give the rounded `value`, and neither says of the other that it is exact."""
    return all(half_up(end, PLACES) == half_up(value, PLACES) and is_(end)[0] == is_(value)[0] for end in ends)
