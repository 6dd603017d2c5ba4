"""pass@k at large k: does the base catch up with the trained model, given many tries?

On the left the curve of each model, on the right the trained model less its base on the same questions. Where the band
on the right lies below the dashed line, the base solves more questions in so many tries than the trained model does.
"""

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.bars import INTERVALS
from finmath_grpo.figures.colours import MUTED, faint
from finmath_grpo.figures.labels import characters, colour, in_order, label, symbol
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded, signed

DIFFERENCE = "The difference to "


def figure(tables: Tables, look: Look) -> go.Figure:
    """Two panels over k, a line with a band per model. Table: pass_at_k_deep."""
    table = tables["pass_at_k_deep"]
    if table.empty:
        raise UserError("pass_at_k_deep.csv: no row: nothing to draw")
    table = table.assign(against=table.against.fillna(""))
    curves, differences = table[table.against == ""], table[table.against != ""]
    models = in_order(curves.model, look)
    # The space between the panels is left free.
    room = max(8, characters(0.43 * (look.width - 96), look.font_size) - len(DIFFERENCE))
    base = label(differences.against.iloc[0], look, room)
    above = 32 + round(1.3 * look.font_size * base.count("<br>"))
    panels = make_subplots(
        rows=1,
        cols=2,
        horizontal_spacing=0.1,
        subplot_titles=["Any of k completions is right", f"{DIFFERENCE}{base}"],
    )
    panel_titles(panels, look)
    for model in models:
        _line(panels, curves[curves.model == model], model, look, column=1)
        _line(panels, differences[differences.model == model], model, look, column=2)
    first = table.iloc[0]
    caption = (
        f"{first.questions} questions × {first.samples} completions at temperature {first.temperature:g}, same number,"
        f" unbiased pass@k; bands: {look.level} {INTERVALS[curves.interval.iloc[0]]}, right: of the paired difference;"
        f" {'; '.join(_crossing(rows, model, look) for model, rows in differences.groupby('model', sort=False))}"
    )
    panels.update_layout(frame(look, caption, height=1.1, legend=[label(model, look) for model in models], above=above))
    legend_over_titles(panels, above)
    panels.add_hline(y=0, line={"color": MUTED, "width": 1.2, "dash": "dash"}, layer="below", row=1, col=2)
    ks = sorted(set(table.k))
    ticks = ks[::2] if len(ks) > 6 else ks
    edge = 0.03 * math.log10(ks[-1])
    panels.update_xaxes(
        title_text="completions per question, k (log scale)",
        type="log",
        tickvals=ticks,
        ticktext=[f"{k:,}" for k in ticks],
        range=[-edge, math.log10(ks[-1]) + edge],
    )
    panels.update_yaxes(title_text="questions right (%)", range=[0, min(102, 103 * curves.high.max())], row=1, col=1)
    panels.update_yaxes(title_text="difference (percentage points)", row=1, col=2)
    return panels


def _line(panels: go.Figure, rows: pd.DataFrame, model: str, look: Look, column: int) -> None:
    """A curve and its band in one panel; nothing where there is no row."""
    if rows.empty:
        return
    rows = rows.sort_values("k")
    paint, name = colour(model, look), label(model, look)
    shown = rounded if column == 1 else signed
    unit = "%" if column == 1 else "points"
    panels.add_scatter(
        x=[*rows.k, *rows.k[::-1]],
        y=[*(100 * rows.high), *(100 * rows.low[::-1])],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=faint(paint, 0.2),
        hoverinfo="skip",
        showlegend=False,
        legendgroup=model,
        row=1,
        col=column,
    )
    panels.add_scatter(
        x=rows.k,
        y=100 * rows["value"],
        mode="lines+markers",
        line={"color": paint, "width": 2},
        marker={"symbol": symbol(model, look), "size": 7, "color": paint},
        name=name,
        legendgroup=model,
        showlegend=column == 1,
        customdata=[
            f"k = {row.k}: {shown(100 * row.value, 1)} {unit}"
            f"<br>interval {shown(100 * row.low, 1)} to {shown(100 * row.high, 1)} {unit}"
            for row in rows.itertuples()
        ],
        hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
        row=1,
        col=column,
    )


def _crossing(rows: pd.DataFrame, model: str, look: Look) -> str:
    """The words on whether the model's curve crosses the base's."""
    k = rows.crossing.iloc[0]
    name = label(model, look)
    if pd.isna(k):
        return f"{name} is not below its base at any k up to {rows.k.max():,} beyond its interval"
    return f"{name} is below its base from k = {int(k):,} on"
