"""What held-out accuracy costs: against rollouts, which a GPU makes faster or slower, and against seconds."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from scipy import stats

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import faint
from finmath_grpo.figures.labels import colour, in_order, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

COSTS = {"rollouts": "Completions sampled", "seconds": "Seconds of training, without start and validation"}
ACCURACY, REWARD = "validation_accuracy", "reward"


def figure(tables: Tables, look: Look) -> go.Figure:
    """One panel per cost, one line per model. Table: training_cost.

    Of a model that was trained several times, thin lines are the runs and the thick one their mean, with Student's
    interval over runs, at the mean cost of the step; of one run, the interval is Wilson's over questions. Where no run
    was validated, the mean reward of a step's completions stands for the accuracy.
    """
    table = tables["training_cost"]
    measure = ACCURACY if table[ACCURACY].notna().any() else REWARD
    table = table.dropna(subset=[measure])
    models = [model for model in in_order(table.model, look) if look.entry(model) == model]
    if not models:
        raise UserError("training_cost.csv: no row to draw")
    panels = make_subplots(rows=2, cols=1, vertical_spacing=0.19, subplot_titles=list(COSTS.values()))
    panel_titles(panels, look, left=True)
    for row, cost in enumerate(COSTS, start=1):
        for model in models:
            paint = colour(model, look)
            names = [run for run in look.runs.get(model, (model,)) if (table.model == run).any()]
            line = _of_runs(table[table.model.isin(names)], cost, measure, look.confidence)
            for name in names if len(names) > 1 else []:
                single = table[table.model == name]
                panels.add_scatter(
                    x=single[cost],
                    y=single[measure],
                    mode="lines",
                    line={"color": faint(paint, 0.35), "width": 1.2},
                    showlegend=False,
                    legendgroup=model,
                    hoverinfo="skip",
                    row=row,
                    col=1,
                )
            panels.add_scatter(
                x=line["cost"],
                y=line["value"],
                mode="lines+markers",
                line={"color": paint, "width": 2.4},
                error_y={
                    "array": line["high"] - line["value"],
                    "arrayminus": line["value"] - line["low"],
                    "thickness": 1,
                    "width": 3,
                },
                name=label(model, look),
                showlegend=row == 1,
                legendgroup=model,
                customdata=[f"{rounded(x, 0)} {cost}: {rounded(y, 3)}" for x, y in line[["cost", "value"]].to_numpy()],
                hovertemplate=f"{label(model, look)}, %{{customdata}}<extra></extra>",
                row=row,
                col=1,
            )
    legend = [label(model, look) for model in models]
    panels.update_layout(frame(look, _caption(models, measure, look), height=1.5, legend=legend, above=28))
    legend_over_titles(panels, 32)
    panels.update_xaxes(rangemode="tozero", showgrid=True)
    panels.update_yaxes(rangemode="tozero", nticks=6)
    if measure == ACCURACY:
        panels.update_yaxes(tickformat=".0%")
    return panels


def _of_runs(rows: pd.DataFrame, cost: str, measure: str, confidence: float) -> pd.DataFrame:
    """By step: mean cost and mean value over runs, and the interval of the latter; of one run, the table's own."""
    by_step = rows.groupby("step")
    line = pd.DataFrame({"cost": by_step[cost].mean(), "value": by_step[measure].mean()})
    runs = by_step[measure].count()
    if runs.max() > 1:
        half = stats.t.ppf((1 + confidence) / 2, runs - 1) * by_step[measure].std() / np.sqrt(runs)
        return line.assign(low=line["value"] - half, high=line["value"] + half)
    ends = ["validation_low", "validation_high"] if measure == ACCURACY else [measure, measure]
    return line.assign(**dict(zip(("low", "high"), (by_step[end].first() for end in ends), strict=True)))


def _caption(models: list[str], measure: str, look: Look) -> str:
    what = "held-out accuracy, scorer numeric" if measure == ACCURACY else "mean reward of a step's completions"
    several = sum(model in look.runs for model in models)
    interval = f"{look.level} interval: Wilson's over questions" if measure == ACCURACY else "one run of each"
    if several:
        student = f"Student's over {'/'.join(sorted({str(len(look.runs[m])) for m in models if m in look.runs}))} runs"
        single = (
            f"; of a single run {interval.partition(': ')[2]}" if several < len(models) and measure == ACCURACY else ""
        )
        interval = f"thin: a run; thick: their mean; {look.level} interval: {student}{single}"
    return f"{what}; {interval}"
