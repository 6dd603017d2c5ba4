"""How often each interval of the tables holds the truth: `python benchmarks/coverage.py`.

5,000 simulated tests of 100 questions in families, as the intervals see them: the chance of a right completion differs
from question to question (a beta law), questions of a family are alike (correlation 0.55 of what lies behind), and so
are two models (0.8 and 0.97). Nominal is 95 %. Families: 65 as in the test of `small`, 25 as in T2, 8 as in `smoke`.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import betaincinv
from scipy.stats import norm

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from finmath_grpo.statistics.agreement import fleiss_kappa, kappa_interval
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import (
    difference_interval,
    share_interval,
    wilson_interval,
)
from finmath_grpo.statistics.reward_facts import block_means
from finmath_grpo.statistics.runs import Sample, widened

SIMULATIONS, CONFIDENCE, ASKED = 5_000, 0.95, 93.5
SIZES = {
    65: np.array([4] * 2 + [3] * 4 + [2] * 21 + [1] * 38),
    25: np.full(25, 4),
    8: np.array([13] * 4 + [12] * 4),
}
"""How many questions each family has, by the number of families."""
ACCURACIES = (0.01, 0.02, 0.05, 0.1, 0.34, 0.97)
DIFFERENCES = ((0.01, 0.01), (0.01, 0.02), (0.02, 0.03), (0.05, 0.08), (0.1, 0.15), (0.34, 0.49), (0.97, 0.98))
COMPLETIONS = (1, 4, 8, 40, 80)
FAMILY, MODELS = 0.55, (0.8, 0.97)
RUNS, SPREADS = (2, 3, 5), (0.0, 0.02, 0.04)
"""Training runs, and the standard deviation of their accuracies."""
OF_RUNS = 4
"""Completions per question of a training run."""
OF_DIFFERENCE = partial(difference_interval, completions=OF_RUNS)
_STEPS = np.linspace(0, 1, 20_001)[1:-1]


class World:
    """Questions in families, and models that answer them."""

    def __init__(self, families: int, seed: int) -> None:
        self.codes = np.repeat(np.arange(families), SIZES[families])
        self.families = Families(self.codes, families)
        self.rng = np.random.default_rng(seed)

    def latent(self, family: float = FAMILY, simulations: int = SIMULATIONS) -> np.ndarray:
        """Normal numbers, alike within a family: (questions, simulations)."""
        shared = self.rng.normal(size=(self.families.count, simulations))[self.codes]
        own = self.rng.normal(size=(len(self.codes), simulations))
        return np.sqrt(family) * shared + np.sqrt(1 - family) * own

    def answers(self, latent: np.ndarray, accuracy: float, completions: int) -> np.ndarray:
        """Shares of right completions: the chance at a question is of the beta law of this mean, a + b = 1."""
        chances = np.interp(norm.cdf(latent), _STEPS, betaincinv(accuracy, 1 - accuracy, _STEPS))
        return self.rng.binomial(completions, chances) / completions

    def runs(self, base: np.ndarray, number: int, accuracy: float, spread: float) -> np.ndarray:
        """Completions per question of `number` runs of a model: (runs, questions, simulations).

        The accuracy of a run is drawn from 20 levels, normal scores of the standard deviation `spread`.
        """
        scores = norm.ppf((np.arange(20) + 0.5) / 20)
        levels = accuracy + spread * scores / scores.std()
        common = self.latent()
        answers = np.zeros((number, *base.shape))
        for run in range(number):
            latent = 0.8 * base + np.sqrt(1 - 0.8**2) * np.sqrt(0.5) * (common + self.latent())
            drawn = self.rng.integers(0, 20, size=base.shape[1])
            for level, value in enumerate(levels):
                answers[run][:, drawn == level] = self.answers(latent[:, drawn == level], value, OF_RUNS)
        return answers


def held(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    """Percent of the intervals that hold the truth."""
    return 100 * float(np.mean((low <= truth + 1e-12) & (truth - 1e-12 <= high)))


def accuracies(world: World) -> Iterator[tuple[str, float, float]]:
    for completions in COMPLETIONS:
        for accuracy in ACCURACIES:
            values = world.answers(world.latent(), accuracy, completions)
            low, high = share_interval(world.families, values, CONFIDENCE)
            yield (
                f"accuracy, {completions} completions, {100 * accuracy:g} %",
                held(low, high, accuracy),
                (high - low).mean(),
            )


def differences(world: World) -> Iterator[tuple[str, float, float]]:
    for completions in COMPLETIONS:
        for before, after in DIFFERENCES:
            for alike in MODELS:
                first = world.latent()
                second = alike * first + np.sqrt(1 - alike**2) * world.latent()
                change = world.answers(second, after, completions) - world.answers(first, before, completions)
                low, high = difference_interval(world.families, change, CONFIDENCE, completions)
                name = f"difference, {completions} completions, {100 * before:g} to {100 * after:g} %, models {alike:g}"
                yield name, held(low, high, after - before), (high - low).mean()


def single(world: World) -> Iterator[tuple[str, float, float]]:
    """The post's protocol: questions one by one, and for a world where they are."""
    for accuracy in ACCURACIES:
        marks = world.answers(world.latent(0), accuracy, 1)
        low, high = wilson_interval(marks.sum(axis=0), len(marks), CONFIDENCE)
        yield f"wilson, questions, {100 * accuracy:g} %", held(low, high, accuracy), (high - low).mean()


