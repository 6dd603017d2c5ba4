"""Training step by step: completion length and the two kinds of reward, of one run or of several.

The rewards of a run are those that it was trained with, so runs with different rewards can't be compared by them.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.numerals import rounded
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import (
    INK,
    colour,
    faint,
    frame,
    in_order,
    label,
    legend_over_titles,
    panel_titles,
)

DASHES = ("solid", "dash", "dot", "dashdot")
"""Of the thick lines, so that a line that another covers is seen through its gaps."""
PANELS = {
    "completion_length": "Completion length (tokens)",
    "correctness_reward": "Correctness reward",
    "format_reward": "Format reward",
}


def curves(tables: Tables, look: Look, models: Sequence[str] = ()) -> go.Figure:
    """One panel per measure that the logs of `models` (default: all in the table) have, over the steps.

    A thin line is the mean of each step, a thick line the running mean over an odd number of steps. The thick line is
    black if there is one run, and has the model's colour if there are several. Table: training.
    """
    table = tables["training"]
    models = models or in_order(table.model, look)
    logs = [table[table.model == model].sort_values("step") for model in models]
    if not logs or any(log.empty for log in logs):
        raise UserError(f"training.csv: no row of {', '.join(models)}: nothing to draw")
    steps = max(map(len, logs))
    window = 1 + 2 * round(steps / 50)
    several = len(models) > 1
    # A run that was trained without a kind of reward has an empty column for it.
    measures = {c: n for c, n in PANELS.items() if any(c in log and log[c].notna().any() for log in logs)}
    panels = make_subplots(
        rows=len(measures),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.255 / len(measures),
        subplot_titles=list(measures.values()),
    )
    panel_titles(panels, look, left=True)
    for row, (column, name) in enumerate(measures.items(), start=1):
        digits = 1 if column == "completion_length" else 3
        for place, (model, log) in enumerate(zip(models, logs, strict=True)):
            paint = colour(model, look)
            running = log[column].rolling(window, center=True, min_periods=1).mean()
            panels.add_scatter(
                x=log.step,
                y=log[column],
                mode="lines",
                line={"color": faint(paint, 0.35), "width": 1 if steps > 300 else 1.6},
                showlegend=False,
                legendgroup=model,
                customdata=[rounded(value, digits) for value in log[column].fillna(0)],
                hovertemplate=f"{label(model, look)}, step %{{x}}<br>{name}: %{{customdata}}<extra></extra>",
                row=row,
                col=1,
            )
            panels.add_scatter(
                x=log.step,
                y=running,
                mode="lines",
                line={"color": paint if several else INK, "width": 2.4, "dash": DASHES[place % len(DASHES)]},
                name=label(model, look),
                showlegend=several and row == 1,
                legendgroup=model,
                customdata=[rounded(value, digits) for value in running.fillna(0)],
                hovertemplate=f"{label(model, look)}, step %{{x}}<br>{name}, mean of {window} steps: %{{customdata}}"
                "<extra></extra>",
                row=row,
                col=1,
            )
    names = [label(model, look) for model in models]
    run = "the rewards are those that each run was trained with, and can't be compared" if several else names[0]
    caption = f"{run}; {steps} steps; thin: mean of a step's completions; thick: running mean over {window} steps"
    legend = names if several else []
    panels.update_layout(frame(look, caption, height=0.2 + 0.5 * len(measures), legend=legend, above=28))
    legend_over_titles(panels, 32)
    panels.update_yaxes(nticks=6, rangemode="tozero")
    panels.update_xaxes(range=[table.step.min(), table.step.max()], showgrid=True)
    panels.update_xaxes(title_text="step", row=len(measures), col=1)
    return panels
