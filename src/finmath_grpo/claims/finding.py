"""What a check finds, and the words for it.

- supported: the numbers bear the sentence out, with an interval that excludes the contrary.
- contradicted: the interval lies on the other side. A point estimate on the other side is not enough.
- inconclusive: the interval holds both.
- not measured: the experiment has no such numbers, or too few questions or steps.
- not comparable: the sentence is about the post's own models, questions or counts, which a reproduction does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finmath_grpo.numerals import rounded, signed

SUPPORTED, CONTRADICTED, INCONCLUSIVE = "supported", "contradicted", "inconclusive"
NOT_MEASURED, NOT_COMPARABLE = "not measured", "not comparable"
VERDICTS = (SUPPORTED, CONTRADICTED, INCONCLUSIVE, NOT_MEASURED, NOT_COMPARABLE)
POINTS = "percentage points"


class NotMeasured(Exception):
    """The experiment has no such numbers; the message says which."""


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    verdict: str
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    p: float | None = None
    detail: str = ""
    table: str = ""
    column: str = ""


def beyond(low: float, high: float, threshold: float) -> str:
    """Supported if the interval is above the threshold, contradicted if below, else inconclusive."""
    return SUPPORTED if low > threshold else CONTRADICTED if high < threshold else INCONCLUSIVE


def within(low: float, high: float, margin: float) -> str:
    """Supported if the interval lies inside the margin on both sides of 0, contradicted if outside it, else
    inconclusive (equivalence: Schuirmann 1987). Whether it holds 0 does not matter."""
    if -margin <= low and high <= margin:
        return SUPPORTED
    return CONTRADICTED if low > margin or high < -margin else INCONCLUSIVE


def effect(claim: Mapping[str, Any]) -> str:
    """The effect of a row of claims.json with its unit: `+1.0 points`, `12.5 %`, `0.81 kappa`; else empty."""
    value, unit = claim["effect"], claim["unit"]
    if value is None:
        return ""
    shown = "points" if unit == POINTS else "%" if unit.startswith("share") else unit
    return f"{_number(value, unit)} {shown.removesuffix('s') if value == 1 and unit != POINTS else shown}".strip()


def interval(claim: Mapping[str, Any]) -> str:
    """Its interval in the same unit, `−0.3 to +2.2`; empty where there is none."""
    low, high, unit = claim["low"], claim["high"], claim["unit"]
    return "" if low is None else f"{_number(low, unit)} to {_number(high, unit)}"


def _number(value: float, unit: str) -> str:
    if unit == POINTS:
        return signed(100 * value)
    if unit.startswith("share"):
        return rounded(100 * value, 1)
    return rounded(value) if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}".replace("-", "\u2212")
