"""Bars of accuracy with their intervals: by temperature, and at any temperature.

A value stands in a row of its own under the bars, or in a column beside them: no interval covers it, and a bar of 0 has
one too.
"""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.colours import INK, MUTED, PAPER
from finmath_grpo.figures.labels import colour, label, shown_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, ceiling
from finmath_grpo.figures.theme import frame, whiskers
from finmath_grpo.numerals import count, decimal, rounded, temperatures

INTERVALS = {
    "wilson, questions": "Wilson interval over questions",
    "wilson, families": "Wilson interval over families of questions",
}
VALUES = 24
"""Pixels of the row of values."""
BESIDE = 170
"""Pixels of the column of values."""


def rows_of(table: pd.DataFrame, scorer: str, models: Sequence[str]) -> pd.DataFrame:
    """The rows of `scorer` and `models`, with accuracy and interval in percent. Raises UserError if there is none."""
    rows = table[(table.scorer == scorer) & table.model.isin(models)]
    if rows.empty:
        raise UserError(f"no row of scorer {scorer} for any of {', '.join(models)}: nothing to draw")
    return rows.assign(value=100 * rows.correct / rows.n, low=100 * rows.low, high=100 * rows.high)


def hover(rows: pd.DataFrame, head: str) -> list[str]:
    """The hover text of each of `rows_of`, under the line `head`."""
    return [
        f"{head}<br>{row.correct} of {row.n} right: {rounded(row.value, 1)} %"
        f"<br>interval {rounded(row.low, 1)} to {rounded(row.high, 1)} %"
        for row in rows.itertuples()
    ]


def top(table: pd.DataFrame, models: Sequence[str], scorers: Sequence[str]) -> float:
    """The highest interval of the table, in percent, and a little more."""
    rows = table[table.model.isin(models) & table.scorer.isin(scorers)]
    return min(100.0, 103 * float(rows.high.max()))


def by_temperature(tables: Tables, look: Look, models: Sequence[str] = ()) -> go.Figure:
    """Exact match of `models` (default: the panel): one group of bars per temperature, one bar per model.

    Whiskers are the intervals of the table. All these figures of an experiment have one axis, so that a reader can
    compare a bar of one with a bar of another. Tables: accuracy, any_temperature.
    """
    accuracy = rows_of(tables["accuracy"], "exact", models or look.panel)
    questions = int(tables["any_temperature"].n.max())
    samples = int(accuracy.n.max()) // questions
    named = bool(models)
    models = [model for model in models or look.panel if model in set(accuracy.model)]
    shown = "" if named else shown_of(models, look)
    asked = sorted(accuracy.temperature.unique())
    names = [label(model, look) for model in models]
    width = 0.9 / len(models)

    caption = (
        f"{shown}exact match, {questions} questions × {count(samples, 'sample')} per bar"
        f"{ceiling(tables)}; whiskers: {look.level} {INTERVALS[accuracy.interval.iloc[0]]}"
    )
    layout = frame(look, caption, legend=names)
    figure = go.Figure(layout=layout)
    for index, (model, name) in enumerate(zip(models, names, strict=True)):
        rows = accuracy[accuracy.model == model].sort_values("temperature")
        places = [asked.index(t) + (index - (len(models) - 1) / 2) * width for t in rows.temperature]
        ticks = dict(zip(asked, temperatures(asked), strict=True))
        texts = [hover(rows[rows.temperature == t], f"temperature {ticks[t]}")[0] for t in rows.temperature]
        figure.add_bar(
            x=places,
            y=rows.value,
            width=width * 0.95,
            name=name,
            marker={"color": colour(model, look)},
            customdata=texts,
            hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
        )
        whiskers(figure, places, rows.value, rows.low, rows.high, "y")
        values(figure, look, places, rows.value, small=len(models) > 3)
    floor_of(figure, top(tables["accuracy"], [*look.panel, *models], ["exact"]))
    figure.update_xaxes(
        title_text="temperature",
        tickvals=list(range(len(asked))),
        ticktext=temperatures(asked),
        range=[-0.5, len(asked) - 0.5],
    )
    return figure


