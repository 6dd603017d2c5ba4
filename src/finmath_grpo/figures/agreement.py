"""Do the models solve the same questions? The agreement of each pair of models beyond chance."""

import math
from typing import Any

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import COUNT, EMPTY, MUTED, frame, in_order, ink_on, label

FEW = 8
"""Models up to which a cell also says what its number is; with more there is no room, and the page is slow to draw."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Cohen's kappa of each pair of models, on what each solved at any temperature. Tables: agreement, panel."""
    table = tables["agreement"]
    scorer = "numeric" if "numeric" in set(table.scorer) else "exact"
    table = table[table.scorer == scorer]
    if table.empty:
        raise UserError("agreement.csv: no row of scorer numeric or exact: nothing to draw")
    models = in_order([*table.model_a, *table.model_b], look)
    pairs = {(row.model_a, row.model_b): row for row in table.itertuples()}
    names = [label(model, look, 16) for model in models]
    panel = tables["panel"][tables["panel"].scorer == scorer].iloc[0]
    measure = "same number" if scorer == "numeric" else "exact match"
    caption = (
        f"Cohen's kappa over {table.n.max()} questions, right at any temperature ({measure}); "
        f"Fleiss' kappa of {panel.models} models: {kappa_of(panel.fleiss_kappa, panel.low, panel.high)}"
    )
    grid = go.Figure(layout=frame(look, caption, height=1.3, below=20))
    grid.add_heatmap(
        z=[[pairs[a, b].kappa if (a, b) in pairs else None for b in models] for a in models],
        x=names,
        y=names,
        zmin=0,
        zmax=1,
        colorscale=[[step / (len(COUNT) - 1), shade] for step, shade in enumerate(COUNT)],
        xgap=3,
        ygap=3,
        hoverongaps=False,
        showscale=False,
        customdata=[[hover(pairs, a, b, look) for b in models] for a in models],
        hovertemplate="%{customdata}<extra></extra>",
    )
    solved = {row.model_a: row.both + row.only_a for row in pairs.values()}
    size = look.font_size + 3 if len(models) <= FEW else max(7, look.font_size * FEW // len(models) + 2)
    cells = []
    for y, a in enumerate(models):
        for x, b in enumerate(models):
            if (a, b) in pairs:
                row = pairs[a, b]
                small = f"{100 * row.agreement:.0f} % alike"
                if math.isnan(row.kappa):
                    words, ink = "–", MUTED
                else:
                    shade = COUNT[min(len(COUNT) - 1, max(0, round(row.kappa * (len(COUNT) - 1))))]
                    words, ink = f"<b>{row.kappa:.2f}</b>".replace("-", "−"), ink_on(shade)
            else:
                small, words, ink = "solved", f"{solved[a]}", MUTED
            if len(models) <= FEW:
                words += f'<br><span style="font-size:{look.font_size - 2}px">{small}</span>'
            cells.append({"x": x, "y": y, "text": words, "showarrow": False, "font": {"size": size, "color": ink}})
    # At once: each call of add_annotation checks all former ones again.
    grid.update_layout(annotations=cells)
    grid.update_xaxes(side="top", showline=False, tickangle=0)
    grid.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=8)
    grid.update_layout(plot_bgcolor=EMPTY, margin={"t": 150})
    return grid


def hover(pairs: dict[tuple[str, str], Any], a: str, b: str, look: Look) -> str:
    """The hover text of a cell."""
    if (a, b) not in pairs:
        return ""
    row = pairs[a, b]
    return (
        f"both {row.both}, neither {row.neither}"
        f"<br>only {label(a, look)} {row.only_a}, only {label(b, look)} {row.only_b}"
        f"<br>kappa {kappa_of(row.kappa, row.low, row.high)}"
    )


def kappa_of(kappa: float, low: float, high: float) -> str:
    """A kappa with its interval. If all results are alike, there is no kappa."""
    return "none, as all results are alike" if math.isnan(kappa) else f"{kappa:.2f} [{low:.2f}, {high:.2f}]"
