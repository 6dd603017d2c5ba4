"""The rows of the question files: as recorded (`data/raw`) and as cleaned (`results/…/data`).

`python -m finmath_grpo.questions.rows` prints the JSON schema of a raw row, kept in `data/raw/schema.json`, for those
who bring their own questions.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import pydantic
from pydantic import Field

Letter = Literal["A", "B", "C", "D", "E"]
Difficulty = Literal["", "easy", "middle", "hard"]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


def _is_plain_decimal(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or f"{value:f}" != text:
        raise ValueError("expected digits with a dot before the decimals, as in 1234.5")
    return text


PlainDecimal = Annotated[
    str,
    Field(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"),
    pydantic.AfterValidator(_is_plain_decimal),
]


class _Row(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class RawQuestion(_Row):
    """A question as it was recorded. Only `id`, `question` and `answer` are asked of a file of your own."""

    id: Text
    """A name that no other row of the file has."""
    unit: str = ""
    """The unit of the course: `Basit faiz`."""
    family: str = ""
    """The kind of question: `simple-interest`. A split by idea needs it."""
    question: Text
    """The text of the question, in Turkish; it may refer to its choices."""
    choices: Annotated[dict[Letter, Text], Field(min_length=2)] | None = None
    """The options of a multiple-choice question by letter, or null."""
    answer: Text
    """The answer as recorded: a number with its unit and whatever else stands there, or the letter of a choice."""
    answer_unit: str = ""
    """`TL`, `%`, `yıl`, `ay`, `gün`, or empty for a bare number. It tells how to ask where there are no choices."""
    value: PlainDecimal | None = None
    """The exact answer with a dot before the decimals: `1234.5`. Without it, the answer must be a Turkish number."""
    numbers: tuple[str, ...] = ()
    """What the family drew: with `family`, the identity of the problem. Pre-training leaves out those of the test."""
    difficulty: Difficulty = ""
    """`easy`, `middle` or `hard` by the rule of `finmath_grpo.questions.difficulty`, or empty where nobody says."""
    of: str = ""
    """The id of the question whose sentence and kind of exercise the row has with other numbers, or empty."""


class Question(_Row):
    """A question as it is asked: open, with an answer of digits, commas and dots."""

    id: Text
    """As in the raw file."""
    unit: str
    """As in the raw file."""
    family: str
    """As in the raw file."""
    question: Text
    """The open question."""
    answer: Annotated[str, Field(pattern=r"^-?[0-9][0-9.,]*$")]
    """The recorded answer without unit and stray characters; its separators are as recorded, right or sloppy."""
    answer_unit: str
    """As in the raw file."""
    value: PlainDecimal
    """The exact answer: the raw row's, or its answer read as a Turkish number."""
    numbers: tuple[str, ...] = ()
    """As in the raw file."""
    difficulty: Difficulty = ""
    """As in the raw file."""
    of: str = ""
    """As in the raw file."""


if __name__ == "__main__":
    print(json.dumps(RawQuestion.model_json_schema(), ensure_ascii=False, indent=2))
