"""How the modules that are run start: `--help` says how to use each and does nothing else; imports are quick."""

import ast
import io
import json
import os
import re
import runpy
import subprocess
import sys
import warnings
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import pytest
from stages import in_fork

SOURCE = Path(__file__).parents[2] / "src"


def run_each(modules: list[str]) -> None:
    """In one process, which imports what they share once."""
    warnings.simplefilter("ignore")
    said = {}
    for module in modules:
        sys.argv, words, status = [module, "--help"], io.StringIO(), "ended without an exit"
        with redirect_stdout(words):
            try:
                runpy.run_module(module, run_name="__main__")
            except SystemExit as end:
                status = end.code
            except Exception as error:
                status = repr(error)
        said[module] = [status, words.getvalue()[:6]]
    print(json.dumps(said))


def modules_that_are_run() -> list[str]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.If) and "__main__" in ast.unparse(part.test) for part in tree.body):
            found.append(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    return found


# As `python -m` imports the package, and then its module.
START = """
import gc, sys
sys.argv[0] = {first!r}
from finmath_grpo.errors import run_stage
print(gc.isenabled(), end=" ")
run_stage(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0))
"""


def test_help_of_every_module_is_usage_and_nothing_more(tmp_path: Path) -> None:
    modules = modules_that_are_run()
    assert len(modules) > 50 and "finmath_grpo.release.page" in modules
    if find_spec("unsloth") is None:
        modules.remove("finmath_grpo.training.grpo_unsloth")
    done = in_fork(lambda: run_each(modules), "finmath_grpo", tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {module: words for module, words in said.items() if words != [0, "usage:"]} == {}
    assert list(said) == modules and list(tmp_path.iterdir()) == []


def test_garbage_is_looked_for_in_a_stage_and_not_in_its_imports() -> None:
    def said(first: str) -> str:
        command = [sys.executable, "-c", START.format(first=first)]
        return subprocess.run(
            command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True
        ).stdout

    assert said("-m") == "False True True\n"
    # Whoever imports the package as a library looks for garbage as before.
    assert said("a_script.py") == "True True True\n"


def test_every_module_that_is_run_looks_for_garbage() -> None:
    for module in modules_that_are_run():
        text = SOURCE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        start = text[text.index('if __name__ == "__main__":') :]
        assert "run_stage(" in start, module


def test_a_reader_that_has_seen_enough_ends_a_module_without_a_traceback() -> None:
    command = f"{sys.executable} -m finmath_grpo.workflow.experiments schema | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("{141\n", "")


@pytest.mark.parametrize(
    ("environment", "status", "says"),
    [
        # Without these two, Python takes the locale C for UTF-8.
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, 2, "error: the locale is ascii, .*C.UTF-8"),
        ({"PYTHONIOENCODING": "latin5"}, 2, "error: Python prints iso8859-9, .*unset PYTHONIOENCODING"),
        ({"PYTHONIOENCODING": "UTF8"}, 0, ""),
        ({"LC_ALL": "C"}, 0, ""),
    ],
)
def test_a_module_that_is_run_where_texts_are_not_utf_8_says_so_in_a_line(environment, status, says) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "finmath_grpo.workflow.experiments", "schema"],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == status and re.match(says, done.stderr)
    assert done.stderr.count("\n") == (status != 0) and bool(done.stdout) == (status == 0)


def test_a_module_that_is_stopped_by_ctrl_c_says_so_in_a_line() -> None:
    # What a shell starts in the background ignores the signal until it says otherwise.
    code = (
        "import signal; from finmath_grpo.errors import run_stage; signal.signal(2, signal.default_int_handler);"
        "run_stage(lambda: signal.raise_signal(2))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped by Ctrl-C\n")


def test_a_checkout_that_was_copied_with_its_environment_does_not_run_the_code_it_was_copied_from(
    tmp_path: Path,
) -> None:
    copied = tmp_path / "src/finmath_grpo/errors.py"
    copied.parent.mkdir(parents=True)
    copied.write_text("")
    (tmp_path / "Snakefile").touch()
    command = [sys.executable, "-m", "finmath_grpo.workflow.experiments", "schema"]

    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True)

    done = run(tmp_path)
    assert done.returncode == 2 and done.stderr.startswith(f"error: this Python runs the code of {SOURCE.parent}, not")
    assert "`rm -r .venv && sh envs/make-venv`" in done.stderr and done.stderr.count("\n") == 1
    # Elsewhere, as where another project uses the scorer, it runs.
    assert run(copied.parent).returncode == 0 and run(SOURCE.parent).returncode == 0


@pytest.mark.parametrize("name", ["kills", "plants", "two_gpus"])
def test_benchmarks_that_use_the_checkouts_of_tests_find_them(name: str) -> None:
    program = SOURCE.parent / "benchmarks" / f"{name}.py"
    done = subprocess.run([sys.executable, program, "--help"], env={}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("usage:")
