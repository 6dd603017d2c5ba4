"""One run at a time on one `results/`, on the host or in containers, and a killed run leaves nothing behind.

Snakemake's own lock is a file that outlives a killed process and says nothing of who holds it. Here the kernel holds a
lock (flock) for as long as the process lives. Whoever has it knows that no other run does. Jobs hold locks of their own
(`workflow.job`), as those of a cluster outlive the run that started them: a new run waits for them. Then it removes
Snakemake's locks and the temporary files of killed jobs.

Jobs that Slurm still has are looked for by :mod:`finmath_grpo.workflow.cluster`.

Not covered: folders shared over a network by machines that don't share locks; a run with `snakemake --directory`
elsewhere. What two jobs of different `results/` must not do at once (train in one checkpoint folder of a shared cache,
say) they lock themselves.
"""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from finmath_grpo import locks
from finmath_grpo.errors import NO_ROOM, UserError
from finmath_grpo.files import remove_strays
from finmath_grpo.locks import this_process

HOLDER = "FINMATH_HOLDER"
"""The variable that tells jobs the process whose run they belong to; `workflow.job` ends a job when it is gone."""
RUNNING = Path(".snakemake/running")
"""The folder of `results/` with a lock for each running job."""
NOT_OURS = (".snakemake", "cache/compiled")
"""Folders of `results/` in which others keep temporary files."""
NEEDED = 2**16
"""Bytes that Snakemake's locks and log take before any job runs."""
SKEW = 60.0
"""Seconds by which the clocks of two machines may differ."""


def hold(results: Path) -> TextIO:
    """Take `results` for this process, until the file that is returned is closed or the process ends.

    Raises UserError naming the holder where another process has it, or the folder where it can't be written.
    """
    metadata = metadata_folder(results)
    try:
        file = (metadata / "held-by").open("a+", encoding="utf-8")
    except OSError as error:
        raise not_writable(metadata, error) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another run"
        raise UserError(f"{results}/ is in use by {holder}; wait for it or stop it, then run again") from None
    file.truncate(0)
    file.write(f"{this_process()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    file.flush()
    check_dates(results)
    wait_for_jobs(results / RUNNING)
    shutil.rmtree(metadata / "locks", ignore_errors=True)
    remove_strays(results, skip=NOT_OURS)
    return file


def metadata_folder(results: Path) -> Path:
    """Snakemake's folder in `results`, made if need be. Raises UserError where it can't be, or can't be written.

    Snakemake writes there whatever it is asked, for `-n` as well.
    """
    metadata = results / ".snakemake"
    if results.is_symlink() and not results.exists():
        there = os.readlink(results)
        raise UserError(f"{results}: a symbolic link to {there}, which is not there; make that folder or mend the link")
    if results.exists() and not results.is_dir():
        raise UserError(f"{results}: expected a folder, or a link to one; move away what is there")
    try:
        metadata.mkdir(parents=True, exist_ok=True)
        # A file that is gone at once: a question of rights alone would miss a full disk, and so would an empty file.
        with tempfile.TemporaryFile(dir=metadata) as file:
            file.write(bytes(NEEDED))
            file.flush()
    except OSError as error:
        raise not_writable(metadata, error) from None
    return metadata


def check_link(results: Path) -> None:
    """Raise UserError where Snakemake keeps its notes elsewhere than in `results`, as after `rm -r .snakemake`.

    Locks of a killed run would then stay, an edit that comes with an older date would pass, and no provenance be made.
    """
    link, metadata = results.parent / ".snakemake", results / ".snakemake"
    if not (link.exists() and link.samefile(metadata)):
        # A copy that follows links has the notes of its results here alone.
        kept = f"mkdir -p {metadata} && cp -a {link}/. {metadata}/ && " if link.is_dir() else ""
        raise UserError(
            f"{link}: expected the symbolic link to {metadata} that comes with the project, which a copy may leave out;"
            f" `{kept}rm -rf {link} && ln -s {metadata} {link}` puts it back, then run again"
        )


def not_writable(folder: Path, error: OSError) -> UserError:
    what = f"{folder}: can't be written by user {os.getuid()}: {error.strerror}"
    if error.errno in NO_ROOM:
        return UserError(f"{what}; free some space and run again")
    return UserError(f"{what}; run as the owner of {folder.parent}/, on a file system that can be written")


def check_dates(results: Path) -> None:
    """Raise UserError for files that are dated in the future, behind which Snakemake runs nothing."""
    latest = time.time() + SKEW
    files = (
        file for folder in results.iterdir() if folder.name not in (".snakemake", "cache") for file in walk(folder)
    )
    future = sorted(str(file) for file in files if file.lstat().st_mtime > latest)
    if future:
        dated = datetime.fromtimestamp(Path(future[0]).lstat().st_mtime, UTC)
        others = f" and {len(future) - 1} more are" if len(future) > 1 else " is"
        raise UserError(
            f"{future[0]}{others} dated in the future ({dated:%Y-%m-%d %H:%M} UTC), as after a clock was put right."
            f" `find {results} -newermt now -exec touch -h {{}} +` dates them as of now; nothing runs again for it, as"
            " files are compared by content"
        )


def walk(path: Path) -> Iterator[Path]:
    """A file, or all files of a folder."""
    if not path.is_dir():
        yield path
    for here, _, names in os.walk(path):
        yield from (Path(here, name) for name in names)


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
