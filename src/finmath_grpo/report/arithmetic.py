"""The sums of a working, done again: each `a × b = c` that a completion states.

A line is cut at its equals signs, each side at its operators, and each term is read by `finmath_grpo.numbers`. What has
a term that is no number, as `P × n = 500` has, is not checked: nothing is said of it. An equation holds if both sides
have one value, or if its right side is that value rounded to the digits it shows. The reader is given the benefit of
each doubt: `%25` is 0,25 or 25, all numbers are Turkish or all English, and in `5 × 3 = 15 × 2` the 15 alone may be
meant. `finmath_grpo.report.expressions` computes.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from finmath_grpo.numbers import Stated, stated
from finmath_grpo.report.expressions import (
    READINGS,
    RIGHT,
    WRONG,
    Token,
    compare,
    decimals,
    left_to_right,
    number_of,
    shown,
    value_of,
)

LONGEST = 400
"""Characters of a line that is read. It bounds the time on hostile text."""
MOST_TERMS = 40

_EQUALS = re.compile(r"[=≈]")
# A slash, a colon and an `x` divide and multiply only before a number: `TL/ay`, `Faiz: 5`, `x = 5` have none.
_OPERATOR = re.compile(
    r"[()+×·÷^]|[−–-](?=\s*[\d(%])|\*|(?<=[\d)%\s])[xX](?=\s*[\d(%])|/(?=\s*[\d(%])|(?<=[\d)])\s?:(?=\s?[\d(])"
)
_SIGNS = {"×": "*", "·": "*", "x": "*", "X": "*", "÷": "/", ":": "/", "−": "-", "–": "-"}
_LAST_NUMBER = re.compile(r"(?:^|[\s:>.])((?:[%₺$€]\s?)?\d+(?:[.,]\d+)*\s?%?)\s*$")
_NUMBER_AND_UNIT = re.compile(r"((?:[%₺$€]\s?)?\d[\d.,]*\D*)$")
_FIRST_NUMBER = re.compile(r"\s*([%₺$€]?\s?-?\d+(?:[.,]\d+)*\s?%?)(?![\w.,]*\d|\w)")
_BULLET = re.compile(r"\s*[-•*]\s")
_PLAIN = re.compile(
    r"(?:[^\d=≈()+×·÷^*/%‰₺$€−–-]*[\s:])?(\d+(?:[.,]\d+)*(?: ?[×*/+−-] ?\d+(?:[.,]\d+)*)+) ?= ?(\d+(?:[.,]\d+)*)"
)
_PLAIN_SIGN = re.compile(r" ?([×*/+−-]) ?")


class Equation(NamedTuple):
    """A stated equation that could be checked."""

    start: int
    end: int
    """Its place in the text, in characters."""
    verdict: int
    """`RIGHT`, `ROUNDED` or `WRONG`."""
    value: str
    """What its left side is, in Turkish; empty where it holds."""


class _Side(NamedTuple):
    """What stands between two equals signs."""

    tokens: tuple[Token, ...]
    begin: int
    """Where its first number begins, in characters of the side."""
    first: Stated | None
    """The number that it begins with: what the equation before it states."""
    end: int
    """Where that number ends."""
    whole: bool
    """Whether `tokens` are all of the side."""


def equations(text: str) -> Iterator[Equation]:
    """The equations of `text` that can be checked, in their order."""
    if "=" not in text and "≈" not in text:
        return
    start = 0
    for line in text.split("\n"):
        if "=" in line or "≈" in line:
            for begin, end, verdict, value in _plain_equation(line) or _equations_of_line(line):
                yield Equation(start + begin, start + end, verdict, value)
        start += len(line) + 1


@lru_cache(maxsize=1 << 16)
def _plain_equation(line: str) -> tuple[tuple[int, int, int, str], ...] | None:
    """The equation of a line that is words and `5 × 3 = 15`, as nearly all are; None where it takes the longer way.

    It says what `_equations_of_line` says, ten times as fast: a large run states a million equations.
    """
    if len(line) > LONGEST:
        return None
    found = _PLAIN.fullmatch(line)
    if found is None:
        return None
    parts = _PLAIN_SIGN.split(found[1])
    if len(parts) > 2 * MOST_TERMS - 1:
        return None
    values = []
    best = WRONG
    for reading in READINGS:
        numbers = [reading.read(number) for number in parts[::2]]
        value = left_to_right(numbers, parts[1::2])
        if value is None:
            continue
        values.append(value)
        other = reading.read(found[2])
        if other is not None:
            best = min(best, compare(value, other, decimals(found[2], reading)))
        if best == RIGHT:
            break
    if not values:
        return ()
    return ((found.start(1), found.end(2), best, shown(values[0]) if best == WRONG else ""),)


@lru_cache(maxsize=1 << 15)
def _equations_of_line(line: str) -> tuple[tuple[int, int, int, str], ...]:
    if len(line) > LONGEST or not _EQUALS.search(line):
        return ()
    bullet = _BULLET.match(line)
    places = [bullet.end() if bullet else 0]
    sides = []
    for mark in _EQUALS.finditer(line):
        sides.append(line[places[-1] : mark.start()])
        places.append(mark.end())
    sides.append(line[places[-1] :])
    read = [_side(text.replace("**", "  ")) for text in sides]
    found = []
    for place, (left, right) in enumerate(pairwise(read)):
        if len(left.tokens) < 2 or right.first is None:
            continue
        checked = _check(left, right)
        if checked is not None:
            found.append((places[place] + left.begin, places[place + 1] + right.end, *checked))
    return tuple(found)


@lru_cache(maxsize=1 << 16)
def _side(text: str) -> _Side:
    """The side's terms and operators; no tokens where one of its terms is no number."""
    cuts = [0]
    signs = []
    for mark in _OPERATOR.finditer(text):
        signs.append(mark.group().strip())
        cuts += [mark.start(), mark.end()]
    cuts.append(len(text))
    words = [text[begin:end] for begin, end in zip(cuts[::2], cuts[1::2], strict=True)]
    first, end = _first(words[0])
    nothing = _Side((), 0, first, end, False)
    if not signs or len(words) > MOST_TERMS:
        return _Side((first,), 0, first, end, True) if first else nothing
    tokens: list[Token] = []
    begin = None
    for place, (word, sign) in enumerate(zip(words, [*signs, ""], strict=True)):
        if word.strip():
            term = _term(word)
            if begin is None:
                # Words may lead to the first number: `1. adım: yıllık faiz 5.000 × 0,2`.
                last = _LAST_NUMBER.search(word)
                if term is None and last:
                    term = _term(last.group(1))
                number = last or _NUMBER_AND_UNIT.search(word)
                begin = cuts[2 * place] + (number.start(1) if number else 0)
            if term is None:
                return nothing
            tokens.append(term)
        elif begin is None and sign == "(":
            begin = cuts[2 * place + 1]
        if sign:
            tokens.append(_SIGNS.get(sign, sign))
    return _Side(tuple(tokens), begin or 0, first, end, True)


