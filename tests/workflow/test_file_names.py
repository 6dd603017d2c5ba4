"""A file name of a config is one word to the shell, whatever stands in it."""

import shutil
from pathlib import Path

from conftest import new_checkout


def test_a_file_name_that_a_shell_would_run_is_read_and_not_run(tmp_path: Path):
    checkout = new_checkout(tmp_path / "new")
    name = "data/raw/it's $(touch RUN) `touch RUN`;touch RUN.jsonl"
    shutil.copy(checkout.path / "data/raw/smoke.jsonl", checkout.path / name)
    (checkout.path / "config/mine.yaml").write_text(f'extends: smoke\nquestions: "{name}"\n')
    checkout.snakemake("results/mine/data/questions.jsonl")
    assert not (checkout.path / "RUN").exists()
    questions = (checkout.path / "results/mine/data/questions.jsonl").read_text(encoding="utf-8")
    assert len(questions.splitlines()) > 500
