"""A GPU of its own for each job, on a machine with several that no scheduler hands out.

Snakemake counts GPUs (`--resources gpu=2`) and does not say which one a job gets. So each job locks as many files as it
asks for, one file per GPU, and sees the GPUs of these files alone. The stage inherits the locks, and the kernel drops
them when the last of the job dies, in whatever way: a killed job leaves its GPU free, and not before its stage is gone.
The files are the machine's, so that two checkouts of one user share them too.

Where a run may have more GPU jobs than there are GPUs (`--resources gpu=4` with two), each GPU has several files. A job
takes a GPU's second file only when no GPU has its first one free. A job that has to be alone takes all files of a GPU.

One job at a time looks for GPUs, and takes all that it needs or none; others wait for their turn. So two jobs of two
GPUs never hold one each, and jobs of one GPU never keep a job of two waiting for good.
"""

import fcntl
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import product, takewhile
from pathlib import Path
from typing import TextIO, TypeVar

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.machine import gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
AT_ONCE = "FINMATH_GPU_JOBS"
"""The variable with the number of GPU jobs that the run may have at a time, set by `rules/machine.smk`."""
TICK = 0.2
"""Seconds between two tries to get a slot."""


Got = TypeVar("Got")
Locks = list[tuple[str, int]]
"""The name of a GPU and the file descriptor of one of its slots, each locked."""


def visible(environment: Mapping[str, str]) -> list[str]:
    """The GPUs that the run may use, by number or as `CUDA_VISIBLE_DEVICES` names them where it is set.

    As CUDA reads it: nothing counts from a negative number on.
    """
    told = environment.get(VISIBLE)
    if told is None:
        return [str(number) for number in range(len(gpus()))]
    named = takewhile(lambda name: not name.startswith("-"), map(str.strip, told.split(",")))
    return [name for name in named if name]


def jobs_per_gpu(environment: Mapping[str, str]) -> int:
    """How many jobs of the run may share a GPU of this machine, one at least."""
    return max(1, -(-int(environment.get(AT_ONCE, 1)) // max(1, len(visible(environment)))))


@contextmanager
def own_gpus(
    wanted: int,
    environment: MutableMapping[str, str],
    needed: Callable[[], bool] = lambda: True,
    alone: bool = False,
) -> Iterator[tuple[int, ...]]:
    """Set `CUDA_VISIBLE_DEVICES` to `wanted` GPUs that no other job has, and hold them; waits until they are free.

    With `alone`, one GPU with nothing of this run beside it, whatever is `wanted`.
    Yields the file descriptors of the locks, for the job's stage to inherit.
    Nothing is done where there are not two GPUs to choose from.
    Raises UserError where they are no longer `needed` while it waits.
    """
    found = visible(environment) if wanted else []
    wanted = 1 if alone else min(wanted, len(found))
    if len(found) < 2:
        yield ()
        return
    folder = slots(environment)
    sharing = jobs_per_gpu(environment)
    with ExitStack() as held:
        with wait_for(lambda: lock(folder / "turn"), "a turn, as another job waits for GPUs", needed):
            words = f"{wanted} of {len(found)} GPUs, as other jobs hold them ({folder})"
            whole = partial(take_whole, folder, found, sharing, held)
            locks = wait_for(whole if alone else partial(take, folder, found, sharing, wanted, held), words, needed)
        environment[VISIBLE] = ",".join(sorted({gpu for gpu, _ in locks}, key=found.index))
        yield tuple(descriptor for _, descriptor in locks)


def slots(environment: Mapping[str, str]) -> Path:
    """The folder of the machine's slots, one per user, and per job of Slurm, whose numbers may be its own.

    A GPU that one run calls by number and another by name has two slots.
    """
    job = environment.get("SLURM_JOB_ID", "")
    folder = Path(tempfile.gettempdir(), "-".join(filter(None, ["finmath-gpus", str(os.getuid()), job])))
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def take(folder: Path, found: Sequence[str], sharing: int, wanted: int, held: ExitStack) -> Locks | None:
    """A slot of each of `wanted` GPUs of `found`, locked until `held` is closed.

    A GPU has `sharing` slots. None, and nothing is locked, where fewer GPUs have one free.
    """
    with ExitStack() as tried:
        taken: dict[str, int] = {}
        for turn, gpu in product(range(sharing), found):
            if gpu not in taken and len(taken) < wanted and (file := lock(slot(folder, gpu, turn))):
                taken[gpu] = tried.enter_context(file).fileno()
        if len(taken) < wanted:
            return None
        held.push(tried.pop_all())
        return list(taken.items())


def take_whole(folder: Path, found: Sequence[str], sharing: int, held: ExitStack) -> Locks | None:
    """All slots of one GPU, locked until `held` is closed; None, and nothing is locked, where each GPU has a job."""
    for gpu in found:
        with ExitStack() as tried:
            files = [lock(slot(folder, gpu, turn)) for turn in range(sharing)]
            taken = [(gpu, tried.enter_context(file).fileno()) for file in files if file]
            if len(taken) == sharing:
                held.push(tried.pop_all())
                return taken
    return None


def slot(folder: Path, gpu: str, turn: int) -> Path:
    """The file of a GPU's slot."""
    name = gpu.replace("/", "-")
    return folder / (f"{name}.{turn}" if turn else name)


def wait_for(attempt: Callable[[], Got | None], words: str, needed: Callable[[], bool]) -> Got:
    """What `attempt` gives, tried again until it is not None; says once what is waited for."""
    told = False
    while (got := attempt()) is None:
        if not needed():
            raise UserError(f"no longer waiting for {words}: the run that this job belongs to is gone")
        if not told:
            print(f"waiting for {words}", file=sys.stderr, flush=True)
            told = True
        time.sleep(TICK)
    return got


def lock(path: Path) -> TextIO | None:
    """The file, locked until it is closed; None where another has its lock."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
