"""The scorer: three scores and one outcome per completion.

`exact` is the post's equality of strings and `no_punctuation` its second try, both against the recorded answer.
`numeric` is ours: the answer states one number, which read in Turkish is the value of the question, and no unit that
contradicts the question's. The outcome says why not.

It needs nothing beyond Python's standard library, so that other harnesses can import it: `data/lm_eval`,
`finmath_grpo.inspect_tasks`.
"""

import re
import string
from decimal import MAX_PREC, ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from finmath_grpo.answers import extract_answer, has_answer
from finmath_grpo.evaluation.lenient import read
from finmath_grpo.numbers import contradicts, english, names_a_number, parse_turkish, stated, states, turkish

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_EXACT = Context(prec=MAX_PREC)
_LONGEST = 100  # characters kept of an extracted text: without a tag it is the whole completion


def score(text: str, finish: str, gold: str, value: Decimal, answer_unit: str = "") -> dict[str, int | str]:
    """The scores of one completion: the columns of scores.csv from `exact` to `number`.

    `exact`, `no_punctuation` and `numeric` are the scorers, 0 or 1. `tagged`, `readable`, `tag_optional` and `lenient`,
    0 or 1, are what the lenient reading says (`finmath_grpo.evaluation.lenient`): an answer tag, a number that can be
    read, the value if no tag is asked for, and the value if separators are forgiven as well. `number` is the answer
    read in Turkish, in its shortest form, or empty: completions vote by it.
    """
    answer = extract_answer(text)
    result = outcome(text, finish, value, answer_unit)
    reading = read(text, finish, value, answer_unit)
    number = parse_turkish(answer)
    return {
        "exact": int(answer == gold),
        "no_punctuation": int(_bare(answer) == _bare(gold)),
        "numeric": int(result == "right"),
        "tagged": int(reading.tagged),
        "readable": int(reading.readable),
        "tag_optional": int(reading.tag_optional),
        "lenient": int(reading.lenient),
        "outcome": result,
        "extracted": _one_line(answer),
        "number": "" if number is None else shortest(number),
    }


def shortest(number: Decimal) -> str:
    """A number with a dot before its decimals and no zero that says nothing: `6` for 6.00, one text per value."""
    number = number.normalize(_EXACT)
    return f"{number if number else abs(number):f}"


def outcome(text: str, finish: str, value: Decimal, answer_unit: str = "") -> str:
    """What became of the question; the first that holds.

    - right: `numbers.states`, which is also what the reward `numeric_match` asks.
    - cut_off: the limit of tokens came before the end of an answer.
    - no_answer: no `<cevap>`.
    - unit: a unit that contradicts the question's, as in `17 yıl` for months, whatever the number. A question with no
      unit, or one that `numbers.UNITS` lacks, is contradicted by none: `12 TL` is 12 there.
    - separators: the value, if dot and comma are read as in English.
    - rounding: see `is_rounding`; the number is read in Turkish, or in English where it is none in Turkish.
    - unreadable: digits or number words, but not exactly one number.
    - wrong: anything else, and what holds no number at all.
    """
    answer = extract_answer(text)
    if states(answer, value, answer_unit):
        return "right"
    if finish == "length" and "</cevap>" not in text.split("<cevap>")[-1]:
        return "cut_off"
    if not has_answer(text):
        return "no_answer"
    found = stated(answer)
    if found is None:
        return "unreadable" if names_a_number(answer) else "wrong"
    if contradicts(found.units, answer_unit):
        return "unit"
    if english(found.number) == value:
        return "separators"
    number = turkish(found.number)
    number = english(found.number) if number is None else number
    if number is None:
        return "unreadable"
    return "rounding" if is_rounding(number, value) else "wrong"


def is_rounding(answer: Decimal, value: Decimal) -> bool:
    """Whether `answer` is `value` up to rounding.

    It is if `value`, rounded half up or cut to fewer decimals, is `answer`, or if `answer`, rounded half up to the
    decimals of `value`, of which there are two or more, is `value`; and if they differ by at most a tenth of `value`.
    So 12.35, 12.34 and 12.3 are 12.345, and 46 is 46.41, but 47 is not. 3166.6667 is 3166.67, but 2.52 is not 2.5.
    """
    places, wanted = _places(answer.normalize(_EXACT)), _places(value)
    if abs(answer - value) * 10 > abs(value):
        return False
    if places < wanted:
        return answer in (_round(value, places, ROUND_HALF_UP), _round(value, places, ROUND_DOWN))
    return places > wanted >= 2 and _round(answer, wanted, ROUND_HALF_UP) == value


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _round(number: Decimal, places: int, rounding: str) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding, _EXACT)


def _bare(answer: str) -> str:
    return answer.translate(_NO_PUNCTUATION).strip()


def _one_line(answer: str) -> str:
    answer = _CONTROL.sub(" ", answer)
    return answer if len(answer) <= _LONGEST else answer[:_LONGEST] + "…"
