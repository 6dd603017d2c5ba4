"""What the reader of completions shows: an index that the page carries, and one file of texts per question.

The texts of a large run are tens of megabytes, and a page opened from a disk can't fetch anything. So the page has the
questions and their scores only, and adds the script of a question when it is chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.evaluation.scores import OUTCOMES, SCORERS, read_scores
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.rows import Question

Cell = tuple[str, float, str, int]
"""Model, temperature, question, sample."""
Texts = dict[Cell, tuple[str, str]]
"""Text and finish of a completion."""


@dataclass(frozen=True)
class Evaluation:
    """Test questions, scores and, where they were kept, completions."""

    questions: list[Question]
    models: list[str]
    temperatures: list[float]
    samples: int
    scores: pd.DataFrame
    """As `read_scores` returns it: dense, in the order model, temperature, question, sample."""
    texts: Texts
    written: frozenset[str]
    """The models whose completions were kept."""


def read_evaluation(test: Path, scores: Path, completions: Sequence[Path], models: Sequence[str]) -> Evaluation:
    """Read what the models wrote to T1 and how it was scored; `completions` is empty where no text was kept.

    Raises UserError naming a completion that has a score and no text: the page would be silently another one.
    """
    questions = list(read_jsonl(test, Question))
    table = read_scores(scores, models, [question.id for question in questions])
    texts: Texts = {}
    files: dict[str, Path] = {}
    for path in completions:
        for row in read_jsonl(path, Completion):
            if row.test != "t1":
                continue
            texts[row.model, row.temperature, row.question_id, row.sample] = (row.text, row.finish)
            files[row.model] = path
    for cell in zip(*(table[key] for key in ("model", "temperature", "question_id", "sample")), strict=True):
        model, temperature, question, sample = cell
        if model in files and cell not in texts:
            raise UserError(
                f"{files[model]}: the completion of temperature {temperature:g}, question {question}, sample {sample}"
                f" is missing, but {scores} has its scores; generate and score again"
            )
    return Evaluation(
        questions=questions,
        models=list(models),
        temperatures=[float(temperature) for temperature in sorted(table["temperature"].unique())],
        samples=int(table["sample"].max()) + 1,
        scores=table,
        texts=texts,
        written=frozenset(files),
    )


def index(evaluation: Evaluation) -> dict[str, Any]:
    """What the page carries. `solved`: per model one digit per cell (temperature, then sample), one bit per scorer."""
    shape = (
        len(evaluation.models),
        len(evaluation.temperatures),
        len(evaluation.questions),
        evaluation.samples,
    )
    bits = sum(evaluation.scores[scorer].to_numpy() << bit for bit, scorer in enumerate(SCORERS)).reshape(shape)
    return {
        "temperatures": [format(temperature, "g") for temperature in evaluation.temperatures],
        "samples": evaluation.samples,
        "scorers": list(SCORERS),
        "outcomes": list(OUTCOMES),
        "written": [model in evaluation.written for model in evaluation.models],
        "questions": [
            {
                **question.model_dump(include={"id", "unit", "family", "question", "answer", "answer_unit", "value"}),
                "solved": ["".join(map(str, np.ravel(bits[model, :, place, :]))) for model in range(shape[0])],
            }
            for place, question in enumerate(evaluation.questions)
        ],
    }


def question_files(evaluation: Evaluation) -> Iterator[list[list[list[Any]]]]:
    """For each question, model and cell (temperature, then sample): text, finish, tokens, outcome, extracted.

    The outcome is a place in OUTCOMES; text and finish are None where they were not kept.
    """
    by_question = evaluation.scores.groupby("question_id", observed=False, sort=False)
    rows_of: Mapping[str, pd.DataFrame] = dict(iter(by_question))
    for question in evaluation.questions:
        rows = rows_of[question.id]
        cells = zip(
            rows["model"], rows["temperature"], rows["sample"], rows["tokens"], rows["outcome"], rows["extracted"],
            strict=True,
        )  # fmt: skip
        models: dict[str, list[list[Any]]] = {model: [] for model in evaluation.models}
        for model, temperature, sample, tokens, outcome, extracted in cells:
            text, finish = evaluation.texts.get((model, temperature, question.id, sample), (None, None))
            models[model].append([text, finish, int(tokens), OUTCOMES.index(outcome), extracted])
        yield list(models.values())
