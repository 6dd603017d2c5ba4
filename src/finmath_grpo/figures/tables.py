"""The tables of `statistics`, read for drawing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError

Tables = Mapping[str, Any]
"""Tables by name (the stem of the file's name): a DataFrame for a .csv, the parsed value for a .json."""

TEXT = dict.fromkeys(
    ["model", "question_id", "at", "trained", "base", "model_a", "model_b", "extracted", "gold"], "str"
)
"""Columns that hold text, even if every value in them looks like a number."""


class GivenTables(dict[str, Any]):
    """Tables by name. To ask for a table that was not given is the caller's mistake: a UserError, not a KeyError."""

    def __missing__(self, name: str) -> Any:
        given = ", ".join(sorted(self)) or "none"
        raise UserError(f"--tables: {name} is not among the tables given ({given})")


def read_tables(paths: Sequence[Path]) -> Tables:
    """Read CSV and JSON tables. Raises UserError with the name of a file that can't be read."""
    tables = GivenTables()
    for path in paths:
        try:
            if path.suffix == ".json":
                tables[path.stem] = json.loads(path.read_text(encoding="utf-8"))
            else:
                # "None" or "NA" may be the name of a model: only an empty field is a missing value.
                tables[path.stem] = pd.read_csv(path, dtype=TEXT, keep_default_na=False, na_values=[""])
        except OSError as error:
            raise UserError(f"{path}: can't be read: {error.strerror}") from None
        except ValueError as error:
            raise UserError(f"{path}: not a table: {error}") from None
    return tables
