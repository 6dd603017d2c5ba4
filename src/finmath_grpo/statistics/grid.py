"""The scores as arrays: models × temperatures × questions × samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import SCORERS, read_scores


@dataclass(frozen=True)
class Grid:
    """Every score of an experiment, complete: one value for each model, temperature, question and sample."""

    models: tuple[str, ...]
    temperatures: tuple[float, ...]
    questions: tuple[str, ...]
    rows: pd.DataFrame
    """The rows of scores.csv, in the order of the arrays."""
    correct: dict[str, np.ndarray]
    """By scorer: 0 or 1, (models, temperatures, questions, samples)."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many models, temperatures, questions and samples."""
        return self.correct["exact"].shape

    def column(self, name: str) -> np.ndarray:
        """A column of the scores in the shape of the arrays."""
        return self.rows[name].to_numpy().reshape(self.shape)

    def any_temperature(self, scorer: str) -> np.ndarray:
        """Whether a question was solved at any temperature, by sample 0 alone as in the post: (models, questions)."""
        return self.correct[scorer][:, :, :, 0].max(axis=1)


def read_grid(scores: Path, models: Sequence[str], questions: Sequence[str]) -> Grid:
    """Read scores.csv; raises UserError unless it is complete for these models and questions."""
    rows = read_scores(scores, models, questions)
    temperatures = tuple(np.sort(rows["temperature"].unique()).tolist())
    shape = (len(models), len(temperatures), len(questions), -1)
    correct = {scorer: rows[scorer].to_numpy().reshape(shape) for scorer in SCORERS}
    return Grid(tuple(models), temperatures, tuple(questions), rows, correct)
