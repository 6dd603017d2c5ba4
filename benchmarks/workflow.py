"""How long the workflow takes, in a fresh copy of the project: `python benchmarks/workflow.py [--twice]`.

Prints the smoke experiment from nothing (time, peak memory, accuracy), a no-op, one figure after an edit, and
`published` from nothing. With `--twice`, smoke runs again from nothing, and every completion, table and HTML page is
compared by bytes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import psutil

ROOT = Path(__file__).parents[1]
COMPARED = ("completions/*.jsonl", "scores.csv", "statistics/*", "figures/*.html", "claims.*")


def new_checkout(path: Path) -> None:
    """Copy what a clone would hold, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).exists() or (ROOT / name).is_symlink():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name, follow_symlinks=False)


def timed(checkout: Path, *arguments: str) -> tuple[float, float]:
    """Run Snakemake; wall seconds and the peak of its processes' memory (proportional set size) in GiB."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "2", "--quiet", "all"]
    started, peak, stop = time.monotonic(), 0, threading.Event()
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def watch() -> None:
        nonlocal peak
        # Reading the memory of a browser takes a core for a moment, so not often.
        while not stop.wait(5.0):
            total = 0
            for child in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                try:
                    total += child.memory_full_info().pss
                except psutil.Error:  # it ended meanwhile
                    continue
            peak = max(peak, total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    _, errors = process.communicate()
    stop.set()
    watcher.join()
    if process.returncode:
        sys.exit(errors)
    return time.monotonic() - started, peak / 2**30


def contents(checkout: Path) -> dict[str, bytes]:
    """The files of the smoke experiment that must be the same in every run."""
    results = checkout / "results" / "smoke"
    return {str(file.relative_to(results)): file.read_bytes() for pattern in COMPARED for file in results.glob(pattern)}


def report(what: str, value: str) -> None:
    print(f"{what:58} {value}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--twice", action="store_true")
    arguments = parser.parse_args()
    os.environ.pop("FINMATH_EXPERIMENT", None)
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "first"
        new_checkout(checkout)
        report("published from nothing", f"{timed(checkout, 'published')[0]:.0f} s (aim: 40)")
        seconds, memory = timed(checkout, "smoke")
        report("smoke from nothing", f"{seconds / 60:.1f} min (aim: 8, bound: 10)")
        report("smoke, peak memory", f"{memory:.1f} GiB (bound: 4)")
        table = pd.read_csv(checkout / "results/smoke/statistics/accuracy.csv")
        means = table[table["scorer"] == "numeric"].groupby("model", sort=False)["accuracy"].mean()
        report("smoke, mean accuracy over temperatures", json.dumps(means.round(3).to_dict()))
        report("no-op: snakemake -n", f"{timed(checkout, '-n')[0]:.1f} s (aim: 3)")
        module = checkout / "src/finmath_grpo/figures/bars.py"
        module.write_text(module.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
        seconds, _ = timed(checkout, "results/smoke/figures/all_models.png")
        report("one figure after an edit of its module", f"{seconds:.1f} s (aim: 10)")
        if arguments.twice:
            second = Path(folder) / "second"
            new_checkout(second)
            timed(second, "smoke")
            one, two = contents(checkout), contents(second)
            different = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
            report(f"files of a second run that differ, of {len(one)}", ", ".join(different) or "none")


if __name__ == "__main__":
    main()
