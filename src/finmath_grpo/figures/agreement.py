"""Do the models solve the same questions? The agreement of each pair of models beyond chance."""

import math
from typing import Any

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, between, ink_on
from finmath_grpo.figures.labels import characters, in_order, in_rows, label, lines_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame
from finmath_grpo.numerals import rounded

SCALE = ("#F1F3F5", "#C6DBEF", "#7FB4D8", "#3182BD", "#08306B")
"""From a kappa of 0 to 1, light to dark. The order is visible in grey too (after ColorBrewer's Blues)."""

FEW = 8
"""Models up to which a cell also says what its number is; with more there is no room, and the page is slow to draw."""

LEAST, MOST_LINES = 9, 5
"""Characters that a line over a column must hold, and lines that may stand there; else the names are turned."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Cohen's kappa of each pair of models, on what each solved at any temperature. Tables: agreement, panel."""
    table = tables["agreement"]
    scorer = "numeric" if "numeric" in set(table.scorer) else "exact"
    table = table[table.scorer == scorer]
    if table.empty:
        raise UserError("agreement.csv: no row of scorer numeric or exact: nothing to draw")
    models = in_order([*table.model_a, *table.model_b], look)
    pairs = {(row.model_a, row.model_b): row for row in table.itertuples()}
    panel = tables["panel"][tables["panel"].scorer == scorer].iloc[0]
    measure = "same number" if scorer == "numeric" else "exact match"
    interval = "" if math.isnan(panel.fleiss_kappa) else f" ({look.level} interval)"
    caption = (
        f"Cohen's kappa over {table.n.max()} questions, right at any temperature, where the first completion of each "
        f"counts ({measure}); Fleiss' kappa of {panel.models} models: "
        f"{kappa_of(panel.fleiss_kappa, panel.low, panel.high)}{interval}"
    )
    grid = go.Figure(layout=frame(look, caption, height=1.3, below=20))
    rows, columns, above = axis_names(models, look, grid.layout.height - grid.layout.margin.t - 82)
    grid.add_heatmap(
        z=[[pairs[a, b].kappa if (a, b) in pairs else None for b in models] for a in models],
        zmin=0,
        zmax=1,
        colorscale=[[step / (len(SCALE) - 1), shade] for step, shade in enumerate(SCALE)],
        xgap=3,
        ygap=3,
        hoverongaps=False,
        # The empty line keeps the title off the uppermost number.
        colorbar={
            "title": {"text": "kappa<br>\u200b"},
            "thickness": 14,
            "outlinewidth": 0,
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
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
                small = f"{rounded(100 * row.agreement)} % alike"
                if math.isnan(row.kappa):
                    words, ink = "–", INK
                else:
                    words, ink = f"<b>{rounded(row.kappa, 2)}</b>", ink_on(shade_of(row.kappa))
            else:
                small, words, ink = "solved", f"{solved[a]}", INK
            if len(models) <= FEW:
                words += f'<br><span style="font-size:{look.font_size}px">{small}</span>'
            cells.append({"x": x, "y": y, "text": words, "showarrow": False, "font": {"size": size, "color": ink}})
    # Numbered and not named by the cells, so that the axes are whole where no pair has a kappa.
    ticks = {"tickvals": list(range(len(models))), "tickfont": {"size": name_size(models, look)}}
    ends = [-0.5, len(models) - 0.5]
    grid.update_xaxes(side="top", showline=False, range=ends, **columns, **ticks)
    grid.update_yaxes(range=ends[::-1], showgrid=False, ticklabelstandoff=8, ticktext=rows, **ticks)
    # At once: each call of add_annotation checks all former ones again.
    margin = {"t": grid.layout.margin.t + above}
    grid.update_layout(annotations=cells, margin=margin, height=grid.layout.height + max(0, above - 62))
    return grid


def name_size(models: list[str], look: Look) -> int:
    """The size of the models' names."""
    return look.font_size if len(models) <= FEW else max(9, look.font_size - 3)


def axis_names(models: list[str], look: Look, height: int) -> tuple[list[str], dict[str, Any], int]:
    """The names of the rows, what the axis of the columns needs, and the pixels to keep for it above the grid.

    A name over a column stands upright if it fits between its neighbours, and else it is turned. `height` is that of
    the grid.
    """
    size = name_size(models, look)
    rows = in_rows(models, look, height / len(models), size)
    beside = 0.64 * size * lines_of(rows)[1] + 20
    bar = 50 + 3.5 * look.font_size
    cell = (look.width - beside - bar) / len(models)
    width = min(16, characters(cell - 6, size))
    if width >= LEAST:
        upright = [label(model, look, width) for model in models]
        if lines_of(upright)[0] <= MOST_LINES:
            return rows, {"ticktext": upright, "tickangle": 0}, round(1.3 * size * lines_of(upright)[0]) + 8
    turned = in_rows(models, look, cell, size)
    return rows, {"ticktext": turned, "tickangle": -90}, round(0.64 * size * lines_of(turned)[1]) + 14


def hover(pairs: dict[tuple[str, str], Any], a: str, b: str, look: Look) -> str:
    """The hover text of a cell."""
    if (a, b) not in pairs:
        return ""
    row = pairs[a, b]
    return (
        f"{label(a, look)}, {label(b, look)}<br>both {row.both}, neither {row.neither}"
        f"<br>only {label(a, look)} {row.only_a}, only {label(b, look)} {row.only_b}"
        f"<br>kappa {kappa_of(row.kappa, row.low, row.high)}"
    )


def kappa_of(kappa: float, low: float, high: float) -> str:
    """A kappa with its interval. If all results are alike, there is no kappa."""
    return (
        "none, as all results are alike"
        if math.isnan(kappa)
        else f"{rounded(kappa, 2)} [{rounded(low, 2)}, {rounded(high, 2)}]"
    )


def shade_of(kappa: float) -> str:
    """The fill of a cell, as Plotly's colour scale has it."""
    place = min(1.0, max(0.0, kappa)) * (len(SCALE) - 1)
    step = min(int(place), len(SCALE) - 2)
    return between(SCALE[step], SCALE[step + 1], place - step)
