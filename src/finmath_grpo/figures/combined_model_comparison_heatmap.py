"""How many models of the panel solved each test question."""

import plotly.graph_objects as go

from finmath_grpo.figures.grids import axes, cells, names, solved_table
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import COUNT, frame, ink_on, label


def figure(tables: Tables, look: Look) -> go.Figure:
    """One grid. Number and shade of a cell: how many models were right at any temperature. Table: solved."""
    table = solved_table(tables, look)
    models = len(table.columns)
    solved = table.sum(axis=1)
    shades = [COUNT[round(step * (len(COUNT) - 1) / models)] for step in range(models + 1)]
    hover = [
        "<br>".join([f"{name}: {total} of {models}", *(label(m, look) for m in table.columns if row[m])])
        for name, total, (_, row) in zip(names(table), solved, table.iterrows(), strict=True)
    ]
    x, y = axes(len(table))
    caption = (
        f"right at any temperature, exact string match; {(solved > 0).sum()} of {len(table)} questions by at least one"
        f"{ceiling(tables)}"
    )
    grid = go.Figure(layout=frame(look, caption, height=0.8 * look.width / look.height, below=40))
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
    for total in reversed(range(models + 1)):
        # This trace has no point. It puts one square into the legend.
        grid.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker={"symbol": "square", "size": 22, "color": shades[total], "line": {"width": 0}},
            name=f"<b>{total}</b> of {models} models: {(solved == total).sum()} questions",
        )
    grid.update_layout(legend={"orientation": "v", "x": 1.02, "y": 0.5, "yanchor": "middle"})
    grid.update_xaxes(x)
    grid.update_yaxes(y, scaleanchor="x")
    return grid
