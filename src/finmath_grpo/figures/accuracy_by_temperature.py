"""Accuracy of the models at every temperature, by each scorer, with intervals."""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.bars import INTERVALS, hover, rows_of
from finmath_grpo.figures.colours import faint
from finmath_grpo.figures.labels import colour, label, overview, symbol
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import frame, interval_lines, legend_over_titles, panel_titles
from finmath_grpo.numerals import count, rounded, temperatures

SCORERS = {
    "exact": "Exact string match",
    "no_punctuation": "Exact string match, punctuation removed",
    "numeric": "The same number, read as Turkish",
}
DODGE = 0.11
"""Distance between two models at one temperature, in steps of temperature: their intervals don't hide each other."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One panel per scorer, one line per model: with several runs their mean, and a thin line per run.

    Tables: accuracy, any_temperature; runs, where a model has several.
    """
    accuracy = tables["accuracy"]
    shown, left_out = overview(accuracy.model, look)
    accuracy = accuracy[accuracy.model.isin(shown)]
    models = [model for model in shown if look.entry(model) == model]
    scorers = [scorer for scorer in SCORERS if scorer in set(accuracy.scorer)]
    asked = sorted(accuracy.temperature.unique())
    panels = make_subplots(
        rows=len(scorers),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.22 / (len(scorers) + 1),
        subplot_titles=[SCORERS[scorer] for scorer in scorers],
    )
    panel_titles(panels, look, left=True)
    # Temperatures need not be evenly spaced; the smallest step decides how far apart two models can be.
    step = min((b - a for a, b in pairwise(asked)), default=0.1)
    for row, scorer in enumerate(scorers, start=1):
        for place, model in enumerate(models):
            points = rows_of(accuracy, scorer, [model]).sort_values("temperature")
            x = points.temperature + DODGE * step * (place - (len(models) - 1) / 2)
            if model in look.runs:
                for run in look.runs[model]:
                    single = rows_of(accuracy, scorer, [run]).sort_values("temperature")
                    _add_single_run(panels, row, x, single, run, look)
                points = mean_of_runs(points, tables["runs"], scorer, model)
            _add_model(panels, row, x, points, model, look)
    questions = int(tables["any_temperature"].n.max())
    samples = int(accuracy.n.max()) // questions
    over = " and over runs, single runs thin" if look.runs.keys() & models else ""
    caption = (
        f"{questions} questions × {count(samples, 'sample')} per point{ceiling(tables)}; vertical lines: {look.level} "
        f"{INTERVALS[accuracy.interval.iloc[0]]}{over}; "
        f"the models' points at one temperature stand side by side around it{left_out}"
    )
    names = [label(model, look) for model in models]
    panels.update_layout(frame(look, caption, height=0.35 + 0.65 * len(scorers), legend=names, above=30))
    panels.update_yaxes(range=[0, min(100, 103 * accuracy.high.max())], title_text="questions right (%)")
    edge = 0.5 * step
    panels.update_xaxes(tickvals=asked, ticktext=temperatures(asked), range=[asked[0] - edge, asked[-1] + edge])
    panels.update_xaxes(title_text="temperature", row=len(scorers), col=1)
    legend_over_titles(panels, 32)
    return panels


def _add_model(panels: go.Figure, row: int, x: pd.Series, points: pd.DataFrame, model: str, look: Look) -> None:
    """The line of a model in a panel, its points at `x` with their intervals."""
    paint, name = colour(model, look), label(model, look)
    heads = [f"temperature {tick}" for tick in temperatures(points.temperature)]
    panels.add_scatter(
        x=x,
        y=points.value,
        mode="lines+markers",
        name=name,
        legendgroup=model,
        showlegend=row == 1,
        line={"color": paint, "width": 2},
        marker={"symbol": symbol(model, look), "size": 9, "color": paint},
        error_y=interval_lines(points.high - points.value, points.value - points.low, faint(paint, 0.55), 1.4),
        customdata=[hover(points.iloc[[place]], head)[0] for place, head in enumerate(heads)],
        hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
        row=row,
        col=1,
    )


def _add_single_run(panels: go.Figure, row: int, x: pd.Series, points: pd.DataFrame, run: str, look: Look) -> None:
    """The line of one training run of a model: thin, and with no interval."""
    panels.add_scatter(
        x=x,
        y=points.value,
        mode="lines",
        line={"color": faint(colour(run, look), 0.55), "width": 1},
        legendgroup=look.entry(run),
        showlegend=False,
        customdata=[rounded(value, 1) for value in points.value],
        hovertemplate=f"{label(run, look)}: %{{customdata}} %<extra></extra>",
        row=row,
        col=1,
    )


def mean_of_runs(points: pd.DataFrame, runs: pd.DataFrame, scorer: str, entry: str) -> pd.DataFrame:
    """The points of an entry's first run turned into those of the mean over all, with its interval. Table: runs."""
    rows = runs[(runs.entry == entry) & runs.against.isna() & (runs.metric == scorer) & (runs.run == "all")]
    means = rows[~rows["at"].isin(["mean", "any"])].sort_values("at", key=lambda ats: ats.astype(float))
    n = points.n.to_numpy() * means.runs.to_numpy()
    value = means.value.to_numpy()
    counts = {"correct": (value * n).round().astype(int), "n": n}
    return points.assign(value=100 * value, low=100 * means.low.to_numpy(), high=100 * means.high.to_numpy(), **counts)
