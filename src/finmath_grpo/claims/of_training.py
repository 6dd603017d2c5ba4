"""Checks on the curve of training and on the completions sampled in it."""

import numpy as np
import pandas as pd

from finmath_grpo.claims.finding import (
    CONTRADICTED,
    INCONCLUSIVE,
    SUPPORTED,
    Finding,
    NotMeasured,
    beyond,
    within,
)
from finmath_grpo.claims.tables import FEWEST_QUESTIONS, FEWEST_STEPS, Tables
from finmath_grpo.statistics.reward_facts import WINDOW

INLINE = 0.25
"""What the post's format reward gives an answer on the line of its tags, and never a completion of the form asked for:
with a newline at its end that earns 0.5, and without one 0.501 less 0.001 per character."""
SHORT = 5 / 1326
"""The shortest window, as a share of a run, over which a curve is averaged; the longest is `WINDOW`."""


def rises(tables: Tables, model: str, fact: str) -> Finding:
    """Supported if the interval of the change is above 0, contradicted if below, else inconclusive."""
    row = tables.fact(model, fact)
    return _of_fact(row, beyond(row["low"], row["high"], 0.0))


def unchanged(tables: Tables, model: str, fact: str, margin: float) -> Finding:
    """Supported if the interval of the change lies within the margin on both sides of 0, whether it holds 0 or not;
    contradicted if it lies outside; else inconclusive."""
    row = tables.fact(model, fact)
    return _of_fact(row, within(row["low"], row["high"], margin))


def count_is(tables: Tables, model: str, fact: str, value: float) -> Finding:
    """A count that is known exactly. Supported if it is the number, else contradicted."""
    row = tables.row("reward_facts", model=model, fact=fact)
    verdict = SUPPORTED if row["value"] == value else CONTRADICTED
    return Finding(verdict, row["value"], None, None, "steps", None, row["meaning"], "reward_facts.csv", "value")


def whole_group(tables: Tables, model: str, size: int) -> Finding:
    """A step's correctness reward is 2 for each right completion, so that its mean over a group of `size` is a multiple
    of 2 / size. Supported if every step's is one, else contradicted. Larger multiples of `size` would pass too."""
    rewards = _curve(tables, model, "correctness_reward")
    counts = rewards * size / 2
    whole = np.isclose(counts, np.round(counts), atol=1e-4)
    detail = f"{whole.sum()} of {len(whole)} steps; at most {np.round(counts.max()):g} of {size} were right"
    verdict = SUPPORTED if whole.all() else CONTRADICTED
    return Finding(
        verdict, whole.mean(), None, None, "share of steps", None, detail, "training.csv", "correctness_reward"
    )


def form_share(tables: Tables, model: str, forms: list[str], part: str, threshold: float) -> Finding:
    """The share of completions of these forms in the first or last tenth of training. Supported if its interval is
    above the threshold, contradicted if below, else inconclusive. The interval takes a question's completions together.
    """
    rows = tables.rows("forms_by_question", model=model, part=part)
    wide = rows.pivot(index="question_id", columns="form", values="count")
    if len(wide) < FEWEST_QUESTIONS:
        raise NotMeasured(f"these completions answer {len(wide)} questions, too few (at least {FEWEST_QUESTIONS})")
    hits, sizes = wide[forms].sum(axis=1), wide.sum(axis=1)
    low, high = tables.share(pd.DataFrame({"hits": hits, "sizes": sizes}), "hits", "sizes")
    detail = (
        f"{hits.sum()} of {sizes.sum()} completions, of {len(wide)} questions;"
        f" the most common form is {wide.sum().idxmax()}"
    )
    verdict = beyond(low, high, threshold)
    share = hits.sum() / sizes.sum()
    return Finding(verdict, share, low, high, "share of completions", None, detail, "forms_by_question.csv", "count")


