"""Which question the screenshot of the report shows: one that the base misses and the trained model solves."""

from collections.abc import Iterable, Sequence
from typing import Any

BASE, TRAINED = "llama-base", "llama-grpo"
NEAREST = 0.7
"""The temperature shown is the one nearest to this at which there is such a question."""
KINDS = ("value without a tag", "separators", "no_answer", "cut_off")
"""How a base misses, the most telling first; any other way is `wrong`."""


def pictured(scores: Iterable[dict[str, str]]) -> dict[str, Any]:
    """Question, temperature, and how the base missed it, by the first completions of T1; `kind` is None if none is
    missed by the base and solved by the trained model."""
    first = [row for row in scores if row["test"] == "t1" and row["sample"] == "0" and row["model"] in (BASE, TRAINED)]
    temperatures = sorted({row["temperature"] for row in first}, key=lambda at: (abs(float(at) - NEAREST), float(at)))
    found = {at: misses([row for row in first if row["temperature"] == at]) for at in temperatures}
    temperature = next((at for at in temperatures if found[at]), temperatures[0])
    kinds, order = found[temperature], [*KINDS, "wrong"]
    question = min(kinds, key=lambda question: order.index(kinds[question]), default=first[0]["question_id"])
    return {"question": question, "temperature": float(temperature), "kind": kinds.get(question)}


def misses(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """How the base missed each question that the trained model solved, of the rows of one temperature."""
    base = {row["question_id"]: row for row in rows if row["model"] == BASE}
    solved = [row["question_id"] for row in rows if row["model"] == TRAINED and row["outcome"] == "right"]
    return {question: kind_of(base[question]) for question in solved if base[question]["outcome"] != "right"}


def kind_of(row: dict[str, str]) -> str:
    if row["outcome"] == "no_answer" and row["lenient"] == "1":
        return KINDS[0]
    return row["outcome"] if row["outcome"] in KINDS else "wrong"
