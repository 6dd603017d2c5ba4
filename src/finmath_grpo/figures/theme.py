"""Colours, type and frame of all figures. A model has the same colour in every figure.

The five known models have colours of the Okabe-Ito palette (Okabe and Ito, 2008, "Color Universal Design"), which
readers with any common colour blindness can tell apart. The Llamas are blue and green, the Gemmas orange and
vermilion, and a trained model is darker than its base. Any other model gets a colour of Paul Tol's "muted" scheme by
its place among the others, so a model added at the end of a config changes no other colour.

In dark mode a page of a figure changes the colours of `DARK`, those of paper, ink and lines. Fills stay as they are,
and so does the text on them, which is black or white.
"""

import html
import math
import re
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

PAPER = "#FFFFFE"
"""White, but not the white of text on a fill, so that dark mode can tell them apart."""
INK = "#1F2933"
MUTED = "#5B6672"
GRID = "#E3E7EB"
GOOD, BAD = "#00695C", "#B3261E"
PANE, PANE_2 = "#F5F6F8", "#E8F1FA"
"""Behind text."""
DARK = {
    PAPER: "#1B2128",
    INK: "#E6EAEE",
    MUTED: "#A3AFBB",
    GRID: "#343D47",
    GOOD: "#7FDCAB",
    BAD: "#FFAAA3",
    PANE: "#252D36",
    PANE_2: "#1F3347",
}
"""The colours of dark mode by those of light mode."""
EMPTY = "#F1F3F5"
"""The fill of empty cells: not solved, or no model."""
SOLVED = ("#5093BC", "#08306B")
"""From one model to all, light to dark; `EMPTY` is none. The order is visible in grey too."""
SOLVED_CONTRAST = 3.0
"""Of a solved cell against an empty one (WCAG 2.2, 1.4.11)."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "triangle-down", "star", "cross")
TITLE = 74
"""Pixels for the title and the first line of the caption."""
LEFT_OUT = "; without the adapters that were not merged"
"""What the caption of an overview says of models that would be the merged ones again."""
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
    if not width:
        return escape(name)
    # A number at the end is read with the word before it: "seed 2".
    return "<br>".join(map(escape, textwrap.wrap(re.sub(r" (?=\d+$)", "\u00a0", name), width)))


def characters(pixels: float, size: int) -> int:
    """How many characters of text of `size` fit into `pixels` side by side. Names have many capitals and digits."""
    return int(pixels / (0.64 * size))


def in_rows(models: Sequence[str], look: Look, pixels: float, size: int, least: int = 16) -> list[str]:
    """The labels in lines as short as rows of `pixels` allow, but of `least` characters or more: they stay apart."""
    room = max(1, int(pixels / (1.3 * size)))
    longest = max((len(label(model, look)) for model in models), default=least)
    for width in range(least, max(least, longest) + 1):
        names = [label(model, look, width) for model in models]
        if all(name.count("<br>") < room for name in names):
            return names
    return [label(model, look) for model in models]


def lines_of(names: Sequence[str]) -> tuple[int, int]:
    """The most lines that one of the labels has, and the characters of the longest line."""
    lines = [name.split("<br>") for name in names]
    return max(map(len, lines)), max(len(html.unescape(line)) for parts in lines for line in parts)


def in_order(models: Iterable[str], look: Look) -> list[str]:
    """The distinct `models` in the order of the config. Models that the config does not name come last, by id."""
    place = {model: index for index, model in enumerate(look.models)}
    return sorted(set(models), key=lambda model: (place.get(model, len(place)), model))


def overview(models: Iterable[str], look: Look) -> tuple[list[str], str]:
    """The same without those that were not merged, unless there are no others; and what the caption says of that."""
    found = in_order(models, look)
    shown = [model for model in found if model not in look.unmerged]
    return (shown, LEFT_OUT) if 0 < len(shown) < len(found) else (found, "")


def escape(text: str) -> str:
    """`text` as literal Plotly text. Plotly interprets `<b>`, `<a>` and entities in every string that it draws."""
    return html.escape(text, quote=False)


def luminance(colour: str) -> float:
    """Relative luminance of "#RRGGBB" by WCAG 2.2, 0 to 1."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(background: str) -> str:
    """Black or white, whichever has more contrast with `background` ("#RRGGBB"): at least 4.58."""
    light = luminance(background) + 0.05
    return "#FFFFFF" if 1.05 / light > light / 0.05 else "#000000"


