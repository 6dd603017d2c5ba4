"""Checks on what share of questions or completions has a property, over one model or several."""

import pandas as pd

from finmath_grpo.claims.finding import (
    CONTRADICTED,
    INCONCLUSIVE,
    POINTS,
    SUPPORTED,
    Finding,
    NotMeasured,
    beyond,
    within,
)
from finmath_grpo.claims.tables import FEWEST_QUESTIONS, Tables
from finmath_grpo.numerals import rounded


def temperature_matters(tables: Tables, models: list[str], scorer: str) -> Finding:
    """Whether a model is better at some temperatures: for each model a test of no difference (Friedman's, families of
    questions as blocks; on counts alone χ² for homogeneity, which is conservative here). Supported if Holm's p over the
    models is small for one of them, else inconclusive. Shown: that model's best less its worst temperature, which has
    no interval as both are chosen."""
    rows = tables.rows("temperature_effect", scorer=scorer, model=models).copy()
    if rows["p"].isna().any():
        raise NotMeasured("fewer than three temperatures")
    rows["p"] = tables.holm(rows["p"].tolist())
    row = rows.loc[rows["p"].idxmin()]
    verdict = SUPPORTED if tables.is_small(row["p"]) else INCONCLUSIVE
    detail = f"{row['model']} is best at {row['best']:g} and worst at {row['worst']:g}"
    return Finding(verdict, row["range"], None, None, POINTS, row["p"], detail, "temperature_effect.csv", "range")


def ranges(tables: Tables, models: list[str], single: list[float], any_temperature: list[float]) -> Finding:
    """Whether all scores lie in the quoted ranges, at one temperature and at any: counts that are known exactly.
    Supported if all do, else contradicted. Shown: the rise of the mean."""
    one = _single(tables, models, "exact")["accuracy"]
    union = tables.rows("any_temperature", model=models, scorer="exact")["accuracy"]
    inside = one.between(*single).all() and union.between(*any_temperature).all()
    detail = f"{100 * one.min():.3g}-{100 * one.max():.3g} to {100 * union.min():.3g}-{100 * union.max():.3g}"
    effect = union.mean() - one.mean()
    verdict = SUPPORTED if inside else CONTRADICTED
    return Finding(verdict, effect, None, None, POINTS, None, detail, "any_temperature.csv", "accuracy")


def no_punctuation_raises(tables: Tables, models: list[str]) -> Finding:
    """Questions that the removal of punctuation adds for some model, on these questions; none can be lost. Supported if
    any, else inconclusive. Shown: the largest gain, with Wilson's interval (Bonferroni's for the largest of several).
    """
    before = tables.rows("any_temperature", model=models, scorer="exact").set_index("model")
    after = tables.rows("any_temperature", model=models, scorer="no_punctuation").set_index("model")
    gains = (after["correct"] - before["correct"])[models].astype(int)
    model, n = gains.idxmax(), int(before["n"].iloc[0])
    low, high = tables.wilson(gains[model], n, len(models))
    detail = "questions gained: " + ", ".join(f"{name} {gain:+d}" for name, gain in gains.items())
    verdict = SUPPORTED if gains[model] > 0 else INCONCLUSIVE
    return Finding(verdict, gains[model] / n, low, high, POINTS, None, detail, "any_temperature.csv", "accuracy")


def separators_swapped(tables: Tables, models: list[str], threshold: float) -> Finding:
    """The largest share, of any model, of completions with the right value in swapped separators. Supported if its
    interval is above the threshold, contradicted if below, else inconclusive. The interval takes a family's
    completions together, and is Bonferroni's for the largest of so many models."""
    rows = tables.rows("by_question", model=models)
    sums = rows.groupby("model")[["separators", "completions"]].sum()
    model = (sums["separators"] / sums["completions"]).idxmax()
    return _share(
        tables, rows[rows["model"] == model], "separators", "completions", threshold, f"{model}: ", len(models)
    )


def gains_are_swaps(tables: Tables, models: list[str], threshold: float) -> Finding:
    """Of the completions right only without punctuation, the share with swapped separators. Supported if its interval
    is above the threshold, contradicted if below, else inconclusive. The interval takes a family's completions
    together."""
    return _share(
        tables, tables.rows("by_question", model=models), "unpunctuated_separators", "unpunctuated", threshold, ""
    )


def labels_differ(tables: Tables, models: list[str], threshold: float) -> Finding:
    """Of the completions right by value, the share that is not the recorded text. Supported if its interval is above
    the threshold, contradicted if below, else inconclusive. The interval takes a family's completions together. A
    part of it is the models' spelling, not the record's."""
    return _share(tables, tables.rows("by_question", model=models), "value_only", "numeric", threshold, "")


