"""ARTIFACT.md, the two pages for artifact evaluation, with measured numbers.

    python -m finmath_grpo.release.page

First, what the runs under `results/` measured (Snakemake's `benchmark:` files, the size of their folders) and concluded
goes to `docs/measurements.json`; a run that is not here keeps what stands there. Then the page is made from that file.
"""

import argparse
import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2

from finmath_grpo.claims.evaluate import read_claims
from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write, write_json
from finmath_grpo.release.record import opened, unpack
from finmath_grpo.workflow.doctor import describe
from finmath_grpo.workflow.experiments import load, load_all

MEASUREMENTS = Path("docs/measurements.json")
PAGE = Path("ARTIFACT.md")
CLAIMS = Path("data/claims.yaml")
MEASURED = re.compile(r"provenance\.json|benchmarks/(\w[\w.-]*/)*\w[\w.-]*\.tsv")
"""The members of a record that say how long its jobs took, and on what."""
RELEASE = Path("docs/release.json")
"""The DOI of the archive and the images with their digests, null where there are none."""
TEMPLATE = Path(__file__).with_name("artifact.md.j2")
STAGES = ["pretrain", "fetch", "grpo", "dpo", "merge", "generate", "score", "statistics"]
PAUSE = 30
"""Seconds between two jobs that are more than Snakemake takes to start one."""
ORDER = ["smoke", "published", "recorded", "small", "small-seeds", "paper-fast-48", "paper-fast", "paper"]
HEADLINES = [
    "format-reward-rises",
    "template-by-reward",
    "template-at-the-end",
    "correctness-unchanged",
    "grpo-above-base-every-temperature",
    "grpo-above-base-mean",
    "grpo-learned",
    "grpo-learned-new-ideas",
    "grpo-above-base-any-temperature",
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


def machines(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Rule and machine of every file whose job is known; also of runs recorded before jobs wrote their own records."""
    if "runs" in provenance:
        made = [(entry["rule"], provenance["runs"][entry["run"]]["machine"]) for entry in provenance["files"].values()]
        return [(rule, describe_machine(found, [gpu["name"] for gpu in found["gpus"]])) for rule, found in made]
    environments = [provenance["environments"][job["environment"]] for job in provenance["jobs"]]
    known = [entry for entry in provenance["files"].values() if entry["job"] is not None]
    made = [(entry["rule"], environments[entry["job"]]["machine"]) for entry in known]
    told = [job["variables"].get("CUDA_VISIBLE_DEVICES") for job in provenance["jobs"]]
    return [(rule, describe_machine(found, used(found["gpus"], told))) for rule, found in made]


def used(gpus: list[str], told: list[str | None]) -> list[str]:
    """Of a machine's GPUs those that jobs were given by `CUDA_VISIBLE_DEVICES`; all where it has no numbers."""
    numbers = {name for names in told if names for name in names.split(",")}
    known = numbers and all(name.isdigit() and int(name) < len(gpus) for name in numbers)
    return [gpu for number, gpu in enumerate(gpus) if not known or str(number) in numbers]


def describe_machine(machine: dict[str, Any], gpus: list[str]) -> str:
    of_each = [f"{count} × {gpu}" if count > 1 else gpu for gpu, count in Counter(gpus).items()]
    return " and ".join(of_each) or f"{machine['cores']} cores ({machine['processor']})"


def hardware(provenance: dict[str, Any]) -> str:
    """The machine that trained, or else the one that did the most."""
    made = machines(provenance)
    found = [machine for rule, machine in made if rule in ("grpo", "generate")] or [machine for _, machine in made]
    return max(dict.fromkeys(found), key=found.count) if found else "–"


def elapsed(provenance: dict[str, Any]) -> float | None:
    """Seconds from the first job to the end of the last, where one run made everything without a pause."""
    spans: list[tuple[float, float]] = []
    for entry in provenance["files"].values():
        start = datetime.fromisoformat(entry["started"]).timestamp()
        spans.append((start, start + entry["seconds"]))
    spans.sort()
    reached = spans[0][1]
    for start, end in spans:
        if start > reached + PAUSE:
            return None
        reached = max(reached, end)
    return round(reached - spans[0][0], 1)


def measure(folder: Path, claims: Path) -> dict[str, Any]:
    """What a run measured, from its `provenance.json` and `benchmarks/`, and concluded, from a claims.json."""
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    return {
        "experiment": provenance["experiment"],
        "hardware": hardware(provenance),
        "elapsed": elapsed(provenance),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "seconds": seconds_by_stage(folder / "benchmarks"),
        "claims": {
            claim["id"]: {key: claim[key] for key in ("reading", "verdict", "table")}
            for claim in json.loads(claims.read_text(encoding="utf-8"))
        },
    }


def measure_record(record: Path, claims: Path) -> dict[str, Any]:
    """What the run measured that a record holds; its folder is not here, so its size is not known."""
    with opened(record) as archive:
        names = [name for name in archive.getnames() if MEASURED.fullmatch(name)]
    with TemporaryDirectory() as scratch:
        unpack(record, {name: Path(scratch, name) for name in names})
        return {**measure(Path(scratch), claims), "bytes": None}


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def compute(found: dict[str, Any] | None) -> str:
    """How long an experiment took: by the clock, and the sum of its stages, which are the jobs with a `benchmark:`."""
    if found is None:
        return "not run in full"
    stages = sum(stage["wall"] for stage in found["seconds"].values())
    parts = [f"{duration(found['elapsed'])} by the clock"] if found["elapsed"] else []
    parts += [f"{duration(stages)} of stages"] if stages else []
    return ", ".join(parts) or "not measured"


def row_of(name: str, found: dict[str, Any] | None) -> dict[str, Any]:
    """An experiment's row in the table of needs; `found` is what was measured."""
    stages = found["seconds"] if found else {}
    return {
        "name": name,
        # Said once, under the table.
        "needs": describe(load(Path("config", f"{name}.yaml"))).replace(" (HF_TOKEN for gated models)", ""),
        "hardware": found["hardware"] if found else "–",
        "compute": compute(found),
        "disk": f"{found['bytes'] / 1e6:.0f} MB" if found and found["bytes"] else "–",
        "stages": {stage: f"{value['wall']:.0f} ({value['cpu']:.0f} cpu)" for stage, value in stages.items()},
    }


def claim_row(claim: str, measurements: dict[str, Any], judged: Sequence[str]) -> dict[str, Any] | None:
    """A claim's row in the table of claims, as read in the first of the runs that has it; None if none has.

    A run that was measured before the claim was there, or while it was read otherwise, has no verdict on it.
    """
    results = {name: measurements[name]["claims"].get(claim) for name in judged}
    reading = next((result["reading"] for result in results.values() if result), None)
    same = {name: result for name, result in results.items() if result and result["reading"] == reading}
    if reading is None:
        return None
    return {
        "reading": reading,
        "table": next((f"`{result['table']}`" for result in same.values() if result["table"]), "–"),
        "verdicts": {name: same[name]["verdict"] if name in same else "–" for name in judged},
    }


def page(measurements: dict[str, Any], experiments: list[str]) -> str:
    """The text of ARTIFACT.md, for the experiments that there are."""
    rows = [row_of(name, measurements.get(name)) for name in ORDER if name in experiments]
    measured = [row for row in rows if row["stages"]]
    judged = [name for name in ("published", "recorded", "smoke") if name in measurements]
    claims = [found for claim in HEADLINES if (found := claim_row(claim, measurements, judged))]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        experiments=rows,
        measured=measured,
        stages=[stage for stage in STAGES if any(stage in row["stages"] for row in measured)],
        judged=judged,
        release=json.loads(RELEASE.read_text(encoding="utf-8")),
        total=len(read_claims(CLAIMS)),
        claims=claims,
    )
    # Loops of the template leave empty lines and spaces in tables.
    text = re.sub(r" +\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\|\n\n(?=\|)", "|\n", text))


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    measurements = json.loads(MEASUREMENTS.read_text(encoding="utf-8")) if MEASUREMENTS.exists() else {}
    experiments = load_all(Path("config")).good
    for name, experiment in experiments.items():
        folder = Path("results", name)
        claims = folder / "claims.json"
        if claims.exists() and (folder / "provenance.json").exists():
            measurements[name] = measure(folder, claims)
            if experiment.kind == "recorded":
                found = measure_record(Path(experiment.record), claims)
                measurements[found["experiment"]] = found
    write_json(MEASUREMENTS, dict(sorted(measurements.items())))
    with atomic_write(PAGE) as file:
        file.write(page(measurements, list(experiments)))


if __name__ == "__main__":
    run_stage(main)
