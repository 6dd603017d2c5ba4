"""The test questions as a grid, ten to a row in the order of the test set: which were solved."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError
from finmath_grpo.figures.draw import Tables
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.theme import escape

COLUMNS = 10


def solved_table(tables: Tables, look: Look) -> pd.DataFrame:
    """Questions (rows, in order of position) by the panel's models (columns), 0 or 1; indexed by position and id."""
    rows = tables["solved"]
    rows = rows[rows.model.isin(look.panel)].fillna({"question_id": ""})
    if rows.empty:
        raise UserError(f"solved.csv: no row of any of {', '.join(look.panel)}: nothing to draw")
    table = rows.pivot(index=["position", "question_id"], columns="model", values="solved").sort_index()
    return table[[model for model in look.panel if model in table.columns]]


def cells(values: Sequence[Any]) -> list[list[Any]]:
    """`values` in rows of ten; what the last row lacks is None."""
    padded = [*values, *[None] * (-len(values) % COLUMNS)]
    return [padded[start : start + COLUMNS] for start in range(0, len(padded), COLUMNS)]


def names(table: pd.DataFrame) -> list[str]:
    """What a question is called when pointed at: its number in the test set, from 1, and its id if it has one."""
    return [f"question {place + 1}" + (f" ({escape(question)})" if question else "") for place, question in table.index]


def axes(questions: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """x and y axis of a grid: columns 1 to 10, rows by the numbers of their questions, first row on top."""
    rows = -(-questions // COLUMNS)
    shared = {"showline": False, "showgrid": False, "constrain": "domain"}
    x = {**shared, "tickvals": list(range(COLUMNS)), "ticktext": [str(column + 1) for column in range(COLUMNS)]}
    y = {
        **shared,
        "tickvals": list(range(rows)),
        "ticktext": [f"{row * COLUMNS + 1}–{min((row + 1) * COLUMNS, questions)}" for row in range(rows)],
        "autorange": "reversed",
    }
    return x, y
