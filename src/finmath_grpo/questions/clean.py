"""Clean raw questions: choice questions become open ones, answers become digits, commas and dots.

As in the post, the separators of an answer stay as they were recorded: `5514.28` is not mended. What can't be cleaned
goes to the rejected rows with a reason, and the audit counts everything, so that nothing is dropped in silence.
"""

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write, canonical_json, read_jsonl, write_json
from finmath_grpo.numbers import parse_english, parse_lenient, parse_turkish
from finmath_grpo.questions.rows import Question, RawQuestion

ASKING = {
    "TL": "kaç TL'dir",
    "%": "yüzde kaçtır",
    "yıl": "kaç yıldır",
    "ay": "kaç aydır",
    "gün": "kaç gündür",
    "": "kaçtır",
}
"""How Turkish asks for a number of each unit, at the end of a sentence."""

_WHICH = re.compile(
    r"(?:aşağıdaki(?:lerden| seçeneklerden| şıklardan)|yukarıdaki(?:lerden| seçeneklerden))"
    r" hangi(?:sidir|sine eşittir|si olur)(?=\?)"
)
_POINTING = re.compile(
    r" ?(?:Doğru (?:seçeneği|cevabı|şıkkı) (?:işaretleyiniz|bulunuz)\.|Doğru (?:cevap|seçenek|şık) hangisidir\?)"
)
_CHOICES_LEFT = re.compile(r"hangisi|hangileri|aşağıdakiler|seçene[kğ]|şıkk?(?:ı|lar)", re.IGNORECASE)
_NUMBER = re.compile(r"[-−–]?\s?[0-9](?:[0-9.,\u00a0\u202f]*[0-9])?")
_BESIDE = re.compile(
    r"(?:%|₺|\$|€|TL|TRY|Türk lirası|lira|yüzde|yıl|ay|gün|adet|['’]?[dt][ıiuü]r|[-.,;:=~≈*()\"'’«»\s])*+",
    re.IGNORECASE,
)
"""What may stand beside the number of an answer and means nothing for its value."""


class Reject(Exception):
    """Why a row can't be cleaned."""


def clean(raw: RawQuestion) -> Question:
    """The open question with a bare answer. Raises Reject with the reason where there is none."""
    recorded = raw.answer
    if raw.choices is not None:
        letter = recorded.strip(" .)").upper()
        if letter not in raw.choices:
            raise Reject(f"answer {raw.answer!r} is the letter of none of the choices {', '.join(raw.choices)}")
        recorded = raw.choices[letter]
    answer = clean_answer(recorded)
    value = raw.value
    if value is None:
        number = parse_turkish(answer)
        if number is None:
            raise Reject(
                f"answer {recorded!r} is not a Turkish number and the row has no value that says what it means"
            )
        value = f"{number:f}"
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


def clean_answer(recorded: str) -> str:
    """The number in a recorded answer with its separators as they are: `₺5514.28.` gives `5514.28`.

    Raises Reject if there is no number, more than one, or a word beside it that may change its meaning.
    """
    text = unicodedata.normalize("NFC", recorded)
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        raise Reject(f"answer {recorded!r} has {'no number' if not found else f'{len(found)} numbers'}, expected one")
    beside = text[: found[0].start()] + " " + text[found[0].end() :]
    if not _BESIDE.fullmatch(beside):
        raise Reject(f"answer {recorded!r} has more than a number and a unit")
    answer = re.sub(r"[−–]", "-", re.sub(r"\s", "", found[0].group()))
    if parse_lenient(answer) is None:
        raise Reject(f"answer {recorded!r} is a number neither in Turkish nor in English")
    return answer


def open_question(question: str, unit: str) -> str:
    """The question without its choices: `… aşağıdakilerden hangisidir?` becomes `… kaç TL'dir?`.

    Raises Reject where the text still speaks of choices, as then it can't be answered without them.
    """
    text = " ".join(unicodedata.normalize("NFC", question).split())
    text = _POINTING.sub("", text)
    text = _WHICH.sub(ASKING.get(unit, f"kaç {unit}"), text)
    if left := _CHOICES_LEFT.search(text):
        raise Reject(
            f"the question refers to choices ({left.group()!r}) in a way that can't be turned into an open question"
        )
    return text


def separator_style(answer: str, value: Decimal) -> str:
    """How a cleaned answer writes the number `value`."""
    turkish = parse_turkish(answer) == value
    match "".join(sorted(set(answer) & {".", ","}, key=answer.index)):
        case "":
            return "digits only"
        case ".":
            return "dot groups" if turkish else "dot before decimals"
        case ",":
            return "comma before decimals" if turkish else "comma groups"
        case ".,":
            return "dot groups, comma before decimals"
        case _:
            return "comma groups, dot before decimals"


class Audit:
    """Counts over rows that come one at a time, and the rows whose answer, read in Turkish, is not the value."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("unit", "family", "kind", "answer_unit", "separators", "rejected")
        }
        self.disagreements: list[dict[str, str | None]] = []

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
        read = parse_turkish(cleaned.answer)
        if read != value:
            difference = "separators" if parse_english(cleaned.answer) == value else "value"
            row = {"id": raw.id, "answer": cleaned.answer, "read_as": None if read is None else f"{read:f}"}
            self.disagreements.append({**row, "value": cleaned.value, "difference": difference})

    def reject(self, reason: str) -> None:
        self.counts["rejected"][re.sub(r"'[^']*'", "'…'", reason)] += 1

    def summary(self) -> dict[str, Any]:
        kept, rejected = self.counts["kind"].total(), self.counts["rejected"].total()
        return {
            "rows": kept + rejected,
            "kept": kept,
            "rejected": rejected,
            **{f"by_{name}": dict(sorted(counter.items())) for name, counter in self.counts.items()},
            "answers_that_do_not_read_as_value": self.disagreements,
        }


def unique(rows: Iterable[RawQuestion], path: Path) -> Iterator[RawQuestion]:
    """The rows of `path`, checked for an id that stands twice. Raises UserError naming its lines."""
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
            first, second = [n for n, line in lines if line.strip() and json.loads(line)["id"] == row.id][:2]
            raise UserError(f"{path}, line {second}: id: {row.id!r} is also in line {first}; each row needs its own")
        seen.add(row.id)
        yield row


def clean_file(raw: Path, questions: Path, rejected: Path, audit: Path) -> dict[str, Any]:
    """Clean a file row by row (memory does not grow with its questions) and return the audit."""
    counts = Audit()
    with atomic_write(questions) as kept_file, atomic_write(rejected) as rejected_file:
        for row in unique(read_jsonl(raw, RawQuestion), raw):
            try:
                cleaned = clean(row)
            except Reject as reason:
                counts.reject(str(reason))
                rejected_file.write(_line({"reason": str(reason), **row.model_dump()}))
            else:
                counts.add(row, cleaned)
                kept_file.write(cleaned.model_dump_json() + "\n")
        summary = counts.summary()
        if not summary["kept"]:
            reasons = f"; rejected: {canonical_json(summary['by_rejected'])}" if summary["rejected"] else ""
            raise UserError(f"{raw}: no question is left to ask{reasons}; expected rows as in data/raw/README.md")
    write_json(audit, summary)
    return summary


def _line(row: dict[str, Any]) -> str:
    return canonical_json(row) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("raw", "questions", "rejected", "audit"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    summary = clean_file(**vars(parser.parse_args()))
    print(f"{summary['kept']} of {summary['rows']} questions kept, {summary['rejected']} rejected")


if __name__ == "__main__":
    run_stage(main)
