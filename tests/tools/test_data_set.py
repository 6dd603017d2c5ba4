"""`datasets` loads every part of the data set from its folder, and the package installs with it and without torch."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import datasets
import yaml
from conftest import version_of

Tell = Callable[[str, str, str], None]
RAW = Path("data/raw")


def card() -> tuple[dict[str, list[dict[str, str]]], str]:
    """The configs of the data card with their files, and its text."""
    _, head, text = (RAW / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    found = {}
    for config in yaml.safe_load(head)["configs"]:
        files = config["data_files"]
        found[config["config_name"]] = [{"split": "train", "path": files}] if isinstance(files, str) else files
    return found, text


def test_every_config_of_the_card_loads_with_every_row_of_its_files(tmp_path: Path, tell: Tell) -> None:
    configs, _ = card()
    paths = {file["path"] for files in configs.values() for file in files}
    assert paths == {str(path.relative_to(RAW)) for path in RAW.rglob("*.jsonl")}, "a file in no config"
    total = 0
    for name, files in configs.items():
        loaded = datasets.load_dataset(str(RAW), name, cache_dir=str(tmp_path))
        assert set(loaded) == {file["split"] for file in files}
        for file in files:
            lines = [json.loads(line) for line in (RAW / file["path"]).read_text(encoding="utf-8").splitlines()]
            assert [row["id"] for row in loaded[file["split"]]] == [line["id"] for line in lines]
            assert [row["question"] for row in loaded[file["split"]]] == [line["question"] for line in lines]
            total += len(lines)
    default = datasets.load_dataset(str(RAW), cache_dir=str(tmp_path))
    assert {name: part.num_rows for name, part in default.items()} == {
        "train": 442,
        "t1": 100,
        "t2": 100,
        "t3": 1000,
        "v": 100,
    }
    tell("the data set, data/raw", version_of("datasets"), f"{len(configs)} configs, {total:,} rows")


def test_the_rows_that_the_card_states_are_those_of_the_files() -> None:
    _, text = card()
    stated = {
        name: int(count.replace(",", ""))
        for name, count in re.findall(r"^\| `([\w/-]+\.jsonl)` \| ([\d,]+) \|", text, flags=re.M)
    }
    assert stated and stated == {name: len((RAW / name).read_text(encoding="utf-8").splitlines()) for name in stated}
    assert {"questions.jsonl", "transfer.jsonl", "instances.jsonl", "validation.jsonl", "asked/train.jsonl"} <= set(
        stated
    )


USED = """
import sys, time
start = time.perf_counter()
from finmath_grpo.scorer import score
seconds = time.perf_counter() - start
from decimal import Decimal
from finmath_grpo import rewards, reward_lint
from finmath_grpo.questions.asked import PARTS, read_part
rows = {name: len(read_part(name)) for name in PARTS}
assert score("<cevap>12.500 TL</cevap>", "stop", "12.500", Decimal(12500), "TL")["numeric"] == 1
assert not {"torch", "pandas", "numpy", "transformers"} & set(sys.modules)
print(f"{seconds:.3f}", sum(rows.values()))
"""


def test_the_package_installs_without_torch_and_has_scorer_rewards_and_questions(tmp_path: Path, tell: Tell) -> None:
    source = tmp_path / "source"
    # pip builds in the folder that it is given.
    subprocess.run(["git", "clone", "--quiet", ".", str(source)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv/bin/python")
    start = time.monotonic()
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(source)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    assert done.returncode == 0, done.stderr[-2000:]
    names = subprocess.run([python, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True)
    assert "torch" not in names.stdout and "finmath-grpo" in names.stdout
    used = subprocess.run([python, "-c", USED], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert used.returncode == 0, used.stderr
    importing, rows = used.stdout.split()
    assert int(rows) == 1742 and float(importing) <= 0.3 and seconds <= 60
    lint = [python, "-m", "finmath_grpo.reward_lint", "--help"]
    subprocess.run(lint, capture_output=True, check=True, cwd=tmp_path)
    tell("pip install .", "pip", f"{seconds:.1f} s (20 asked), scorer imported in {importing} s (0.3 asked)")
