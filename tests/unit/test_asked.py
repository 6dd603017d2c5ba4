"""What is shipped without the DAG: the questions as they are asked, and a scorer that imports at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from finmath_grpo.errors import UserError
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.asked import DATA, OTHERS, PARTS, read_part
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.rows import RawQuestion
from finmath_grpo.questions.split import draw_test_ids
from finmath_grpo.workflow import experiments

RAW = Path(__file__).parents[2] / "data/raw"
PAPER = experiments.load(Path(__file__).parents[2] / "config/paper.yaml")


def test_the_questions_are_what_the_stages_make_of_the_raw_files_for_the_paper() -> None:
    rows = [clean(row) for row in read_jsonl(RAW / "questions.jsonl", RawQuestion)]
    drawn = set(draw_test_ids(rows, PAPER.split))
    expected = {"train": [row for row in rows if row.id not in drawn], "t1": [row for row in rows if row.id in drawn]}
    expected |= {
        part: [clean(row) for row in read_jsonl(RAW / f"{name}.jsonl", RawQuestion)] for part, name in OTHERS.items()
    }
    assert tuple(expected) == PARTS
    for part, questions in expected.items():
        assert read_part(part) == questions, f"run: python -m finmath_grpo.questions.asked ({part})"
    assert {PAPER.questions, PAPER.tests.t2.questions, PAPER.tests.t3.questions, PAPER.validation} == {
        f"data/raw/{name}.jsonl" for name in ("questions", *OTHERS.values())
    }


def test_a_part_that_is_none_is_named() -> None:
    with pytest.raises(UserError, match="'t4'; expected one of train, t1, t2, t3, v"):
        read_part("t4")


def test_the_package_s_data_are_those_of_the_checkout() -> None:
    assert DATA.resolve() == RAW.resolve()


def test_the_scorer_imports_nothing_but_python_and_the_questions_no_torch() -> None:
    heavy = "pydantic pandas numpy torch transformers scipy"
    tell = f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    code = f"import finmath_grpo.scorer, finmath_grpo.rewards, sys; {tell}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []
    code = code.replace("finmath_grpo.rewards", "finmath_grpo.questions.asked, finmath_grpo.reward_lint")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == ["pydantic"]


def test_the_tasks_of_eval_yaml_are_splits_of_the_data_card() -> None:
    tasks = yaml.safe_load((RAW / "eval.yaml").read_text(encoding="utf-8"))["tasks"]
    head = yaml.safe_load((RAW / "README.md").read_text(encoding="utf-8").split("---\n", 2)[1])
    asked = next(config for config in head["configs"] if config["config_name"] == "asked")
    assert {file["split"]: file["path"] for file in asked["data_files"]} == {
        part: f"asked/{part}.jsonl" for part in PARTS
    }
    assert [(task["config"], task["split"]) for task in tasks] == [("asked", part) for part in ("t1", "t2", "t3")]
