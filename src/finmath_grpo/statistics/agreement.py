"""Do models succeed at the same questions? Pairs of models, and the panel of them together."""

from itertools import permutations

import numpy as np
import pandas as pd

from finmath_grpo.statistics.contrasts import mcnemar_p

AGREEMENT_COLUMNS = (
    *("model_a", "model_b", "scorer", "n", "both", "only_a", "only_b", "neither"),
    *("agreement", "kappa", "low", "high", "p"),
)


def fleiss_draws(weights: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Fleiss' kappa of each bootstrap draw of questions; `marks` is 0 or 1, (models, questions).

    kappa = (P - E) / (1 - E), where P is the mean over questions of the share of pairs of models that are alike, and E
    what it would be if each model drew its marks at random (Fleiss 1971). Where all marks are alike, as when no model
    solves anything, there is no kappa: NaN.
    """
    models = len(marks)
    if models < 2:
        return np.full(len(weights), np.nan)
    solvers = marks.sum(axis=0)
    alike = (solvers * (solvers - 1) + (models - solvers) * (models - solvers - 1)) / (models * (models - 1))
    share = weights @ (solvers / models)
    chance = share**2 + (1 - share) ** 2
    return _kappa(weights @ alike, chance)


def panel_table(
    solved: dict[str, np.ndarray],
    models: tuple[str, ...],
    panel: tuple[str, ...],
    weights: np.ndarray,
    confidence: float,
) -> pd.DataFrame:
    """How many questions any, all and none of the panel solved, and Fleiss' kappa with a bootstrap interval.

    `solved` holds (models, questions) by scorer.
    """
    rows = []
    every_question_once = np.full((1, weights.shape[1]), 1 / weights.shape[1])
    for scorer, marks in solved.items():
        chosen = marks[[models.index(model) for model in panel]]
        solvers = chosen.sum(axis=0)
        low, high = _interval(fleiss_draws(weights, chosen), confidence)
        rows.append(
            {
                "scorer": scorer,
                "models": len(panel),
                "n": len(solvers),
                "any": (solvers > 0).sum(),
                "all": (solvers == len(panel)).sum(),
                "none": (solvers == 0).sum(),
                "fleiss_kappa": fleiss_draws(every_question_once, chosen)[0],
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def agreement_table(
    solved: dict[str, np.ndarray], models: tuple[str, ...], weights: np.ndarray, confidence: float
) -> pd.DataFrame:
    """Each ordered pair of models: counts, the share of questions with one result, Cohen's kappa, McNemar's p."""
    rows = []
    every_question_once = np.full((1, weights.shape[1]), 1 / weights.shape[1])
    for scorer, marks in solved.items():
        for (i, a), (j, b) in permutations(enumerate(models), 2):
            first, second = marks[i] == 1, marks[j] == 1
            both, neither = (first & second).sum(), (~first & ~second).sum()
            only_a, only_b = (first & ~second).sum(), (~first & second).sum()
            low, high = _interval(cohen_draws(weights, first, second), confidence)
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
                    "kappa": cohen_draws(every_question_once, first, second)[0],
                    "low": low,
                    "high": high,
                    "p": mcnemar_p(int(only_a), int(only_b)),
                }
            )
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def cohen_draws(weights: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cohen's kappa of each bootstrap draw (Cohen 1960): as Fleiss' for two, but chance has a rate a model."""
    alike, p, q = (weights @ np.column_stack([first == second, first, second])).T
    chance = p * q + (1 - p) * (1 - q)
    return _kappa(alike, chance)


def _kappa(alike: np.ndarray, chance: np.ndarray) -> np.ndarray:
    defined = chance < 1 - 1e-12
    return np.divide(alike - chance, 1 - chance, out=np.full(len(chance), np.nan), where=defined)


def _interval(draws: np.ndarray, confidence: float) -> np.ndarray:
    """Percentiles of the draws that have a kappa; NaN where none has."""
    tail = (1 - confidence) / 2
    draws = draws[~np.isnan(draws)]
    return np.quantile(draws, [tail, 1 - tail]) if len(draws) else np.full(2, np.nan)
