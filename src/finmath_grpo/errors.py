"""Errors that are the user's to mend: told in one line, with no traceback.

A stage raises :class:`UserError` with the file, the line or field, what was expected and what to do;
:func:`run_stage` prints it and exits with 2, and so it does for a full disk and a file that may not be written or read.
Anything else is a defect of ours and keeps its traceback.
"""

import codecs
import errno
import gc
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class UserError(Exception):
    """A mistake in a file or a command of the user's; the message says where it is and what to do."""


def check_encoding() -> None:
    """Raise UserError where Python takes names of files, or what is printed, for something else than UTF-8."""
    found = sys.getfilesystemencoding()
    if found != "utf-8":
        raise UserError(f"the locale is {found}, and names and texts here are UTF-8; run `export LC_ALL=C.UTF-8` first")
    printed = getattr(sys.stdout, "encoding", None) or found
    if codecs.lookup(printed).name != "utf-8":
        raise UserError(f"Python prints {printed}, and texts here are UTF-8; run `unset PYTHONIOENCODING` first")


def check_sources() -> None:
    """Raise UserError where the code that runs is that of another checkout than the one that it is run in.

    A checkout that was copied with its `.venv` would run the code that it was copied from, whatever is edited in it.
    """
    ours, there = Path("src", *__name__.split(".")).with_suffix(".py"), Path(__file__)
    other = there.parents[2]
    if Path("Snakefile").is_file() and (other / "Snakefile").is_file() and ours.is_file() and not ours.samefile(there):
        raise UserError(
            f"this Python runs the code of {other}, not that of the folder that it was started in; make an environment"
            " of its own (`rm -r .venv && sh envs/make-venv`), or put PYTHONPATH=src before the command"
        )


@contextmanager
def in_words() -> Iterator[None]:
    """Where the block raises a :class:`UserError`, end the process with its message and status 1, as Snakemake does."""
    try:
        yield
    except UserError as error:
        sys.exit(f"error: {error}")


def of_files(error: OSError) -> str | None:
    """What to say of a full disk or a missing right to a file; None for an error of another kind."""
    if error.errno in NO_ROOM:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; free some space and run again"
    if error.errno in NOT_ALLOWED and error.filename:
        return f"{error.filename}: {error.strerror} for user {os.getuid()}; run as its owner, or in a copy of your own"
    return None


def run_stage(main: Callable[[], None]) -> None:
    """Call the `main` of a stage; on a :class:`UserError` print it and exit with status 2.

    Ends with no traceback where it is stopped by Ctrl-C (130), and where nobody reads its output any more (141).
    """
    # What was imported is no garbage. statsmodels, for one, collects at each correction by Holm.
    gc.freeze()
    gc.enable()
    try:
        check_encoding()
        check_sources()
        main()
        print(end="", flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped by Ctrl-C", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:
        # The output of a job is a file: its broken pipe is another one, and keeps its traceback.
        if not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            raise
        # Who reads our output has seen enough, as `| head` has. Nothing more is written to it as Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        if not (words := of_files(error)):
            raise
        print(f"error: {words}", file=sys.stderr)
        sys.exit(2)
