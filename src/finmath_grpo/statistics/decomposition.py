"""How much of a difference between two models is mathematics, and how much is form.

An answer that is right by value counts only if it stands in its tag and has Turkish separators. So a model that learns
the tag gains accuracy and no mathematics. Three accuracies of one model, each over all completions:

- `numeric`, as scored: the tag, Turkish separators, the value;
- `tag_optional`: the same without asking for a tag (`finmath_grpo.evaluation.lenient`);
- `lenient`: and with separators forgiven.

A contrast as scored is then a sum: of the difference in `lenient` (mathematics), of that in `tag_optional` - `lenient`
(what swapped separators take) and of that in `numeric` - `tag_optional` (what a missing tag takes). Nothing is selected
on having answered: every completion counts in every part.
"""

import numpy as np
import pandas as pd

from finmath_grpo.statistics.contrasts import completions_at, holm
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import difference_interval, share_interval
from finmath_grpo.statistics.resampling import sign_flip_p
from finmath_grpo.statistics.runs import ONE_RUN, Runs, of_contrast, over_runs
from finmath_grpo.statistics.settings import StatisticsSettings

DECOMPOSITION_COLUMNS = ("model", "against", "at", "part", "value", "low", "high", "interval", "p", "p_holm")
PARTS = ("total", "format", "separators", "mathematics")


def parts(grid: Grid) -> dict[str, np.ndarray]:
    """By part: what it adds to the accuracy of each model and question, (models, questions)."""
    numeric, tag_optional, lenient = (grid.mean(name) for name in ("numeric", "tag_optional", "lenient"))
    return dict(zip(PARTS, (numeric, numeric - tag_optional, tag_optional - lenient, lenient), strict=True))


def decomposition_table(
    grid: Grid, settings: StatisticsSettings, primary: bool = True, runs: Runs = ONE_RUN
) -> pd.DataFrame:
    """Each contrast in its parts, as differences in accuracy on the mean over temperatures, with intervals and p.

    Intervals and p (sign-flip permutation) are over families, and over runs where an entry has several, as in
    `contrasts_table`. Holm's correction is over the contrasts of one part. Where the test has a `primary` contrast,
    which was named beforehand, that one has none.
    """
    if not settings.contrasts:
        return pd.DataFrame(columns=list(DECOMPOSITION_COLUMNS))
    by_part = parts(grid)
    keys = [(trained, base, "mean", part) for trained, base in settings.contrasts for part in PARTS]
    values = {part: dict(zip(grid.models, found, strict=True)) for part, found in by_part.items()}
    samples = [of_contrast(values[part], runs, trained, base) for trained, base, _, part in keys]
    differences = np.column_stack([sample.mean for sample in samples])
    table = pd.DataFrame(keys, columns=list(DECOMPOSITION_COLUMNS[:4]))
    table["value"] = np.round(differences.mean(axis=0), 12)
    asked = completions_at(grid, table["at"])
    table["low"], table["high"] = difference_interval(grid.families, differences, settings.confidence, asked)
    table["interval"] = f"t, {grid.families.unit}"
    table["p"] = sign_flip_p(grid.families, differences, settings.bootstrap_draws, settings.seed + 1)
    over_runs(table, [grid.families] * len(table), samples, settings.confidence, asked)
    first = (table["model"] == settings.contrasts[0][0]) & (table["against"] == settings.contrasts[0][1])
    table["p_holm"] = holm(table, first & primary, ["part"])
    return table


def readability_table(grid: Grid, confidence: float) -> pd.DataFrame:
    """What can be read of each model's answers, as shares of all completions; `given_readable` of the readable ones."""
    readable, lenient, tagged = (grid.mean(name).T for name in ("readable", "lenient", "tagged"))
    every = np.ones_like(readable)
    measures = {
        "readable": (readable, every),
        "lenient": (lenient, every),
        "given_readable": (lenient, readable),
        "tagged": (tagged, every),
    }
    tables = []
    for measure, (values, weights) in measures.items():
        low, high = share_interval(grid.families, values, confidence, weights)
        n = weights.sum(axis=0)
        value = np.divide(values.sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
        columns = {"measure": measure, "value": value, "low": low, "high": high}
        tables.append(pd.DataFrame({"model": grid.models, **columns, "interval": f"wilson, {grid.families.unit}"}))
    table = pd.concat(tables, ignore_index=True)
    order = {model: place for place, model in enumerate(grid.models)}
    return table.sort_values("model", key=lambda names: names.map(order), kind="stable", ignore_index=True)
