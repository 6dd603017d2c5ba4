"""ARTIFACT.md, the two pages for artifact evaluation, with measured numbers.

    python -m finmath_grpo.artifact.page

First, what the runs under `results/` measured (Snakemake's `benchmark:` files, the size of their folders) and concluded
goes to `docs/measurements.json`; a run that is not here keeps what stands there. Then the page is made from that file.
"""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import jinja2

from finmath_grpo import config
from finmath_grpo.artifact.doctor import NEEDS, Need, describe
from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write, write_json

MEASUREMENTS = Path("docs/measurements.json")
PAGE = Path("ARTIFACT.md")
TEMPLATE = Path(__file__).with_name("artifact.md.j2")
STAGES = ["pretrain", "fetch", "grpo", "dpo", "merge", "generate", "score", "statistics"]
HEADLINES = [
    "format-reward-rises",
    "template-learned",
    "correctness-unchanged",
    "grpo-above-base-every-temperature",
    "grpo-learned",
    "grpo-above-base-any-temperature",
    "any-temperature-raises",
    "no-punctuation-raises",
    "overall-40",
]


def seconds_by_stage(folder: Path) -> dict[str, dict[str, float]]:
    """Wall and processor seconds of each stage, summed over its models, from `benchmarks/`."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: {"wall": 0.0, "cpu": 0.0})
    for file in sorted(folder.rglob("*.tsv")):
        stage = file.relative_to(folder).with_suffix("").parts[0]
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                sums[stage]["wall"] += float(row["s"])
                sums[stage]["cpu"] += float(row["cpu_time"])
    return {stage: {key: round(value, 1) for key, value in sums[stage].items()} for stage in sorted(sums)}


def hardware(provenance: dict[str, Any]) -> str:
    """The machine that trained, or else the one that did the most."""
    files = provenance["files"].values()
    trained = [entry["run"] for entry in files if entry["rule"] in ("grpo", "generate")] or [e["run"] for e in files]
    machine = provenance["runs"][max(set(trained), key=trained.count)]["machine"]
    gpus = " and ".join(gpu["name"] for gpu in machine["gpus"])
    return gpus or f"{machine['cores']} cores ({machine['processor']})"


def measure(name: str) -> dict[str, Any]:
    """What the run of an experiment under `results/` measured and concluded."""
    folder = Path("results", name)
    claims = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    return {
        "hardware": hardware(json.loads((folder / "provenance.json").read_text(encoding="utf-8"))),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "seconds": seconds_by_stage(folder / "benchmarks"),
        "claims": {claim["id"]: {key: claim[key] for key in ("reading", "verdict", "table")} for claim in claims},
    }


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def page(measurements: dict[str, Any]) -> str:
    """The text of ARTIFACT.md."""
    rows = []
    for name in ("smoke", "published", "recorded", "small", "paper-fast", "paper"):
        found = measurements.get(name)
        wall = sum(stage["wall"] for stage in found["seconds"].values()) if found else 0
        rows.append(
            {
                "name": name,
                "needs": describe(NEEDS.get(name, Need(memory=2, disk=1))),
                "hardware": found["hardware"] if found else "not run in full",
                "compute": (duration(wall) if wall else "under a minute") if found else "hours",
                "human": "1 min" if name in ("smoke", "published", "recorded") else "2 min",
                "disk": f"{found['bytes'] / 1e6:.0f} MB" if found else "–",
                "stages": {
                    stage: f"{values['wall']:.0f} ({values['cpu']:.0f} cpu)"
                    for stage, values in (found["seconds"] if found else {}).items()
                },
            }
        )
    measured = [row for row in rows if row["stages"]]
    judged = [name for name in ("published", "recorded", "small", "smoke") if name in measurements]
    claims = [
        {
            "reading": measurements[judged[0]]["claims"][claim]["reading"],
            "table": measurements[judged[0]]["claims"][claim]["table"],
            "verdicts": {name: measurements[name]["claims"][claim]["verdict"] for name in judged},
        }
        for claim in HEADLINES
    ]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        experiments=rows,
        measured=measured,
        stages=[stage for stage in STAGES if any(stage in row["stages"] for row in measured)],
        judged=judged,
        claims=claims,
    )
    # Loops of the template leave empty lines in tables.
    return re.sub(r"\|\s*\n\n(?=\|)", "|\n", text)


def main() -> None:
    measurements = json.loads(MEASUREMENTS.read_text(encoding="utf-8")) if MEASUREMENTS.exists() else {}
    for name in config.load_all(Path("config")):
        if all(Path("results", name, file).exists() for file in ("claims.json", "provenance.json")):
            measurements[name] = measure(name)
    write_json(MEASUREMENTS, dict(sorted(measurements.items())))
    with atomic_write(PAGE) as file:
        file.write(page(measurements))


if __name__ == "__main__":
    run_stage(main)
