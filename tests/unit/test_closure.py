"""A stage's code: the files that it really imports, and a fingerprint that is deaf to prose and to nothing else."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest
from stages import in_fork

from finmath_grpo.workflow import closure

ROOT = Path(__file__).parents[2]
STAGES = sorted(
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in (ROOT / "src").rglob("*.py")
    # What packs and describes results is run by hand, and no rule depends on it.
    if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")
    and path.parent.name not in ("workflow", "release")
)
# Imported inside a function, where the settings ask for it.
ON_DEMAND = ("_engine.py", "weight_sync.py")
# Stages that can be imported only where there is a GPU.
GPU_ONLY = {"finmath_grpo.training.grpo_unsloth"}


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The project's files that are in memory after the import of each stage: a fork of this process per stage, as the
    slow libraries are in memory here, and nothing of the project in the fork."""
    for library in ("datasets", "pandas", "peft", "plotly.graph_objects", "statsmodels.api", "torch", "trl"):
        importlib.import_module(library)
    found = {}
    for stage in STAGES:
        if stage not in GPU_ONLY:
            done = in_fork(lambda stage=stage: print(json.dumps(files_imported_by(stage))), anew="finmath_grpo")
            assert done.returncode == 0, (stage, done.stderr)
            files = json.loads(done.stdout.splitlines()[-1])
            found[stage] = {str(Path(file).relative_to(ROOT)) for file in files}
    return found


def files_imported_by(stage: str) -> list[str]:
    importlib.import_module(stage)
    modules = [module for name, module in sys.modules.items() if name.startswith("finmath_grpo")]
    return [module.__file__ for module in modules if module.__file__]


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in GPU_ONLY])
def test_source_files_of_a_stage_are_what_it_imports(stage, imported, monkeypatch):
    monkeypatch.chdir(ROOT)
    listed = {file for file in closure.source_files(stage) if not file.endswith(ON_DEMAND)}
    assert listed == {file for file in imported[stage] if not file.endswith(ON_DEMAND)}


STAGE = '''
"""A stage."""
import math
from finmath_grpo import tools
from finmath_grpo.tools import helper, refuse


def main(text: str) -> int:
    """Say it."""
    if not text:
        refuse("empty")
    return math.floor(helper(text)) + tools.LIMIT


if __name__ == "__main__":
    main("x")
'''
TOOLS = '''
import os

os.environ["MODE"] = "1"
LIMIT = 3
OTHER = 4


class Refusal(Exception):
    """Why not."""


def refuse(word: str) -> None:
    raise Refusal(f"{word} is refused")


def helper(text: str) -> float:
    # Half of it.
    return len(text) / 2


def only_scoring_uses(text):
    return text + "1"
'''


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """The fingerprint of a stage after an edit: (file, old, new), the old text having been there."""

    def fingerprint(*edits: tuple[str, str, str]) -> str:
        files = {"__init__": "", "stage": STAGE, "tools": TOOLS}
        for name, old, new in edits:
            assert old in files[name]
            files[name] = files[name].replace(old, new)
        package = tmp_path / "src" / "finmath_grpo"
        package.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (package / f"{name}.py").write_text(text, encoding="utf-8")
        for cached in (closure._file, closure._tree, closure._imported, closure._read, closure._files):
            cached.cache_clear()
        return closure.fingerprint("finmath_grpo.stage")

    monkeypatch.setattr(closure, "SOURCE", tmp_path / "src")
    yield fingerprint
    for cached in (closure._file, closure._tree, closure._imported, closure._read, closure._files):
        cached.cache_clear()


@pytest.mark.parametrize(
    "edit",
    [
        ("stage", '"""A stage."""', '"""The stage."""'),
        ("stage", '    """Say it."""\n', ""),
        ("tools", "# Half of it.", "# One half."),
        ("tools", "return len(text) / 2", "return (len(text)   / 2)"),
        ("tools", "is refused", "can't be had"),
        ("tools", 'text + "1"', 'text + "2"'),
        ("tools", "OTHER = 4", "OTHER = 5"),
        ("stage", "text: str) -> int", "text: object) -> float"),
    ],
    ids=["docstring", "no docstring", "comment", "formatting", "error text", "unused code", "unused constant", "types"],
)
def test_what_changes_no_result_changes_no_fingerprint(edited, edit):
    before = edited()
    assert edited(edit) == before


@pytest.mark.parametrize(
    "edit",
    [
        ("stage", 'main("x")', 'main("y")'),
        ("tools", "/ 2", "/ 3"),
        ("tools", "LIMIT = 3", "LIMIT = 2"),
        ("stage", "import math", "import cmath as math"),
        ("stage", "import helper, refuse", "import only_scoring_uses as helper, refuse"),
        ("tools", "LIMIT = 3", "LIMIT = 3\nprint(LIMIT)"),
        ("__init__", "", "VERSION = 1\nprint(VERSION)"),
        ("tools", '["MODE"] = "1"', '["MODE"] = "2"'),
    ],
    ids=["main", "helper", "constant", "library", "another helper", "of an import", "of the package", "of a setting"],
)
def test_what_can_change_a_result_changes_the_fingerprint(edited, edit):
    before = edited()
    assert edited(edit) != before


@pytest.mark.parametrize("edit", [("tools", "/ 2", "/ 3"), ("tools", 'text + "1"', 'text + "2"')])
def test_all_of_a_module_that_is_loaded_by_its_name_counts(edited, edit):
    found = []
    for edits in ((), (edit,), (("tools", "# Half of it.", "# One half."),)):
        edited(*edits)
        found.append(closure.fingerprint("finmath_grpo.tools"))
    assert found[0] != found[1] and found[0] == found[2]


LOADED = re.compile(r'import_module\("(finmath_grpo\.training\.\w+)"\)')


def test_a_module_that_a_training_loads_by_its_name_is_code_of_it_where_it_is_an_entry(monkeypatch):
    monkeypatch.chdir(ROOT)
    loaded = {
        name for path in Path("src/finmath_grpo/training").glob("*.py") for name in LOADED.findall(path.read_text())
    }
    assert loaded > {"finmath_grpo.training.cpu_passes", "finmath_grpo.training.sampled_pairs"}
    for module in loaded:
        file = str(Path("src", *module.split(".")).with_suffix(".py"))
        assert file in closure.covered_files(module)


def test_an_entry_that_is_not_there_is_an_error_and_no_empty_fingerprint(edited):
    edited()
    with pytest.raises(KeyError, match="nothing"):
        closure.fingerprint("finmath_grpo.nothing")
    with pytest.raises(KeyError, match="gone"):
        closure.fingerprint("finmath_grpo.tools:gone")
