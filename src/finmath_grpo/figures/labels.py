"""How figures show the models of an experiment: label, colour, symbol and order."""

import html
import re
import textwrap
from collections.abc import Iterable, Sequence

from finmath_grpo.figures.colours import colours
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.text import escape

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "triangle-down", "star", "cross")
LEAST = 16
"""Characters of a line of a label."""
LEFT_OUT = "; without the adapters that were not merged"
"""What the caption of an overview says of models that would be the merged ones again."""


def label(model: str, look: Look, width: int | None = None) -> str:
    """The model's display label as literal Plotly text, in lines of at most `width` characters if that is given."""
    name = look.models.get(model, model)
    if not width:
        return escape(name)
    # A number at the end is read with the word before it: "seed 2".
    return "<br>".join(map(escape, textwrap.wrap(re.sub(r" (?=\d+$)", "\u00a0", name), width)))


def colour(model: str, look: Look) -> str:
    """The colour of one model among those of the experiment."""
    entry = look.entry(model)
    return colours(_entries(look, entry))[entry]


def symbol(model: str, look: Look) -> str:
    """The marker of a model, so that a reader can tell crossing lines apart in grey too."""
    entry = look.entry(model)
    return SYMBOLS[_entries(look, entry).index(entry) % len(SYMBOLS)]


def _entries(look: Look, entry: str) -> list[str]:
    """The models of the experiment that are no further runs, with `entry` among them."""
    names = [name for name in look.models if look.entry(name) == name]
    return names if entry in names else [*names, entry]


def in_order(models: Iterable[str], look: Look) -> list[str]:
    """The distinct `models` in the order of the config. Models that the config does not name come last, by id."""
    place = {model: index for index, model in enumerate(look.models)}
    return sorted(set(models), key=lambda model: (place.get(model, len(place)), model))


def overview(models: Iterable[str], look: Look) -> tuple[list[str], str]:
    """The same without those that were not merged, unless there are no others; and what the caption says of that."""
    found = in_order(models, look)
    shown = [model for model in found if model not in look.unmerged]
    return (shown, LEFT_OUT) if 0 < len(shown) < len(found) else (found, "")


def shown_of(models: Sequence[str], look: Look) -> str:
    """The words for a caption that a figure leaves models of the experiment out; none if it shows all."""
    return f"{len(models)} of the experiment's {len(look.models)} models; " if len(models) < len(look.models) else ""


def in_rows(models: Sequence[str], look: Look, pixels: float, size: int) -> list[str]:
    """The labels in lines as short as rows of `pixels` allow, but no shorter than `LEAST`: they stay apart."""
    room = max(1, int(pixels / (1.3 * size)))
    longest = max((len(label(model, look)) for model in models), default=LEAST)
    for width in range(LEAST, max(LEAST, longest) + 1):
        names = [label(model, look, width) for model in models]
        if all(name.count("<br>") < room for name in names):
            return names
    return [label(model, look) for model in models]


def lines_of(names: Sequence[str]) -> tuple[int, int]:
    """The most lines that one of the labels has, and the characters of the longest line."""
    lines = [name.split("<br>") for name in names]
    return max(map(len, lines)), max(len(html.unescape(line)) for parts in lines for line in parts)


def characters(pixels: float, size: int) -> int:
    """How many characters of text of `size` fit into `pixels` side by side. Names have many capitals and digits."""
    return int(pixels / (0.64 * size))
