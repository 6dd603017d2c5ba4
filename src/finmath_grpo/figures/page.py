"""The HTML page of a figure: it fits the window, follows dark mode, and leads back to report, picture and tables.

The page loads the `plotly.min.js` in its folder and nothing else. Title and caption are text of the page, not of the
drawing, so that a narrow window wraps them. The drawing keeps its size and is scaled, so that what fits fits in every
window; below `SMALLEST` of its size it scrolls in its own frame.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup

from finmath_grpo.figures.colours import DARK, INK, MUTED, PANE, PAPER
from finmath_grpo.files import atomic_write

SMALLEST, LARGEST = 0.64, 1.4
"""The scale at which text is still readable on a phone, and the one that fills a wide window."""
CONFIG = {
    "displaylogo": False,
    "typesetMath": False,
    # The first of these buttons would send the figure to a service.
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d"],
}
SCRIPT = "plotly.min.js"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} · {{ experiment }}</title>
<style>
:root { color-scheme: light dark; --paper: {{ paper }}; --ink: {{ ink }}; --muted: {{ muted }}; --pane: {{ pane }};
  --link: #005a8f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: {{ dark[paper] }}; --ink: {{ dark[ink] }}; --muted: {{ dark[muted] }}; --pane: {{ dark[pane] }};
    --link: #7cc4f4; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 "DejaVu Sans", Verdana, sans-serif; }
header, main { max-width: {{ (width * largest)|round|int }}px; margin-inline: auto; }
nav, h1, main > p, noscript p { margin: 0; padding: .35rem 1.6rem; overflow-wrap: anywhere; }
nav { padding-block: .8rem .4rem; }
nav a { display: inline-block; margin-right: 1.2rem; padding-block: .2rem; }
a { color: var(--link); }
h1 { font-size: 1.35rem; font-weight: 400; line-height: 1.3; }
h1 span, .caption { color: var(--muted); }
.caption { font-size: .9rem; }
.problem { background: var(--pane); border-left: .3rem solid var(--link); }
.frame { overflow-x: auto; overflow-y: hidden; }
.frame:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
.drawing { width: {{ width }}px; height: {{ height }}px; transform-origin: 0 0; }
</style>
</head>
<body>
<header>
<nav aria-label="This figure">
<a href="../report/index.html#figures">← Figures in the report</a>
<a href="{{ name }}.png">PNG</a>
{% for table in tables %}
<a href="{{ table }}">{{ table.rpartition('/')[2] }}</a>
{% endfor %}
</nav>
</header>
<main>
<h1>{{ title }} <span>· {{ experiment }}</span></h1>
<p class="caption" id="caption">{{ caption }}</p>
<p class="problem" id="problem" hidden>The interactive drawing is missing: it needs the file <code>{{ script }}</code>
in the folder of this page. Copy it from the folder of figures that this page is from, or open the
<a href="{{ name }}.png">PNG file</a>.</p>
<noscript><p class="problem">The interactive drawing needs JavaScript. The <a href="{{ name }}.png">PNG file</a> shows
the same.</p></noscript>
<div class="frame" id="frame" role="region" aria-label="{{ title }}" aria-describedby="caption" tabindex="0">
<div class="drawing" id="{{ name }}"></div>
</div>
</main>
<script src="{{ script }}"></script>
<script>
"use strict";
const text = {{ figure }};
const dark = {{ dark|tojson }};
const size = [{{ width }}, {{ height }}];
const config = {{ config|tojson }};
const drawing = document.getElementById("{{ name }}"), frame = document.getElementById("frame");
const scheme = matchMedia("(prefers-color-scheme: dark)");
function draw() {
  let found = text;
  if (scheme.matches) for (const [light, colour] of Object.entries(dark)) found = found.replaceAll(light, colour);
  const {data, layout} = JSON.parse(found);
  return Plotly.react(drawing, data, layout, config);
}
function fit() {
  const scale = Math.min({{ largest }}, Math.max({{ smallest }}, frame.clientWidth / size[0]));
  drawing.style.transform = `scale(${scale})`;
  drawing.style.marginRight = `${size[0] * (scale - 1)}px`;
  drawing.style.marginBottom = `${size[1] * (scale - 1)}px`;
}
if (window.Plotly) {
  draw();
  fit();
  scheme.addEventListener("change", draw);
  window.addEventListener("resize", fit);
} else {
  document.getElementById("problem").hidden = false;
  frame.hidden = true;
}
</script>
</body>
</html>
"""


def write_page(figure: go.Figure, path: Path, title: str, experiment: str, tables: Sequence[Path]) -> None:
    """Write the page of `figure`, which has its caption as its subtitle. `title` and `experiment` are plain text."""
    without = go.Figure(figure)
    # Captions are Plotly text, of which every piece that is not ours was escaped: they are HTML too.
    caption = Markup(without.layout.title.subtitle.text.replace("<br>", " "))  # nosec B704
    heading = without.layout.meta["heading"]
    without.update_layout(
        title=None, meta=None, margin={"t": without.layout.margin.t - heading}, height=without.layout.height - heading
    )
    text = json.dumps(without.to_json(engine="json"), ensure_ascii=True)
    page = jinja2.Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True).from_string(PAGE)
    with atomic_write(path) as file:
        file.write(
            page.render(
                name=path.stem,
                title=title,
                experiment=experiment,
                caption=caption,
                tables=[Path(os.path.relpath(table, path.parent)).as_posix() for table in tables],
                figure=Markup(text.replace("<", r"\u003c").replace(">", r"\u003e").replace("/", r"\/")),  # nosec B704
                config={**CONFIG, "toImageButtonOptions": {"filename": path.stem, "scale": 2}},
                width=without.layout.width,
                height=without.layout.height,
                script=SCRIPT,
                dark=DARK,
                paper=PAPER,
                ink=INK,
                muted=MUTED,
                pane=PANE,
                smallest=SMALLEST,
                largest=LARGEST,
            )
        )
