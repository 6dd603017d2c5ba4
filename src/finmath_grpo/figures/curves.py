"""Training step by step, of one run or of several: lengths, rewards, and whether the rewards mean anything.

The rewards of a run are those that it was trained with, so runs with different rewards can't be compared by them. Its
held-out accuracy is by the scorer `numeric` on the validation questions. So a reward that rises while that does not is
a reward that is gained by something else.
"""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, faint
from finmath_grpo.figures.labels import colour, in_order, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

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
    return _over_steps(tables, look, models, PANELS, each=0.5)


def diagnostics(tables: Tables, look: Look) -> go.Figure:
    """Reward beside held-out accuracy, and what tells how training went, over the steps. Table: training."""
    return _over_steps(tables, look, (), DIAGNOSTICS, each=0.3)


def _over_steps(
    tables: Tables, look: Look, models: Sequence[str], names_of: Mapping[str, str], each: float
) -> go.Figure:
    """One panel per measure that the logs of `models` (default: all in the table) have; `each` is a panel's height.

    A thin line is the mean of each step, a thick line the running mean over an odd number of steps. What is measured at
    some steps only has a dot at each and a line between them. The thick line is black if there is one run, and has the
    model's colour if there are several. Of a model that was trained several times, a thin line is the running mean of
    one run, and the thick line their mean.
    """
    table = tables["training"]
    models = models or in_order(table.model, look)
    models = [model for model in models if look.entry(model) == model]
    logs = [table[table.model == model].sort_values("step") for model in models]
    if not logs or any(log.empty for log in logs):
        raise UserError(f"training.csv: no row of {', '.join(models)}: nothing to draw")
    # The row of step 0 is the policy before training.
    steps = max(int(log.completion_length.count()) for log in logs)
    window = 1 + 2 * round(steps / 50)
    several = len(models) > 1
    # A run that was trained without a kind of reward has an empty column for it.
    measures = {c: n for c, n in names_of.items() if any(c in log and log[c].notna().any() for log in logs)}
    measures = {c: n for c, n in measures.items() if c not in OFF_POLICY or any((log[c] > 0).any() for log in logs)}
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
            found = log.dropna(subset=[column]) if column in log else log[:0]
            if found.empty:
                continue
            # Measured at some steps only, or a mean of completions at each.
            some = len(found) < steps
            values = found.set_index("step")[column]
            shown = values if some else values.rolling(window, center=True, min_periods=1).mean()
            thin = {} if some else {label(model, look): values}
            if model in look.runs:
                by_run = table[table.model.isin(look.runs[model])].pivot(index="step", columns="model", values=column)
                by_run = by_run.loc[values.index]
                if not some:
                    by_run = by_run.rolling(window, center=True, min_periods=1).mean()
                thin = {label(run, look): by_run[run] for run in by_run}
                shown = by_run.mean(axis=1)
            for line, single in thin.items():
                panels.add_scatter(
                    x=single.index,
                    y=single,
                    mode="lines",
                    line={"color": faint(paint, 0.35), "width": 1 if steps > 300 else 1.6},
                    showlegend=False,
                    legendgroup=model,
                    customdata=[rounded(value, digits) for value in single],
                    hovertemplate=f"{line}, step %{{x}}<br>{name}: %{{customdata}}<extra></extra>",
                    row=row,
                    col=1,
                )
            bounds = {}
            if column == "validation_accuracy" and "validation_low" in found and model not in look.runs:
                high, low = found.validation_high - found[column], found[column] - found.validation_low
                bounds = {"error_y": {"array": high, "arrayminus": low, "thickness": 1, "width": 3}}
            of = "" if some else f", mean of {window} steps"
            panels.add_scatter(
                x=shown.index,
                y=shown,
                mode="lines+markers" if some else "lines",
                line={"color": paint if several else INK, "width": 2.4, "dash": DASHES[place % len(DASHES)]},
                name=label(model, look),
                showlegend=several and row == 1,
                legendgroup=model,
                customdata=[rounded(value, digits) for value in shown],
                hovertemplate=f"{label(model, look)}, step %{{x}}<br>{name}{of}: %{{customdata}}<extra></extra>",
                **bounds,
                row=row,
                col=1,
            )
        if column in SHARES:
            panels.update_yaxes(tickformat=".0%", row=row, col=1)
    names = [label(model, look) for model in models]
    run = "the rewards are those that each run was trained with, and can't be compared" if several else names[0]
    thick = f"running mean over {window} steps"
    lines = f"thin: mean of a step's completions; thick: {thick}"
    if names_of is DIAGNOSTICS:
        run = "each run" if several else names[0]
        lines = f"thin: a step; thick: {thick}"
    if set(models) & set(look.runs):
        lines = f"{thick}; of several runs thin, their mean thick"
    if "validation_accuracy" in measures:
        lines += f"; held-out: {look.level} interval of a single run"
    caption = f"{run}; {steps} steps; {lines}"
    legend = names if several else []
    panels.update_layout(frame(look, caption, height=0.2 + each * len(measures), legend=legend, above=28))
    legend_over_titles(panels, 32)
    panels.update_yaxes(nticks=6, rangemode="tozero")
    panels.update_xaxes(range=[table.step.min(), table.step.max()], showgrid=True)
    panels.update_xaxes(title_text="step", row=len(measures), col=1)
    return panels
