"""One run at a time on one `results/`, on the host or in containers, and a killed run leaves nothing behind.

Snakemake's own lock is a file that outlives a killed process and says nothing of who holds it. Here the kernel holds a
lock (flock) for as long as the process lives. Whoever has it knows that no other run does. So it removes Snakemake's
locks and the temporary files of killed jobs.

Jobs of a cluster that outlive their main process are looked for by :mod:`finmath_grpo.workflow.cluster`.

Not covered: folders shared over a network by machines that don't share locks; a run with `snakemake --directory`
elsewhere; somebody who runs a stage by hand. What two jobs must not do at once (train in one checkpoint folder, say)
they have to lock themselves.
"""

import fcntl
import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from finmath_grpo.errors import UserError
from finmath_grpo.files import remove_strays

HOLDER = "FINMATH_HOLDER"
"""The variable that tells jobs the process whose run they belong to; `workflow.job` ends a job when it is gone."""
NOT_OURS = (".snakemake", "cache/compiled")
"""Folders of `results/` in which others keep temporary files."""
READS = (
    *("dryrun", "lint", "list_rules", "list_target_rules", "print_compilation"),
    *("dag", "rulegraph", "filegraph", "d3dag", "summary", "detailed_summary", "containerize"),
    *("list_changes", "list_input_changes", "list_params_changes", "list_untracked", "list_conda_envs"),
)
"""Snakemake's options, by their names in its parser, with which it changes nothing in `results/`."""


def only_reads(arguments: list[str]) -> bool:
    """Whether a command line of Snakemake, without the program's name, builds nothing.

    Snakemake's own parser reads it, so that `-np`, `--dry-run` and `--dag=dot` are understood as Snakemake does.
    """
    # In a run of Snakemake it is loaded already; jobs import this module and don't need it.
    from snakemake.cli import get_argument_parser

    given = vars(get_argument_parser().parse_known_args(arguments)[0])
    reports = given["report"] is not None and not given["report_after_run"]
    return reports or any(given[name] not in (None, False) for name in READS)


def hold(results: Path) -> TextIO:
    """Take `results` for this process, until the file that is returned is closed or the process ends.

    Raises UserError naming the holder where another process has it, or the folder where it can't be written.
    """
    metadata = results / ".snakemake"
    try:
        metadata.mkdir(parents=True, exist_ok=True)
        file = (metadata / "held-by").open("a+", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{metadata}: can't be written by user {os.getuid()}: {error.strerror}; run as the owner of {results}/"
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another run"
        raise UserError(f"{results}/ is in use by {holder}; wait for it or stop it, then run again") from None
    file.truncate(0)
    file.write(f"{this_process()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    file.flush()
    shutil.rmtree(metadata / "locks", ignore_errors=True)
    remove_strays(results, skip=NOT_OURS)
    return file


def this_process() -> str:
    """A name for this process that its user can act on."""
    if "FINMATH_STACK" in os.environ:  # set in our images; the host name of a container is its id
        return f"container {socket.gethostname()}"
    return f"process {os.getpid()} on {socket.gethostname()}"
