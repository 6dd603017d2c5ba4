"""The tables of one experiment, as the checks of claims read them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from finmath_grpo.claims.clusters import cluster_interval
from finmath_grpo.claims.finding import NotMeasured
from finmath_grpo.claims.partial_identification import narrowest_spread, widest_spread
from finmath_grpo.statistics.resampling import bootstrap_interval, question_weights, sign_flip_p
from finmath_grpo.statistics.settings import POST_MODELS, StatisticsSettings

FEWEST_QUESTIONS = 10
"""With fewer, no sentence about answers gets a verdict."""
FEWEST_STEPS = 30
"""With fewer, no sentence about a training curve gets one."""
_OF_TRAINING = ("reward_facts", "training", "forms_by_question")


class Tables:
    """The tables of one experiment, read when asked for, and the settings that they were made with.

    `published` says that they are made from the post's own numbers. Rows are those of one test, `t1` unless another is
    asked for; a table without the first column `test` is of T1. Where a table says by an empty temperature that a row
    is over all of them, it is read as the row of the mean.
    """

    def __init__(
        self, files: Sequence[Path], settings: StatisticsSettings | None = None, published: bool = False
    ) -> None:
        self.settings = settings or StatisticsSettings()
        self.published = published
        self._files = {path.stem: path for path in files}
        self._tables: dict[str, pd.DataFrame] = {}
        self._contrasts: dict[tuple[str, str], pd.DataFrame] = {}

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
        """A difference with its interval, p corrected by Holm, gains and losses, and words on how it is known.

        The family of the correction is all contrasts by this scorer at this `at` but the primary one. Of the post's
        mean over temperatures only bounds are known (`partial_identification`): interval and p are the widest.
        `raw` is p with no correction. A pair that stands the other way round in contrasts.csv is turned.
        """
        table = self._family(at, scorer)
        turned = ((table["trained"] == base) & (table["base"] == trained)).any()
        pair = (base, trained) if turned else (trained, base)
        rows = table[(table["trained"] == pair[0]) & (table["base"] == pair[1])]
        if rows.empty:
            raise NotMeasured(f"contrasts.csv has no {trained} against {base} by {scorer} at {at}")
        row: dict[str, Any] = rows.iloc[0].to_dict()
        if turned:
            row |= {
                **{"trained": trained, "base": base, "difference": -row["difference"]},
                **{"low": -row["high"], "high": -row["low"], "gains": row["losses"], "losses": row["gains"]},
                "trained_accuracy": row["base_accuracy"],
                "base_accuracy": row["trained_accuracy"],
            }
        return row

    def panel(self, scorer: str) -> pd.Series:
        """The row of the panel. Raises NotMeasured if the panel is not the post's four models."""
        if set(self.settings.panel) != set(POST_MODELS):
            raise NotMeasured(f"the panel is {', '.join(self.settings.panel)}, and not the post's four models")
        return self.row("panel", scorer=scorer)

    def wilson(self, count: float, n: float, families: int = 1) -> tuple[float, float]:
        """Wilson's interval of a share, at the experiment's confidence; Bonferroni's for the largest of several."""
        low, high = proportion_confint(count, n, alpha=1 - self._confidence(families), method="wilson")
        return float(low), float(high)

    def clusters(self, hits: pd.Series, completions: pd.Series, families: int = 1) -> tuple[float, float]:
        """Interval of a share of completions, a question an entry; Bonferroni's for the largest of several."""
        return cluster_interval(hits.to_numpy(), completions.to_numpy(), self._confidence(families))

    def paired(self, differences: np.ndarray, families: int = 1) -> tuple[float, float]:
        """Bootstrap interval of the mean of one difference per question; Bonferroni's for the largest of several.

        Where all differences are alike there is nothing to draw from: the interval then reaches as far on either side
        as Wilson's of none of so many.
        """
        values, confidence = np.asarray(differences, float), self._confidence(families)
        if np.ptp(values) == 0:
            _, reach = self.wilson(0, len(values), families)
            return max(-1.0, values[0] - reach), min(1.0, values[0] + reach)
        weights = question_weights(len(values), self.settings.bootstrap_draws, self.settings.seed)
        low, high = bootstrap_interval(weights, values[:, None], confidence)
        return float(low[0]), float(high[0])

    def is_small(self, p: float) -> bool:
        """Whether a p excludes chance at the experiment's confidence."""
        # 1 - 0.95 is 0.050000000000000044.
        return p < round(1 - self.settings.confidence, 12)

    def holm(self, ps: Sequence[float]) -> list[float]:
        """The p of one family corrected by Holm (1979)."""
        return [float(p) for p in multipletests(list(ps), method="holm")[1]]

    def _confidence(self, families: int) -> float:
        return 1 - (1 - self.settings.confidence) / families

    def _read(self, table: str) -> pd.DataFrame:
        if table not in self._tables:
            if table not in self._files:
                raise NotMeasured(f"there is no table {table}.csv")
            rows = pd.read_csv(self._files[table], dtype={"at": str, "temperature": str}, keep_default_na=True)
            if rows.columns[0] != "test":  # a later column of this name tells which statistical test it was
                rows = rows.drop(columns="test", errors="ignore")
                rows.insert(0, "test", "t1")
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

    def _family(self, at: str, scorer: str) -> pd.DataFrame:
        key = (at, scorer)
        if key not in self._contrasts:
            table = self.rows("contrasts", scorer=scorer, at=at).copy()
            table["known"] = ""
            if self.published and at == "mean":
                table = pd.DataFrame([self._bounded(row) for row in table.to_dict("records")])
            table["raw"] = table["p"]
            secondary = table["role"] != "primary"
            if secondary.any():
                table.loc[secondary, "p"] = self.holm(table.loc[secondary, "p"])
            self._contrasts[key] = table
        return self._contrasts[key]

    def _bounded(self, row: dict[str, Any]) -> dict[str, Any]:
        """A contrast of means of which only the margins are known, with the widest interval that they allow."""
        margins = []
        for model in (row["trained"], row["base"]):
            by_temperature = self.rows("accuracy", model=model, scorer=row["scorer"])
            by_temperature = by_temperature[~by_temperature["at"].isin(["mean", "any"])]
            solved = self.rows("solved", model=model).sort_values("position")["solved"]
            margins.append((by_temperature["correct"].to_numpy(int), solved.to_numpy(int)))
        temperatures = len(margins[0][0])
        widest, narrowest = (spread(*margins) / temperatures for spread in (widest_spread, narrowest_spread))
        low, high = self.paired(widest)
        at_least = [f"{100 * end:+.1f}" for end in self.paired(narrowest)]
        p = sign_flip_p(widest[:, None], self.settings.bootstrap_draws, self.settings.seed + 1)[0]
        known = (
            f"the widest interval of all tables that agree with the post's grids and counts;"
            f" the narrowest is {at_least[0]} to {at_least[1]}"
        )
        return {**row, "low": low, "high": high, "p": float(p), "known": known}
