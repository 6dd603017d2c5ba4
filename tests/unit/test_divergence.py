"""Runs with nothing to show stop with words: no finite loss or gradient, nothing written, nothing learned."""

import math

import pandas as pd
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainerControl, TrainerState, TrainingArguments

from finmath_grpo.errors import UserError
from finmath_grpo.models.pretrain import check_loss
from finmath_grpo.training.divergence import StopWhenDiverged, check_policy, check_signal


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("name", ["loss", "grad_norm"])
def test_first_step_that_is_no_number_stops_the_run(tmp_path, name, value):
    state = TrainerState(global_step=3, max_steps=9)
    watch = StopWhenDiverged()
    arguments = TrainingArguments(str(tmp_path), use_cpu=True), state, TrainerControl()
    watch.on_log(*arguments, logs={"loss": 1e30, "grad_norm": 1e9, "kl": math.nan})
    watch.on_log(*arguments, logs={"train_runtime": 1.0})
    with pytest.raises(UserError, match=f"diverged at step 3 of 9: {name} is .*; lower learning_rate"):
        watch.on_log(*arguments, logs={"loss": 1.0, name: value})


def test_training_with_an_absurd_learning_rate_stops_at_the_step_at_which_it_diverges(tmp_path):
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=50, **shape))
    arguments = TrainingArguments(
        str(tmp_path), use_cpu=True, report_to=[], logging_steps=1, max_steps=20, learning_rate=1e30,
        lr_scheduler_type="constant", per_device_train_batch_size=2, save_strategy="no", disable_tqdm=True,
    )  # fmt: skip
    rows = [{"input_ids": [1, 2, 3, 4], "labels": [1, 2, 3, 4]}] * 4
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, callbacks=[StopWhenDiverged()])
    with pytest.raises(UserError, match=r"diverged at step \d+ of 20"):
        trainer.train()
    assert trainer.state.global_step < 5


def small_model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1}
    return LlamaForCausalLM(LlamaConfig(vocab_size=50, **shape))


def test_policy_that_knows_no_chosen_answer_better_than_by_guessing_is_refused():
    answers = [([1, 2], [3, 4, 5]), ([6], [3, 4])]
    model = small_model()
    rows = torch.tensor([[1, 2, 3, 4, 5], [6, 3, 4, 5, 5]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(20):
        model(input_ids=rows, labels=rows).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    check_policy(model, answers)
    # All tokens alike: ln 50 = 3.91 exactly, as after a step so large that the norm divides by infinity.
    with torch.no_grad():
        model.lm_head.weight.zero_()
    with pytest.raises(UserError, match=r"a loss of 3.912 per token, and guessing any of 50 tokens has 3.91"):
        check_policy(model, answers)
    with torch.no_grad():
        model.lm_head.weight[7] = math.nan
    with pytest.raises(UserError, match=r"a loss of nan per token"):
        check_policy(model, answers)


def log(steps: int = 2, **changes: list[float]) -> pd.DataFrame:
    """A log after a row of step 0, whose other columns are empty; its steps repeat the two values of each column."""
    usual = {"completion_length_max": [40, 40], "frac_reward_zero_std": [1, 0.5], "reward": [0.1, 0.2]}
    rows = pd.DataFrame({name: (pair * steps)[:steps] for name, pair in {**usual, **changes}.items()})
    return pd.concat([pd.DataFrame({"step": [0]}), rows.assign(step=range(1, steps + 1))])


def test_run_that_learned_from_one_step_is_a_result():
    check_signal(log())
    check_signal(log(completion_length_max=[1, 2]))
    # A trial of nine steps may have no luck.
    check_signal(log(9, frac_reward_zero_std=[1, 1]))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"completion_length_max": [1, 1]}, "in all of its 10 steps the model wrote empty completions"),
        ({"frac_reward_zero_std": [1, 1]}, r"equal rewards \(mean 0.15\), so nothing was learned"),
    ],
)
def test_run_without_a_signal_is_refused(changes, says):
    with pytest.raises(UserError, match=says):
        check_signal(log(10, **changes))


def test_pretraining_that_does_no_better_than_guessing_is_refused():
    check_loss(0, 9.0, 1024)  # at random weights
    check_loss(100, 6.9, 1024)
    for loss in (math.nan, math.inf, 7.0):
        with pytest.raises(UserError, match=r"diverged: at step 100 .* guessing any of 1024 tokens has 6.93"):
            check_loss(100, loss, 1024)
