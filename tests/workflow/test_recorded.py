"""A run shipped as a file gives its tables, claims, figures and page back, with nothing of the run at hand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import Checkout


def test_a_record_gives_back_what_its_run_showed(copy: Checkout):
    packing = "pack --experiment tiny --record data/recorded/tiny.tar.zst"
    subprocess.run(
        [sys.executable, "-m", "finmath_grpo.release.record", *packing.split()],
        cwd=copy.path,
        env={**os.environ, "PYTHONPATH": "src"},
        check=True,
    )
    shutil.move(copy.path / "results/tiny", copy.path / "tiny")
    replay = "kind: recorded\nrecord: data/recorded/tiny.tar.zst\nfigures: {scale: 1.0}\n"
    (copy.path / "config/replay.yaml").write_text(replay, encoding="utf-8")
    copy.snakemake("replay")
    # The record carries the checks of the merges to be read; nothing is drawn of them, as there are no weights.
    tables = {path.name for path in (copy.path / "tiny/statistics").iterdir()} - {"merge.csv"}
    assert len(tables) > 12
    for table in tables:
        assert (copy.path / "results/replay/statistics" / table).read_bytes() == (
            copy.path / "tiny/statistics" / table
        ).read_bytes(), table
    figures = {path.name for path in (copy.path / "tiny/figures").iterdir()}
    figures -= {"merge_fidelity.png", "merge_fidelity.html"}
    assert {path.name for path in (copy.path / "results/replay/figures").iterdir()} == figures
    claims = (copy.path / "results/replay/claims.json").read_text(encoding="utf-8").replace("replay", "tiny")
    assert claims == (copy.path / "tiny/claims.json").read_text(encoding="utf-8")
    assert texts_of_page(copy.path / "results/replay") == texts_of_page(copy.path / "tiny")


def texts_of_page(results: Path) -> dict[str, bytes]:
    """What the page shows of completions and rollouts."""
    folder = results / "report/data"
    files = [*folder.glob("completions/*.js"), folder / "training.js"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
