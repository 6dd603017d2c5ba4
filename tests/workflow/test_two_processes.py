"""GRPO on two processes: the rollouts of both, the order of questions of one, and the bytes of an undisturbed run."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from conftest import made_once, warm
from killed import has_whole, soon_gone, wait_until

from finmath_grpo import rewards
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import Rollout, read_rollouts
from finmath_grpo.training.grpo import ROLLOUTS
from finmath_grpo.workflow import experiments, slices

ROOT = Path(__file__).parents[2]
PATIENCE = 900
STEPS, EACH, GROUP = 6, 9, 6
"""Both processes sample 18 completions: three groups, the second of which is spread over both."""
REWARDS = ("template_match", "numeric_match")
QUESTIONS = 12
"""Four steps pass over all of them."""


@dataclass(frozen=True)
class Ground:
    """What runs start from: the settings, the questions and a base, pre-trained for some seconds."""

    folder: Path
    job: dict

    @property
    def questions(self) -> list[Question]:
        return [Question.model_validate_json(row) for row in (self.folder / "train").read_text().splitlines()]

    def command(self, out: Path, processes: int, alone: bool = False, **changes: object) -> dict:
        """What `subprocess` needs for a training into the folder `out`, with one core per process.

        What is killed starts `alone`, as it does for a user; else forks spare it the imports.
        """
        training = self.job["training"] | {"per_device_train_batch_size": EACH * 2 // processes}
        training |= {"processes": processes} if processes > 1 else {}
        training |= changes
        stage = ["finmath_grpo.training.grpo", "--settings", json.dumps(self.job | {"training": training})]
        stage += ["--train", self.folder / "train", "--validation", self.folder / "validation"]
        stage += ["--base", self.folder / "base/MANIFEST.sha256", "--code", "tests", "--cache", out / "cache"]
        stage += ["--manifest", out / "adapter/MANIFEST.sha256", "--log", out / "log.csv"]
        stage += ["--config", out / "config.json", "--completions", out / ROLLOUTS]
        return python("-m", *stage, cores=processes, alone=alone)


def python(*words: object, cores: int = 1, alone: bool = False) -> dict:
    variables = os.environ | ({} if alone else warm())
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), variables.get("PYTHONPATH")]))
    environment = {**variables, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": str(cores)}
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return {"args": [sys.executable, *map(str, words)], "cwd": ROOT, "env": environment, **output}


def finish(process: dict) -> str:
    """Run to the end and give the words."""
    done = subprocess.run(**process)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = made_once(tmp_path_factory, "ground", with_questions_and_base)
    job = json.loads(slices.training_settings(experiments.load(folder / "tiny.yaml"), "llama-grpo-fixed"))
    job["training"] |= {"max_steps": STEPS, "optimizer_steps": STEPS, "save_steps": 1, "validate_every": 2}
    return Ground(folder, job | {"rewards": REWARDS})


def with_questions_and_base(folder: Path) -> None:
    for name in (ROOT / "config/smoke.yaml", ROOT / "tests/workflow/tiny.yaml"):
        shutil.copy(name, folder)
    tiny = experiments.load(folder / "tiny.yaml")
    for name, raw, number in (("train", "smoke", QUESTIONS), ("validation", "smoke-validation", 5)):
        outputs = [f"--questions={folder / name}", f"--rejected={folder / 'rejected'}"]
        finish(python("-m", "finmath_grpo.questions.clean", f"--raw=data/raw/{raw}.jsonl", *outputs))
        rows = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(rows[:number]), encoding="utf-8")
    stage = ["finmath_grpo.models.pretrain", "--settings", slices.pretraining_settings(tiny, "llama-base")]
    stage += ["--code", "tests", "--held-out", folder / "validation", "--cache", folder / "cache"]
    finish(python("-m", *stage, "--manifest", folder / "base/MANIFEST.sha256", alone=True))


@pytest.fixture(scope="module")
def undisturbed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished run of two processes, and its words."""

    def run(out: Path) -> None:
        (out / "words").write_text(finish(ground.command(out, processes=2)), encoding="utf-8")

    out = made_once(tmp_path_factory, "undisturbed", run)
    return out, (out / "words").read_text(encoding="utf-8")


def rollouts(out: Path) -> list[Rollout]:
    return list(read_rollouts(out / ROLLOUTS))


