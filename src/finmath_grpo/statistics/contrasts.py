"""Differences between two models on the same questions, and what difference so many questions can show."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm
from statsmodels.stats.multitest import multipletests

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import alike_families, difference_interval, help_for_few
from finmath_grpo.statistics.resampling import sign_flip_p
from finmath_grpo.statistics.runs import ONE_RUN, Runs, of_contrast, of_entry, over_runs
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import temperature_name

CONTRAST_COLUMNS = (
    *("trained", "base", "scorer", "at", "role", "n", "trained_accuracy", "base_accuracy", "difference", "low", "high"),
    *("interval", "gains", "losses", "p", "p_holm", "procedure"),
)
POWER_COLUMNS = (
    *("trained", "base", "scorer", "at", "questions", "samples", "at_hand", "sd", "minimum_detectable_difference"),
)
POWER = 0.8
SIGNIFICANCE = 0.05


@cache
def mcnemar_p(gains: int, losses: int) -> float:
    """Exact two-sided McNemar test (McNemar 1947): could so many gains and losses be flips of a fair coin?"""
    return binomtest(gains, gains + losses).pvalue if gains + losses else 1.0


def contrasts_table(
    grid: Grid, settings: StatisticsSettings, primary: bool = True, runs: Runs = ONE_RUN
) -> pd.DataFrame:
    """Every contrast of the settings, by scorer, at each temperature, on the mean over them, and at any temperature.

    A question's difference is that of its shares of right completions. Intervals and p take families as the units; p is
    of the sign-flip permutation. At any temperature of T1, which is the post's protocol, they take questions one by
    one, and p is McNemar's exact one (`interval` and `procedure` say so). The other tests are not the post's: on them
    families are the units there too. Interval and p are computed apart and may disagree where few questions differ;
    both stand in the table. Holm's correction (Holm 1979) is over the contrasts of one scorer at one `at`; the primary
    contrast, which was named beforehand, has none. Only the test T1 has a primary one.

    Where an entry has several training runs, a question's value is the mean over them, the interval holds their spread
    (`finmath_grpo.statistics.runs`), and p is the larger of the one above and of the one by that interval. In place of
    McNemar's test there is the sign-flip permutation over questions: of three runs one is enough to gain a question
    that the base missed, so that gains and losses of a mean are no flips of a fair coin.
    """
    if not settings.contrasts:  # one model alone
        return pd.DataFrame(columns=list(CONTRAST_COLUMNS))
    shares = {scorer: shares_by_at(grid, scorer) for scorer in SCORERS}
    rows, samples = [], []
    for trained, base in settings.contrasts:
        for scorer in SCORERS:
            for at, by_model in shares[scorer].items():
                values = dict(zip(grid.models, by_model, strict=True))
                high, low = (of_entry(values, runs, entry).mean for entry in (trained, base))
                first = primary and (trained, base) == settings.contrasts[0] and scorer == "numeric" and at == "mean"
                rows.append(
                    {
                        "trained": trained,
                        "base": base,
                        "scorer": scorer,
                        "at": at,
                        "role": "primary" if first else "secondary",
                        "n": len(grid.questions),
                        "trained_accuracy": high.mean(),
                        "base_accuracy": low.mean(),
                    }
                )
                samples.append(of_contrast(values, runs, trained, base))
    differences = np.column_stack([sample.mean for sample in samples])
    table = pd.DataFrame(rows)
    single = Families.single(len(grid.questions))
    of_post = (table["at"] == "any").to_numpy() & primary
    paired = of_post & np.array([not sample.drawn for sample in samples])
    table["difference"] = differences.mean(axis=0)
    asked = completions_at(grid, table["at"])
    ends = [difference_interval(units, differences, settings.confidence, asked) for units in (single, grid.families)]
    table["low"], table["high"] = (np.where(of_post, *pair) for pair in zip(*ends, strict=True))
    table["interval"] = np.where(of_post, "t, questions", f"t, {grid.families.unit}")
    table["procedure"] = np.where(paired, "mcnemar", "sign-flip")
    # A tie over runs or temperatures may be 1e-17 by the order of sums.
    signs = np.sign(np.round(differences, 12))
    table["gains"], table["losses"] = (signs > 0).sum(axis=0), (signs < 0).sum(axis=0)
    exact = [mcnemar_p(gains, losses) for gains, losses in zip(table["gains"], table["losses"], strict=True)]
    alone, together = (
        sign_flip_p(units, differences, settings.bootstrap_draws, settings.seed + 1)
        for units in (single, grid.families)
    )
    table["p"] = np.select([paired, of_post], [exact, alone], together)
    over_runs(table, [single if post else grid.families for post in of_post], samples, settings.confidence, asked)
    table["p_holm"] = holm(table, table["role"] == "primary", ["scorer", "at"])
    return table[list(CONTRAST_COLUMNS)]


def holm(table: pd.DataFrame, primary: pd.Series, alike: list[str]) -> pd.Series:
    """p corrected by Holm over the rows that have the same values in the columns `alike`.

    The rows where `primary` is true are in no correction, and get NaN.
    """
    corrected = pd.Series(np.nan, index=table.index)
    for _, tests in table[~primary].groupby(alike):
        corrected[tests.index] = multipletests(tests["p"], method="holm")[1]
    return corrected


def minimum_detectable_difference(
    sd: float, questions: int, alike: float = np.inf, families: float = np.inf, completions: float = 1
) -> float:
    """The smallest true difference that a paired test of `questions` differences of spread `sd` finds.

    Two-sided at 5 %, found four times in five: (z(0.975) + z(0.8)) · sd / √questions (Miller 2024, arXiv 2411.00640).
    Where the spread comes from few families, as many as if `alike`, of `families` with `completions` per question, the
    error holds what the intervals add then.
    """
    error = np.sqrt(sd**2 / questions + help_for_few(np.array(alike), families, completions) / questions**2)
    return float((norm.ppf(1 - SIGNIFICANCE / 2) + norm.ppf(POWER)) * error)


def power_table(grid: Grid, contrasts: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Minimum detectable difference of each contrast for the questions and samples at hand, and for others.

    By the numeric scorer on the mean over temperatures. The variance of a question's difference is what the questions
    differ in truly, plus what the sampling of completions adds, which falls with the number of samples; both are
    estimated from the data. Sampling is that of the difference: the two models answer with the same seeds, so their
    completions are no independent draws. With one sample each, temperatures stand in for samples. `sd` counts families
    as units: that of questions by themselves which would give the same standard error. One family has no spread, and
    no row.
    """
    correct = grid.correct["numeric"].astype(float)
    _, temperatures, questions, samples = grid.shape
    index = {model: place for place, model in enumerate(grid.models)}
    count = grid.families.count
    rows = []
    for trained, base in contrasts if count > 1 else ():
        differences = correct[index[trained]] - correct[index[base]]  # (temperatures, questions, samples)
        if samples > 1:
            sampling = differences.var(axis=2, ddof=1).mean() / temperatures
        else:
            sampling = differences[..., 0].var(axis=0, ddof=1).mean() / temperatures if temperatures > 1 else 0.0
        by_question = differences.mean(axis=(0, 2))
        squares = grid.families.sums((by_question - by_question.mean())[:, None]) ** 2
        spread = count / (count - 1) * squares.sum() / questions
        alike = float(alike_families(squares)[0])
        true = max(0.0, spread - sampling / samples)
        for asked in sorted({questions, 100, 200, 400, 1000}):
            for drawn in sorted({samples, 1, 4, 16, 64}):
                at_hand = (asked, drawn) == (questions, samples)
                sd = np.sqrt(true + sampling / drawn)
                more = asked / questions
                found = minimum_detectable_difference(sd, asked, alike * more, count * more, temperatures * drawn)
                rows.append((trained, base, "numeric", "mean", asked, drawn, int(at_hand), sd, found))
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS))


def completions_at(grid: Grid, at: Iterable[str]) -> np.ndarray:
    """Of how many completions per question the shares of :func:`shares_by_at` are: one for right or not at any."""
    _, temperatures, _, samples = grid.shape
    return np.array([{"any": 1, "mean": temperatures * samples}.get(where, samples) for where in at])


def shares_by_at(grid: Grid, scorer: str) -> dict[str, np.ndarray]:
    """Share of right completions by question, (models, questions): at each temperature, their mean, and at any."""
    means = grid.correct[scorer].mean(axis=3)
    shares = {temperature_name(t): means[:, place] for place, t in enumerate(grid.temperatures)}
    return {**shares, "mean": means.mean(axis=1), "any": grid.any_temperature(scorer).astype(float)}
