"""Held-out accuracy along training: right by another computation, without a trace in training, whole after a kill."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from transformers import TrainerCallback

from finmath_grpo import rewards
from finmath_grpo.errors import UserError
from finmath_grpo.models import store
from finmath_grpo.models.pretrain import new_model, new_tokenizer
from finmath_grpo.models.settings import PretrainingJob
from finmath_grpo.prompts import chat_tokens, prompt_messages
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import read_rollouts
from finmath_grpo.statistics.training_table import zero_variance_share
from finmath_grpo.training import dpo
from finmath_grpo.training.grpo import ROLLOUTS, train, training_dataset, trl_trainer
from finmath_grpo.training.run_folder import FINISHED
from finmath_grpo.training.settings import DpoJob, GrpoJob
from finmath_grpo.training.validation import Validation, check_apart, mismatch, seeded
from finmath_grpo.workflow import experiments

SMOKE = experiments.load(Path("config/smoke.yaml"))
STEPS, EVERY = 7, 2
VALIDATED = [0, 2, 4, 6, 7]


def questions(name: str, number: int) -> list[Question]:
    rows = Path("data/raw", name).read_text(encoding="utf-8").splitlines()[:number]
    same = {"unit": "", "family": "", "answer": "7", "answer_unit": "", "value": "7", "numbers": ()}
    return [
        Question(id=f"{name}:{place}", question=json.loads(row)["question"], **same) for place, row in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of an untrained model of two layers, which says anything and now and then stops."""
    folder = tmp_path_factory.mktemp("base") / "model"
    small = {"hidden_size": 32, "layers": 1, "heads": 1, "key_value_heads": 1, "intermediate_size": 64}
    job = PretrainingJob(
        device="cpu",
        prompt=SMOKE.prompt,
        architecture=SMOKE.models["llama-base"].architecture.model_copy(update=small),
        seed=1,
        pretraining=SMOKE.pretraining.model_copy(update={"vocabulary": 500}),
    )
    tokenizer = new_tokenizer(job, set())
    with store.keep(folder, "base") as directory:
        new_model(job.architecture, tokenizer, 1).to(torch.bfloat16).save_pretrained(directory)
        tokenizer.save_pretrained(directory)
    return folder / store.MANIFEST


@pytest.fixture(scope="module", autouse=True)
def learnable() -> Iterator[None]:
    """A reward that an untrained model earns, so that it learns something; and one thread, as jobs have on a CPU."""

    def numeric_match(completions: list, **_: object) -> list[float]:
        return [float("a" in completion[0]["content"]) for completion in completions]

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewards, "numeric_match", numeric_match)
        yield
    torch.set_num_threads(threads)


TRAINING, HELD_OUT = questions("smoke.jsonl", 8), questions("smoke-validation.jsonl", 5)


class Kill(TrainerCallback):
    """Ends a run after a step and its checkpoint, as the next step begins or the training ends."""

    def __init__(self, after: int) -> None:
        self.after = after

    def on_step_begin(self, args, state, control, **_):
        if state.global_step == self.after:
            raise KeyboardInterrupt

    on_train_end = on_step_begin


def run(
    base: Path,
    folder: Path,
    every: int | None,
    killed: int | None = None,
    steps: int = STEPS,
    epochs: int | None = None,
) -> Path:
    short = {"optimizer_steps": steps, "max_steps": steps, "save_steps": 1, "per_device_train_batch_size": 12}
    if epochs:
        short |= {"max_steps": -1, "num_train_epochs": epochs}
    settings = SMOKE.training.grpo.model_copy(update=short | {"max_completion_length": 12, "validate_every": every})
    job = GrpoJob(
        device="cpu", prompt=SMOKE.prompt, rewards=("template_match", "numeric_match"), seed=1, training=settings
    )

    def attempt(*callbacks: TrainerCallback) -> None:
        trainer = trl_trainer(job, base, training_dataset(TRAINING, job.prompt), folder)
        for callback in callbacks:
            trainer.add_callback(callback)
        train(trainer, job, base.parent, TRAINING, HELD_OUT, steps, folder)

    if killed:
        with pytest.raises(KeyboardInterrupt):
            attempt(Kill(killed))
        assert (folder / f"checkpoint-{killed}").is_dir() and not (folder / FINISHED).exists()
    attempt()
    return folder / FINISHED


