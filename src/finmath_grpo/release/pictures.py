"""The pictures of README and docs, made again by `make pictures`.

    python -m finmath_grpo.release.pictures

The graph of rules is what `snakemake smoke --rulegraph` prints, with what a reader does not need taken out; Graphviz
draws it. The screenshot and the figures are those of `recorded` and `published`, which must have been built.
"""

import argparse
import asyncio
import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import replacing
from finmath_grpo.release.texts.tables import NUMBERS

EXPERIMENT = "smoke"
"""It has nearly all rules; docs/architecture.md lists the others."""
LEFT_OUT = {EXPERIMENT, "plotlyjs"}
"""The target, on which every rule's arrow would end, and a file that is copied."""
STAGES = {
    "questions": ("clean", "clean_test", "split", "audit", "contamination"),
    "training": ("pretrain", "grpo", "dpo", "merge"),
    "evaluation": ("generate", "score"),
    "tables": ("statistics", "training_table", "reward_audit", "examples"),
}
"""Rules that share a colour; the others, which show results, are white."""
COLOURS = {
    "questions": "#e8f1fa",
    "training": "#fdebd0",
    "evaluation": "#e3f4ea",
    "tables": "#f1eaf8",
}
FIGURES = Path("docs/figures")
RULES = "rules.svg"
RECORDED = Path("results/recorded")
COPIED = {
    RECORDED / "figures/accuracy_by_temperature.png": "recorded_accuracy_by_temperature.png",
    RECORDED / "figures/scorer_audit.png": "recorded_scorer_audit.png",
    Path("results/published/figures/reward_audit.png"): "published_reward_audit.png",
}
"""Figures that README and docs show, and their names there."""
SIZE = 1280, 900
"""Of the screenshot, in pixels."""


def edges_of(printed: str) -> set[tuple[str, str]]:
    """The arrows of what `snakemake --rulegraph dot` prints, by the names of the rules."""
    names = dict(re.findall(r"(\d+)\[label = \"(\w+)\"", printed))
    return {(names[before], names[after]) for before, after in re.findall(r"(\d+) -> (\d+)", printed)}


def reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The transitive reduction: without each arrow that a longer way along other arrows says as well.

    The graph must have no cycle.
    """
    after: dict[str, set[str]] = {}
    for start, end in edges:
        after.setdefault(start, set()).add(end)

    def reach(start: str) -> set[str]:
        nearest = after.get(start, set())
        return nearest.union(*(reach(end) for end in nearest))

    return {(start, end) for start, end in edges if not any(end in reach(other) for other in after[start] - {end})}


def drawn_edges(printed: str) -> set[tuple[str, str]]:
    """The arrows of the picture, from what Snakemake prints."""
    return reduced({edge for edge in edges_of(printed) if LEFT_OUT.isdisjoint(edge)})


def rulegraph(edges: set[tuple[str, str]]) -> str:
    """The graph of rules in Graphviz's language."""
    colour_of = {rule: COLOURS[stage] for stage, rules in STAGES.items() for rule in rules}
    lines = [
        "digraph rules {",
        "  rankdir=LR; bgcolor=white; nodesep=0.16; ranksep=0.28; margin=0.05;",
        '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=15, color="#5b6672"];',
        '  edge [color="#5b6672", arrowsize=0.7];',
        '  "raw questions" [shape=cylinder, style=filled, fillcolor=white];',
        '  "raw questions" -> clean; "raw questions" -> clean_test;',
    ]
    for rule in sorted({rule for edge in edges for rule in edge}):
        lines.append(f'  {rule} [fillcolor="{colour_of.get(rule, "#ffffff")}"];')
    lines += [f"  {start} -> {end};" for start, end in sorted(edges)]
    return "\n".join([*lines, "}", ""])


def draw(graph: str, path: Path) -> None:
    """Draw a graph in Graphviz's language as an SVG file."""
    if shutil.which("dot") is None:
        raise UserError("no `dot` to draw the graph of rules with: apt-get install graphviz")
    drawn = subprocess.run(["dot", "-Tsvg"], input=graph, capture_output=True, text=True, check=True).stdout
    with replacing(path) as temporary:
        temporary.write_text(drawn, encoding="utf-8")


def printed_rulegraph() -> str:
    """What Snakemake prints of the rules of `EXPERIMENT`."""
    command = [sys.executable, "-m", "snakemake", EXPERIMENT, "--rulegraph", "dot"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"{' '.join(command[2:])} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


async def screenshot(page: Path, address: str, element: str) -> bytes:
    """A PNG file of what a browser shows of a local page, from the top of `element` on."""
    from choreographer import Browser

    width, height = SIZE
    url = f"{page.resolve().as_uri()}#{address}"
    async with Browser(headless=True) as browser:
        tab = await browser.create_tab(url)
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await tab.send_command("Emulation.setDeviceMetricsOverride", metrics)
        await tab.send_command("Page.navigate", {"url": url})
        await asyncio.sleep(3)  # the page loads its data by scripts
        top = f"document.querySelector('{element}').getBoundingClientRect().top + scrollY"
        found = await tab.send_command("Runtime.evaluate", {"expression": top, "returnByValue": True})
        clip = {"x": 0, "y": found["result"]["result"]["value"], "width": width, "height": height, "scale": 1}
        taken = await tab.send_command(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
        )
    return base64.b64decode(taken["result"]["data"])


def address() -> str:
    """On the report page, the question that `python -m finmath_grpo.release.texts` chose."""
    found = json.loads(NUMBERS.read_text(encoding="utf-8"))["recorded"]["picture"]
    return f"q={found['question']}&t={found['temperature']:g}"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    draw(rulegraph(drawn_edges(printed_rulegraph())), FIGURES / RULES)
    for figure, name in COPIED.items():
        if not figure.exists():
            raise UserError(f"{figure} is not there: build it first (snakemake --cores all recorded published)")
        shutil.copyfile(figure, FIGURES / name)
    taken = asyncio.run(screenshot(RECORDED / "report/index.html", address(), "#completions"))
    (FIGURES / "report.png").write_bytes(taken)


if __name__ == "__main__":
    run_stage(main)
