"""Locks of the kernel (flock): one process at a time does a work, and a process that is gone holds nothing.

A lock is a file that names its holder. Processes that were given its descriptor hold it too, and the last of them to
end gives it back. So the work of a killed job is free as soon as nothing of the job lives.
"""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from finmath_grpo.errors import UserError

TICK = 0.5
"""Seconds between two tries to take a lock that another process holds."""


def this_process() -> str:
    """A name for this process that its user can act on."""
    if "FINMATH_STACK" in os.environ:  # set in our images; the host name of a container is its id
        return f"container {socket.gethostname()}"
    return f"process {os.getpid()} on {socket.gethostname()}"


def signature(work: str) -> str:
    """What a lock says of its holder: `grpo llama-grpo: process 12 on node7, since 2026-11-26 09:30 UTC`."""
    return f"{work}: {this_process()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


@contextmanager
def exclusive(lock: Path, work: str, wanted: Callable[[], bool] = lambda: True) -> Iterator[int]:
    """Hold the file `lock` for some work, and yield its descriptor; the file is removed at the end.

    Waits for a holder, whom it names on stderr, as long as the work is still `wanted`; then raises UserError. Also
    raises UserError on a file system that knows no locks.
    """
    descriptor = take(lock)
    if descriptor is None:
        print(f"waiting for {holder(lock)}", file=sys.stderr, flush=True)
    while descriptor is None:
        if not wanted():
            raise UserError(f"{work}: given up, as the run that it belongs to is gone")
        time.sleep(TICK)
        descriptor = take(lock)
    try:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, signature(work).encode(), 0)
        yield descriptor
    finally:
        # While it is held: nobody's but ours.
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def take(lock: Path) -> int | None:
    """The descriptor that holds `lock` from now on; None if another process holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError as error:
            os.close(descriptor)
            raise UserError(
                f"{lock}: can't be locked: {error.strerror}; keep results/ on a file system that knows flock"
            ) from None
        if _is(lock, descriptor):
            return descriptor
        os.close(descriptor)  # its former holder removed it between the two calls


def holder(lock: Path) -> str:
    """Who holds a lock, in its own words."""
    try:
        return lock.read_text(encoding="utf-8").strip() or "another process"
    except OSError:  # given back meanwhile
        return "another process"


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
