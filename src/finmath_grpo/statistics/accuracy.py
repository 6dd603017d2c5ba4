"""Shares of right answers with their intervals, what became of the others, and where the scorers disagree."""

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import OUTCOMES, SCORERS
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import share_interval, wilson_interval


def accuracy_table(grid: Grid, confidence: float) -> pd.DataFrame:
    """Accuracy by model, temperature and scorer, over all samples."""
    models, temperatures, questions, samples = grid.shape
    parts = []
    for scorer in SCORERS:
        shares = grid.correct[scorer].mean(axis=3).reshape(-1, questions).T
        low, high = share_interval(grid.families, shares, confidence)
        correct = grid.correct[scorer].sum(axis=(2, 3)).ravel()
        parts.append(
            pd.DataFrame(
                {
                    "model": np.repeat(grid.models, temperatures),
                    "temperature": np.tile(grid.temperatures, models),
                    "scorer": scorer,
                    "n": questions * samples,
                    "correct": correct,
                    "accuracy": correct / (questions * samples),
                    "low": low,
                    "high": high,
                    "interval": f"wilson, {grid.families.unit}",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def any_temperature_table(
    solved: dict[str, np.ndarray], models: tuple[str, ...], confidence: float, families: Families | None = None
) -> pd.DataFrame:
    """How many questions each model solved at any temperature. `solved` holds (models, questions) by scorer.

    This is the post's protocol, so the interval takes questions one by one, as the post's numbers must be taken. With
    `families`, for a test that is not the post's, these are the units.
    """
    parts = []
    for scorer, marks in solved.items():
        n, correct = marks.shape[1], marks.sum(axis=1)
        if families is None:
            low, high = wilson_interval(correct, n, confidence)
        else:
            low, high = share_interval(families, marks.T.astype(float), confidence)
        columns = {"n": n, "correct": correct, "accuracy": correct / n, "low": low, "high": high}
        columns["interval"] = f"wilson, {'questions' if families is None else families.unit}"
        parts.append(pd.DataFrame({"model": models, "scorer": scorer, **columns}))
    return pd.concat(parts, ignore_index=True)


def solved_table(solved: np.ndarray, models: tuple[str, ...], questions: tuple[str, ...]) -> pd.DataFrame:
    """One row per model and question, 1 where `solved`, (models, questions), says so."""
    return pd.DataFrame(
        {
            "model": np.repeat(models, len(questions)),
            "position": np.tile(np.arange(len(questions)), len(models)),
            "question_id": np.tile(questions, len(models)),
            "solved": solved.ravel(),
        }
    )


def outcomes_table(grid: Grid) -> pd.DataFrame:
    """How often each outcome came, by model and temperature; an outcome that never came has a row with 0."""
    keys = ["model", "temperature", "outcome"]
    every = pd.MultiIndex.from_product([grid.models, grid.temperatures, OUTCOMES], names=keys)
    counts = grid.rows.astype({"model": str, "outcome": str}).groupby(keys).size().reindex(every, fill_value=0)
    table = counts.rename("count").reset_index()
    table.insert(3, "n", len(grid.questions) * grid.shape[3])
    return table.assign(share=table["count"] / table["n"])


def disagreement_table(grid: Grid) -> pd.DataFrame:
    """The samples on which the scorers differ, counted by scores and outcome, with one example of each."""
    rows = grid.rows.astype({"model": str, "outcome": str})
    right = rows[list(SCORERS)].sum(axis=1)
    rows = rows[(right > 0) & (right < len(SCORERS))]
    keys = ["model", *SCORERS, "outcome"]
    table = rows.groupby(keys).agg(
        count=("extracted", "size"), extracted=("extracted", "first"), gold=("gold", "first")
    )
    n = len(grid.rows) // len(grid.models)
    table = table.reindex(grid.models, level="model").reset_index()
    table.insert(len(keys), "n", n)
    table.insert(len(keys) + 2, "share", table["count"] / n)
    return table
