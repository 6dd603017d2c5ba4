"""How difficult a question is, read from its worked solutions.

    hard    needs a power with an exponent of 4 or more, a root, a logarithm or a schedule that the text does not give
    easy    takes at most two operations; the 100 of a percentage is none, and a square or a cube is its multiplications
    middle  the rest

A schedule is the same step taken four times or more, each time on what came out of the one before. Of several worked
solutions the easiest counts: a question needs no power that another way does without.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal

Difficulty = Literal["easy", "middle", "hard"]
LEVELS: tuple[Difficulty, ...] = ("easy", "middle", "hard")

HIGH_POWER = 4
"""The exponent from which a power is too long to multiply out at one go."""
STEPS = 4
"""The repeated steps that make a schedule."""
FEW = 2
"""Operations of an easy question."""

_SUPERSCRIPTS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_CARET = str.maketrans(_SUPERSCRIPTS, "-0123456789")
_SUPERSCRIPT = re.compile(rf"[{_SUPERSCRIPTS}]+")
_POWER = re.compile(r"(?<=[0-9)\]])\^\(?-?([0-9]+)(?![0-9/]|\s/)")
_ROOT_OR_LOG = re.compile(r"[√∛∜]|\^\([^()]*/|\b(?:ln|log)\b")
_EXPRESSION = re.compile(r"[-0-9.,%()×/+^√\s]*[0-9)]\s*$")
_RESULT = re.compile(r"\s*(-?[0-9](?:[0-9.,]*[0-9])?)")
_NUMBER = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")
_OPERATION = re.compile(r"[×/+]|(?<=\s)-(?=\s)")
_HUNDRED = re.compile(r"[×/]\s*100\b(?![.,][0-9])")


def difficulty(question: str, solutions: Iterable[str]) -> Difficulty:
    """The difficulty of a question by the easiest of its solutions; powers are read as `1,02^12` and as `1,02¹²`."""
    return min((_level(_with_carets(question), _with_carets(text)) for text in solutions), key=LEVELS.index)


def _level(question: str, solution: str) -> Difficulty:
    steps = list(_equations(solution))
    powers = [exponent for left, _ in steps for exponent in _exponents(left)]
    long_powers = {exponent for exponent in powers if exponent >= HIGH_POWER} - set(_exponents(question))
    if _ROOT_OR_LOG.search(solution) or long_powers or _has_schedule(steps):
        return "hard"
    operations = sum(len(_OPERATION.findall(_HUNDRED.sub("", left))) for left, _ in steps)
    operations += sum(exponent - 1 for exponent in powers if exponent < HIGH_POWER)
    return "easy" if operations <= FEW else "middle"


def _with_carets(text: str) -> str:
    return _SUPERSCRIPT.sub(lambda match: f"^{match.group().translate(_TO_CARET)}", text)


def _exponents(text: str) -> list[int]:
    """The exponents of the powers of numbers, without their sign."""
    return [int(exponent) for exponent in _POWER.findall(text)]


def _equations(solution: str) -> Iterator[tuple[str, str]]:
    """(left, result) of each equation between numbers, in order: `1. yıl: 5 × 4 = 20` gives `5 × 4` and `20`."""
    for line in solution.splitlines():
        sides = re.split(r"[=≈]", line)
        for before, after in pairwise(sides):
            left, result = _EXPRESSION.search(before.rpartition(":")[2]), _RESULT.match(after)
            if left and result:
                yield left.group().strip(), result.group(1)


def _has_schedule(steps: Iterable[tuple[str, str]]) -> bool:
    """Whether a step of one form (`# × # / #`) follows from its own result through three others of that form."""
    behind: dict[str, Counter[str]] = {}
    for left, result in steps:
        path: Counter[str] = Counter()
        for number in _NUMBER.findall(left):
            path |= behind.get(number, Counter())
        form = _NUMBER.sub("#", left)
        if _OPERATION.search(left):
            path[form] += 1
        if path[form] >= STEPS:
            return True
        behind[result.lstrip("-")] = path
    return False
