"""Type and frame of all figures: where title, caption, legend and panels stand, and how intervals are drawn."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from finmath_grpo.figures.colours import GRID, INK, MUTED, PAPER
from finmath_grpo.figures.settings import Look

TITLE = 74
"""Pixels for the title and the first line of the caption."""
LEAST = 0.4
"""Of the height of one panel, what a long legend leaves to the plot: the figure becomes higher."""
SANS = "DejaVu Sans, Verdana, Arial, sans-serif"
MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def frame(
    look: Look,
    caption: str,
    height: float = 1.0,
    legend: Sequence[str] = (),
    above: int = 0,
    below: int = 62,
    left: int = 70,
    right: int = 26,
) -> go.Layout:
    """The layout that every figure starts from.

    The title comes later, from `draw`. `caption` stands under it, as Plotly text in as many lines as it needs: how it
    was measured and on how much. `height` is in units of `look.height`, the height of one panel. The names in `legend`
    decide how much room the legend gets above the plot. `above`, `below`, `left` and `right` are pixels kept free for
    titles of panels and axes and for names and numbers beside the plot.
    """
    lines = textwrap.wrap(caption, int((look.width - 52) / (0.53 * (look.font_size - 1))), break_on_hyphens=False)
    more = round(1.3 * (look.font_size - 1) * (len(lines) - 1))
    rows, entry = legend_rows(look, legend, look.width - left - right)
    top = TITLE + 10 + more + (round(rows * 1.45 * look.font_size) + 12 if rows else 0) + above
    return go.Layout(
        template=template(look),
        width=look.width,
        height=max(round(look.height * height) + more, round(top + LEAST * look.height + below)),
        margin={"l": left, "r": right, "t": top, "b": below, "pad": 0},
        title={"subtitle": {"text": "<br>".join(lines)}},
        meta={"heading": TITLE + more},
        legend={"entrywidth": entry} if entry else {},
    )


def template(look: Look) -> go.layout.Template:
    """What all figures have in common: type, colours of the frame, places of title and legend."""
    size = look.font_size
    font = {"family": SANS, "color": INK, "size": size}
    axis = {
        "ticks": "",
        "zeroline": False,
        "showgrid": False,
        "gridcolor": GRID,
        "linecolor": MUTED,
        "automargin": True,
    }
    axis["title"] = {"font": {"size": size}, "standoff": 10}
    layout = go.Layout(
        font=font,
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        hovermode="closest",
        hoverlabel={"bgcolor": PAPER, "bordercolor": GRID, "font": font},
        xaxis={**axis, "showline": True},
        yaxis={**axis, "showgrid": True, "ticklabelstandoff": 4},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "itemsizing": "constant",
            "tracegroupgap": 0,
        },
        title={
            "x": 0,
            "y": 1,
            "xref": "container",
            "yref": "container",
            "xanchor": "left",
            "yanchor": "top",
            "pad": {"t": 16, "l": 26},
            "font": {"size": size + 7},
            "subtitle": {"font": {"size": size - 1, "color": MUTED}},
        },
    )
    return go.layout.Template(layout=layout)


def panel_titles(figure: go.Figure, look: Look, left: bool = False, rise: int = 4) -> None:
    """Style the titles that `make_subplots` gave the panels and lift them `rise` pixels. `left` is for one column."""
    for annotation in figure.layout.annotations:
        annotation.update(font={"size": look.font_size + left, "color": INK}, yshift=rise)
        if left:
            annotation.update(x=0, xanchor="left")


def legend_over_titles(figure: go.Figure, rise: int) -> None:
    """Lift the legend `rise` pixels above the plot, where no panel title is."""
    margin = figure.layout.margin
    figure.update_layout(legend={"y": 1 + rise / (figure.layout.height - margin.t - margin.b)})


def legend_rows(look: Look, names: Sequence[str], room: int) -> tuple[int, int | None]:
    """How many rows a horizontal legend of `room` pixels has, and the pixels that a name gets if there are several.

    All names stand in one row if they fit, and else in columns of one width, so that the rows are about equally full.
    """
    mark = 44
    if sum(0.61 * look.font_size * len(name) + mark for name in names) <= room:
        return min(1, len(names)), None
    widest = round(0.65 * look.font_size * max(map(len, names)))
    rows = math.ceil(len(names) / max(1, room // (widest + mark)))
    columns = math.ceil(len(names) / rows)
    # So wide that one more does not fit.
    return rows, max(widest, room // (columns + 1) - mark + 4)


def whiskers(
    figure: go.Figure, x: Sequence[float], y: Sequence[float], low: Sequence[float], high: Sequence[float], axis: str
) -> None:
    """Draw intervals from `low` to `high` along `axis` ("x" or "y"): ink with an edge of paper, seen on any bar."""
    middle = y if axis == "y" else x
    ends = {
        "type": "data",
        "symmetric": False,
        "array": [top - value for top, value in zip(high, middle, strict=True)],
        "arrayminus": [value - bottom for value, bottom in zip(middle, low, strict=True)],
    }
    for paint, thickness, cap in ((PAPER, 3.6, 0), (INK, 1.6, 4)):
        bar = {f"error_{axis}": {**ends, "color": paint, "thickness": thickness, "width": cap}}
        figure.add_scatter(
            x=x, y=y, mode="markers", marker={"opacity": 0}, showlegend=False, hoverinfo="skip", cliponaxis=False, **bar
        )


def interval_lines(above: pd.Series, below: pd.Series, paint: str, thickness: float) -> dict[str, Any]:
    """`error_y` of the points of a line: each interval a vertical line, so far above its point and so far below it."""
    ends = {"array": above, "arrayminus": below}
    return {"type": "data", "symmetric": False, **ends, "color": paint, "thickness": thickness, "width": 0}
