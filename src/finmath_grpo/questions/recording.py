"""How a person records a problem: as a choice question or not, with or without a unit, now and then sloppily."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Problem
from finmath_grpo.questions.opening import ASKING

STEMS = (
    "aşağıdakilerden hangisidir",
    "aşağıdakilerden hangisidir",
    "aşağıdaki seçeneklerden hangisidir",
    "aşağıdakilerden hangisine eşittir",
)
NEARER = ("0.5", "0.75", "0.8", "0.9", "0.95")
FARTHER = ("1.05", "1.1", "1.2", "1.25", "1.5")
"""Factors from the right answer to wrong options, nearer to zero and farther from it."""
OPTIONS = 5
POINTERS = ("Doğru seçeneği işaretleyiniz.", "Doğru cevap hangisidir?")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rawness:
    """Which share of the rows is raw in which way."""

    choices: float
    sloppy: float
    bare: float
    """Answers recorded with nothing beside the number."""
    grouped: float
    """Answers of 1.000 and more written with group dots; the others are plain digits."""


def has_stem(problem: Problem) -> bool:
    """Whether the wording ends in `… kaç TL'dir?`, which has a subject that a choice can be."""
    return f" {ASKING[problem.answer_unit]}?" in problem.question


def stem(problem: Problem, draw: Random) -> str:
    """The question as a choice question."""
    asking = f" {ASKING[problem.answer_unit]}?"
    if draw.random() < 0.15:
        return f"{problem.question} {draw.choice(POINTERS)}"
    return problem.question.replace(asking, f" {draw.choice(STEMS)}?")


def _with_unit(number: str, unit: str, draw: Random) -> str:
    if unit == "TL":
        return draw.choice(
            (f"{number} TL", f"{number} TL", f"{number} TL", f"{number} ₺", f"₺{number}", f"{number} lira")
        )
    if unit == "%":
        return f"%{number}"
    return f"{number} {unit}" if unit else number


def recorded_answer(problem: Problem, rawness: Rawness, sloppy: bool, draw: Random) -> str:
    """The answer as a person typed it: with or without unit, now and then with a stray character."""
    number = format_turkish(problem.value, grouping=draw.random() < rawness.grouped)
    if sloppy:
        number = draw.choice(sloppy_forms(problem.value))
    if draw.random() < rawness.bare:
        return number
    text = _with_unit(number, problem.answer_unit, draw)
    stray = draw.random()
    if stray < 0.06:
        return f"{text}."
    if stray < 0.10:
        return f" {text} "
    return f"= {text}" if stray < 0.12 else text


def sloppy_forms(value: Decimal) -> list[str]:
    """The number as hands used to English keyboards write it: dot before decimals, comma between thousands."""
    forms = []
    if value != value.to_integral_value():
        forms.append(f"{value:f}")
    if abs(value) >= 1000:
        forms.append(f"{value:,f}")
    return sorted(set(forms))


def draw_options(problem: Problem, sloppy: bool, asked: bool, draw: Random) -> tuple[dict[str, str], str]:
    """Five options in rising or mixed order and the letter of the right one, which is each in size equally often.

    Wrong options are near values with as many decimals; in some rows one has the digits of the right one and other
    separators. Options have no unit in some of the rows whose question still asks for it (`asked`).
    """
    value, nearer, farther = problem.value, _near(problem.value, NEARER, draw), _near(problem.value, FARTHER, draw)
    rank = min(draw.randrange(OPTIONS), len(nearer))
    values = sorted([value, *nearer[:rank], *farther[: OPTIONS - 1 - rank]])
    if value >= 1000 and draw.random() < 0.4:
        whole = value == value.to_integral_value()
        if whole and value > values[0]:
            values[0] = value.scaleb(-2).quantize(CENT)
        elif not whole and value < values[-1]:
            values[-1] = value.scaleb(2).to_integral_value()
    if draw.random() < 0.4:
        draw.shuffle(values)
    write: Callable[[Decimal], str] = format_turkish
    if sloppy:
        grouping = "," if draw.choice(sloppy_forms(value)) == f"{value:,f}" else ""
        write = f"{{:{grouping}f}}".format
    texts = [write(number) for number in values]
    if problem.answer_unit and not (asked and draw.random() < 0.4):
        texts = [f"%{text}" if problem.answer_unit == "%" else f"{text} {problem.answer_unit}" for text in texts]
    return dict(zip("ABCDE", texts, strict=True)), "ABCDE"[values.index(value)]


def _near(value: Decimal, factors: tuple[str, ...], draw: Random) -> list[Decimal]:
    """Values on one side of `value`, with its sign and decimals: by factors, then a last place apart."""
    unit = Decimal(1).scaleb(int(value.as_tuple().exponent)).copy_sign(value)
    away = 1 if factors is FARTHER else -1
    candidates = [(value * Decimal(factor)).quantize(unit) for factor in draw.sample(factors, len(factors))]
    found: list[Decimal] = []
    for other in [*candidates, *(value + away * step * unit for step in range(1, OPTIONS))]:
        if other != value and other * value > 0 and other not in found:
            found.append(other)
    return found
