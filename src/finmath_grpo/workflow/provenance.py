"""Where each file of an experiment came from: `results/{experiment}/provenance.json`.

For every output: rule, time, SHA-256, inputs, and the run that made it, with that run's commit, image, lock, versions
and machine. For every figure: all that it was made from, down to the raw questions, with the SHA-256 of each.
Written at the end of each run. A file that an earlier run made keeps that run, so that a model trained on one machine
and figures drawn on another each tell the truth.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import sha256, write_json
from finmath_grpo.workflow.experiments import Experiment, load_all
from finmath_grpo.workflow.machine import browser_version, this_machine
from finmath_grpo.workflow.metadata import Record, chain, read_records
from finmath_grpo.workflow.sources import these_sources

IMAGE_LOCK = Path("/opt/finmath/lock")
IMAGE_PACKAGES = Path("/var/lib/dpkg/status")


def this_run() -> dict[str, Any]:
    """Commit, image, lock, versions and machine of the process that asks."""
    facts = {
        "sources": asdict(these_sources()),
        "lock": lock(),
        "image": image(),
        "python": sys.version.split()[0],
        "packages": dict(sorted((found.name, found.version) for found in distributions())),
        "browser": browser_version(),
        "machine": asdict(this_machine()),
    }
    return json.loads(json.dumps(facts))  # as it will be read again


def lock() -> dict[str, str]:
    """The lock that this environment was installed from: the image's, or the one of the stack that is here."""
    file = IMAGE_LOCK if IMAGE_LOCK.exists() else Path("envs", "cuda.lock" if this_machine().vllm else "cpu.lock")
    stack = os.environ.get("FINMATH_STACK", file.stem)
    return {"file": f"envs/{stack}.lock", "sha256": sha256(file)}


def image() -> dict[str, str | None] | None:
    """The image, where this is one. A container can't see its image's digest, so `FINMATH_IMAGE` may name it."""
    if not IMAGE_LOCK.exists():
        return None
    return {"digest": os.environ.get("FINMATH_IMAGE"), "debian_packages_sha256": sha256(IMAGE_PACKAGES)}


def seeds(experiment: Experiment) -> dict[str, int]:
    """Every seed of the config, by its place there."""
    found = {}

    def look(value: Any, place: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                look(inner, f"{place}.{key}" if place else key)
        elif place.endswith("seed"):
            found[place] = value

    look(experiment.model_dump(mode="json"), "")
    return found


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def entry(path: str, record: Record) -> dict[str, Any]:
    return {
        "sha256": sha256(Path(path)),
        "rule": record.rule,
        "started": moment(record.started),
        "seconds": round(record.ended - record.started, 3),
        "inputs": record.inputs,
    }


def with_runs(
    files: dict[str, dict[str, Any]], former: dict[str, Any], run: dict[str, Any]
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Give each file the number of the run that made it: a former one where its record is the same, or this one."""
    runs: list[dict[str, Any]] = []
    numbered = {}
    for path, values in files.items():
        old = former.get("files", {}).get(path, {})
        same = all(old.get(key) == values[key] for key in ("sha256", "started", "seconds"))
        made_by = former["runs"][old["run"]] if same else run
        if made_by not in runs:
            runs.append(made_by)
        numbered[path] = {**values, "run": runs.index(made_by)}
    return numbered, runs


def figure(path: Path, records: dict[str, Record], files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A figure's files, and all that both were made from; `path` has no suffix."""
    both = [str(path.with_suffix(suffix)) for suffix in (".png", ".html") if str(path.with_suffix(suffix)) in files]
    made_from = {name: digest for file in both for name, digest in chain(file, records).items()}
    return {"files": {file: files[file]["sha256"] for file in both}, "made_from": made_from}


def provenance(name: str, experiment: Experiment, former: dict[str, Any]) -> dict[str, Any]:
    """The content of provenance.json; `former` is the content that it has so far, or empty."""
    folder = f"results/{name}/"
    records = {path: record for path, record in read_records(folder).items() if Path(path).exists()}
    files, runs = with_runs({path: entry(path, record) for path, record in records.items()}, former, this_run())
    drawn = sorted({Path(path).with_suffix("") for path, record in records.items() if record.rule == "figure"})
    file = Path("config", f"{name}.yaml")
    return {
        "experiment": name,
        "config": {"file": str(file), "sha256": sha256(file), "settings": experiment.model_dump(mode="json")},
        "seeds": seeds(experiment),
        "runs": runs,
        "figures": {path.name: figure(path, records, files) for path in drawn},
        "files": files,
    }


def write_provenance(name: str, experiment: Experiment) -> None:
    """Write the experiment's provenance.json as of now."""
    file = Path("results", name, "provenance.json")
    former = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    write_json(file, provenance(name, experiment, former))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", required=True)
    name = parser.parse_args().experiment
    experiments = load_all(Path("config")).good
    if name not in experiments:
        raise UserError(f"--experiment {name}: expected one of {', '.join(experiments)}")
    write_provenance(name, experiments[name])


if __name__ == "__main__":
    run_stage(main)
