"""What tests that kill a run wait for, and what they compare."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd


def wait_until(reached: Callable[[], bool], run: subprocess.Popen, patience: float = 300) -> None:
    """Return as soon as `reached` says so; a run that ends before, or takes `patience` seconds, fails the test."""
    deadline = time.monotonic() + patience
    while not reached():
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "the run did not get as far as to be killed"
        time.sleep(0.005)


def contents(folder: Path) -> dict[str, object]:
    """Every file below a folder by its path; of a training log all but the seconds that a step took."""
    found: dict[str, object] = {}
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        log = path.name == "log.csv"
        found[str(path.relative_to(folder))] = (
            pd.read_csv(path).drop(columns="step_time", errors="ignore").to_csv() if log else path.read_bytes()
        )
    return found


def has_whole(folder: Path, pattern: str) -> bool:
    """Whether a file of this pattern is there that is JSON to its end. The trainer writes its state in place, and a run
    that is killed in the middle of that goes on from the checkpoint before."""
    for path in folder.glob(pattern):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            continue
        return True
    return False


def soon_gone(pids: Iterable[int], seconds: float) -> bool:
    """Whether all processes end within so many seconds: the kernel ends them after their parent, and not at once."""
    pids, until = list(pids), time.monotonic() + seconds
    while time.monotonic() < until and not all(map(_gone, pids)):
        time.sleep(0.05)
    return all(map(_gone, pids))


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
