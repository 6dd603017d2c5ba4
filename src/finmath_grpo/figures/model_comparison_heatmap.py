"""Which test questions each model of the panel solved."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.colours import EMPTY, solved_fill
from finmath_grpo.figures.grids import axes, cells, names, solved_table
from finmath_grpo.figures.labels import characters, colour, label, lines_of, shown_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import frame, panel_titles


def figure(tables: Tables, look: Look) -> go.Figure:
    """One grid per model. A coloured cell is a question that was right at any temperature. Table: solved."""
    table = solved_table(tables, look)
    x, y = axes(len(table))
    room = characters(0.45 * (look.width - 96), look.font_size)
    heads = []
    for model in table.columns:
        words = f": {table[model].sum()} of {len(table)} solved"
        fits = 0.6 * look.font_size * (len(look.models.get(model, model)) + len(words)) <= 0.49 * look.width
        heads.append(f"<b>{label(model, look, room)}</b>{words if fits else words.replace(': ', '<br>')}")
    more = lines_of(heads)[0] - 1
    rows = -(-len(heads) // 2)
    panels = make_subplots(
        rows=rows,
        cols=2,
        horizontal_spacing=0.1,
        vertical_spacing=min(0.1 + 0.03 * more, 0.5 / rows),
        subplot_titles=heads,
    )
    for index, model in enumerate(table.columns):
        panels.add_heatmap(
            z=cells(table[model].tolist()),
            text=cells(
                [
                    f"{name}: {'solved' if s else 'not solved'}"
                    for name, s in zip(names(table), table[model], strict=True)
                ]
            ),
            hovertemplate="%{text}<extra></extra>",
            hoverongaps=False,
            colorscale=[[0, EMPTY], [1, solved_fill(colour(model, look))]],
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=3,
            ygap=3,
            row=index // 2 + 1,
            col=index % 2 + 1,
        )
    panel_titles(panels, look, rise=8)
    panels.update_xaxes(x)
    panels.update_yaxes(y)
    panels.update_layout(
        frame(
            look,
            f"{shown_of(list(table.columns), look)}each cell one of {len(table)} questions, in the same place in every "
            "grid; coloured: right by exact match at any temperature, where the first completion of each counts"
            f"{ceiling(tables)}",
            height=1.0 * (look.width - 60) / look.height if len(table.columns) > 2 else 1.1,
            above=36 + round(1.3 * look.font_size * more),
            below=40,
        )
    )
    return panels
