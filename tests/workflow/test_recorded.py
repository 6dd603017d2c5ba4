"""A run shipped as a file gives its tables, claims, figures and page back, with nothing of the run at hand."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import zstandard
from conftest import Checkout


def test_a_record_gives_back_what_its_run_showed(copy: Checkout):
    packing = "pack --experiment tiny --record data/recorded/tiny.tar.zst"
    subprocess.run(
        [sys.executable, "-m", "finmath_grpo.release.record", *packing.split()],
        cwd=copy.path,
        env={**os.environ, "PYTHONPATH": "src"},
        check=True,
    )
    assert_compared(copy)
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


def assert_compared(copy: Checkout) -> None:
    """A run has the bytes of its own record; then a completion and weights are others, and a table is gone."""
    words = ["finmath_grpo.release.compare", "tiny", "data/recorded/tiny.tar.zst"]

    def compare(fails: int = 0) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=copy.path, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True
        )
        if fails:
            assert done.returncode == fails
            return [done.stderr.decode()]
        assert done.stderr == b""
        return [*done.stdout.decode().splitlines(), str(done.returncode)]

    (line, status) = compare()
    whole = re.fullmatch(r"(\d+) of \1 files have the bytes of data/recorded/tiny\.tar\.zst", line)
    assert whole and int(whole[1]) > 15 and status == "0"
    edited = {"completions/llama-grpo.jsonl": b'"text": "', "models/llama-base/MANIFEST.sha256": b"model.safetensors"}
    before = {name: (copy.path / "results/tiny" / name).read_bytes() for name in (*edited, "statistics/training.csv")}
    for name, words_there in edited.items():
        assert words_there in before[name]
        (copy.path / "results/tiny" / name).write_bytes(before[name].replace(words_there, words_there + b"x", 1))
    (copy.path / "results/tiny/statistics/training.csv").unlink()
    rows = before["completions/llama-grpo.jsonl"].count(b"\n")
    assert compare() == [
        f"completions/llama-grpo.jsonl: 1 of {rows:,} rows are others",
        "models/llama-base/MANIFEST.sha256: other bytes",
        "statistics/training.csv: not in results/tiny",
        f"{int(whole[1]) - 3} of {whole[1]} files have the bytes of data/recorded/tiny.tar.zst",
        "1",
    ]
    with tarfile.open(copy.path / "plain.tar", "w") as archive:
        archive.add(copy.path / "README.md", "README.md")
    nothing = copy.path / "data/recorded/tiny.tar.zst"
    whole_record = nothing.read_bytes()
    nothing.write_bytes(zstandard.compress((copy.path / "plain.tar").read_bytes()))
    assert "holds nothing that a run makes" in compare(2)[0]
    nothing.write_bytes(whole_record)
    for name, content in before.items():
        (copy.path / "results/tiny" / name).write_bytes(content)


def texts_of_page(results: Path) -> dict[str, bytes]:
    """What the page shows of completions and rollouts."""
    folder = results / "report/data"
    files = [*folder.glob("completions/*.js"), folder / "training.js"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
