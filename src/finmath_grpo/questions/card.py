"""The numbers of the data card: `python -m finmath_grpo.questions.card` prints the tables from the files themselves.

With `--write` they replace the marked part of `data/raw/README.md`; a test compares the two.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write, read_jsonl
from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions.asked import OTHERS, SPLIT
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.contamination import Contamination
from finmath_grpo.questions.difficulty import LEVELS
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.split import read_committed

FOLDER = Path("data/raw")
BEGIN, END = "<!-- begin: python -m finmath_grpo.questions.card -->", "<!-- end -->"

Row = tuple[RawQuestion, Question]


def is_canonical(question: Question) -> bool:
    """Whether the recorded answer is, letter by letter, what a Turkish writer of `value` types."""
    return question.answer == format_turkish(Decimal(question.value))


def tables(folder: Path = FOLDER) -> str:
    """The tables of the card as Markdown. Files that are not there have no rows."""
    files = {
        prefix + name: [(raw, clean(raw)) for raw in read_jsonl(path, RawQuestion)]
        for prefix in ("", "smoke-")
        for name in ("questions", *OTHERS.values())
        if (path := folder / f"{(prefix + name).replace('smoke-questions', 'smoke')}.jsonl").exists()
    }
    parts: dict[str, list[Row]] = {}
    overlaps: list[tuple[str, int, dict[str, int]]] = []
    for bank, prefix in (("questions", ""), ("smoke", "smoke-")):
        rows = files.pop(f"{prefix}questions")
        test_ids = set(read_committed(folder / f"{bank}.test-ids.json")[SPLIT])
        training = [row for row in rows if row[0].id not in test_ids]
        tests = {"t1": [row for row in rows if row[0].id in test_ids]}
        tests |= {test: files[prefix + name] for test, name in OTHERS.items() if prefix + name in files}
        known = Contamination(row for _, row in training)
        parts |= {f"{bank}.jsonl": rows, f"{bank}: training": training}
        for test, chosen in tests.items():
            parts[f"{bank}: {test}"] = chosen
            seen = known.of(row for _, row in chosen)["test_questions_seen"]
            overlaps.append((f"{bank}: {test}", len(chosen), seen))
    return "\n\n".join(
        (
            "Rows by what they are and how their answers are recorded:",
            _table(("rows of", *_COUNTS), ((name, *_counts(rows)) for name, rows in parts.items())),
            "`questions.jsonl` by unit of the course:",
            _table(("unit", "families", "rows", *LEVELS), _units(parts["questions.jsonl"])),
            "Test questions that the training questions of the same file already show:",
            _table(
                ("test", "questions", *(name.replace("_", " ") for name in overlaps[0][2])),
                ((name, count, *seen.values()) for name, count, seen in overlaps),
            ),
        )
    )


_COUNTS: dict[str, Callable[[list[Row]], int]] = {
    "rows": len,
    "families": lambda rows: len({raw.family for raw, _ in rows}),
    **{level: lambda rows, level=level: sum(raw.difficulty == level for raw, _ in rows) for level in LEVELS},  # type: ignore[misc]
    "whole answers": lambda rows: sum(Decimal(row.value) % 1 == 0 for _, row in rows),
    "canonical": lambda rows: sum(is_canonical(row) for _, row in rows),
    "sloppy": lambda rows: sum(parse_turkish(row.answer) != Decimal(row.value) for _, row in rows),
    "choice": lambda rows: sum(raw.choices is not None for raw, _ in rows),
}


def _counts(rows: list[Row]) -> list[int]:
    return [count(rows) for count in _COUNTS.values()]


def _units(rows: list[Row]) -> Iterable[Sequence[str | int]]:
    for unit in dict.fromkeys(raw.unit for raw, _ in rows):
        own = [raw for raw, _ in rows if raw.unit == unit]
        levels = Counter(raw.difficulty for raw in own)
        yield unit, len({raw.family for raw in own}), len(own), *(levels[level] for level in LEVELS)


def _table(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def with_tables(card: str, made: str) -> str:
    """The card with its marked part replaced. Raises UserError if it has no such part."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise UserError(f"{FOLDER / 'README.md'}: expected the lines {BEGIN!r} and {END!r} around the tables")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the tables of data/raw/README.md")
    write = parser.parse_args().write
    made = tables()
    if write:
        path = FOLDER / "README.md"
        card = with_tables(path.read_text(encoding="utf-8"), made)
        with atomic_write(path) as file:
            file.write(card)
    else:
        print(made)


if __name__ == "__main__":
    run_stage(main)
