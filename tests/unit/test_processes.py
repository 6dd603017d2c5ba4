"""Several processes of one training: what is refused, what they share, and how they end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pydantic
import pytest
import torch
import yaml
from killed import soon_gone
from safetensors.torch import save_file

from finmath_grpo.errors import UserError
from finmath_grpo.training.checkpoints import NEEDED, last_whole_checkpoint
from finmath_grpo.training.optimizer_steps import optimizer_steps
from finmath_grpo.training.processes import environment, seed_of, start_and_wait
from finmath_grpo.training.settings import GrpoSettings
from finmath_grpo.workflow import closure, experiments
from finmath_grpo.workflow.plan import Plan
from finmath_grpo.workflow.resources import JobResources

ROOT = Path(__file__).parents[2]
SMALL = experiments.load(ROOT / "config/small.yaml")
PATIENCE = 60


def settings(**changes: object) -> GrpoSettings:
    found = SMALL.training.grpo.model_dump() | {"engine": "trl", "load_in_4bit": False}
    return GrpoSettings.model_validate(found | changes)


# ---- settings


def test_one_process_is_no_setting_of_a_job():
    assert settings(processes=1) == settings() and "processes" not in settings(processes=1).model_dump(mode="json")
    assert settings(processes=2).model_dump(mode="json")["processes"] == 2


def test_unsloth_on_several_processes_is_refused_when_the_config_is_read(tmp_path):
    for name in ("small", "mine"):
        (tmp_path / f"{name}.yaml").write_text((ROOT / "config/small.yaml").read_text(encoding="utf-8"))
    mine = yaml.safe_load((tmp_path / "mine.yaml").read_text(encoding="utf-8"))
    mine["training"]["grpo"] |= {"processes": 2, "engine": "unsloth"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine, allow_unicode=True), encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.yaml: training\.grpo\.processes: .*needs `engine: trl`"):
        experiments.load(tmp_path / "mine.yaml")


def test_a_group_may_be_spread_over_processes_but_groups_are_whole():
    spread = {"processes": 2, "per_device_train_batch_size": 9, "steps_per_generation": 1, "num_generations": 6}
    assert settings(**spread).processes == 2
    message = r"processes x per_device_train_batch_size x steps_per_generation is 16, which must be a multiple"
    with pytest.raises(pydantic.ValidationError, match=message):
        settings(**spread | {"per_device_train_batch_size": 8})
    with pytest.raises(pydantic.ValidationError, match=r"\bper_device_train_batch_size x .* is 9, which"):
        settings(**spread | {"processes": 1})


def test_two_processes_of_half_a_batch_take_as_many_steps_as_one():
    shape = {"max_steps": -1, "num_train_epochs": 3, "num_generations": 6, "gradient_accumulation_steps": 2}
    shape |= {"steps_per_generation": 2, "num_iterations": 1}
    # 20 questions: 3 generations of 6 and 2 left out, 2 batches each, an update per 2: 3 an epoch.
    one = settings(**shape, processes=1, per_device_train_batch_size=18, optimizer_steps=9)
    two = settings(**shape, processes=2, per_device_train_batch_size=9, optimizer_steps=9)
    assert optimizer_steps(one, 20) == optimizer_steps(two, 20) == 9


def test_a_job_of_two_processes_asks_for_two_gpus_or_two_cores_and_twice_the_memory(tmp_path):
    def planned(name: str, processes: int) -> tuple[Plan, JobResources]:
        found = yaml.safe_load((ROOT / f"config/{name}.yaml").read_text(encoding="utf-8"))
        found["training"]["grpo"] |= {"processes": processes, "engine": "trl"}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")
        mine = {"mine": experiments.load(tmp_path / "mine.yaml")}
        return Plan(mine), JobResources(mine)

    job = type("Wildcards", (), {"experiment": "mine", "model": "llama-grpo"})
    one, of_one = planned("small", 1)
    two, of_two = planned("small", 2)
    assert (of_one.gpus_of_grpo(job), of_two.gpus_of_grpo(job), of_two.gpus(job)) == (1, 2, 1)
    assert of_two.memory_mb_of_grpo(job) == 2 * of_one.memory_mb_of_grpo(job) == 2 * of_one.memory_mb(job)
    _, on_cpu = planned("smoke", 2)
    assert (on_cpu.gpus_of_grpo(job), on_cpu.cpus_of_grpo(job)) == (0, 2)
    # What runs several processes is code of such runs alone, and one process leaves the settings as they were.
    assert "finmath_grpo/training/processes.py" not in str(closure.covered_files("finmath_grpo.training.grpo"))
    assert one.grpo_code(job) != two.grpo_code(job)
    assert "processes" not in one.training_settings(job)
    assert json.loads(two.training_settings(job))["training"]["processes"] == 2


def test_processes_of_a_run_and_of_the_run_with_the_next_seed_draw_apart():
    seeds = [seed_of(seed, rank) for seed in range(1, 50) for rank in range(8)]
    assert len(set(seeds)) == len(seeds) and all(0 <= seed < 2**32 for seed in seeds)
    assert [seed_of(seed, 0) for seed in (1, 3407)] == [1, 3407]


def test_the_cores_of_a_job_are_shared_so_that_the_order_of_sums_is_one(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert [environment(rank, 2, 1, "cpu")["OMP_NUM_THREADS"] for rank in (0, 1)] == ["1", "1"]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert environment(1, 2, 1, "cpu")["OMP_NUM_THREADS"] == "1"


# ---- checkpoints


def test_a_checkpoint_is_whole_once_every_process_has_written_its_random_numbers(tmp_path):
    def checkpoint(step: int, ranks: int) -> Path:
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text("{}", encoding="utf-8")
        save_file({"a": torch.zeros(1)}, folder / NEEDED[0])
        for name in NEEDED[1:]:
            torch.save({}, folder / name)
        for rank in range(ranks):
            torch.save({"cpu": torch.random.get_rng_state()}, folder / f"rng_state_{rank}.pth")
        return folder

    checkpoint(1, 2)
    torn = checkpoint(2, 2) / "rng_state_1.pth"
    torn.write_bytes(torn.read_bytes()[:-30])
    checkpoint(3, 1)
    assert last_whole_checkpoint(tmp_path, processes=2) == str(tmp_path / "checkpoint-1")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]


# ---- the end: also in tests/workflow/test_two_processes.py, where all goes well and where one is killed

STAGE = """
import os, sys, time
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.training.processes import start_and_wait, take_part

