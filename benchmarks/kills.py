"""Kill every stage of a run, and compare what the run ends with to a run that nobody disturbed.

    python benchmarks/kills.py [--seed 1] [--folder /tmp/finmath-reliability]

Runs the experiment of `tests/workflow/tiny.yaml` twice in checkouts of its own at `--cores 1`: undisturbed, and with
SIGKILLs. Each stage is killed three times: its job, Snakemake, and both at once, in an order and at moments drawn by
the seed. After each kill the same command goes on. Where a job ends before its moment comes, Snakemake is killed
between two jobs and that job's files are deleted, so that the stage comes again.

Then everything below `results/` is compared: which files there are, the bytes of all that is no log, and provenance but
for times; and nothing may be left to do. An undisturbed run that lies in the folder already is taken. What was found
goes to docs/reliability.json. Takes about ten seconds per kill beside the two runs.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "tests/workflow")]
from conftest import new_checkout  # noqa: E402
from reliability import record  # noqa: E402

FOLDER = Path(tempfile.gettempdir(), "finmath-reliability")
WHOM = ("job", "snakemake", "both")
BETWEEN = "between two jobs"
TIMES = {"started", "seconds", "peak_memory"}
"""What provenance says of a job that differs between any two runs."""
HOLD_TIMES = ("cache/", "tiny/logs/", "tiny/benchmarks/")
"""Folders of `results/` whose files are compared by name alone: logs, and the manifests of what has a log."""
LATEST = 0.8
"""Share of the seconds that a job took undisturbed, after which it is killed at the latest."""
TICK = 0.02
PATIENCE = 900


@dataclass(frozen=True)
class Job:
    """The wrapper of a running job: its process, its stage such as `evaluation.score`, and the files that it makes."""

    pid: int
    stage: str
    outputs: tuple[str, ...]


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "snakemake", "--cores", "1", *more, "tiny"]


def running_job(pid: int) -> Job | None:
    """The job that runs below a process."""
    waiting = [pid]
    while waiting:
        here = waiting.pop()
        try:
            children = [int(word) for file in Path(f"/proc/{here}/task").glob("*/children")
                        for word in file.read_text().split()]  # fmt: skip
            words = Path(f"/proc/{here}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it ended meanwhile
            continue
        if "finmath_grpo.workflow.job" in words and "--" in words:
            cut = words.index("--")
            return Job(
                here, words[cut + 1].removeprefix("finmath_grpo."), tuple(words[words.index("--outputs") + 1 : cut])
            )
        waiting += children
    return None


def usual_seconds(results: Path) -> dict[str, float]:
    """By stage, what its fastest job took."""
    found: dict[str, float] = {}
    for file in results.rglob("*.job.json"):
        job = json.loads(file.read_text(encoding="utf-8"))
        stage = job["command"][2].removeprefix("finmath_grpo.")
        found[stage] = min(job["seconds"], found.get(stage, job["seconds"]))
    return found


def kill_once(
    run: subprocess.Popen[bytes], folder: Path, draw: random.Random, left: dict[str, list[str]], usual: dict[str, float]
) -> tuple[str, str] | None:
    """Wait for a job of a stage that has kills left, and kill; stage and what was killed, None if the run ended."""
    deadline = time.monotonic() + PATIENCE
    while run.poll() is None:
        if time.monotonic() > deadline:
            run.kill()
            raise SystemExit("error: the run does not get on")
        job = running_job(run.pid)
        if job is None or not left[job.stage]:
            time.sleep(TICK)
            continue
        moment = time.monotonic() + draw.uniform(0, LATEST) * usual[job.stage]
        while time.monotonic() < moment and running_job(run.pid) == job:
            time.sleep(TICK)
        if running_job(run.pid) == job:
            whom = left[job.stage].pop()
            for pid in {"job": [job.pid], "snakemake": [run.pid], "both": [run.pid, job.pid]}[whom]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return job.stage, whom
        # It was faster than usual.
        run.kill()
        run.wait()
        for output in job.outputs:
            (folder / output).unlink(missing_ok=True)
        return BETWEEN, "snakemake"
    return None


def disturb(folder: Path, draw: random.Random, usual: dict[str, float]) -> list[tuple[str, str]]:
    """Run until it ends, killing each stage as planned; stage and what was killed, in order."""
    left = {stage: draw.sample(WHOM, len(WHOM)) for stage in sorted(usual)}
    killed: list[tuple[str, str]] = []
    words = folder.with_name("disturbed.txt")
    while True:
        # To a file: a pipe is read to its end, and so until a job that outlived Snakemake is gone as well.
        with words.open("wb") as said:
            run = subprocess.Popen(command(), cwd=folder, stdout=said, stderr=subprocess.STDOUT)
            hit = kill_once(run, folder, draw, left, usual)
            status = run.wait()
        if hit:
            killed.append(hit)
            print(f"{len(killed)}: {hit[0]}: {hit[1]}", flush=True)
        elif status:
            raise SystemExit(f"error: the same command does not go on:\n{words.read_text(encoding='utf-8')}")
        else:
            return killed


def contents(results: Path) -> dict[str, Any]:
    """Every file below `results/` by its path, without times; of what holds little but times, the name alone."""
    found: dict[str, Any] = {}
    for path in sorted(results.rglob("*")):
        name = str(path.relative_to(results))
        if not path.is_file() or name.startswith(".snakemake/"):
            continue
        if name.startswith(HOLD_TIMES):
            found[name] = None
        elif path.name == "log.csv":
            found[name] = pd.read_csv(path).drop(columns="step_time", errors="ignore").to_csv()
        elif path.name == "provenance.json":
            found[name] = without_times(json.loads(path.read_text(encoding="utf-8")))
        elif path.name == "run.js":
            shown = json.loads(path.read_text(encoding="utf-8").partition(",")[2].removesuffix(");\n"))
            found[name] = without_times({**shown, "jobs": sorted(shown["jobs"], key=lambda job: job["name"])})
        else:
            found[name] = path.read_bytes()
    return found


def without_times(value: Any) -> Any:
    """Provenance without times, and the hashes of step logs, which hold times."""
    if isinstance(value, dict):
        return {
            key: "log" if key.endswith("/log.csv") else without_times(inner)
            for key, inner in value.items()
            if key not in TIMES
        }
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def results_in(checkout: Path, folder: str) -> set[str]:
    """The names in a folder of a checkout that a run made."""
    results = checkout / "results"
    return {path.name for path in results.iterdir()} - {"README.md"} if Path(folder) == results else set()


def undisturbed(folder: Path) -> Path:
    """A checkout in which `tiny` has run, made there if need be."""
    if not (folder / "results/tiny/provenance.json").is_file():
        new_checkout(folder)
        subprocess.run(command(), cwd=folder, check=True)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="an empty folder, or one with an undisturbed run")
    arguments = parser.parse_args()
    calm, disturbed = undisturbed(arguments.folder / "undisturbed"), arguments.folder / "disturbed"
    shutil.rmtree(disturbed, ignore_errors=True)
    # The same files, whatever was edited since; its results are left out.
    shutil.copytree(calm, disturbed, symlinks=True, ignore=lambda folder, _: results_in(calm, folder))
    usual, started = usual_seconds(calm / "results/tiny"), time.monotonic()
    killed = disturb(disturbed, random.Random(arguments.seed), usual)
    minutes = (time.monotonic() - started) / 60
    planned = subprocess.run(command("-n"), cwd=disturbed, check=True, capture_output=True, text=True)
    if "Nothing to be done" not in planned.stdout + planned.stderr:
        raise SystemExit(f"error: something is left to do:\n{planned.stdout}")
    expected, found = (contents(folder / "results") for folder in (calm, disturbed))
    differ = sorted(name for name in expected.keys() | found.keys() if name not in found or name not in expected
                    or expected[name] != found[name])  # fmt: skip
    counts = Counter(killed)
    stages = {stage: {whom: counts[stage, whom] for whom in WHOM} for stage in [*sorted(usual), BETWEEN]}
    missed = [f"{stage}: {whom}" for stage in usual for whom in WHOM if not stages[stage][whom]]
    for stage, row in stages.items():
        print(f"{stage:<32} {row}")
    whole = sum(content is not None for content in expected.values())
    print(
        f"{len(killed)} kills in {minutes:.0f} minutes; {len(expected)} files, of {whole} the content; differ: {differ}"
    )
    if missed:
        print(f"never killed: {', '.join(missed)}")
    record("kills", {"stages": stages, "files": len(expected), "compared": whole, "differ": differ,
                     "minutes": round(minutes)})  # fmt: skip
    sys.exit(bool(differ or missed))


if __name__ == "__main__":
    main()
