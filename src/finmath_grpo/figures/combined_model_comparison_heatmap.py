"""How many models of the panel solved each test question."""

import plotly.graph_objects as go

from finmath_grpo.figures.colours import EMPTY, SOLVED, between, ink_on
from finmath_grpo.figures.grids import axes, cells, names, solved_table
from finmath_grpo.figures.labels import label, shown_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import frame


def figure(tables: Tables, look: Look) -> go.Figure:
    """One grid. Number and shade of a cell: how many models were right at any temperature. Table: solved."""
    table = solved_table(tables, look)
    models = len(table.columns)
    solved = table.sum(axis=1)
    shades = [EMPTY, *(between(*SOLVED, (total - 1) / max(1, models - 1)) for total in range(1, models + 1))]
    hover = [
        "<br>".join([f"{name}: {total} of {models}", *(label(m, look) for m in table.columns if row[m])])
        for name, total, (_, row) in zip(names(table), solved, table.iterrows(), strict=True)
    ]
    x, y = axes(len(table))
    caption = (
        f"{shown_of(list(table.columns), look)}right by exact match at any temperature, where the first completion of "
        f"each counts; {(solved > 0).sum()} of {len(table)} questions by at least one{ceiling(tables)}"
    )
    # The mark of the legend is a square of this trace, which has no point.
    entries = {total: f"{total} of {models}: {(solved == total).sum()} questions" for total in range(models, -1, -1)}
    grid = go.Figure(layout=frame(look, caption, height=1.25, legend=list(entries.values()), below=40))
    grid.add_heatmap(
        z=cells(solved.tolist()),
        text=cells(hover),
        hovertemplate="%{text}<extra></extra>",
        hoverongaps=False,
        colorscale=[[step / models, shade] for step, shade in enumerate(shades)],
        zmin=0,
        zmax=models,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    for position, total in enumerate(solved):
        grid.add_annotation(
            x=position % 10,
            y=position // 10,
            text=str(total),
            showarrow=False,
            font={"size": look.font_size + 1, "color": ink_on(shades[total])},
        )
    for total, words in entries.items():
        marker = {"symbol": "square", "size": 16, "color": shades[total], "line": {"width": 0}}
        grid.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=words)
    grid.update_xaxes(x)
    grid.update_yaxes(y)
    return grid
