"""How fast questions are cleaned and split: `python benchmarks/questions.py`, which prints one line per figure.

Reference figures: 542 rows in under 1 s, and 100,000 generated rows in under 20 s and 1 GiB.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from finmath_grpo.questions.bank import BANKS, raw_row  # noqa: E402
from finmath_grpo.questions.recording import has_stem, sloppy_forms  # noqa: E402

ROWS = 100_000


def endless_rows() -> Iterator[dict[str, Any]]:
    """Raw rows of the course's families in turn, as raw as the committed file; problems may come twice."""
    bank, draw, number = BANKS["questions"], Random(0), 0
    while True:
        for family in bank.families:
            number += 1
            problem = family.draw(draw)
            as_choice = draw.random() < bank.rawness.choices and has_stem(problem)
            sloppy = draw.random() < bank.rawness.sloppy and bool(sloppy_forms(problem.value))
            yield raw_row(f"b-{number}", family, problem, bank.rawness, as_choice, sloppy, draw)


def run(module: str, **files: Path | str) -> float:
    """Seconds that a stage takes, with the start of its interpreter."""
    arguments = [part for name, value in files.items() for part in (f"--{name}", str(value))]
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", f"finmath_grpo.questions.{module}", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    return time.perf_counter() - start


def peak() -> float:
    """The largest resident memory of a finished child, in MiB; it never falls."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measure(raw: Path, folder: Path, rows: int) -> None:
    outputs = {name: folder / f"{rows}.{name}" for name in ("questions", "rejected")}
    print(f"clean {rows:>7} rows: {run('clean', raw=raw, **outputs):6.2f} s, peak {peak():5.0f} MiB")
    split = {name: folder / f"{rows}.{name}" for name in ("train", "test")}
    settings = json.dumps({"by": "random", "test": 100, "seed": 3407})
    seconds = run("split", settings=settings, questions=outputs["questions"], **split)
    print(f"split {rows:>7} rows: {seconds:6.2f} s, peak {peak():5.0f} MiB")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(ROOT / "data/raw/questions.jsonl", folder, 542)
        raw = folder / "generated.jsonl"
        start = time.perf_counter()
        with raw.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in islice(endless_rows(), ROWS))
        print(f"draw  {ROWS:>7} rows: {time.perf_counter() - start:6.2f} s")
        measure(raw, folder, ROWS)


if __name__ == "__main__":
    main()
