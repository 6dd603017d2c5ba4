"""How much of the trained update is left in the merged model: bfloat16 rounds what is small against the weight.

Gain is <M - W, D> / <D, D> and cosine that of M - W and D, where W is the base weight, M the merged one and D the
update. Both are 1 where nothing was lost. Cosine falls first: rounding adds noise before it takes the update away.
The axis holds the points and 1, and need not begin at 0.
"""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import MUTED
from finmath_grpo.figures.labels import colour, in_order, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

MEASURES = {"gain": "Gain", "cosine": "Cosine"}
PROJECTIONS = {
    **{"q_proj": "circle", "k_proj": "circle-open", "v_proj": "square", "o_proj": "square-open"},
    **{"gate_proj": "triangle-up", "up_proj": "triangle-up-open", "down_proj": "diamond"},
}
"""Symbols; another projection is a cross."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Two panels over the layers, one point per adapted weight: colour by model, symbol by projection. Table: merge."""
    table = tables["merge"]
    if table.empty:
        raise UserError("merge.csv: no row: nothing to draw")
    models = in_order(table.model, look)
    panels = make_subplots(
        rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06, subplot_titles=list(MEASURES.values())
    )
    panel_titles(panels, look)
    # Beside each other within a layer, so that models and projections don't hide one another.
    projections = list(dict.fromkeys(table.projection))
    width = 0.8 / len(models)
    beside = {name: 0.7 * width * ((i + 0.5) / len(projections) - 0.5) for i, name in enumerate(projections)}
    for place, model in enumerate(models):
        rows = table[table.model == model]
        for column, (measure, name) in enumerate(MEASURES.items(), start=1):
            panels.add_scatter(
                x=rows.layer + width * (place - (len(models) - 1) / 2) + rows.projection.map(beside),
                y=rows[measure],
                mode="markers",
                marker={
                    "color": colour(model, look),
                    "symbol": [PROJECTIONS.get(projection, "x") for projection in rows.projection],
                    "size": 8,
                },
                customdata=[
                    f"layer {row.layer}, {row.projection}<br>{name}: {rounded(getattr(row, measure), 4)}"
                    f"<br>update: {rounded(100 * row.relative_update, 2)} % of the weights"
                    for row in rows.itertuples()
                ],
                name=label(model, look),
                legendgroup=model,
                showlegend=column == 1,
                hovertemplate=f"{label(model, look)}, %{{customdata}}<extra></extra>",
                row=1,
                col=column,
            )
    for projection in projections:
        symbol = PROJECTIONS.get(projection, "x")
        panels.add_scatter(
            x=[None], y=[None], mode="markers", name=projection, marker={"color": MUTED, "symbol": symbol, "size": 8}
        )
    caption = (
        f"{len(table) // len(models)} weights per model; dashed: nothing lost by rounding to bfloat16; "
        f"smallest gain {rounded(table.gain.min(), 3)}, smallest cosine {rounded(table.cosine.min(), 3)}"
    )
    legend = [*(label(model, look) for model in models), *projections]
    panels.update_layout(frame(look, caption, legend=legend, above=32))
    legend_over_titles(panels, 32)
    panels.add_hline(y=1, line={"color": MUTED, "width": 1.2, "dash": "dash"}, layer="below")
    first, last = int(table.layer.min()), int(table.layer.max())
    panels.update_xaxes(title_text="layer", dtick=max(1, (last + 1) // 8), range=[first - 0.5, last + 0.5])
    values = table[list(MEASURES)]
    bottom, top = min(1.0, float(values.min().min())), max(1.0, float(values.max().max()))
    room = max(0.06 * (top - bottom), 0.001)
    panels.update_yaxes(range=[bottom - room, top + room])
    panels.update_yaxes(title_text="share of the update", row=1, col=1)
    return panels
