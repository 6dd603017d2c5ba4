"""Where each file of an experiment came from: `results/{experiment}/provenance.json`.

For every output: rule, time, SHA-256, inputs, and the job that made it. For every job: command, time, memory and the
environment that it ran in (commit, lock, image, versions, machine). For every figure: all that it was made from, down
to the raw questions, with the SHA-256 of each.

Nothing here is known first-hand. Snakemake's metadata says how a file was made, and the record that the job wrote on
its own machine (:mod:`finmath_grpo.workflow.job`) says in what environment. So the same files give the same
provenance, whichever run ends last and wherever it is collected. A record that does not fit the file as it is now is
refused: the file's `job` is then null, and `why` says what does not fit. Of an edited file, `sha256` is that of what
its job left, as that is what the rule made.
"""

import argparse
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pydantic

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import explain, sha256, write_json
from finmath_grpo.report.record import read_shown, write_published, write_record
from finmath_grpo.workflow.cluster import SCHEDULED
from finmath_grpo.workflow.config_file import flat
from finmath_grpo.workflow.experiments import load, load_all
from finmath_grpo.workflow.job import JobRecord, record_path
from finmath_grpo.workflow.kinds import Experiment, Fetched
from finmath_grpo.workflow.metadata import Making, chain, read_makings
from finmath_grpo.workflow.paths import manifest

SKEW = 5.0
"""Seconds by which the clocks of a node and of the file system may differ."""
RECORD = pydantic.TypeAdapter(JobRecord)


def seeds(experiment: Experiment) -> dict[str, int]:
    """Every seed of the config, by its place there."""
    settings = flat(experiment.model_dump(mode="json"))
    return {place: value for place, value in settings.items() if place.endswith("seed")}


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def read_record(file: Path) -> JobRecord | str:
    """A job's record, or why there is none."""
    try:
        return RECORD.validate_json(file.read_bytes())
    except OSError as error:
        return f"{file}: {error.strerror}"
    except pydantic.ValidationError as error:
        return f"{file} is not a job's record: {explain(error)}"


EDITED = "the file is not as the job left it"


def by_scheduler(record: JobRecord) -> bool:
    """Whether a job ran on a node of a cluster, as a job of its scheduler."""
    return SCHEDULED in record.variables


def misfit(record: JobRecord, path: str, digest: str, making: Making) -> str | None:
    """Why a record does not tell how the file with this SHA-256 was made; None if it does."""
    if path not in record.outputs:
        return "the record beside the log is of a job that did not write this file"
    if record.outputs[path] != digest:
        return f"{EDITED}: its SHA-256 is {digest} now"
    if record.exit_status != 0:
        return f"the record is of a job that failed (exit status {record.exit_status})"
    started = datetime.fromisoformat(record.started)
    if by_scheduler(record):
        # Snakemake on the node takes away the mark from which the one that submitted would read the start.
        made = started.timestamp() + record.seconds <= making.ended + SKEW
        return (
            None if made else f"the record is of a job that ended after {moment(making.ended)}, when it was collected"
        )
    # A file that a job linked or copied with its times may be older than the job.
    if not making.started - SKEW <= started.timestamp() <= max(making.started, making.ended) + SKEW:
        return (
            f"the record is of a job that started {moment(started.timestamp())}; Snakemake's metadata is of one that"
            f" ran from {moment(making.started)} to {moment(making.ended)}"
        )
    return None


class Jobs:
    """The jobs that made an experiment's files, each with the number of its environment in `environments`."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.environments: list[dict[str, Any]] = []
        self.records: dict[Path, JobRecord | str] = {}
        self.numbers: dict[Path, int] = {}

    def of(self, path: str, digest: str, making: Making) -> dict[str, Any]:
        """`job`: the number of the job that made a file, or null; then `why` says why it is not known.

        `sha256` too, where the job left another file than there is now; `started` and `seconds` too, where Snakemake
        does not know them.
        """
        if not making.logs:
            return {"job": None, "why": "the job has no log, and so no record"}
        file = record_path(Path(making.logs[0]))
        if file not in self.records:
            self.records[file] = read_record(file)
        record = self.records[file]
        why = record if isinstance(record, str) else misfit(record, path, digest, making)
        if isinstance(record, str):
            return {"job": None, "why": why}
        if why:
            return {**({"sha256": record.outputs[path]} if why.startswith(EDITED) else {}), "job": None, "why": why}
        if file not in self.numbers:
            self.numbers[file] = len(self.jobs)
            self.jobs.append(self.described(file, record))
        times = {"started": record.started, "seconds": record.seconds} if by_scheduler(record) else {}
        return {**times, "job": self.numbers[file]}

    def described(self, file: Path, record: JobRecord) -> dict[str, Any]:
        """A job without its outputs, which are listed with the files."""
        fields = json.loads(json.dumps(asdict(record)))  # as it will be read again
        environment = fields.pop("environment")
        del fields["outputs"]
        if environment not in self.environments:
            self.environments.append(environment)
        return {"record": str(file), **fields, "environment": self.environments.index(environment)}


def entry(path: str, making: Making, jobs: Jobs) -> dict[str, Any]:
    digest = sha256(Path(path))
    return {
        "sha256": digest,
        "rule": making.rule,
        "started": moment(making.started),
        "seconds": round(making.ended - making.started, 3),
        "inputs": making.inputs,
        **jobs.of(path, digest, making),
    }


def figure(path: Path, makings: dict[str, Making], files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A figure's files, and all that both were made from; `path` has no suffix."""
    both = [str(path.with_suffix(suffix)) for suffix in (".png", ".html") if str(path.with_suffix(suffix)) in files]
    made_from = {name: digest for file in both for name, digest in chain(file, makings).items()}
    return {"files": {file: files[file]["sha256"] for file in both}, "made_from": made_from}


