"""Draw the raw files of this project from the families: `data/raw/questions.jsonl` and `data/raw/smoke.jsonl`.

Raw as the post's questions were: some are multiple choice, answers carry units, some have sloppy separators. This
program is no stage: its output is committed, and a test draws it again and compares.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import write_jsonl
from finmath_grpo.numbers import format_turkish
from finmath_grpo.questions.clean import ASKING
from finmath_grpo.questions.families import course, elementary
from finmath_grpo.questions.families.problem import Family, Problem

ROWS = 542
"""As many as the post had."""

STEMS = (
    "aşağıdakilerden hangisidir",
    "aşağıdakilerden hangisidir",
    "aşağıdaki seçeneklerden hangisidir",
    "aşağıdakilerden hangisine eşittir",
)
NEAR = ("0.5", "0.75", "0.8", "0.9", "0.95", "1.05", "1.1", "1.2", "1.25", "1.5")
"""Factors from the right answer to wrong options."""
POINTERS = ("Doğru seçeneği işaretleyiniz.", "Doğru cevap hangisidir?")


@dataclass(frozen=True)
class Rawness:
    """Which share of the rows is raw in which way."""

    choices: float
    sloppy: float
    bare: float
    """Answers recorded with nothing beside the number."""
    grouped: float
    """Answers of 1.000 and more written with group dots; the others are plain digits."""


@dataclass(frozen=True)
class Bank:
    """What a raw file is drawn from."""

    prefix: str
    families: tuple[Family, ...]
    rawness: Rawness
    seed: int


BANKS = {
    "questions": Bank("fm", course.FAMILIES, Rawness(choices=1 / 6, sloppy=1 / 12, bare=0.3, grouped=0.8), seed=542),
    "smoke": Bank("s", elementary.FAMILIES, Rawness(choices=0.05, sloppy=0, bare=0.8, grouped=1), seed=542),
}


def draw_rows(bank: Bank, count: int = ROWS) -> Iterator[dict[str, Any]]:
    """Raw rows, the families in turn equally often (at most one apart), no problem and no text twice.

    Raises UserError if a family has too few problems.
    """
    draw = Random(bank.seed)
    drawn: list[tuple[Family, Problem]] = []
    for index, family in enumerate(bank.families):
        share = count // len(bank.families) + (index < count % len(bank.families))
        drawn += [(family, problem) for problem in draw_problems(family, share, draw)]
    places = range(len(drawn))
    can_be_choice = [place for place in places if has_stem(drawn[place][1])]
    can_be_sloppy = [place for place in places if sloppy_forms(drawn[place][1].value)]
    choices = set(draw.sample(can_be_choice, round(bank.rawness.choices * count)))
    sloppy = set(draw.sample(can_be_sloppy, round(bank.rawness.sloppy * count)))
    for place, (family, problem) in enumerate(drawn):
        name = f"{bank.prefix}-{place + 1:03d}"
        yield raw_row(name, family, problem, bank.rawness, place in choices, place in sloppy, draw)


def raw_row(
    name: str, family: Family, problem: Problem, rawness: Rawness, as_choice: bool, sloppy: bool, draw: Random
) -> dict[str, Any]:
    """A problem as a raw file has it. `as_choice` needs a wording with a stem, `sloppy` a value with separators."""
    question, options = problem.question, None
    if as_choice:
        question = stem(problem, draw)
        options, answer = draw_options(problem, sloppy, draw)
    else:
        answer = recorded_answer(problem, rawness, sloppy, draw)
    return {
        "id": name,
        "unit": family.unit,
        "family": family.name,
        "question": question,
        "choices": options,
        "answer": answer,
        "answer_unit": problem.answer_unit,
        "value": f"{problem.value:f}",
        "numbers": [str(number) for number in problem.numbers],
    }


def draw_problems(family: Family, count: int, draw: Random) -> Iterator[Problem]:
    """Problems of a family, no two with the same numbers or the same text."""
    seen: set[Any] = set()
    for _ in range(100 * count):
        problem = family.draw(draw)
        if problem.numbers in seen or problem.question in seen:
            continue
        seen.update((problem.numbers, problem.question))
        yield problem
        count -= 1
        if not count:
            return
    raise UserError(f"{family.name}: {count} problems too few in its range of numbers")


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


def draw_options(problem: Problem, sloppy: bool, draw: Random) -> tuple[dict[str, str], str]:
    """Five options in rising or mixed order and the letter of the right one.

    Wrong options are near values; in some rows two of them have the digits of the right one and other separators.
    """
    value = problem.value
    unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
    candidates = [(value * Decimal(factor)).quantize(unit) for factor in draw.sample(NEAR, len(NEAR))]
    if abs(value) >= 1000 and draw.random() < 0.3:
        candidates = [value.scaleb(1), value.scaleb(-1), *candidates]
    candidates += [value + step * unit for step in range(1, 5)]
    wrong: list[Decimal] = []
    for other in candidates:
        if other not in (value, 0, *wrong):
            wrong.append(other)
    values = [value, *wrong[:4]]
    if draw.random() < 0.6:
        values.sort()
    else:
        draw.shuffle(values)
    write: Callable[[Decimal], str] = format_turkish
    if sloppy:
        grouping = "," if draw.choice(sloppy_forms(value)) == f"{value:,f}" else ""
        write = f"{{:{grouping}f}}".format
    with_unit = bool(problem.answer_unit) and draw.random() < 0.6
    texts = [write(number) for number in values]
    if with_unit:
        texts = [f"%{text}" if problem.answer_unit == "%" else f"{text} {problem.answer_unit}" for text in texts]
    return dict(zip("ABCDE", texts, strict=True)), "ABCDE"[values.index(value)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", choices=BANKS)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    write_jsonl(arguments.output, draw_rows(BANKS[arguments.bank], arguments.rows))


if __name__ == "__main__":
    run_stage(main)
