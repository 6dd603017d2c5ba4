"""Draw the raw files of this project from the families.

    questions            542 questions of the course                           data/raw/questions.jsonl
    instances            10 fresh problems for each of its 100 test questions  data/raw/instances.jsonl (T3)
    validation           100 fresh problems for as many training questions     data/raw/validation.jsonl (V)
    smoke, smoke-…       the same of the elementary families; instances of 10 test questions

Raw as the post's questions were: some are multiple choice, answers carry units, some have sloppy separators. This
program is no stage: its output is committed, and a test draws it again and compares. Every draw is seeded by the bank
and by what it is for (a family, a row), so that a family or a row more changes little elsewhere.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import write_jsonl
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.contamination import masked
from finmath_grpo.questions.difficulty import Difficulty, difficulty
from finmath_grpo.questions.families import course, elementary, transfer, transfer_elementary
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.recording import Rawness, draw_options, has_stem, recorded_answer, sloppy_forms, stem
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import draw_test_ids

ROWS = 542
"""As many as the post had."""
TEST, SEED = 100, 3407
"""The split of the post's size, which T1 and the training questions come from."""
COPIES = 10
"""Instances of a test question."""
VALIDATION = 100


@dataclass(frozen=True)
class Bank:
    """What a raw file is drawn from."""

    prefix: str
    families: tuple[Family, ...]
    rawness: Rawness
    seed: int
    instances_of: int
    """How many of the test questions are drawn anew for T3."""


BANKS = {
    "questions": Bank("fm", course.FAMILIES, Rawness(choices=1 / 6, sloppy=1 / 25, bare=0.3, grouped=0.98), 542, 100),
    "smoke": Bank("s", elementary.FAMILIES, Rawness(choices=0.05, sloppy=0, bare=0.8, grouped=1), 542, 10),
    "transfer": Bank("ft", transfer.FAMILIES, Rawness(choices=1 / 12, sloppy=1 / 25, bare=0.3, grouped=0.98), 542, 0),
    "smoke-transfer": Bank(
        "st", transfer_elementary.FAMILIES, Rawness(choices=0.05, sloppy=0, bare=0.8, grouped=1), 542, 0
    ),
}


def draw_rows(bank: Bank, count: int = ROWS) -> Iterator[dict[str, Any]]:
    """Raw rows, the families in turn equally often (at most one apart), no problem and no text twice.

    Raises UserError if a family has too few problems.
    """
    drawn: list[tuple[Family, int, Problem]] = []
    for index, family in enumerate(bank.families):
        share = count // len(bank.families) + (index < count % len(bank.families))
        problems = draw_problems(family, share, Random(f"{bank.seed} {family.name}"))
        drawn += [(family, place, problem) for place, problem in enumerate(problems)]

    def lowest(share: float, about: str, fits: Callable[[Problem], bool]) -> set[tuple[str, int]]:
        keys = [(family.name, place) for family, place, problem in drawn if fits(problem)]
        ranked = sorted(keys, key=lambda key: _rank(f"{bank.seed} {about} {key[0]} {key[1]}"))
        return set(ranked[: round(share * count)])

    choices = lowest(bank.rawness.choices, "choice", has_stem)
    sloppy = lowest(bank.rawness.sloppy, "sloppy", lambda problem: bool(sloppy_forms(problem.value)))
    for number, (family, place, problem) in enumerate(drawn, start=1):
        key, draw = (family.name, place), Random(f"{bank.seed} {family.name} {place}")
        name = f"{bank.prefix}-{number:03d}"
        yield raw_row(name, family, problem, bank.rawness, key in choices, key in sloppy, draw)


def _rank(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def raw_row(
    name: str,
    family: Family,
    problem: Problem,
    rawness: Rawness,
    as_choice: bool,
    sloppy: bool,
    draw: Random,
    of: str = "",
) -> dict[str, Any]:
    """A problem as a raw file has it. `as_choice` needs a wording with a stem, `sloppy` a value with separators."""
    question, options = problem.question, None
    if as_choice:
        question = stem(problem, draw)
        options, answer = draw_options(problem, sloppy, question == problem.question, draw)
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
        "numbers": _numbers(problem),
        "difficulty": _difficulty(problem),
        **({"of": of} if of else {}),
    }