@pytest.fixture(scope="module")
def validated(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(base, tmp_path_factory.mktemp("validated"), EVERY)


def log(finished: Path) -> pd.DataFrame:
    return pd.read_csv(finished / "log.csv").drop(columns="step_time")


def test_adapter_and_rollouts_are_the_same_bytes_with_and_without_validation(
    base: Path, validated: Path, tmp_path: Path
) -> None:
    without = run(base, tmp_path, None)
    for name in ("adapter_model.safetensors", ROLLOUTS):
        assert (without / name).read_bytes() == (validated / name).read_bytes()
    found = log(validated)
    columns = [column for column in found if not column.startswith("validation/")]
    trained = found.loc[found["step"] > 0, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(trained, log(without)[columns])
    moved = [tensor for name, tensor in load_file(without / "adapter_model.safetensors").items() if "lora_B" in name]
    assert (
        all(tensor.any() for tensor in moved) and len({row.completion for row in read_rollouts(without / ROLLOUTS)}) > 9
    )


@pytest.mark.parametrize(
    "after", [3, 4, 5, STEPS], ids=["in the first epoch", "between two", "in the second epoch", "after the last step"]
)
def test_a_run_that_was_killed_has_each_step_once_and_the_same_numbers(
    base: Path, validated: Path, tmp_path: Path, after: int
) -> None:
    resumed = run(base, tmp_path, EVERY, killed=after)
    assert log(resumed)["step"].tolist() == [0, *range(1, STEPS + 1)]
    assert_the_same(resumed, validated)


def assert_the_same(resumed: Path, undisturbed: Path) -> None:
    pd.testing.assert_frame_equal(log(resumed), log(undisturbed))
    for name in ("adapter_model.safetensors", ROLLOUTS):
        assert (resumed / name).read_bytes() == (undisturbed / name).read_bytes()


def test_a_run_of_whole_epochs_killed_after_its_last_step_keeps_the_rollouts_of_that_step(base: Path, tmp_path: Path):
    # Eight questions, two per step.
    whole = {"every": None, "steps": 8, "epochs": 2}
    undisturbed = run(base, tmp_path / "undisturbed", **whole)
    assert_the_same(run(base, tmp_path / "killed", killed=whole["steps"], **whole), undisturbed)
    assert {row.step for row in read_rollouts(undisturbed / ROLLOUTS)} == set(range(1, whole["steps"] + 1))


@pytest.mark.parametrize("after", [3, 6], ids=["in the middle", "after the last step"])
def test_a_run_of_dpo_that_was_killed_ends_with_the_same_log_and_adapter(
    base: Path, undisturbed_dpo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        begin = dpo.DPOTrainer.train
        patch.setattr(
            dpo.DPOTrainer, "train", lambda self, **more: (self.add_callback(Kill(after)), begin(self, **more))
        )
        dpo.train(DPO, set(), base, tmp_path)
    dpo.train(DPO, set(), base, tmp_path)
    for name in ("log.csv", "adapter_model.safetensors"):
        assert (tmp_path / FINISHED / name).read_bytes() == (undisturbed_dpo / FINISHED / name).read_bytes()


DPO = DpoJob(
    device="cpu",
    prompt=SMOKE.prompt,
    families="elementary",
    seed=1,
    training=SMOKE.training.dpo.model_copy(
        update={
            "pairs": 48,
            "per_device_train_batch_size": 8,
            "save_steps": 3,
            "learning_rate": 1e-2,
            "warmup_steps": 0,
        }
    ),
)


@pytest.fixture(scope="module")
def undisturbed_dpo(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dpo")
    dpo.train(DPO, set(), base, folder)
    return folder


def test_every_second_step_and_the_last_are_validated(validated: Path) -> None:
    found = log(validated).set_index("step")
    there = found["validation/accuracy"].dropna()
    assert there.index.tolist() == VALIDATED
    assert found.loc[0].drop(["epoch", *(c for c in found if c.startswith("validation/"))]).isna().all()
    assert found.loc[there.index, "validation/mean_length"].between(1, 12).all()


def test_the_share_of_groups_without_variance_is_that_of_the_trainer(validated: Path) -> None:
    logged = log(validated).set_index("step")["frac_reward_zero_std"].drop(0)
    assert zero_variance_share(read_rollouts(validated / ROLLOUTS)).to_dict() == logged.to_dict()
    assert logged.nunique() > 1


def test_the_logged_numbers_are_those_of_the_texts(base: Path, tmp_path: Path) -> None:
    """The texts that are scored are caught where they are decoded and counted by hand."""
    settings = SMOKE.training.grpo.model_copy(update={"optimizer_steps": 1, "max_steps": 1})
    job = GrpoJob(device="cpu", prompt=SMOKE.prompt, rewards=("numeric_match",), seed=1, training=settings)
    trainer = trl_trainer(job, base, training_dataset(TRAINING, job.prompt), tmp_path)
    texts = ["<cevap>\n7\n</cevap>", "<cevap>8</cevap>", "yedi", "çok uzun bir <cevap></cevap>", "<cevap>7,0</cevap>"]
    ids = [trainer.processing_class(text, add_special_tokens=False)["input_ids"] for text in texts]
    trainer._generate_single_turn = lambda *_, **__: (ids, None)
    found = Validation(trainer, HELD_OUT, job.prompt, EVERY).measured(3)
    assert found == {
        "validation/accuracy": 2 / 5,
        "validation/readable": 3 / 5,
        "validation/mean_length": sum(map(len, ids)) / 5,
        "validation/questions": 5,
    }


def test_the_mismatch_is_the_mean_distance_to_the_engine_s_log_probabilities_also_of_padded_rows(
    base: Path, tmp_path: Path
) -> None:
    settings = SMOKE.training.grpo.model_copy(update={"temperature": 0.8})
    job = GrpoJob(device="cpu", prompt=SMOKE.prompt, rewards=("numeric_match",), seed=1, training=settings)
    trainer = trl_trainer(job, base, training_dataset(TRAINING, job.prompt), tmp_path)
    tokenizer = trainer.processing_class
    prompts = [chat_tokens(tokenizer, prompt_messages(job.prompt, asked.question)) for asked in HELD_OUT[:2]]
    completions = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("Faiz 12", "<cevap>\n7")]
    engine = []
    for prompt, completion in zip(prompts, completions, strict=True):
        logits = trainer.model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1]
        logps = (logits.double() / 0.8).log_softmax(-1)
        engine.append([logps[place, token].item() + 0.25 for place, token in enumerate(completion)])
    engine[0][0] = None
    assert len(prompts[0]) != len(prompts[1]) and len(completions[0]) != len(completions[1])
    with torch.no_grad():
        assert mismatch(trainer, prompts, completions, engine) == pytest.approx(0.25, abs=1e-3)
        assert math.isnan(mismatch(trainer, prompts[:1], [[5]], [[None]]))


def test_all_global_generators_are_put_back() -> None:
    import random

    import numpy as np

    def draws() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    with seeded(1):
        undisturbed = draws()
    with seeded(1):
        with seeded(2):
            assert draws() != undisturbed
        assert draws() == undisturbed


def test_each_time_the_same_policy_answers_with_the_same_words(base: Path, tmp_path: Path) -> None:
    settings = SMOKE.training.grpo.model_copy(update={"max_completion_length": 12})
    job = GrpoJob(device="cpu", prompt=SMOKE.prompt, rewards=("numeric_match",), seed=1, training=settings)
    trainer = trl_trainer(job, base, training_dataset(TRAINING, job.prompt), tmp_path)
    sample, answers = trainer._generate_single_turn, []

    def noted(*arguments: object, **more: object) -> tuple:
        answers.append(sample(*arguments, **more))
        return answers[-1]

    trainer._generate_single_turn = noted
    validation = Validation(trainer, HELD_OUT, job.prompt, 1)
    first, later = validation.measured(0), validation.measured(10)
    assert first == later and answers[0] == answers[1]


def test_a_validation_question_that_is_trained_on_is_refused_by_its_id() -> None:
    check_apart(TRAINING, HELD_OUT)
    with pytest.raises(UserError, match=rf"validation: 1 of its questions .* {HELD_OUT[2].id}; take"):
        check_apart([*TRAINING, HELD_OUT[2].model_copy(update={"id": "other"})], HELD_OUT)
    worded = HELD_OUT[1].model_copy(update={"question": "Başka sözlerle?", "family": "f", "numbers": ("1", "2")})
    twin = TRAINING[0].model_copy(update={"family": "f", "numbers": ("1", "2")})
    with pytest.raises(UserError, match=worded.id):
        check_apart([twin], [worded])
