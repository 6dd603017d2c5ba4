"""Small tables at the top of the page, made fit to print: accuracy by model and test, its parts, and the verdicts.

Nothing is counted here: each number is read from a table of `statistics` or from claims.json.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from finmath_grpo.claims.finding import VERDICTS, effect, interval
from finmath_grpo.errors import UserError
from finmath_grpo.statistics import tables as statistics_tables

FIRST_TEST = "t1"
"""The test of the post's protocol."""

Tables = Mapping[str, Path]
"""Files of tables by the name of the table."""


@dataclass(frozen=True)
class Estimate:
    """A share from 0 to 1 and its interval; the interval is None where the table has none."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Column:
    """A column of the table of accuracies. A model without a number has no entry."""

    title: str
    meaning: str
    estimates: dict[str, Estimate]


@dataclass(frozen=True)
class Contrast:
    """A difference between two models, as scored and in its parts (`finmath_grpo.statistics.decomposition`)."""

    model: str
    against: str
    test: str
    parts: dict[str, Estimate]
    """By part: `total`, `format`, `separators`, `mathematics`; differences from -1 to 1."""
    gains: int | None = None
    losses: int | None = None
    """Questions that `model` has right more often than `against`, and less often: by value, over all completions."""


@dataclass(frozen=True)
class Repeated:
    """A model that was trained several times: accuracy on T1 by `numeric`, mean over temperatures and runs."""

    model: str
    mean: Estimate
    """Its interval is over families of questions and runs."""
    sd: float
    """Over runs."""
    by_run: list[float]


SCORED = (
    ("numeric", "Right value", "the answer, read as a Turkish number, has the value"),
    ("exact", "Exact match", "the answer is the recorded text (the post's scorer)"),
)
"""Scorers, each with the title of what it counts, and what counts as right."""
FURTHER_TESTS = {"t2": "new ideas (T2)", "t3": "new numbers (T3)"}
READABILITY = {
    "tagged": ("Answer tag", "completions with an answer tag"),
    "readable": ("Readable", "completions that answer with one number, in the tag or at the end of the text"),
    "given_readable": ("Right if readable", "of the readable ones: the value, separators forgiven"),
    "lenient": ("Right, read leniently", "of all completions: the value, no tag asked for, separators forgiven"),
}


def accuracy_columns(tables: Tables, models: Sequence[str]) -> list[Column]:
    """Accuracy as far as the experiment has it: mean over temperatures by two scorers, and at any temperature.

    Where completions were scored, the mean is pass@1, which comes with an interval over questions; the post's own
    numbers are counts by temperature, and their mean is shown bare.
    """
    columns = []
    if "pass_and_majority" in tables:
        rows = pass_at_1(tables)
        for scorer, title, meaning in SCORED:
            chosen = rows[(rows["scorer"] == scorer) & (rows["test"] == FIRST_TEST)]
            most = _ceilings(tables).get(FIRST_TEST, "") if scorer == "exact" else ""
            columns.append(Column(title, f"mean over temperatures; {meaning}{most}", estimates_of(chosen, models)))
        for test, name in FURTHER_TESTS.items():
            chosen = rows[(rows["scorer"] == "numeric") & (rows["test"] == test)]
            if len(chosen):
                meaning = "the answer has the value, at the temperatures that this test is asked at"
                columns.append(Column(f"Right value on {name}", meaning, estimates_of(chosen, models)))
    else:
        rows = _of_first_test(read_table(tables["accuracy"]))
        means = rows[rows["scorer"] == "exact"].groupby("model")["accuracy"].mean()
        estimates = {model: Estimate(float(means[model])) for model in models if model in means}
        columns.append(Column("Exact match", "mean over temperatures (the post's scorer)", estimates))
    rows = _of_first_test(read_table(tables["any_temperature"]))
    columns.append(
        Column(
            "Exact match at any temperature",
            "right at least once over all temperatures, the first completion of each",
            estimates_of(rows[rows["scorer"] == "exact"], models, "accuracy"),
        )
    )
    return columns


def pass_at_1(tables: Tables) -> pd.DataFrame:
    """Accuracy by model, test and scorer where completions were scored: the mean over temperatures."""
    rows = read_table(tables["pass_and_majority"])
    return rows[(rows["measure"] == "pass") & (rows["k"] == 1) & (rows["at"] == "mean")]


def missing_tests(tables: Tables) -> list[str]:
    """The further tests that a scored experiment has no rows of."""
    if "pass_and_majority" not in tables:
        return []
    found = set(read_table(tables["pass_and_majority"])["test"])
    return [name for test, name in FURTHER_TESTS.items() if test not in found]


def contrasts(tables: Tables) -> list[Contrast]:
    """The contrasts in their parts, T1 first; none where the experiment has no such table."""
    if "decomposition" not in tables:
        return []
    rows = read_table(tables["decomposition"])
    changed = changed_questions(tables)
    found = []
    for (test, model, against), parts in rows.groupby(["test", "model", "against"], sort=False):
        estimates = {row.part: Estimate(row.value, row.low, row.high) for row in parts.itertuples()}
        gains, losses = changed.get((str(test), str(model), str(against)), (None, None))
        found.append(Contrast(str(model), str(against), str(test).upper(), estimates, gains, losses))
    return found


def changed_questions(tables: Tables) -> dict[tuple[str, str, str], tuple[int, int]]:
    """By test and pair of models, the questions gained and lost by value over all completions."""
    if "contrasts" not in tables:
        return {}
    rows = read_table(tables["contrasts"])
    rows = rows[(rows["scorer"] == "numeric") & (rows["at"].astype(str) == "mean")]
    keys = zip(rows["test"], rows["trained"], rows["base"], strict=True)
    return dict(zip(keys, zip(rows["gains"], rows["losses"], strict=True), strict=True))


def repeated(tables: Tables) -> list[Repeated]:
    """The models that were trained several times; none where each was trained once."""
    if "runs" not in tables:
        return []
    rows = _of_first_test(read_table(tables["runs"]))
    rows = rows[rows["against"].isna() & (rows["metric"] == "numeric") & (rows["at"] == "mean")]
    found = []
    for model, of_model in rows.groupby("entry", sort=False):
        every, single = of_model[of_model["run"] == "all"].iloc[0], of_model[of_model["run"] != "all"]
        mean = Estimate(float(every["value"]), float(every["low"]), float(every["high"]))
        found.append(Repeated(str(model), mean, float(every["sd"]), single["value"].tolist()))
    return found


def readability_columns(tables: Tables, models: Sequence[str]) -> list[Column]:
    """What can be read of the answers to T1, by model; none where the experiment has no such table."""
    if "readability" not in tables:
        return []
    rows = _of_first_test(read_table(tables["readability"])).dropna(subset=["value"])
    return [
        Column(title, meaning, estimates_of(rows[rows["measure"] == measure], models))
        for measure, (title, meaning) in READABILITY.items()
    ]


def shape_columns(tables: Tables, models: Sequence[str]) -> list[Column]:
    """Accuracy on T1 by whether training has shown a question's masked shape; none where nobody could tell."""
    if "shapes" not in tables:
        return []
    rows = read_table(tables["shapes"])
    rows = rows[rows["scorer"] == "numeric"]
    columns = []
    for shape, words in (("seen", "Shape seen in training"), ("unseen", "Shape not seen")):
        chosen = rows[rows["shape"] == shape]
        if len(chosen):
            meaning = f"right value, {chosen['n'].iloc[0]} questions"
            columns.append(Column(words, meaning, estimates_of(chosen, models, "accuracy")))
    return columns


