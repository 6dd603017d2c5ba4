"""Do models succeed at the same questions? Pairs of models, and the panel of them together."""

from functools import partial
from itertools import permutations

import numpy as np
import pandas as pd

from finmath_grpo.statistics.contrasts import mcnemar_p
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import jackknife_interval

AGREEMENT_COLUMNS = (
    *("model_a", "model_b", "scorer", "n", "both", "only_a", "only_b", "neither"),
    *("agreement", "kappa", "low", "high", "p"),
)


def fleiss_kappa(marks: np.ndarray) -> float:
    """Fleiss' kappa of `marks`, 0 or 1, (models, questions).

    kappa = (P - E) / (1 - E), where P is the mean over questions of the share of pairs of models that are alike, and E
    what it would be if each model drew its marks at random (Fleiss 1971). Where all marks are alike, as when no model
    solves anything, there is no kappa: NaN.
    """
    models = len(marks)
    if models < 2:
        return float("nan")
    solvers = marks.sum(axis=0)
    alike = (solvers * (solvers - 1) + (models - solvers) * (models - solvers - 1)) / (models * (models - 1))
    share = (solvers / models).mean()
    return _kappa(alike.mean(), share**2 + (1 - share) ** 2)


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
        low, high = jackknife_interval(families, partial(_fleiss_among, chosen), confidence)
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
            both, neither = (first & second).sum(), (~first & ~second).sum()
            only_a, only_b = (first & ~second).sum(), (~first & second).sum()
            low, high = jackknife_interval(families, partial(_cohen_among, first, second), confidence)
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
                    "kappa": cohen_kappa(first, second),
                    "low": low,
                    "high": high,
                    "p": mcnemar_p(int(only_a), int(only_b)),
                }
            )
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def cohen_kappa(first: np.ndarray, second: np.ndarray) -> float:
    """Cohen's kappa of two rows of marks (Cohen 1960): as Fleiss' for two, but chance has a rate per model."""
    p, q = first.mean(), second.mean()
    return _kappa((first == second).mean(), p * q + (1 - p) * (1 - q))


def _fleiss_among(marks: np.ndarray, mask: np.ndarray) -> float:
    return fleiss_kappa(marks[:, mask])


def _cohen_among(first: np.ndarray, second: np.ndarray, mask: np.ndarray) -> float:
    return cohen_kappa(first[mask], second[mask])


def _kappa(alike: float, chance: float) -> float:
    return float((alike - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")
