"""NOTICE and ARTIFACT.md are what their generators make, and hold what they must."""

import json
import re
from pathlib import Path

import pytest

from finmath_grpo.release import notice, page
from finmath_grpo.workflow.sources import from_head, revision

ROOT = Path(__file__).parents[2]
EXPERIMENTS = [path.stem for path in (ROOT / "config").glob("*.yaml")]


@pytest.mark.parametrize("stack", ["cpu", "cuda"])
def test_licences_cover_the_lock(stack: str):
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / f"envs/{stack}.lock").read_text(), flags=re.M))
    rows = [line.split("\t") for line in (ROOT / f"envs/{stack}.licences").read_text(encoding="utf-8").splitlines()]
    assert {name: version for name, version, _ in rows} == {notice.normal(name): pins[name] for name in pins}
    assert all(licence.strip() for _, _, licence in rows)


def test_notice_is_what_the_licences_give():
    tables = {stack: (ROOT / f"envs/{stack}.licences").read_text(encoding="utf-8") for stack in notice.STACKS}
    assert (ROOT / "NOTICE").read_text(encoding="utf-8") == notice.notice(tables)


def test_artifact_page_is_what_the_measurements_give():
    measurements = json.loads((ROOT / page.MEASUREMENTS).read_text(encoding="utf-8"))
    assert (ROOT / page.PAGE).read_text(encoding="utf-8") == page.page(measurements, EXPERIMENTS)


def test_artifact_page_fits_two_pages():
    # A page of A4 holds about 65 lines of 110 characters; a longer line wraps, and a table row is a line and a half.
    lines = (ROOT / page.PAGE).read_text(encoding="utf-8").splitlines()
    assert sum(max(1, -(-len(line) // 130)) for line in lines) <= 130


def test_every_command_of_the_artifact_page_names_what_exists():
    text = (ROOT / page.PAGE).read_text(encoding="utf-8")
    targets = {*EXPERIMENTS, "all", "doctor"}
    assert set(re.findall(r"snakemake --cores ([a-z][a-z-]*)\b(?!/)", text)) <= targets
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{name}:", makefile, flags=re.M) for name in re.findall(r"`make ([a-z-]+)", text))


def test_seconds_are_summed_by_stage(tmp_path: Path):
    header = "s\th:m:s\tcpu_time\n"
    (tmp_path / "grpo").mkdir()
    (tmp_path / "grpo" / "a.tsv").write_text(f"{header}10.5\t0:00:10\t8.0\n")
    (tmp_path / "grpo" / "b.tsv").write_text(f"{header}2.0\t0:00:02\t1.5\n")
    (tmp_path / "clean.tsv").write_text(f"{header}0.2\t0:00:00\t0.1\n")
    assert page.seconds_by_stage(tmp_path) == {
        "clean": {"wall": 0.2, "cpu": 0.1},
        "grpo": {"wall": 12.5, "cpu": 9.5},
    }


def test_commit_is_read_with_no_git(tmp_path: Path):
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert from_head(tmp_path) is None
    (tmp_path / ".git" / "packed-refs").write_text("# pack-refs\nabc refs/heads/other\ndef refs/heads/main\n")
    assert from_head(tmp_path) == ("def", None)
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text("123\n")
    assert from_head(tmp_path) == ("123", None)
    assert revision("123-dirty\n") == ("123", True) and revision("") is None
