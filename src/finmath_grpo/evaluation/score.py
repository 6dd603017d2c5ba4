"""Score completions: one row of `scores.csv` per sample, by `finmath_grpo.scorer`."""

import argparse
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd

from finmath_grpo.answers import OPENING
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.evaluation.scores import COLUMNS, check_complete
from finmath_grpo.files import atomic_write, read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.scorer import score


def score_rows(tests: dict[str, list[Question]], completions: list[Path]) -> Iterator[dict[str, object]]:
    """One row of the table per completion, in the order of the files, each of which is named by its model.

    Raises UserError for an unknown question, and for a completion of another model than its file's.
    """
    questions = {
        (test, question.id): (question, Decimal(question.value)) for test, rows in tests.items() for question in rows
    }
    # What is before the last tag says nothing of the answer, and answers repeat: of ours seven in ten.
    scored: dict[tuple[str, str, str, str], dict[str, int | str]] = {}
    for path in completions:
        model = path.stem
        for line, row in enumerate(read_jsonl(path, Completion), start=1):
            found = questions.get((row.test, row.question_id))
            if found is None:
                raise UserError(f"{path}, line {line}: question_id {row.question_id!r} is not in the test {row.test}")
            if row.model != model:
                raise UserError(
                    f"{path}, line {line}: model is {row.model!r}; expected {model!r}, as the file is named; delete"
                    " the file and run again"
                )
            question, value = found
            answer = row.text[max(0, row.text.rfind(OPENING)) :]
            key = (row.test, row.question_id, answer, row.finish)
            if key not in scored:
                scored[key] = score(answer, row.finish, question.answer, value, question.answer_unit)
            yield {
                "model": row.model,
                "test": row.test,
                "temperature": row.temperature,
                "sample": row.sample,
                "question_id": row.question_id,
                **scored[key],
                "gold": question.answer,
                "value": question.value,
                "tokens": row.tokens,
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", nargs="+", required=True, help="the names of the tests")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="the questions of each, in the same order")
    parser.add_argument("--completions", type=Path, nargs="+", required=True, help="one JSON Lines file per model")
    parser.add_argument("--scores", type=Path, required=True, help="the table to write")
    options = parser.parse_args()

    tests = {name: list(read_jsonl(path, Question)) for name, path in zip(options.names, options.tests, strict=True)}
    table = pd.DataFrame(score_rows(tests, options.completions), columns=list(COLUMNS))
    if table.empty:
        raise UserError("the completions files hold no completion")
    models = list(dict.fromkeys(table["model"]))
    for test, questions in tests.items():
        rows = table.loc[table["test"] == test, ["model", "temperature", "question_id", "sample"]].copy()
        rows["model"] = pd.Categorical(rows["model"], categories=models)
        rows["question_id"] = pd.Categorical(rows["question_id"], categories=[question.id for question in questions])
        check_complete(f"{test} in {', '.join(map(str, options.completions))}", rows)
    with atomic_write(options.scores) as file:
        table.to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    run_stage(main)
