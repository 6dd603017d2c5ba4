"""The functions of the two tasks: questions, cleaned; the prompt; the scores.

They call this project's own cleaning, prompt and scorer, so that a score of the harness is a score of the DAG. lm_eval
loads this file by itself, so it finds the package beside it; `pydantic` is all it needs beyond lm_eval.
"""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "src"))

from finmath_grpo.evaluation.score import score  # noqa: E402
from finmath_grpo.prompts import PromptSettings, prompt_messages  # noqa: E402
from finmath_grpo.questions.clean import clean  # noqa: E402
from finmath_grpo.questions.rows import RawQuestion  # noqa: E402
from finmath_grpo.questions.split import read_committed  # noqa: E402

SETTINGS = "random 100 3407"
"""The split of `config/paper.yaml`, as `questions.test-ids.json` names it."""
PROMPT = PromptSettings()
"""The prompt of every experiment that names none, as `paper` does."""
SCORES = ("exact", "no_punctuation", "numeric")


def test_questions(dataset: Any) -> Any:
    """The rows of the committed test ids with `question`, `answer` and `value` as the DAG's `test.jsonl` has them."""
    chosen = set(read_committed(ROOT / "data/raw/questions.test-ids.json")[SETTINGS])
    return transfer_questions(dataset.filter(lambda row: row["id"] in chosen))


def transfer_questions(dataset: Any) -> Any:
    """All rows of the file, cleaned in the same way."""
    return dataset.map(_cleaned, remove_columns=["choices", "numbers"])


def _cleaned(row: dict[str, Any]) -> dict[str, str]:
    # Arrow gives each row every letter of the choices, None where the row has none.
    choices = {letter: text for letter, text in (row["choices"] or {}).items() if text is not None} or None
    question = clean(RawQuestion(**{**row, "choices": choices, "numbers": tuple(row["numbers"])}))
    return {"question": question.question, "answer": question.answer, "value": question.value}


def prompt(row: dict[str, str]) -> str:
    """The text of the user's turn."""
    (message,) = prompt_messages(PROMPT, row["question"])
    return message["content"]


def scores(row: dict[str, str], results: list[str]) -> dict[str, int]:
    """`exact`, `no_punctuation` and `numeric` of one completion, 0 or 1."""
    scored = score(results[0], "stop", row["answer"], Decimal(row["value"]), row["answer_unit"])
    return {name: int(scored[name]) for name in SCORES}
