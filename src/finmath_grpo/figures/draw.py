"""The command that draws a figure: from tables to a PNG file and an HTML page.

`--entry` says as JSON which function draws, with which options, under which title; it comes from `catalogue`, which
this module does not import. Both files come from one Plotly figure. Kaleido draws the PNG in a Chromium that is
installed on this machine, one for all figures of a run (`browser`); the HTML page loads the `plotly.min.js` beside it.
Nothing is fetched from a network, and the same tables give the same bytes.
"""

import argparse
import logging
import multiprocessing
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import plotly.graph_objects as go
import pydantic
from pydantic import Field

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.figures import browser
from finmath_grpo.figures.colours import MUTED
from finmath_grpo.figures.page import write_page
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, read_tables
from finmath_grpo.figures.text import escape
from finmath_grpo.files import explain, replacing
from finmath_grpo.processes import end_with_parent
from finmath_grpo.settings import Settings

NO_BROWSER = (
    "no browser to draw PNG files with: install Chromium (Debian: apt-get install chromium) "
    "or set BROWSER_PATH to a Chrome or Chromium that starts"
)
UNSTARTED = 3
"""Exit status of the drawing process where no browser starts."""
PATIENCE = 180.0
"""Seconds for one figure, many more than it takes on a busy machine."""
TRIES = 3


Checked = TypeVar("Checked", bound=Settings)


class Drawing(Settings):
    """What the drawing code needs of a catalogue entry."""

    draw: str = Field(pattern=r"^[a-z_]+:[a-z_]+$")
    """`module:function` of `finmath_grpo.figures`, called with tables, look and the options."""
    title: str
    """Plain text."""
    options: dict[str, Any] = Field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entry", required=True, help="JSON: the function that draws, its options, the title")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="tables that the figure reads")
    parser.add_argument("--look", default="{}", help="figures.settings.Look as JSON")
    parser.add_argument("--experiment", required=True, help="name shown behind the title")
    parser.add_argument("--png", type=Path, required=True, help="PNG file to write")
    parser.add_argument("--html", type=Path, required=True, help="HTML page to write, beside plotly.min.js")
    arguments = parser.parse_args()
    drawing = _checked(Drawing, "--entry", arguments.entry)
    look = _checked(Look, "--look", arguments.look)
    figure = draw(drawing, read_tables(arguments.tables), look)
    set_title(figure, drawing.title, arguments.experiment)
    write_png(figure, arguments.png, look.scale)
    write_page(figure, arguments.html, drawing.title, arguments.experiment, arguments.tables)


def _checked(model: type[Checked], option: str, text: str) -> Checked:
    try:
        return model.model_validate_json(text)
    except pydantic.ValidationError as error:
        raise UserError(f"{option}: {explain(error)}") from None


def draw(drawing: Drawing, tables: Tables, look: Look) -> go.Figure:
    """Call the function that `drawing` names. The figure that it returns has a subtitle and no title yet."""
    module, _, function = drawing.draw.partition(":")
    return getattr(import_module(f"finmath_grpo.figures.{module}"), function)(tables, look, **drawing.options)


def set_title(figure: go.Figure, title: str, experiment: str) -> None:
    """Give `figure` its title, followed by the experiment's name in grey. The subtitle stays."""
    text = f'{escape(title)}  <span style="color:{MUTED}">· {escape(experiment)}</span>'
    figure.layout.title = {"text": text, "subtitle": figure.layout.title.subtitle}


def write_png(figure: go.Figure, path: Path, scale: float) -> None:
    """Draw `figure` at its own size, `scale` pixels per CSS pixel. Raises UserError if no browser can be started.

    The browser that a run's jobs share draws, or else one of our own.
    """
    options = {"format": "png", "width": figure.layout.width, "height": figure.layout.height, "scale": scale}
    with replacing(path) as temporary:
        if png := browser.drawn(figure, options):
            temporary.write_bytes(png)
        else:
            write_apart(figure, temporary, options)


def write_apart(figure: go.Figure, path: Path, options: dict[str, Any]) -> None:
    """Draw `figure` by a browser of its own, with Kaleido's `options`. Raises UserError if none can be started.

    In a process of its own, which can be ended: Kaleido (1.3) waits for ever for a browser that dies while it starts,
    or that gives no answer.
    """
    for _ in range(TRIES):
        drawing = multiprocessing.get_context("fork").Process(target=_draw, args=(figure, path, options, os.getpid()))
        drawing.start()
        drawing.join(PATIENCE)
        if drawing.exitcode is not None:
            break
        drawing.kill()
        drawing.join()
        print(f"the browser gave no sign for {PATIENCE:g} s and is started anew", flush=True)
    else:
        raise UserError(f"the browser gave no sign {TRIES} times in {PATIENCE:g} s; see whether it starts by hand")
    if drawing.exitcode == UNSTARTED:
        raise UserError(NO_BROWSER)
    if drawing.exitcode:
        raise UserError(f"the drawing process ended with status {drawing.exitcode}; its words are above")


def _draw(figure: go.Figure, path: Path, options: dict[str, Any], parent: int) -> None:
    import kaleido
    from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError

    end_with_parent(parent)
    browser.use_short_folder()
    # When the browser quits, choreographer sometimes logs a traceback about its last message. It means nothing.
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    try:
        # Without "mathjax": False Kaleido would load MathJax from the network.
        path.write_bytes(kaleido.calc_fig_sync(figure, opts=options, kopts={"mathjax": False}))
    except (ChromeNotFoundError, BrowserClosedError, BrowserFailedError):
        sys.exit(UNSTARTED)


if __name__ == "__main__":
    run_stage(main)
