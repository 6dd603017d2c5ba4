"""What a family of questions is: a function from a random source to one worked problem.

A family is a kind of exercise of the course, such as "the interest of a principal at simple interest". Drawing
from it picks numbers as a textbook would, a phrasing of the question and a wording of the solution.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random


@dataclass(frozen=True)
class Problem:
    """One question with its solution, in Turkish."""

    numbers: tuple[int | Decimal | str, ...]
    """What was drawn: with the family's name, the identity of the problem, whatever its wording."""
    question: str
    """An open question."""
    solution: str
    """Worked steps, a line each: the text between the `<matematik>` tags. The last number is the answer."""
    value: Decimal
    """The exact answer (rounded only where the question says to how many places)."""
    answer_unit: str
    """`TL`, `%`, `yıl`, `ay`, `gün`, or empty for a bare number."""
    solutions: tuple[str, ...] = ()
    """Every wording of the solution: the difficulty is that of the easiest. Empty means that there is just the one."""


@dataclass(frozen=True)
class Family:
    """A kind of exercise."""

    name: str
    """Unique, in English, with hyphens: `simple-interest-amount`."""
    unit: str
    """The unit of the course that it belongs to, in Turkish: `Basit faiz`."""
    draw: Callable[[Random], Problem]
    """A new problem; a pure function of the state of the random source."""
