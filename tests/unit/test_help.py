"""`--help` of each module that is run says how, and does nothing else."""

import ast
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
# One process, which imports what they share once.
RUN_EACH = """
import contextlib, io, json, runpy, sys
said = {}
for module in sys.argv[1:]:
    sys.argv, words, status = [module, "--help"], io.StringIO(), "ended without an exit"
    with contextlib.redirect_stdout(words):
        try:
            runpy.run_module(module, run_name="__main__")
        except SystemExit as end:
            status = end.code
        except Exception as error:
            status = repr(error)
    said[module] = [status, words.getvalue()[:6]]
print(json.dumps(said))
"""


def modules_that_are_run() -> list[str]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.If) and "__main__" in ast.unparse(part.test) for part in tree.body):
            found.append(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    return found


def test_help_of_every_module_is_usage_and_nothing_more(tmp_path: Path) -> None:
    modules = modules_that_are_run()
    assert len(modules) > 50 and "finmath_grpo.release.page" in modules
    if find_spec("unsloth") is None:
        modules.remove("finmath_grpo.training.grpo_unsloth")
    command = [sys.executable, "-W", "ignore", "-c", RUN_EACH, *modules]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {module: words for module, words in said.items() if words != [0, "usage:"]} == {}
    assert list(said) == modules and list(tmp_path.iterdir()) == []
