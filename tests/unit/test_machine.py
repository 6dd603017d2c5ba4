"""What a machine can't do is said before anything starts."""

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.doctor import (
    FULL,
    before_the_first_job,
    describe,
    lacks,
    refusals,
    room_for,
    too_few_gpus,
    warnings,
)
from finmath_grpo.workflow.experiments import load
from finmath_grpo.workflow.hold import hold
from finmath_grpo.workflow.kinds import Experiment, Needs
from finmath_grpo.workflow.machine import GIB, Gpu, Machine, driver_version, this_machine, too_old
from finmath_grpo.workflow.metadata import TESTED

CONFIG = Path(__file__).parents[2] / "config"
ALL_THERE = Machine(
    processor="a processor",
    cores=8,
    memory=64 * GIB,
    shared_memory=8 * GIB,
    gpus=(Gpu("a GPU", 80 * GIB),),
    driver="580.65.06",
    cuda="13.0",
    vllm=True,
    browser="/usr/bin/chromium",
    system="Linux",
)
EVERYTHING = {"gpu": True, "cpu_training": False, "figures": True}


def test_machine_that_has_all_is_refused_nothing():
    assert refusals(ALL_THERE, 100 * GIB, **EVERYTHING) == []
    assert warnings(ALL_THERE, gpu=True) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gpus": ()}, "--gpus all"),
        ({"vllm": False, "cuda": None}, "this is the CPU stack"),
        ({"browser": None}, "BROWSER_PATH"),
    ],
)
def test_each_lack_is_named_with_what_to_do(changes: dict, words: str):
    (found,) = refusals(replace(ALL_THERE, **changes), 100 * GIB, **EVERYTHING)
    assert words in found


def needing(**needs: float) -> Experiment:
    return load(CONFIG / "small.yaml").model_copy(update={"needs": Needs(**needs)})


STATED = {"paper": needing(memory=48, disk=150, gpu=48)}
TRAINING = [("grpo", "paper", True), ("merge", "paper", True), ("figure", "paper", False)]


def judged(changes: dict, disk: float, jobs: list = TRAINING, **environment: str) -> tuple[list[str], list[str]]:
    return before_the_first_job(replace(ALL_THERE, **changes), int(disk * GIB), jobs, STATED, environment)


def test_a_machine_with_what_the_experiment_needs_starts():
    assert judged({}, 150) == ([], [])
    # As sold: a 64 GB host or an L40S of 48 GB has a little less.
    assert judged({"memory": int(46.9 * GIB), "gpus": (Gpu("L40S", int(44.99 * GIB)),)}, 140) == ([], [])


@pytest.mark.parametrize(
    ("changes", "disk", "words"),
    [
        ({"memory": 15 * GIB}, 200, "paper needs 48 GB of memory, and here are 15.0 GiB"),
        ({}, 60, "paper needs 150 GB of disk (what it has made so far counted), and here are 60.0 GiB"),
        ({"gpus": (Gpu("a GPU", 24 * GIB),)}, 200, "paper needs 48 GB of GPU memory, and here are 24.0 GiB"),
        ({"driver": "575.57.08"}, 200, "driver 575.57.08 is too old for CUDA 13.0: install 580 or newer"),
    ],
)
def test_a_smaller_machine_is_refused_with_both_numbers_and_warned_of_where_limits_are_ignored(changes, disk, words):
    ((refused,), warned) = judged(changes, disk)
    assert words in refused and "FINMATH_IGNORE_LIMITS=1" in refused and warned == []
    assert judged(changes, disk, FINMATH_IGNORE_LIMITS="1") == ([], [refused])
    assert judged(changes, disk, FINMATH_IGNORE_LIMITS="0") == ([refused], [])


def test_ignored_limits_do_not_start_a_gpu_job_without_a_gpu():
    ((refused,), _) = judged({"gpus": ()}, 200, FINMATH_IGNORE_LIMITS="1")
    assert "no GPU is visible" in refused


@pytest.mark.parametrize(
    ("jobs", "count"),
    [
        ([("figure", "paper", False), ("score", "paper", False), ("all", None, False)], 0),
        ([("fetch", "paper", False)], 1),  # the disk
        ([("merge", "paper", False)], 2),  # disk and memory
        ([("generate", "paper", True)], 4),  # GPU memory and driver too
    ],
)
def test_only_what_the_planned_jobs_need_is_compared(jobs, count):
    small = {"memory": GIB, "gpus": (Gpu("a GPU", GIB),), "driver": "500.1"}
    assert len(judged(small, 1, jobs)[0]) == count


def test_what_an_experiment_has_on_disk_counts_towards_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, size in {"paper/models/a/w": 10, "cache/c": 5, "small/w": 100}.items():
        (tmp_path / "results" / name).parent.mkdir(parents=True)
        (tmp_path / "results" / name).write_bytes(bytes(size))
    assert room_for("paper", 1000) == 1015


def test_full_disk_is_refused():
    (found,) = refusals(ALL_THERE, 143 * 2**20, **EVERYTHING)
    assert found == "the disk that holds results/ has 143 MiB free, and a run needs 256 MiB: free some space"
    assert refusals(ALL_THERE, FULL - 1, **EVERYTHING) and not refusals(ALL_THERE, FULL, **EVERYTHING)