folder, what = Path(sys.argv[1]), sys.argv[2]
if "--rank" not in sys.argv:
    run_stage(lambda: start_and_wait(2, "cpu", [sys.executable, *sys.argv], os.open(folder / "lock", os.O_CREAT)))
    sys.exit("the parent went on")
rank = int(sys.argv[-1])

def train():
    import torch
    torch.distributed.init_process_group("gloo")
    (folder / f"rank-{rank}").write_text(str(os.getpid()))
    torch.distributed.barrier()
    print(f"here is {rank}")
    if what == "mistake":
        raise UserError("lower learning_rate")
    if what == "fault" and rank == 1:
        raise RuntimeError("no such tensor")
    time.sleep(1000)

run_stage(lambda: take_part(rank, "cpu", train))
"""


def stage(folder: Path, what: str) -> subprocess.Popen:
    (folder / "stage.py").write_text(STAGE, encoding="utf-8")
    command = [sys.executable, str(folder / "stage.py"), str(folder), what]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    # A port that a run outside this one has set is no reason to meet there.
    environment |= {"MASTER_PORT": "1", "WORLD_SIZE": "7", "RANK": "3"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )


def members(folder: Path) -> list[int]:
    """The processes that have begun to train."""
    deadline = time.monotonic() + PATIENCE
    while len(found := [path for path in folder.glob("rank-*") if path.read_text()]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return [int(path.read_text()) for path in found]


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("mistake", 2, ["here is 0", "error: lower learning_rate"]),
        ("fault", 1, ["process 2 of 2:", "RuntimeError: no such tensor", "error: process 2 of 2 of this training"]),
    ],
)
def test_the_first_that_fails_ends_them_all_in_words_that_are_said_once(tmp_path, what, status, said):
    run = stage(tmp_path, what)
    words, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == status, words
    assert [words.count(word) for word in said] == [1] * len(said), words
    assert "here is 1" not in words and ("Traceback" in words) == (what == "fault")
    assert soon_gone(members(tmp_path), PATIENCE)


def test_all_end_with_the_stage_and_hold_its_locks_until_then(tmp_path):
    run = stage(tmp_path, "wait")
    pids = members(tmp_path)
    for pid in pids:
        held = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
        assert str(tmp_path / "lock") in held
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    assert soon_gone(pids, PATIENCE)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is visible")
def test_more_processes_than_gpus_are_refused_in_words():
    with pytest.raises(UserError, match="2 GPUs are needed and 0 are visible; on one machine say --resources gpu=2"):
        start_and_wait(2, "cuda", ["true"], 0)
