"""Tables as tidy CSV: written with numbers of six significant digits, so that the same content has the same bytes."""

from pathlib import Path

import pandas as pd

from finmath_grpo.files import atomic_write

TEXT = (
    *("model", "against", "trained", "base", "model_a", "model_b", "entry", "run", "test", "at"),
    *("family", "question_id", "extracted", "gold"),
)
"""Columns of text, even where each value looks like another kind: a model may be called 1, a question 001 or NA."""


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write `table` as CSV, with no index. Six digits are more than any interval here deserves."""
    with atomic_write(path) as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")


def read_table(path: Path, *also: str) -> pd.DataFrame:
    """A table that was written so; `also` are further columns to read as text. Only an empty field is a missing value.

    Raises OSError, or ValueError where the file is no table.
    """
    return pd.read_csv(path, dtype=dict.fromkeys((*TEXT, *also), "str"), keep_default_na=False, na_values=[""])


def temperature_name(temperature: float) -> str:
    """A temperature as text, for columns that also hold `mean` and `any`: `0.1`, `1`."""
    return format(temperature, "g")
