"""The checks: each reads a table and gives a verdict by a rule that its docstring states.

"not supported" means that the numbers at hand say otherwise, and "inconclusive" that they point the right way but
can't tell it from chance. A table, model or scorer that the experiment does not have makes a claim "not measured".
Intervals have the confidence of the experiment, and a p is small when it is below 1 - confidence.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
from scipy.stats import binomtest

from finmath_grpo.claims.tables import NotMeasured, Tables

SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE, NOT_MEASURED = "supported", "not supported", "inconclusive", "not measured"
VERDICTS = (SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE, NOT_MEASURED)
POINTS = "percentage points"


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    verdict: str
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    p: float | None = None
    detail: str = ""
    table: str = ""
    column: str = ""


EXPECTED: dict[str, str | None] = {"rises": None, "unchanged": "margin", "at_least": "threshold"}
"""What the check `fact` may expect of a number, and the argument that it needs for it."""


def fact(
    tables: Tables, model: str, fact: str, expect: str, threshold: float | None = None, margin: float | None = None
) -> Finding:
    """A number of the training curve. rises: supported if the interval is above 0, not supported if below.
    unchanged: not supported if the interval excludes 0, supported if it lies within the margin on both sides.
    at_least: supported if the interval is above the threshold, not supported if below. Else inconclusive."""
    row = tables.row("reward_facts", model=model, fact=fact)
    if expect == "unchanged":
        assert margin is not None  # checked when claims.yaml is read
        verdict = NOT_SUPPORTED if row["low"] > 0 or row["high"] < 0 else INCONCLUSIVE
        if verdict == INCONCLUSIVE and -margin <= row["low"] and row["high"] <= margin:
            verdict = SUPPORTED
    else:
        verdict = _beyond(row["low"], row["high"], 0.0 if expect == "rises" else threshold or 0.0)
    unit = "tokens" if fact.startswith("length") else "reward"
    return Finding(verdict, *_effect(row, "value"), unit, None, row["meaning"], "reward_facts.csv", "value")


def form_share(tables: Tables, model: str, forms: list[str], part: str, threshold: float) -> Finding:
    """The share of completions of these forms in the first or last tenth of training. Supported if its interval is
    above the threshold, not supported if below, else inconclusive."""
    rows = tables.rows("reward_audit", model=model, reward="xmlcount")
    first, last = rows["step"].min(), rows["step_end"].max()
    tenth = (last - first + 1) / 10
    rows = rows[rows["step"] < first + tenth] if part == "start" else rows[rows["step_end"] > last - tenth]
    count, n = int(rows.loc[rows["form"].isin(forms), "count"].sum()), int(rows["count"].sum())
    low, high = tables.wilson(count, n)
    common = rows.groupby("form")["count"].sum().idxmax()
    detail = f"{count} of {n} completions; the most common form is {common}"
    verdict = _beyond(low, high, threshold)
    return Finding(verdict, count / n, low, high, "share of completions", None, detail, "reward_audit.csv", "share")


def every_temperature(tables: Tables, pairs: list[list[str]], scorer: str) -> Finding:
    """The first model of each pair above the second at every temperature. Not supported if it fails at one; supported
    if a sign test over the temperatures excludes chance (at 95 %: six or more); else inconclusive. Completions at
    different temperatures are drawn apart, so this speaks for these questions, and not for others."""
    parts = [tables.rows("contrasts", trained=a, base=b, scorer=scorer) for a, b in pairs]
    rows = pd.concat(parts)
    rows = rows[~rows["at"].isin(["mean", "any"])]
    smallest = rows.groupby("at")["difference"].min()
    above, n = int((smallest > 0).sum()), len(smallest)
    p = binomtest(above, n).pvalue
    low, high = tables.wilson(above, n)
    verdict = NOT_SUPPORTED if above < n else SUPPORTED if tables.is_small(p) else INCONCLUSIVE
    mean = 100 * rows["difference"].mean()
    detail = f"above at {above} of {n} temperatures, by {mean:+.1f} points on average"
    return Finding(verdict, above / n, low, high, "share of temperatures", p, detail, "contrasts.csv", "difference")


def difference(tables: Tables, pairs: list[list[str]], at: str, scorers: list[str]) -> Finding:
    """The first model of each pair above the second, by the first of the scorers that there is. Not supported if it is
    not above in one pair; supported if every interval excludes 0; else inconclusive. Shown: the smallest difference."""
    known = set(tables.rows("contrasts")["scorer"])
    scorer = next((name for name in scorers if name in known), scorers[0])
    rows = pd.DataFrame([tables.row("contrasts", trained=a, base=b, scorer=scorer, at=at) for a, b in pairs])
    row = rows.sort_values("difference").iloc[0]
    verdict = NOT_SUPPORTED if row["difference"] <= 0 else SUPPORTED if (rows["low"] > 0).all() else INCONCLUSIVE
    counts = "" if pd.isna(row["gains"]) else f", {int(row['gains'])} questions gained and {int(row['losses'])} lost"
    detail = (
        f"{row['trained']} {100 * row['trained_accuracy']:.1f} %, {row['base']} {100 * row['base_accuracy']:.1f} %"
        f" ({scorer}, {at}{counts}; {row['test']})"
    )
    return Finding(verdict, *_effect(row, "difference"), POINTS, row["p"], detail, "contrasts.csv", "difference")


def closer(tables: Tables, trained: str, base: str, target: str, scorer: str) -> Finding:
    """How much nearer to the target the trained model is than its base, averaged over temperatures. Not supported if
    it is not nearer; supported if the interval of trained - base excludes 0 (while both are below the target, the two
    are the same number); else inconclusive."""
    mean = {"scorer": scorer, "at": "mean"}
    before = tables.row("contrasts", trained=target, base=base, **mean)["difference"]
    after = tables.row("contrasts", trained=target, base=trained, **mean)["difference"]
    gain = tables.row("contrasts", trained=trained, base=base, **mean)
    effect, below = abs(before) - abs(after), before > 0 and after > 0
    verdict = NOT_SUPPORTED if effect <= 0 else SUPPORTED if below and gain["low"] > 0 else INCONCLUSIVE
    detail = f"distance to {target} {100 * before:.1f} points before and {100 * after:.1f} after"
    low, high = (gain["low"], gain["high"]) if below else (None, None)
    return Finding(verdict, effect, low, high, POINTS, gain["p"], detail, "contrasts.csv", "difference")


def temperatures_ranked(tables: Tables, scorer: str) -> Finding:
    """Friedman's test of whether the models rank temperatures alike, p by permutation. Supported if p is below
    1 - confidence, else inconclusive: so few models can't show that they don't."""
    rows = tables.rows("temperature_effect", scorer=scorer)
    row = rows[rows["model"].isna()].iloc[0]
    if pd.isna(row["p"]):
        raise NotMeasured("fewer than three temperatures")
    verdict = SUPPORTED if tables.is_small(row["p"]) else INCONCLUSIVE
    single = rows.loc[rows["model"].notna(), "p"].min()
    detail = (
        f"averaged over models the best is {row['best']:g} and the worst {row['worst']:g};"
        f" the smallest p of one model alone is {single:.2g}"
    )
    return Finding(verdict, row["range"], None, None, POINTS, row["p"], detail, "temperature_effect.csv", "p")


def ranges(tables: Tables, models: list[str], single: list[float], any_temperature: list[float]) -> Finding:
    """Scores lie in the quoted ranges. Supported if all do, else not supported. The effect is the rise of the mean."""
    one = tables.rows("accuracy", model=models, scorer="exact")["accuracy"]
    union = tables.rows("any_temperature", model=models, scorer="exact")["accuracy"]
    inside = one.between(*single).all() and union.between(*any_temperature).all()
    detail = f"{100 * one.min():.3g}-{100 * one.max():.3g} to {100 * union.min():.3g}-{100 * union.max():.3g}"
    effect = union.mean() - one.mean()
    verdict = SUPPORTED if inside else NOT_SUPPORTED
    return Finding(verdict, effect, None, None, POINTS, None, detail, "any_temperature.csv", "accuracy")


def above_best_temperature(tables: Tables, models: list[str]) -> Finding:
    """Questions solved at any temperature (over all samples, if there are more) above the best single temperature.
    Supported if so for every model, else not supported. Shown: the smallest gain."""
    best = tables.rows("accuracy", model=models, scorer="exact").groupby("model")["accuracy"].max()
    one_sample = tables.rows("any_temperature", model=models, scorer="exact").set_index("model")
    try:
        rows = tables.rows("pass_and_majority", model=models, scorer="exact", measure="any_temperature")
        union = rows[rows["k"] == rows["k"].max()].set_index("model")["value"]
    except NotMeasured:
        union = one_sample["accuracy"]
    return _smallest_gain(tables, (union - best).round(6), int(one_sample["n"].iloc[0]))


def no_punctuation_raises(tables: Tables, models: list[str]) -> Finding:
    """Questions that the removal of punctuation adds. Supported if some for every model, not supported if none for any,
    else inconclusive. Shown: the smallest gain; none can be lost."""
    before = tables.rows("any_temperature", model=models, scorer="exact").set_index("model")
    after = tables.rows("any_temperature", model=models, scorer="no_punctuation").set_index("model")
    gains = after["accuracy"] - before["accuracy"]
    finding = _smallest_gain(tables, gains, int(before["n"].iloc[0]))
    return replace(finding, verdict=INCONCLUSIVE) if gains.min() <= 0 < gains.max() else finding


def separators_swapped(tables: Tables, models: list[str], threshold: float) -> Finding:
    """The largest share, of any model, of completions with the right value in swapped separators. Supported if its
    interval is above the threshold, not supported if below, else inconclusive."""
    rows = tables.rows("outcomes", model=models, outcome="separators").groupby("model")[["count", "n"]].sum()
    model = (rows["count"] / rows["n"]).idxmax()
    count, n = rows.loc[model, "count"], rows.loc[model, "n"]
    low, high = tables.wilson(count, n)
    detail = f"{model}: {count} of {n} completions"
    verdict = _beyond(low, high, threshold)
    return Finding(verdict, count / n, low, high, "share of completions", None, detail, "outcomes.csv", "share")


def gains_are_swaps(tables: Tables, models: list[str]) -> Finding:
    """Of the completions right only without punctuation, the share with swapped separators. Supported if its interval
    is above one half, not supported if below, else inconclusive."""
    rows = tables.rows("disagreement")
    tables.rows("any_temperature", model=models)  # a model that never disagrees has no row above
    rows = rows[rows["model"].isin(models) & (rows["exact"] == 0) & (rows["no_punctuation"] == 1)]
    n = int(rows["count"].sum())
    if n == 0:
        raise NotMeasured("the removal of punctuation made no completion right")
    count = int(rows.loc[rows["outcome"] == "separators", "count"].sum())
    low, high = tables.wilson(count, n)
    right = int(rows.loc[rows["outcome"] == "right", "count"].sum())
    detail = f"{count} of {n}; {right} are right as they are but for their grouping"
    verdict = _beyond(low, high, 0.5)
    return Finding(verdict, count / n, low, high, "share of completions", None, detail, "disagreement.csv", "count")


def agreement(tables: Tables, scorer: str, threshold: float) -> Finding:
    """Fleiss' kappa of the panel. Supported if its interval is above the threshold, not supported if below, else
    inconclusive."""
    row = tables.panel(scorer)
    if pd.isna(row["fleiss_kappa"]):
        raise NotMeasured("all models have one result at all questions, so that agreement means nothing")
    detail = f"of {row['n']} questions {row['none']} were solved by no model, {row['all']} by all {row['models']}"
    verdict = _beyond(row["low"], row["high"], threshold)
    return Finding(verdict, *_effect(row, "fleiss_kappa"), "kappa", None, detail, "panel.csv", "fleiss_kappa")


def union(tables: Tables, scorer: str, share: float) -> Finding:
    """The share of questions that any model solved. Supported if its interval holds the quoted share, else not."""
    row = tables.panel(scorer)
    low, high = tables.wilson(int(row["any"]), int(row["n"]))
    verdict = SUPPORTED if low <= share <= high else NOT_SUPPORTED
    detail = f"{row['any']} of {row['n']} questions"
    return Finding(verdict, row["any"] / row["n"], low, high, "share of questions", None, detail, "panel.csv", "any")


def majority_reaches_union(tables: Tables, models: list[str]) -> Finding:
    """The best model's vote over all its completions, against the questions that any model solved. Supported if the
    vote's interval is at or above that share, not supported if below, else inconclusive. The best favours the claim."""
    rows = tables.rows("pass_and_majority", model=models, scorer="numeric", measure="pooled_majority")
    rows = rows[rows["k"] == rows["k"].max()]
    best = rows.loc[rows["value"].idxmax()]
    panel = tables.panel("numeric")
    share = panel["any"] / panel["n"]
    detail = f"{best['model']}, {best['k']} completions a question; any model solved {100 * share:.1f} %"
    verdict = SUPPORTED if best["low"] >= share else NOT_SUPPORTED if best["high"] < share else INCONCLUSIVE
    return Finding(
        verdict, *_effect(best, "value"), "share of questions", None, detail, "pass_and_majority.csv", "value"
    )


