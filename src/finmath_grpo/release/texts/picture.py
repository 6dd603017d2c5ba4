"""Which question the screenshot of the report shows: one that the base misses and the trained model solves."""

from collections.abc import Iterable
from typing import Any

BASE, TRAINED = "llama-base", "llama-grpo"
NEAREST = 0.7
"""The temperature shown is the one nearest to this."""
KINDS = ("value without a tag", "separators", "no_answer", "cut_off")
"""How a base misses, the most telling first; any other way is `wrong`."""


def pictured(scores: Iterable[dict[str, str]]) -> dict[str, Any]:
    """Question, temperature, and how the base missed it, by the first completions of T1; `kind` is None if none is
    missed by the base and solved by the trained model."""
    first = [row for row in scores if row["test"] == "t1" and row["sample"] == "0" and row["model"] in (BASE, TRAINED)]
    temperature = min((row["temperature"] for row in first), key=lambda at: abs(float(at) - NEAREST))
    shown = [row for row in first if row["temperature"] == temperature]
    base = {row["question_id"]: row for row in shown if row["model"] == BASE}
    solved = [row["question_id"] for row in shown if row["model"] == TRAINED and row["outcome"] == "right"]
    kinds = {question: kind_of(base[question]) for question in solved if base[question]["outcome"] != "right"}
    order = [*KINDS, "wrong"]
    question = min(kinds, key=lambda question: order.index(kinds[question]), default=next(iter(base)))
    return {"question": question, "temperature": float(temperature), "kind": kinds.get(question)}


def kind_of(row: dict[str, str]) -> str:
    if row["outcome"] == "no_answer" and row["lenient"] == "1":
        return KINDS[0]
    return row["outcome"] if row["outcome"] in KINDS else "wrong"
