"""The tables of one experiment, as the checks of claims read them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from finmath_grpo.statistics.settings import POST_MODELS, StatisticsSettings


class NotMeasured(Exception):
    """The experiment has no such numbers; the message says which."""


class Tables:
    """The tables of one experiment, read when asked for, and the settings that they were made with."""

    def __init__(self, files: Sequence[Path], settings: StatisticsSettings | None = None) -> None:
        self._settings = settings or StatisticsSettings()
        self._files = {path.stem: path for path in files}
        self._tables: dict[str, pd.DataFrame] = {}

    def rows(self, table: str, **where: object) -> pd.DataFrame:
        """The rows with these values (for a list, one of them). Raises NotMeasured if table or value is missing."""
        if table not in self._tables:
            if table not in self._files:
                raise NotMeasured(f"there is no table {table}.csv")
            self._tables[table] = pd.read_csv(self._files[table], dtype={"at": str}, keep_default_na=True)
        rows = self._tables[table]
        for column, wanted in where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            absent = [str(value) for value in values if not (rows[column] == value).any()]
            if absent:
                raise NotMeasured(f"{table}.csv has no {column} {', '.join(absent)}")
            rows = rows[rows[column].isin(values)]
        return rows

    def row(self, table: str, **where: object) -> pd.Series:
        """The first of these rows."""
        return self.rows(table, **where).iloc[0]

    def panel(self, scorer: str) -> pd.Series:
        """The row of the panel. Raises NotMeasured if the panel is not the post's four models."""
        if set(self._settings.panel) != set(POST_MODELS):
            raise NotMeasured(f"the panel is {', '.join(self._settings.panel)}, and not the post's four models")
        return self.row("panel", scorer=scorer)

    def wilson(self, count: int, n: int) -> tuple[float, float]:
        """Wilson's interval of a share, at the experiment's confidence."""
        low, high = proportion_confint(count, n, alpha=1 - self._settings.confidence, method="wilson")
        return float(low), float(high)

    def is_small(self, p: float) -> bool:
        """Whether a p excludes chance at the experiment's confidence."""
        # 1 - 0.95 is 0.050000000000000044.
        return p < round(1 - self._settings.confidence, 12)
