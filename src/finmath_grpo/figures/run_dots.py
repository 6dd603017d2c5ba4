"""Dots of single training runs beside the mean over them, for figures of contrasts. They read the table runs."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from finmath_grpo.figures.colours import INK
from finmath_grpo.figures.labels import label
from finmath_grpo.figures.settings import Look
from finmath_grpo.numerals import signed

Place = tuple[str, str, str, str]
"""A contrast by one metric: trained, base, metric, at."""


def add_run_dots(figure: go.Figure, look: Look, runs: pd.DataFrame, places: Mapping[Place, float]) -> None:
    """Add a small dot per run, at its difference in percentage points and the y of its place."""
    single = runs[(runs.run != "all") & runs.against.notna()]
    dots = [
        (
            100 * row.value,
            places[row.entry, row.against, row.metric, row.at],
            f"{label(row.run, look)}: {signed(100 * row.value)}",
        )
        for row in single.itertuples()
        if (row.entry, row.against, row.metric, row.at) in places
    ]
    if dots:
        x, y, names = zip(*dots, strict=True)
        figure.add_scatter(
            x=x,
            y=y,
            customdata=names,
            mode="markers",
            marker={"symbol": "circle", "size": 6, "color": "white", "line": {"color": INK, "width": 1.3}},
            showlegend=False,
            hovertemplate="%{customdata}<extra></extra>",
        )
