"""What needs two GPUs: one training on both, and two jobs at once, each on its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from finmath_grpo.rollouts import Rollout, read_rollouts

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    torch.cuda.device_count() < 2, reason=f"{torch.cuda.device_count()} GPUs are visible, and two are needed"
)
GROUP = 6
# Tells which GPUs it has, by their serial numbers, and stays until it is told to end.
STAGE = """
import sys, time, torch
from pathlib import Path
mine, end = Path(sys.argv[1]), Path(sys.argv[2])
uuids = [str(torch.cuda.get_device_properties(number).uuid) for number in range(torch.cuda.device_count())]
mine.with_suffix(".new").write_text(" ".join(uuids))
mine.with_suffix(".new").rename(mine)
while not end.exists():
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def trained(killed_and_resumed: Callable[..., dict]) -> dict[int, dict]:
    """The same training on one GPU and on two, each killed and resumed, by the number of processes."""
    return {processes: killed_and_resumed("trl", processes) for processes in (1, 2)}


def rows(run: dict) -> list[Rollout]:
    return list(read_rollouts(run["rollouts"]))


def test_a_training_on_two_gpus_that_was_killed_goes_on_and_leaves_the_base_as_it_was(trained, table) -> None:
    one, two = (trained[processes]["log"] for processes in (1, 2))
    check = trained[2]["check"]
    assert trained[2]["resumed"] and list(two["step"]) == list(one["step"]) == list(range(len(one)))
    assert len(set(check["base_sha256"].values())) == 1 and len(check["base_sha256"]) == 3
    assert check["summary"]["mean_relative_update"] > 0
    heldout = two.dropna(subset=["validation/accuracy"])
    assert len(heldout) == 4 and (heldout["sampling/mismatch"] < 0.1).all()
    for processes, log in ((1, one), (2, two)):
        table.append((f"trl on {processes} of the GPUs: a step", f"{log['step_time'].median():.2f} s"))
    table.append(("trl on 2 of the GPUs: mean reward, last 4 steps", f"{two['reward'].tail(4).mean():.3f}"))


def test_both_gpus_ask_the_questions_of_one_and_sample_apart(trained) -> None:
    one, two = rows(trained[1]), rows(trained[2])
    assert [row.question_id for row in two] == [row.question_id for row in one]
    steps = sorted({row.step for row in two})
    for step in steps:
        texts = [row.completion for row in two if row.step == step]
        first, second = texts[: len(texts) // 2], texts[len(texts) // 2 :]
        assert first != second
    for start in range(0, len(two), GROUP):
        group = two[start : start + GROUP]
        sums = [sum(row.rewards.values()) for row in group]
        expected = [one - sum(sums) / GROUP for one in sums]
        assert [row.advantage for row in group] == pytest.approx(expected, abs=1e-5)


def test_two_jobs_get_a_gpu_each_and_a_job_of_two_gets_both(tmp_path: Path) -> None:
    (tmp_path / "stage.py").write_text(STAGE, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
    # No slots of other runs, and the sources of this checkout. Of the GPUs that these tests may use, not all there are.
    variables |= {
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(tmp_path), os.environ.get("PYTHONPATH", "")]),
    }

    def start(name: str, gpus: int, end: str) -> subprocess.Popen:
        job = ["-m", "finmath_grpo.workflow.job", "--log", str(tmp_path / f"{name}.log"), "--gpus", str(gpus)]
        words = [*job, "--", "stage", str(tmp_path / name), str(tmp_path / end)]
        return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=variables)

    def gpus_of(name: str) -> list[str]:
        deadline = time.monotonic() + 120
        while not (tmp_path / name).exists():
            assert time.monotonic() < deadline, (tmp_path / f"{name}.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        return (tmp_path / name).read_text(encoding="utf-8").split()

    jobs = [start("a", 1, "end"), start("b", 1, "end")]
    apart = [gpus_of("a"), gpus_of("b")]
    assert [len(found) for found in apart] == [1, 1] and apart[0] != apart[1]
    jobs.append(start("both", 2, "end"))
    (tmp_path / "end").touch()
    both = gpus_of("both")
    assert len(set(both)) == 2
    # Where there are more, it takes those that are free.
    assert torch.cuda.device_count() > 2 or sorted(both) == sorted([*apart[0], *apart[1]])
    assert [job.wait(120) for job in jobs] == [0, 0, 0]


def test_more_processes_than_gpus_are_refused_in_words(models, questions, tmp_path: Path) -> None:
    from conftest import command, grpo, visible

    job = grpo("trl", 2)
    files = [f"--{name}={tmp_path / name}" for name in ("manifest", "cache", "log", "config", "completions")]
    stage = ["-m", "finmath_grpo.training.grpo", "--settings", json.dumps(job), "--code", "tests"]
    words = command(*stage, "--train", questions, "--base", models["llama"], *files, CUDA_VISIBLE_DEVICES=visible()[0])
    done = subprocess.run(**words, capture_output=True, text=True)
    assert done.returncode == 2
    assert "training.grpo.processes: 2 GPUs are needed and 1 are visible" in done.stderr
