"""What the reader of completions shows: an index that the page carries, and the texts of each question apart.

The texts of a large run are tens of megabytes. So the page has the questions and their scores only, and loads and
inflates the texts of a question when it is chosen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.evaluation.scores import OUTCOMES, SCORERS, read_scores
from finmath_grpo.evaluation.wording import OUTCOME_WORDS
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.report.arithmetic import equations
from finmath_grpo.workflow.paths import TEXT_FILES

SHOWN = {"id", "unit", "family", "difficulty", "question", "answer", "answer_unit", "value"}
"""What the page shows of a question."""

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


def read_scored(test: Path, scores: Path, models: Sequence[str], written: Collection[str] = ()) -> Evaluation:
    """Read how what the models wrote to T1 was scored, without the texts; `written` are the models that have some."""
    questions = list(read_jsonl(test, Question))
    table = read_scores(scores, models, [question.id for question in questions])
    return Evaluation(
        questions=questions,
        models=list(models),
        temperatures=[float(temperature) for temperature in sorted(table["temperature"].unique())],
        samples=int(table["sample"].max()) + 1,
        scores=table,
        texts={},
        written=frozenset(written),
    )


def read_evaluation(test: Path, scores: Path, completions: Sequence[Path], models: Sequence[str]) -> Evaluation:
    """The same with the texts; `completions` is empty where no text was kept.

    Raises UserError naming a completion that has a score and no text: the page would be silently another one.
    """
    scored = read_scored(test, scores, models)
    texts: Texts = {}
    files: dict[str, Path] = {}
    for path in completions:
        for row in read_jsonl(path, Completion):
            if row.test != "t1":
                continue
            texts[row.model, row.temperature, row.question_id, row.sample] = (row.text, row.finish)
            files[row.model] = path
    table = scored.scores
    for cell in zip(*(table[key] for key in ("model", "temperature", "question_id", "sample")), strict=True):
        model, temperature, question, sample = cell
        if model in files and cell not in texts:
            raise UserError(
                f"{files[model]}: the completion of temperature {temperature:g}, question {question}, sample {sample}"
                f" is missing, but {scores} has its scores; generate and score again"
            )
    return replace(scored, texts=texts, written=frozenset(files))


def index(evaluation: Evaluation) -> dict[str, Any]:
    """What the page carries. Per model two strings of one digit per cell (temperature, then sample).

    `solved`: one bit per scorer. `outcomes`: the place in OUTCOMES.
    """
    shape = (
        len(evaluation.models),
        len(evaluation.temperatures),
        len(evaluation.questions),
        evaluation.samples,
    )
    bits = sum(evaluation.scores[scorer].to_numpy() << bit for bit, scorer in enumerate(SCORERS)).reshape(shape)
    outcomes = evaluation.scores["outcome"].cat.codes.to_numpy().reshape(shape)
    return {
        "temperatures": [format(temperature, "g") for temperature in evaluation.temperatures],
        "samples": evaluation.samples,
        "scorers": list(SCORERS),
        "outcomes": list(OUTCOMES),
        "words": OUTCOME_WORDS,
        "written": [model in evaluation.written for model in evaluation.models],
        "files": TEXT_FILES,
        "questions": [
            {
                **question.model_dump(include=SHOWN),
                "solved": [_digits(bits[model, :, place, :]) for model in range(shape[0])],
                "outcomes": [_digits(outcomes[model, :, place, :]) for model in range(shape[0])],
            }
            for place, question in enumerate(evaluation.questions)
        ],
    }


def question_texts(evaluation: Evaluation) -> Iterator[list[list[list[Any]]]]:
    """For each question, model and cell (temperature, then sample): text, finish, tokens, extracted, sums.

    Text and finish are None where they were not kept, and what was extracted where there is no answer tag: it would be
    the whole text. `sums` are the equations that could be checked: start and end in UTF-16 units, as a browser counts,
    the verdict, and what the left side is.
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
            tagged = outcome != "no_answer" if text is None else "<cevap>" in text
            models[model].append([text, finish, int(tokens), extracted if tagged else None, sums(text or "")])
        yield list(models.values())


@lru_cache(maxsize=1 << 12)
def sums(text: str) -> list[list[Any]]:
    """The checked equations of a text as the page takes them. Texts of one question repeat."""
    found = list(equations(text))
    if not found or text.isascii() or _units(text) == len(text):
        return [list(equation) for equation in found]
    return [[_units(text[:start]), _units(text[:end]), verdict, value] for start, end, verdict, value in found]


def _units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _digits(cells: Any) -> str:
    return "".join(map(str, np.ravel(cells)))
