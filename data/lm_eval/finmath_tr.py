"""The functions of the two tasks: the prompt, and the scores.

They call this project's own prompt and scorer, so that a score of the harness is a score of the DAG. lm_eval loads this
file by itself, so it finds the package beside it; `pydantic` is all it needs beyond lm_eval.
"""

import sys
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "src"))

from finmath_grpo.prompts import PromptSettings, prompt_messages  # noqa: E402
from finmath_grpo.scorer import score  # noqa: E402

PROMPT = PromptSettings()
"""The prompt of every experiment that names none, as `paper` does."""
SCORES = ("exact", "no_punctuation", "numeric")


def prompt(row: dict[str, str]) -> str:
    """The text of the user's turn."""
    (message,) = prompt_messages(PROMPT, row["question"])
    return message["content"]


def scores(row: dict[str, str], results: list[str]) -> dict[str, int]:
    """`exact`, `no_punctuation` and `numeric` of one completion, 0 or 1."""
    scored = score(results[0], "stop", row["answer"], Decimal(row["value"]), row["answer_unit"])
    return {name: int(scored[name]) for name in SCORES}