def not_recorded(tables: Tables, reason: str) -> Finding:
    """No experiment measures this."""
    raise NotMeasured(reason)


CHECKS: dict[str, Callable[..., Finding]] = {
    check.__name__: check
    for check in (
        *(fact, form_share, every_temperature, difference, closer, temperatures_ranked, ranges, above_best_temperature),
        *(no_punctuation_raises, separators_swapped, gains_are_swaps, agreement, union, majority_reaches_union),
        not_recorded,
    )
}
"""The checks by the names that claims.yaml uses."""


def _beyond(low: float, high: float, threshold: float) -> str:
    return SUPPORTED if low > threshold else NOT_SUPPORTED if high < threshold else INCONCLUSIVE


def _effect(row: pd.Series, column: str) -> tuple[float, float, float]:
    return row[column], row["low"], row["high"]


def _smallest_gain(tables: Tables, gains: pd.Series, n: int) -> Finding:
    model = gains.idxmin()
    low, high = tables.wilson(round(max(0.0, gains[model]) * n), n)
    detail = ", ".join(f"{name} {100 * gain:+.1f}" for name, gain in gains.items())
    verdict = SUPPORTED if gains[model] > 0 else NOT_SUPPORTED
    return Finding(verdict, gains[model], low, high, POINTS, None, detail, "any_temperature.csv", "accuracy")