def parts(rows: list[Rollout], size: int) -> list[list[Rollout]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def log(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "log.csv").drop(columns="step_time")


def test_rollouts_hold_the_completions_of_both_processes_group_by_group(ground: Ground, undisturbed) -> None:
    rows = rollouts(undisturbed[0])
    assert [row.step for row in rows] == [step for step in range(1, STEPS + 1) for _ in range(2 * EACH)]
    asked = {question.id: question for question in ground.questions}
    for group in parts(rows, GROUP):
        question = asked[group[0].question_id]
        assert {row.question_id for row in group} == {question.id}
        told = {"answer": question.answer, "answer_unit": question.answer_unit, "value": question.value}
        said = [[{"role": "assistant", "content": row.completion}] for row in group]
        scores = {
            name: getattr(rewards, name)(said, **{key: [value] * GROUP for key, value in told.items()})
            for name in REWARDS
        }
        assert [row.rewards for row in group] == [
            pytest.approx({name: scores[name][place] for name in REWARDS}) for place in range(GROUP)
        ]
        sums = [sum(scores[name][place] for name in REWARDS) for place in range(GROUP)]
        advantages = [one - sum(sums) / GROUP for one in sums]
        assert [row.advantage for row in group] == pytest.approx(advantages, abs=1e-6)
    assert any(row.advantage for row in rows)
    for step, of_step in enumerate(parts(rows, 2 * EACH), start=1):
        logged = log(undisturbed[0]).set_index("step").loc[step, "reward"]
        assert logged == pytest.approx(sum(sum(row.rewards.values()) for row in of_step) / (2 * EACH), abs=1e-6)


def test_the_processes_sample_apart_from_each_other(ground: Ground, tmp_path: Path) -> None:
    # One group: the same question at the same places of both batches. With equal seeds, the texts would be equal.
    short = {"max_steps": 1, "optimizer_steps": 1, "per_device_train_batch_size": GROUP // 2}
    finish(ground.command(tmp_path, processes=2, **short))
    rows = rollouts(tmp_path)
    assert len(rows) == GROUP and len({row.question_id for row in rows}) == 1
    assert [row.completion for row in rows[: GROUP // 2]] != [row.completion for row in rows[GROUP // 2 :]]


def test_the_questions_are_asked_in_the_order_of_one_process_of_the_same_batch(
    ground: Ground, undisturbed, tmp_path: Path
) -> None:
    # The first step of the second pass over the questions is the last; validation draws nothing from the order.
    finish(ground.command(tmp_path, processes=1, max_steps=5, optimizer_steps=5, validate_every=None))
    found = [row.question_id for row in rollouts(tmp_path)]
    assert [row.question_id for row in rollouts(undisturbed[0])][: len(found)] == found and len(found) == 5 * 2 * EACH
    assert "processes" not in (tmp_path / "config.json").read_text(encoding="utf-8")


def test_one_process_validates_and_says_what_there_is_to_say(undisturbed) -> None:
    out, words = undisturbed
    found = log(out)
    assert found["step"].tolist() == list(range(STEPS + 1))
    assert found.dropna(subset=["validation/accuracy"])["step"].tolist() == list(range(0, STEPS + 1, 2))
    assert words.count("step 2: validation:") == words.count("hashed the base in memory again") == 1
    hashes = json.loads((out / "config.json").read_text(encoding="utf-8"))["base_sha256"]
    assert len(set(hashes.values())) == 1


def test_a_killed_process_ends_the_run_in_words_and_the_next_one_ends_with_the_same_bytes(
    ground: Ground, undisturbed, tmp_path: Path
) -> None:
    def at_checkpoint(step: int) -> Callable[[], bool]:
        return lambda: has_whole(tmp_path, f"cache/*/checkpoint-{step}/trainer_state.json")

    alone = ground.command(tmp_path, processes=2, alone=True)
    words, status = kill_when(alone, at_checkpoint(2), lambda run: ranks(run)[1])
    assert status == 1
    assert words.splitlines()[-1].startswith("error: process 2 of 2 of this training ended by SIGKILL, so")
    assert not (tmp_path / "adapter").exists()

    _, status = kill_when(alone, at_checkpoint(4), lambda run: run)
    assert status == -signal.SIGKILL

    assert "resuming from checkpoint-" in finish(ground.command(tmp_path, processes=2))
    for name in ("adapter/adapter_model.safetensors", ROLLOUTS):
        assert (tmp_path / name).read_bytes() == (undisturbed[0] / name).read_bytes()
    pd.testing.assert_frame_equal(log(tmp_path), log(undisturbed[0]))
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.suffix == ".lock"] == []


def ranks(stage: int) -> dict[int, int]:
    """The processes that a stage has started, by their rank."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == stage and b"--rank" in words:
            found[int(words[words.index(b"--rank") + 1])] = int(folder.name)
    return found


def kill_when(process: dict, reached: Callable[[], bool], whom: Callable[[int], int]) -> tuple[str, int]:
    """Run and kill `whom` as soon as `reached` says so; the words and the status, once all processes are gone."""
    with subprocess.Popen(**process) as run:
        wait_until(reached, run, PATIENCE)
        members = ranks(run.pid)
        assert set(members) == {0, 1}
        os.kill(whom(run.pid), signal.SIGKILL)
        # All that hold the pipe: until the last of them is gone, there is no end of it.
        words, _ = run.communicate(timeout=PATIENCE)
        assert soon_gone(members.values(), PATIENCE)
        return words, run.returncode
