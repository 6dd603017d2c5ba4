"""The rows of the question files: as recorded (`data/raw`) and as cleaned (`results/…/data`).

`python -m finmath_grpo.questions.rows` prints the JSON schema of a raw row, kept in `data/raw/schema.json`, for those
who bring their own questions.
"""

import argparse
import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from finmath_grpo.errors import run_stage

Letter = Literal["A", "B", "C", "D", "E"]
Difficulty = Literal["", "easy", "middle", "hard"]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Characters that are no text; white space and line ends are."""


def _readable(text: str) -> str:
    if found := CONTROL.search(text):
        raise ValueError(f"expected text, found the control character {found.group()!r}; take it out")
    return text


def _one_line(text: str) -> str:
    if CONTROL.search(text) or len(text.splitlines()) > 1 or text != text.strip():
        raise ValueError("expected one line without control characters and spaces around it")
    # As macOS writes them, `gün` and an id may be other characters that look the same.
    return unicodedata.normalize("NFC", text)


Readable = Annotated[Text, Field(max_length=20_000), pydantic.AfterValidator(_readable)]
"""Text of a question or an answer."""
Name = Annotated[str, Field(max_length=200), pydantic.AfterValidator(_one_line)]
"""A word or some that stand in tables."""


def _is_plain_decimal(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or f"{value:f}" != text:
        raise ValueError("expected digits with a dot before the decimals, as in 1234.5")
    return text


LONGEST_VALUE = 100
"""Characters of a value."""
PlainDecimal = Annotated[
    str,
    Field(max_length=LONGEST_VALUE, pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"),
    pydantic.AfterValidator(_is_plain_decimal),
]


class _Row(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class RawQuestion(_Row):
    """A question as it was recorded. Only `id`, `question` and `answer` are asked of a file of your own."""

    id: Annotated[Name, Field(min_length=1)]
    """A name that no other row of the file has."""
    unit: Name = ""
    """The unit of the course: `Basit faiz`."""
    family: Name = ""
    """The kind of question: `simple-interest`. A split by idea needs it."""
    question: Readable
    """The text of the question, in Turkish; it may refer to its choices."""
    choices: Annotated[dict[Letter, Readable], Field(min_length=2)] | None = None
    """The options of a multiple-choice question by letter, or null."""
    answer: Readable
    """The answer as recorded: a number with its unit and whatever else stands there, or the letter of a choice."""
    answer_unit: Name = ""
    """`TL`, `%`, `yıl`, `ay`, `gün`, or empty for a bare number. It tells how to ask where there are no choices. Other
    words are taken too: one of `finmath_grpo.numbers.UNITS` refuses answers in other units, as these do; any other
    refuses none."""
    value: PlainDecimal | None = None
    """The exact answer with a dot before the decimals: `1234.5`. Without it, the answer must be a Turkish number."""
    numbers: tuple[Name, ...] = ()
    """What the family drew: with `family`, the identity of the problem. Pre-training leaves out those of the test."""
    difficulty: Difficulty = ""
    """`easy`, `middle` or `hard` by the rule of `finmath_grpo.questions.difficulty`, or empty where nobody says."""
    of: Name = ""
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


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(json.dumps(RawQuestion.model_json_schema(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    run_stage(main)