def same_budget(tables: Tables, models: list[str], margin: float) -> Finding:
    """Right at any of k temperatures, one completion each, less right in one of k completions at one temperature (the
    mean over temperatures), on the same questions. Supported if the interval lies within the margin for every model,
    contradicted if outside it for one, else inconclusive. Shown: the largest difference; intervals are Bonferroni's."""
    rows = tables.rows("by_question", model=models)
    k = int(rows["k"].iloc[0])
    if k < 2:
        raise NotMeasured("one completion per question and temperature: no k to compare at")
    found = []
    for model in models:
        part = rows[rows["model"] == model]
        differences = part["any_of_k"] - part["pass_k"]
        found.append((differences.mean(), *tables.mean(differences, part, len(models))))
    verdicts = [within(low, high, margin) for _, low, high in found]
    verdict = INCONCLUSIVE
    if set(verdicts) == {SUPPORTED}:
        verdict = SUPPORTED
    elif CONTRADICTED in verdicts:
        verdict = CONTRADICTED
    means = rows.groupby("model")[["any_of_k", "pass_k"]].mean()
    detail = f"k = {k}; " + ", ".join(
        f"{model} {rounded(100 * means.loc[model, 'any_of_k'], 1)} and {rounded(100 * means.loc[model, 'pass_k'], 1)} %"
        for model in models
    )
    effect = max(found, key=lambda entry: abs(entry[0]))
    return Finding(verdict, *effect, POINTS, None, detail, "by_question.csv", "any_of_k")


def majority_reaches_union(tables: Tables, models: list[str]) -> Finding:
    """The best model's vote over all its completions, less whether any model solved the question at any temperature, by
    the value of the number. Supported if the interval is at or above 0, contradicted if below, else inconclusive. Not
    measured if no question was solved. The choice of the best model favours the sentence, so the interval is
    Bonferroni's."""
    rows = tables.rows("by_question", model=models)
    union = rows.groupby("question_id")["any_temperature"].max()
    if union.sum() == 0:
        raise NotMeasured("no model solved a question")
    best = rows.groupby("model")["vote"].mean().idxmax()
    votes = rows[rows["model"] == best]
    differences = votes["vote"] - votes["question_id"].map(union)
    low, high = tables.mean(differences, votes, len(models))
    verdict = SUPPORTED if low >= 0 else CONTRADICTED if high < 0 else INCONCLUSIVE
    completions = int(rows["completions"].iloc[0])
    detail = (
        f"{best}, {completions} completions per question: {rounded(100 * votes['vote'].mean(), 1)} %;"
        f" any model solved {int(union.sum())} of {len(union)}"
    )
    return Finding(verdict, differences.mean(), low, high, POINTS, None, detail, "by_question.csv", "vote")


def agreement(tables: Tables, scorer: str, threshold: float) -> Finding:
    """Fleiss' kappa of the panel. Supported if its interval is above the threshold, contradicted if below, else
    inconclusive."""
    row = tables.panel(scorer)
    if pd.isna(row["fleiss_kappa"]):
        raise NotMeasured("all models have one result at all questions, so that agreement means nothing")
    detail = f"of {row['n']} questions {row['none']} were solved by no model, {row['all']} by all {row['models']}"
    verdict = beyond(row["low"], row["high"], threshold)
    effect = row["fleiss_kappa"], row["low"], row["high"]
    return Finding(verdict, *effect, "kappa", None, detail, "panel.csv", "fleiss_kappa")


def union_is(tables: Tables, scorer: str, share: float) -> Finding:
    """The share of these questions that any model solved at any temperature: a count that is known exactly. Supported
    if it is the quoted share to the percent, else contradicted."""
    row = tables.panel(scorer)
    found = row["any"] / row["n"]
    verdict = SUPPORTED if round(100 * found) == round(100 * share) else CONTRADICTED
    detail = f"{row['any']} of {row['n']} questions"
    return Finding(verdict, found, None, None, "share of questions", None, detail, "panel.csv", "any")


def solved_by_none(tables: Tables, scorer: str, threshold: float) -> Finding:
    """The share of questions that no model solved at any temperature. Supported if its interval (Wilson's) is above the
    threshold, contradicted if below, else inconclusive."""
    row = tables.panel(scorer)
    low, high = tables.wilson(int(row["none"]), int(row["n"]))
    verdict = beyond(low, high, threshold)
    detail = f"{row['none']} of {row['n']} questions"
    return Finding(verdict, row["none"] / row["n"], low, high, "share of questions", None, detail, "panel.csv", "none")


def not_recorded(tables: Tables, reason: str) -> Finding:
    """No experiment measures this."""
    raise NotMeasured(reason)


def _single(tables: Tables, models: list[str], scorer: str) -> pd.DataFrame:
    """Accuracy at single temperatures."""
    rows = tables.rows("accuracy", model=models, scorer=scorer)
    return rows[~rows["at"].isin(["mean", "any"])]


def _share(
    tables: Tables, rows: pd.DataFrame, hits: str, of: str, threshold: float, name: str, chosen_of: int = 1
) -> Finding:
    """The share `hits` of `of` against a threshold."""
    counting = rows[rows[of] > 0]
    questions = counting["question_id"].nunique()
    if questions < FEWEST_QUESTIONS:
        raise NotMeasured(f"only {questions} questions have such completions ({of}; at least {FEWEST_QUESTIONS})")
    sums = rows.groupby("question_id").agg({hits: "sum", of: "sum", "family": "first"})
    count, n = int(sums[hits].sum()), int(sums[of].sum())
    low, high = tables.share(sums, hits, of, chosen_of)
    detail = f"{name}{count} of {n} completions, of {questions} questions"
    verdict = beyond(low, high, threshold)
    return Finding(verdict, count / n, low, high, "share of completions", None, detail, "by_question.csv", hits)
