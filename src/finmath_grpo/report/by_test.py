"""The three tests side by side: T1 as the post asked, T2 new ideas, T3 new numbers. Read from tables, as `headline`."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from finmath_grpo.report.headline import SCORED, Estimate, Tables, estimates_of, pass_at_1, read_table

TESTS = {
    "t1": ("T1", "exercises of the kinds that training has, as in the post"),
    "t2": ("T2", "new ideas: families that no training text has"),
    "t3": ("T3", "new numbers: T1's questions drawn again"),
}


@dataclass(frozen=True)
class Measure:
    """A row of the table of a model: what is measured, and by test what was found."""

    title: str
    meaning: str
    by_model: dict[str, dict[str, Estimate]]
    """By model, then by test."""


@dataclass(frozen=True)
class Tests:
    """What the tab shows. A test that the experiment has no answers to is not among `names`."""

    names: list[str]
    questions: dict[str, int]
    ceilings: dict[str, float]
    """What exact match can reach, by test."""
    measures: list[Measure]


def by_test(tables: Tables, models: Sequence[str]) -> Tests | None:
    """None where the experiment scored no completions."""
    if "pass_and_majority" not in tables:
        return None
    rows = pass_at_1(tables)
    names = [test for test in TESTS if test in set(rows["test"])]
    measures = [
        Measure(title, meaning, _by_model(rows[rows["scorer"] == scorer], models, names))
        for scorer, title, meaning in SCORED
    ]
    if "readability" in tables:
        found = read_table(tables["readability"]).dropna(subset=["value"])
        for measure, title, meaning in (
            ("lenient", "Right, read leniently", "no tag asked for, separators forgiven"),
            ("tagged", "Answer tag", "completions with an answer tag"),
        ):
            chosen = found[found["measure"] == measure]
            measures.append(Measure(title, meaning, _by_model(chosen, models, names)))
    counts, ceilings = {}, {}
    if "ceiling" in tables:
        for row in read_table(tables["ceiling"]).itertuples():
            counts[str(row.test)], ceilings[str(row.test)] = int(row.n), float(row.exact_ceiling)
    return Tests(names, counts, ceilings, measures)


def _by_model(rows: pd.DataFrame, models: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Estimate]]:
    by_test = {test: estimates_of(rows[rows["test"] == test], models) for test in names}
    return {model: {test: found[model] for test, found in by_test.items() if model in found} for model in models}
