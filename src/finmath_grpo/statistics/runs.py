"""Several training runs of an entry: what the spread over runs adds to an interval over questions.

Runs and families of questions are crossed: each run answers all questions. The mean over both has an error from the
families that were drawn, and one from the runs. The first is that of the mean over runs, as for one run
(`finmath_grpo.statistics.intervals`). The second is estimated from the spread of the run means, less what of it the
families explain (the interaction, as in the analysis of readers and cases: Hillis 2007), never below 0. Student's t has
R - 1 degrees of freedom for it, 2 for three runs: t is 4.3. The two parts are added as squares (the method of variance
estimates recovery: Zou and Donner 2008). `python benchmarks/coverage.py` prints how often these intervals hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import Ends, difference_error


@dataclass(frozen=True)
class Runs:
    """The models of each entry that has two or more training runs: one per run."""

    by_entry: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Its models, the first run first, each with the model that the run made. A merged model and its unmerged adapter
    are of one run, which made the merged one."""

    def models(self, entry: str) -> list[str]:
        """The models of an entry; an entry with one run is a model."""
        return list(self.by_entry.get(entry, [entry]))

    @property
    def further(self) -> set[str]:
        """The models of all runs but the first of their entries."""
        return {model for models in self.by_entry.values() for model in list(models)[1:]}

    def paired(self, first: str, second: str) -> bool:
        """Whether two entries are of the same runs, in the same order: one merged, one not."""
        a, b = (list(self.by_entry.get(entry, {}).values()) for entry in (first, second))
        return bool(a) and a == b


ONE_RUN = Runs()
"""Every model was trained once."""


@dataclass(frozen=True)
class Sample:
    """A value of an entry, or of a contrast of two, on each question, by run."""

    mean: np.ndarray
    """Over runs: (questions,)."""
    drawn: tuple[np.ndarray, ...]
    """What was drawn independently, each (runs, questions) with two runs or more: the run means of these vary."""


def of_entry(values: Mapping[str, np.ndarray], runs: Runs, entry: str) -> Sample:
    """An entry's values. `values` holds (questions,) by model."""
    by_run = np.stack([values[model] for model in runs.models(entry)])
    return Sample(by_run.mean(axis=0), (by_run,) if len(by_run) > 1 else ())


def of_contrast(values: Mapping[str, np.ndarray], runs: Runs, trained: str, base: str) -> Sample:
    """The difference of two entries. The same runs are paired, all others independent."""
    high, low = of_entry(values, runs, trained), of_entry(values, runs, base)
    if runs.paired(trained, base):
        return Sample(high.mean - low.mean, (high.drawn[0] - low.drawn[0],))
    return Sample(high.mean - low.mean, (*high.drawn, *low.drawn))


def excess(families: Families, by_run: np.ndarray) -> float:
    """The variance that runs add to the mean of `by_run`, (runs, questions), over what families explain; 0 or more."""
    runs, questions = by_run.shape
    means = by_run.mean(axis=1)
    spread = means.var(ddof=1) / runs
    if families.count < 2:
        return float(spread)
    rest = by_run - by_run.mean(axis=0) - (means - means.mean())[:, None]
    sums = families.sums(rest.T)
    interaction = families.count / (families.count - 1) * (sums**2).sum() / questions**2 / (runs - 1) / runs
    # What is 0 on paper may be 1e-36.
    return max(0.0, round(float(spread - interaction), 15))


def widened(
    ends: Ends, mean: np.ndarray, samples: Sequence[Sample], units: Families, confidence: float, least: float = -1
) -> Ends:
    """Intervals over families of the means `mean`, (columns,), made to hold the spread over runs, one sample each.

    `least` is the smallest value that a mean can have; the largest is 1. What comes from one run stays as it is.
    """
    quantile = 0.5 + confidence / 2
    added = np.array([sum(v * stdtrit(df, quantile) ** 2 for v, df in _parts(units, sample)) for sample in samples])
    low, high = (np.where(added > 0, np.sqrt((end - mean) ** 2 + added), np.abs(end - mean)) for end in ends)
    return np.round(np.maximum(mean - low, least), 12), np.round(np.minimum(mean + high, 1), 12)


def difference_p(units: Families, sample: Sample, completions: float = 1) -> float:
    """Two-sided p that a difference is 0: one less the confidence at which its interval ends at 0, by bisection."""
    if units.count < 2:
        return 1.0
    mean = float(sample.mean.mean())
    centre, error = (float(part[0]) for part in difference_error(units, sample.mean[:, None], completions))
    parts = _parts(units, sample)
    low, high = 0.0, 1.0
    for _ in range(50):
        p = (low + high) / 2
        half = abs(mean - centre) + -stdtrit(units.count - 1, p / 2) * error
        if half**2 + sum(v * stdtrit(df, p / 2) ** 2 for v, df in parts) > mean**2:
            low = p
        else:
            high = p
    return high


def over_runs(
    table: pd.DataFrame,
    units: Sequence[Families],
    samples: Sequence[Sample],
    confidence: float,
    completions: np.ndarray,
) -> None:
    """Make the intervals and p of a table of differences hold the spread over runs, in the rows that have any.

    Changes `low`, `high`, `interval`, `p` and, where there is one, `procedure`. There are one unit, one sample
    and one number of completions per row, and the sample's mean is the row's difference.
    """
    several = np.array([bool(sample.drawn) for sample in samples])
    low, high, p = (table[column].to_numpy(float, copy=True) for column in ("low", "high", "p"))
    for unit in {id(unit): unit for unit in units}.values():
        places = [place for place in np.flatnonzero(several).tolist() if units[place] is unit]
        chosen = [samples[place] for place in places]
        means = np.array([sample.mean.mean() for sample in chosen])
        low[places], high[places] = widened((low[places], high[places]), means, chosen, unit, confidence)
        asked = completions[places]
        by_runs = [difference_p(unit, sample, often) for sample, often in zip(chosen, asked, strict=True)]
        p[places] = np.maximum(p[places], by_runs)
    table["low"], table["high"], table["p"] = low, high, p
    table.loc[several, "interval"] += " and runs"
    if "procedure" in table:
        table.loc[several, "procedure"] += "; t over runs"


def _parts(units: Families, sample: Sample) -> list[tuple[float, int]]:
    """Each independent variance from runs with its degrees of freedom."""
    return [(excess(units, drawn), len(drawn) - 1) for drawn in sample.drawn]
