"""The curves of training: one row per model and step, from the logs of the GRPO runs and what they sampled.

A row of step 0 is the policy before training. It has a held-out accuracy and nothing else.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.rollouts import Rollout, read_rollouts
from finmath_grpo.statistics.intervals import wilson_interval
from finmath_grpo.statistics.reward_facts import reward_facts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.training.settings import CORRECTNESS_REWARDS, FORMAT_REWARDS, Reward

EXTRA = ("reward", "reward_std", "kl", "clipped_ratio")
OPTIONAL = {
    "entropy": "entropy",
    "clip_ratio/region_mean": "ratio_clipped",
    "sampling/mismatch": "sampling_mismatch",
    "validation/accuracy": "validation_accuracy",
    "validation/readable": "validation_readable",
    "validation/mean_length": "validation_length",
    "validation/questions": "validation_questions",
}
"""Columns that not every log has, and their names in training.csv: Unsloth logs no entropy, a model that samples for
itself has no mismatch, and a run may go without validation."""
EQUAL = 1e-6
"""Rewards of a group that are closer than this are the same; the log holds them in single precision."""


def read_log(path: Path) -> pd.DataFrame:
    """The rows of a log.csv under the names of training.csv; the model is the name of the folder that holds it.

    A run that was trained with no reward for the format, or none for the answer, has that column empty. Raises
    UserError for a log with no step, with no reward of the project, or with another column missing.
    """
    try:
        log = pd.read_csv(path)
    except (OSError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(f"{path}: can't be read: {error}; train the model again") from None
    kinds = {"correctness_reward": CORRECTNESS_REWARDS, "format_reward": FORMAT_REWARDS}
    rewards = {column: _reward(log, names) for column, names in kinds.items()}
    absent = [name for name in ("step", "completion_length", *EXTRA) if name not in log.columns]
    if not any(rewards.values()):
        absent.append("rewards/<name>/mean")
    if absent or log.empty:
        raise UserError(f"{path}: {'no column ' + ', '.join(absent) if absent else 'no step'}; train the model again")
    table = log[["step", "completion_length"]].copy()
    for column, logged in rewards.items():
        table[column] = log[logged] if logged else np.nan
    optional = log.reindex(columns=list(OPTIONAL)).rename(columns=OPTIONAL)
    table = pd.concat([table, log[list(EXTRA)], optional], axis=1)
    table.insert(0, "model", path.parent.name)
    return table


def with_interval(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """The table with the Wilson interval of each held-out accuracy, over questions: `validation_low` and `_high`."""
    measured = table["validation_questions"].notna()
    n = table.loc[measured, "validation_questions"].to_numpy(float)
    right = (table.loc[measured, "validation_accuracy"].to_numpy(float) * n).round()
    ends = wilson_interval(right, n, confidence) if measured.any() else (np.nan, np.nan)
    table = table.assign(validation_low=np.nan, validation_high=np.nan)
    table.loc[measured, "validation_low"], table.loc[measured, "validation_high"] = ends
    return table


def zero_variance_share(rollouts: Iterable[Rollout]) -> pd.Series:
    """Share of a step's groups in which every completion earned the same, by step: from these nothing is learned.

    A group is what was sampled for one question in one step; what a completion earned is the sum of its rewards. Where
    several steps learn from one generation, it is the first of them that has the rollouts.
    """
    earned = pd.DataFrame(
        [
            (row.step, row.question_id, sum(reward for reward in row.rewards.values() if reward is not None))
            for row in rollouts
        ],
        columns=["step", "question_id", "earned"],
    )
    groups = earned.groupby(["step", "question_id"])["earned"]
    same: pd.Series = (groups.max() - groups.min() < EQUAL).groupby("step").mean()
    return same


def off_policy_depth(steps: pd.Series, sampled: Iterable[int]) -> pd.Series:
    """For each step, how many updates old the policy was that wrote what the step learned from; empty before the first.

    `sampled` are the steps that sampled; where several steps learn from one generation, the first of them.
    """
    first = pd.Series(sorted(sampled), dtype=int)
    place = first.searchsorted(steps, side="right") - 1
    last = pd.Series([first[at] if at >= 0 else np.nan for at in place], index=steps.index)
    return steps - last


def _reward(log: pd.DataFrame, names: tuple[Reward, ...]) -> str | None:
    """The log's column of the first of these rewards that the run had."""
    return next((column for name in names if (column := f"rewards/{name}/mean") in log.columns), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=Path, nargs="+", required=True, help="training/{model}/log.csv, one per model")
    parser.add_argument("--rollouts", type=Path, nargs="+", required=True, help="those of each, in the same order")
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--table", type=Path, required=True, help="the table of steps to write")
    parser.add_argument("--facts", type=Path, required=True, help="the table of facts to write")
    options = parser.parse_args()
    settings = options.settings
    tables = []
    for log, rollouts in zip(options.logs, options.rollouts, strict=True):
        table = with_interval(read_log(log), settings.confidence)
        shares = zero_variance_share(read_rollouts(rollouts))
        depth = off_policy_depth(table["step"], shares.index)
        tables.append(table.assign(frac_reward_zero_std=table["step"].map(shares), off_policy_depth=depth))
    training = pd.concat(tables, ignore_index=True)
    write_table(options.table, training)
    write_table(options.facts, reward_facts(training, settings.bootstrap_draws, settings.seed, settings.confidence))


if __name__ == "__main__":
    run_stage(main)
