"""Accuracy of every model at every temperature, by each scorer, with intervals."""

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
    """One panel per scorer, one line per model. Tables: accuracy, any_temperature."""
    accuracy = tables["accuracy"]
    models = in_order(accuracy.model, look)
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
            panels.add_scatter(
                x=points.temperature + DODGE * (index - (len(models) - 1) / 2),
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
            f"bars: {look.level} {interval}",
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
