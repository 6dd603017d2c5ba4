"""The project's own files. Who follows the docs has configs and questions beside them, which no test is about."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def committed(pattern: str) -> list[Path]:
    """The files that a pattern such as `config/*.yaml` names and git knows; all of them, where git knows none."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", f":(glob){pattern}"], cwd=ROOT, capture_output=True, text=True
    )
    known = [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]
    return sorted(known or ROOT.glob(pattern))
