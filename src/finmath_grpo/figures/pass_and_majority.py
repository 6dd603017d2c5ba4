"""More completions per question: does training add answers, or does it make the same answers reliable?

On the left a question counts if any of k completions is right. The k completions come from one temperature (pass@k,
unbiased) or one from each of k temperatures (the post's any-temperature score). On the right a question counts if the
majority of k completions is right. A trained model that is ahead at k = 1 and level at large k has become more
reliable and solves no more questions.
"""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.bars import INTERVALS
from finmath_grpo.figures.colours import faint
from finmath_grpo.figures.labels import colour, label, overview, symbol
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, interval_lines, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

LINES = {
    "pass": (1, "solid", "at one temperature (mean over temperatures)"),
    "any_temperature": (1, "dot", "one at each of k temperatures"),
    "majority": (2, "solid", "at one temperature (mean over temperatures)"),
    "pooled_majority": (2, "dot", "over all temperatures"),
}
"""By measure: the panel, the dash of its lines, and where the k completions come from."""
DASHES = {
    "solid": ("solid", "k completions at one temperature (mean over temperatures)"),
    "dot": ("dotted", "spread over temperatures"),
}
"""How a caption calls a dash, and what it stands for."""
DODGE = 0.008
"""Distance between two models at one k, in decades: their intervals don't hide each other."""
CLOSEST = 1.2
"""The smallest ratio of two ticks."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Two panels with one y axis, one line per model and measure, scorer numeric. Table: pass_and_majority."""
    table = tables["pass_and_majority"]
    table = table[(table.scorer == "numeric") & (table["at"] == "mean")]
    models, left_out = overview(table.model, look)
    table = table[table.model.isin(models)]
    panels = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=["Any of k completions is right", "The majority of k completions is right"],
    )
    panel_titles(panels, look)
    for measure in LINES:
        for place, model in enumerate(models):
            rows = table[(table.model == model) & (table.measure == measure)].sort_values("k")
            if look.entry(model) == model:
                aside = DODGE * (place - (len(models) - 1) / 2)
                _add_model(panels, rows, model, measure, look, aside)
            else:
                _add_further_run(panels, rows, model, measure, look)
    names = [label(model, look) for model in models if look.entry(model) == model]
    caption = (
        f"right: the same number; {_dashes(table)}; vertical lines: {look.level} {INTERVALS[table.interval.iloc[0]]};"
        f" the models' points at one k stand side by side{left_out}"
        f"{'; thin: further training runs' if look.runs else ''}"
    )
    panels.update_layout(frame(look, caption, height=1.15, legend=names, above=32))
    legend_over_titles(panels, 32)
    for column in (1, 2):
        measures = [measure for measure, (panel, _, _) in LINES.items() if panel == column]
        _scale(panels, sorted(set(table[table.measure.isin(measures)].k)), column)
    panels.update_yaxes(range=[0, min(102, 103 * table.high.max())])
    panels.update_yaxes(title_text="questions right (%)", row=1, col=1)
    return panels


def _add_model(panels: go.Figure, rows: pd.DataFrame, model: str, measure: str, look: Look, aside: float) -> None:
    """The line of a model, its points with their intervals `aside` of k, in decades."""
    column, dash, where = LINES[measure]
    paint, value = colour(model, look), rows["value"]
    panels.add_scatter(
        x=rows.k * 10**aside,
        y=100 * value,
        mode="lines+markers",
        line={"color": paint, "dash": dash, "width": 2},
        marker={"symbol": symbol(model, look), "size": 9 if len(rows) < 12 else 6, "color": paint},
        error_y=interval_lines(100 * (rows.high - value), 100 * (value - rows.low), faint(paint, 0.45), 1.3),
        name=label(model, look),
        legendgroup=model,
        showlegend=measure == "pass",
        customdata=[
            f"{where}<br>k = {row.k}: {rounded(100 * row.value, 1)} %"
            f"<br>interval {rounded(100 * row.low, 1)} to {rounded(100 * row.high, 1)} %"
            for row in rows.itertuples()
        ],
        hovertemplate=f"{label(model, look)}, %{{customdata}}<extra></extra>",
        row=1,
        col=column,
    )


def _add_further_run(panels: go.Figure, rows: pd.DataFrame, model: str, measure: str, look: Look) -> None:
    """The line of a further training run of a model: thin, and with no interval."""
    column, dash, where = LINES[measure]
    panels.add_scatter(
        x=rows.k,
        y=100 * rows["value"],
        mode="lines",
        line={"color": faint(colour(model, look), 0.55), "dash": dash, "width": 1},
        legendgroup=look.entry(model),
        showlegend=False,
        customdata=[rounded(100 * value, 1) for value in rows["value"]],
        hovertemplate=f"{label(model, look)}, {where}<br>k = %{{x}}: %{{customdata}} %<extra></extra>",
        row=1,
        col=column,
    )


def _dashes(table: pd.DataFrame) -> str:
    """What the dashes stand for, for the caption. Where each line is one point, it is a mark."""
    said = []
    for dash, (name, words) in DASHES.items():
        points = table[table.measure.isin([measure for measure, (_, own, _) in LINES.items() if own == dash])]
        if not points.empty:
            lines = points.groupby("measure").k.nunique().max() > 1
            said.append(f"{name if lines else 'marks'}: {words}")
    return "; ".join(said)


def _scale(panels: go.Figure, asked: Sequence[int], column: int) -> None:
    """The axis of k, with a tick at the numbers of completions."""
    ticks = ticks_of(asked)
    panels.update_xaxes(
        title_text="completions per question, k (log scale)",
        type="log",
        tickvals=ticks,
        ticktext=[f"{k}" for k in ticks],
        range=[math.log10(asked[0]) - 0.06, math.log10(asked[-1]) + 0.06] if asked else None,
        row=1,
        col=column,
    )


def ticks_of(asked: Sequence[int]) -> list[int]:
    """The numbers of completions that get a tick: those with data, unless one is too close to the one before."""
    ticks: list[int] = []
    for k in asked:
        if not ticks or k >= CLOSEST * ticks[-1]:
            ticks.append(k)
    return ticks
