"""What the transfer families share: powers with superscripts, and a problem with its own notes on rounding.

The notes are worded differently from those of the course, so that no run of eight words is shared for their sake.
"""

from decimal import Decimal
from fractions import Fraction
from random import Random

from finmath_grpo.questions.families.problem import Problem
from finmath_grpo.questions.families.writing import PLACES, Number, exact, half_up, plain

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTES = (
    "Yanıtı iki ondalık haneye yuvarlayınız.",
    "(Ara işlemlerde yuvarlama yapmadan yanıtı iki ondalık haneye yuvarlayınız.)",
    "Bulduğunuz değeri iki ondalık haneye yuvarlayınız.",
    "(Yanıt iki ondalık haneye yuvarlanacaktır.)",
)
_WHOLE_DAY = "Yanıtı en yakın tam güne yuvarlayınız."


def to_power(base: Number, exponent: int) -> str:
    """A power as a book prints it: `(1,02)²⁴`."""
    return f"({plain(base)}){str(exponent).translate(_SUPERSCRIPTS)}"


def growth(rate: Number) -> Fraction:
    """1 + rate/100."""
    return 1 + Fraction(rate) / 100


def worked(
    draw: Random,
    numbers: tuple[Number | str, ...],
    questions: tuple[str, ...],
    solution: str,
    value: Number,
    unit: str = "TL",
    places: int = PLACES,
) -> Problem:
    """One wording of a question with its solution.

    Where `value` has more decimals than `places`, the question says how the answer is rounded, and it is. An amount in
    lira that is not whole has two decimals.
    """
    question, answer = draw.choice(questions), half_up(value, places)
    note = draw.choice(_NOTES) if places else _WHOLE_DAY
    if Fraction(answer) != Fraction(value):
        question = f"{question} {note}"
    else:
        answer = exact(answer)
        if unit == "TL" and answer != answer.to_integral_value():
            answer = answer.quantize(Decimal("0.01"))
    identity = tuple(part if isinstance(part, str) else exact(part) for part in numbers)
    return Problem(identity, question, solution, answer, unit)
