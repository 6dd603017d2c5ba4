"""The families of the course, their sums worked out by hand: what a small model can learn to do digit by digit.

A solution says `498,15 × 20,75 ≈ 10.336,61` in one step, which a model of 100 M parameters does not learn in minutes:
2 % of the bank's questions came out right (docs/measured.md). Here the lines before it multiply digit by digit, and a
quotient is divided digit by digit, as on paper and as in the scratchpads of Nye et al. 2021 (arXiv 2112.00114):

    498,15 × 20 = 9.963
    498,15 × 0,7 = 348,705, toplam 10.311,705
    498,15 × 0,05 = 24,9075, toplam 10.336,6125
    Yüzde 20,75 için: 498,15 × 20,75 ≈ 10.336,61

Of a sum with several operations each has its line. Short ones, powers and roots stay as they are, and so does a
solution that would be long. So a family draws anew, a few times, until one of its problems can be worked out. Bare sums
(`drills`) are among the families, since one problem alone has few of each kind.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import NamedTuple

from finmath_grpo.questions.families import course, drills
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import half_up, plain

_STATED = re.compile(
    r"(?:.*[^\W\d_]['.,:;]* |.*[:=] )?"
    r"(?P<sum>[\d(][\d.,()×/+\- ]*) (?P<sign>[=≈]) (?P<result>\d[\d.]*(?:,\d+)?)(?: \D*)?"
)
"""A line that ends in a sum and its result: `Kâr: 62.930 - 43.400 = 19.530`."""
_TOKEN = re.compile(r"\d[\d.]*(?:,\d+)?|[()×/+-]")
_POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹√]|log")
_PLACES = 8
"""Decimals kept of a quotient that does not end."""
LONGEST = 480
"""Characters of a solution with its working."""
_DRAWS = 3
"""How often a family draws, at most, until its problem can be worked out."""
_DRILLS = 10
"""How often each drill is among the families: a quarter of the text."""


class Worked(NamedTuple):
    """A solution with its working."""

    text: str
    """The working of each operation stands before the line that states it, and not again where the same was worked out
    before. The solution as it is where that would be longer than :data:`LONGEST`."""
    in_small_steps: bool
    """Whether it has no power or root, and no sum as it is but short ones."""


def by_hand(solution: str) -> Worked:
    """The solution, its sums worked out."""
    lines: list[str] = []
    small = not _POWER.search(solution)
    for stated in solution.split("\n"):
        working = _working(stated)
        small = small and working is not None
        for operation in working or []:
            if not _stands(operation, lines):
                lines += operation
        lines.append(stated)
    worked = "\n".join(lines)
    return Worked(worked, small) if len(worked) <= LONGEST else Worked(solution, False)


def _stands(operation: list[str], lines: list[str]) -> bool:
    """Whether its lines follow one another there, from the first to the last: no total comes from nowhere."""
    return any(lines[at : at + len(operation)] == operation for at in range(len(lines)))


def _working(line: str) -> list[list[str]] | None:
    """The lines before a stated sum, by operation; none where it is short or no sum; None if it can't be worked out."""
    found = _STATED.fullmatch(line)
    if found is None:
        return []
    places = len(found["result"].partition(",")[2])
    working: list[list[str]] = []
    try:
        value = _Sum(_TOKEN.findall(found["sum"]), places + 1, working).value()
    except (ValueError, ZeroDivisionError):
        return None
    return working if half_up(value, places) == _number(found["result"]) else None