def kappas(world: World) -> Iterator[tuple[str, float, float]]:
    """Fleiss' kappa of four models; the truth is that of many questions."""

    def marks(simulations: int, accuracy: float, alike: float) -> np.ndarray:
        common = world.latent(simulations=simulations)
        models = [np.sqrt(alike) * common + np.sqrt(1 - alike) * world.latent(simulations=simulations) for _ in "1234"]
        return np.stack(models) < norm.ppf(accuracy)

    for accuracy in (0.1, 0.34, 0.6):
        for alike in (0.5, 0.85):
            truth = fleiss_kappa(marks(2_000, accuracy, alike).reshape(4, -1))
            found = [
                kappa_interval(fleiss_kappa, one.astype(int), world.families, CONFIDENCE)
                for one in np.moveaxis(marks(SIMULATIONS // 10, accuracy, alike), 2, 0)
            ]
            low, high = np.array(found).T
            name = f"kappa, {100 * accuracy:g} %, {truth:.2f} ({SIMULATIONS // 10} simulations)"
            yield name, held(low, high, truth), np.nanmean(high - low)


def runs(world: World) -> Iterator[tuple[str, float, float]]:
    """Several training runs, crossed with families: accuracy, and differences of which one or both sides have runs.

    A run has an accuracy of its own, and half of what sets it off from its base at a question is its own."""
    for number in RUNS:
        for before, after in ((0.1, 0.15), (0.34, 0.49)):
            for spread in SPREADS:
                base = world.latent()
                trained = world.runs(base, number, after, spread)
                again = world.runs(base, number, before, spread)
                once = world.answers(base, before, OF_RUNS)
                end = f"{number} runs, {100 * after:g} %, runs differ by {100 * spread:g}"
                yield f"accuracy, {end}", *_over_runs(world, trained.mean(axis=0), (trained,), after, share_interval, 0)
                change = trained.mean(axis=0) - once
                yield f"difference, {end}", *_over_runs(world, change, (trained,), after - before)
                change = trained.mean(axis=0) - again.mean(axis=0)
                yield f"difference, both, {end}", *_over_runs(world, change, (trained, again), after - before)


def _over_runs(
    world: World,
    values: np.ndarray,
    drawn: tuple[np.ndarray, ...],
    truth: float,
    interval: Callable[..., tuple[np.ndarray, np.ndarray]] = OF_DIFFERENCE,
    least: float = -1,
) -> tuple[float, float]:
    """Coverage and mean width; `values` is (questions, simulations), `drawn` (runs, questions, simulations) each."""
    ends = interval(world.families, values, CONFIDENCE)
    samples = [Sample(values[:, one], tuple(part[:, :, one] for part in drawn)) for one in range(values.shape[1])]
    low, high = widened(ends, values.mean(axis=0), samples, world.families, CONFIDENCE, least)
    return held(low, high, truth), float((high - low).mean())


def curves() -> Iterator[tuple[str, float, float]]:
    """Means of a training curve: neighbouring steps are correlated (0.3)."""
    rng = np.random.default_rng(7)
    for steps in (20, 60, 442):
        noise = rng.normal(size=(SIMULATIONS // 5, steps))
        for step in range(1, steps):
            noise[:, step] = 0.3 * noise[:, step - 1] + np.sqrt(1 - 0.3**2) * noise[:, step]
        tail = (1 - CONFIDENCE) / 2
        ends = np.array([np.quantile(block_means(row, 500, rng), [tail, 1 - tail]) for row in noise])
        name = f"training curve, mean of {steps} steps ({SIMULATIONS // 5} simulations)"
        yield name, held(ends[:, 0], ends[:, 1], 0.0), (ends[:, 1] - ends[:, 0]).mean()


def main() -> None:
    started = time.process_time()
    found: dict[str, list[float]] = {}
    for families in SIZES:
        world = World(families, families)
        print(f"{families} families: percent of intervals that hold the truth, and their mean width")
        kinds = (accuracies, differences, runs, kappas) + ((single,) if families == 65 else ())
        for kind in kinds:
            for name, percent, width in kind(world):
                print(f"  {name:66} {percent:5.1f}  {width:6.3f}{'' if percent >= ASKED else '  below ' + str(ASKED)}")
                found.setdefault(f"{kind.__name__}, {families} families", []).append(percent)
    print("training")
    for name, percent, width in curves():
        print(f"  {name:66} {percent:5.1f}  {width:6.3f}{'' if percent >= ASKED else '  below ' + str(ASKED)}")
    print("of each kind, least, median and most:")
    for name, percents in found.items():
        print(f"  {name:40} {min(percents):5.1f} {np.median(percents):5.1f} {max(percents):5.1f}")
    print(f"{time.process_time() - started:.0f} s of CPU, {len(os.sched_getaffinity(0))} cores")


if __name__ == "__main__":
    main()
