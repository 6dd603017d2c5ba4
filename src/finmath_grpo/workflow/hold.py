"""One run at a time on one `results/`, on the host or in containers, and a killed run leaves no lock behind.

Snakemake's own lock is a file that outlives a killed process and says nothing of who holds it. Here the kernel holds a
lock (flock) for as long as the process lives; whoever has it knows that no other run does, and so that a lock file of
Snakemake's is stale. Folders shared over a network by machines that don't share locks are not covered.
"""

import fcntl
import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from finmath_grpo.errors import UserError

READS = {
    *("-n", "--dry-run", "--dryrun", "--lint", "--list", "-l", "--list-target-rules", "--lt", "--summary", "-S"),
    *("--detailed-summary", "-D", "--dag", "--rulegraph", "--filegraph", "--report"),
}
"""Options of Snakemake with which it changes nothing, so that they may be used beside a run."""


def only_reads(arguments: list[str]) -> bool:
    """Whether a command line of Snakemake builds nothing."""
    return not READS.isdisjoint(arguments)


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
    return file


def this_process() -> str:
    """A name for this process that its user can act on."""
    if "FINMATH_STACK" in os.environ:  # set in our images; the host name of a container is its id
        return f"container {socket.gethostname()}"
    return f"process {os.getpid()} on {socket.gethostname()}"
