"""How many held-out answers are right, by the scorer `numeric`, and how many state a number in Turkish at all."""

from collections.abc import Sequence
from decimal import Decimal

from finmath_grpo.answers import extract_answer
from finmath_grpo.numbers import parse_turkish, states
from finmath_grpo.questions.rows import Question


def judged(texts: Sequence[str], questions: Sequence[Question]) -> tuple[float, float]:
    """The share of `texts`, one per question, that are right, and the share that is readable; at least one text."""
    answers = [extract_answer(text) for text in texts]
    right = [
        states(answer, Decimal(asked.value), asked.answer_unit)
        for answer, asked in zip(answers, questions, strict=True)
    ]
    return sum(right) / len(right), sum(parse_turkish(answer) is not None for answer in answers) / len(answers)
