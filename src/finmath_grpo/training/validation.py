"""Held-out accuracy along training: every N steps the policy answers the validation questions.

The trainer's own generation answers, as it samples rollouts: transformers on a CPU, from a copy whose weights are base
plus adapter, and vLLM on a GPU.
One completion per question, at the temperature of training. So a reward that rises while this accuracy does not is a
reward that is gained by something else than mathematics.

Nothing of it reaches training: the global random generators are put back. Each time, and in each run, the answers are
drawn with the same random numbers. With others at each step, all runs of an experiment rose and fell together by
chance, by up to 5 of 100 questions, and the interval of their mean does not hold what they share.
"""

import importlib
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments, set_seed
from trl import GRPOTrainer

from finmath_grpo.errors import UserError
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages
from finmath_grpo.questions.rows import Question

SEED = 1_000_000_007
"""Far from the seeds that a config would give to training."""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Set the global random generators (Python, NumPy, torch, CUDA) to `seed`, and at the end to what they were."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        set_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def check_apart(training: Sequence[Question], validation: Sequence[Question]) -> None:
    """Raise UserError where a validation question, by its text or by family and numbers, is a training question."""

    def problems(question: Question) -> set[object]:
        return {question.question, *([(question.family, tuple(question.numbers))] if question.numbers else [])}

    trained = set().union(*map(problems, training))
    shared = [question.id for question in validation if problems(question) & trained]
    if shared:
        raise UserError(
            f"validation: {len(shared)} of its questions are trained on, the first is {shared[0]}; take them out of the"
            " file that `validation` names, or set training.grpo.validate_every to null"
        )


class Validation(TrainerCallback):
    """Adds what :meth:`measured` gives to the trainer's log, in the row of every `every`-th step and of the last one.

    The log gets a row of its own for step 0, the policy before training. The log is part of a checkpoint, so that a run
    that was killed and goes on has each step once.
    """

    def __init__(self, trainer: GRPOTrainer, questions: Sequence[Question], prompt: PromptSettings, every: int) -> None:
        self.trainer, self.questions, self.every = trainer, questions, every
        tokenizer = trainer.processing_class
        self.prompts = [chat_tokens(tokenizer, prompt_messages(prompt, asked.question)) for asked in questions]

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step == 0:
            state.log_history.append({"step": 0, "epoch": 0.0, **self.measured(0)})

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        row = state.log_history[-1]
        step = state.global_step
        # The last entry sums up the run and is no step.
        if "train_runtime" not in row and (step % self.every == 0 or step == state.max_steps):
            row |= self.measured(step)

    def measured(self, step: int) -> dict[str, float]:
        """Shares and means over the validation questions, under the names of the log.

        `validation/accuracy` is the scorer `numeric`, `validation/readable` the share of answers that state a number in
        Turkish, `validation/mean_length` in tokens, `validation/questions` how many there are. `sampling/mismatch` is
        there where another engine than the trained model samples: :func:`mismatch`.
        """
        started = time.perf_counter()
        model, trainer = self.trainer.model, self.trainer
        was_training = model.training
        model.eval()
        with seeded(SEED), torch.no_grad():
            completions, sampled = trainer._generate_single_turn(self.prompts, None, {}, num_generations=1)
            difference = mismatch(trainer, self.prompts, completions, sampled) if sampled is not None else None
        model.train(was_training)
        texts = trainer.processing_class.batch_decode(completions, skip_special_tokens=True)
        # By name: an edit of the grammar of numbers is no change to runs that are not validated.
        accuracy, readable = importlib.import_module("finmath_grpo.training.held_out").judged(texts, self.questions)
        found = {
            "validation/accuracy": accuracy,
            "validation/readable": readable,
            "validation/mean_length": sum(map(len, completions)) / len(texts),
            "validation/questions": len(texts),
            **({"sampling/mismatch": difference} if difference is not None else {}),
        }
        shown = ", ".join(f"{name.rpartition('/')[2]} {value:.4g}" for name, value in found.items())
        print(f"step {step}: validation: {shown}; {time.perf_counter() - started:.1f} s", flush=True)
        return found


def mismatch(
    trainer: GRPOTrainer,
    prompts: Sequence[Sequence[int]],
    completions: Sequence[Sequence[int]],
    sampled: Sequence[Sequence[float | None]],
) -> float:
    """How far the sampling engine is from the trained model: mean |difference in log-probability| per token.

    `sampled` is what the engine gives for the tokens of its completions. The trained model reads as many rows at a time
    as in training, padded at the right alone. Tokens that the engine could not score (None) are left out; NaN where
    none is left.
    """
    differences: list[float] = []
    rows = list(zip(prompts, completions, sampled, strict=True))
    at_once = trainer.args.per_device_train_batch_size
    for batch in (rows[start : start + at_once] for start in range(0, len(rows), at_once)):
        read = [torch.tensor([*prompt, *completion]) for prompt, completion, _ in batch]
        ids = pad_sequence(read, batch_first=True, padding_value=trainer.processing_class.pad_token_id)
        mask = pad_sequence([torch.ones_like(row) for row in read], batch_first=True)
        # From the end of the shortest prompt on: what stands before is then a prompt with no padding, as Unsloth needs.
        shortest = min(len(prompt) for prompt, _, _ in batch)
        device = trainer.accelerator.device
        logps = trainer._get_per_token_logps_and_entropies(
            trainer.model, ids.to(device), mask.to(device), ids.shape[1] - shortest
        )[0].tolist()
        for (prompt, completion, engine), ours in zip(batch, logps, strict=True):
            start = len(prompt) - shortest
            pairs = zip(ours[start : start + len(completion)], engine, strict=True)
            differences += [abs(our - their) for our, their in pairs if their is not None]
    return sum(differences) / len(differences) if differences else float("nan")
