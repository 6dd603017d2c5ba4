"""Files are as their jobs left them: each is compared with the record of the job that made it.

A file that was edited, swapped with another or brought from another run does not fit the SHA-256 in that record
(:mod:`finmath_grpo.workflow.job`), and nothing is built on it. A run looks before its first job, while all files are
still there, and where nothing is to be done as well; each job looks at its own inputs. A file without a record is not
judged: `provenance.json` says of it that nobody knows how it was made.
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import sha256

RESULTS = Path("results")
SHOWN = 5
"""Files that are named at most."""


def check(files: Iterable[str | Path], results: Path = RESULTS) -> None:
    """Raise UserError naming the files below `results` that are not as their jobs left them, and what to do."""
    wanted = {Path(file) for file in files}
    folders = {results / path.relative_to(results).parts[0] for path in wanted if path.is_relative_to(results)}
    left = {path: digest for folder in folders for path, digest in as_left(folder).items()}
    differ = [
        (path, *left[path], found)
        for path in sorted(wanted & left.keys())
        if path.is_file() and (found := sha256(path)) != left[path][1]
    ]
    if differ:
        faults = [
            f"{path}: not as the job {job} left it (SHA-256 was {digest[:12]}…, is {found[:12]}…)"
            for path, job, digest, found in differ[:SHOWN]
        ]
        more = [f"and {len(differ) - SHOWN} more"] if len(differ) > SHOWN else []
        # All of them in the command, so that it is given once.
        command = shlex.join(["snakemake", "--cores", "all", *(str(path) for path, *_ in differ)])
        them = "them" if len(differ) > 1 else "it"
        raise UserError(
            "; ".join([*faults, *more]) + f". Edited, swapped or of another run: delete {them}, and `{command}` makes"
            f" {them} anew"
        )


def as_left(folder: Path) -> dict[Path, tuple[str, str]]:
    """For each file that a job of an experiment made: the job, such as `grpo llama-grpo`, and the SHA-256 it left."""
    found: dict[Path, tuple[str, str, str]] = {}
    logs = folder / "logs"
    for file in logs.rglob("*.job.json"):
        job = " ".join(file.relative_to(logs).parts).removesuffix(".job.json")
        started, outputs = _read(file)
        for path, digest in outputs.items():
            # Where a rule got another log, the record beside the former one still lies there.
            if digest and started >= found.get(Path(path), ("",))[0]:
                found[Path(path)] = (started, job, digest)
    return {path: (job, digest) for path, (_, job, digest) in found.items()}


def _read(record: Path) -> tuple[str, Mapping[str, str | None]]:
    """Start and outputs of a job; nothing of a record that can't be read, or of a job that failed."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        if content["exit_status"] == 0:
            return str(content["started"]), dict(content["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "", {}


def made_for(names: Iterable[str]) -> list[Path]:
    """All files that jobs made for the experiments of these names."""
    return [path for name in names for path in as_left(RESULTS / name)]


def check_planned(jobs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> None:
    """:func:`check` what planned jobs, each given by its inputs and outputs, find there."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    for read, written in jobs:
        inputs.update(read)
        outputs.update(written)
    check(inputs - outputs)
