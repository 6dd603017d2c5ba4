"""The curves of training: one row per model and step, from the logs of the GRPO runs."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.statistics.reward_facts import reward_facts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.training.settings import CORRECTNESS_REWARDS, FORMAT_REWARDS, Reward

EXTRA = ("reward", "reward_std", "kl", "clipped_ratio", "frac_reward_zero_std")


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
    table = pd.concat([table, log[list(EXTRA)]], axis=1)
    table.insert(0, "model", path.parent.name)
    return table


def _reward(log: pd.DataFrame, names: tuple[Reward, ...]) -> str | None:
    """The log's column of the first of these rewards that the run had."""
    return next((column for name in names if (column := f"rewards/{name}/mean") in log.columns), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=Path, nargs="+", required=True, help="training/{model}/log.csv, one per model")
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--table", type=Path, required=True, help="the table of steps to write")
    parser.add_argument("--facts", type=Path, required=True, help="the table of facts to write")
    options = parser.parse_args()
    settings = options.settings
    training = pd.concat([read_log(path) for path in options.logs], ignore_index=True)
    write_table(options.table, training)
    write_table(options.facts, reward_facts(training, settings.bootstrap_draws, settings.seed, settings.confidence))


if __name__ == "__main__":
    run_stage(main)
