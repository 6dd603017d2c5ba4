"""Early cutoff for the questions: `clean` and `split` run again only where their rows would differ.

Snakemake runs everything below a job that runs, whatever comes out of it, and below the questions lie days of
training. Cleaning takes a fraction of a second. So the planner cleans and splits in memory, and the two rules take a
hash of the rows as their parameter instead of their code and their input.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, canonical_json, digest, sha256
from finmath_grpo.questions.clean import Reject, clean, raw_questions
from finmath_grpo.questions.rows import Question
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import draw_test_ids
from finmath_grpo.workflow.closure import fingerprint

KNOWN = Path("results/.snakemake/rows")
"""Hashes of rows by what they follow from, so that nothing is cleaned twice to plan. Safe to delete."""


def cleaned_rows(raw: Path) -> str:
    """The hash of what `clean` makes of a raw file: kept and rejected rows. Raises UserError as the stage does."""
    follows_from = {"raw": _sha256(raw), "code": fingerprint("finmath_grpo.questions.clean")}
    return _known(follows_from, lambda: _cleaned(raw)[1])


def split_rows(raw: Path, settings: SplitSettings) -> str:
    """The hash of what `split` makes of a raw file: its rows, and which of them are held out."""
    code = fingerprint("finmath_grpo.questions.clean", "finmath_grpo.questions.split:draw_test_ids")
    follows_from = {"raw": _sha256(raw), "code": code, "settings": settings.model_dump(mode="json")}

    def rows() -> str:
        questions, cleaned = _cleaned(raw)
        try:
            return digest([cleaned, draw_test_ids(questions, settings)])
        except UserError as error:
            raise UserError(f"{raw}: {error}") from None

    return _known(follows_from, rows)


def _cleaned(raw: Path) -> tuple[list[Question], str]:
    kept = []
    seen = hashlib.sha256()
    for row in raw_questions(raw):
        try:
            question = clean(row)
        except Reject as reason:
            seen.update(f"{row.id}: {reason}\n".encode())
        else:
            kept.append(question)
            seen.update(f"{canonical_json(question.model_dump())}\n".encode())
    return kept, seen.hexdigest()


def _sha256(raw: Path) -> str:
    """The hash of a raw file; of one that can't be read none, and reading it says why."""
    return sha256(raw) if raw.is_file() else ""


def _known(follows_from: Mapping[str, object], rows: Callable[[], str]) -> str:
    file = KNOWN / digest(follows_from)[:32]
    if file.is_file():
        return file.read_text(encoding="utf-8")
    found = rows()
    with atomic_write(file) as output:
        output.write(found)
    return found
