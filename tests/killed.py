"""What tests that kill a run wait for."""

import json
import time
from collections.abc import Iterable
from pathlib import Path


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
