"""What the test questions themselves put on a score: the ceiling of `exact`, and shapes that training has shown."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import share_interval

SHAPE_COLUMNS = ("model", "scorer", "shape", "n", "accuracy", "low", "high", "interval")


def ceiling_table(questions: Sequence[Question]) -> pd.DataFrame:
    """The share of recorded answers that a canonical Turkish writer of the value reproduces letter by letter.

    No model that writes Turkish numbers as it should can be right by `exact` more often.
    """
    n = len(questions)
    written = sum(row.answer == format_turkish(Decimal(row.value)) for row in questions)
    return pd.DataFrame({"exact_ceiling": [written / n], "n": [n]})


def shapes_table(grid: Grid, seen: Mapping[str, bool], confidence: float) -> pd.DataFrame:
    """Accuracy, the mean over temperatures, on questions whose masked shape training has shown and on the others.

    By model and by scorer, `lenient` among them. `seen` is `contamination.seen_shapes`: by question id. A group without
    a question has no row.
    """
    marks = np.array([seen[question] for question in grid.questions])
    tables = []
    for shape, chosen in (("seen", marks), ("unseen", ~marks)):
        if not chosen.any():
            continue
        families = grid.families.among(chosen)
        for scorer in (*SCORERS, "lenient"):
            values = grid.mean(scorer)[:, chosen].T
            low, high = share_interval(families, values, confidence)
            columns = {"n": int(chosen.sum()), "accuracy": values.mean(axis=0), "low": low, "high": high}
            keys = {"model": grid.models, "scorer": scorer, "shape": shape}
            tables.append(pd.DataFrame({**keys, **columns, "interval": f"wilson, {families.unit}"}))
    return pd.concat(tables, ignore_index=True)[list(SHAPE_COLUMNS)]
