"""Kill a run again and again, and compare what it ends with to a run that nobody disturbed.

    python benchmarks/kills.py --kills 40 --seed 1 --folder /tmp/kills

Runs the experiment of `tests/workflow/tiny.yaml` twice in checkouts of its own at `--cores 1`: undisturbed, and with
SIGKILLs drawn by the seed: in which stage (each gets its turn, those that the run comes to more often than others), how
long after the stage began, and whom (the job, Snakemake, or both). After each kill the same command goes on. Then every
file is compared: all bytes, but for the seconds in training logs, and provenance but for times. An undisturbed run that
lies in the folder already is taken. Takes about ten seconds per kill beside the two runs.
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
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/workflow"))
from conftest import new_checkout  # noqa: E402

WHOM = ("job", "snakemake", "both")
TIMES = {"started", "seconds", "peak_memory"}
"""What provenance says of a job that differs between any two runs."""
OF_A_RUN = ("logs", "benchmarks", "provenance.json")
"""Below `results/tiny`: what says how a run went, and is no result of it."""
PATIENCE = 900


def command() -> list[str]:
    return [sys.executable, "-m", "snakemake", "--cores", "1", "tiny"]


def children() -> dict[int, list[tuple[int, list[str]]]]:
    """The processes of this machine by their parent: process id and command line."""
    found: dict[int, list[tuple[int, list[str]]]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        found.setdefault(parent, []).append((int(folder.name), words))
    return found


def running_job(snakemake: int) -> tuple[int, str] | None:
    """The wrapper of the job that runs below a process, and its stage."""
    by_parent, waiting = children(), [snakemake]
    while waiting:
        for pid, words in by_parent.get(waiting.pop(), []):
            if "finmath_grpo.workflow.job" in words and "--" in words:
                return pid, words[words.index("--") + 1].removeprefix("finmath_grpo.")
            waiting.append(pid)
    return None


def disturb(folder: Path, draw: random.Random, counts: Counter[str], kills: int) -> list[dict[str, Any]]:
    """Run until it ends, killing it `kills` times; what was killed."""
    killed: list[dict[str, Any]] = []
    while True:
        run = subprocess.Popen(command(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        seen, deadline = set(), time.monotonic() + PATIENCE
        while run.poll() is None and len(killed) < kills:
            job = running_job(run.pid)
            # The less often a stage was killed, the more likely now; each job of a run is asked once.
            if job and job not in seen and draw.random() < 0.9 ** counts[job[1]]:
                wait, whom = draw.uniform(0, 4), draw.choice(WHOM)
                time.sleep(wait)
                if running_job(run.pid) == job:
                    end(run, job[0], whom)
                    counts[job[1]] += 1
                    killed.append({"stage": job[1], "after": round(wait, 2), "whom": whom})
                    print(f"{len(killed)}: {job[1]} after {wait:.1f} s: {whom}", flush=True)
                    break
            if job:
                seen.add(job)
            if time.monotonic() > deadline:
                run.kill()
                raise SystemExit("error: the run does not get on")
            time.sleep(0.05)
        said = run.communicate()[0].decode(errors="replace")
        if run.returncode == 0:
            return killed
        if "results/ is in use" in said or (len(killed) >= kills and run.returncode > 0):
            raise SystemExit(f"error: the same command does not go on:\n{said}")


def end(run: subprocess.Popen[bytes], job: int, whom: str) -> None:
    """Kill the job, Snakemake, or both at once. A run whose job was killed ends on its own, with an error."""
    for pid in {"job": [job], "snakemake": [run.pid], "both": [run.pid, job]}[whom]:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(pid, signal.SIGKILL)


def contents(results: Path) -> dict[str, Any]:
    """Every result by its path; training logs without the seconds of a step."""
    found: dict[str, Any] = {}
    for path in sorted(results.rglob("*")):
        name = str(path.relative_to(results))
        if path.name == "log.csv":
            found[name] = pd.read_csv(path).drop(columns="step_time", errors="ignore").to_csv()
        elif path.is_file() and name.split("/")[0] not in OF_A_RUN:
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


def known_jobs(provenance: dict[str, Any]) -> int:
    return sum(entry["job"] is not None for entry in provenance["files"].values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder, or one with an undisturbed run")
    arguments = parser.parse_args()
    calm, disturbed = arguments.folder / "undisturbed", arguments.folder / "disturbed"
    if not (calm / "results/tiny/provenance.json").is_file():
        new_checkout(calm)
        subprocess.run(command(), cwd=calm, check=True)
    shutil.rmtree(disturbed, ignore_errors=True)
    # The same files, whatever was edited since; its results are left out.
    shutil.copytree(calm, disturbed, symlinks=True, ignore=lambda folder, _: results_in(calm, folder))
    counts: Counter[str] = Counter()
    killed = disturb(disturbed, random.Random(arguments.seed), counts, arguments.kills)
    expected, found = (contents(folder / "results/tiny") for folder in (calm, disturbed))
    differ = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    records = [json.loads((folder / "results/tiny/provenance.json").read_text()) for folder in (calm, disturbed)]
    same = without_times(records[0]) == without_times(records[1])
    for stage, count in sorted(counts.items()):
        print(f"{stage:<28} {count} killed")
    print(f"{len(killed)} kills: {dict(Counter(kill['whom'] for kill in killed))}")
    print(f"{len(expected)} files, {len(differ)} differ {differ[:5]}")
    print(f"provenance but for times: {'equal' if same else 'differs'}; {known_jobs(records[1])} files with their job")
    sys.exit(bool(differ) or not same)


if __name__ == "__main__":
    main()
