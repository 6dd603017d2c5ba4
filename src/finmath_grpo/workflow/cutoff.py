"""Early cutoff for the questions: `clean` and `split` run again only where what they write would differ.

Snakemake runs everything below a job that runs, whatever comes out of it, and below the questions lie days of
training. Cleaning takes a fraction of a second. So the planner cleans and splits into a temporary folder, and the two
rules take the hash of these files as their parameter instead of their code and their input.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, digest, read_jsonl, sha256
from finmath_grpo.questions.clean import clean_file, raw_questions
from finmath_grpo.questions.rows import Question
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import draw_test_ids, split_file
from finmath_grpo.workflow.closure import source_files

KNOWN = Path("results/.snakemake/rows")
"""Hashes of rows by what they follow from, so that nothing is cleaned twice to plan. Safe to delete."""


def cleaned_rows(raw: Path) -> str:
    """The hash of what `clean` makes of a raw file: kept and rejected rows. Raises UserError as the stage does."""

    def rows(folder: Path) -> str:
        questions, rejected = folder / "questions", folder / "rejected"
        clean_file(raw, questions, rejected)
        return digest([sha256(questions), sha256(rejected)])

    return _known({"raw": _sha256(raw), "code": _code()}, rows)


def are_other_rows(raw: Path, questions: Path, rejected: Path) -> bool:
    """Whether files of `clean` that are there are not what it makes of a raw file.

    Then the raw file was edited between planning and cleaning, and the rule's parameter tells of rows that were not
    made: with the edit taken back, or made again, they would stand for it.
    """
    if not (questions.is_file() and rejected.is_file() and raw.is_file()):
        return False
    return digest([sha256(questions), sha256(rejected)]) != cleaned_rows(raw)


def split_rows(raw: Path, settings: SplitSettings) -> str:
    """The hash of what `split` makes of a raw file: the rows to train on and those that are held out."""

    def rows(folder: Path) -> str:
        clean_file(raw, folder / "questions", folder / "rejected")
        questions, train, test = list(read_jsonl(folder / "questions", Question)), folder / "train", folder / "test"
        try:
            split_file(questions, draw_test_ids(questions, settings), train, test)
        except UserError as error:
            raise UserError(f"{raw}: {error}") from None
        return digest([sha256(train), sha256(test)])

    return _known({"raw": _sha256(raw), "code": _code(), "settings": settings.model_dump(mode="json")}, rows)


def strangers(instances: Path, raw: Path) -> list[str]:
    """The questions that rows of T3 have with new numbers (`of`) and that are not in the raw file.

    Who puts other questions into an experiment with a T3 would be told what came of theirs with new numbers.
    """

    def rows(_: Path) -> str:
        known = {row.id for row in raw_questions(raw)}
        return "\n".join(row.of for row in raw_questions(instances) if row.of and row.of not in known)

    return _known({"instances": sha256(instances), "of": sha256(raw), "code": _code()}, rows).splitlines()


def repeated(further: Path, raw: Path) -> list[str]:
    """The ids of the questions of a further file that a raw file asks too, word for word once both are cleaned."""

    def rows(folder: Path) -> str:
        for file, name in ((raw, "raw"), (further, "further")):
            clean_file(file, folder / name, folder / "rejected")
        asked = {row.question for row in read_jsonl(folder / "raw", Question)}
        return "\n".join(row.id for row in read_jsonl(folder / "further", Question) if row.question in asked)

    return _known({"repeated": sha256(further), "of": sha256(raw), "code": _code()}, rows).splitlines()


def _code() -> dict[str, str]:
    """All code of the two stages, prose too: the words of a rejection are a result."""
    files = source_files("finmath_grpo.questions.clean", "finmath_grpo.questions.split", __name__)
    return {file: sha256(Path(file)) for file in files}


def _sha256(raw: Path) -> str:
    """The hash of a raw file; of one that can't be read none, and reading it says why."""
    return sha256(raw) if raw.is_file() else ""


def _known(follows_from: Mapping[str, object], rows: Callable[[Path], str]) -> str:
    file = KNOWN / digest(follows_from)[:32]
    if file.is_file():
        return file.read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        found = rows(Path(folder))
    with atomic_write(file) as output:
        output.write(found)
    return found
