"""Intervals for shares, differences and other statistics of questions that come in families.

The variance behind them is that of the cluster bootstrap, which draws whole families (Davison and Hinkley 1997, section
3.8: drawing questions within them once more would count the spread inside a family twice), in its closed form: the sums
of families about the mean, with C / (C - 1) for C families (Cameron and Miller 2015). Quantiles are Student's t with
C - 1 degrees of freedom. What is added for small samples was chosen by simulation: `python benchmarks/coverage.py`
prints how often each interval holds the truth. The percentile bootstrap covers 63 to 90 % where few answers are right.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from finmath_grpo.statistics.families import Families

Ends = tuple[np.ndarray, np.ndarray]
"""Low and high of an interval, each (columns,)."""

PSEUDO = 0.5
"""The weight of what a small sample is given beside its data: a question of a set in which a family counts as one
question (`share_interval`), and a question gained and one lost (`difference_interval`)."""
ENOUGH = 5
"""Of how many families a variance must come for `difference_interval` to take it nearly as it is."""
Completions = np.ndarray | float
"""Of how many completions per question and model a column of differences is the mean."""


def wilson_interval(correct: np.ndarray, n: np.ndarray | float, confidence: float) -> Ends:
    """Wilson's score interval for `correct` of `n` (Wilson 1927; why not the normal one: Bowyer et al., 2503.01747)."""
    # It takes longer to load than most stages to do their work.
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(correct, n, alpha=1 - confidence, method="wilson")
    return np.round(low, 12), np.round(high, 12)


def share_interval(
    families: Families, values: np.ndarray, confidence: float, weights: np.ndarray | None = None
) -> Ends:
    """Intervals for the means over questions of `values`, (questions, columns), each from 0 to 1.

    Wilson's with an effective sample size, p (1 - p) / variance (as for surveys: Dean and Pagano 2015), and with t for
    the normal quantile. Where few answers are right, the variance itself is hardly known; so it is mixed with that of
    a set in which families count once: n_eff = (p (1 - p) + w / n) / (variance + w / (n C)), w = `PSEUDO`. With no
    right answer at all n_eff is the number of families. One family alone tells nothing: 0 to 1.

    With `weights`, (questions, columns), the share is the sum of `values` over that of `weights` (accuracy of what is
    readable), and the variance that of a ratio; no weight at all gives NaN.
    """
    weights = np.ones_like(values) if weights is None else weights
    sums, sizes = families.sums(values), families.sums(weights)
    n, count = sizes.sum(axis=0), (sizes > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums.sum(axis=0) / n
        variance = count / (count - 1) * ((sums - share * sizes) ** 2).sum(axis=0) / n**2
        spread = share * (1 - share)
        size = (spread + PSEUDO / n) / (variance + PSEUDO / n / count)
        z2 = stdtrit(count - 1, 0.5 + confidence / 2) ** 2
        centre = (share + z2 / size / 2) / (1 + z2 / size)
        half = np.sqrt(z2 * (spread / size + z2 / size**2 / 4)) / (1 + z2 / size)
    low, high = np.clip(centre - half, 0, share), np.clip(centre + half, share, 1)
    low, high = np.where(count < 2, 0.0, low), np.where(count < 2, 1.0, high)
    # What is 0 on paper may be 1e-18 by the order of sums, and verdicts ask for the sign.
    return np.where(n > 0, np.round(low, 12), np.nan), np.where(n > 0, np.round(high, 12), np.nan)


def difference_interval(
    families: Families, values: np.ndarray, confidence: float, completions: Completions = 1
) -> Ends:
    """Intervals for the means over questions of `values`, (questions, columns), differences from -1 to 1.

    Student's t on the sums of families, after a question gained and a question lost, `PSEUDO` each, are added as two
    families of their own (Agresti and Min 2005, for pairs of proportions). So two models that never differ have an
    interval too, and at 1 % accuracy it covers. Where many families differ, the data need no such help: the square of
    what is added falls by (`ENOUGH` / m)^2, where the variance comes of m families as if alike, m = (sum of e^2)^2 /
    (sum of e^4) for their sums e about the mean. Nor do they where each of many families was asked often: it falls to
    1 / √k + `ENOUGH` / C, for the mean of k `completions` per question and C families. One family alone tells nothing:
    -1 to 1.
    """
    mean = values.mean(axis=0)
    if families.count < 2:
        return np.full(len(mean), -1.0), np.full(len(mean), 1.0)
    centre, error = difference_error(families, values, completions)
    half = stdtrit(families.count - 1, 0.5 + confidence / 2) * error
    return np.round(np.clip(centre - half, -1, mean), 12), np.round(np.clip(centre + half, mean, 1), 12)


def difference_error(
    families: Families, values: np.ndarray, completions: Completions = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Centre and standard error of :func:`difference_interval`, each (columns,); there are two families or more."""
    questions = len(values)
    mean = values.mean(axis=0)
    squares = (families.sums(values) - mean * families.sums(np.ones((questions, 1)))) ** 2
    added = help_for_few(alike_families(squares), families.count, completions)
    n = questions + 2 * PSEUDO
    error = np.sqrt(families.count / (families.count - 1) * squares.sum(axis=0) + added) / n
    return mean * questions / n, error


def alike_families(squares: np.ndarray) -> np.ndarray:
    """How many families the variance comes from as if alike, (columns,), by their squares, (families, columns)."""
    total, fourth = squares.sum(axis=0), (squares**2).sum(axis=0)
    alike: np.ndarray = np.divide(total**2, fourth, out=np.zeros_like(total), where=fourth > 0)
    return alike


def help_for_few(alike: np.ndarray, families: float, completions: Completions = 1) -> np.ndarray:
    """The square that :func:`difference_interval` adds to those of `families` that count as so many `alike`."""
    uneven = np.minimum(1, (ENOUGH / np.maximum(alike, 1)) ** 2)
    unseen = np.minimum(1, 1 / np.sqrt(completions) + ENOUGH / families)
    added: np.ndarray = 2 * PSEUDO * uneven * unseen
    return added


def jackknife_error(families: Families, statistic: Callable[[np.ndarray], float]) -> float:
    """The standard error of any statistic of questions: the jackknife over families (Efron and Stein 1981).

    `statistic` takes a mask of questions, (questions,). NaN where leaving out one family leaves it undefined.
    """
    count = families.count
    left = np.array([statistic(families.codes != family) for family in range(count)])
    return float(np.sqrt((count - 1) / count * ((left - left.mean()) ** 2).sum()))
