"""The sums of a working, done again: each `a × b = c` that a completion states.

A line is cut at its equals signs, each side at its operators, and each term is read by `finmath_grpo.numbers`. What has
a term that is no number, as `P × n = 500` has, is not checked: nothing is said of it. An equation holds if both sides
have one value, or if its right side is that value rounded to the digits it shows. The reader is given the benefit of
each doubt: `%25` is 0,25 or 25, all numbers are Turkish or all English, and in `5 × 3 = 15 × 2` the 15 alone may be
meant.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import Stated, english, stated, turkish

RIGHT, ROUNDED, WRONG = 0, 1, 2
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
_EXACT, _FIFTY = Context(prec=40), Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
_PLAIN = re.compile(
    r"(?:[^\d=≈()+×·÷^*/%‰₺$€−–-]*[\s:])?(\d+(?:[.,]\d+)*(?: ?[×*/+−-] ?\d+(?:[.,]\d+)*)+) ?= ?(\d+(?:[.,]\d+)*)"
)
_PLAIN_SIGN = re.compile(r" ?([×*/+−-]) ?")
_SIXTY = Context(prec=60, traps=[InvalidOperation])
_STEPS = [Decimal(1).scaleb(-place) for place in range(20)]
_POWERS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_SIGN = 3
"""How tightly a sign before a number binds: -2^2 is -4."""


class Equation(NamedTuple):
    """A stated equation that could be checked."""

    start: int
    end: int
    """Its place in the text, in characters."""
    verdict: int
    """`RIGHT`, `ROUNDED` or `WRONG`."""
    value: str
    """What its left side is, in Turkish; empty where it holds."""


Token = str | Stated
"""An operator, a bracket, or a term."""


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
    for read, point in ((turkish, ","), (english, ".")):
        numbers = [read(number) for number in parts[::2]]
        other = read(found[2])
        if None in numbers:
            continue
        value = _left_to_right(numbers, parts[1::2])
        if value is None:
            continue
        values.append(value)
        if other is not None:
            _, mark, decimals = found[2].rpartition(point)
            best = min(best, _compare(value, other, len(decimals) if mark else 0))
        if best == RIGHT:
            break
    if not values:
        return ()
    return ((found.start(1), found.end(2), best, _shown(values[0]) if best == WRONG else ""),)


def _left_to_right(numbers: Sequence[Decimal | None], signs: Sequence[str]) -> Decimal | None:
    """The value of an expression without brackets and powers, or None where it divides by nothing."""
    total, product, add = Decimal(0), numbers[0], _FIFTY.add
    assert product is not None
    try:
        for sign, number in zip(signs, numbers[1:], strict=True):
            assert number is not None
            if sign in "×*":
                product = _FIFTY.multiply(product, number)
            elif sign == "/":
                product = _FIFTY.divide(product, number)
            else:
                total, product = add(total, product), number
                add = _FIFTY.add if sign == "+" else _FIFTY.subtract
        return add(total, product)
    except DecimalException:
        return None


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
    for read in (turkish, english):
        for percent in percents:
            value = _value(left.tokens, read, percent)
            if value is None:
                continue
            values.append(value)
            wanted = [_number(first, read, unit) for unit in (percent, not percent)]
            if right.whole and len(right.tokens) > 1:
                wanted.append(_value(right.tokens, read, percent))
            shown = _decimals(first.number, read)
            for other in wanted:
                if other is not None:
                    best = min(best, _compare(value, other, shown + 2 * ("%" in first.units and percent)))
            if best == RIGHT:
                return best, ""
    if not values:
        return None
    if best != WRONG:
        return best, ""
    return WRONG, _shown(values[0])


def _decimals(number: str, read: object) -> int:
    """How many decimals a number shows."""
    return (
        len(number.rpartition("," if read is turkish else ".")[2]) if ("," if read is turkish else ".") in number else 0
    )


def _compare(value: Decimal, other: Decimal, decimals: int) -> int:
    if value == other or _EXACT.plus(value) == _EXACT.plus(other):
        return RIGHT
    step = _STEPS[decimals] if decimals < len(_STEPS) else Decimal(1).scaleb(-decimals)
    if _FIFTY.abs(_FIFTY.subtract(value, other)) > step:
        return WRONG
    try:
        near = value.quantize(step, ROUND_HALF_UP, _SIXTY), value.quantize(step, ROUND_HALF_EVEN, _SIXTY)
    except DecimalException:
        return WRONG
    return ROUNDED if other in near else WRONG


def _number(term: Stated, read: object, percent: bool) -> Decimal | None:
    value = turkish(term.number.lstrip("-")) if read is turkish else english(term.number.lstrip("-"))
    if value is None:
        return None
    if percent:
        value = value / 100 if "%" in term.units else value / 1000 if "‰" in term.units else value
    return -value if term.number.startswith("-") else value


def _value(tokens: tuple[Token, ...], read: object, percent: bool) -> Decimal | None:
    """The value of an expression, or None if it is none or can't be computed."""
    place = 0

    def operand() -> Decimal:
        nonlocal place
        token = tokens[place] if place < len(tokens) else ""
        place += 1
        if token in ("-", "+"):
            inner = expression(_SIGN)
            return -inner if token == "-" else inner
        if token == "(":
            inner = expression(0)
            if place >= len(tokens) or tokens[place] != ")":
                raise ValueError
            place += 1
            return inner
        number = _number(token, read, percent) if isinstance(token, Stated) else None
        if number is None:
            raise ValueError
        return number

    def expression(least: int) -> Decimal:
        nonlocal place
        value = operand()
        while place < len(tokens):
            sign = tokens[place]
            power = _POWERS.get(sign, 0) if isinstance(sign, str) else 0
            if power <= least and not (sign == "^" and least == _POWERS["^"]):
                break
            place += 1
            other = expression(power)
            value = _apply(str(sign), value, other)
        return value

    try:
        with localcontext(prec=50, Emax=5000, Emin=-5000):
            value = expression(0)
        return value if place == len(tokens) and value.is_finite() else None
    except (ValueError, DecimalException, RecursionError):
        return None


def _apply(sign: str, value: Decimal, other: Decimal) -> Decimal:
    if sign == "+":
        return value + other
    if sign == "-":
        return value - other
    if sign == "*":
        return value * other
    if sign == "/":
        return value / other
    return value**other


def _shown(value: Decimal) -> str:
    """A value in Turkish, with at most six decimals."""
    if value == value.to_integral_value() and abs(value.adjusted()) < 30:
        return format_turkish(value.to_integral_value())
    try:
        return format_turkish(_SIXTY.normalize(value.quantize(_STEPS[6], context=_SIXTY)))
    except (DecimalException, ValueError):
        return f"{value:.6e}"