def has_settings(config: Path, experiment: Experiment) -> bool:
    """Whether a config still has the settings of an experiment: it may be edited, or gone, since a run was planned."""
    try:
        return load(config) == experiment
    except UserError:
        return False


def provenance(name: str, experiment: Experiment) -> dict[str, Any]:
    """The content of provenance.json. The SHA-256 of a config that has other settings by now is null."""
    makings = {path: making for path, making in read_makings(f"results/{name}/").items() if Path(path).is_file()}
    jobs = Jobs()
    files = {path: entry(path, making, jobs) for path, making in makings.items()}
    drawn = sorted({Path(path).with_suffix("") for path, making in makings.items() if making.rule == "figure"})
    file = Path("config", f"{name}.yaml")
    return {
        "experiment": name,
        "config": {
            "file": str(file),
            "sha256": sha256(file) if has_settings(file, experiment) else None,
            "settings": experiment.model_dump(mode="json"),
        },
        "seeds": seeds(experiment),
        "fetched": fetched(name, experiment),
        "environments": jobs.environments,
        "jobs": jobs.jobs,
        "figures": {path.name: figure(path, makings, files) for path in drawn},
        "files": files,
    }


def fetched(name: str, experiment: Experiment) -> dict[str, Any]:
    """By model, which commit of which repository lies in its folder, and the revision that the config asks for."""
    found: dict[str, Any] = {}
    for model, entry in experiment.models.items():
        # Absent before `fetch` has run. No job has it as an output, so that nothing else tells of a torn one.
        with suppress(OSError, ValueError):
            if isinstance(entry, Fetched):
                source = Path(manifest(name, model)).with_name("SOURCE.json")
                found[model] = {"revision": entry.revision, **json.loads(source.read_text(encoding="utf-8"))}
    return found


def write_provenance(name: str, experiment: Experiment) -> None:
    """Write the experiment's provenance.json as of now, and what the page shows of it."""
    found = provenance(name, experiment)
    write_json(Path("results", name, "provenance.json"), found)
    write_record(name, found, Path("results"))


def write_all(names: Iterable[str], experiments: dict[str, Experiment]) -> None:
    """Write provenance.json of the experiments named of which there are results, and what pages show of it."""
    # First, so that a kill before all is written leaves some experiment behind (`catch_up`).
    write_published(Path("results"))
    for name in sorted(set(names)):
        if read_makings(f"results/{name}/"):
            write_provenance(name, experiments[name])


def catch_up(names: Iterable[str], experiments: dict[str, Experiment]) -> None:
    """Write what a run that was killed at its end did not come to write, or left torn; Snakemake has nothing to do."""
    if behind := [name for name in names if is_behind(name)]:
        write_all(behind, experiments)


def is_behind(name: str) -> bool:
    """Whether provenance.json, or what the page shows of it, is missing, torn or older than the record of a job."""
    folder = Path("results", name)
    newest = max((file.stat().st_mtime for file in (folder / "logs").rglob("*.job.json")), default=None)
    page = folder / "report"
    written = [folder / "provenance.json", *([page / "data/run.js"] * (page / "index.html").is_file())]
    return newest is not None and any(not is_whole(file) or file.stat().st_mtime < newest for file in written)


def is_whole(file: Path) -> bool:
    """Whether provenance.json, or the script with what the page shows of it, is there to its end."""
    try:
        read_shown(file) if file.suffix == ".js" else json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", required=True)
    name = parser.parse_args().experiment
    experiments = load_all(Path("config")).good
    if name not in experiments:
        raise UserError(f"--experiment {name}: expected one of {', '.join(experiments)}")
    write_provenance(name, experiments[name])
    write_published(Path("results"))


if __name__ == "__main__":
    run_stage(main)
