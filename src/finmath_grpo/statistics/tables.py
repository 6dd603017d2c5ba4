"""Writing a table: tidy CSV with numbers of six significant digits, so that the same content has the same bytes."""

from pathlib import Path

import pandas as pd

from finmath_grpo.files import atomic_write


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write `table` as CSV, with no index. Six digits are more than any interval here deserves."""
    with atomic_write(path) as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")


def temperature_name(temperature: float) -> str:
    """A temperature as text, for columns that also hold `mean` and `any`: `0.1`, `1`."""
    return format(temperature, "g")
