"""Accuracy of every model at every temperature, by each scorer, with intervals."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.bars import HOVER, INTERVALS, count, rows_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import colour, faint, frame, in_order, label, legend_over_titles, panel_titles, symbol

SCORERS = {
    "exact": "Exact string match",
    "no_punctuation": "Exact string match, punctuation removed",
    "numeric": "The same number, read as Turkish",
}
DODGE = 0.011
"""Distance between two models at one temperature, in units of temperature: their intervals don't hide each other."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One panel per scorer, one line per model: with several runs their mean, and a thin line per run.

    Tables: accuracy, any_temperature; runs, where a model has several.
    """
    accuracy = tables["accuracy"]
    models = [model for model in in_order(accuracy.model, look) if look.entry(model) == model]
    runs = {model: look.runs[model] for model in models if model in look.runs}
    scorers = [scorer for scorer in SCORERS if scorer in set(accuracy.scorer)]
    questions = int(tables["any_temperature"].n.max())
    samples = int(accuracy.n.max()) // questions
    panels = make_subplots(
        rows=len(scorers),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.22 / (len(scorers) + 1),
        subplot_titles=[SCORERS[scorer] for scorer in scorers],
    )
    panel_titles(panels, look, left=True)
    for row, scorer in enumerate(scorers, start=1):
        for index, model in enumerate(models):
            points = rows_of(accuracy, scorer, [model]).sort_values("temperature")
            places = points.temperature + DODGE * (index - (len(models) - 1) / 2)
            for run in runs.get(model, ()):
                single = rows_of(accuracy, scorer, [run]).sort_values("temperature")
                panels.add_scatter(
                    x=places,
                    y=single.value,
                    mode="lines",
                    line={"color": faint(colour(run, look), 0.55), "width": 1},
                    legendgroup=model,
                    showlegend=False,
                    hovertemplate=f"{label(run, look)}: %{{y:.1f}} %<extra></extra>",
                    row=row,
                    col=1,
                )
            if model in runs:
                points = mean_of_runs(points, tables["runs"], scorer, model)
            panels.add_scatter(
                x=places,
                y=points.value,
                mode="lines+markers",
                name=label(model, look),
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
                customdata=[
                    (f"temperature {p.temperature:g}", p.correct, p.n, p.value, p.low, p.high)
                    for p in points.itertuples()
                ],
                hovertemplate=HOVER,
                row=row,
                col=1,
            )
    interval = INTERVALS[accuracy.interval.iloc[0]]
    panels.update_layout(
        frame(
            look,
            f"{questions} questions × {count(samples, 'sample')} per point{ceiling(tables)}; "
            f"bars: {look.level} {interval}" + (" and over runs; thin: single runs" if runs else ""),
            height=0.35 + 0.65 * len(scorers),
            legend=[label(model, look) for model in models],
            above=30,
        )
    )
    top = 100 * accuracy.high.max()
    panels.update_yaxes(range=[0, min(100, top) * 1.03], title_text="right (%)")
    panels.update_xaxes(
        tickvals=sorted(accuracy.temperature.unique()),
    )
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
