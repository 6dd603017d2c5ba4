"""The planner's hash of questions is that of what the stages write, and of nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from finmath_grpo.files import digest, sha256
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.workflow import cutoff

ROOT = Path(__file__).parents[2]
ROWS = [json.loads(row) for row in (ROOT / "data/raw/smoke.jsonl").read_text(encoding="utf-8").splitlines()[:20]]
SETTINGS = SplitSettings(by="random", test=5, seed=1)


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(cutoff, "KNOWN", tmp_path / "notes")


def written(folder: Path, rows: list[dict]) -> Path:
    file = folder / "raw.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def test_the_hashes_are_those_of_the_files_that_the_stages_write(tmp_path):
    raw = written(tmp_path, [*ROWS, {**ROWS[0], "id": "rejected", "answer": "ne?"}])
    files = {name: tmp_path / name for name in ("questions", "rejected", "train", "test")}

    def stage(module: str, *names: str, **more: object) -> None:
        options = {**{name: files[name] for name in names}, **more}
        words = [f"--{name}={value}" for name, value in options.items()]
        subprocess.run([sys.executable, "-m", f"finmath_grpo.questions.{module}", *words], check=True)

    stage("clean", "questions", "rejected", raw=raw)
    stage("split", "questions", "train", "test", settings=SETTINGS.model_dump_json())
    assert files["rejected"].stat().st_size and files["test"].stat().st_size
    assert cutoff.cleaned_rows(raw) == digest([sha256(files["questions"]), sha256(files["rejected"])])
    assert cutoff.split_rows(raw, SETTINGS) == digest([sha256(files["train"]), sha256(files["test"])])


def test_another_text_of_a_rejected_row_is_another_result_of_cleaning_and_none_of_splitting(tmp_path):
    found = []
    for text in ("Kaç?", "Ne kadar?"):
        raw = written(tmp_path, [*ROWS, {**ROWS[0], "id": "rejected", "question": text, "answer": "ne?"}])
        found.append((cutoff.cleaned_rows(raw), cutoff.split_rows(raw, SETTINGS)))
    assert found[0][0] != found[1][0] and found[0][1] == found[1][1]


def test_what_was_cleaned_once_is_not_cleaned_again_to_plan(tmp_path):
    raw = written(tmp_path, ROWS)
    first = cutoff.cleaned_rows(raw)
    (note,) = (tmp_path / "notes").iterdir()
    note.write_text("kept", encoding="utf-8")
    assert cutoff.cleaned_rows(raw) == "kept" != first
