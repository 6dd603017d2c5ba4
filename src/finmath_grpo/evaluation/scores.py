"""The table of scores: one row per sample, and a check that it is whole.

Every number of the statistics is a mean over questions and samples. A mean over what happens to be there would be
silently another number, so a table with a missing or doubled sample is refused by name.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError

SCORERS = ("exact", "no_punctuation", "numeric")
READINGS = ("tagged", "readable", "tag_optional", "lenient")
"""What the lenient reading says of a completion; see `finmath_grpo.evaluation.lenient`."""
OUTCOMES = ("right", "separators", "rounding", "unit", "wrong", "unreadable", "no_answer", "cut_off")

_TYPES = {
    "model": "category",
    "test": "category",
    "temperature": "float64",
    "sample": "int64",
    "question_id": "category",
    "exact": "int8",
    "no_punctuation": "int8",
    "numeric": "int8",
    "tagged": "int8",
    "readable": "int8",
    "tag_optional": "int8",
    "lenient": "int8",
    "outcome": "category",
    "extracted": "str",
    "number": "str",
    "gold": "str",
    "value": "str",
    "tokens": "int64",
}
COLUMNS = tuple(_TYPES)


def read_scores(path: Path, models: Sequence[str], questions: Sequence[str], test: str = "t1") -> pd.DataFrame:
    """The rows of one test in the order model, temperature, question, sample, which are 0-based, dense and complete.

    `models` and `questions` (ids in the order of the test's file) say what must be there. Raises UserError for a column
    missing, a score but 0 and 1, scores that contradict each other or the outcome, a model or question that is not of
    this experiment, a sample missing or doubled.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table of scores: {error}") from None
    if "test" not in raw.columns:
        # A file of an older run has no test but T1, and does not say so.
        raw["test"] = "t1"
    absent = [column for column in COLUMNS if column not in raw.columns]
    if absent:
        raise UserError(f"{path}: no column {', '.join(absent)}; make the file again with the scoring stage")
    raw = raw[raw["test"] == test]
    _expect(path, raw, "model", models)
    _expect(path, raw, "question_id", questions)
    _expect(path, raw, "outcome", OUTCOMES)
    for score in (*SCORERS, *READINGS):
        _expect(path, raw, score, ("0", "1"))
    _no_contradiction(path, raw)
    for column in ("temperature", "sample", "tokens"):
        numbers = pd.to_numeric(raw[column], errors="coerce")
        if numbers.isna().any():
            place = int(numbers.isna().to_numpy().argmax())
            line = int(raw.index[place]) + 2
            raise UserError(f"{path}, line {line}: {column} is {raw[column].iloc[place]!r}; expected a number")
        raw = raw.assign(**{column: numbers})
    scores = raw.astype({name: kind for name, kind in _TYPES.items() if kind not in ("category", "str")})
    scores["model"] = pd.Categorical(scores["model"], categories=list(models))
    scores["question_id"] = pd.Categorical(scores["question_id"], categories=list(questions))
    scores["outcome"] = pd.Categorical(scores["outcome"], categories=list(OUTCOMES))
    check_complete(path, scores)
    return scores.sort_values(["model", "temperature", "question_id", "sample"], ignore_index=True)[list(COLUMNS)]


def check_complete(path: Path | str, samples: pd.DataFrame) -> None:
    """Refuse a table in which not every model × temperature × question has the samples 0 to K - 1, each once.

    `samples` has the categorical columns `model` and `question_id`, whose categories are what must be there.
    """
    keys = ["model", "temperature", "question_id", "sample"]
    doubled = samples.duplicated(keys)
    if doubled.any():
        raise UserError(f"{path}: {_name(samples.loc[doubled.idxmax(), keys])} is there more than once")
    models, questions = samples["model"].cat.categories, samples["question_id"].cat.categories
    temperatures = np.sort(samples["temperature"].unique())
    count = int(samples["sample"].max()) + 1 if len(samples) else 1
    expected = len(models) * len(temperatures) * len(questions) * count
    if len(samples) == expected and samples["sample"].min() == 0:
        return
    there = set(zip(*(samples[key] for key in keys), strict=True))
    for model in models:
        for temperature in temperatures if len(temperatures) else (float("nan"),):
            for question in questions:
                for sample in range(count):
                    cell = (model, temperature, question, sample)
                    if cell not in there:
                        missing = expected - len(samples)
                        raise UserError(
                            f"{path}: {_name(cell)} is missing ({missing} of {expected} samples are); "
                            "every model needs every temperature, question and sample"
                        )
    raise UserError(f"{path}: samples must be numbered from 0")


def _expect(path: Path, table: pd.DataFrame, column: str, allowed: Sequence[str]) -> None:
    strange = ~table[column].isin(list(allowed))
    if strange.any():
        place = int(strange.to_numpy().argmax())
        known = ", ".join(allowed[:8]) + (", …" if len(allowed) > 8 else "")
        line = int(table.index[place]) + 2
        raise UserError(f"{path}, line {line}: {column} is {table[column].iloc[place]!r}; expected one of: {known}")


def _no_contradiction(path: Path, table: pd.DataFrame) -> None:
    """What is right is right by every reading that asks for less, and its outcome says so."""
    weaker = [("numeric", "tag_optional"), ("tag_optional", "lenient"), ("lenient", "readable")]
    faults = [(f"{a} is 1 and {b} is 0", (table[a] == "1") & (table[b] == "0")) for a, b in weaker]
    differs = (table["outcome"] == "right") != (table["numeric"] == "1")
    for fault, rows in [("outcome contradicts numeric", differs), *faults]:
        if rows.any():
            line = int(table.index[int(rows.to_numpy().argmax())]) + 2
            raise UserError(f"{path}, line {line}: {fault}; make the file again with the scoring stage")


def _name(cell: Sequence[object]) -> str:
    model, temperature, question, sample = cell
    return f"model {model}, temperature {temperature:g}, question {question}, sample {sample}"
