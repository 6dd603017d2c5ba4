"""Is a temperature better than another? For each model, and whether the models agree on which."""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, friedmanchisquare, rankdata

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.grid import Grid


def temperature_table(grid: Grid, draws: int, seed: int) -> pd.DataFrame:
    """By model and scorer: Friedman's test (1937) of no difference between temperatures, questions as blocks.

    For one sample it is Cochran's Q. The rows with no model ask whether models rank the temperatures alike.
    """
    parts = []
    for scorer in SCORERS:
        shares = grid.correct[scorer].mean(axis=3)
        for model, values in zip(grid.models, shares, strict=True):
            parts.append(_row(model, scorer, grid.temperatures, values.mean(axis=1), *friedman(values), "friedman"))
        parts.append(across_models(scorer, grid.temperatures, shares.mean(axis=2), draws, seed))
    return pd.DataFrame(parts)


def temperature_table_from_counts(
    models: tuple[str, ...], temperatures: tuple[float, ...], correct: np.ndarray, n: int, draws: int, seed: int
) -> pd.DataFrame:
    """The same where only counts of right answers are known, (models, temperatures), each of n: χ² for homogeneity.

    The questions are the same at each temperature, so counts vary less than the test expects, and p is too large
    rather than too small.
    """
    rows = []
    for model, counts in zip(models, correct, strict=True):
        test = chi2_contingency([counts, n - counts])
        rows.append(_row(model, "exact", temperatures, counts / n, test.statistic, test.pvalue, "chi2"))
    rows.append(across_models("exact", temperatures, correct / n, draws, seed))
    return pd.DataFrame(rows)


def across_models(
    scorer: str, temperatures: tuple[float, ...], accuracy: np.ndarray, draws: int, seed: int
) -> dict[str, object]:
    """Do models, (models, temperatures), rank temperatures alike? Friedman's test with models as blocks.

    Models are few, so p is by permutation: each model's ranks in random order, the order found counted as one of them.
    Ties within a model change the statistic by a constant factor only, so sums of ranks are compared.
    """
    statistic, p = friedman(accuracy.T)
    if len(temperatures) >= 3:
        ranks = rankdata(accuracy, axis=1)
        rng = np.random.default_rng(seed)
        shuffled = rng.permuted(np.broadcast_to(ranks, (draws, *ranks.shape)), axis=2)
        spread = (shuffled.sum(axis=1) ** 2).sum(axis=1)
        p = (1 + (spread >= (ranks.sum(axis=0) ** 2).sum() - 1e-9).sum()) / (1 + draws)
    return _row("", scorer, temperatures, accuracy.mean(axis=0), statistic, p, "friedman, permuted")


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
