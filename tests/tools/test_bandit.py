"""Bandit finds nothing in our code but what pyproject.toml skips, with reasons."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("src", "docker", "benchmarks")


def found(*files: str) -> list[str]:
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-f", "json", "-r", *files]
    report = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout)
    assert not report["errors"]
    return [f"{each['filename']}:{each['line_number']}: {each['test_id']}" for each in report["results"]]


def test_bandit_is_clean():
    assert found(*CODE) == []


def test_bandit_would_find_a_pickle(tmp_path: Path):
    (tmp_path / "bad.py").write_text("import pickle\npickle.load(open('x', 'rb'))\n")
    assert any("B301" in each for each in found(str(tmp_path)))
