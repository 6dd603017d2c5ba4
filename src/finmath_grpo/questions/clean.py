"""Clean raw questions: choice questions become open ones, answers become digits, commas and dots.

As in the post, the separators of an answer stay as they were recorded: `5514.28` is not mended, and the audit names the
row. An answer whose row has another `value` is rejected; a file with many of them, or with two that are each other's
values, is refused. What can't be cleaned goes to the rejected rows with a reason, and the audit counts everything, so
that nothing is dropped in silence. Answers are read as those of models are.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write, canonical_json, numbered_rows
from finmath_grpo.numbers import contradicts, english, numbers_in, stated, turkish
from finmath_grpo.questions.opening import Reject, open_question
from finmath_grpo.questions.rows import LONGEST_VALUE, Question, RawQuestion

SLIPS = 0.01
"""Of the rows that give a value, the share whose answer may contradict it before the file is refused."""


class Contradiction(Reject):
    """A row whose answer, with the readings `answers`, is not its value."""

    def __init__(self, recorded: str, value: str, answers: set[Decimal]) -> None:
        super().__init__(f"answer {recorded!r} contradicts value {value!r}, in Turkish as in English")
        self.answers = answers


def clean(raw: RawQuestion) -> Question:
    """The open question with a bare answer. Raises Reject with the reason where there is none."""
    recorded = raw.answer
    if raw.choices is not None:
        letter = recorded.strip(" .)").upper()
        if letter not in raw.choices:
            raise Reject(f"answer {raw.answer!r} is the letter of none of the choices {', '.join(raw.choices)}")
        recorded = raw.choices[letter]
    answer = clean_answer(recorded, raw.answer_unit)
    value = raw.value
    if value is None:
        number = turkish(answer)
        if number is None:
            raise Reject(
                f"answer {recorded!r} is not a Turkish number and the row has no value that says what it means"
            )
        value = f"{number:f}"
        if len(value) > LONGEST_VALUE:
            raise Reject(f"answer {recorded[:20] + '…'!r} has more than {LONGEST_VALUE} digits and signs")
    elif Decimal(value) not in (readings := (turkish(answer), english(answer))):
        raise Contradiction(recorded, value, {reading for reading in readings if reading is not None})
    return Question(
        id=raw.id,
        unit=raw.unit,
        family=raw.family,
        question=open_question(raw.question, raw.answer_unit),
        answer=answer,
        answer_unit=raw.answer_unit,
        value=value,
        numbers=raw.numbers,
        difficulty=raw.difficulty,
        of=raw.of,
    )


def clean_answer(recorded: str, answer_unit: str = "") -> str:
    """The number in a recorded answer with its separators as they are: `₺5514.28.` gives `5514.28`.

    It is read as the answers of models are (`numbers.stated`). Raises Reject if that finds no number, if its unit
    contradicts `answer_unit`, or if it is a number in no convention. A number in brackets is refused too: `(500)` is
    -500 to an accountant and 500 to others.
    """
    found = stated(recorded)
    if found is None:
        written = numbers_in(recorded)
        if len(written) != 1:
            count = f"{len(written)} numbers" if written else "no number"
            raise Reject(f"answer {recorded!r} has {count}, expected one")
        if re.search(r"\(\s*[^\s()\w]*\s*" + re.escape(written[0]), recorded):
            raise Reject(f"answer {recorded!r} has its number in brackets; write a minus if it is one")
        raise Reject(f"answer {recorded!r} has more than a number and a unit")
    if contradicts(found.units, answer_unit):
        raise Reject(f"answer {recorded!r} has another unit than answer_unit {answer_unit!r}")
    if turkish(found.number) is None and english(found.number) is None:
        raise Reject(f"answer {recorded!r} is a number neither in Turkish nor in English")
    return found.number


def raw_questions(path: Path) -> Iterator[RawQuestion]:
    """The rows of a raw file. Raises UserError naming the line of a faulty one, and both lines of an id."""
    lines: dict[str, int] = {}
    for number, row in numbered_rows(path, RawQuestion, strict=True):
        if row.id in lines:
            raise UserError(
                f"{path}, line {number}: id: {row.id!r} is also in line {lines[row.id]}; each row needs its own"
            )
        lines[row.id] = number
        yield row


class Asked:
    """What the kept rows of a file ask, so that none asks it again."""

    def __init__(self) -> None:
        self.first: dict[str, tuple[str, str]] = {}
        """By the text of a question, the id and the value of the row that has it."""

    def add(self, row: Question) -> None:
        """Raise Reject for a question that an earlier row asks, UserError where that row has another value.

        A question twice would count twice, and could be asked in the test and be trained on.
        """
        name, value = self.first.setdefault(row.question, (row.id, row.value))
        if Decimal(value) != Decimal(row.value):
            raise UserError(
                f"{name!r} and {row.id!r} ask the same and have other answers, {value} and {row.value}; correct one, or"
                " say in the texts what tells them apart"
            )
        if name != row.id:
            raise Reject(f"the question is that of {name!r}, word for word")


class Contradictions:
    """The rows of a file whose answer contradicts their value, and how many rows give one."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, set[Decimal], Decimal]] = []
        self.values = 0

    def add(self, row: RawQuestion, reason: Reject | None = None) -> None:
        if row.value is not None:
            self.values += 1
            if isinstance(reason, Contradiction):
                self.rows.append((row.id, reason.answers, Decimal(row.value)))

    def check(self, path: Path) -> None:
        """Raise UserError where answers were shifted or swapped: for many contradictions, or two that fit crosswise.

        One row alone is a slip, and is rejected.
        """
        if len(self.rows) > max(1, SLIPS * self.values):
            first, answers, _ = self.rows[0]
            owner = next((name for name, _, value in self.rows if value in answers), None)
            how = f"that of {first!r} is the value of {owner!r}" if owner else f"the first is that of {first!r}"
        else:
            pairs = combinations(self.rows, 2)
            crosswise = [(one, two) for one, two in pairs if one[2] in two[1] and two[2] in one[1]]
            if not crosswise:
                return
            how = " and ".join(f"{name!r}" for name, _, _ in crosswise[0]) + " have each other's"
        raise UserError(
            f"{path}: {len(self.rows)} of {self.values} answers contradict the `value` of their row: {how}."
            " A column was shifted or rows were swapped; correct the answers or the values"
        )


