"""The scores of one test as arrays: models × temperatures × questions × samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import READINGS, SCORERS, read_scores
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.families import Families


@dataclass(frozen=True)
class Grid:
    """Every score of a test, complete: one value for each model, temperature, question and sample."""

    models: tuple[str, ...]
    temperatures: tuple[float, ...]
    questions: tuple[str, ...]
    families: Families
    """Which questions are of one family."""
    rows: pd.DataFrame
    """The rows of scores.csv, in the order of the arrays."""
    correct: dict[str, np.ndarray]
    """By scorer and by reading (`READINGS`): 0 or 1, (models, temperatures, questions, samples)."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many models, temperatures, questions and samples."""
        return self.correct["exact"].shape

    def column(self, name: str) -> np.ndarray:
        """A column of the scores in the shape of the arrays."""
        values: np.ndarray = self.rows[name].to_numpy().reshape(self.shape)
        return values

    def mean(self, name: str) -> np.ndarray:
        """A score by model and question, the mean over samples and temperatures: (models, questions)."""
        means: np.ndarray = self.correct[name].mean(axis=(1, 3))
        return means

    def any_temperature(self, scorer: str) -> np.ndarray:
        """Whether a question was solved at any temperature, by sample 0 alone as in the post: (models, questions)."""
        solved: np.ndarray = self.correct[scorer][:, :, :, 0].max(axis=1)
        return solved


def read_grid(scores: Path, models: Sequence[str], questions: Sequence[Question], test: str = "t1") -> Grid:
    """Read one test of scores.csv; raises UserError unless it is complete for these models and questions."""
    ids = tuple(question.id for question in questions)
    rows = read_scores(scores, models, ids, test)
    temperatures = tuple(np.sort(rows["temperature"].unique()).tolist())
    shape = (len(models), len(temperatures), len(ids), -1)
    correct = {score: rows[score].to_numpy().reshape(shape) for score in (*SCORERS, *READINGS)}
    families = Families.of([question.family for question in questions])
    return Grid(tuple(models), temperatures, ids, families, rows, correct)
