"""The tables of one experiment, as the checks of claims read them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from finmath_grpo.claims.finding import NotMeasured
from finmath_grpo.numerals import signed
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import difference_interval, share_interval, wilson_interval
from finmath_grpo.statistics.partial_identification import narrowest_spread, of_differences
from finmath_grpo.statistics.settings import POST_MODELS, StatisticsSettings
from finmath_grpo.statistics.tables import read_table

FEWEST_QUESTIONS = 10
"""With fewer, no sentence about answers gets a verdict."""
FEWEST_STEPS = 30
"""With fewer, no sentence about a training curve gets one."""
_OF_TRAINING = ("reward_facts", "training", "forms_by_question")


def corrected_p(row: Mapping[Any, Any]) -> float:
    """The p of a row by Holm; as it is where the table has none by Holm, as the contrast was named beforehand."""
    return float(row["p"] if pd.isna(row["p_holm"]) else row["p_holm"])


class Tables:
    """The tables of one experiment, read when asked for, and the settings that they were made with.

    `published` says that they are made from the post's own numbers. Rows are those of one test, `t1` unless another is
    asked for; a table without the first column `test` is of T1. Where a table says by an empty temperature that a row
    is over all of them, it is read as the row of the mean. `overlaps` is contamination.json: what training has shown of
    each test.
    """

    def __init__(
        self,
        files: Sequence[Path],
        settings: StatisticsSettings | None = None,
        published: bool = False,
        overlaps: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = settings or StatisticsSettings()
        self.published = published
        self._overlaps = overlaps or {}
        self._files = {path.stem: path for path in files}
        self._tables: dict[str, pd.DataFrame] = {}

    def rows(self, table: str, test: str = "t1", **where: object) -> pd.DataFrame:
        """The rows of a test with these values (for a list, one of them).

        Raises NotMeasured if table, test or value is missing, or if the test has too few questions for any verdict.
        """
        rows = self._read(table)
        rows = rows[rows["test"] == test]
        if rows.empty:
            raise NotMeasured(f"{table}.csv has no row of {test}")
        if table not in _OF_TRAINING:
            self._refuse_few_questions(test)
        for column, wanted in where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            absent = [str(value) for value in values if not (rows[column] == value).any()]
            if absent:
                raise NotMeasured(f"{table}.csv has no {column} {', '.join(absent)}")
            rows = rows[rows[column].isin(values)]
        return rows

    def refuse_known_ideas(self, test: str) -> None:
        """Raise NotMeasured where training has shown questions of a test with other numbers, names or goods."""
        found = self._overlaps.get(test)
        if found and (seen := found["test_questions_seen"]["masked"]):
            raise NotMeasured(
                f"{seen} of the {found['test']} questions of {test} are training questions but for numbers, names and"
                " goods (data/contamination.json), so that their ideas are not new"
            )

    def row(self, table: str, test: str = "t1", **where: object) -> pd.Series:
        """The first of these rows."""
        return self.rows(table, test, **where).iloc[0]

    def fact(self, model: str, fact: str) -> pd.Series:
        """A row of reward_facts.csv. Raises NotMeasured if the run was too short for any verdict."""
        steps = int(self.row("reward_facts", model=model, fact="steps")["value"])
        if steps < FEWEST_STEPS:
            raise NotMeasured(f"{steps} steps of training are too few for a verdict (at least {FEWEST_STEPS})")
        return self.row("reward_facts", model=model, fact=fact)

    def contrast(self, trained: str, base: str, at: str, scorer: str) -> dict[str, Any]:
        """A difference with its interval, gains and losses, p as corrected, and words on how it is known.

        Of the post's mean over temperatures only bounds are known (`partial_identification`): interval and p are the
        widest. `raw` is p with no correction. A pair that stands the other way round in contrasts.csv is turned.
        """
        table = self.rows("contrasts", scorer=scorer, at=at)
        turned = ((table["trained"] == base) & (table["base"] == trained)).any()
        pair = (base, trained) if turned else (trained, base)
        rows = table[(table["trained"] == pair[0]) & (table["base"] == pair[1])]
        if rows.empty:
            raise NotMeasured(f"contrasts.csv has no {trained} against {base} by {scorer} at {at}")
        row: dict[str, Any] = rows.iloc[0].to_dict()
        row |= {"raw": float(row["p"]), "p": corrected_p(row)}
        if turned:
            row |= {
                **{"trained": trained, "base": base, "difference": -row["difference"]},
                **{"low": -row["high"], "high": -row["low"], "gains": row["losses"], "losses": row["gains"]},
                "trained_accuracy": row["base_accuracy"],
                "base_accuracy": row["trained_accuracy"],
            }
        return {**row, "known": self._bounds(row) if self.published and at == "mean" else ""}

    def panel(self, scorer: str) -> pd.Series:
        """The row of the panel. Raises NotMeasured if the panel is not the post's four models."""
        if set(self.settings.panel) != set(POST_MODELS):
            raise NotMeasured(f"the panel is {', '.join(self.settings.panel)}, and not the post's four models")
        return self.row("panel", scorer=scorer)

    def wilson(self, count: float, n: float, chosen_of: int = 1) -> tuple[float, float]:
        """Wilson's interval of a share, at the experiment's confidence; Bonferroni's if it is one of several chosen."""
        low, high = wilson_interval(np.array(count), n, self._confidence(chosen_of))
        return float(low), float(high)

    def share(self, rows: pd.DataFrame, hits: str, of: str, chosen_of: int = 1) -> tuple[float, float]:
        """Interval of the share `hits` of `of` over these rows, one per question; families are its units."""
        families = self._families(rows)
        values, weights = (rows[[name]].to_numpy(float) for name in (hits, of))
        low, high = share_interval(families, values, self._confidence(chosen_of), weights)
        return float(low[0]), float(high[0])

    def mean(self, differences: pd.Series, rows: pd.DataFrame, chosen_of: int = 1) -> tuple[float, float]:
        """Interval of the mean of one difference per question; `rows` say of which family each question is."""
        values = differences.to_numpy(float)[:, None]
        low, high = difference_interval(self._families(rows), values, self._confidence(chosen_of))
        return float(low[0]), float(high[0])

    def is_small(self, p: float) -> bool:
        """Whether a p excludes chance at the experiment's confidence."""
        # 1 - 0.95 is 0.050000000000000044.
        return p < round(1 - self.settings.confidence, 12)

    def holm(self, ps: Sequence[float]) -> list[float]:
        """The p of one family corrected by Holm (1979)."""
        return [float(p) for p in multipletests(list(ps), method="holm")[1]]

    def _confidence(self, chosen_of: int) -> float:
        return 1 - (1 - self.settings.confidence) / chosen_of

    def _families(self, rows: pd.DataFrame) -> Families:
        """Which questions are of one family; each by itself where the table does not say."""
        return Families.of(rows["family"].tolist()) if "family" in rows else Families.single(len(rows))

    def _read(self, table: str) -> pd.DataFrame:
        if table not in self._tables:
            if table not in self._files:
                raise NotMeasured(f"there is no table {table}.csv")
            rows = read_table(self._files[table], "temperature")
            if rows.columns[0] != "test":  # a later column of this name tells which statistical test it was
                rows = rows.drop(columns="test", errors="ignore")
                rows.insert(0, "test", "t1")
            if "family" in rows:
                rows["family"] = rows["family"].fillna("")
            if "at" not in rows and "temperature" in rows:
                rows["at"] = rows["temperature"].fillna("mean")
            self._tables[table] = rows
        return self._tables[table]

    def _refuse_few_questions(self, test: str) -> None:
        for name in ("any_temperature", "contrasts"):
            if name in self._files:
                rows = self._read(name)
                rows = rows[rows["test"] == test]
                if len(rows) and "n" in rows and rows["n"].iloc[0] < FEWEST_QUESTIONS:
                    few = int(rows["n"].iloc[0])
                    raise NotMeasured(f"{few} questions are too few for a verdict (at least {FEWEST_QUESTIONS})")

    def _bounds(self, row: dict[str, Any]) -> str:
        """Words on a contrast of means of which only the margins are known, and whose interval is the widest."""
        margins = []
        for model in (row["trained"], row["base"]):
            by_temperature = self.rows("accuracy", model=model, scorer=row["scorer"])
            by_temperature = by_temperature[~by_temperature["at"].isin(["mean", "any"])]
            solved = self.rows("solved", model=model).sort_values("position")["solved"]
            margins.append((by_temperature["correct"].to_numpy(int), solved.to_numpy(int)))
        narrowest = narrowest_spread(*margins) / len(margins[0][0])
        low, high, _ = of_differences(narrowest, self.settings.confidence)
        return (
            f"the widest interval of all tables that agree with the post's grids and counts;"
            f" the narrowest is {signed(100 * low)} to {signed(100 * high)}"
        )
