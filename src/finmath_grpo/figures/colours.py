"""The colours of all figures. A model has the same colour in every figure.

The five known models have colours of the Okabe-Ito palette (Okabe and Ito, 2008, "Color Universal Design"), which
readers with any common colour blindness can tell apart. The Llamas are blue and green, the Gemmas orange and
vermilion, and a trained model is darker than its base. Any other model gets a colour of Paul Tol's "muted" scheme by
its place among the others, so a model added at the end of a config changes no other colour.

In dark mode a page of a figure changes the colours of `DARK`, those of paper, ink and lines. Fills stay as they are,
and so does the text on them, which is black or white.
"""

from collections.abc import Iterable
from itertools import cycle

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


def colours(models: Iterable[str]) -> dict[str, str]:
    """A colour for each model id, in the order of the config."""
    others = cycle(OTHERS)
    return {model: KNOWN.get(model) or next(others) for model in models}


def luminance(colour: str) -> float:
    """Relative luminance of "#RRGGBB" by WCAG 2.2, 0 to 1."""
    channels = (part / 255 for part in bytes.fromhex(colour[1:]))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(background: str) -> str:
    """Black or white, whichever has more contrast with `background` ("#RRGGBB"): at least 4.58."""
    light = luminance(background) + 0.05
    return "#FFFFFF" if 1.05 / light > light / 0.05 else "#000000"


def between(first: str, second: str, share: float) -> str:
    """The colour at `share` of the way from `first` to `second`, as Plotly's colour scales have it."""
    parts = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in parts)


def solved_fill(colour: str) -> str:
    """`colour`, darkened as far as a solved cell needs against an empty one."""
    most = (luminance(EMPTY) + 0.05) / SOLVED_CONTRAST - 0.05
    steps = (between(colour, "#000000", step / 100) for step in range(101))
    return next(shade for shade in steps if luminance(shade) <= most)


def faint(colour: str, opacity: float) -> str:
    """`colour` ("#RRGGBB") at an opacity of 0 to 1."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgba({red},{green},{blue},{opacity})"
