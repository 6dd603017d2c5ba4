"""Do models succeed at the same questions? Pairs of models, and the panel of them together."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from finmath_grpo.statistics.contrasts import mcnemar_p
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import jackknife_error

AGREEMENT_COLUMNS = (
    *("model_a", "model_b", "scorer", "n", "both", "only_a", "only_b", "neither"),
    *("agreement", "kappa", "low", "high", "p"),
)


def fleiss_kappa(marks: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Fleiss' kappa of `marks`, 0 or 1, (models, questions); `weights`, (questions,), count a question so many times.

    kappa = (P - E) / (1 - E), where P is the mean over questions of the share of pairs of models that are alike, and E
    what it would be if each model drew its marks at random (Fleiss 1971). Where all marks are alike, as when no model
    solves anything, there is no kappa: NaN.
    """
    models = len(marks)
    if models < 2:
        return float("nan")
    solvers = marks.sum(axis=0)
    alike = (solvers * (solvers - 1) + (models - solvers) * (models - solvers - 1)) / (models * (models - 1))
    share = np.average(solvers / models, weights=weights)
    return _kappa(np.average(alike, weights=weights), share**2 + (1 - share) ** 2)


def panel_table(
    solved: dict[str, np.ndarray],
    models: tuple[str, ...],
    panel: tuple[str, ...],
    families: Families,
    confidence: float,
) -> pd.DataFrame:
    """How many questions any, all and none of the panel solved, and Fleiss' kappa with its interval.

    `solved` holds (models, questions) by scorer.
    """
    rows = []
    for scorer, marks in solved.items():
        chosen = marks[[models.index(model) for model in panel]]
        solvers = chosen.sum(axis=0)
        low, high = kappa_interval(fleiss_kappa, chosen, families, confidence)
        rows.append(
            {
                "scorer": scorer,
                "models": len(panel),
                "n": len(solvers),
                "any": (solvers > 0).sum(),
                "all": (solvers == len(panel)).sum(),
                "none": (solvers == 0).sum(),
                "fleiss_kappa": fleiss_kappa(chosen),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def agreement_table(
    solved: dict[str, np.ndarray], models: tuple[str, ...], families: Families, confidence: float
) -> pd.DataFrame:
    """Each ordered pair of models: counts, the share of questions with one result, Cohen's kappa, McNemar's p."""
    rows = []
    for scorer, marks in solved.items():
        for (i, a), (j, b) in permutations(enumerate(models), 2):
            first, second = marks[i] == 1, marks[j] == 1
            pair = marks[[i, j]]
            both, neither = (first & second).sum(), (~first & ~second).sum()
            only_a, only_b = (first & ~second).sum(), (~first & second).sum()
            low, high = kappa_interval(cohen_kappa, pair, families, confidence)
            rows.append(
                {
                    "model_a": a,
                    "model_b": b,
                    "scorer": scorer,
                    "n": len(first),
                    "both": both,
                    "only_a": only_a,
                    "only_b": only_b,
                    "neither": neither,
                    "agreement": (both + neither) / len(first),
                    "kappa": cohen_kappa(pair),
                    "low": low,
                    "high": high,
                    "p": mcnemar_p(int(only_a), int(only_b)),
                }
            )
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def cohen_kappa(marks: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Cohen's kappa of two models' marks, (2, questions) (Cohen 1960): as Fleiss', but chance has a rate per model."""
    first, second = marks
    weights = np.ones(len(first)) if weights is None else weights
    total = weights.sum()
    p, q, alike = (weights @ counted / total for counted in (first, second, first == second))
    return _kappa(alike, p * q + (1 - p) * (1 - q))


def kappa_interval(
    kappa: Callable[[np.ndarray, np.ndarray], float], marks: np.ndarray, families: Families, confidence: float
) -> tuple[float, float]:
    """The interval of a kappa of `marks`, (models, questions): jackknife over families with Student's t.

    Where few questions are solved, a family more or less of them changes kappa a lot, and the data show too little of
    that: with a tenth solved and 8 families the plain jackknife covers 82 %. So two families of the weight of one
    question each are added: one that all models solve, and one that half of them solve (one half in half of its weight,
    the other half in the other). NaN where there is no kappa, or one family alone.
    """
    models, questions = marks.shape
    value = kappa(marks, np.ones(questions))
    if families.count < 2 or np.isnan(value):
        return float("nan"), float("nan")
    split = np.arange(models) % 2
    more = np.hstack([marks, np.ones((models, 1)), split[:, None], 1 - split[:, None]])
    weights = np.append(np.ones(questions), [1, 0.5, 0.5])
    count = families.count
    with_added = Families(np.append(families.codes, [count, count + 1, count + 1]), count + 2)
    error = jackknife_error(with_added, lambda kept: kappa(more[:, kept], weights[kept]))
    half = stdtrit(count - 1, 0.5 + confidence / 2) * error
    centre = kappa(more, weights)
    low, high = max(-1.0, min(centre - half, value)), min(1.0, max(centre + half, value))
    return round(low, 12), round(high, 12)


def _kappa(alike: float, chance: float) -> float:
    return float((alike - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")
