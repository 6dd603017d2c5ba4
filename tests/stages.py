"""A stage, or Snakemake, in a process of its own as a user would run it, at the price of a fork.

`python -m` pays for Python and its libraries each time, one to five seconds; a fork of the tests' process has them
already. What differs: the seed of hashes is the parent's, so a test of equal bytes starts `fresh` processes, and so do
tests of what is imported. Not for stages that compute with torch, whose threads no fork has.
"""

import gc
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NoReturn

SOURCES = Path(__file__).parents[1] / "src"
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python shows nobody, unless it is asked to."""

PROJECT = "finmath_grpo"
Names = str | tuple[str, ...]
"""How names of modules begin."""
Done = subprocess.CompletedProcess[str]
"""Exit status, stdout and stderr."""


def run_stage(
    module: str, *words: object, fresh: bool = False, strict: bool = False, anew: Names = PROJECT, **environment: str
) -> Done:
    """Run `python -m finmath_grpo.MODULE WORD…`. `strict` makes errors of warnings; `anew` is for :func:`in_fork`."""
    name = f"finmath_grpo.{module}"
    command = [sys.executable, *(["-W", "error"] if strict else []), "-m", name, *map(str, words)]
    if fresh:
        # The environment may be that of another checkout.
        variables = {**os.environ, "PYTHONPATH": str(SOURCES), **environment}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    import_module(name)
    return in_fork(lambda: run_module(command), anew, **environment)


def snakemake(folder: Path, *words: str, **environment: str) -> Done:
    """Run `python -m snakemake WORD…` in a checkout, of the sources there. Its jobs are processes as ever."""
    # Snakemake imports the others in the fork.
    for library in ("snakemake.cli", "snakemake.report.html_reporter", "smart_open", "pandas"):
        import_module(library)
    command = [sys.executable, "-m", "snakemake", *words]
    return in_fork(lambda: run_module(command), PROJECT, folder, **environment)


def in_fork(call: Callable[[], object], anew: Names, folder: Path = Path(), **environment: str) -> Done:
    """Call something in a fork of this process, in a folder; modules named `anew…` are imported again there."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            end_as(call, anew, folder, environment, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
    return subprocess.CompletedProcess(sys.orig_argv, os.waitstatus_to_exitcode(status), *texts)


def end_as(
    call: Callable[[], object], anew: Names, folder: Path, environment: dict[str, str], out: int, err: int
) -> NoReturn:
    """Call, and end as a process that did no more."""
    status = 1
    # What the tests' process holds is no garbage of the stage's. To look through it took half a second per collection,
    # and statsmodels asks for 15 in one stage.
    gc.freeze()
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
        os.environ.update(environment)
        os.chdir(folder)
        for module in [module for module in sys.modules if module.startswith(anew)]:
            del sys.modules[module]
        call()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_module(command: list[str]) -> None:
    """Do what the command `python … -m MODULE …` would do in a new process."""
    warnings.resetwarnings()
    if "-W" in command:
        warnings.simplefilter("error")
    for category in UNSEEN:
        warnings.simplefilter("ignore", category, append=True)
    name, *words = command[command.index("-m") + 1 :]
    sys.argv = [name, *words]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
