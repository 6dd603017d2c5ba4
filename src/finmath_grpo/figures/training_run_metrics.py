"""The GRPO run of the post step by step: length and the two rewards (the post's training_run_metrics)."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.theme import INK, colour, faint, frame, label, panel_titles

MODEL = "llama-grpo"
PANELS = {
    "completion_length": "Completion length (tokens)",
    "correctness_reward": "Correctness reward",
    "format_reward": "Format reward",
}


def figure(tables: Tables, look: Look) -> go.Figure:
    """Three panels over the steps: each step's mean thin, its running mean thick. Table: training."""
    log = tables["training"]
    log = log[log.model == MODEL].sort_values("step")
    if log.empty:
        raise UserError(f"training.csv: no row of {MODEL}: nothing to draw")
    window = max(1, round(len(log) / 25))
    paint = colour(MODEL, look)
    panels = make_subplots(
        rows=len(PANELS), cols=1, shared_xaxes=True, vertical_spacing=0.085, subplot_titles=list(PANELS.values())
    )
    for row, (column, name) in enumerate(PANELS.items(), start=1):
        means = log[column].rolling(window, center=True, min_periods=1).mean()
        panels.add_scatter(
            x=log.step,
            y=log[column],
            mode="lines",
            line={"color": faint(paint, 0.35), "width": 1},
            hovertemplate=f"step %{{x}}<br>{name}: %{{y:.3f}}<extra></extra>",
            row=row,
            col=1,
        )
        panels.add_scatter(
            x=log.step,
            y=means,
            mode="lines",
            line={"color": INK, "width": 2.2},
            hovertemplate=f"step %{{x}}<br>mean of {window} steps: %{{y:.3f}}<extra></extra>",
            row=row,
            col=1,
        )
    panel_titles(panels, look, left=True)
    panels.update_layout(
        frame(
            look,
            f"Training by GRPO: {label(MODEL, look)}",
            f"{len(log)} steps; thin: mean of a step's completions; thick: running mean over {window} steps",
            height=1.7,
            above=28,
        ),
        showlegend=False,
    )
    panels.update_yaxes(nticks=6)
    panels.update_xaxes(range=[log.step.min(), log.step.max()], showgrid=True)
    panels.update_xaxes(title_text="step", row=len(PANELS), col=1)
    return panels


if __name__ == "__main__":
    run_stage(lambda: run(figure))