@lru_cache(maxsize=1 << 16)
def _term(word: str) -> Stated | None:
    return stated(word.strip().rstrip(".;"))


def _first(word: str) -> tuple[Stated | None, int]:
    """The number that a side begins with, and where it ends."""
    found = _FIRST_NUMBER.match(word)
    term = _term(word)
    if term is not None:
        return term, len(word.rstrip().rstrip(".;"))
    return (_term(found.group(1)), found.end()) if found else (None, 0)


def _check(left: _Side, right: _Side) -> tuple[int, str] | None:
    """The verdict on an equation and the value of its left side; None where a side can't be computed."""
    first = right.first
    assert first is not None
    values: list[Decimal] = []
    best = WRONG
    terms = [token for token in (*left.tokens, first, *right.tokens) if isinstance(token, Stated)]
    # Where nothing is a percentage or a per mille, the second reading of it is the first.
    percents = (True, False) if any(term.units & {"%", "‰"} for term in terms) else (True,)
    for reading, percent in product(READINGS, percents):
        value = value_of(left.tokens, reading, percent)
        if value is None:
            continue
        values.append(value)
        wanted = [number_of(first, reading, unit) for unit in (percent, not percent)]
        if right.whole and len(right.tokens) > 1:
            wanted.append(value_of(right.tokens, reading, percent))
        digits = decimals(first.number, reading) + 2 * ("%" in first.units and percent)
        best = min([best, *(compare(value, other, digits) for other in wanted if other is not None)])
        if best == RIGHT:
            break
    if not values:
        return None
    return best, shown(values[0]) if best == WRONG else ""
