"""Training step by step, of one run or of several: lengths, rewards, and whether the rewards mean anything.

The rewards of a run are those that it was trained with, so runs with different rewards can't be compared by them. Its
held-out accuracy is by the scorer `numeric` on the validation questions. So a reward that rises while that does not is
a reward that is gained by something else.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, faint
from finmath_grpo.figures.labels import colour, in_order, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import count, rounded

DASHES = ("solid", "dash", "dot", "dashdot")
"""Of the thick lines, so that a line that another covers is seen through its gaps."""
PANELS = {
    "completion_length": "Completion length (tokens)",
    "correctness_reward": "Correctness reward",
    "format_reward": "Format reward",
}
DIAGNOSTICS = {
    "reward": "Reward of the rollouts (sum)",
    "validation_accuracy": "Held-out accuracy, validation questions",
    "validation_readable": "Share of their answers that are readable",
    "completion_length": "Completion length of the rollouts (tokens)",
    "entropy": "Entropy of the policy (nats per token)",
    "frac_reward_zero_std": "Share of groups with zero variance",
    "ratio_clipped": "Share of tokens whose ratio to the sampling policy is clipped",
    "off_policy_depth": "Updates since the policy that sampled",
    "sampling_mismatch": "Sampler against trainer (mean difference in log p)",
}
SHARES = ("validation_accuracy", "validation_readable", "frac_reward_zero_std", "ratio_clipped")
OFF_POLICY = ("ratio_clipped", "off_policy_depth")
"""All 0, and not drawn, where each update has a generation of its own."""


def curves(tables: Tables, look: Look, models: Sequence[str] = ()) -> go.Figure:
    """Completion length and the two kinds of reward over the steps. Table: training."""
    several = "the rewards are those that each run was trained with, and can't be compared"
    return _over_steps(tables, look, models, PANELS, each=0.5, several=several, thin="mean of a step's completions")


def diagnostics(tables: Tables, look: Look) -> go.Figure:
    """Reward beside held-out accuracy, and what tells how training went, over the steps. Table: training."""
    return _over_steps(tables, look, (), DIAGNOSTICS, each=0.3, several="each run", thin="a step")


def _over_steps(
    tables: Tables, look: Look, models: Sequence[str], measures: Mapping[str, str], each: float, several: str, thin: str
) -> go.Figure:
    """One panel per measure that the logs of `models` (default: all in the table) have; `each` is a panel's height.

    A thin line is the mean of each step, a thick line the running mean over an odd number of steps. What is measured at
    some steps only has a dot at each and a line between them. The thick line is black if there is one run, and has the
    model's colour if there are several. Of a model that was trained several times, a thin line is the running mean of
    one run, and the thick line their mean. `several` and `thin` are for the caption: whose lines they are where several
    models are drawn, and what a thin line is.
    """
    table = tables["training"]
    models = [model for model in models or in_order(table.model, look) if look.entry(model) == model]
    logs = {model: table[table.model == model].sort_values("step") for model in models}
    if not logs or any(log.empty for log in logs.values()):
        raise UserError(f"training.csv: no row of {', '.join(models)}: nothing to draw")
    # The row of step 0 is the policy before training.
    steps = max(int(log.completion_length.count()) for log in logs.values())
    window = 1 + 2 * round(steps / 50)
    drawn = table[table.model.isin(models)]
    measures = {column: measure for column, measure in measures.items() if _is_measured(column, drawn)}
    names = [label(model, look) for model in models]
    panels = make_subplots(
        rows=len(measures),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.255 / len(measures),
        subplot_titles=list(measures.values()),
    )
    panel_titles(panels, look, left=True)
    for row, (column, measure) in enumerate(measures.items(), start=1):
        for model, name, dash in zip(models, names, cycle(DASHES), strict=False):
            curve = _curve(table, model, column, look, steps, window)
            if curve.thick.empty:
                continue
            paint = colour(model, look)
            place = {"legendgroup": model, "row": row, "col": 1}
            for line, values in curve.thin.items():
                panels.add_scatter(
                    **_points(values, column, f"{line}, step %{{x}}<br>{measure}"),
                    **place,
                    mode="lines",
                    line={"color": faint(paint, 0.35), "width": 1 if steps > 300 else 1.6},
                    showlegend=False,
                )
            mean_of = "" if curve.at_some_steps else f", mean of {window} steps"
            panels.add_scatter(
                **_points(curve.thick, column, f"{name}, step %{{x}}<br>{measure}{mean_of}"),
                **place,
                mode="lines+markers" if curve.at_some_steps else "lines",
                line={"color": paint if len(models) > 1 else INK, "width": 2.4, "dash": dash},
                name=name,
                showlegend=len(models) > 1 and row == 1,
                error_y=None if model in look.runs else _interval(logs[model], column),
            )
        if column in SHARES:
            panels.update_yaxes(tickformat=".0%", row=row, col=1)
    smoothed = f"running mean over {count(window, 'step')}"
    lines = f"thin: {thin}; thick: {smoothed}"
    if look.runs.keys() & models:
        lines = f"{smoothed}; of several runs thin, their mean thick"
    if "validation_accuracy" in measures and set(models) - look.runs.keys():
        lines += f"; held-out: {look.level} interval of a single run"
    caption = f"{several if len(models) > 1 else names[0]}; {steps} steps; {lines}"
    legend = names if len(models) > 1 else []
    panels.update_layout(frame(look, caption, height=0.2 + each * len(measures), legend=legend, above=28))
    legend_over_titles(panels, 32)
    panels.update_yaxes(nticks=6, rangemode="tozero")
    first, last = table.step.min(), table.step.max()
    # The first and the last held-out accuracy have whole whiskers.
    edge = 0.01 * (last - first)
    panels.update_xaxes(range=[first - edge, last + edge], showgrid=True)
    panels.update_xaxes(title_text="step", row=len(measures), col=1)
    return panels


def _is_measured(column: str, logs: pd.DataFrame) -> bool:
    """Whether a measure says anything: a run that was trained without a kind of reward has an empty column for it."""
    if column not in logs or logs[column].isna().all():
        return False
    return column not in OFF_POLICY or bool((logs[column] > 0).any())


class Curve(NamedTuple):
    """A measure of a model over the steps; empty where the model has none of it."""

    thick: pd.Series
    thin: dict[str, pd.Series]
    """The lines whose mean the thick one is, by what a reader is told of them."""
    at_some_steps: bool
    """Whether it was measured at some steps only; else it is a mean of completions at each."""


def _curve(table: pd.DataFrame, model: str, column: str, look: Look, steps: int, window: int) -> Curve:
    values = table[table.model == model].sort_values("step").set_index("step")[column].dropna()
    at_some_steps = len(values) < steps

    def smooth(lines: Any) -> Any:
        return lines if at_some_steps else lines.rolling(window, center=True, min_periods=1).mean()

    if model not in look.runs:
        return Curve(smooth(values), {} if at_some_steps else {label(model, look): values}, at_some_steps)
    runs = table[table.model.isin(look.runs[model])].pivot(index="step", columns="model", values=column)
    runs = smooth(runs.loc[values.index])
    return Curve(runs.mean(axis=1), {label(run, look): runs[run] for run in runs}, at_some_steps)


def _points(values: pd.Series, column: str, words: str) -> dict[str, Any]:
    """The points of a line for Plotly, each with its number under the words when a reader points at it."""
    digits = 1 if column == "completion_length" else 3
    return {
        "x": values.index,
        "y": values,
        "customdata": [rounded(value, digits) for value in values],
        "hovertemplate": f"{words}: %{{customdata}}<extra></extra>",
    }


def _interval(log: pd.DataFrame, column: str) -> dict[str, Any] | None:
    """The interval of each held-out accuracy for Plotly; None for what has none."""
    if column != "validation_accuracy" or "validation_low" not in log:
        return None
    log = log.dropna(subset=[column])
    high, low = log.validation_high - log[column], log[column] - log.validation_low
    return {"array": high, "arrayminus": low, "thickness": 1, "width": 3}
