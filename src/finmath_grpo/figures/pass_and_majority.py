"""More completions per question: does training add answers, or does it make the same answers reliable?

On the left a question counts if any of k completions is right. The k completions come from one temperature (pass@k,
unbiased) or one from each of k temperatures (the post's any-temperature score). On the right a question counts if the
majority of k completions is right. A trained model that is ahead at k = 1 and level at large k has become more
reliable and solves no more questions.
"""

import math
from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.bars import INTERVALS
from finmath_grpo.figures.colours import faint
from finmath_grpo.figures.labels import colour, label, overview, symbol
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

LINES = {
    "pass": (1, "solid", "at one temperature (mean over temperatures)"),
    "any_temperature": (1, "dot", "one at each of k temperatures"),
    "majority": (2, "solid", "at one temperature (mean over temperatures)"),
    "pooled_majority": (2, "dot", "over all temperatures"),
}

WORDS = {"solid": "k completions at one temperature (mean over temperatures)", "dot": "spread over temperatures"}
"""What a solid and a dotted line are, for the caption."""
DODGE = 0.008
"""Distance between two models at one k, in decades: their intervals don't hide each other."""
CLOSEST = 1.2
"""The smallest ratio of two ticks."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Two panels with one y axis, one line per model and measure, scorer numeric. Table: pass_and_majority."""
    table = tables["pass_and_majority"]
    table = table[(table.scorer == "numeric") & (table["at"] == "mean")]
    models, left_out = overview(table.model, look)
    table = table[table.model.isin(models)]
    panels = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=["Any of k completions is right", "The majority of k completions is right"],
    )
    panel_titles(panels, look)
    lines: dict[str, bool] = {}
    for measure, (column, dash, where) in LINES.items():
        points = table[table.measure == measure]
        if not points.empty:
            # One point alone is a mark and no line.
            lines[dash] = lines.get(dash, False) or points.k.nunique() > 1
        for place, model in enumerate(models):
            rows = table[(table.model == model) & (table.measure == measure)].sort_values("k")
            paint = colour(model, look)
            if look.entry(model) != model:  # a further training run
                panels.add_scatter(
                    x=rows.k,
                    y=100 * rows["value"],
                    mode="lines",
                    line={"color": faint(paint, 0.55), "dash": dash, "width": 1},
                    legendgroup=look.entry(model),
                    showlegend=False,
                    customdata=[rounded(100 * value, 1) for value in rows["value"]],
                    hovertemplate=f"{label(model, look)}, {where}<br>k = %{{x}}: %{{customdata}} %<extra></extra>",
                    row=1,
                    col=column,
                )
                continue
            panels.add_scatter(
                x=rows.k * 10 ** (DODGE * (place - (len(models) - 1) / 2)),
                y=100 * rows["value"],
                mode="lines+markers",
                line={"color": paint, "dash": dash, "width": 2},
                marker={"symbol": symbol(model, look), "size": 9 if len(rows) < 12 else 6, "color": paint},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": 100 * (rows.high - rows["value"]),
                    "arrayminus": 100 * (rows["value"] - rows.low),
                    "color": faint(paint, 0.45),
                    "thickness": 1.3,
                    "width": 0,
                },
                name=label(model, look),
                legendgroup=model,
                showlegend=measure == "pass",
                customdata=[
                    f"{where}<br>k = {row.k}: {rounded(100 * row.value, 1)} %"
                    f"<br>interval {rounded(100 * row.low, 1)} to {rounded(100 * row.high, 1)} %"
                    for row in rows.itertuples()
                ],
                hovertemplate=f"{label(model, look)}, %{{customdata}}<extra></extra>",
                row=1,
                col=column,
            )
    dots = {"solid": "solid", "dot": "dotted"}
    said = "; ".join(f"{dots[dash] if line else 'marks'}: {WORDS[dash]}" for dash, line in lines.items())
    caption = (
        f"same number; {said}; vertical lines: {look.level} {INTERVALS[table.interval.iloc[0]]}; the models' points at "
        f"one k stand side by side{left_out}"
    )
    panels.update_layout(
        frame(
            look,
            f"{caption}{'; thin: further training runs' if look.runs else ''}",
            height=1.15,
            legend=[label(model, look) for model in models if look.entry(model) == model],
            above=32,
        )
    )
    legend_over_titles(panels, 32)
    for column in (1, 2):
        there = table.measure.isin([measure for measure, (place, _, _) in LINES.items() if place == column])
        asked = sorted(set(table[there].k))
        edges = [math.log10(asked[0]) - 0.06, math.log10(asked[-1]) + 0.06] if asked else None
        panels.update_xaxes(
            title_text="completions per question, k (log scale)",
            type="log",
            tickvals=(ticks := ticks_of(asked)),
            ticktext=[f"{k}" for k in ticks],
            range=edges,
            row=1,
            col=column,
        )
    panels.update_yaxes(range=[0, min(102, 103 * table.high.max())])
    panels.update_yaxes(title_text="questions right (%)", row=1, col=1)
    return panels


def ticks_of(asked: Sequence[int]) -> list[int]:
    """The numbers of completions that get a tick: those with data, unless one is too close to the one before."""
    ticks: list[int] = []
    for k in asked:
        if not ticks or k >= CLOSEST * ticks[-1]:
            ticks.append(k)
    return ticks