def form_bound(tables: Tables, model: str, part: str, threshold: float) -> Finding:
    """How many completions can have the form asked for, from the format reward alone. A step whose mean is exactly 0.25
    is one in which none has it: with a newline at its end it earns 0.5, and without one less than 0 at the post's
    lengths. The bound is the share of other steps, and the interval all shares up to it. Supported if the interval is
    above the threshold (it never is), contradicted if below, else inconclusive. `start` is the first 50 of 1,326 steps,
    `end` the last third."""
    rewards = _curve(tables, model, "format_reward")
    n = max(5, round(len(rewards) * WINDOW)) if part == "start" else round(len(rewards) / 3)
    rewards = rewards[:n] if part == "start" else rewards[-n:]
    inline = int((np.abs(rewards - INLINE) < 1e-6).sum())
    bound = 1 - inline / n
    detail = (
        f"{inline} of {n} steps at exactly 0.25, so at most {100 * bound:.0f} % of the completions;"
        f" the mean reward is {rewards.mean():.2f}"
    )
    if rewards.mean() < 0:
        characters = 1000 * (0.501 - rewards.mean())
        detail += f", what the form asked for earns without a newline at {characters:.0f} characters"
    verdict = beyond(0.0, bound, threshold)
    return Finding(verdict, bound, 0.0, bound, "share of completions", None, detail, "training.csv", "format_reward")


def quickly(tables: Tables, model: str, rise: float, share: float) -> Finding:
    """How far into the run `rise` of the rise of the format reward is done: from the mean of the first 50 of 1,326
    steps to that of the last third, where the running mean of 5 of 1,326 steps first gets there. The interval is what
    windows of 1 to 50 of 1,326 give. Supported if it lies below `share` of the run, contradicted if above, else
    inconclusive. Not measured if the reward does not rise."""
    change = tables.fact(model, "format_change")
    if change["low"] <= 0:
        raise NotMeasured("the format reward does not rise, so there is no rise to be quick")
    rewards = _curve(tables, model, "format_reward")
    steps = len(rewards)
    begin, end = rewards[: max(5, round(steps * WINDOW))].mean(), rewards[-round(steps / 3) :].mean()
    level = begin + rise * (end - begin)
    longest, usual = max(5, round(steps * WINDOW)), max(1, round(steps * SHORT))
    reached = {size: _reached(rewards, level, size) for size in range(1, longest + 1)}
    low, high = min(reached.values()) / steps, max(reached.values()) / steps
    way = f"where the reward reaches {level:.3f} on its way from {begin:.3f} to {end:.3f}"
    detail = f"step {reached[usual]} of {steps}, {way}"
    verdict = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED}.get(beyond(low, high, share), INCONCLUSIVE)
    unit = "share of the run"
    return Finding(verdict, reached[usual] / steps, low, high, unit, None, detail, "training.csv", "format_reward")


def _reached(rewards: np.ndarray, level: float, size: int) -> int:
    """The steps done when the mean of the last `size` of them is first at the level; all, if it never is."""
    running = np.convolve(rewards, np.full(size, 1 / size), "valid")
    there = np.flatnonzero(running >= level)
    return int(there[0]) + size if len(there) else len(rewards)


def _curve(tables: Tables, model: str, column: str) -> np.ndarray:
    rows = tables.rows("training", model=model).sort_values("step")
    if "validation_accuracy" in rows:
        # Step 0, the policy before training, has a held-out accuracy and nothing else.
        rows = rows.dropna(subset=["completion_length"])
    if len(rows) < FEWEST_STEPS:
        raise NotMeasured(f"{len(rows)} steps of training are too few for a verdict (at least {FEWEST_STEPS})")
    values: np.ndarray = rows[column].to_numpy(float)
    if np.isnan(values).any():
        raise NotMeasured(f"{model} was trained without a {column.replace('_', ' ')}")
    return values


def _of_fact(row: pd.Series, verdict: str) -> Finding:
    unit = "tokens" if row["fact"].startswith("length") else "reward"
    effect, low, high = row["value"], row["low"], row["high"]
    return Finding(verdict, effect, low, high, unit, None, row["meaning"], "reward_facts.csv", "value")
