"""The tables of `statistics`, read for drawing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError
from finmath_grpo.statistics.tables import read_table

Tables = Mapping[str, Any]
"""Tables by name (the stem of the file's name): a DataFrame for a .csv, the parsed value for a .json."""

FIRST_TEST = "t1"
"""The test of the post's protocol, which figures show unless they say otherwise."""


class GivenTables(dict[str, Any]):
    """Tables by name. To ask for a table that was not given is the caller's mistake: a UserError, not a KeyError.

    `tables[name]` has the rows of T1 only, without the column `test`; `of_every_test(tables, name)` has all.
    """

    def __getitem__(self, name: str) -> Any:
        table = super().__getitem__(name)
        if isinstance(table, pd.DataFrame) and "test" in table.columns:
            return table[table["test"] == FIRST_TEST].drop(columns="test").reset_index(drop=True)
        return table

    def __missing__(self, name: str) -> Any:
        given = ", ".join(sorted(self)) or "none"
        raise UserError(f"--tables: {name} is not among the tables given ({given})")


def of_every_test(tables: Tables, name: str) -> pd.DataFrame:
    """A table with the rows of all tests, and the column `test`."""
    table = tables.get(name)
    if table is None:
        tables[name]  # raises an error that names the tables given
    assert isinstance(table, pd.DataFrame)
    return table if "test" in table.columns else table.assign(test=FIRST_TEST)


def ceiling(tables: Tables) -> str:
    """The words about the most that exact match can reach, for a caption; none for the post's numbers."""
    table = tables.get("ceiling")
    if table is None:
        return ""
    share = float(of_every_test(tables, "ceiling").set_index("test").exact_ceiling[FIRST_TEST])
    return f"; exact can reach {100 * share:.3g} %"


def read_tables(paths: Sequence[Path]) -> Tables:
    """Read CSV and JSON tables. Raises UserError with the name of a file that can't be read."""
    tables = GivenTables()
    for path in paths:
        try:
            if path.suffix == ".json":
                tables[path.stem] = json.loads(path.read_text(encoding="utf-8"))
            else:
                tables[path.stem] = read_table(path)
        except OSError as error:
            raise UserError(f"{path}: can't be read: {error.strerror}") from None
        except ValueError as error:
            raise UserError(f"{path}: not a table: {error}") from None
    return tables
