"""A lenient reading of a completion: what it answers, whether or not it says so in the tag.

Beside the strict reading it tells how much of a difference between two models is mathematics and how much is form
(`finmath_grpo.statistics.decomposition`). No reward and no scorer of the post uses it.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from finmath_grpo.answers import extract_answer, has_answer
from finmath_grpo.numbers import LONGEST, Stated, contradicts, english, normalise, numbers_in, stated, turkish

_RESULT = re.compile(r"[=≈≅→:]")
_SIGN = re.compile(r"(?:^|[\s=:(])-$")
# No number: the denominator of a fraction, the exponent of a power, and a number with a scale word: `5 bin 300`.
_SCALE = "yuz|bin|milyon|milyar|trilyon"
_PART_OF_ANOTHER = re.compile(rf"[0-9]\s*/\s*$|\^$|(?<![a-z])(?:{_SCALE})\s*$")
_SCALED = re.compile(rf"\s*(?:\^|(?:{_SCALE}|bucuk)(?![a-z]))")


class Reading(NamedTuple):
    """What was read, and by which of the two rules it is the value."""

    tagged: bool
    """Whether there is an answer tag."""
    readable: bool
    """Whether a number could be read, in Turkish or in English."""
    tag_optional: bool
    """Whether it is the value, read in Turkish, with no unit that contradicts the question's; in a tag or not."""
    lenient: bool
    """Whether it is, read in Turkish or in English."""


def read(text: str, finish: str, value: Decimal, answer_unit: str = "") -> Reading:
    """Read the answer of a completion leniently and hold it against `value`.

    With a tag, `tag_optional` is what the scorer `numeric` says. A completion without a tag that the limit of tokens
    cut off (`finish` is `length`) has come to no answer; its last number is none.
    """
    found = lenient_answer(text, whole=finish != "length")
    if found is None:
        return Reading(has_answer(text), False, False, False)
    numbers = turkish(found.number), english(found.number)
    fits = not contradicts(found.units, answer_unit)
    readable = numbers != (None, None)
    return Reading(has_answer(text), readable, fits and numbers[0] == value, fits and value in numbers)


def lenient_answer(text: str, whole: bool = True) -> Stated | None:
    """The number that `text` answers: in its tag, or else the text's one number or the last of several.

    `Cevap: 6 %` after three lines of working is 6 %. Looked at are, in the last line with a digit: the line, what
    follows its last sign of a result (`=`, `:`, `→`), and its last number alone, without a unit. Not read are
    fractions, powers and numbers with a scale word, and the last number of a text that is not `whole`. Linear in time.
    """
    answer = extract_answer(text)
    found = stated(answer)
    if found is not None or has_answer(text) or not whole:
        return found
    line = _last_line_with_a_digit(text)
    found = stated(line) or stated(_RESULT.split(line)[-1])
    if found is not None:
        return found
    numbers = numbers_in(line)
    if not numbers:
        return None
    line = normalise(line)
    place = line.rfind(numbers[-1])
    head, tail = line[:place], line[place + len(numbers[-1]) :]
    if _PART_OF_ANOTHER.search(head[-10:]) or _SCALED.match(tail):
        return None
    return stated(("-" if _SIGN.search(head[-2:]) else "") + numbers[-1])


def _last_line_with_a_digit(text: str) -> str:
    """The line without the spaces around it, or the whole words in the last `LONGEST` characters of a longer one."""
    line = next((line.strip() for line in reversed(text.splitlines()) if any(map(str.isdecimal, line))), "")
    return line if len(line) <= LONGEST else line[-LONGEST:].partition(" ")[2]