def clean_file(raw: Path, questions: Path, rejected: Path) -> tuple[int, int]:
    """Clean a file row by row; how many rows were kept and rejected. In memory stay ids, texts and values alone."""
    kept, reasons, contradictions, asked = 0, Counter[str](), Contradictions(), Asked()
    with atomic_write(questions) as kept_file, atomic_write(rejected) as rejected_file:
        for row in raw_questions(raw):
            try:
                cleaned = clean(row)
                asked.add(cleaned)
            except UserError as error:
                raise UserError(f"{raw}: {error}") from None
            except Reject as reason:
                reasons[kind_of_reason(str(reason))] += 1
                contradictions.add(row, reason)
                rejected_file.write(_line({"reason": str(reason), **row.model_dump()}))
            else:
                kept += 1
                contradictions.add(row)
                kept_file.write(cleaned.model_dump_json() + "\n")
        contradictions.check(raw)
        if not kept:
            counted = f"; rejected: {canonical_json(reasons)}" if reasons else ""
            raise UserError(f"{raw}: no question is left to ask{counted}; expected rows as in data/raw/README.md")
    return kept, reasons.total()


def kind_of_reason(reason: str) -> str:
    """A reason without what it quotes of its row."""
    return re.sub(r"'[^']*'", "'…'", reason)


def _line(row: dict[str, Any]) -> str:
    return canonical_json(row) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("raw", "questions", "rejected"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    kept, rejected = clean_file(**vars(parser.parse_args()))
    print(f"{kept} of {kept + rejected} questions kept, {rejected} rejected")


if __name__ == "__main__":
    run_stage(main)
