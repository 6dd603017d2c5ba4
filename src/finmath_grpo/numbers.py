"""Numbers as Turkish writes them: the comma is the decimal mark, the dot groups thousands.

    number  = ["+" | "-"] (grouped | digits) ["," digits]
    grouped = one to three digits, the first not 0, then one or more of: "." and three digits

Around a number these are allowed and mean nothing: spaces, a percent sign or a currency on either side, the unit of a
duration (`yıl`, `ay`, `gün`) after it, and the full stop of a sentence. A no-break or thin space may group in place of
the dot. So `12.500` is 12500 and `12,5` is 12.5, while `12.5`, `0.500` and `1,234.56` are not Turkish numbers.

Math-Verify, lm-eval, lighteval and inspect_ai read numbers as English does and take `12.500` and `12,5` for equal;
this module is the only reader of numbers in the project. It reads one number, and looks for none inside a sentence.
"""

import re
from decimal import Decimal
from typing import NamedTuple

_UNIT = r"%|₺|\$|€|TL|TRY|USD|EUR|T[üÜ]rk L[iİıI]ras[ıI]|L[iİıI]ra|dolar|avro|euro"
_DURATION = r"y[ıIiİ]l|ay|g[üÜ]n"
_SIGN = r"[-+−–]"
_SPACES = "\u00a0\u2009\u202f"  # no-break, thin, narrow no-break


def _grammar(group: str, point: str) -> re.Pattern[str]:
    """A number between its sign and its unit. `*+` and `++` never give back what they matched: the time is linear."""
    grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})++" for mark in (re.escape(group), *_SPACES))
    return re.compile(
        rf"\s*+(?P<outer>{_SIGN})?+\s*+(?:{_UNIT})?+\s*+(?P<inner>{_SIGN})?+\s*+"
        rf"(?P<whole>{grouped}|[0-9]++)(?:{re.escape(point)}(?P<fraction>[0-9]++))?+"
        rf"\s*+(?:{_UNIT}|{_DURATION})?+\s*+\.?+\s*+",
        re.IGNORECASE,
    )


_TURKISH = _grammar(group=".", point=",")
_ENGLISH = _grammar(group=",", point=".")
_NO_GROUPS = str.maketrans("", "", ".," + _SPACES)
_SWAPPED = str.maketrans(".,", ",.")


class Reading(NamedTuple):
    """What a text says as a number."""

    value: Decimal
    convention: str
    """`turkish`, or `english` where the text is a number only with the dot as decimal mark."""


def parse_turkish(text: str) -> Decimal | None:
    """The number that `text` writes in Turkish, exactly, or None if it writes none. `%5` is 5, not 0.05."""
    return _parse(_TURKISH, text)


def parse_english(text: str) -> Decimal | None:
    """The number that `text` writes with the dot as decimal mark and the comma between thousands, or None."""
    return _parse(_ENGLISH, text)


def parse_lenient(text: str) -> Reading | None:
    """The number in Turkish or else in English, and which it was; None if `text` is a number in neither.

    A text that both can read is Turkish: `12.500` is 12500 here, and never 12.5.
    """
    value = parse_turkish(text)
    if value is not None:
        return Reading(value, "turkish")
    value = parse_english(text)
    return None if value is None else Reading(value, "english")


def format_turkish(value: Decimal, grouping: bool = True) -> str:
    """Write `value` in Turkish with all its digits, thousands in groups or not: `1.234,56` or `1234,56`.

    Raises ValueError for an infinite value or a NaN.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return f"{value:{',' if grouping else ''}f}".translate(_SWAPPED)


def _parse(grammar: re.Pattern[str], text: str) -> Decimal | None:
    found = grammar.fullmatch(text)
    if found is None or (found["outer"] and found["inner"]):
        return None
    sign = "" if (found["outer"] or found["inner"] or "+") == "+" else "-"
    return Decimal(f"{sign}{found['whole'].translate(_NO_GROUPS)}.{found['fraction'] or ''}")
