"""What other tools' scorers say of the same completions: right answers rejected, and the size of the contrast.

The table is shipped with a record (docs/scorers.md has the command): it is made with tools that the workflow does not
have.
"""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, MUTED, faint
from finmath_grpo.figures.labels import characters, label, lines_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, panel_titles
from finmath_grpo.numerals import rounded, signed

OURS = "#0B6E4F"
THEIRS = "#D98C1F"
NAMES = {"numeric": "ours, numeric", "exact": "the post's, exact"}
HIDDEN = ("no_punctuation",)


def figure(tables: Tables, look: Look) -> go.Figure:
    """One row per scorer, which reads the answer alone and knows the value. Table: scorer_audit."""
    table = tables["scorer_audit"]
    rows = table[(table["text"] == "answer") & ~table["scorer"].isin(HIDDEN)]
    # Our two scorers have one reading each; the others are shown in that which knows the value.
    rows = rows[rows["scorer"].isin(NAMES) | (rows["gold"] == "value")]
    if rows.empty or "difference" not in rows:
        raise UserError("scorer_audit.csv: no contrast on the test t1 in which a scorer reads the answer alone")
    names = [NAMES.get(scorer, scorer) for scorer in rows["scorer"]]
    paints = [OURS if scorer in NAMES else THEIRS for scorer in rows["scorer"]]
    first = rows.iloc[0]
    pair = [str(first["trained"]), str(first["base"])]
    title = " minus ".join(label(model, look) for model in pair)
    if lines_of([title])[1] > characters(look.width / 2, look.font_size):
        room = characters(0.45 * (look.width - 290), look.font_size)
        title = "<br>minus ".join(label(model, look, room) for model in pair)
    panels = make_subplots(
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.05,
        subplot_titles=("right answers rejected", title),
    )
    panel_titles(panels, look, rise=6)
    rejected = 100 * rows["rejected_share"]
    panels.add_bar(
        x=rejected,
        y=names,
        orientation="h",
        marker_color=paints,
        text=[f"{rounded(share)} %" for share in rejected],
        hovertemplate=[
            f"{name}<br>{rounded(share, 1)} % of right answers rejected<extra></extra>"
            for name, share in zip(names, rejected, strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        showlegend=False,
        col=1,
        row=1,
    )
    for name, paint, row in zip(names, paints, rows.to_dict("records"), strict=True):
        add_contrast(panels, name, paint, row)
    caption = (
        f"{int(first['right'] + first['wrong']):,} completions; right is what our numeric scorer says; "
        f"the tools get the answer alone and the value; lines: {look.level} interval "
        "(t, families of questions as units)"
    )
    layout = frame(look, caption, above=30 + round(1.3 * look.font_size * (lines_of([title])[0] - 1)), height=1.05)
    panels.update_layout(layout)
    panels.update_layout(margin={"l": 264}, bargap=0.45)
    panels.update_xaxes(title_text="% of right answers", range=[0, 100], showgrid=True, col=1)
    panels.update_xaxes(
        title_text="difference (percentage points)",
        range=[min(0, 110 * rows["low"].min()), 110 * rows["high"].max()],
        showgrid=True,
        col=2,
    )
    panels.add_vline(x=0, line={"color": MUTED, "width": 1}, col=2)
    panels.update_yaxes(autorange="reversed", showgrid=False)
    return panels


def add_contrast(panels: go.Figure, name: str, paint: str, row: dict[str, Any]) -> None:
    """Add the difference of one scorer with its interval."""
    low, middle, high = (100 * row[key] for key in ("low", "difference", "high"))
    line = {"color": faint(paint, 0.6), "width": 3}
    panels.add_scatter(
        x=[low, high], y=[name] * 2, mode="lines", line=line, showlegend=False, hoverinfo="skip", row=1, col=2
    )
    panels.add_scatter(
        x=[middle],
        y=[name],
        mode="markers+text",
        marker={"color": paint, "size": 10},
        text=[signed(middle)],
        hovertemplate=f"{name}<br>{signed(middle)} points [{signed(low)}, {signed(high)}]<extra></extra>",
        textposition="top center",
        textfont={"color": INK},
        showlegend=False,
        row=1,
        col=2,
    )