def values(figure: go.Figure, look: Look, x: Sequence[float], shown: Sequence[float], small: bool) -> None:
    """Write values, in percent, under the bars at `x`."""
    for place, value in zip(x, shown, strict=True):
        figure.add_annotation(
            x=place, y=0, text=rounded(value), showarrow=False, yanchor="top", yshift=1,
            font={"size": look.font_size - 2 * small, "color": INK},
        )  # fmt: skip


def floor_of(figure: go.Figure, highest: float) -> None:
    """The y axis of bars with a row of values under them: to `highest` percent, with its line at 0."""
    layout = figure.layout
    row = VALUES * highest / (layout.height - layout.margin.t - layout.margin.b - VALUES)
    figure.update_xaxes(showline=False)
    figure.update_yaxes(title_text="questions right (%)", range=[-row, highest], zeroline=True, zerolinecolor=MUTED)
    figure.update_layout(showlegend=True)


def at_any_temperature(tables: Tables, look: Look, scorer: str) -> go.Figure:
    """One bar per model of the panel: questions right at any of the temperatures, by `scorer`.

    If `scorer` is not `exact`, hatching marks the part of a bar that exact match does not count. Both figures of an
    experiment have one axis. Tables: accuracy, any_temperature.
    """
    chosen = rows_of(tables["any_temperature"], scorer, look.panel).set_index("model")
    exact = rows_of(tables["any_temperature"], "exact", look.panel).set_index("model")
    models = [model for model in look.panel if model in chosen.index]
    chosen, exact = chosen.loc[models], exact.loc[models]
    asked = tables["accuracy"].temperature.nunique()
    extra = chosen.value - exact.value

    caption = (
        f"{shown_of(models, look)}right at any of {count(asked, 'temperature')}, where the first completion of each "
        f"counts, of {chosen.n.max()} questions{'; hatched: not exact' if extra.any() else ''}{ceiling(tables)}"
        f"; whiskers: {look.level} {INTERVALS[chosen.interval.iloc[0]]}"
    )
    layout = frame(look, caption, height=0.85, right=BESIDE if scorer != "exact" else BESIDE // 2)
    figure = go.Figure(layout=layout.update(barmode="stack", showlegend=False))
    paint = [colour(model, look) for model in models]
    places = list(range(len(models)))
    shared = {"y": places, "orientation": "h", "width": 0.72, "hovertemplate": "%{customdata}<extra></extra>"}
    parts = [(exact, exact.value, "exact match", {}), (chosen, extra, "punctuation removed", {"shape": "/"})]
    for rows, lengths, words, pattern in parts if scorer != "exact" else parts[:1]:
        heads = [f"{label(model, look)}, {words}" for model in models]
        texts = [hover(rows.loc[[model]], head)[0] for model, head in zip(models, heads, strict=True)]
        hatch = {**pattern, "fgcolor": PAPER, "fgopacity": 0.75, "size": 9} if pattern else None
        figure.add_bar(x=lengths, customdata=texts, marker={"color": paint, "pattern": hatch}, **shared)
    whiskers(figure, chosen.value, places, chosen.low, chosen.high, "x")
    for place, model in zip(places, models, strict=True):
        text = f"<b>{decimal(chosen.value[model])}</b>"
        if scorer != "exact":
            text += f'  <span style="font-size:{look.font_size}px">exact: {decimal(exact.value[model])}</span>'
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=place, text=text, showarrow=False,
            font={"size": look.font_size + 5, "color": INK},
        )  # fmt: skip
    limits = [0, top(tables["any_temperature"], look.panel, ["exact", "no_punctuation"])]
    figure.update_xaxes(title_text="questions right (%)", range=limits, showgrid=True)
    figure.update_yaxes(
        tickvals=places,
        ticktext=[label(model, look, 25) for model in models],
        range=[len(models) - 0.5, -0.5],
        showgrid=False,
        showline=True,
        ticklabelstandoff=10,
    )
    return figure
