"""One GRPO run on several processes of this machine, one per GPU: data-parallel training by `torch.distributed`.

Each process holds the whole model and its own engine for rollouts, takes its share of every batch, and the gradients
are averaged (TRL and accelerate do that wherever they find a process group). The stage's own process trains nothing: it
holds the lock of the run, starts the others, and waits. The first that fails ends them all, and the kernel ends them
when the stage ends, in whatever way. They inherit its locks, so that nobody else gets a GPU or a folder that one of
them still uses.

They meet at a store that the stage opens on a port that the kernel chooses, so that no two runs can meet at one.
"""

import hashlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable

import torch
import torch.distributed
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from finmath_grpo.errors import UserError
from finmath_grpo.processes import end_with_parent

HERE = "127.0.0.1"
TICK = 0.1
"""Seconds between two looks at the processes."""
MISTAKE = 2
"""The exit status of a stage that told the user what to mend."""
TOLD = "told"
"""The counter at the store of the processes that met a mistake of the user's."""


def start_and_wait(count: int, device: str, command: list[str], lock: int) -> None:
    """Run `command` with `--rank N` for each N below `count`, and wait until all have ended. They hold `lock` too.

    Raises UserError where there are fewer GPUs. Ends this process, in words, where one of them failed: with status 2
    where it told a mistake of the user's, else with 1.
    """
    if device == "cuda" and torch.cuda.device_count() < count:
        raise UserError(
            f"training.grpo.processes: {count} GPUs are needed and {torch.cuda.device_count()} are visible;"
            f" on one machine say --resources gpu={count}"
        )
    store = TCPStore(HERE, 0, is_master=True, wait_for_workers=False)
    os.set_inheritable(lock, True)
    running = [
        start([*command, "--rank", str(rank)], environment(rank, count, store.port, device)) for rank in range(count)
    ]
    try:
        while not any(codes := [process.poll() for process in running]) and None in codes:
            time.sleep(TICK)
    finally:
        for process in running:
            process.kill()
            process.wait()
    if any(codes):
        if MISTAKE in codes:
            sys.exit(MISTAKE)
        # Where one is killed, others may have failed for want of it already.
        code, rank = min((code, rank) for rank, code in enumerate(codes) if code)
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}, after the words above"
        sys.exit(
            f"error: process {rank + 1} of {count} of this training ended {how}, so the others were ended too; the same"
            " command goes on from the last checkpoint"
        )


def environment(rank: int, count: int, port: int, device: str) -> dict[str, str]:
    """The variables of the process `rank` of `count`, by which torch, accelerate and vLLM know that there are more.

    The CPU cores are shared evenly, so that the number of threads, which decides the order of sums, is the same in all.
    """
    cores = int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0)))
    return {
        "GLOO_SOCKET_IFNAME": "lo",
        **os.environ,
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": HERE,
        "MASTER_PORT": str(port),
        # The store is there already; else the process of rank 0 would open one.
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "OMP_NUM_THREADS": str(max(1, cores // count)),
        # Else accelerate says cpu:0, a place where torch can't load the optimizer of a checkpoint.
        **({"ACCELERATE_TORCH_DEVICE": "cpu"} if device == "cpu" else {}),
    }


def start(command: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that the kernel kills when this one ends; it inherits every lock that this one was given."""
    parent = os.getpid()
    return subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        close_fds=False,
        preexec_fn=lambda: end_with_parent(parent),
    )


def take_part(rank: int, device: str, train: Callable[[], None]) -> None:
    """Be the process `rank`: call `train`, on a GPU of its own. The words of one process are enough for the log."""
    if rank:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if device == "cuda":
        torch.cuda.set_device(rank)
    try:
        train()
    except UserError:
        port = int(os.environ["MASTER_PORT"])
        if TCPStore(HERE, port, is_master=False).add(TOLD, 1) > 1:
            sys.exit(MISTAKE)
        raise
    except Exception:
        print(f"process {rank + 1} of {os.environ['WORLD_SIZE']}:\n{traceback.format_exc()}", file=sys.stderr)
        sys.exit(1)


def leave(rank: int, device: str) -> None:
    """Wait until all processes have trained; from here on none needs another. On a CPU all but the first end here.

    Those free nothing. With the trainer goes the group of processes, whose destructor waits for its thread while it
    holds Python's lock, and that thread may wait for the lock to free tensors of the last operation (gloo, torch 2.13):
    once, a training of two processes never ended. The first one writes files before it frees its own, and its thread
    has had the lock by then.
    """
    torch.distributed.barrier()
    if rank and device == "cpu":
        sys.stderr.flush()
        os._exit(0)
    torch.distributed.destroy_process_group()


def seed_of(seed: int, rank: int) -> int:
    """The seed of a process's random numbers in a run of a seed.

    That of the run for the first process. For others no number nearby: a run with the next seed would share it.
    """
    words = f"{seed} {rank}".encode()
    return seed if rank == 0 else int.from_bytes(hashlib.sha256(words).digest()[:4], "big")
