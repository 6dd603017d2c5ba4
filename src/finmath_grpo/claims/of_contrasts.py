"""Checks on the difference between two models."""

import pandas as pd
from scipy.stats import binomtest

from finmath_grpo.claims.finding import (
    CONTRADICTED,
    INCONCLUSIVE,
    POINTS,
    SUPPORTED,
    Finding,
    NotMeasured,
    beyond,
)
from finmath_grpo.claims.tables import Tables, corrected_p
from finmath_grpo.numerals import rounded, signed

FEWEST_TEMPERATURES = 6
"""With fewer, "at every temperature" says too little to be worth a verdict."""


def mathematics(tables: Tables, trained: str, base: str, test: str) -> Finding:
    """The part of a contrast that is mathematics: the difference of two accuracies with both models read leniently and
    separators forgiven, averaged over temperatures. Supported if its interval is above 0, contradicted if below, and p
    is small; else inconclusive. On T1 the p of the experiment's first contrast, which was named beforehand, is as it
    is; that of the others, and of all contrasts of another test, is corrected by Holm over them."""
    if test == "t2":
        tables.refuse_known_ideas(test)
    where = {"model": trained, "against": base, "at": "mean"}
    parts = tables.rows("decomposition", test, **where).set_index("part")["value"]
    row = tables.row("decomposition", test, **where, part="mathematics")
    others = ", ".join(
        f"{part} {signed(100 * parts[part])}" for part in ("total", "format", "separators") if part in parts
    )
    detail = f"{trained} less {base} on {test.upper()}; {others}"
    p = corrected_p(row)
    verdict = beyond(row["low"], row["high"], 0.0) if tables.is_small(p) else INCONCLUSIVE
    effect = row["value"], row["low"], row["high"]
    return Finding(verdict, *effect, POINTS, p, detail, "decomposition.csv", "value")


def difference(tables: Tables, pairs: list[list[str]], at: str, scorers: list[str]) -> Finding:
    """The first model of each pair above the second, by the first of the scorers that there is. Supported if in every
    pair the interval is above 0 and Holm's p is small; contradicted if in one pair the interval is below 0 and Holm's p
    is small; else inconclusive. Holm's correction is over the contrasts by this scorer over temperatures in this way,
    but for the primary one. Shown: the pair with the lowest interval."""
    known = set(tables.rows("contrasts")["scorer"])
    scorer = next((name for name in scorers if name in known), scorers[0])
    rows = [tables.contrast(a, b, at, scorer) for a, b in pairs]
    row = min(rows, key=lambda found: float(found["low"]))
    verdict = INCONCLUSIVE
    if all(found["low"] > 0 and tables.is_small(found["p"]) for found in rows):
        verdict = SUPPORTED
    elif any(found["high"] < 0 and tables.is_small(found["p"]) for found in rows):
        verdict = CONTRADICTED
    counts = "" if pd.isna(row["gains"]) else f", {int(row['gains'])} questions gained and {int(row['losses'])} lost"
    detail = (
        f"{row['trained']} {rounded(100 * row['trained_accuracy'], 1)} %,"
        f" {row['base']} {rounded(100 * row['base_accuracy'], 1)} %"
        f" ({scorer}, {at}{counts})" + (f"; {row['known']}" if row["known"] else "")
    )
    if len(rows) > 1:
        detail += "; all pairs: " + ", ".join(
            f"{found['trained']} - {found['base']} {signed(100 * found['difference'])}"
            f" [{signed(100 * found['low'])}, {signed(100 * found['high'])}]"
            for found in rows
        )
    effect = row["difference"], row["low"], row["high"]
    return Finding(verdict, *effect, POINTS, row["p"], detail, "contrasts.csv", "difference")


