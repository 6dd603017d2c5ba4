"""The rewards of training, as plain TRL reward functions: one number per completion.

`xmlcount` and `exact_match` are the post's, to the last digit; its author took them from the Unsloth notebook, and that
from William Brown. `xmlcount` has a known fault that is kept: a completion that ends at `</cevap>` with no newline
after it, which is what the template asks for, loses 0.001 for each character of the *whole* text, and one with an
inline `<cevap>6615</cevap>` earns a steady 0.25. In 58 % of the post's steps the mean is exactly 0.25: in these no
completion had the form asked for. That its model left the template is an inference. `template_match` and
`numeric_match` are ours and are bounded. Answers are found and read by the functions that score the evaluation, so that
reward and score can't drift apart.

A completion is a plain text, or a conversation as TRL passes it: `[{"role": "assistant", "content": text}]`.
"""

from decimal import Decimal
from typing import Any

from finmath_grpo.answers import TAGS, extract_answer, follows_template
from finmath_grpo.numbers import states

Completion = str | list[dict[str, str]]


def xmlcount(completions: list[Completion], **_: Any) -> list[float]:
    """The post's format reward: at most 0.5, unbounded below."""
    return [_count_xml(_text(completion)) for completion in completions]


def exact_match(completions: list[Completion], answer: list[str], **_: Any) -> list[float]:
    """The post's correctness reward: 2 where the extracted answer is the recorded string, else 0."""
    return [
        2.0 if extract_answer(_text(completion)) == gold else 0.0
        for completion, gold in zip(completions, answer, strict=True)
    ]


def template_match(completions: list[Completion], **_: Any) -> list[float]:
    """The template as the prompt states it, from 0 to 0.5.

    0.1 for each of the four tags that occurs once in the text and alone on its line, and 0.1 more for the content, if
    the whole is the template (`answers.follows_template`). So the empty shell earns 0.4, and a blank solution or answer
    earns nothing. A newline at the end is not asked for.
    """
    return [_count_template(_text(completion)) for completion in completions]


def numeric_match(
    completions: list[Completion], value: list[str], answer_unit: list[str] | None = None, **_: Any
) -> list[float]:
    """2 where the extracted answer states `value` (a plain decimal string) in Turkish, else 0.

    A unit that contradicts `answer_unit`, the question's, earns nothing: `12.500 USD` is no `12.500 TL`. Without that
    column, as for a question without a unit, units are not compared.
    """
    units = answer_unit or [""] * len(value)
    return [
        2.0 if states(extract_answer(_text(completion)), Decimal(gold), unit) else 0.0
        for completion, gold, unit in zip(completions, value, units, strict=True)
    ]


def _text(completion: Completion) -> str:
    return completion if isinstance(completion, str) else completion[0]["content"]


def _count_xml(text: str) -> float:
    # As published, in its order of additions: floating-point sums depend on it.
    count = 0.0
    if text.count("<matematik>\n") == 1:
        count += 0.125
    if text.count("\n</matematik>\n") == 1:
        count += 0.125
    if text.count("\n<cevap>\n") == 1:
        count += 0.125
        count -= len(text.split("\n</cevap>\n")[-1]) * 0.001
    if text.count("\n</cevap>") == 1:
        count += 0.125
        count -= (len(text.split("\n</cevap>")[-1]) - 1) * 0.001
    return count


def _count_template(text: str) -> float:
    lines = [line.strip() for line in text.split("\n")]
    alone = sum(text.count(tag) == 1 and tag in lines for tag in TAGS)
    return (alone + follows_template(text)) / 10
