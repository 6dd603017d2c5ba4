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
    number = 0
    for index, family in enumerate(bank.families):
        seen: set[Any] = set()
        for _ in range(count // len(bank.families) + (index < count % len(bank.families))):
            number += 1
            yield _row(f"{bank.prefix}-{number:03d}", family, bank.rawness, draw, seen)


def _row(name: str, family: Family, rawness: Rawness, draw: Random, seen: set[Any]) -> dict[str, Any]:
    as_choice, as_sloppy = draw.random() < rawness.choices, draw.random() < rawness.sloppy
    for attempt in range(2000):
        problem = family.draw(draw)
        numbers = tuple(str(part) for part in problem.numbers)
        if numbers in seen or problem.question in seen:
            continue
        if as_sloppy and not as_choice and not _sloppy_forms(problem.value):
            continue
        if as_choice and attempt < 100 and not _has_stem(problem):
            continue
        break
    else:
        raise UserError(f"{family.name}: no new problem of the kind asked for in 2000 draws")
    seen.update((numbers, problem.question))
    question, choices, answer = problem.question, None, recorded_answer(problem, rawness, as_sloppy, draw)
    if as_choice:
        question = stem(problem, draw)
        choices, answer = options(problem, as_sloppy, draw)
    return {
        "id": name,
        "unit": family.unit,
        "family": family.name,
        "question": question,
        "choices": choices,
        "answer": answer,
        "answer_unit": problem.answer_unit,
        "value": f"{problem.value:f}",
        "numbers": list(numbers),
    }


def _has_stem(problem: Problem) -> bool:
    """Whether the wording ends in `… kaç TL'dir?`, which has a subject that a choice can be."""
    return f" {ASKING[problem.answer_unit]}?" in problem.question


def stem(problem: Problem, draw: Random) -> str:
    """The question as a choice question."""
    asking = f" {ASKING[problem.answer_unit]}?"
    if not _has_stem(problem) or draw.random() < 0.15:
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
        number = draw.choice(_sloppy_forms(problem.value))
    if draw.random() < rawness.bare:
        return number
    text = _with_unit(number, problem.answer_unit, draw)
    stray = draw.random()
    if stray < 0.06:
        return f"{text}."
    if stray < 0.10:
        return f" {text} "
    return f"= {text}" if stray < 0.12 else text


def _sloppy_forms(value: Decimal) -> list[str]:
    """The number as hands used to English keyboards write it: dot before decimals, comma between thousands."""
    forms = []
    if value != value.to_integral_value():
        forms.append(f"{value:f}")
    if abs(value) >= 1000:
        forms.append(f"{value:,f}")
    return sorted(set(forms))


def options(problem: Problem, sloppy: bool, draw: Random) -> tuple[dict[str, str], str]:
    """Five options in rising or mixed order and the letter of the right one.

    Wrong options are near values and the same digits with the separator elsewhere.
    """
    value, places = problem.value, -int(problem.value.as_tuple().exponent)
    unit = Decimal(1).scaleb(-places)
    wrong: list[Decimal] = []
    factors = [Decimal(text) for text in ("0.8", "0.9", "0.95", "1.05", "1.1", "1.2", "1.25", "0.75", "1.5", "0.5")]
    if places or value % 10 == 0:
        factors += [Decimal(10), Decimal("0.1")]
    draw.shuffle(factors)
    for factor in factors + [Decimal(n) for n in (2, 3, 4, 5, 6)]:
        other = (value * factor).quantize(unit)
        if other != value and other not in wrong and other != 0:
            wrong.append(other)
        if len(wrong) == 4:
            break
    values = [value, *wrong]
    values.sort() if draw.random() < 0.6 else draw.shuffle(values)
    write: Callable[[Decimal], str] = format_turkish
    if sloppy and (forms := _sloppy_forms(value)):
        write = (
            (lambda number: f"{number:,f}") if draw.choice(forms) == f"{value:,f}" else (lambda number: f"{number:f}")
        )
    texts = [write(number) for number in values]
    letters = dict(zip("ABCDE", texts, strict=True))
    right = "ABCDE"[values.index(value)]
    if unit_text := problem.answer_unit:
        style = draw.random()
        if style < 0.6:
            letters = {
                letter: f"%{text}" if unit_text == "%" else f"{text} {unit_text}" for letter, text in letters.items()
            }
    return letters, right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", choices=BANKS)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    write_jsonl(arguments.output, draw_rows(BANKS[arguments.bank], arguments.rows))


if __name__ == "__main__":
    run_stage(main)