def test_a_gpu_is_asked_for_only_by_jobs_that_use_one():
    machine = replace(ALL_THERE, gpus=(), driver=None)
    assert refusals(machine, 100 * GIB, gpu=False, cpu_training=False, figures=True) == []


def test_training_on_the_processor_is_refused_in_the_cuda_stack():
    (found,) = refusals(ALL_THERE, 100 * GIB, gpu=False, cpu_training=True, figures=False)
    assert "finmath-grpo:cpu" in found


def test_little_shared_memory_is_warned_of_where_a_gpu_is_used():
    machine = replace(ALL_THERE, shared_memory=64 * 2**20)
    assert "--shm-size" in warnings(machine, gpu=True)[0]
    assert warnings(machine, gpu=False) == []


def experiment(folder: Path, needs: str, device: str = "cuda") -> Experiment:
    (folder / "base.yaml").write_text((CONFIG / "smoke.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "mine.yaml").write_text(f"extends: base\ndevice: {device}\nneeds: {needs}\n", encoding="utf-8")
    return load(folder / "mine.yaml")


def test_needs_are_those_of_the_experiments_file(tmp_path):
    stated = experiment(tmp_path, "{memory: 100, disk: 300, gpu: 90, hours: 3}")
    assert describe(stated) == "100 GB memory, 300 GB disk, a GPU of 90 GB, about 3 hours"
    assert lacks(ALL_THERE, 200 * GIB, stated) == [
        "only 64 GiB memory",
        "only 200 GiB free disk",
        "only 80 GiB on the GPU",
    ]
    assert lacks(replace(ALL_THERE, memory=128 * GIB, gpus=(Gpu("larger", 96 * GIB),)), 400 * GIB, stated) == []


def test_needs_that_no_file_states_are_not_invented(tmp_path):
    silent = experiment(tmp_path, "null")
    assert describe(silent) == "a GPU, memory and disk not stated (its config has no `needs`)"
    assert lacks(replace(ALL_THERE, memory=GIB), GIB, silent) == []
    assert len(lacks(replace(ALL_THERE, gpus=()), GIB, silent)) == 1
    assert lacks(ALL_THERE, GIB, experiment(tmp_path, "null", "cpu")) == [
        "training on the processor needs the CPU stack"
    ]


@pytest.mark.parametrize(
    ("driver", "cuda", "needed"),
    [("580.65.06", "13.0", None), ("579.99", "13.0", 580), ("525.60.13", "12.8", None), ("590.1", "14.0", None)],
)
def test_driver_is_compared_with_what_cuda_needs(driver: str, cuda: str, needed: int | None):
    assert too_old(driver, cuda) == needed


@pytest.mark.parametrize(
    "text",
    [
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 20 06:14:33 UTC\nGCC version: 12\n",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder)\n",
    ],
)
def test_driver_is_read_from_the_words_of_both_kernel_modules(text: str):
    assert driver_version(text) == "580.65.06"


def test_this_machine_can_be_described():
    machine = this_machine()
    assert machine.cores > 0 and machine.memory > GIB / 4 and machine.processor


def test_results_are_held_by_one_process_at_a_time(tmp_path):
    (tmp_path / ".snakemake" / "locks").mkdir(parents=True)
    (tmp_path / ".snakemake" / "locks" / "0.output.lock").touch()
    code = f"from pathlib import Path; from finmath_grpo.workflow.hold import hold; hold(Path({str(tmp_path)!r}))"
    with hold(tmp_path):
        # Who holds the results knows that a lock of Snakemake's is a killed run's.
        assert not (tmp_path / ".snakemake" / "locks").exists()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode != 0 and "is in use by process" in done.stderr
    subprocess.run([sys.executable, "-c", code], check=True)


def test_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / ".snakemake").write_text("a file where a folder belongs")
    with pytest.raises(UserError, match=r"\.snakemake: can't be written"):
        hold(tmp_path)


def test_who_takes_the_hold_removes_what_killed_jobs_left(tmp_path):
    ours = tmp_path / "tiny" / "figures" / ".a.png.0123abcd.tmp"
    others = tmp_path / "cache" / "compiled" / "triton" / ".kernel.0123abcd.tmp"
    for file in (ours, others):
        file.parent.mkdir(parents=True)
        file.touch()
    with hold(tmp_path):
        assert not ours.exists() and others.exists()


def test_installed_snakemake_is_one_whose_internals_were_tested():
    assert version("snakemake").rpartition(".")[0] in TESTED


def test_a_job_of_more_gpus_than_the_run_may_use_or_the_machine_has_is_refused_before_the_first_job():
    jobs = [("pretrain", "small", 1), ("grpo", "small", 2), ("score", "small", 0)]
    assert too_few_gpus(jobs, 1, 4) == [
        "small: grpo needs 2 GPUs, and this run may use 1: add --resources gpu=2 before --cores"
    ]
    assert too_few_gpus(jobs, 4, 1) == ["small: grpo needs 2 GPUs, and 1 can be seen here"]
    assert too_few_gpus(jobs, 2, 2) == too_few_gpus(jobs, 2, 0) == too_few_gpus([], 1, 1) == []
