"""From tables to a PNG and an HTML page: the command line of every figure.

Both files come from one Plotly figure. The PNG is drawn by Kaleido in a Chromium found on this machine; the HTML reads
the `plotly.min.js` beside it. Nothing is fetched from anywhere, and the same tables give the same bytes.
"""

import argparse
import html
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import kaleido
import pandas as pd
import plotly.graph_objects as go
import plotly.io
import pydantic
from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError

from finmath_grpo.errors import UserError
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.theme import MUTED, escape
from finmath_grpo.files import atomic_write, explain

Tables = Mapping[str, Any]
"""Table by name (the file's stem): a DataFrame of a .csv, the parsed value of a .json."""
Figure = Callable[[Tables, Look], go.Figure]

NO_BROWSER = (
    "no browser to draw PNG files with: install Chromium (Debian: apt-get install chromium) "
    "or set BROWSER_PATH to a Chrome or Chromium that starts"
)
# The button that is taken away would send the figure to a service.
CONFIG = {
    "displaylogo": False,
    "typesetMath": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d"],
}
TEXT = dict.fromkeys(
    ["model", "question_id", "at", "trained", "base", "model_a", "model_b", "extracted", "gold"], "str"
)
"""Columns that are text also where every one of them looks like a number."""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ margin: 0; background: white; }} body > div {{ margin: 0 auto; }}</style>
</head>
<body>
{figure}
</body>
</html>
"""


class Given(dict[str, Any]):
    """Tables by name; asking for one that was not given is the caller's mistake and says so."""

    def __missing__(self, name: str) -> Any:
        given = ", ".join(sorted(self)) or "none"
        raise UserError(f"--tables: {name} is not among the tables given ({given})")


def run(figure: Figure) -> None:
    """Draw `figure` as the command line says."""
    parser = argparse.ArgumentParser(description=figure.__doc__)
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="tables that the figure reads")
    parser.add_argument("--look", default="{}", help="figures.settings.Look as JSON")
    parser.add_argument("--experiment", required=True, help="name shown in the title")
    parser.add_argument("--png", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        look = Look.model_validate_json(arguments.look)
    except pydantic.ValidationError as error:
        raise UserError(f"--look: {explain(error)}") from None
    drawn = sign(figure(read_tables(arguments.tables), look), arguments.experiment)
    write_png(drawn, arguments.png, look.scale)
    write_html(drawn, arguments.html)


def read_tables(paths: list[Path]) -> Tables:
    """Read CSV and JSON tables. Raises UserError naming the file that can't be read."""
    tables = Given()
    for path in paths:
        try:
            if path.suffix == ".json":
                tables[path.stem] = json.loads(path.read_text(encoding="utf-8"))
            else:
                # "None" or "NA" may be the name of a model: only an empty field is a missing value.
                tables[path.stem] = pd.read_csv(path, dtype=TEXT, keep_default_na=False, na_values=[""])
        except OSError as error:
            raise UserError(f"{path}: can't be read: {error.strerror}") from None
        except ValueError as error:
            raise UserError(f"{path}: not a table: {error}") from None
    return tables


def sign(figure: go.Figure, experiment: str) -> go.Figure:
    """Put the experiment's name behind the title."""
    title = figure.layout.title.text
    figure.layout.title.text = f'{title}  <span style="color:{MUTED}">· {escape(experiment)}</span>'
    return figure


def write_png(figure: go.Figure, path: Path, scale: float) -> None:
    """Draw `figure` at its own size, `scale` pixels per CSS pixel. Raises UserError where no browser can be started."""
    # Now and then it logs a traceback for the browser's goodbye, which is no message of the protocol.
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    options = {"format": "png", "width": figure.layout.width, "height": figure.layout.height, "scale": scale}
    try:
        # Without this Kaleido would load MathJax from the network.
        image = kaleido.calc_fig_sync(figure, opts=options, kopts={"mathjax": False})
    except (ChromeNotFoundError, BrowserClosedError, BrowserFailedError):
        raise UserError(NO_BROWSER) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(image)
    temporary.replace(path)


def write_html(figure: go.Figure, path: Path) -> None:
    """Write a page that shows `figure` with the `plotly.min.js` in the same folder."""
    body = plotly.io.to_html(
        figure,
        full_html=False,
        include_plotlyjs="plotly.min.js",
        include_mathjax=False,
        div_id=path.stem,
        config={**CONFIG, "toImageButtonOptions": {"filename": path.stem, "scale": 2}},
        default_width=f"{figure.layout.width}px",
        default_height=f"{figure.layout.height}px",
    )
    with atomic_write(path) as file:
        file.write(PAGE.format(title=html.escape(path.stem.replace("_", " ")), figure=body))
