"""The figure `throughput` from the records of the rehearsal: `python benchmarks/rehearsal_figure.py`.

Reads docs/benchmark.json and writes docs/figures/throughput.png: seconds per prompt of each way to train, by phase, on
cards of one kind, with completions of 1,024 tokens.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

from benchmarks.rehearsal_tables import last  # noqa: E402
from finmath_grpo.figures.draw import write_png  # noqa: E402
from finmath_grpo.figures.settings import Look  # noqa: E402
from finmath_grpo.figures.theme import INK, frame  # noqa: E402

WAYS = {
    "train:paper": "paper",
    "train:paper-fast-48": "paper-fast-48",
    "train:paper-fast@passed": "paper-fast@passed",
    "train:paper-fast": "paper-fast",
}
"""Pieces and what the page calls them."""
PHASES = {
    "decoding": ("sync", "generate"),
    "log-probabilities": ("log-probabilities", "rewards and tensors"),
    "forward and backward": ("forward and backward",),
    "optimizer and rest": ("optimizer", "log", "rest"),
}
UNSPLIT = "update, not split by Unsloth"
COLOURS = dict(zip([*PHASES, UNSPLIT], ("#332288", "#44AA99", "#CC79A7", "#999933", "#6B6B6B"), strict=True))


def per_prompt(record: Mapping[str, Any]) -> dict[str, float]:
    """Seconds per prompt by phase, each without those inside it; mean over all generations but the first."""
    prompts = record["completions_per_generation"] / record["num_generations"]
    later = (record["phases"] or [])[1:]
    if not later:
        decoding = record["seconds_per_generation"] / prompts
        return {"decoding": decoding, UNSPLIT: record["seconds_per_prompt"] - decoding}
    names = {name for names in PHASES.values() for name in names}
    means = {name: sum(phases.get(name, 0.0) for phases in later) / len(later) / prompts for name in names}
    # What lies in no phase is rest.
    whole = sum(phases["whole"] for phases in later) / len(later) / prompts
    means["rest"] = whole - sum(value for name, value in means.items() if name != "rest")
    return {phase: sum(means[name] for name in names) for phase, names in PHASES.items()}


def figure(records: list[dict[str, Any]]) -> go.Figure:
    found = {name: record for piece, name in WAYS.items() if (record := last(records, piece))}
    commits = " and ".join(sorted({record["commit"] for record in found.values()}))
    (gpu,) = {record["gpu"] for record in found.values()}
    (driver,) = {record["driver"] for record in found.values()}
    (versions,) = {tuple(record["versions"].items()) for record in found.values()}
    seconds = {name: per_prompt(record) for name, record in found.items()}
    look = Look()
    caption = (
        f"8 B with random weights, each on one {gpu}; completions of up to 1,024 tokens, six per prompt; under each"
        " name GiB of GPU memory; @passed: without log-probabilities of the sampler; bars by the clock, of paper TRL's"
        " time of a step, without optimizer and log. Commits"
        f" {commits}, driver {driver}, {', '.join(f'{name} {number}' for name, number in versions)}"
    )
    drawn = go.Figure(layout=frame(look, caption, legend=list(COLOURS), height=0.9))
    names = [f"{name}<br>{found[name]['gpu_gib']:.0f} GiB" for name in found]
    for phase, colour in COLOURS.items():
        values = [parts.get(phase) for parts in seconds.values()]
        drawn.add_bar(x=names, y=values, name=phase, marker={"color": colour}, width=0.6)
    totals = [sum(parts.values()) for parts in seconds.values()]
    drawn.add_scatter(
        x=names,
        y=totals,
        mode="text",
        text=[f"{total:.2f} s" for total in totals],
        textposition="top center",
        textfont={"color": INK},
        showlegend=False,
    )
    drawn.update_layout(barmode="stack", yaxis={"title": {"text": "Seconds per prompt"}, "range": [0, 1.1 * totals[0]]})
    drawn.update_layout(title={"text": "Throughput of GRPO at 8 B"})
    return drawn


if __name__ == "__main__":
    listed = json.loads((ROOT / "docs/benchmark.json").read_text(encoding="utf-8"))
    write_png(figure(listed), ROOT / "docs/figures/throughput.png", 2.0)
