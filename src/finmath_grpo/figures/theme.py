"""Colours, type and frame of all figures. A model has the same colour in every figure.

The five known models have colours of the Okabe-Ito palette (Okabe and Ito, 2008, "Color Universal Design"), which
readers with any common colour blindness can tell apart. The Llamas are blue and green, the Gemmas orange and
vermilion, and a trained model is darker than its base. Any other model gets a colour of Paul Tol's "muted" scheme by
its place among the others, so a model added at the end of a config changes no other colour.
"""

import html
import math
import textwrap
from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

from finmath_grpo.figures.settings import Look

KNOWN = {
    "llama-base": "#56B4E9",
    "llama-grpo": "#0072B2",
    "llama-grpo-fixed": "#009E73",
    "gemma-it": "#E69F00",
    "gemma-dpo": "#D55E00",
}
OTHERS = ("#882255", "#CC79A7", "#332288", "#999933", "#6B6B6B", "#AA4499", "#117733", "#44AA99")

INK = "#1F2933"
MUTED = "#5B6672"
GRID = "#E3E7EB"
EMPTY = "#E9ECEF"
"""The colour of empty cells: not solved, or no model."""
COUNT = ("#E9ECEF", "#C6DBEF", "#7FB4D8", "#3182BD", "#08306B")
"""From none to all, light to dark. The order is visible in grey too (after ColorBrewer's Blues)."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "triangle-down", "star", "cross")
SANS = "DejaVu Sans, Verdana, Arial, sans-serif"
MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def colours(models: Iterable[str]) -> dict[str, str]:
    """A colour for each model id, in the order of the config."""
    chosen = {}
    others = 0
    for model in models:
        if model in KNOWN:
            chosen[model] = KNOWN[model]
        else:
            chosen[model] = OTHERS[others % len(OTHERS)]
            others += 1
    return chosen


def colour(model: str, look: Look) -> str:
    """The colour of one model among those of the experiment."""
    entry = look.entry(model)
    return colours(_entries(look, entry))[entry]


def label(model: str, look: Look, width: int | None = None) -> str:
    """The model's display label as literal Plotly text, in lines of at most `width` characters if that is given."""
    name = look.models.get(model, model)
    return "<br>".join(map(escape, textwrap.wrap(name, width))) if width else escape(name)


def in_order(models: Iterable[str], look: Look) -> list[str]:
    """The distinct `models` in the order of the config. Models that the config does not name come last, by id."""
    place = {model: index for index, model in enumerate(look.models)}
    return sorted(set(models), key=lambda model: (place.get(model, len(place)), model))


def escape(text: str) -> str:
    """`text` as literal Plotly text. Plotly interprets `<b>`, `<a>` and entities in every string that it draws."""
    return html.escape(text, quote=False)


def ink_on(background: str) -> str:
    """Black or white, whichever has more contrast with `background` ("#RRGGBB") by WCAG relative luminance."""
    red, green, blue = (int(background[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


def faint(colour: str, opacity: float) -> str:
    """`colour` ("#RRGGBB") at an opacity of 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def frame(
    look: Look,
    caption: str,
    height: float = 1.0,
    legend: Sequence[str] = (),
    above: int = 0,
    below: int = 62,
) -> go.Layout:
    """The layout that every figure starts from.

    The title comes later, from `draw`. `caption` is the line under it, as Plotly text: how it was measured and on how
    much. `height` is in units of `look.height`, the height of one panel. The names in `legend` decide how much room
    the legend gets above the plot. `above` and `below` are pixels kept free for titles of panels and axes.
    """
    return go.Layout(
        template=template(look),
        width=look.width,
        height=round(look.height * height),
        margin={"l": 70, "r": 26, "t": 78 + legend_height(look, legend) + above, "b": below, "pad": 0},
        title={"subtitle": {"text": caption}},
    )


def template(look: Look) -> go.layout.Template:
    """What all figures have in common: type, colours of the frame, places of title and legend."""
    size = look.font_size
    font = {"family": SANS, "color": INK, "size": size}
    axis = {
        "ticks": "",
        "zeroline": False,
        "showgrid": False,
        "gridcolor": GRID,
        "linecolor": MUTED,
        "automargin": True,
    }
    axis["title"] = {"font": {"size": size}, "standoff": 10}
    layout = go.Layout(
        font=font,
        paper_bgcolor="white",
        plot_bgcolor="white",
        hovermode="closest",
        hoverlabel={"bgcolor": "white", "bordercolor": GRID, "font": font},
        xaxis={**axis, "showline": True},
        yaxis={**axis, "showgrid": True, "ticklabelstandoff": 4},
        legend={"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "itemsizing": "constant"},
        title={
            "x": 0,
            "y": 1,
            "xref": "container",
            "yref": "container",
            "xanchor": "left",
            "yanchor": "top",
            "pad": {"t": 16, "l": 26},
            "font": {"size": size + 7},
            "subtitle": {"font": {"size": size - 1, "color": MUTED}},
        },
    )
    return go.layout.Template(layout=layout)


def panel_titles(figure: go.Figure, look: Look, left: bool = False, rise: int = 4) -> None:
    """Style the titles that `make_subplots` gave the panels and lift them `rise` pixels. `left` is for one column."""
    for annotation in figure.layout.annotations:
        annotation.update(font={"size": look.font_size + left, "color": INK}, yshift=rise)
        if left:
            annotation.update(x=0, xanchor="left")


def legend_over_titles(figure: go.Figure, rise: int) -> None:
    """Lift the legend `rise` pixels above the plot, where no panel title is."""
    margin = figure.layout.margin
    figure.update_layout(legend={"y": 1 + rise / (figure.layout.height - margin.t - margin.b)})


def legend_height(look: Look, names: Sequence[str]) -> int:
    """Pixels that a horizontal legend needs. Plotly puts the names in one row or, if they don't fit, in columns."""
    if not names:
        return 0
    widths = [0.58 * look.font_size * len(name) + 44 for name in names]
    room = look.width - 96
    rows = 1 if sum(widths) <= room else math.ceil(len(names) / max(1, room // max(widths)))
    return round(rows * 1.45 * look.font_size) + 12


def symbol(model: str, look: Look) -> str:
    """The marker of a model, so that a reader can tell crossing lines apart in grey too."""
    entry = look.entry(model)
    return SYMBOLS[_entries(look, entry).index(entry) % len(SYMBOLS)]


def _entries(look: Look, entry: str) -> list[str]:
    """The models of the experiment that are no further runs, with `entry` among them."""
    names = [name for name in look.models if look.entry(name) == name]
    return names if entry in names else [*names, entry]