def read_claims(path: Path, pairs: Mapping[str, list[tuple[str, str]]]) -> list[dict[str, Any]]:
    """The entries of claims.json, each with `amount` and `interval` as text and the `pairs` of models that it compares.

    Raises UserError where it is not that.
    """
    try:
        claims = json.loads(path.read_text(encoding="utf-8"))
        return [
            {
                **claim,
                "amount": effect(claim),
                "interval": interval(claim),
                "pairs": pairs.get(claim["id"], []),
            }
            for claim in claims
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not the claims of an experiment ({error!r}); make it again") from None


def compared_pairs(path: Path, models: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """By claim of claims.yaml, the pairs of `models` that it compares on T1: which is expected above which."""
    found = {}
    for claim in yaml.safe_load(path.read_text(encoding="utf-8")):
        given = claim.get("with", {})
        pairs = [*given.get("pairs", []), *([[given["trained"], given["base"]]] if "base" in given else [])]
        if given.get("test", FIRST_TEST) == FIRST_TEST:
            found[claim["id"]] = [(above, below) for above, below in pairs if above in models and below in models]
    return found


def verdict_counts(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many claims have each verdict. Verdicts that no claim has are left out."""
    counts = Counter(claim["verdict"] for claim in claims)
    return [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]


def read_table(path: Path) -> pd.DataFrame:
    """A table of `statistics`. Raises UserError where it is none."""
    try:
        return statistics_tables.read_table(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table: {error}") from None


def _of_first_test(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["test"] == FIRST_TEST]


def _ceilings(tables: Tables) -> dict[str, str]:
    """By test, what exact match can reach, in words."""
    if "ceiling" not in tables:
        return {}
    rows = read_table(tables["ceiling"])
    return {row.test: f"; it can reach {100 * row.exact_ceiling:.3g} %" for row in rows.itertuples()}


def estimates_of(rows: pd.DataFrame, models: Sequence[str], column: str = "value") -> dict[str, Estimate]:
    """By model, a share in `column` with the interval beside it."""
    by_model = rows.set_index("model")
    return {
        # An interval's end may be some 1e-17 below 0.
        model: Estimate(*(min(max(float(by_model.at[model, name]), 0.0), 1.0) for name in (column, "low", "high")))
        for model in models
        if model in by_model.index
    }
