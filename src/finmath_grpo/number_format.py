"""Write a number as Turkish does. Apart from the reader, so that what only writes numbers does not depend on it."""

from decimal import Decimal

_SWAPPED = str.maketrans(".,", ",.")


def format_turkish(value: Decimal, grouping: bool = True) -> str:
    """Write `value` in Turkish with all its digits, thousands in groups or not: `1.234,56` or `1234,56`.

    Raises ValueError for an infinite value or a NaN.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return f"{value:{',' if grouping else ''}f}".translate(_SWAPPED)