def at_most(tables: Tables, trained: str, base: str, at: str, scorer: str, margin: float) -> Finding:
    """The first model no further above the second than the margin. Supported if the interval of the difference is below
    the margin, contradicted if above, else inconclusive (non-inferiority)."""
    row = tables.contrast(trained, base, at, scorer)
    verdict = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED}.get(
        beyond(row["low"], row["high"], margin), INCONCLUSIVE
    )
    shares = [rounded(100 * row[name], 1) for name in ("trained_accuracy", "base_accuracy")]
    detail = f"{trained} {shares[0]} %, {base} {shares[1]} % ({scorer}, {at})"
    effect = row["difference"], row["low"], row["high"]
    return Finding(verdict, *effect, POINTS, None, detail, "contrasts.csv", "difference")


def within_reach(tables: Tables, trained: str, base: str, margin: float) -> Finding:
    """With as many completions of a question as there are (`deep` of the config), the share of questions that the first
    model gets right no further above the second's than the margin. Supported if the interval of the difference is below
    the margin, contradicted if above, else inconclusive (non-inferiority). Said beside it: the difference at k = 1, and
    the smallest k from which on every interval is below 0, where the curves have crossed."""
    rows = tables.rows("pass_at_k_deep", model=trained, against=base).sort_values("k")
    one, last = rows.iloc[0], rows.iloc[-1]
    verdict = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED}.get(
        beyond(last["low"], last["high"], margin), INCONCLUSIVE
    )
    several = tables.rows("pass_at_k_deep", k=int(last["k"]))
    shares = several[several["against"].isna()].set_index("model")["value"]
    crossed = "no crossing" if pd.isna(last["crossing"]) else f"behind from k = {int(last['crossing']):,} on"
    detail = (
        f"k = {int(last['k']):,} at temperature {last['temperature']}: {trained} {rounded(100 * shares[trained], 1)} %,"
        f" {base} {rounded(100 * shares[base], 1)} %; k = 1: {signed(100 * one['value'])} points"
        f" [{signed(100 * one['low'])}, {signed(100 * one['high'])}]; {crossed}"
    )
    effect = last["value"], last["low"], last["high"]
    return Finding(verdict, *effect, POINTS, None, detail, "pass_at_k_deep.csv", "value")


def every_temperature(tables: Tables, pairs: list[list[str]], scorer: str) -> Finding:
    """The first model of each pair above the second at every temperature, on these questions: a description, with no
    test, as completions at low temperatures are much alike. Supported if all of six temperatures or more are above;
    contradicted if the interval is below 0 at one, with a small p corrected by Holm over all of them; else
    inconclusive, also for ties."""
    ats = sorted({at for at in tables.rows("contrasts", scorer=scorer)["at"] if at not in ("mean", "any")}, key=float)
    if not ats:
        raise NotMeasured("contrasts.csv has no single temperature")
    rows = pd.DataFrame([tables.contrast(a, b, at, scorer) for a, b in pairs for at in ats])
    rows["p"] = tables.holm(rows["raw"].tolist())
    smallest = rows.groupby("at")["difference"].min()
    above, tied, n = int((smallest > 0).sum()), int((smallest == 0).sum()), len(smallest)
    verdict = INCONCLUSIVE
    if above == n >= FEWEST_TEMPERATURES:
        verdict = SUPPORTED
    elif any(row["high"] < 0 and tables.is_small(row["p"]) for _, row in rows.iterrows()):
        verdict = CONTRADICTED
    worst = rows.loc[rows["difference"].idxmin()]
    detail = (
        f"above at {above} of {n} temperatures, {tied} tied; the smallest difference is"
        f" {signed(100 * worst['difference'])} points ({worst['trained']} - {worst['base']} at {worst['at']})"
    )
    return Finding(verdict, above / n, None, None, "share of temperatures", None, detail, "contrasts.csv", "difference")


