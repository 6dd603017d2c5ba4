"""One run at a time on one `results/`, on the host or in containers, and a killed run leaves nothing behind.

Snakemake's own lock is a file that outlives a killed process and says nothing of who holds it. Here the kernel holds a
lock (flock) for as long as the process lives. Whoever has it knows that no other run does. Jobs hold locks of their own
(`workflow.job`), as those of a cluster outlive the run that started them: a new run waits for them. Then it removes
Snakemake's locks and the temporary files of killed jobs.

Not covered: folders shared over a network by machines that don't share locks; a run with `snakemake --directory`
elsewhere. What two jobs of different `results/` must not do at once (train in one checkpoint folder of a shared cache,
say) they lock themselves.
"""

import fcntl
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from finmath_grpo import locks
from finmath_grpo.errors import UserError
from finmath_grpo.files import remove_strays
from finmath_grpo.locks import this_process

HOLDER = "FINMATH_HOLDER"
"""The variable that tells jobs the process whose run they belong to; `workflow.job` ends a job when it is gone."""
RUNNING = Path(".snakemake/running")
"""The folder of `results/` with a lock for each running job."""
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
    wait_for_jobs(results / RUNNING)
    shutil.rmtree(metadata / "locks", ignore_errors=True)
    remove_strays(results, skip=NOT_OURS)
    return file


def wait_for_jobs(running: Path) -> None:
    """Wait until no job of a former run lives, naming those that do. Removes the locks that killed jobs left."""
    for lock in sorted(running.glob("*.lock")):
        descriptor = locks.take(lock)
        if descriptor is None:
            print(
                f"A job of a former run still writes: {locks.holder(lock)}. Waiting for it to end; Ctrl-C gives up.",
                file=sys.stderr,
                flush=True,
            )
        while descriptor is None:
            time.sleep(locks.TICK)
            descriptor = locks.take(lock)
        lock.unlink(missing_ok=True)
        os.close(descriptor)
