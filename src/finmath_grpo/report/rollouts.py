"""A sample of what a model wrote while GRPO trained it: some steps, a few groups of each, their completions."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import Rollout, read_rollouts

STEPS = 40
"""Steps shown of a run, evenly spaced, the first and the last among them."""
GROUPS = 3
"""Groups shown of a step: one question and all its completions each."""


def spread(count: int, limit: int) -> list[int]:
    """At most `limit` of the places 0 to `count` - 1, evenly spaced, the first and the last among them."""
    if count <= limit:
        return list(range(count))
    return [round(place * (count - 1) / (limit - 1)) for place in range(limit)]


def sample(path: Path, train: Mapping[str, Question]) -> list[dict[str, Any]]:
    """The steps to show, each with groups. Raises UserError for a question that is not in the training file."""
    steps = [list(rows) for _, rows in groupby(read_rollouts(path), key=lambda row: row.step)]
    shown = []
    for place in spread(len(steps), STEPS):
        rows = steps[place]
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row.question_id)]
        shown.append(
            {
                "step": rows[0].step,
                "groups": [_group(path, groups[index], train) for index in spread(len(groups), GROUPS)],
                "of": len(groups),
            }
        )
    return shown


def _group(path: Path, rows: Sequence[Rollout], train: Mapping[str, Question]) -> dict[str, Any]:
    question = train.get(rows[0].question_id)
    if question is None:
        raise UserError(f"{path}: step {rows[0].step}: question_id {rows[0].question_id!r} is not in the training file")
    return {
        **question.model_dump(include={"id", "question", "answer", "answer_unit", "value"}),
        "completions": [
            [row.completion, _number(row.advantage), {name: _number(value) for name, value in row.rewards.items()}]
            for row in rows
        ],
    }


def _number(value: float | None) -> float | None:
    """Six digits: the logs hold 32-bit numbers, written as 64-bit ones. JSON has no NaN."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")
