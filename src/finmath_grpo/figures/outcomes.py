"""What became of each model's answers: right, right value in the wrong form, wrong value, or no answer."""

import plotly.graph_objects as go

from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, in_order, ink_on, label

OUTCOMES = {
    "right": ("right", "#1B7F79"),
    "separators": ("right value, swapped separators", "#6FB7AE"),
    "rounding": ("right but for rounding", "#C3E3DE"),
    "unit": ("contradicting unit", "#F7DDAF"),
    "wrong": ("wrong value", "#F0B65A"),
    "unreadable": ("no single number", "#D08B5B"),
    "no_answer": ("no answer tag", "#B3B8BE"),
    "cut_off": ("cut off at the limit", "#5B6672"),
}
NARROW = 3.5
"""Percent of a bar. A narrower part has no number in it."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One bar per model, all temperatures together. Table: outcomes."""
    table = tables["outcomes"]
    models = in_order(table.model, look)
    counts = table.groupby(["model", "outcome"])["count"].sum().unstack(fill_value=0).loc[models]
    totals = counts.sum(axis=1)
    names = [label(model, look, 25) for model in models]
    legend = [name for name, _ in OUTCOMES.values()]
    caption = f"{totals.max()} completions per model, all {table.temperature.nunique()} temperatures together"
    height = 0.45 + 0.115 * len(models)
    figure = go.Figure(layout=frame(look, caption, height=height, legend=legend))
    for outcome, (name, paint) in OUTCOMES.items():
        shares = 100 * counts.get(outcome, 0 * totals) / totals
        figure.add_bar(
            y=names,
            x=shares,
            orientation="h",
            width=0.74,
            name=name,
            marker={"color": paint, "line": {"color": "white", "width": 1}},
            text=[f"{share:.0f}" if share >= NARROW else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": ink_on(paint), "size": look.font_size},
            customdata=[(count, total) for count, total in zip(counts.get(outcome, 0 * totals), totals, strict=True)],
            hovertemplate=f"%{{y}}<br>{name}: %{{x:.1f}} % (%{{customdata[0]}} of %{{customdata[1]}})<extra></extra>",
        )
    figure.update_layout(barmode="stack", legend={"traceorder": "normal"})
    figure.update_xaxes(title_text="completions (%)", range=[0, 100], showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=10)
    return figure
