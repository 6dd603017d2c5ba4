"""A GPU of its own for each job, on a machine with several that no scheduler hands out.

Snakemake counts GPUs (`--resources gpu=2`) and does not say which one a job gets. So each job locks as many files as it
asks for, one file per GPU, and sees the GPUs of these files alone. The stage
inherits the locks, and the kernel drops them when the last of the job dies, in whatever way: a killed job leaves its
GPU free, and not before its stage is gone. The files are the machine's, so that two checkouts share them too.
"""

import fcntl
import os
import sys
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from finmath_grpo.workflow.machine import gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
TICK = 0.2
"""Seconds between two tries to get a slot."""


@contextmanager
def own_gpus(wanted: int, environment: MutableMapping[str, str]) -> Iterator[tuple[int, ...]]:
    """Set `CUDA_VISIBLE_DEVICES` to `wanted` GPUs that no other job has, and hold them; waits until they are free.

    Yields the file descriptors of the locks, for the job's stage to inherit.
    Nothing is done where it is set already, by a scheduler or the user, and where there are not two GPUs.
    """
    found = 0 if wanted == 0 or VISIBLE in environment else len(gpus())
    if found < 2:
        yield ()
        return
    with ExitStack() as held:
        locks = take(slots(), found, min(wanted, found), held)
        environment[VISIBLE] = ",".join(map(str, locks))
        yield tuple(locks.values())


def slots() -> Path:
    """The folder of the machine's slots, one per user."""
    folder = Path(tempfile.gettempdir(), f"finmath-gpus-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def take(folder: Path, found: int, wanted: int, held: ExitStack) -> dict[int, int]:
    """The file descriptors of `wanted` slots of `found` by their numbers, locked until `held` is closed."""
    told = False
    while True:
        with ExitStack() as tried:
            taken: dict[int, int] = {}
            for number in range(found):
                if len(taken) < wanted and (file := lock(folder / str(number))):
                    taken[number] = tried.enter_context(file).fileno()
            if len(taken) == wanted:
                held.push(tried.pop_all())
                return taken
        if not told:
            print(f"waiting for {wanted} of {found} GPUs: other jobs hold them ({folder})", file=sys.stderr, flush=True)
            told = True
        time.sleep(TICK)


def lock(path: Path) -> TextIO | None:
    """The file, locked until it is closed; None where another has its lock."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
