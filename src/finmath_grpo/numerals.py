"""How figures, pages, claims and texts write numbers: rounded half up everywhere."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float, digits: int = 0) -> str:
    """`value` with so many decimals, a half rounded away from zero: 39.5 and 38.5 are `40` and `39`.

    Decimals beyond the eighth are left out first: 100 * 0.285 is 28.499999999999996. What rounds to 0 has no sign; a
    minus is a true one (U+2212).
    """
    number = Decimal(f"{value:.8f}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{abs(number) if number.is_zero() else number:f}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """`+5.0`, `−2.0`, `0.0`."""
    text = rounded(value, digits)
    return text if text.startswith("−") or not text.strip("0.") else f"+{text}"


def decimal(value: float) -> str:
    """With one decimal, or none if it is 0: `28`, `28.5`."""
    return rounded(value, 1).removesuffix(".0")


CHANCE = 0.05
"""Of intervals of 95 %: a p above it does not exclude chance."""


def p_value(p: float) -> str:
    """A p with two significant digits, as the claims have it: `p = 0.0008`; with more where they would cross 0.05."""
    digits = next((n for n in (2, 3, 4) if (float(f"{p:.{n}g}") < CHANCE) == (p < CHANCE)), 5)
    return f"p = {p:.{digits}g}"


def count(number: int, noun: str) -> str:
    """`1 sample`, `4 samples`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def temperatures(values: Sequence[float]) -> list[str]:
    """Temperatures as ticks, all with as many decimals as the longest has: `0.1`, `0.5`, `1.0`."""
    digits = max((len(f"{value:g}".partition(".")[2]) for value in values), default=0)
    return [rounded(value, digits) for value in values]
