"""Is a temperature better than another? For each model, and whether the models agree on which."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, friedmanchisquare, rankdata

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.grid import Grid

ALL = "all"
"""Stands for a model in the rows about all of them."""


def temperature_table(grid: Grid, further_seeds: Collection[str] = ()) -> pd.DataFrame:
    """By model and scorer: Friedman's test (1937) of no difference between temperatures, families as blocks.

    The rows of the model `all` ask the same of the mean over models, `further_seeds` of a training left out. Models of
    one lineage share weights and sampling seeds, so they are no independent judges; here they are none, as a family's
    results of all models stay together.
    """
    judges = [place for place, model in enumerate(grid.models) if model not in further_seeds]
    rows = []
    for scorer in SCORERS:
        shares = grid.correct[scorer].mean(axis=3)
        shares = np.concatenate([shares, shares[judges].mean(axis=0, keepdims=True)])
        for model, values in zip([*grid.models, ALL], shares, strict=True):
            blocks = np.round(grid.families.means(values.T).T, 12)  # equal on paper may differ in the last bits
            rows.append(_row(model, scorer, grid.temperatures, values.mean(axis=1), *friedman(blocks), "friedman"))
    return pd.DataFrame(rows)


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

    For the post's counts, which don't say which questions were right. It takes models for independent judges, which
    models of one lineage are not: p is too small rather than too large. Models are few, so p is by permutation: each
    model's ranks in random order, the order found counted as one of them. Ties within a model change the statistic by a
    constant factor only, so sums of ranks are compared.
    """
    statistic, p = friedman(accuracy.T)
    if len(temperatures) >= 3:
        ranks = rankdata(accuracy, axis=1)
        rng = np.random.default_rng(seed)
        shuffled = rng.permuted(np.broadcast_to(ranks, (draws, *ranks.shape)), axis=2)
        spread = (shuffled.sum(axis=1) ** 2).sum(axis=1)
        p = (1 + (spread >= (ranks.sum(axis=0) ** 2).sum() - 1e-9).sum()) / (1 + draws)
    return _row(ALL, scorer, temperatures, accuracy.mean(axis=0), statistic, p, "friedman, permuted")


def friedman(values: np.ndarray) -> tuple[float, float]:
    """Statistic and p for `values`, (treatments, blocks). Where all blocks are flat nothing can differ."""
    if len(values) < 3 or (np.ptp(values, axis=0) == 0).all():
        return float("nan"), 1.0 if len(values) >= 3 else float("nan")
    statistic, p = friedmanchisquare(*values)
    return float(statistic), float(p)


def _row(
    model: str,
    scorer: str,
    temperatures: tuple[float, ...],
    accuracy: np.ndarray,
    statistic: float,
    p: float,
    procedure: str,
) -> dict[str, object]:
    return {
        "model": model,
        "scorer": scorer,
        "best": temperatures[int(np.argmax(accuracy))],
        "worst": temperatures[int(np.argmin(accuracy))],
        "range": np.ptp(accuracy),
        "statistic": statistic,
        "p": p,
        "procedure": procedure,
    }