class _Sum:
    """A sum read from its tokens, left to right, whose products and quotients are worked out on the way."""

    def __init__(self, tokens: list[str], places: int, working: list[list[str]]) -> None:
        self.tokens, self.places, self.working = [*tokens, "", ""], places, working
        self.at = 0
        self.in_one_step = False
        """Whether the latest operation was not worked out digit by digit."""

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def value(self) -> Fraction:
        """All of it. Raises ValueError where it is no sum."""
        found = self._added()
        if self.next:
            raise ValueError(self.next)
        # The last operation is what the stated line itself says.
        if self.in_one_step:
            self.working.pop()
        return found

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _added(self) -> Fraction:
        found = self._multiplied()
        while self.next in ("+", "-"):
            sign, first, second = self._take(), found, self._multiplied()
            found = first + second if sign == "+" else first - second
            self._write([], first, sign, second, found)
        return found

    def _multiplied(self) -> Fraction:
        found = self._term()
        while self.next in ("×", "/"):
            sign, first, second = self._take(), found, self._term()
            if sign == "×":
                found, lines = _product(first, second)
            else:
                found, lines = _quotient(first, second, self.places + self._further(first / second))
            self._write(lines, first, sign, second, found)
        return found

    def _write(self, lines: list[str], first: Fraction, sign: str, second: Fraction, found: Fraction) -> None:
        """Add the lines of an operation, or the one that states it."""
        self.in_one_step = not lines
        self.working.append(lines or [f"{plain(first)} {sign} {plain(second)} = {plain(found)}"])

    def _further(self, quotient: Fraction) -> int:
        """Decimals of a quotient beyond those that are stated, where it is not the end of the sum.

        Raises ValueError where it does not end and is no factor of a power of ten: no number of them is enough.
        """
        if not self.next:
            return 0
        factor = self.tokens[self.at + 1]
        if self.next == "×" and re.fullmatch("1[0.]*", factor):
            return factor.count("0")
        if not _ends(quotient):
            raise ValueError(f"{quotient} has no end")
        return _PLACES

    def _term(self) -> Fraction:
        token = self._take()
        if token == "(":
            found = self._added()
            if self._take() != ")":
                raise ValueError("expected a bracket")
            return found
        return _number(token)


def _number(text: str) -> Fraction:
    return Fraction(text.replace(".", "").replace(",", "."))


def _digits(value: Fraction) -> list[Fraction]:
    """The digits of a number with an end that are not 0, each as what it stands for: 20,75 is 20, 0,7 and 0,05.

    Raises ValueError for a negative number, which is not worked out.
    """
    text, _, decimals = plain(value).replace(".", "").partition(",")
    last = 10 ** len(decimals)
    digits = reversed(text + decimals)
    found = [Fraction(int(digit) * 10**place, last) for place, digit in enumerate(digits) if digit != "0"]
    return found[::-1]


def _product(first: Fraction, second: Fraction) -> tuple[Fraction, list[str]]:
    """The product, and its lines: the longer factor times each digit of the shorter one."""
    of_first, of_second = _digits(first), _digits(second)
    long, digits = (first, of_second) if len(of_first) >= len(of_second) else (second, of_first)
    total = Fraction(0)
    lines: list[str] = []
    if len(digits) < 2:
        return first * second, []
    for digit in digits:
        total += long * digit
        sum_so_far = f", toplam {plain(total)}" if lines else ""
        lines.append(f"{plain(long)} × {plain(digit)} = {plain(long * digit)}{sum_so_far}")
    return total, lines


def _quotient(dividend: Fraction, divisor: Fraction, places: int) -> tuple[Fraction, list[str]]:
    """The quotient, to eight decimals where it does not end, and its lines: what each digit takes, what is left.

    The digits are worked out as far as the result is stated and one more, by which it is rounded. One that ends, by one
    digit or of one digit, is one step: to divide by 100 or by 2. Raises ValueError where no digit is left.
    """
    exact = dividend / divisor
    ends = _ends(exact)
    quotient = exact if ends else Fraction(half_up(exact, _PLACES))
    digits = _digits(_cut(exact, places))
    if ends and (len(_digits(divisor)) == 1 or len(digits) < 2):
        return quotient, []
    if not digits:
        raise ValueError(f"{exact} has only zeros among its first {places} decimals")
    left, lines = dividend, []
    for digit in digits:
        left -= digit * divisor
        lines.append(f"{plain(digit)} × {plain(divisor)} = {plain(digit * divisor)}, kalan {plain(left)}")
    return quotient, lines


def _ends(value: Fraction) -> bool:
    """Whether the decimals of a number have an end."""
    try:
        plain(value)
    except ValueError:
        return False
    return True


def _cut(value: Fraction, places: int) -> Fraction:
    """The number with no more decimals than `places`, not rounded."""
    return Fraction(value * 10**places // 1, 10**places)


def _drawn(draw_of_course: Callable[[Random], Problem], draw: Random) -> Problem:
    for _ in range(_DRAWS):
        problem = draw_of_course(draw)
        worked = by_hand(problem.solution)
        if worked.in_small_steps:
            break
    return replace(problem, solution=worked.text)


FAMILIES: tuple[Family, ...] = tuple(
    replace(family, draw=partial(_drawn, family.draw)) for family in (*course.FAMILIES, *drills.FAMILIES * _DRILLS)
)
