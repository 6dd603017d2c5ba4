"""Training step by step: completion length and the two kinds of reward, of one run or of several.

The rewards of a run are those that it was trained with, so runs with different rewards can't be compared by them.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
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

PANELS = {
    "completion_length": "Completion length (tokens)",
    "correctness_reward": "Correctness reward",
    "format_reward": "Format reward",
}


def curves(tables: Tables, look: Look, models: Sequence[str] = ()) -> go.Figure:
    """One panel per measure that the logs of `models` (default: all in the table) have, over the steps.

    A thin line is the mean of each step, a thick line the running mean over an odd number of steps. The thick line is
    black if there is one run, and has the model's colour if there are several. Of a model that was trained several
    times, a thin line is the running mean of one run, and the thick line their mean. Table: training.
    """
    table = tables["training"]
    models = models or in_order(table.model, look)
    models = [model for model in models if look.entry(model) == model]
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
        for model, log in zip(models, logs, strict=True):
            paint = colour(model, look)
            smooth = log.set_index("step")[column].rolling(window, center=True, min_periods=1).mean()
            thin = {label(model, look): log.set_index("step")[column]}
            if model in look.runs:
                by_run = table[table.model.isin(look.runs[model])].pivot(index="step", columns="model", values=column)
                by_run = by_run.rolling(window, center=True, min_periods=1).mean()
                thin = {label(run, look): by_run[run] for run in by_run}
                smooth = by_run.mean(axis=1)
            for line, values in thin.items():
                panels.add_scatter(
                    x=values.index,
                    y=values,
                    mode="lines",
                    line={"color": faint(paint, 0.35), "width": 1 if steps > 300 else 1.6},
                    showlegend=False,
                    legendgroup=model,
                    hovertemplate=f"{line}<br>step %{{x}}<br>{name}: %{{y:.3f}}<extra></extra>",
                    row=row,
                    col=1,
                )
            panels.add_scatter(
                x=smooth.index,
                y=smooth,
                mode="lines",
                line={"color": paint if several else INK, "width": 2.4},
                name=label(model, look),
                showlegend=several and row == 1,
                legendgroup=model,
                hovertemplate=f"step %{{x}}<br>mean of {window} steps: %{{y:.3f}}",
                row=row,
                col=1,
            )
    names = [label(model, look) for model in models]
    run = "each run by its own rewards" if several else names[0]
    caption = f"{run}; {steps} steps; thin: mean of a step's completions; thick: running mean over {window} steps"
    if set(models) & set(look.runs):
        caption = f"{run}; {steps} steps; running means over {window} steps; of several runs thin, their mean thick"
    legend = names if several else []
    panels.update_layout(frame(look, caption, height=0.2 + 0.5 * len(measures), legend=legend, above=28))
    legend_over_titles(panels, 32)
    panels.update_yaxes(nticks=6, rangemode="tozero")
    panels.update_xaxes(range=[table.step.min(), table.step.max()], showgrid=True)
    panels.update_xaxes(title_text="step", row=len(measures), col=1)
    return panels
