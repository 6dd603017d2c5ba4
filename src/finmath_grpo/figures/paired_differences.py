"""Which model is better on the same questions: a forest plot of the contrasts."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, MUTED, PAPER, faint
from finmath_grpo.figures.labels import characters, colour, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import frame
from finmath_grpo.numerals import p_value, rounded, signed

AT = {"mean": "mean over temperatures", "any": "any temperature"}
INTERVALS = {
    "t, families": "t, families of questions as units",
    "t, questions": "t, questions as units",
    "newcombe, questions": "Newcombe's for unpaired shares",
    "t, widest of the margins": "the widest t that the post's numbers allow",
}
OVER_RUNS = " and runs"
"""At the end of an interval's name: it holds the spread over training runs."""
SCORERS = {"exact": "exact", "no_punctuation": "no punctuation", "numeric": "numeric"}
LINE = 25
"""Pixels per row."""
LEFT, RIGHT = 318, 322
"""Pixels for the names of the rows and for their numbers."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """One block per contrast, one row per measure: difference, interval and p. Table: contrasts."""
    rows = shown(tables["contrasts"])
    contrasts = rows.groupby(["trained", "base"], sort=False)
    caption = f"{rows.n.max()} questions, the same for both; {lines_of(rows, look)}; p: {corrected(rows)}"
    if "any" in set(rows["at"]):
        caption += "; any temperature: the first completion of each counts"
    caption += ceiling(tables)
    layout = frame(look, caption, below=66, left=LEFT, right=RIGHT)
    headings = {pair: heading(str(pair[0]), str(pair[1]), look) for pair, _ in contrasts}
    second = sum(map(len, headings.values())) - len(headings)
    height = LINE * (len(rows) + second + 1.7 * len(headings))
    layout.height = round(height) + layout.margin.t + layout.margin.b
    forest = go.Figure(layout=layout)
    forest.add_vline(x=0, line={"color": MUTED, "width": 1})
    place = 0.0
    for pair, block in contrasts:
        for rise, line in zip((1.4, 1), headings[pair], strict=False):
            place += rise
            forest.add_annotation(**text(look, place, line), x=0, xanchor="left", xshift=26 - LEFT)
        for row in block.itertuples():
            place += 1
            add_row(forest, look, row, place)
        place += 0.3
    ends = 100 * rows[["low", "high", "difference"]]
    room = 0.04 * float(ends.max().max() - ends.min().min())
    limits = [min(0.0, float(ends.min().min()) - room), max(0.0, float(ends.max().max()) + room)]
    forest.update_xaxes(title_text="difference (percentage points)", range=limits, showgrid=True)
    forest.update_yaxes(visible=False, range=[place + 0.6, 0.5])
    return forest


def heading(trained: str, base: str, look: Look) -> list[str]:
    """Whom a block compares, in one line or, where the labels are too long for one, in two."""
    upper, lower = (f"<b>{label(model, look)}</b>" for model in (trained, base))
    signs = len(look.models.get(trained, trained)) + len(look.models.get(base, base)) + len("  against  ")
    if signs <= characters(look.width - 52, look.font_size):
        return [f"{upper}  against  {lower}"]
    return [upper, f"against  {lower}"]


def shown(contrasts: pd.DataFrame) -> pd.DataFrame:
    """The rows to draw: mean and any temperature, by exact and numeric, or by all scorers that the post published."""
    scorers = ["exact", "numeric"] if "numeric" in set(contrasts.scorer) else list(SCORERS)
    rows = contrasts[contrasts["at"].isin(AT) & contrasts.scorer.isin(scorers)]
    if rows.empty:
        raise UserError("contrasts.csv: no row at mean or any: nothing to draw")
    pairs = {pair: place for place, pair in enumerate(dict.fromkeys(zip(rows.trained, rows.base, strict=True)))}
    places = {name: place for place, name in enumerate([*AT, *SCORERS])}
    keys = zip(rows.trained, rows.base, rows["at"], rows.scorer, strict=True)
    order = [(pairs[trained, base], places[at], places[scorer]) for trained, base, at, scorer in keys]
    return rows.iloc[sorted(range(len(rows)), key=order.__getitem__)]


def lines_of(rows: pd.DataFrame, look: Look) -> str:
    """What interval the lines are, for a caption: one for all rows, or one per kind of row."""
    by_kind = {
        AT[at]: INTERVALS[block.interval.iloc[0].removesuffix(OVER_RUNS)]
        for at, block in rows.groupby("at", sort=False)
    }
    kinds = set(by_kind.values())
    said = kinds.pop() if len(kinds) == 1 else "; ".join(f"{at}: {words}" for at, words in by_kind.items())
    if rows.interval.str.endswith(OVER_RUNS).any():
        said += "; over training runs too where a model has several"
    return f"lines: {look.level} interval ({said})"


def corrected(rows: pd.DataFrame) -> str:
    """Whether and over what p is corrected, for a caption."""
    secondary = rows[rows.role != "primary"]
    pairs = secondary.groupby(["scorer", "at"]).size()
    few, many = int(pairs.min()), int(pairs.max())
    number = f"{many}" if few == many else f"{few} or {many}"
    over = f"Holm-corrected over the {number} contrasts of one kind of row (one scorer, mean or any temperature)"
    return over + (", but not corrected for the primary contrast (bold)" if len(secondary) < len(rows) else "")


def add_row(forest: go.Figure, look: Look, row: Any, place: float) -> None:
    """Add one row: its name on the left, point and interval in the plot, its numbers on the right."""
    difference, low, high = 100 * row.difference, 100 * row.low, 100 * row.high
    bold = "<b>{}</b>" if row.role == "primary" else "{}"
    name = f"{AT[row.at]}, {SCORERS[row.scorer]}"
    interval = "" if pd.isna(low) else f"  [{signed(low)}, {signed(high)}]"
    p = p_value(row.p if pd.isna(row.p_holm) else row.p_holm)
    raw = "not corrected" if pd.isna(row.p_holm) else f"by Holm; before: {p_value(row.p)}"
    paint = colour(row.trained, look)
    if interval:
        line = {"color": faint(paint, 0.6), "width": 3}
        forest.add_scatter(x=[low, high], y=[place, place], mode="lines", line=line, showlegend=False, hoverinfo="skip")
    forest.add_scatter(
        x=[difference],
        y=[place],
        mode="markers",
        marker={
            "size": 12 if row.role == "primary" else 10,
            "symbol": "circle" if row.at == "mean" else "diamond",
            "color": paint,
            "line": {"color": PAPER, "width": 1.5},
        },
        showlegend=False,
        hovertemplate=f"{label(row.trained, look)} {rounded(100 * row.trained_accuracy, 1)} %<br>"
        f"{label(row.base, look)} {rounded(100 * row.base_accuracy, 1)} %<br>"
        f"{name}: {signed(difference)}{interval}<br>{row.procedure}, {p} ({raw})<extra></extra>",
    )
    forest.add_annotation(**text(look, place, bold.format(name)), x=0, xanchor="right", xshift=-14)
    forest.add_annotation(
        **text(look, place, bold.format(signed(difference) + interval)), x=1, xanchor="left", xshift=10
    )
    forest.add_annotation(**text(look, place, bold.format(p)), x=1, xanchor="right", xshift=RIGHT - 20)


def text(look: Look, place: float, words: str) -> dict[str, Any]:
    """The properties of an annotation beside the plot, in the row at `place`."""
    font = {"size": look.font_size - 1, "color": INK}
    return {"text": words, "font": font, "xref": "paper", "y": place, "yanchor": "middle", "showarrow": False}
