"""Errors that are the user's to mend: told in one line, with no traceback.

A stage raises :class:`UserError` with the file, the line or field, what was expected and what to do;
:func:`run_stage` prints it and exits with 2. Anything else is a defect of ours and keeps its traceback.
"""

import codecs
import gc
import os
import signal
import stat
import sys
from collections.abc import Callable


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


def run_stage(main: Callable[[], None]) -> None:
    """Call the `main` of a stage; on a :class:`UserError` print it and exit with status 2.

    Ends with 141, and no traceback, where nobody reads its output any more.
    """
    # What was imported is no garbage. statsmodels, for one, collects at each correction by Holm.
    gc.freeze()
    gc.enable()
    try:
        check_encoding()
        main()
        print(end="", flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The output of a job is a file: its broken pipe is another one, and keeps its traceback.
        if not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            raise
        # Who reads our output has seen enough, as `| head` has. Nothing more is written to it as Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