def between(first: str, second: str, share: float) -> str:
    """The colour at `share` of the way from `first` to `second`, as Plotly's colour scales have it."""
    parts = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in parts)


def solved_fill(colour: str) -> str:
    """`colour`, darkened as far as a solved cell needs against an empty one."""
    most = (luminance(EMPTY) + 0.05) / SOLVED_CONTRAST - 0.05
    steps = (between(colour, "#000000", step / 100) for step in range(101))
    return next(shade for shade in steps if luminance(shade) <= most)


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
    left: int = 70,
    right: int = 26,
) -> go.Layout:
    """The layout that every figure starts from.

    The title comes later, from `draw`. `caption` stands under it, as Plotly text in as many lines as it needs: how it
    was measured and on how much. `height` is in units of `look.height`, the height of one panel. The names in `legend`
    decide how much room the legend gets above the plot. `above`, `below`, `left` and `right` are pixels kept free for
    titles of panels and axes and for names and numbers beside the plot.
    """
    lines = textwrap.wrap(caption, int((look.width - 52) / (0.53 * (look.font_size - 1))), break_on_hyphens=False)
    more = round(1.3 * (look.font_size - 1) * (len(lines) - 1))
    rows, entry = legend_rows(look, legend, look.width - left - right)
    top = TITLE + 10 + more + (round(rows * 1.45 * look.font_size) + 12 if rows else 0) + above
    return go.Layout(
        template=template(look),
        width=look.width,
        height=round(look.height * height) + more,
        margin={"l": left, "r": right, "t": top, "b": below, "pad": 0},
        title={"subtitle": {"text": "<br>".join(lines)}},
        meta={"heading": TITLE + more},
        legend={"entrywidth": entry} if entry else {},
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
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        hovermode="closest",
        hoverlabel={"bgcolor": PAPER, "bordercolor": GRID, "font": font},
        xaxis={**axis, "showline": True},
        yaxis={**axis, "showgrid": True, "ticklabelstandoff": 4},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "itemsizing": "constant",
            "tracegroupgap": 0,
        },
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


def legend_rows(look: Look, names: Sequence[str], room: int) -> tuple[int, int | None]:
    """How many rows a horizontal legend of `room` pixels has, and the pixels that a name gets if there are several.

    All names stand in one row if they fit, and else in columns of one width, so that the rows are about equally full.
    """
    mark = 44
    if sum(0.61 * look.font_size * len(name) + mark for name in names) <= room:
        return min(1, len(names)), None
    widest = round(0.65 * look.font_size * max(map(len, names)))
    rows = math.ceil(len(names) / max(1, room // (widest + mark)))
    columns = math.ceil(len(names) / rows)
    # So wide that one more does not fit.
    return rows, max(widest, room // (columns + 1) - mark + 4)


def symbol(model: str, look: Look) -> str:
    """The marker of a model, so that a reader can tell crossing lines apart in grey too."""
    entry = look.entry(model)
    return SYMBOLS[_entries(look, entry).index(entry) % len(SYMBOLS)]


def whiskers(
    figure: go.Figure, x: Sequence[float], y: Sequence[float], low: Sequence[float], high: Sequence[float], axis: str
) -> None:
    """Draw intervals from `low` to `high` along `axis` ("x" or "y"): ink with an edge of paper, seen on any bar."""
    middle = y if axis == "y" else x
    ends = {
        "type": "data",
        "symmetric": False,
        "array": [top - value for top, value in zip(high, middle, strict=True)],
        "arrayminus": [value - bottom for value, bottom in zip(middle, low, strict=True)],
    }
    for paint, thickness, cap in ((PAPER, 3.6, 0), (INK, 1.6, 4)):
        bar = {f"error_{axis}": {**ends, "color": paint, "thickness": thickness, "width": cap}}
        figure.add_scatter(
            x=x, y=y, mode="markers", marker={"opacity": 0}, showlegend=False, hoverinfo="skip", cliponaxis=False, **bar
        )


def shown_of(models: Sequence[str], look: Look) -> str:
    """The words for a caption that a figure leaves models of the experiment out; none if it shows all."""
    return f"{len(models)} of the experiment's {len(look.models)} models; " if len(models) < len(look.models) else ""


def _entries(look: Look, entry: str) -> list[str]:
    """The models of the experiment that are no further runs, with `entry` among them."""
    names = [name for name in look.models if look.entry(name) == name]
    return names if entry in names else [*names, entry]
