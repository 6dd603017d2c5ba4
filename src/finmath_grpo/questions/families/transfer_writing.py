"""What the transfer families share: powers with superscripts, and a problem with its own notes on rounding.

The notes are worded differently from those of the course, so that no run of eight words is shared for their sake.
"""

from decimal import Decimal
from fractions import Fraction
from random import Random

from finmath_grpo.questions.families.problem import Problem
from finmath_grpo.questions.families.writing import PLACES, Number, exact, half_up, show

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTES = (
    "Yanıtı iki ondalık haneye yuvarlayınız.",
    "(Ara işlemlerde yuvarlama yapmadan yanıtı iki ondalık haneye yuvarlayınız.)",
    "Bulduğunuz değeri iki ondalık haneye yuvarlayınız.",
    "(Yanıt iki ondalık haneye yuvarlanacaktır.)",
)
_WHOLE_DAY = "Yanıtı en yakın tam güne yuvarlayınız."


def superscript(number: int) -> str:
    """A number above the line: `⁻¹²`."""
    return str(number).translate(_SUPERSCRIPTS)


def to_power(base: Number, exponent: int) -> str:
    """A power as a book prints it, its base with two decimals or more: `(1,20)²⁴`."""
    return f"({show(base)}){superscript(exponent)}"


def growth(rate: Number) -> Fraction:
    """1 + rate/100."""
    return 1 + Fraction(rate) / 100


def is_halfway(value: Number) -> bool:
    """Whether rounding to two places would have to choose between two equally near numbers."""
    return (Fraction(value) * 200).denominator == 1 and Fraction(value) * 200 % 2 == 1


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
    # One remark in brackets is enough.
    note = draw.choice([each for each in _NOTES if not question.endswith(")") or each[0] != "("])
    note = note if places else _WHOLE_DAY
    if Fraction(answer) != Fraction(value):
        question = f"{question} {note}"
    else:
        answer = exact(answer)
        if unit == "TL" and answer != answer.to_integral_value():
            answer = answer.quantize(Decimal("0.01"))
    identity = tuple(part if isinstance(part, str) else exact(part) for part in numbers)
    return Problem(identity, question, solution, answer, unit)
