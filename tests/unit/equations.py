"""Evaluates the equations in a worked solution: for the tests, and independent of the modules that write solutions."""

import functools
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from finmath_grpo.numbers import parse_turkish

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TOKEN = re.compile(
    rf"\s*(?:(%?[0-9](?:[0-9.,]*[0-9])?)|([-+×/^()√]|log\b|⁻?[{_RAISED}]+)|(TL|yıl|ay|gün|kg|gram|gr|adet|saat)\b)"
)
_RELATION = re.compile(r"[=≈]")


def equations(solution: str) -> list[tuple[str, str, str]]:
    """(left, relation, right) of each equation between numbers in a text; sides with a letter are no numbers."""
    return [equation for line in solution.splitlines() for equation in _equations_of(line)]


@functools.cache
def _equations_of(line: str) -> list[tuple[str, str, str]]:
    found = []
    marks = [match.start() for match in _RELATION.finditer(line)]
    parts = [line[a + 1 : b] for a, b in zip([-1, *marks], [*marks, len(line)], strict=True)]
    for mark, before, after in zip(marks, parts, parts[1:], strict=False):
        left, right = _longest(before, from_end=True), _longest(after, from_end=False)
        if left is not None and right is not None:
            found.append((left, line[mark], right))
    return found


def holds(left: str, relation: str, right: str) -> bool:
    """Whether an equation is right: exactly for `=`, to the places shown on the right for `≈`."""
    a, b = _value(left), _value(right)
    if relation == "=":
        return a == b
    places = len(right.rstrip("TL yılaügn.)").rpartition(",")[2]) if "," in right else 0
    return abs(a - b) * 2 * 10**places <= 1 and a != b


def last_number(solution: str) -> Decimal | None:
    """The last number of a text."""
    return parse_turkish(re.findall(r"-?[0-9](?:[0-9.,]*[0-9])?", solution)[-1])


def _longest(text: str, from_end: bool) -> str | None:
    """The longest part at the end (or start) of `text` that is an expression, starting and ending at a word."""
    edges = [0, *(match.end() for match in re.finditer(r"\s+|[:(]|(?<=\s)", text)), len(text)]
    for edge in edges if from_end else reversed(edges):
        part = text[edge:] if from_end else text[:edge]
        beside = text[:edge].rstrip()[-1:] if from_end else text[edge:].lstrip()[:1]
        cut = from_end and edge and part.lstrip().startswith("- ")
        if cut or (beside and beside in f"-+×/^√⁻{_RAISED}"):
            continue  # Only a part of an expression with a letter in it, as in `x × 12 / 100 = 288`.
        # Stripped, so that `holds` finds the value again.
        part = part.strip() if from_end else re.sub(r"['’].*$|[.,;:]$", "", part.strip()).strip()
        if part and _value(part) is not None:
            return part
    return None


@functools.cache
def _value(text: str) -> Fraction | None:
    """The value of an arithmetic expression in Turkish notation; None if it is none."""
    tokens, position = [], 0
    text = text.rstrip().rstrip(".")
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        if match[1] or match[2]:
            tokens.append(match[1] or match[2])
        position = match.end()
    try:
        value, rest = _sum(tokens)
    except (IndexError, ValueError, TypeError):
        return None
    return value if not rest else None


def _sum(tokens):
    value, rest = _product(tokens)
    while rest and rest[0] in "+-":
        other, after = _product(rest[1:])
        value, rest = (value + other if rest[0] == "+" else value - other), after
    return value, rest


def _product(tokens):
    value, rest = _power(tokens)
    while rest and rest[0] in "×/":
        other, after = _power(rest[1:])
        value, rest = (value * other if rest[0] == "×" else value / other), after
    return value, rest


def _power(tokens):
    value, rest = _atom(tokens)
    if rest and rest[0] == "^":
        exponent, rest = _atom(rest[1:])
        value = _raise(value, exponent)
    elif rest and _height(rest[0]) is not None and rest[1:2] != ["√"]:
        value, rest = _raise(value, Fraction(_height(rest[0]))), rest[1:]
    return value, rest


def _atom(tokens):
    token = tokens[0]
    if token == "(":
        value, rest = _sum(tokens[1:])
        if rest[0] != ")":
            raise ValueError
        return value, rest[1:]
    if token == "-":
        value, rest = _power(tokens[1:])
        return -value, rest
    if token == "√":
        value, rest = _atom(tokens[1:])
        return _raise(value, Fraction(1, 2)), rest
    if _height(token) is not None and tokens[1] == "√":
        value, rest = _atom(tokens[2:])
        return _raise(value, Fraction(1, _height(token))), rest
    if token == "log":
        value, rest = _atom(tokens[1:])
        return _logarithm(value), rest
    number = parse_turkish(token.lstrip("%"))
    if number is None:
        raise ValueError
    return Fraction(number) / (100 if token.startswith("%") else 1), tokens[1:]


def _height(token: str) -> int | None:
    """The exponent or the degree of a root that small figures above the line write: `⁻¹²`."""
    digits = token.translate(str.maketrans("⁻" + _RAISED, "-0123456789"))
    return int(digits) if token != digits and token.strip("⁻") else None


def _logarithm(value: Fraction) -> Fraction:
    """To the base ten."""
    if value <= 0:
        raise ValueError
    with localcontext() as context:
        context.prec = 40
        return Fraction((Decimal(value.numerator) / value.denominator).log10().quantize(Decimal("1e-20")))


def _raise(value: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1:
        return value ** int(exponent)
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(value.numerator) / value.denominator) ** (Decimal(exponent.numerator) / exponent.denominator)
        near = Fraction(root.quantize(Decimal("1e-20"), ROUND_HALF_UP))
    return near
