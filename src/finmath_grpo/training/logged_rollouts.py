"""What GRPO sampled, as TRL logs it: Parquet files in the folder of a run, one per step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd


def logged_rollouts(
    directory: Path, ids: dict[str, str], rewards: tuple[str, ...], shared: bool
) -> Iterator[dict[str, Any]]:
    """The completions of a run in their order, as rows of `finmath_grpo.rollouts`; `ids` are of questions by prompt.

    Where several steps share a generation (`shared`), TRL logs it with each of them; it is kept once, with the first.
    """
    previous = None
    for path in sorted(directory.glob("completions_*.parquet")):
        table = pd.read_parquet(path)
        sampled = table.drop(columns="step")
        texts = [turns[-1]["content"] for turns in table["completion"]]
        asked = [turns[-1]["content"] for turns in table["prompt"]]
        if shared and (asked, texts) == previous:
            continue
        previous = (asked, texts)
        for text, (_, row) in zip(texts, sampled.iterrows(), strict=True):
            yield {
                "step": int(table["step"].iloc[0]),
                "question_id": ids[row["prompt"][-1]["content"]],
                "completion": text,
                "rewards": {name: row[name] for name in rewards},
                "advantage": row["advantage"],
            }
