"""The curves of training: one row a model and step, from the logs of the GRPO runs."""

import argparse
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.statistics.reward_facts import reward_facts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.training.settings import CORRECTNESS_REWARDS, FORMAT_REWARDS

EXTRA = ("reward", "reward_std", "kl", "clipped_ratio", "frac_reward_zero_std")


def read_log(path: Path) -> pd.DataFrame:
    """The rows of a log.csv under the names of training.csv; the model is the name of the folder that holds it.

    Raises UserError for a log with no step or with a column missing.
    """
    log = pd.read_csv(path)
    columns = {
        "step": "step",
        "completion_length": "completion_length",
        _reward(path, log, CORRECTNESS_REWARDS): "correctness_reward",
        _reward(path, log, FORMAT_REWARDS): "format_reward",
        **{name: name for name in EXTRA},
    }
    absent = [column for column in columns if column not in log.columns]
    if absent or log.empty:
        raise UserError(f"{path}: {'no column ' + ', '.join(absent) if absent else 'no step'}; train the model again")
    table = log[list(columns)].rename(columns=columns)
    table.insert(0, "model", path.parent.name)
    return table


def _reward(path: Path, log: pd.DataFrame, names: tuple[str, ...]) -> str:
    for name in names:
        if f"rewards/{name}/mean" in log.columns:
            return f"rewards/{name}/mean"
    raise UserError(f"{path}: no column rewards/<name>/mean with a name of: {', '.join(names)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=Path, nargs="+", required=True, help="training/{model}/log.csv, one a model")
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
