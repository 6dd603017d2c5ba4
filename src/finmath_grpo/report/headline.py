"""Two small tables at the top of the page, made fit to print: accuracy by model, and the verdicts on the claims.

Nothing is counted here: each number is read from a table of `statistics` or from claims.json.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError

Tables = Mapping[str, Path]
"""Files of tables by the name of the table."""

VERDICTS = ("supported", "contradicted", "inconclusive", "not measured", "not comparable")


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


def accuracy_columns(tables: Tables, models: Sequence[str]) -> list[Column]:
    """Accuracy as far as the experiment has it: mean over temperatures by two scorers, and at any temperature.

    Where completions were scored, the mean is pass@1, which comes with an interval over questions; the post's own
    numbers are counts by temperature, and their mean is shown bare.
    """
    columns = []
    if "pass_and_majority" in tables:
        rows = _read(tables["pass_and_majority"])
        rows = rows[(rows["measure"] == "pass") & (rows["k"] == 1) & rows["temperature"].isna()]
        for scorer, title, meaning in (
            ("numeric", "Right value", "mean over temperatures; the answer, read as a Turkish number, has the value"),
            ("exact", "Exact match", "mean over temperatures; the answer is the recorded text (the post's scorer)"),
        ):
            columns.append(Column(title, meaning, _estimates(rows[rows["scorer"] == scorer], "value", models)))
    else:
        rows = _read(tables["accuracy"])
        means = rows[rows["scorer"] == "exact"].groupby("model")["accuracy"].mean()
        estimates = {model: Estimate(float(means[model])) for model in models if model in means}
        columns.append(Column("Exact match", "mean over temperatures (the post's scorer)", estimates))
    rows = _read(tables["any_temperature"])
    columns.append(
        Column(
            "Exact match at any temperature",
            "right at least once over all temperatures, the first completion of each",
            _estimates(rows[rows["scorer"] == "exact"], "accuracy", models),
        )
    )
    return columns


def read_claims(path: Path) -> list[dict[str, Any]]:
    """The entries of claims.json, each with `amount` and `interval` as text. Raises UserError where it is not that."""
    try:
        claims = json.loads(path.read_text(encoding="utf-8"))
        return [{**claim, "amount": _amount(claim, "effect"), "interval": _interval(claim)} for claim in claims]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not the claims of an experiment ({error!r}); make it again") from None


def verdict_counts(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many claims have each verdict. Verdicts that no claim has are left out."""
    counts = Counter(claim["verdict"] for claim in claims)
    return [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype={"model": "str"}, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table: {error}") from None


def _estimates(rows: pd.DataFrame, column: str, models: Sequence[str]) -> dict[str, Estimate]:
    by_model = rows.set_index("model")
    return {
        # An interval's end may be some 1e-17 below 0.
        model: Estimate(*(min(max(float(by_model.at[model, name]), 0.0), 1.0) for name in (column, "low", "high")))
        for model in models
        if model in by_model.index
    }


def _amount(claim: Mapping[str, Any], key: str, with_unit: bool = True) -> str:
    value, unit = claim[key], claim["unit"]
    if value is None:
        return ""
    if unit == "percentage points":
        number, unit = f"{100 * value:+.1f}", "points"
    elif unit.startswith("share"):
        number, unit = f"{100 * value:.1f}", "%"
    else:
        number = f"{value:g}" if float(value).is_integer() else f"{value:.3g}"
    return f"{number} {unit}".strip() if with_unit else number


def _interval(claim: Mapping[str, Any]) -> str:
    if claim["low"] is None:
        return ""
    return f"{_amount(claim, 'low', False)} to {_amount(claim, 'high', False)}"
