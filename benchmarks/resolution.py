"""What a test of 100 questions can show, as the tables of docs/statistics.md: `python benchmarks/resolution.py`."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from finmath_grpo.statistics.accuracy import wilson_interval
from finmath_grpo.statistics.contrasts import mcnemar_p, minimum_detectable_difference

QUESTIONS = 100


def intervals() -> None:
    print("| right of 100 | 95 % interval |\n| ---: | --- |")
    for correct in (2, 10, 14, 20, 30, 40):
        low, high = wilson_interval(np.array([correct]), QUESTIONS, 0.95)
        print(f"| {correct} | {100 * low[0]:.1f} to {100 * high[0]:.1f} |")


def pairs() -> None:
    print("\n| questions gained | lost | net | p |\n| ---: | ---: | ---: | ---: |")
    for gains, losses in ((6, 3), (10, 5), (6, 0), (12, 5), (12, 3), (15, 5), (25, 10)):
        print(f"| {gains} | {losses} | {gains - losses:+d} | {mcnemar_p(gains, losses):.3f} |")


def differences() -> None:
    """Two models of 20 % accuracy whose chances at a question vary as Beta(0.5, 2), alike for both but for a spread of
    0.1 around each other; one temperature."""
    rng = np.random.default_rng(0)
    easy = rng.beta(0.5, 2, size=1_000_000)
    noise = 2 * np.mean(easy * (1 - easy))
    print("\n| samples per question | 100 questions | 200 | 400 | 1000 |\n| ---: | ---: | ---: | ---: | ---: |")
    for samples in (1, 4, 16, 64):
        sd = np.sqrt(0.1**2 + noise / samples)
        found = [100 * minimum_detectable_difference(sd, questions) for questions in (100, 200, 400, 1000)]
        print(f"| {samples} | " + " | ".join(f"{points:.1f}" for points in found) + " |")


if __name__ == "__main__":
    intervals()
    pairs()
    differences()
