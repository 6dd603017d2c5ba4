"""A run that is killed goes on with the same command, and ends with the bytes of a run that nobody disturbed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from conftest import Checkout
from killed import contents, has_whole, wait_until


def kill_when(checkout: Checkout, target: str, reached: Callable[[], bool]) -> None:
    """Start a run and kill all of it, as `docker kill` or a power cut would, as soon as `reached` says so."""
    run = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", target],
        cwd=checkout.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(reached, run)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def test_killed_training_resumes_from_its_checkpoint(finished: Checkout, copy: Checkout):
    training = copy.path / "results/tiny/training/llama-grpo"
    shutil.rmtree(training)
    # The finished run is kept there too, and would be taken.
    checkpoints = copy.path / "results/cache/training"
    shutil.rmtree(checkpoints)
    # What is missing between files that are there would not be made for `tiny`.
    target = "results/tiny/training/llama-grpo/MANIFEST.sha256"
    kill_when(copy, target, lambda: has_whole(checkpoints, "*/checkpoint-2/trainer_state.json"))
    assert not (training / "MANIFEST.sha256").exists()
    # As if killed while the last checkpoint was written.
    (newest,) = checkpoints.glob("*/checkpoint-2")
    shutil.copytree(newest, newest.with_name("checkpoint-4"), dirs_exist_ok=True)
    (newest.with_name("checkpoint-4") / "trainer_state.json").write_text("{", encoding="utf-8")
    copy.snakemake(target)
    log = (copy.path / "results/tiny/logs/grpo/llama-grpo.log").read_text(encoding="utf-8")
    assert re.search(r"resuming from checkpoint-[23]", log)
    # The log alone has other bytes, the seconds of its steps, and what is made of it has none of them.
    copy.snakemake("results/tiny/statistics/training.csv")
    for folder in ("training", "statistics"):
        assert contents(copy.path / "results/tiny" / folder) == contents(finished.path / "results/tiny" / folder)
    # All else is there, made of the same bytes.
    assert copy.planned() == {}


def test_killed_generation_keeps_its_finished_cells(finished: Checkout, copy: Checkout):
    target = "results/tiny/completions/gemma-it.jsonl"
    file = copy.path / target
    cells = copy.path / "results/cache/completions"
    shutil.rmtree(cells)
    file.unlink()
    kill_when(copy, target, lambda: any(cells.glob("*.jsonl")))
    assert not file.exists()
    # As a user would, to the end: elsewhere the server of stages (tests/warm) has the libraries of what generates.
    copy.snakemake(target, fresh=True)
    log = (copy.path / "results/tiny/logs/generate/gemma-it.log").read_text(encoding="utf-8")
    assert re.search(r"[1-3] of 4 cells are kept", log)
    assert file.read_bytes() == (finished.path / target).read_bytes()


def test_killed_plotting_is_done_again(finished: Checkout, copy: Checkout):
    figures = copy.path / "results/tiny/figures"
    drawn = sorted(figures.glob("*.png"))[:4]
    for file in drawn:
        file.unlink()
    kill_when(copy, "tiny", lambda: any(file.exists() for file in drawn))
    assert any(not file.exists() for file in drawn)
    copy.snakemake("tiny")
    assert contents(figures) == contents(finished.path / "results/tiny/figures")
    assert copy.planned() == {}


def test_a_second_run_on_the_same_results_says_who_holds_them(copy: Checkout):
    for file in (copy.path / "results/tiny/figures").glob("*.png"):
        file.unlink()
    first = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1", "tiny"],
        cwd=copy.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    holder = f"process {first.pid} on"
    note = copy.path / "results/.snakemake/held-by"
    while holder not in note.read_text(encoding="utf-8"):
        assert first.poll() is None
        time.sleep(0.005)
    # It stands still, so that nobody looks at a file that it is about to replace.
    os.killpg(first.pid, signal.SIGSTOP)
    second = copy.snakemake("tiny", check=False)
    looking = copy.snakemake("-n", "tiny")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert second.returncode == 1 and f"results/ is in use by {holder}" in second.stdout
    assert "Job stats" in looking.stdout
