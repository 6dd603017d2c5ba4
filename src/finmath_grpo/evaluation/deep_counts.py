"""How many of a question's many completions are right: `deep.csv`, one row per model and question of T1.

Columns: model, question_id, temperature, `samples` (completions of the question), `correct` (right by the scorer
`numeric`) and `readable` (an answer from which a number can be read), as in scores.csv, by `finmath_grpo.scorer`. The
texts are too many to be kept in a record; these counts are all that pass@k needs.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pydantic
import zstandard

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.files import atomic_write, explain, read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.scorer import score

COLUMNS = ("model", "question_id", "temperature", "samples", "correct", "readable")
Row = tuple[str, float, int, int | str, int | str]


def scored_rows(path: Path, model: str, questions: Mapping[str, tuple[Question, Decimal]]) -> Iterator[Row]:
    """Question, temperature, number, `numeric` and `readable` of each completion in a file of JSON Lines packed by
    Zstandard.

    Raises UserError for a file that can't be read, and for a completion of another model or question.
    """
    try:
        with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                row = Completion.model_validate_json(line)
                if row.model != model or row.question_id not in questions:
                    raise UserError(f"{path}, line {number}: {row.question_id} by {row.model} is not of {model} on T1")
                question, value = questions[row.question_id]
                found = score(row.text, row.finish, question.answer, value, question.answer_unit)
                yield row.question_id, row.temperature, row.sample, found["numeric"], found["readable"]
    except pydantic.ValidationError as error:
        raise UserError(f"{path}, line {number}: {explain(error)}; delete the file and run again") from None
    except (OSError, UnicodeDecodeError, zstandard.ZstdError) as error:
        raise UserError(f"{path}: can't be read: {error}; delete the file and run again") from None


def counts_of(paths: Sequence[Path], model: str, questions: Sequence[Question]) -> pd.DataFrame:
    """The counts of one model, a row per question, from the files of its completions.

    Raises UserError as :func:`scored_rows` does, and unless each question has the completions 0 to K - 1, each once, at
    one temperature.
    """
    known = {question.id: (question, Decimal(question.value)) for question in questions}
    files = {path: list(scored_rows(path, model, known)) for path in paths}
    scored = [row for found in files.values() for row in found]
    rows = pd.DataFrame(scored, columns=["question_id", "temperature", "sample", "correct", "readable"])
    samples = len(rows) // len(known)
    whole = {(question, sample) for question in known for sample in range(samples)}
    if (
        len(rows) != samples * len(known)
        or set(zip(rows["question_id"], rows["sample"], strict=True)) != whole
        or rows["temperature"].nunique() != 1
    ):
        found_rows = ", ".join(f"{len(found)} rows in {path}" for path, found in files.items())
        raise UserError(
            f"{model}: expected each of {len(known)} questions as often, at one temperature, found {found_rows}; delete"
            " the file that has too few, or all, and run again"
        )
    counts = rows.groupby("question_id")[["correct", "readable"]].sum().reindex(list(known)).reset_index()
    return counts.assign(model=model, temperature=rows["temperature"].iloc[0], samples=samples)[list(COLUMNS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", required=True, help="the models, the base first")
    parser.add_argument("--test", type=Path, required=True, help="the questions of T1")
    parser.add_argument(
        "--completions", type=Path, nargs="+", required=True, help="as many files per model, in that order"
    )
    parser.add_argument("--counts", type=Path, required=True, help="the table to write")
    options = parser.parse_args()

    questions = list(read_jsonl(options.test, Question))
    parts, over = divmod(len(options.completions), len(options.models))
    if over or not parts:
        raise UserError(
            f"--completions: expected as many files for each of {len(options.models)} models, found"
            f" {len(options.completions)}"
        )
    files = [options.completions[place * parts : (place + 1) * parts] for place in range(len(options.models))]
    pairs = zip(options.models, files, strict=True)
    table = pd.concat([counts_of(paths, model, questions) for model, paths in pairs], ignore_index=True)
    if table[["samples", "temperature"]].drop_duplicates().shape[0] != 1:
        raise UserError(f"{options.counts}: the models differ in completions or temperature; delete them and run again")
    with atomic_write(options.counts) as file:
        table.to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    run_stage(main)
