"""How much of each difference between two models is mathematics, and how much is form."""

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, MUTED
from finmath_grpo.figures.labels import LEFT_OUT, label
from finmath_grpo.figures.run_dots import add_run_dots
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, whiskers
from finmath_grpo.numerals import signed

CAUSES = {
    "format": ("format: the answer tag", "#B3B8BE"),
    "separators": ("separators", "#F0B65A"),
    "mathematics": ("mathematics", "#1B7F79"),
}
TOTAL = "as scored"
ROW = 34
"""Pixels per bar; a contrast has four."""
LEFT, RIGHT = 290, 190
"""Pixels for the names of the contrasts and for the numbers."""
NAME = 26
"""Characters of a line of a name: so many fit in bold."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One block per contrast: a bar per cause and a diamond for their sum, each with its interval.

    Tables: decomposition, runs.
    """
    table = tables["decomposition"]
    if table.empty:
        raise UserError("decomposition.csv: no contrast: nothing to draw")
    merged = table[~table[["model", "against"]].isin(look.unmerged).any(axis=1)]
    left_out = LEFT_OUT if 0 < len(merged) < len(table) else ""
    table = merged if left_out else table
    pairs = list(dict.fromkeys(zip(table.model, table.against, strict=True)))
    rows = table.set_index(["model", "against", "part"])
    caption = (
        f"difference in accuracy, mean over temperatures, T1; lines: {look.level} interval (t, families of questions "
        "as units), not corrected for the number of contrasts"
    )
    if look.runs:
        caption += "; over training runs too where a model has several, whose single runs are dots"
    layout = frame(
        look,
        caption + left_out,
        legend=[TOTAL, *(name for name, _ in CAUSES.values())],
        above=34,
        left=LEFT,
        right=RIGHT,
    )
    steps = len(CAUSES) + 1
    layout.height = round(ROW * (steps + 0.9) * len(pairs)) + layout.margin.t + layout.margin.b
    bars = go.Figure(layout=layout)
    bars.add_vline(x=0, line={"color": MUTED, "width": 1})
    places = {
        (pair, part): block * (steps + 0.9) + step
        for block, pair in enumerate(pairs)
        for step, part in enumerate(("total", *CAUSES))
    }
    for part, (name, paint) in {"total": (TOTAL, INK), **CAUSES}.items():
        values = [rows.loc[(*pair, part)] for pair in pairs]
        x = [100 * row["value"] for row in values]
        y = [places[pair, part] for pair in pairs]
        low, high = ([100 * row[end] for row in values] for end in ("low", "high"))
        numbers = [f"{signed(v)}  [{signed(a)}, {signed(b)}]" for v, a, b in zip(x, low, high, strict=True)]
        hover = [
            f"{label(a, look)} against {label(b, look)}<br>{name}: {text}"
            for (a, b), text in zip(pairs, numbers, strict=True)
        ]
        shared = {"x": x, "y": y, "name": name, "customdata": hover, "hovertemplate": "%{customdata}<extra></extra>"}
        if part == "total":
            marker = {"symbol": "diamond", "size": 12, "color": paint}
            whiskers(bars, x, y, low, high, "x")
            bars.add_scatter(**shared, mode="markers", marker=marker)
        else:
            bars.add_bar(**shared, orientation="h", width=0.78, marker={"color": paint})
            whiskers(bars, x, y, low, high, "x")
        for place, text in zip(y, numbers, strict=True):
            weight = f"<b>{text}</b>" if part in ("total", "mathematics") else text
            bars.add_annotation(
                x=1, xref="paper", xanchor="left", xshift=8, y=place, text=weight, showarrow=False,
                font={"size": look.font_size - 2, "color": INK},
            )  # fmt: skip
    metric = {"total": "numeric"}
    dots = {(*pair, metric.get(part, part), "mean"): place for (pair, part), place in places.items()}
    add_run_dots(bars, look, tables["runs"], dots)
    for pair in pairs:
        trained, base = pair
        bars.add_annotation(
            x=0, xref="paper", xanchor="right", xshift=-12, y=places[pair, "total"] + (steps - 1) / 2, align="right",
            text=f"<b>{label(trained, look, NAME)}</b><br>against {label(base, look, NAME)}", showarrow=False,
            font={"size": look.font_size - 1, "color": INK},
        )  # fmt: skip
    ends = 100 * table[["low", "high"]]
    room = 0.04 * float(ends.max().max() - ends.min().min())
    limits = [min(0.0, float(ends.min().min()) - room), max(0.0, float(ends.max().max()) + room)]
    bars.update_layout(barmode="overlay", showlegend=True, legend={"traceorder": "normal"})
    bars.update_xaxes(title_text="difference (percentage points)", range=limits, showgrid=True)
    bars.update_yaxes(visible=False, range=[max(places.values()) + 0.7, -0.8])
    return bars
