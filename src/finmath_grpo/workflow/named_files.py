"""The files that a config names: each is there, and one that a job can read, before anything is planned from it.

Snakemake asks for the input of a job only where the job has to run. So a wrong name would go unnoticed where results
exist, and old results would stand for the new config.
"""

import difflib
import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import read_lines
from finmath_grpo.workflow.config_file import read_config
from finmath_grpo.workflow.kinds import Experiment, Published, Recorded, Run

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def named(experiment: Experiment) -> Iterator[tuple[str, str]]:
    """The key of each file that the config of an experiment names, and the file."""
    if isinstance(experiment, Published):
        yield "numbers", experiment.numbers
    elif isinstance(experiment, Recorded):
        yield "record", experiment.record
        if experiment.scorer_audit is not None:
            yield "scorer_audit", experiment.scorer_audit
    else:
        yield "questions", experiment.questions
        if experiment.validation is not None:
            yield "validation", experiment.validation
        for test in type(experiment.tests).model_fields:
            further = getattr(experiment.tests, test)
            if further is not None:
                yield f"tests.{test}.questions", further.questions


def check(config: Path, experiment: Experiment) -> None:
    """Raise UserError with config file, key and remedy for each named file that is none to read."""
    faults = [(key, fault) for key, file in named(experiment) if (fault := fault_of(file))] or list(
        no_questions(experiment)
    )
    if not faults:
        return
    read = read_config(config)
    inherited = [key for key, _ in faults if read.inherits(tuple(key.split(".")))]
    source = f" ({', '.join(inherited)}: from {read.base})" if inherited else ""
    raise UserError(f"{config}: {'; '.join(f'{key}: {fault}' for key, fault in faults)}{source}")


def no_questions(experiment: Experiment) -> Iterator[tuple[str, str]]:
    """The key and the fault of each empty file of a run's questions; their rows are checked by the run's plan."""
    for key, file in named(experiment) if isinstance(experiment, Run) else ():
        if not any(True for _ in read_lines(Path(file))):
            yield key, f"{file}: has no questions; expected rows as in data/raw/README.md"


def fault_of(file: str) -> str | None:
    """What is wrong with a file that a config names, and what to do; None if nothing is."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", file):
        return f"{file}: a URL; download the file and give its path"
    path = Path(file)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            return f"{file}: a symbolic link to {os.readlink(path)}, which is not there; mend the link"
        return f"{file}: no such file{nearest(path)}"
    except ValueError:  # a NUL in the name
        return f"{file!r}: no name of a file"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return f"{file}: a symbolic link that leads back to itself; mend the link"
        return f"{file}: {error.strerror}"
    if not stat.S_ISREG(mode):
        return f"{file}: {KINDS.get(stat.S_IFMT(mode), 'no file')}; expected a file"
    if not os.access(path, os.R_OK):
        return f"{file}: can't be read by user {os.getuid()}; change its permissions"
    if path.resolve().is_relative_to(Path("results").resolve()):
        return f"{file}: lies in results/, which runs write; copy it to data/raw/ and name the copy"
    return None


def nearest(path: Path) -> str:
    """A remedy for a name that is not there: what is most alike in the folder, if anything is."""
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return "; its folder is not there either (paths start in the project's root folder)"
    alike = difflib.get_close_matches(path.name, names, n=1)
    return f"; correct the name (nearest: {path.with_name(alike[0])})" if alike else "; correct the name"
