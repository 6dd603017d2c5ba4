"""The table of training runs: every entry and contrast with two or more runs, each run apart and all together."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.contrasts import completions_at, shares_by_at
from finmath_grpo.statistics.decomposition import parts
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import difference_interval, share_interval
from finmath_grpo.statistics.runs import Runs, Sample, of_contrast, of_entry, widened

RUNS_COLUMNS = (*("entry", "against", "metric", "at", "run", "runs", "value", "sd", "low", "high", "interval"),)
ALL = "all"
"""Stands for a run in the rows about all of them: their mean, and the standard deviation over runs in `sd`."""
READINGS = ("lenient", "readable", "tagged")


def runs_table(
    grid: Grid, contrasts: Sequence[tuple[str, str]], runs: Runs, confidence: float, of_post: bool = True
) -> pd.DataFrame:
    """By entry (with an empty `against`) and by contrast: metric, one row per run, and one of all runs.

    Metrics of an entry are shares: the scorers at each temperature, on the mean over them and at any, and the readings
    on the mean. Those of a contrast are differences: the scorers and the parts of its decomposition. The interval of
    one run is over families (at any temperature over questions, as in the post, if the test is `of_post`), that of all
    over families and runs. In a contrast of two entries with runs a run of the first is held against the mean of the
    second, or against the same run where the two entries are of the same runs.
    """
    rows: list[tuple[object, ...]] = []
    for metric, at, values in _entry_metrics(grid):
        units = _units(grid, at, of_post)
        for entry in runs.by_entry:
            sample = of_entry(values, runs, entry)
            names = runs.models(entry)
            columns = np.column_stack([sample.mean, *(values[name] for name in names)])
            ends = share_interval(units, columns, confidence)
            rows += _rows((entry, "", metric, at), names, columns, ends, sample, units, confidence, "wilson", 0)
    for metric, at, values in _contrast_metrics(grid):
        units = _units(grid, at, of_post)
        for trained, base in contrasts:
            if not {trained, base} & set(runs.by_entry):
                continue
            sample = of_contrast(values, runs, trained, base)
            names, apart = _apart(values, runs, trained, base)
            columns = np.column_stack([sample.mean, *apart])
            ends = difference_interval(units, columns, confidence, completions_at(grid, [at]))
            rows += _rows((trained, base, metric, at), names, columns, ends, sample, units, confidence, "t", -1)
    table = pd.DataFrame(rows, columns=list(RUNS_COLUMNS))
    order = {key: place for place, key in enumerate([*((e, "") for e in runs.by_entry), *contrasts])}
    keys = [order[entry, against] for entry, against in zip(table["entry"], table["against"], strict=True)]
    return table.iloc[np.argsort(keys, kind="stable")].reset_index(drop=True)


def _rows(
    key: tuple[str, str, str, str],
    names: list[str],
    columns: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    sample: Sample,
    units: Families,
    confidence: float,
    method: str,
    least: float,
) -> Iterator[tuple[object, ...]]:
    """The row of all runs, whose questions' values are the first of the columns, and one per run."""
    first = (ends[0][:1], ends[1][:1])
    means = columns.mean(axis=0)
    low, high = widened(first, means[:1], [sample], units, confidence, least)
    # Of two entries with runs of their own, the spread is that of the difference of one run of each.
    sd = np.sqrt(sum(drawn.mean(axis=1).var(ddof=1) for drawn in sample.drawn))
    interval = f"{method}, {units.unit}"
    yield (*key, ALL, len(names), _exact(means[0]), sd, low[0], high[0], f"{interval} and runs")
    for name, value, start, end in zip(names, means[1:], ends[0][1:], ends[1][1:], strict=True):
        yield (*key, name, 1, _exact(value), np.nan, start, end, interval)


def _apart(values: dict[str, np.ndarray], runs: Runs, trained: str, base: str) -> tuple[list[str], list[np.ndarray]]:
    """The runs of a contrast one by one: their names and differences, (questions,)."""
    upper, lower = runs.models(trained), runs.models(base)
    if runs.paired(trained, base):
        return upper, [values[a] - values[b] for a, b in zip(upper, lower, strict=True)]
    if len(upper) > 1:
        base_mean = of_entry(values, runs, base).mean
        return upper, [values[name] - base_mean for name in upper]
    return lower, [values[upper[0]] - values[name] for name in lower]


def _entry_metrics(grid: Grid) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    """Metric, `at`, and the values by model, (questions,) each."""
    yield from _scorers(grid)
    for reading in READINGS:
        yield reading, "mean", dict(zip(grid.models, grid.mean(reading), strict=True))


def _contrast_metrics(grid: Grid) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    yield from _scorers(grid)
    for part, found in parts(grid).items():
        if part != "total":  # `numeric` on the mean
            yield part, "mean", dict(zip(grid.models, found, strict=True))


def _scorers(grid: Grid) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    for scorer in SCORERS:
        for at, by_model in shares_by_at(grid, scorer).items():
            yield scorer, at, dict(zip(grid.models, by_model, strict=True))


def _units(grid: Grid, at: str, of_post: bool) -> Families:
    return Families.single(len(grid.questions)) if of_post and at == "any" else grid.families


def _exact(value: float) -> float:
    return round(float(value), 12)
