"""What held-out accuracy cost: rollouts and seconds up to each step that was validated, one row per model and step.

Rollouts are those sampled up to and with the step. Seconds are the trainer's own, summed over its steps: sampling,
rewards and updates, without the start of the job and without validation. They differ from run to run, so that this is a
table of its own, made where jobs run on a GPU.
"""

import argparse
from collections import Counter
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.rollouts import read_rollouts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.statistics.training_table import read_log, with_interval

KEPT = ("reward", "validation_accuracy", "validation_low", "validation_high")


def with_cost(table: pd.DataFrame, seconds: pd.Series, sampled: Counter[int]) -> pd.DataFrame:
    """The table of :func:`read_log` with `rollouts` and `seconds`, both up to and with the step.

    `seconds` are those of each row, `sampled` how many completions each step sampled; where several steps learn from
    one generation, the first of them has all.
    """
    rollouts = table["step"].map(lambda step: sampled[step]).cumsum()
    return table.assign(rollouts=rollouts, seconds=seconds.fillna(0).cumsum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=Path, nargs="+", required=True, help="training/{model}/log.csv, one per model")
    parser.add_argument("--rollouts", type=Path, nargs="+", required=True, help="those of each, in the same order")
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--table", type=Path, required=True)
    options = parser.parse_args()
    tables = []
    for log, rollouts in zip(options.logs, options.rollouts, strict=True):
        written = pd.read_csv(log)
        if "step_time" not in written:
            raise UserError(f"{log}: no column step_time; train the model again")
        table = with_interval(read_log(log), options.settings.confidence)
        sampled = Counter(row.step for row in read_rollouts(rollouts))
        table = with_cost(table, written["step_time"], sampled)
        tables.append(table[["model", "step", "rollouts", "seconds", *KEPT]])
    write_table(options.table, pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run_stage(main)