def _numbers(problem: Problem) -> tuple[str, ...]:
    return tuple(str(number) for number in problem.numbers)


def _difficulty(problem: Problem) -> Difficulty:
    return difficulty(problem.question, problem.solutions or (problem.solution,))


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


def draw_instances(bank: Bank) -> list[dict[str, Any]]:
    """T3: ten problems for each of the bank's test questions, or of the first of them in the order of the draw."""
    questions = _questions(bank)
    chosen = set(_drawn_ids(questions, bank.instances_of))
    assert chosen <= set(_drawn_ids(questions, TEST))
    return _draw_again(bank, questions, [row for row in questions if row.id in chosen], COPIES, "i", set())


def draw_validation(bank: Bank) -> list[dict[str, Any]]:
    """V: one problem for each of 100 training questions, none of them a problem of the bank or of its instances."""
    questions = _questions(bank)
    test = set(_drawn_ids(questions, TEST))
    training = [row for row in questions if row.id not in test]
    chosen = set(_drawn_ids(training, VALIDATION))
    taken = {(row["family"], row["numbers"]) for row in draw_instances(bank)}
    return _draw_again(bank, questions, [row for row in training if row.id in chosen], 1, "v", taken)


def _questions(bank: Bank) -> list[Question]:
    return [clean(RawQuestion.model_validate(row)) for row in draw_rows(bank)]


def _drawn_ids(questions: list[Question], count: int) -> list[str]:
    return draw_test_ids(questions, SplitSettings(by="random", test=count, seed=SEED))


def _draw_again(
    bank: Bank, questions: list[Question], of: list[Question], copies: int, mark: str, taken: set[tuple[str, Any]]
) -> list[dict[str, Any]]:
    """Open raw rows with the family, the sentence and the difficulty of `of`, another answer, and numbers of their own.

    Raises UserError if a family has too few problems.
    """
    families = {family.name: family for family in bank.families}
    taken = taken | {(row.family, row.numbers) for row in questions}
    rows = []
    for row in of:
        family, sentence, draw = families[row.family], masked(row.question), Random(f"{bank.seed} {mark} {row.id}")
        found: list[Problem] = []
        for _ in range(20_000 * copies):
            problem = family.draw(draw)
            key = (row.family, _numbers(problem))
            if (
                key not in taken
                and problem.value != Decimal(row.value)
                and masked(problem.question) == sentence
                and row.difficulty in ("", _difficulty(problem))
            ):
                taken.add(key)
                found.append(problem)
            if len(found) == copies:
                break
        else:
            raise UserError(f"{row.id}: {family.name} has too few other problems with its sentence: {row.question}")
        for number, problem in enumerate(found, start=1):
            name = f"{row.id}-{mark}{number:02d}"
            sloppy = draw.random() < bank.rawness.sloppy and bool(sloppy_forms(problem.value))
            rows.append(raw_row(name, family, problem, bank.rawness, False, sloppy, draw, of=row.id))
    return rows


FILES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "questions": lambda: list(draw_rows(BANKS["questions"])),
    "instances": lambda: draw_instances(BANKS["questions"]),
    "validation": lambda: draw_validation(BANKS["questions"]),
    "transfer": lambda: list(draw_rows(BANKS["transfer"], 100)),
    "smoke": lambda: list(draw_rows(BANKS["smoke"])),
    "smoke-transfer": lambda: list(draw_rows(BANKS["smoke-transfer"], 25)),
    "smoke-instances": lambda: draw_instances(BANKS["smoke"]),
    "smoke-validation": lambda: draw_validation(BANKS["smoke"]),
}
"""The raw files of `data/raw` that are drawn here, by the name that they have there."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", choices=FILES)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_jsonl(arguments.output, FILES[arguments.file]())


if __name__ == "__main__":
    run_stage(main)
