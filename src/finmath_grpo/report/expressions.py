"""Values of expressions with numbers as texts write them, and how a stated value compares."""

import operator
from collections.abc import Callable, Sequence
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
from typing import NamedTuple, cast

from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import Stated, english, turkish


class Reading(NamedTuple):
    """How numbers are read."""

    read: Callable[[str], Decimal | None]
    point: str
    """What stands before the decimals."""


READINGS = (Reading(turkish, ","), Reading(english, "."))
Token = str | Stated
"""An operator, a bracket, or a term."""
RIGHT, ROUNDED, WRONG = 0, 1, 2
_EXACT, _FIFTY = Context(prec=40), Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
_SIXTY = Context(prec=60, traps=[InvalidOperation])
_STEPS = [Decimal(1).scaleb(-place) for place in range(20)]
_POWERS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_SIGN = 3
"""How tightly a sign before a number binds: -2^2 is -4."""
_OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


def left_to_right(numbers: Sequence[Decimal | None], signs: Sequence[str]) -> Decimal | None:
    """The value of an expression without brackets and powers; None where it divides by nothing, or a number is none."""
    if None in numbers:
        return None
    first, *others = cast(Sequence[Decimal], numbers)
    total, product, add = Decimal(0), first, _FIFTY.add
    try:
        for sign, number in zip(signs, others, strict=True):
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


def value_of(tokens: tuple[Token, ...], reading: Reading, percent: bool) -> Decimal | None:
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
        number = number_of(token, reading, percent) if isinstance(token, Stated) else None
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
            value = _OPERATIONS[str(sign)](value, other)
        return value

    try:
        with localcontext(prec=50, Emax=5000, Emin=-5000):
            value = expression(0)
        return value if place == len(tokens) and value.is_finite() else None
    except (ValueError, DecimalException, RecursionError):
        return None


def number_of(term: Stated, reading: Reading, percent: bool) -> Decimal | None:
    """The number of a term; with `percent`, `%25` is 0,25 and `‰5` is 0,005."""
    value = reading.read(term.number.lstrip("-"))
    if value is None:
        return None
    if percent:
        value = value / 100 if "%" in term.units else value / 1000 if "‰" in term.units else value
    return -value if term.number.startswith("-") else value


def decimals(number: str, reading: Reading) -> int:
    """How many decimals a number shows."""
    _, mark, found = number.rpartition(reading.point)
    return len(found) if mark else 0


def compare(value: Decimal, other: Decimal, decimals: int) -> int:
    """The verdict on a value that is stated as `other`, with so many decimals."""
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


def shown(value: Decimal) -> str:
    """A value in Turkish, with at most six decimals."""
    if value == value.to_integral_value() and abs(value.adjusted()) < 30:
        return format_turkish(value.to_integral_value())
    try:
        return format_turkish(_SIXTY.normalize(value.quantize(_STEPS[6], context=_SIXTY)))
    except (DecimalException, ValueError):
        return f"{value:.6e}"
