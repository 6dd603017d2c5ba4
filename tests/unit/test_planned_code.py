"""A dear stage runs the code that it was planned with, or says that it was edited."""

from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import closure, planned_code


def forget() -> None:
    """As in the process of a job, which read nothing yet."""
    for known in (closure._files, closure._imported, closure._file, closure._tree, closure._read):
        known.cache_clear()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "src/finmath_grpo/stage.py"
    file.parent.mkdir(parents=True)
    (file.parent / "__init__.py").touch()
    file.write_text("def main():\n    return 1\n\n\nif __name__ == '__main__':\n    main()\n")
    forget()
    yield file
    forget()


@pytest.mark.parametrize("edit", ["return 2", "return (", "pass"])
def test_a_stage_that_was_edited_since_it_was_planned_is_refused(module: Path, edit: str):
    command = ["finmath_grpo.stage", "--code", planned_code.planned("finmath_grpo.stage"), "--out", "x"]
    planned_code.check(command)
    module.write_text("# A comment is no edit.\n" + module.read_text())
    forget()
    planned_code.check(command)
    module.write_text(module.read_text().replace("return 1", edit))
    forget()
    with pytest.raises(UserError, match=r"finmath_grpo\.stage: its code was edited since this run was planned"):
        planned_code.check(command)


def test_a_stage_run_by_hand_with_a_name_of_its_own_for_its_code_is_let_alone(module: Path):
    planned_code.check(["finmath_grpo.stage", "--code", "by-hand"])
    planned_code.check(["finmath_grpo.stage"])
