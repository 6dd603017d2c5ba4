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
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
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
    runs = {model: look.runs[model] for model in models if model in look.runs}
    scorers = [scorer for scorer in SCORERS if scorer in set(accuracy.scorer)]
    questions = int(tables["any_temperature"].n.max())
    samples = int(accuracy.n.max()) // questions
    asked = sorted(accuracy.temperature.unique())
    names = [label(model, look) for model in models]
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
        for index, (model, name) in enumerate(zip(models, names, strict=True)):
            points = rows_of(accuracy, scorer, [model]).sort_values("temperature")
            places = points.temperature + DODGE * step * (index - (len(models) - 1) / 2)
            for run in runs.get(model, ()):
                single = rows_of(accuracy, scorer, [run]).sort_values("temperature")
                panels.add_scatter(
                    x=places,
                    y=single.value,
                    mode="lines",
                    line={"color": faint(colour(run, look), 0.55), "width": 1},
                    legendgroup=model,
                    showlegend=False,
                    customdata=[rounded(value, 1) for value in single.value],
                    hovertemplate=f"{label(run, look)}: %{{customdata}} %<extra></extra>",
                    row=row,
                    col=1,
                )
            if model in runs:
                points = mean_of_runs(points, tables["runs"], scorer, model)
            ticks = dict(zip(asked, temperatures(asked), strict=True))
            texts = [hover(points[points.temperature == t], f"temperature {ticks[t]}")[0] for t in points.temperature]
            panels.add_scatter(
                x=places,
                y=points.value,
                mode="lines+markers",
                name=name,
                legendgroup=model,
                showlegend=row == 1,
                line={"color": colour(model, look), "width": 2},
                marker={"symbol": symbol(model, look), "size": 9, "color": colour(model, look)},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": points.high - points.value,
                    "arrayminus": points.value - points.low,
                    "color": faint(colour(model, look), 0.55),
                    "thickness": 1.4,
                    "width": 0,
                },
                customdata=texts,
                hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
                row=row,
                col=1,
            )
    over = " and over runs, single runs thin" if runs else ""
    caption = (
        f"{questions} questions × {count(samples, 'sample')} per point{ceiling(tables)}; vertical lines: {look.level} "
        f"{INTERVALS[accuracy.interval.iloc[0]]}{over}; "
        f"the models' points at one temperature stand side by side around it{left_out}"
    )
    panels.update_layout(frame(look, caption, height=0.35 + 0.65 * len(scorers), legend=names, above=30))
    panels.update_yaxes(range=[0, min(100, 103 * accuracy.high.max())], title_text="questions right (%)")
    edge = 0.5 * step
    panels.update_xaxes(tickvals=asked, ticktext=temperatures(asked), range=[asked[0] - edge, asked[-1] + edge])
    panels.update_xaxes(title_text="temperature", row=len(scorers), col=1)
    legend_over_titles(panels, 32)
    return panels


def mean_of_runs(points: pd.DataFrame, runs: pd.DataFrame, scorer: str, entry: str) -> pd.DataFrame:
    """The points of an entry's first run turned into those of the mean over all, with its interval. Table: runs."""
    rows = runs[(runs.entry == entry) & runs.against.isna() & (runs.metric == scorer) & (runs.run == "all")]
    means = rows[~rows["at"].isin(["mean", "any"])].sort_values("at", key=lambda ats: ats.astype(float))
    n = points.n.to_numpy() * means.runs.to_numpy()
    value = means.value.to_numpy()
    counts = {"correct": (value * n).round().astype(int), "n": n}
    return points.assign(value=100 * value, low=100 * means.low.to_numpy(), high=100 * means.high.to_numpy(), **counts)
