"""Which forms the completions of training had, and what they earned: `python -m finmath_grpo.statistics.reward_audit`.

The two format rewards are computed again from the text, whichever of them the run was trained with.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.rewards import template_match, xmlcount
from finmath_grpo.rollouts import Rollout, read_rollouts
from finmath_grpo.statistics.forms import FORMS, form, forms_table
from finmath_grpo.statistics.tables import write_table

BINS = 50
"""At most so many rows of steps per model, because one step has only a few completions."""


def audit(model: str, rollouts: Iterator[Rollout]) -> pd.DataFrame:
    """Share and mean rewards of each form: one row per bin of steps, form and reward, also for forms never seen."""
    rows = [
        {
            "step": rollout.step,
            "form": form(rollout.completion),
            **rollout.rewards,
            "xmlcount": xmlcount([rollout.completion])[0],
            "template_match": template_match([rollout.completion])[0],
        }
        for rollout in rollouts
    ]
    if not rows:
        raise UserError(f"{model}: the file of training completions holds none; train the model again")
    table = pd.DataFrame(rows)
    rewards = [column for column in table.columns if column not in ("step", "form")]
    first, last = table["step"].min(), table["step"].max()
    width = math.ceil((last - first + 1) / BINS)
    table["step"] = first + (table["step"] - first) // width * width
    bins = sorted(table["step"].unique())
    every = pd.MultiIndex.from_product([bins, FORMS], names=["step", "form"])
    groups = table.groupby(["step", "form"])
    counts = groups.size().reindex(every, fill_value=0)
    means = groups[rewards].mean().reindex(every)
    wide = means.assign(count=counts, share=counts / counts.groupby("step").transform("sum"))
    tidy = wide.reset_index().melt(["step", "form", "count", "share"], rewards, var_name="reward", value_name="mean")
    tidy.insert(0, "model", model)
    tidy.insert(2, "step_end", (tidy["step"] + width - 1).clip(upper=last))
    return tidy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--completions", type=Path, nargs="+", required=True, help="training/{model}/completions.jsonl.zst, one a model"
    )
    parser.add_argument("--audit", type=Path, required=True, help="the table of forms by step to write")
    parser.add_argument("--forms", type=Path, required=True, help="the table of what each form earns to write")
    options = parser.parse_args()
    tables = [audit(path.parent.name, read_rollouts(path)) for path in options.completions]
    write_table(options.audit, pd.concat(tables, ignore_index=True))
    write_table(options.forms, forms_table())


if __name__ == "__main__":
    run_stage(main)
