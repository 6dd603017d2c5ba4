"""Numbers in words: shares as points or percent, intervals, and which of some wordings a number bears out."""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace

from finmath_grpo import numerals

WIDTH = 120
SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def points(share: float) -> str:
    return numerals.rounded(100 * share, 1)


def percent(share: float) -> str:
    """Whole percent; `under 1` where a share is not 0 but rounds to it."""
    rounded = numerals.rounded(100 * share)
    return "under 1" if rounded == "0" and share > 0 else rounded


def ends(row: SimpleNamespace) -> str:
    return f"{points(row.low)} to {points(row.high)}"


def interval(row: SimpleNamespace) -> str:
    """A difference in points: `2.7 (−0.3 to 5.6)`."""
    return f"{points(row.value)} ({ends(row)})"


def bare(row: SimpleNamespace) -> str:
    """The same to stand in brackets: `+2.7, −0.3 to 5.6`."""
    return f"{numerals.signed(100 * row.value)}, {ends(row)}"


def signed(row: SimpleNamespace) -> str:
    """The same with its sign: `+2.7 (−0.3 to 5.6)`."""
    return f"{numerals.signed(100 * row.value)} ({ends(row)})"


def counted(share: float, questions: int) -> str:
    """How many questions a share is; the mean over runs may be none: `66`, `66.3`."""
    return numerals.decimal(share * questions)


def signed_count(row: SimpleNamespace, questions: int) -> str:
    """A difference in questions: `+1, −3 to 5`."""
    value = counted(row.value, questions)
    low, high = (numerals.rounded(end * questions) for end in (row.low, row.high))
    return f"{'+' if row.value > 0 and value != '0' else ''}{value}, {low} to {high}"


def by_sign(row: SimpleNamespace, above: str, below: str, neither: str) -> str:
    """The wording that an interval bears out: it lies above 0, below 0, or holds 0."""
    return above if row.low > 0 else below if row.high < 0 else neither


def once_corrected(row: SimpleNamespace, said: str) -> str:
    """`said`, if p corrected by Holm excludes chance as the interval does; else that p."""
    return said if row.p_holm < numerals.CHANCE else f"{numerals.p_value(row.p_holm)} by Holm"


def is_most(part: SimpleNamespace, total: SimpleNamespace) -> bool:
    """Whether a part, itself told apart from 0, is more than half of a gain or a loss."""
    if total.low <= 0 <= total.high:
        return False
    if total.value < 0:
        return bool(part.high < 0 and part.value < total.value / 2)
    return bool(part.low > 0 and part.value > total.value / 2)


def spelled(number: int) -> str:
    return SMALL[number] if number < len(SMALL) else f"{number:,}"


def training_runs(number: int) -> str:
    return f"{spelled(number)} training run{'s' if number > 1 else ''}"


def over_runs(values: Sequence[float], write: Callable[[float], str], scale: float = 1.0) -> str:
    """The mean over training runs, with their range where there are several: `12.5 (11.0 to 14.0)`."""
    middle, *range_ = (write(scale * value) for value in (mean(values), min(values), max(values)))
    return middle if {middle} == {*range_} else f"{middle} ({range_[0]} to {range_[1]})"


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def told(differences: Iterable[tuple[str, SimpleNamespace]], shown: bool = False, each: str = "") -> str:
    """Which of some named differences lie above 0, below it, or are not told apart from it.

    With the numbers, unless they are `shown` in a table above. `each` names them together, for where all are alike;
    its `{}` becomes "every" or "any".
    """
    found: dict[str, list[str]] = {"above 0": [], "below 0": [], "not told apart from 0": []}
    for name, row in differences:
        found[by_sign(row, *found)].append(name if shown else f"{name} ({bare(row)})")
    alike = [how for how, names in found.items() if names]
    if each and len(alike) == 1:
        return f"{alike[0]} {each.format('any' if alike[0].startswith('not') else 'every')}"
    return "; ".join(f"{how} {listed(names)}" for how, names in found.items() if names)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def wrapped(markdown: str) -> str:
    """Markdown with its paragraphs and list items as lines of at most `WIDTH` characters; tables stay as they are."""
    # An empty cell is one space wide, and an alternative that was not chosen leaves no space.
    blocks = [re.sub(" +\\|", " |", block) for block in re.split(r"\n\s*\n", markdown.strip("\n"))]
    return "\n\n".join(block if block.startswith(("|", "#", "!")) else _filled(block) for block in blocks) + "\n"


def _filled(block: str) -> str:
    items = re.split(r"\n(?=- )", block)
    filled = (
        textwrap.fill(
            " ".join(item.split()),
            WIDTH,
            subsequent_indent="  " if item.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for item in items
    )
    return "\n".join(filled)
