"""What became of each model's answers: right, right value in the wrong form, wrong value, or no answer."""

import plotly.graph_objects as go

from finmath_grpo.evaluation.wording import OUTCOME_WORDS
from finmath_grpo.figures.colours import MUTED, ink_on
from finmath_grpo.figures.labels import label, overview
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame
from finmath_grpo.numerals import count, rounded

FILLS = {
    "right": ("#096062", ""),
    "separators": ("#5D98A5", "/"),
    "rounding": ("#B4CCAC", "."),
    "unit": ("#F5FB57", "/"),
    "wrong": ("#CD8211", ""),
    "unreadable": ("#872F07", "."),
    "no_answer": ("#CCEDFF", ""),
    "cut_off": ("#0F052B", ""),
}
"""Colour and hatching. Any two colours are at least 15 apart by CIEDE2000 for most eyes, and for those that see no red
or no green (Machado 2009). Only five greys can be so far apart: where two are not, their hatching differs."""
NARROW = 3.5
"""Percent of a bar. A narrower part has no number in it."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One bar per model, all temperatures together. Only outcomes that occur are in the legend. Table: outcomes."""
    table = tables["outcomes"]
    models, left_out = overview(table.model, look)
    counts = table.groupby(["model", "outcome"])["count"].sum().unstack(fill_value=0).loc[models]
    totals = counts.sum(axis=1)
    names = [label(model, look, 25) for model in models]
    found = [outcome for outcome in FILLS if counts.get(outcome, 0 * totals).any()]
    caption = (
        f"{totals.max()} completions per model, {count(table.temperature.nunique(), 'temperature')} together; "
        f"no number in parts below {NARROW} %{left_out}"
    )
    height = 0.45 + 0.115 * len(models)
    legend = [OUTCOME_WORDS[outcome] for outcome in found]
    left = 30 + round(0.62 * look.font_size * max(len(line) for name in names for line in name.split("<br>")))
    bars = go.Figure(layout=frame(look, caption, height=height, legend=legend, left=left))
    for outcome in found:
        paint, hatch = FILLS[outcome]
        ink = ink_on(paint)
        # Lines of the hatching are as light or dark as the text is not, so that they take nothing from it.
        line = "#000000" if ink == "#FFFFFF" else "#FFFFFF"
        hatching = {"fillmode": "overlay", "size": 7, "solidity": 0.3, "fgopacity": 0.6}
        hatching |= {"shape": hatch, "fgcolor": line}
        words = OUTCOME_WORDS[outcome]
        shares = 100 * counts[outcome] / totals
        bars.add_bar(
            y=names,
            x=shares,
            orientation="h",
            width=0.74,
            name=words,
            marker={
                "color": paint,
                "line": {"color": MUTED, "width": 1},
                "pattern": hatching,
            },
            text=[rounded(share) if share >= NARROW else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": ink, "size": look.font_size},
            customdata=[
                f"{name}<br>{words}: {rounded(share, 1)} % ({number} of {total})"
                for name, share, number, total in zip(names, shares, counts[outcome], totals, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    bars.update_layout(barmode="stack", legend={"traceorder": "normal"}, showlegend=True)
    bars.update_xaxes(title_text="completions (%)", range=[0, 100], showgrid=True)
    bars.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=10)
    return bars
