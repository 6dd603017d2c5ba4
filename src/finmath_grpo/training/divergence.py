"""A run with nothing to show is no result: one that diverged stops, and one that learned from nothing is refused."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import torch
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from finmath_grpo.errors import UserError

WATCHED = ("loss", "grad_norm")
"""What a diverged run logs as NaN or infinity. The trainer leaves a loss that is NaN out of its mean: then the norm of
the gradient alone says so."""
BETTER = 0.99
"""Share of the loss of guessing below which a policy has learned more than to guess; rounding is far less."""
IGNORED = -100
"""The label of a token that no loss is taken of, in PyTorch's `cross_entropy`."""
ENOUGH = 10
"""Steps. A shorter run is a trial, and equal rewards in all of it can be chance."""


class StopWhenDiverged(TrainerCallback):
    """Raises UserError at the first step whose loss or gradient is no finite number."""

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        for name in WATCHED:
            value = (logs or {}).get(name)
            if value is not None and not math.isfinite(float(value)):
                raise UserError(
                    f"diverged at step {state.global_step} of {state.max_steps}: {name} is {value}; lower"
                    " learning_rate, or lengthen warmup_steps"
                )


def check_signal(log: pd.DataFrame) -> None:
    """Refuse the step log of a GRPO run that had nothing to learn from.

    Raises UserError if no step had a completion of more than the token that ends it, or if all completions of each
    group had equal rewards in each of :data:`ENOUGH` steps or more, so that every advantage was 0.
    """
    # A row of step 0 is the policy before training.
    log = log[log["step"] > 0]
    if (log["completion_length_max"] <= 1).all():
        raise UserError(
            f"in all of its {len(log)} steps the model wrote empty completions; see whether the pre-training of its"
            " base diverged, and whether its chat template ends in an open turn"
        )
    if len(log) >= ENOUGH and (log["frac_reward_zero_std"] >= 1).all():
        raise UserError(
            f"in all of its {len(log)} steps the completions of each question had equal rewards (mean"
            f" {log['reward'].mean():.4g}), so nothing was learned; take other rewards, a higher temperature, more"
            " completions per question, or more steps"
        )


@torch.no_grad()
def check_policy(model: PreTrainedModel, answers: Iterable[tuple[list[int], list[int]]]) -> None:
    """Refuse a trained policy that gives answers which it was trained to prefer no more probability than guessing does.

    A loss of preferences tells no such policy: it compares two probabilities, and both may have vanished. `answers` are
    the token ids of prompts and answers. Raises UserError where the mean loss per answer (nats per token) is no number,
    or not below :data:`BETTER` of that of guessing any token.
    """
    model.eval()
    losses = []
    for prompt, answer in answers:
        ids = torch.tensor([prompt + answer], device=model.device)
        labels = ids.clone()
        labels[0, : len(prompt)] = IGNORED
        losses.append(model(input_ids=ids, labels=labels, use_cache=False).loss.item())
    loss, guessing = sum(losses) / len(losses), math.log(model.config.vocab_size)
    if not loss < BETTER * guessing:  # nor a number
        raise UserError(
            f"diverged: of the chosen answers, the trained model has a loss of {loss:.4g} per token, and guessing any"
            f" of {model.config.vocab_size} tokens has {guessing:.2f}; lower learning_rate, or lengthen warmup_steps"
        )