def signs(tables: Tables, trained: str, base: str, scorer: str) -> Finding:
    """At how many temperatures the first model is above the second, of those that are not tied (sign test). Supported
    if the interval (Wilson's) of that share is above one half and p is small, contradicted if below, else inconclusive.
    It takes temperatures for independent, which favours a verdict."""
    rows = tables.rows("contrasts", scorer=scorer, trained=trained, base=base)
    rows = rows[~rows["at"].isin(["mean", "any"])]
    above, below = int((rows["difference"] > 0).sum()), int((rows["difference"] < 0).sum())
    if above + below == 0:
        raise NotMeasured("the two models tie at every temperature")
    low, high = tables.wilson(above, above + below)
    p = binomtest(above, above + below).pvalue
    verdict = beyond(low, high, 0.5) if tables.is_small(p) else INCONCLUSIVE
    detail = f"above at {above} temperatures, equal at {len(rows) - above - below}, below at {below}"
    share = above / (above + below)
    return Finding(verdict, share, low, high, "share of temperatures", p, detail, "contrasts.csv", "difference")


def closer(tables: Tables, trained: str, base: str, target: str, scorer: str) -> Finding:
    """How much nearer to the target the trained model is than its base, averaged over temperatures. While both are
    below the target that is trained - base, with its interval: supported if above 0, contradicted if below, else
    inconclusive. Not measured if one is above the target, as the distance then turns."""
    before = tables.contrast(target, base, "mean", scorer)["difference"]
    after = tables.contrast(target, trained, "mean", scorer)["difference"]
    if before <= 0 or after <= 0:
        above = trained if before > 0 else base
        raise NotMeasured(f"{above} is not below {target}, so a smaller distance is not a gain")
    gain = tables.contrast(trained, base, "mean", scorer)
    detail = f"distance to {target} {rounded(100 * before, 1)} points before and {rounded(100 * after, 1)} after"
    detail += f"; {gain['known']}" if gain["known"] else ""
    effect = gain["difference"], gain["low"], gain["high"]
    verdict = beyond(gain["low"], gain["high"], 0.0)
    return Finding(verdict, *effect, POINTS, None, detail, "contrasts.csv", "difference")


def upper_half(tables: Tables, model: str, models: list[str], scorer: str) -> Finding:
    """Whether the model is in the upper half of the models, averaged over temperatures. It is above or below another if
    the interval of their difference excludes 0 and Holm's p is small. Supported if it is above at least half as many as
    there are models, contradicted if below so many, else inconclusive. Shown: the last of the differences that would
    have to be below 0."""
    others = [name for name in models if name != model]
    rows = sorted(
        (tables.contrast(model, other, "mean", scorer) for other in others), key=lambda row: float(row["difference"])
    )
    half = len(models) // 2
    below = sum(row["high"] < 0 and tables.is_small(row["p"]) for row in rows)
    above = sum(row["low"] > 0 and tables.is_small(row["p"]) for row in rows)
    verdict = SUPPORTED if above >= half else CONTRADICTED if below >= half else INCONCLUSIVE
    detail = f"{model} less " + ", ".join(
        f"{row['base']} {signed(100 * row['difference'])} [{signed(100 * row['low'])}, {signed(100 * row['high'])}]"
        for row in rows
    )
    row = rows[half - 1]
    effect = row["difference"], row["low"], row["high"]
    return Finding(verdict, *effect, POINTS, row["p"], detail, "contrasts.csv", "difference")


def examples_exist(tables: Tables, trained: str, base: str, scorer: str) -> Finding:
    """Questions that only the first model solved at any temperature, and questions that only the second did: a
    description. Supported if there are both, else inconclusive, as other questions may be. Shown: the fewer."""
    row = tables.row("agreement", model_a=trained, model_b=base, scorer=scorer)
    gains, losses = int(row["only_a"]), int(row["only_b"])
    verdict = SUPPORTED if min(gains, losses) > 0 else INCONCLUSIVE
    detail = f"{gains} solved by {trained} only, {losses} by {base} only"
    return Finding(verdict, min(gains, losses), None, None, "questions", None, detail, "agreement.csv", "only_a")
