"""Every setting of `paper` says where it comes from, and the page that shows it is what its data give."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks import rehearsal_tables
from finmath_grpo.training.sources import sources
from finmath_grpo.workflow.config_file import flat

ROOT = Path(__file__).parents[2]
PAPER = yaml.safe_load((ROOT / "config/paper.yaml").read_text(encoding="utf-8"))
STATED = sources(ROOT / "config/sources.yaml")


def within(name, key):
    """Whether a setting is the one that a source names, or of the section that it names."""
    return name == key or name.startswith(f"{key}.")


def without_source(values, stated):
    return [name for name in flat(values) if not any(within(name, key) for key in stated)]


def without_setting(values, stated):
    return [key for key in stated if not any(within(name, key) for name in flat(values))]


def test_no_setting_of_paper_is_without_a_source_and_no_source_without_a_setting():
    assert without_source(PAPER, STATED) == []
    assert without_setting(PAPER, STATED) == []


def test_a_new_setting_without_a_source_is_found():
    changed = {**PAPER, "evaluation": {**PAPER["evaluation"], "min_p": 0.1}}
    assert without_source(changed, STATED) == ["evaluation.min_p"]
    fewer = {key: value for key, value in PAPER.items() if key != "needs"}
    assert without_setting(fewer, STATED) == ["needs"]


def test_a_source_is_of_a_name_or_of_a_section_never_of_half_a_name():
    assert without_source({"split": {"test": 1, "tests": 2}}, {"split.test": STATED["split.test"]}) == ["split.tests"]


@pytest.mark.parametrize(
    ("setting", "value"), [("training.grpo.load_in_4bit", False), ("training.grpo.loss_type", "grpo")]
)
def test_what_the_post_leaves_open_is_one_line_of_the_config(setting, value):
    assert [name for name, entry in STATED.items() if entry.open] == [
        "training.grpo.load_in_4bit",
        "training.grpo.loss_type",
    ]
    assert flat(PAPER)[setting] == value
    text = (ROOT / "config/paper.yaml").read_text(encoding="utf-8")
    assert len(re.findall(rf"^ +{setting.rpartition('.')[2]}: ", text, flags=re.M)) == 1


def test_the_page_of_the_rehearsal_is_what_its_data_give(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["rehearsal_tables.py", "--check"])
    with pytest.raises(SystemExit) as ended:
        rehearsal_tables.main()
    assert ended.value.code is None
