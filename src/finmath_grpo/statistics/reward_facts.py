"""A training curve in numbers: where the format reward settled, what it went with, and what changed.

Windows are shares of a run, named after the post's 1326 steps: its first 50, the 90 before the jump, an epoch.
"""

import numpy as np
import pandas as pd
from scipy.stats import linregress, pearsonr
from scipy.stats import t as student

WINDOW = 50 / 1326
BEFORE_JUMP = 90 / 1326
EPOCH = 1 / 3

MEANINGS = {
    "steps": "steps of the run",
    "format_start": "mean format reward of the first steps (50 of 1326)",
    "format_end": "mean format reward of the last third",
    "format_maximum": "largest mean format reward of a step",
    "format_mode": "most common mean format reward of a step",
    "format_mode_share": "share of steps at exactly that value",
    "format_perfect_share": "share of steps in which every completion got the whole format reward, 0.5",
    "length_correlation_start": "correlation of format reward and length before the jump (90 of 1326 steps)",
    "length_slope_start": "change of the format reward a token before the jump",
    "length_correlation_end": "correlation of format reward and length in the last third",
    "length_slope_end": "change of the format reward a token in the last third",
    "format_change": "mean format reward, last third less first",
    "correctness_start": "mean correctness reward of the first third",
    "correctness_change": "mean correctness reward, last third less first",
    "length_start": "mean completion length of the first third, tokens",
    "length_change": "mean completion length, last third less first, tokens",
    "all_wrong_share": "share of steps in which no completion was right",
}


def reward_facts(training: pd.DataFrame, draws: int, seed: int, confidence: float) -> pd.DataFrame:
    """The facts of `MEANINGS` for each model of training.csv: value, interval where there is one, steps they rest on.

    A model that was trained with no format reward, or no correctness reward, has none of the facts about it.
    Intervals of means and changes: circular block bootstrap over steps (Politis and Romano 1992), as neighbouring steps
    are alike. Of a correlation: Fisher's z; of a slope: Student's t. These two take steps for independent.
    """
    tables = []
    # Step 0, the policy before training, has sampled nothing yet.
    steps = training.dropna(subset=["completion_length"])
    for model, run in steps.groupby("model", sort=False):
        facts = _facts(run.sort_values("step"), draws, seed, confidence)
        table = pd.DataFrame(facts, columns=["fact", "value", "low", "high", "n"])
        table.insert(0, "model", model)
        tables.append(table.assign(meaning=table["fact"].map(MEANINGS)))
    return pd.concat(tables, ignore_index=True)


def block_means(values: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Means of `draws` series put together from random blocks of `values`, each about n^(1/3) steps long, (draws,).

    Blocks go round the end to the start (Politis and Romano 1992), so that each step is in as many blocks as any other
    and the draws lie about the mean of `values`, in short runs too.
    """
    n = len(values)
    size = max(1, round(n ** (1 / 3)))
    blocks = np.lib.stride_tricks.sliding_window_view(np.append(values, values[: size - 1]), size).mean(axis=1)
    chosen = rng.integers(0, len(blocks), size=(draws, -(-n // size)))
    means: np.ndarray = blocks[chosen].mean(axis=1)
    return means


Fact = tuple[str, float, float, float, int]
"""Name, value, interval (NaN where there is none), and the steps it rests on."""


def _facts(run: pd.DataFrame, draws: int, seed: int, confidence: float) -> list[Fact]:
    rng = np.random.default_rng(seed)
    tail = (1 - confidence) / 2
    steps = len(run)
    reward, length = run["format_reward"].to_numpy(), run["completion_length"].to_numpy()
    correct = run["correctness_reward"].to_numpy()
    start, jump, third = max(5, round(steps * WINDOW)), max(5, round(steps * BEFORE_JUMP)), max(1, round(steps * EPOCH))

    def mean(name: str, values: np.ndarray) -> Fact:
        low, high = np.quantile(block_means(values, draws, rng), [tail, 1 - tail])
        return name, values.mean(), low, high, len(values)

    def change(name: str, values: np.ndarray) -> Fact:
        before, after = values[:third], values[-third:]
        drawn = block_means(after, draws, rng) - block_means(before, draws, rng)
        # Rewards are logged with six decimals: what is smaller is no change.
        return name, round(after.mean() - before.mean(), 6), *np.quantile(drawn, [tail, 1 - tail]), 2 * third

    def number(name: str, value: float) -> Fact:
        return name, value, np.nan, np.nan, steps

    def with_length(when: str, part: slice) -> list[Fact]:
        x, y = length[part], reward[part]
        names = f"length_correlation_{when}", f"length_slope_{when}"
        if len(x) < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
            return [(name, np.nan, np.nan, np.nan, len(x)) for name in names]
        r, line = pearsonr(x, y), linregress(x, y)
        half = student.ppf(1 - tail, len(x) - 2) * line.stderr
        return [
            (names[0], r.statistic, *r.confidence_interval(confidence), len(x)),
            (names[1], line.slope, line.slope - half, line.slope + half, len(x)),
        ]

    facts = [number("steps", steps)]
    if not np.isnan(reward).all():
        common, counts = np.unique(reward.round(6), return_counts=True)
        facts += [
            mean("format_start", reward[:start]),
            mean("format_end", reward[-third:]),
            number("format_maximum", reward.max()),
            number("format_mode", common[counts.argmax()]),
            number("format_mode_share", counts.max() / steps),
            number("format_perfect_share", (reward > 0.5 - 1e-6).mean()),
            *with_length("start", slice(0, jump)),
            *with_length("end", slice(-third, None)),
            change("format_change", reward),
        ]
    if not np.isnan(correct).all():
        facts += [mean("correctness_start", correct[:third]), change("correctness_change", correct)]
    facts += [mean("length_start", length[:third]), change("length_change", length)]
    if not np.isnan(correct).all():
        facts.append(number("all_wrong_share", (correct == 0).mean()))
    return facts
