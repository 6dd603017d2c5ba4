"""A question with the completions of two models side by side, one right and one wrong.

The texts are what the models wrote, tags included. A long text loses its middle. The table `statistics/examples.json`
says which question is shown, or why none is; `finmath_grpo.statistics.examples` states the rule of choice.
"""

from typing import Any

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.wording import OUTCOME_WORDS
from finmath_grpo.figures.colours import BAD, GOOD, INK, PANE, PANE_2
from finmath_grpo.figures.labels import colour, label
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.text import block, escape
from finmath_grpo.figures.theme import MONO, frame

ADVANCE = 0.605
"""Width of a monospaced character, in font sizes (DejaVu Sans Mono 0.602, Menlo 0.602, Consolas 0.55)."""
LEADING = 1.3
"""Height of a line of Plotly, in font sizes."""
QUESTION_LINES = 12
COMPLETION_LINES = 34
NAME_WIDTH = 34
"""Characters per line of a model's name."""
HEAD, EDGE, PADDING = 58, 26, 14
"""Pixels for a model's name above its box, at the edge of the figure, and inside the edge of a box."""


def side_by_side(tables: Tables, look: Look, example: str) -> go.Figure:
    """Draw the example whose `figure` in examples.json is `example`. Table: examples.json."""
    found = next((entry for entry in tables["examples"] if entry["figure"] == example), None)
    if found is None:
        raise UserError(f"examples.json: no entry for {example}")
    return two_completions(look, found) if "sides" in found else none_exists(look, found["reason"])


def two_completions(look: Look, entry: dict[str, Any]) -> go.Figure:
    """The question on top and one box per model under it. The texts decide how high the figure is."""
    width = look.width - 2 * EDGE
    half = (width - EDGE) / 2
    question = block(entry["question"], characters(width, look), QUESTION_LINES)
    texts = [block(side["text"], characters(half, look), COMPLETION_LINES) for side in entry["sides"]]
    boxes_top = box_height(question, look) + HEAD
    height = boxes_top + max(box_height(text, look) for text in texts)

    caption = (
        f"question {escape(str(entry['question_id']))}, temperature {entry['temperature']:g}; "
        f"recorded answer: <b>{escape(str(entry['gold']))}</b>"
    )
    figure = canvas(look, caption, height + EDGE)
    draw_box(figure, look, (EDGE, look.width - EDGE), (0, boxes_top - HEAD), question, PANE_2)
    for index, (side, text) in enumerate(zip(entry["sides"], texts, strict=True)):
        left = EDGE + index * (half + EDGE)
        right = left + half
        paint = GOOD if side["right"] else BAD
        draw_box(figure, look, (left, right), (boxes_top, height), text, PANE)
        bar = {"x0": left, "x1": right, "y0": boxes_top - 4, "y1": boxes_top}
        figure.add_shape(type="rect", **bar, fillcolor=colour(side["model"], look), line_width=0)
        heading = {"y": boxes_top - 12, "yanchor": "bottom", "showarrow": False, "borderpad": 0}
        name = label(side["model"], look, NAME_WIDTH)
        figure.add_annotation(x=left, xanchor="left", align="left", text=f"<b>{name}</b>", **heading)
        figure.add_annotation(
            x=right,
            xanchor="right",
            text=f"<b>{verdict(side)}</b>",
            font={"size": look.font_size + 2, "color": paint},
            **heading,
        )
    return figure


def verdict(side: dict[str, Any]) -> str:
    """The outcome of a completion in words. A value that is right though it has no tag is said to be so."""
    words = OUTCOME_WORDS[side["outcome"]]
    if side["outcome"] == "no_answer" and side.get("value_right"):
        words += ", its value is right"
    return f"{'✓' if side['right'] else '✗'} {words}"


def none_exists(look: Look, reason: str) -> go.Figure:
    """A short figure which says that there is no such example, and why."""
    lines = block(reason, characters(look.width - 2 * EDGE, look), QUESTION_LINES)
    bottom = box_height(lines, look)
    figure = canvas(look, "no such example in this experiment", bottom + EDGE)
    draw_box(figure, look, (EDGE, look.width - EDGE), (0, bottom), lines, PANE)
    return figure


def canvas(look: Look, caption: str, height: float) -> go.Figure:
    """An empty figure, whose coordinates are pixels from the top left corner of what is under the caption.

    `height` is how far down that goes, in pixels.
    """
    layout = frame(look, caption)
    top = layout.margin.t + 4
    layout.update(height=round(top + height), margin={"l": 0, "r": 0, "t": top, "b": 0})
    figure = go.Figure(layout=layout)
    figure.update_xaxes(visible=False, range=[0, look.width], fixedrange=True)
    figure.update_yaxes(visible=False, range=[round(height), 0], fixedrange=True)
    return figure


def draw_box(
    figure: go.Figure, look: Look, x: tuple[float, float], y: tuple[float, float], lines: list[str], fill: str
) -> None:
    """Draw a filled box from x[0] to x[1] and y[0] to y[1], with monospaced `lines` at its top left."""
    figure.add_shape(type="rect", x0=x[0], x1=x[1], y0=y[0], y1=y[1], fillcolor=fill, line_width=0, layer="below")
    figure.add_annotation(
        x=x[0] + PADDING,
        y=y[0] + PADDING,
        text="<br>".join(lines),
        font={"size": look.font_size, "color": INK, "family": MONO},
        align="left",
        xanchor="left",
        yanchor="top",
        showarrow=False,
        borderpad=0,
    )


def characters(width: float, look: Look) -> int:
    """How many monospaced characters fit into one line of a box of `width` pixels."""
    return int((width - 2 * PADDING) / (look.font_size * ADVANCE))


def box_height(lines: list[str], look: Look) -> float:
    """The height of a box with `lines`, in pixels."""
    return len(lines) * look.font_size * LEADING + 2 * PADDING
