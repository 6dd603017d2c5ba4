"""Which forms the completions of training had, and what they earned: `python -m finmath_grpo.statistics.reward_audit`.

The two format rewards are computed again from the text, whichever of them the run was trained with.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pydantic
import zstandard

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import explain
from finmath_grpo.rewards import template_match, xmlcount
from finmath_grpo.statistics.forms import FORMS, form, forms_table
from finmath_grpo.statistics.tables import write_table

BINS = 50
"""At most so many rows of steps a model: a step has only a few completions."""


class Rollout(pydantic.BaseModel):
    """What the audit reads of a completion sampled in training."""

    step: int
    completion: str
    rewards: dict[str, float | None]


def read_rollouts(path: Path) -> Iterator[Rollout]:
    """The rows of a completions.jsonl.zst. Raises UserError if it is torn, or naming a line that is not as expected."""
    # A stream reader would take the end of a torn file for the end of its rows.
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    try:
        text = decompressor.decompress(path.read_bytes()).decode()
    except (OSError, zstandard.ZstdError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read: {error}; train the model again") from None
    if not decompressor.eof:
        raise UserError(f"{path}: ends in the middle; train the model again")
    for number, line in enumerate(text.split("\n"), start=1):
        if line:
            try:
                yield Rollout.model_validate_json(line)
            except pydantic.ValidationError as error:
                raise UserError(f"{path}, line {number}: {explain(error)}") from None


def audit(model: str, rollouts: Iterator[Rollout]) -> pd.DataFrame:
    """Share and mean rewards of each form, by bin of steps: a row a bin, form and reward; forms that never came too."""
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
