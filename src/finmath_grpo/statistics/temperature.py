"""Is a temperature better than another? For each model, and whether the models agree on which."""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, friedmanchisquare

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.grid import Grid


def temperature_table(grid: Grid) -> pd.DataFrame:
    """By model and scorer: Friedman's test (1937) of no difference between temperatures, questions as blocks.

    For one sample it is Cochran's Q. The rows with no model ask whether models rank the temperatures alike, models as
    blocks; the statistic is the same.
    """
    parts = []
    for scorer in SCORERS:
        shares = grid.correct[scorer].mean(axis=3)
        for model, values in zip(grid.models, shares, strict=True):
            parts.append(_row(model, scorer, grid.temperatures, values.mean(axis=1), *friedman(values), "friedman"))
        parts.append(across_models(scorer, grid.temperatures, shares.mean(axis=2)))
    return pd.DataFrame(parts)


def temperature_table_from_counts(
    models: tuple[str, ...], temperatures: tuple[float, ...], correct: np.ndarray, n: int
) -> pd.DataFrame:
    """The same where only counts of right answers are known, (models, temperatures), each of n: χ² for homogeneity.

    The questions are the same at each temperature, so counts vary less than the test expects, and p is too large
    rather than too small.
    """
    rows = []
    for model, counts in zip(models, correct, strict=True):
        test = chi2_contingency([counts, n - counts])
        rows.append(_row(model, "exact", temperatures, counts / n, test.statistic, test.pvalue, "chi2"))
    rows.append(across_models("exact", temperatures, correct / n))
    return pd.DataFrame(rows)


def across_models(scorer: str, temperatures: tuple[float, ...], accuracy: np.ndarray) -> dict[str, object]:
    """Do models, (models, temperatures), rank temperatures alike? Friedman's test with models as blocks."""
    return _row("", scorer, temperatures, accuracy.mean(axis=0), *friedman(accuracy.T), "friedman")


def friedman(values: np.ndarray) -> tuple[float, float]:
    """Statistic and p for `values`, (treatments, blocks). Where all blocks are flat nothing can differ."""
    if len(values) < 3 or (np.ptp(values, axis=0) == 0).all():
        return float("nan"), 1.0 if len(values) >= 3 else float("nan")
    return tuple(friedmanchisquare(*values))


def _row(
    model: str,
    scorer: str,
    temperatures: tuple[float, ...],
    accuracy: np.ndarray,
    statistic: float,
    p: float,
    test: str,
) -> dict[str, object]:
    return {
        "model": model,
        "scorer": scorer,
        "best": temperatures[int(np.argmax(accuracy))],
        "worst": temperatures[int(np.argmin(accuracy))],
        "range": np.ptp(accuracy),
        "statistic": statistic,
        "p": p,
        "test": test,
    }
