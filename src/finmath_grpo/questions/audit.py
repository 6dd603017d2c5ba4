"""What cleaning did with every row of a raw file, counted: `python -m finmath_grpo.questions.audit`.

A report and no step on the way: nothing depends on it, so that another count trains nothing again.
"""

import argparse
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pydantic

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import read_jsonl, write_json
from finmath_grpo.numbers import turkish
from finmath_grpo.questions.clean import kind_of_reason, raw_questions
from finmath_grpo.questions.rows import Question, RawQuestion

_GROUPED_IN_ENGLISH = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")


class Rejected(pydantic.BaseModel):
    """What the audit reads of a rejected row."""

    id: str
    reason: str


def separator_style(answer: str, value: Decimal) -> str:
    """How a cleaned answer writes the number `value`."""
    as_turkish = turkish(answer) == value
    match "".join(sorted(set(answer) & {".", ","}, key=answer.index)):
        case "":
            return "digits only"
        case ".":
            return "dot groups" if as_turkish else "dot before decimals"
        case ",":
            return "comma before decimals" if as_turkish else "comma groups"
        case ".,":
            return "dot groups, comma before decimals"
        case _:
            return "comma groups, dot before decimals"


class Audit:
    """Counts over rows that come one at a time, and the rows whose answer is the value only if read in English."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("unit", "family", "kind", "answer_unit", "separators", "rejected")
        }
        self.disagreements: list[dict[str, str | None]] = []
        self.thousandths: list[dict[str, str]] = []
        """Rows with no value that would say whether `36,919` is 36.919, as it is read, or 36919 as in English."""

    def add(self, raw: RawQuestion, cleaned: Question) -> None:
        value = Decimal(cleaned.value)
        for name, key in (
            ("unit", raw.unit),
            ("family", raw.family),
            ("kind", "open" if raw.choices is None else "choice"),
            ("answer_unit", raw.answer_unit),
            ("separators", separator_style(cleaned.answer, value)),
        ):
            self.counts[name][key] += 1
        if raw.value is None and _GROUPED_IN_ENGLISH.fullmatch(cleaned.answer):
            self.thousandths.append({"id": raw.id, "answer": cleaned.answer, "read_as": cleaned.value})
        read = turkish(cleaned.answer)
        if read != value:
            row = {"id": raw.id, "answer": cleaned.answer, "read_as": None if read is None else f"{read:f}"}
            self.disagreements.append({**row, "value": cleaned.value, "difference": "separators"})

    def reject(self, reason: str) -> None:
        self.counts["rejected"][kind_of_reason(reason)] += 1

    def summary(self) -> dict[str, Any]:
        kept, rejected = self.counts["kind"].total(), self.counts["rejected"].total()
        return {
            "rows": kept + rejected,
            "kept": kept,
            "rejected": rejected,
            **{f"by_{name}": dict(sorted(counter.items())) for name, counter in self.counts.items()},
            "answers_that_do_not_read_as_value": self.disagreements,
            "answers_of_three_decimals_without_value": self.thousandths,
        }


def audit(raw: Path, questions: Path, rejected: Path) -> dict[str, Any]:
    """The counts of a cleaned file. Raises UserError where a row of the raw file is neither kept nor rejected."""
    kept = {row.id: row for row in read_jsonl(questions, Question)}
    reasons = {row.id: row.reason for row in read_jsonl(rejected, Rejected)}
    counts = Audit()
    for row in raw_questions(raw):
        if row.id in kept:
            counts.add(row, kept[row.id])
        elif row.id in reasons:
            counts.reject(reasons[row.id])
        else:
            raise UserError(f"{raw}: the row {row.id!r} is neither in {questions} nor in {rejected}; clean it again")
    return counts.summary()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("raw", "questions", "rejected", "audit"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    write_json(arguments.audit, audit(arguments.raw, arguments.questions, arguments.rejected))


if __name__ == "__main__":
    run_stage(main)
