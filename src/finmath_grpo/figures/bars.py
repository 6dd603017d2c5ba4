"""Bars of accuracy with their intervals: by temperature, and at any temperature.

All bar figures of an experiment have the same axis, so that a reader can compare a bar of one with a bar of another.
"""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import INK, colour, frame, ink_on, label

WHISKER = {"type": "data", "symmetric": False, "color": INK, "thickness": 1.2}
HOVER = (
    "%{customdata[0]}<br>%{customdata[1]} of %{customdata[2]} right: %{customdata[3]:.1f} %"
    "<br>interval %{customdata[4]:.1f} to %{customdata[5]:.1f} %"
)
LABEL_WIDTH = 0.2
"""Width of the longest label in a bar (`12.5  exact: 12.5`), as a share of the axis."""
INTERVALS = {
    "wilson, questions": "Wilson interval",
    "wilson, families": "Wilson interval over families",
}


def percent_range(tables: Tables, look: Look, models: Sequence[str] = ()) -> list[float]:
    """The axis of a bar figure: 0 to the highest interval of the panel and of `models`, in whole tens of percent."""
    shown = [*look.panel, *models]
    tops = [
        table.loc[table.model.isin(shown) & table.scorer.isin(["exact", "no_punctuation"]), "high"].max()
        for table in (tables["accuracy"], tables["any_temperature"])
    ]
    return [0, 10 * math.ceil(10 * max(tops))]


def rows_of(table: pd.DataFrame, scorer: str, models: Sequence[str]) -> pd.DataFrame:
    """The rows of `scorer` and `models`, with accuracy and interval in percent. Raises UserError if there is none."""
    rows = table[(table.scorer == scorer) & table.model.isin(models)]
    if rows.empty:
        raise UserError(f"no row of scorer {scorer} for any of {', '.join(models)}: nothing to draw")
    return rows.assign(value=100 * rows.correct / rows.n, low=100 * rows.low, high=100 * rows.high)


def by_temperature(tables: Tables, look: Look, models: Sequence[str] = ()) -> go.Figure:
    """Exact match of `models` (default: the panel): one group of bars per temperature, one bar per model.

    Whiskers are the intervals of the table. Tables: accuracy, any_temperature.
    """
    accuracy = rows_of(tables["accuracy"], "exact", models or look.panel)
    questions = int(tables["any_temperature"].n.max())
    samples = int(accuracy.n.max()) // questions
    models = [model for model in models or look.panel if model in set(accuracy.model)]
    temperatures = sorted(accuracy.temperature.unique())
    limits = percent_range(tables, look, models)
    width = 0.9 / len(models)

    measured = f"exact match, {questions} questions × {count(samples, 'sample')} per bar{ceiling(tables)}"
    caption = f"{measured}; whiskers: {look.level} {INTERVALS[accuracy.interval.iloc[0]]}"
    layout = frame(look, caption, legend=[label(model, look) for model in models])
    figure = go.Figure(layout=layout)
    # The label is at the foot of its bar, or above the whisker if the whisker reaches down to the foot.
    room = 22 * limits[1] / (layout.height - layout.margin.t - layout.margin.b)
    size = look.font_size - 2 * (len(models) > 3)
    for index, model in enumerate(models):
        rows = accuracy[accuracy.model == model].sort_values("temperature")
        rows = rows.assign(
            place=[temperatures.index(t) + (index - (len(models) - 1) / 2) * width for t in rows.temperature],
            text=rows.value.map("{:.0f}".format),
        )
        inside = rows.low > room
        figure.add_bar(
            x=rows.place,
            y=rows.value,
            width=width * 0.95,
            name=label(model, look),
            marker={"color": colour(model, look)},
            error_y={**WHISKER, "array": rows.high - rows.value, "arrayminus": rows.value - rows.low, "width": 0},
            text=rows.text.where(inside, ""),
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": ink_on(colour(model, look)), "size": size},
            customdata=[
                (f"temperature {r.temperature:g}", r.correct, r.n, r.value, r.low, r.high) for r in rows.itertuples()
            ],
            hovertemplate=HOVER,
        )
        above = rows[~inside]
        figure.add_scatter(
            x=above.place,
            y=above.high,
            mode="text",
            text=above.text,
            textposition="top center",
            textfont={"size": size},
            showlegend=False,
            hoverinfo="skip",
        )
    figure.update_xaxes(
        title_text="temperature",
        tickvals=list(range(len(temperatures))),
        ticktext=[f"{t:g}" for t in temperatures],
        range=[-0.5, len(temperatures) - 0.5],
    )
    figure.update_yaxes(title_text="questions right (%)", range=limits)
    figure.update_layout(showlegend=True)
    return figure


def at_any_temperature(tables: Tables, look: Look, scorer: str) -> go.Figure:
    """One bar per model of the panel: questions right at least once over the temperatures, by `scorer`.

    If `scorer` is not `exact`, hatching marks the part of a bar that exact match does not count.
    Tables: accuracy, any_temperature.
    """
    chosen = rows_of(tables["any_temperature"], scorer, look.panel).set_index("model")
    exact = rows_of(tables["any_temperature"], "exact", look.panel).set_index("model").value
    models = [model for model in look.panel if model in chosen.index]
    names = [label(model, look, 25) for model in models]
    chosen = chosen.loc[models]
    base = exact.loc[models]
    paint = [colour(model, look) for model in models]
    temperatures = tables["accuracy"].temperature.nunique()
    limits = percent_range(tables, look)

    measured = f"right at least once over {count(temperatures, 'temperature')}, {chosen.n.max()} questions"
    hatched = "" if scorer == "exact" else "; hatched: not exact"
    caption = f"{measured}{hatched}{ceiling(tables)}; whiskers: {look.level} Wilson interval"
    layout = frame(look, caption, height=0.85)
    figure = go.Figure(layout=layout.update(barmode="stack"))
    figure.add_bar(y=names, x=base, orientation="h", marker={"color": paint}, showlegend=False, hoverinfo="skip")
    figure.add_bar(
        y=names,
        x=chosen.value - base,
        orientation="h",
        width=0.72,
        marker={"color": paint, "pattern": {"shape": "/", "fgcolor": "white", "fgopacity": 0.75, "size": 9}},
        error_x={**WHISKER, "array": chosen.high - chosen.value, "arrayminus": chosen.value - chosen.low, "width": 5},
        showlegend=False,
        customdata=[
            (name, r.correct, r.n, r.value, r.low, r.high) for name, r in zip(names, chosen.itertuples(), strict=True)
        ],
        hovertemplate=HOVER + "<extra></extra>",
    )
    figure.update_traces(width=0.72)
    for name, model, background in zip(names, models, paint, strict=True):
        text = f"<b>{decimal(chosen.value[model])}</b>"
        if scorer != "exact":
            text += f'  <span style="font-size:{look.font_size}px">exact: {decimal(base[model])}</span>'
        # As in `by_temperature`: at the foot of the bar, or beyond the whisker if the whisker reaches down to there.
        inside = chosen.low[model] > LABEL_WIDTH * limits[1]
        figure.add_annotation(
            y=name,
            x=0 if inside else chosen.high[model],
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"size": look.font_size + 5, "color": ink_on(background) if inside else INK},
        )
    figure.update_xaxes(title_text="questions right (%)", range=limits, showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, showline=True, ticklabelstandoff=10)
    return figure


def decimal(value: float) -> str:
    """Write a percentage as on a bar: `28`, `28.5`."""
    return f"{value:.1f}".removesuffix(".0")


def count(number: int, noun: str) -> str:
    """`1 sample`, `4 samples`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
