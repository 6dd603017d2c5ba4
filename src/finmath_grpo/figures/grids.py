"""Which test questions were solved, as a grid: ten questions per row, in the order of the test set."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.text import escape

COLUMNS = 10


def solved_table(tables: Tables, look: Look) -> pd.DataFrame:
    """0 or 1 for each question (row, indexed by position and id, in order) and each model of the panel (column)."""
    rows: pd.DataFrame = tables["solved"]
    rows = rows[rows.model.isin(look.panel)].fillna({"question_id": ""})
    if rows.empty:
        raise UserError(f"solved.csv: no row of any of {', '.join(look.panel)}: nothing to draw")
    table = rows.pivot(index=["position", "question_id"], columns="model", values="solved").sort_index()
    return table[[model for model in look.panel if model in table.columns]]


def cells(values: Sequence[Any]) -> list[list[Any]]:
    """`values` in rows of ten. None fills the last row."""
    padded = [*values, *[None] * (-len(values) % COLUMNS)]
    return [padded[start : start + COLUMNS] for start in range(0, len(padded), COLUMNS)]


def names(table: pd.DataFrame) -> list[str]:
    """The hover name of each question: its number in the test set, from 1, and its id if it has one."""
    return [f"question {place + 1}" + (f" ({escape(question)})" if question else "") for place, question in table.index]


def axes(questions: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The x and y axis of a grid. Columns are 1 to 10, rows are named by their questions, the first row is on top."""
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
