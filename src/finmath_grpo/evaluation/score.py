"""Score completions: three scorers and one outcome a sample.

`exact` is the post's equality of strings and `no_punctuation` its second try, both against the recorded answer.
`numeric` is ours: the answer, read as a Turkish number, has the value of the question. The outcome says why not.
"""

import argparse
import re
import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pandas as pd
import pydantic

from finmath_grpo.answers import extract_answer, has_answer
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.scores import COLUMNS, check_complete
from finmath_grpo.files import atomic_write, read_jsonl
from finmath_grpo.numbers import parse_english, parse_turkish

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST = 100  # characters kept of an extracted text: without a tag it is the whole completion


class Gold(pydantic.BaseModel):
    """What scoring reads of a test question."""

    id: str
    answer: str
    value: Decimal


class Completion(pydantic.BaseModel):
    """What scoring reads of a completion."""

    model: str
    question_id: str
    temperature: float
    sample: int = pydantic.Field(ge=0)
    text: str
    tokens: int
    finish: Literal["stop", "length"]


def score(text: str, finish: str, gold: str, value: Decimal) -> dict[str, int | str]:
    """The scores of one completion: `exact`, `no_punctuation`, `numeric` (0 or 1), `outcome`, `extracted`."""
    answer = extract_answer(text)
    return {
        "exact": int(answer == gold),
        "no_punctuation": int(_bare(answer) == _bare(gold)),
        "numeric": int(parse_turkish(answer) == value),
        "outcome": outcome(text, finish, value),
        "extracted": _one_line(answer),
    }


def outcome(text: str, finish: str, value: Decimal) -> str:
    """What became of the question; the first that holds.

    right: the value, written in Turkish. cut_off: the limit of tokens came before the end of an answer.
    no_answer: no `<cevap>`. separators: the value, if dot and comma are read as in English. rounding: see
    `is_rounding`, in either reading of the separators. wrong: anything else, and what is no number.
    """
    answer = extract_answer(text)
    turkish, english = parse_turkish(answer), parse_english(answer)
    if turkish == value:
        return "right"
    if finish == "length" and "</cevap>" not in text.split("<cevap>")[-1]:
        return "cut_off"
    if not has_answer(text):
        return "no_answer"
    if english == value:
        return "separators"
    if turkish is not None and is_rounding(turkish, value):
        return "rounding"
    return "wrong"


def is_rounding(answer: Decimal, value: Decimal) -> bool:
    """Whether `answer` is `value` up to rounding: within one unit of the last decimal place that both give.

    Two different whole numbers are not, and neither is an answer off by more than a tenth: 0.06 is not 0.05 rounded.
    """
    places = min(_places(answer), _places(value))
    difference = abs(answer - value)
    if places == 0 and _places(answer) == _places(value):
        return False
    return difference <= Decimal(1).scaleb(-places) and difference * 10 <= abs(value)


def score_rows(test: list[Gold], completions: list[Path]) -> Iterator[dict[str, object]]:
    """A row of the table for each completion, in the order of the files. Raises UserError for an unknown question."""
    questions = {gold.id: gold for gold in test}
    for path in completions:
        for line, row in enumerate(read_jsonl(path, Completion), start=1):
            gold = questions.get(row.question_id)
            if gold is None:
                raise UserError(f"{path}, line {line}: question_id {row.question_id!r} is not in the test file")
            yield {
                "model": row.model,
                "temperature": row.temperature,
                "sample": row.sample,
                "question_id": row.question_id,
                **score(row.text, row.finish, gold.answer, gold.value),
                "gold": gold.answer,
                "value": format(gold.value, "f"),
                "tokens": row.tokens,
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--completions", type=Path, nargs="+", required=True, help="one JSON Lines file a model")
    parser.add_argument("--scores", type=Path, required=True, help="the table to write")
    options = parser.parse_args()

    test = list(read_jsonl(options.test, Gold))
    table = pd.DataFrame(score_rows(test, options.completions), columns=list(COLUMNS))
    if table.empty:
        raise UserError("the completions files hold no completion")
    checked = table[["model", "temperature", "question_id", "sample"]].copy()
    checked["model"] = pd.Categorical(checked["model"], categories=list(dict.fromkeys(checked["model"])))
    checked["question_id"] = pd.Categorical(checked["question_id"], categories=[gold.id for gold in test])
    check_complete(", ".join(map(str, options.completions)), checked)
    with atomic_write(options.scores) as file:
        table.to_csv(file, index=False, lineterminator="\n")


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _bare(answer: str) -> str:
    return answer.translate(_NO_PUNCTUATION).strip()


def _one_line(answer: str) -> str:
    answer = _CONTROL.sub(" ", answer)
    return answer if len(answer) <= _LONGEST else answer[:_LONGEST] + "…"


if __name__ == "__main__":
    run_stage(main)
