"""More completions per question: does training add answers, or does it make the same answers reliable?

On the left a question counts if any of k completions is right. The k completions come from one temperature (pass@k,
unbiased) or one from each of k temperatures (the post's any-temperature score). On the right a question counts if the
majority of k completions is right. A trained model that is ahead at k = 1 and level at large k has become more
reliable and solves no more questions.
"""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import (
    colour,
    faint,
    frame,
    in_order,
    label,
    legend_over_titles,
    panel_titles,
    symbol,
)

LINES = {
    "pass": (1, "solid", "at one temperature (mean over temperatures)"),
    "any_temperature": (1, "dot", "one at each of k temperatures"),
    "majority": (2, "solid", "at one temperature (mean over temperatures)"),
    "pooled_majority": (2, "dot", "over all temperatures"),
}

TICKS = (1, 2, 3, 4, 5, 10, 20, 40, 80, 160, 320, 640)


def figure(tables: Tables, look: Look) -> go.Figure:
    """Two panels with one y axis, one line per model and measure, scorer numeric. Table: pass_and_majority."""
    table = tables["pass_and_majority"]
    table = table[(table.scorer == "numeric") & (table["at"] == "mean")]
    models = in_order(table.model, look)
    panels = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=["Any of k completions is right", "The majority of k completions is right"],
    )
    panel_titles(panels, look)
    for measure, (column, dash, where) in LINES.items():
        for model in models:
            rows = table[(table.model == model) & (table.measure == measure)].sort_values("k")
            paint = colour(model, look)
            if look.entry(model) != model:  # a further training run
                panels.add_scatter(
                    x=rows.k,
                    y=100 * rows["value"],
                    mode="lines",
                    line={"color": faint(paint, 0.55), "dash": dash, "width": 1},
                    legendgroup=look.entry(model),
                    showlegend=False,
                    hovertemplate=f"{label(model, look)}, {where}<br>k = %{{x}}: %{{y:.1f}} %<extra></extra>",
                    row=1,
                    col=column,
                )
                continue
            panels.add_scatter(
                x=rows.k,
                y=100 * rows["value"],
                mode="lines+markers",
                line={"color": paint, "dash": dash, "width": 2},
                marker={"symbol": symbol(model, look), "size": 9 if len(rows) < 12 else 6, "color": paint},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": 100 * (rows.high - rows["value"]),
                    "arrayminus": 100 * (rows["value"] - rows.low),
                    "color": faint(paint, 0.45),
                    "thickness": 1.3,
                    "width": 0,
                },
                name=label(model, look),
                legendgroup=model,
                showlegend=measure == "pass",
                hovertemplate=f"{where}<br>k = %{{x}}: %{{y:.1f}} %",
                row=1,
                col=column,
            )
    panels.update_layout(
        frame(
            look,
            f"same number; solid: k completions at one temperature{'' if look.runs else ' (mean over temperatures)'}; "
            f"dotted: spread over temperatures{'; thin: further training runs' if look.runs else ''}",
            height=1.15,
            legend=[label(model, look) for model in models if look.entry(model) == model],
            above=32,
        )
    )
    legend_over_titles(panels, 32)
    ticks = [k for k in TICKS if k <= table.k.max()]
    panels.update_xaxes(
        title_text="completions per question, k", type="log", tickvals=ticks, ticktext=[f"{k}" for k in ticks]
    )
    panels.update_yaxes(rangemode="tozero")
    panels.update_yaxes(title_text="questions right (%)", row=1, col=1)
    return panels
