"""Jobs on a machine with several GPUs: each has GPUs of its own, also after jobs were killed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from finmath_grpo.workflow import gpu_slot

ROOT = Path(__file__).parents[2]
PATIENCE = 60
# Says when it starts and ends on which GPUs, and whether another that still lives is on one of them.
STAGE = """
import os, sys, time
from pathlib import Path
folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
mine = os.environ.get("CUDA_VISIBLE_DEVICES")
for gpu in (mine or "").split(","):
    user = folder / f"user-of-{gpu}"
    before = user.read_text() if user.exists() else ""
    state = Path(f"/proc/{before}/stat")
    if before and state.exists() and state.read_text().rpartition(")")[2].split()[0] not in "ZX":
        (folder / f"clash-{gpu}").touch()
    user.write_text(str(os.getpid()))
with (folder / "seen").open("a") as file:
    print(mine, file=file)
time.sleep(seconds)
for gpu in (mine or "").split(","):
    (folder / f"user-of-{gpu}").write_text("")
"""


class Machine:
    """Made-up GPUs: what `nvidia-smi` lists."""

    def __init__(self, folder: Path, gpus: int) -> None:
        self.folder = folder
        (folder / "stage.py").write_text(STAGE)
        smi = folder / "nvidia-smi"
        smi.write_text("#!/bin/sh\n" + "echo 'NVIDIA H100, 81559'\n" * gpus)
        smi.chmod(0o755)

    def command(self, name: str, seconds: float, gpus: int = 1, alone: bool = False, **variables: str) -> dict:
        """What `subprocess` needs to run a job."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CUDA", "SLURM"))}
        environment |= {"PATH": f"{self.folder}:{os.environ['PATH']}", "TMPDIR": str(self.folder), **variables}
        environment |= {"PYTHONPATH": f"{ROOT / 'src'}:{self.folder}", "FINMATH_REVISION": "0123"}
        job = [sys.executable, "-m", "finmath_grpo.workflow.job", "--log", str(self.folder / f"{name}.log")]
        job += ["--gpus", str(gpus), *alone * ["--alone"], "--", "stage", str(self.folder), str(seconds)]
        return {"args": job, "cwd": ROOT, "env": environment, "text": True}

    def start(self, name: str, seconds: float, gpus: int = 1, **given: str | bool) -> subprocess.Popen:
        return subprocess.Popen(**self.command(name, seconds, gpus, **given), stderr=subprocess.PIPE)

    def start_run(self, name: str) -> subprocess.Popen:
        """A run of Snakemake, as far as its job can see it, with a job of one GPU."""
        job = self.command(name, seconds=0)
        run = (
            "import os, subprocess, sys\nos.environ['FINMATH_HOLDER'] = str(os.getpid())\nsubprocess.run(sys.argv[1:])"
        )
        job["args"] = [sys.executable, "-c", run, *job["args"]]
        return subprocess.Popen(**job, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait_for_users(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.seen()) < number:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def seen(self) -> list[str]:
        file = self.folder / "seen"
        return file.read_text().split() if file.exists() else []


@pytest.mark.parametrize("sizes", [(1,), (2,), (1, 2, 3)], ids=str)
def test_ten_jobs_and_random_kills_never_put_two_jobs_on_one_gpu(tmp_path: Path, sizes: tuple[int, ...]):
    machine = Machine(tmp_path, gpus=3)
    chance = random.Random(19)
    wanted = [sizes[number % len(sizes)] for number in range(10)]
    jobs = [machine.start(str(number), seconds=0.3, gpus=gpus) for number, gpus in enumerate(wanted)]
    doomed = chance.sample(jobs, 5)
    deadline = time.monotonic() + PATIENCE
    while any(job.poll() is None for job in jobs) and time.monotonic() < deadline:
        time.sleep(chance.uniform(0.05, 0.3))
        if doomed and machine.seen():
            doomed.pop().kill()
    assert all(job.wait(PATIENCE) in (0, -9) for job in jobs)
    assert sum(job.returncode == 0 for job in jobs) >= 5
    assert not list(tmp_path.glob("clash-*"))
    # Each that came to its end had as many as it asked for, and so had those that were killed in the middle.
    seen = [len(gpus.split(",")) for gpus in machine.seen()]
    ended = [gpus for gpus, job in zip(wanted, jobs, strict=True) if job.returncode == 0]
    assert all(ended.count(size) <= seen.count(size) <= wanted.count(size) for size in sizes)
    assert len(seen) == sum(map(seen.count, sizes))
    assert {gpu for gpus in machine.seen() for gpu in gpus.split(",")} >= {"0", "1"}
    # Nobody holds a slot any more: one job gets them all.
    assert machine.start("last", seconds=0, gpus=3).wait(PATIENCE) == 0
    assert machine.seen()[-1] == "0,1,2"


def test_jobs_of_one_gpu_do_not_keep_a_job_of_two_waiting_for_good(tmp_path: Path):
    machine = Machine(tmp_path, gpus=2)
    first, second = (machine.start(name, seconds=PATIENCE) for name in ("first", "second"))
    machine.wait_for_users(2)
    both = machine.start("both", seconds=0, gpus=2)
    # Said once it is first in line.
    assert both.stderr.readline().startswith("waiting for 2 of 2 GPUs")
    late = machine.start("late", seconds=0)
    assert late.stderr.readline().startswith("waiting for a turn")
    first.kill()
    time.sleep(1)
    assert sorted(machine.seen()) == ["0", "1"]
    second.kill()
    assert [both.wait(PATIENCE), late.wait(PATIENCE)] == [0, 0]
    assert machine.seen()[2] == "0,1" and len(machine.seen()) == 4


def test_a_job_that_waits_for_a_gpu_ends_with_its_run_and_leaves_its_turn(tmp_path: Path):
    machine = Machine(tmp_path, gpus=2)
    busy = machine.start("busy", seconds=PATIENCE, gpus=2)
    machine.wait_for_users(1)
    run = machine.start_run("orphan")
    assert run.stdout.readline().startswith("waiting for 1 of 2 GPUs")
    run.kill()
    # The end of what the job can write to: nothing of it lives.
    assert "the run that this job belongs to is gone" in run.communicate(timeout=PATIENCE)[0]
    later = machine.start("later", seconds=0)
    assert later.stderr.readline().startswith("waiting for 1 of 2 GPUs")
    busy.kill()
    assert later.wait(PATIENCE) == 0 and len(machine.seen()) == 2


@pytest.mark.parametrize(
    ("gpus", "variables", "expected"),
    [(2, {"CUDA_VISIBLE_DEVICES": "1"}, "1"), (1, {}, "None"), (0, {}, "None"), (2, {"CUDA_VISIBLE_DEVICES": ""}, "")],
    ids=[
        "what a scheduler or the user set is kept",
        "one GPU is left to all",
        "no GPU is waited for",
        "none is visible",
    ],
)
def test_no_gpu_is_chosen_where_none_has_to_be(tmp_path: Path, gpus: int, variables: dict, expected: str):
    machine = Machine(tmp_path, gpus)
    assert machine.start("a", seconds=0, **variables).wait(PATIENCE) == 0
    assert (machine.folder / "seen").read_text() == f"{expected}\n"


def test_of_the_gpus_that_the_user_names_each_job_gets_its_own(tmp_path: Path):
    machine = Machine(tmp_path, gpus=4)
    named = {"CUDA_VISIBLE_DEVICES": "3, GPU-8f1c,1", "FINMATH_GPU_JOBS": "3"}
    jobs = [machine.start(str(number), seconds=PATIENCE, **named) for number in range(3)]
    machine.wait_for_users(3)
    assert sorted(machine.seen()) == ["1", "3", "GPU-8f1c"]
    # A run that may use all four has the one of which no number is locked.
    free = machine.start("free", seconds=PATIENCE)
    machine.wait_for_users(4)
    assert machine.seen()[3] == "0"
    # All that are named are waited for.
    every = machine.start("all", seconds=0, gpus=3, **named)
    assert every.stderr.readline().startswith("waiting for 3 of 3 GPUs")
    for job in (*jobs, free):
        job.kill()
    assert every.wait(PATIENCE) == 0
    assert (machine.folder / "seen").read_text().splitlines()[4:] == ["3,GPU-8f1c,1"]


@pytest.mark.parametrize(
    ("told", "expected"), [("-1", []), ("1,-1,0", ["1"]), ("", []), (" 2, MIG-1/2/0", ["2", "MIG-1/2/0"])]
)
def test_the_gpus_that_are_named_are_read_as_cuda_reads_them(told: str, expected: list[str]):
    assert gpu_slot.visible({"CUDA_VISIBLE_DEVICES": told}) == expected


def test_jobs_of_slurm_whose_numbers_may_be_of_other_gpus_share_no_lock(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    none, first, second = ({}, {"SLURM_JOB_ID": "7"}, {"SLURM_JOB_ID": "8"})
    assert len({gpu_slot.slots(environment) for environment in (none, first, second)}) == 3
    assert gpu_slot.slots(first) == gpu_slot.slots(dict(first))


def test_more_jobs_than_gpus_are_spread_over_all_before_two_share_one(tmp_path: Path):
    machine = Machine(tmp_path, gpus=2)
    jobs = [machine.start(str(number), seconds=PATIENCE, FINMATH_GPU_JOBS="4") for number in range(2)]
    machine.wait_for_users(2)
    assert sorted(machine.seen()) == ["0", "1"]
    jobs += [machine.start(str(number), seconds=PATIENCE, FINMATH_GPU_JOBS="4") for number in range(2, 4)]
    machine.wait_for_users(4)
    assert sorted(machine.seen()[2:]) == ["0", "1"]
    fifth = machine.start("fifth", seconds=0, FINMATH_GPU_JOBS="4")
    assert fifth.stderr.readline().startswith("waiting for 1 of 2 GPUs")
    # A job of two GPUs never has the same one twice.
    both = machine.start("both", seconds=0, gpus=2, FINMATH_GPU_JOBS="4")
    for job in jobs:
        job.kill()
    assert [fifth.wait(PATIENCE), both.wait(PATIENCE)] == [0, 0]
    assert sorted(machine.seen()[4:]) in (["0", "0,1"], ["0,1", "1"])


def test_a_job_that_has_to_be_alone_shares_its_gpu_with_none_and_takes_no_second_one(tmp_path: Path):
    machine = Machine(tmp_path, gpus=2)
    shared = {"FINMATH_GPU_JOBS": "4"}
    first = machine.start("first", seconds=PATIENCE, **shared)
    machine.wait_for_users(1)
    second = machine.start("second", seconds=PATIENCE, **shared)
    machine.wait_for_users(2)
    # Each GPU has a place left, and neither is empty. Snakemake counts the job as two.
    alone = machine.start("alone", seconds=PATIENCE, gpus=2, alone=True, **shared)
    assert alone.stderr.readline().startswith("waiting for 1 of 2 GPUs")
    first.kill()
    machine.wait_for_users(3)
    assert machine.seen()[2] == machine.seen()[0]
    # The other GPU has one more place, and that of the job alone has none.
    beside = machine.start("beside", seconds=PATIENCE, **shared)
    machine.wait_for_users(4)
    assert machine.seen()[3] == machine.seen()[1]
    late = machine.start("late", seconds=0, **shared)
    assert late.stderr.readline().startswith("waiting for 1 of 2 GPUs")
    for job in (second, beside, alone):
        job.kill()
    assert late.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("gpus", "variables", "expected"),
    [
        (1, {"FINMATH_GPU_JOBS": "3"}, 3),
        (4, {"FINMATH_GPU_JOBS": "12"}, 3),
        (2, {"FINMATH_GPU_JOBS": "3"}, 2),
        (2, {}, 1),
        (0, {"FINMATH_GPU_JOBS": "0"}, 1),
        (4, {"FINMATH_GPU_JOBS": "4", "CUDA_VISIBLE_DEVICES": "0,1"}, 2),
    ],
    ids=["one", "four", "uneven", "by itself", "none", "those that the user names"],
)
def test_a_job_alone_counts_as_all_jobs_that_may_share_its_gpu(monkeypatch, gpus: int, variables: dict, expected: int):
    monkeypatch.setattr(gpu_slot, "gpus", lambda: ["NVIDIA H100"] * gpus)
    assert gpu_slot.jobs_per_gpu(variables) == expected
