"""A stage run as the DAG runs it, in a process of its own, at the price of a fork.

`python -m` pays for Python and its libraries each time, one to five seconds; a fork of the tests' process has them
already. What differs: the seed of hashes is the parent's, so a test of equal bytes starts `fresh` processes, and so do
tests of what is imported. Not for stages that compute with torch, whose threads no fork has.
"""

import os
import runpy
import subprocess
import sys
import tempfile
import traceback
import warnings
from importlib import import_module
from typing import NoReturn

UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python shows nobody, unless it is asked to."""


def run_stage(
    module: str, *words: object, fresh: bool = False, strict: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m finmath_grpo.MODULE WORD…`: exit status, stdout, stderr. `strict` makes errors of warnings."""
    name = f"finmath_grpo.{module}"
    command = [sys.executable, *(["-W", "error"] if strict else []), "-m", name, *map(str, words)]
    if fresh:
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    import_module(name)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            _become(name, command, strict, environment, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
    return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(status), *texts)


def _become(name: str, command: list[str], strict: bool, environment: dict[str, str], out: int, err: int) -> NoReturn:
    """Be the process that `python -m` would start, and end as it would."""
    status = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
        os.environ.update(environment)
        warnings.resetwarnings()
        if strict:
            warnings.simplefilter("error")
        for category in UNSEEN:
            warnings.simplefilter("ignore", category, append=True)
        sys.argv = [name, *command[command.index(name) + 1 :]]
        # It runs as `__main__`; that it is imported too would be warned of.
        sys.modules.pop(name)
        runpy.run_module(name, run_name="__main__", alter_sys=True)
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
