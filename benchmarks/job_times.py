"""Where the seconds of a run's jobs went: `python benchmarks/job_times.py results/small [--to FOLDER] [--least 5]`.

Reads `benchmarks/` (Snakemake's seconds of each job) and `training/*/config.json` of a run, or of a record that was
unpacked. Prints a table and draws a stacked bar: one row per job of `--least` seconds or more. A GRPO job is cut into
what comes before and after its steps (imports, engine, hashing, saving), what its first two steps took more than later
ones (compilation, first kernels), and the rest of the steps. The others are whole.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

import numpy as np  # noqa: E402
import plotly.graph_objects as go  # noqa: E402

from finmath_grpo.figures.colours import INK, ink_on  # noqa: E402
from finmath_grpo.figures.settings import Look  # noqa: E402
from finmath_grpo.figures.theme import frame  # noqa: E402

WHOLE, OUTSIDE, FIRST, STEPS = "the job", "before and after the steps", "first two steps beyond later ones", "steps"
PAINT = {WHOLE: "#0072B2", OUTSIDE: "#D55E00", FIRST: "#E69F00", STEPS: "#009E73"}


def parts_of(run: Path) -> dict[str, dict[str, float]]:
    """Seconds by job (`rule` or `rule model`) and part."""
    found: dict[str, dict[str, float]] = {}
    folder = run / "benchmarks"
    for file in sorted(folder.rglob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            seconds = float(np.mean([float(row["s"]) for row in csv.DictReader(lines, delimiter="\t")]))
        name = " ".join(file.relative_to(folder).with_suffix("").parts)
        found[name] = cut(seconds, run / "training" / file.stem / "log.csv") if name.startswith("grpo ") else {}
        found[name] = found[name] or {WHOLE: seconds}
    return found


def cut(seconds: float, log: Path) -> dict[str, float]:
    """The parts of a GRPO job; none where its log has no times or the job took the run from the store."""
    if not log.exists():
        return {}
    with log.open(encoding="utf-8", newline="") as lines:
        steps = [float(row["step_time"]) for row in csv.DictReader(lines) if row.get("step_time")]
    if len(steps) < 4 or sum(steps) > seconds:
        return {}
    first = max(0.0, sum(steps[:2]) - 2 * float(np.median(steps[2:])))
    return {OUTSIDE: seconds - sum(steps), FIRST: first, STEPS: sum(steps) - first}


def figure(found: dict[str, dict[str, float]], run: Path, least: float) -> go.Figure:
    """A stacked bar per job of at least `least` seconds, the longest first."""
    shown = {name: parts for name, parts in found.items() if sum(parts.values()) >= least}
    names = sorted(shown, key=lambda name: sum(shown[name].values()), reverse=True)
    left_out = len(found) - len(shown)
    caption = f"{sum(map(sum_of, found.values())):.0f} s of {len(found)} jobs of {run.name}"
    caption += f"; {left_out} jobs below {least:g} s are left out" if left_out else ""
    drawing = go.Figure(layout=frame(Look(), caption, legend=list(PAINT), left=220))
    drawing.layout.height = 32 * len(names) + drawing.layout.margin.t + drawing.layout.margin.b
    for part, paint in PAINT.items():
        values = [shown[name].get(part) for name in names]
        if not any(values):
            continue
        drawing.add_bar(
            y=names,
            x=values,
            orientation="h",
            name=part,
            marker={"color": paint},
            text=[f"{value:.0f}" if value else "" for value in values],
            textposition="inside",
            insidetextfont={"color": ink_on(paint)},
        )
    drawing.update_layout(barmode="stack", title={"text": "Where the seconds of the jobs went"}, font={"color": INK})
    drawing.update_xaxes(title_text="seconds", showgrid=True)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return drawing


def sum_of(parts: dict[str, float]) -> float:
    return sum(parts.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--to", type=Path, help="folder for job_times.png, .html and .json")
    parser.add_argument("--least", type=float, default=5.0, help="seconds of the shortest job that is drawn")
    arguments = parser.parse_args()
    found = parts_of(arguments.run)
    if not found:
        sys.exit(f"error: {arguments.run}/benchmarks: no times of jobs there")
    by_rule: dict[str, float] = defaultdict(float)
    print("| job | seconds | of these |\n| --- | --- | --- |")
    for name, parts in found.items():
        by_rule[name.split()[0]] += sum_of(parts)
        cuts = "" if WHOLE in parts else ", ".join(f"{part} {value:.0f}" for part, value in parts.items())
        print(f"| {name} | {sum_of(parts):.1f} | {cuts} |")
    print("\n" + ", ".join(f"{rule} {seconds:.0f}" for rule, seconds in by_rule.items()))
    if arguments.to:
        arguments.to.mkdir(parents=True, exist_ok=True)
        drawing = figure(found, arguments.run, arguments.least)
        drawing.write_html(arguments.to / "job_times.html", include_plotlyjs="cdn")
        drawing.write_image(arguments.to / "job_times.png", scale=2)
        (arguments.to / "job_times.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
