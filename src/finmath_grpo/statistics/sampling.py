"""What more completions of a question buy: one of k right (pass@k), or the most common of k answers (maj@k)."""

from collections.abc import Sequence
from functools import cache
from math import comb

import numpy as np
import pandas as pd

from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import share_interval
from finmath_grpo.statistics.tables import temperature_name


def pass_at_k(correct: np.ndarray, n: int, k: int) -> np.ndarray:
    """Chance that one of k completions is right, without bias, from `correct` right ones of n.

    1 - C(n - c, k) / C(n, k): the share of all choices of k that hold a right one (Chen et al. 2021, arXiv 2107.03374).
    """
    table = np.array([1 - comb(n - right, k) / comb(n, k) for right in range(n + 1)])
    chances: np.ndarray = table[correct]
    return chances


def any_of_k_temperatures(shares: np.ndarray, k: int) -> np.ndarray:
    """Chance that one of k completions is right, each at another temperature, from shares of right ones.

    `shares` is (temperatures, …); the mean over all choices of k temperatures. With k as many as there are, and one
    completion at each, this is the post's "right at any temperature". The mean of the chance that all fail is an
    elementary symmetric polynomial of the shares of failure, built up one temperature at a time.
    """
    all_fail = np.zeros((k + 1, *shares.shape[1:]))
    all_fail[0] = 1
    for share in shares:
        all_fail[1:] += all_fail[:-1] * (1 - share)
    chances: np.ndarray = 1 - all_fail[k] / comb(len(shares), k)
    return chances


def vote(right: int, others: Sequence[int]) -> float:
    """The points of a vote in which the right answer has `right` votes and each other one of `others`; ties share."""
    most = max(others, default=0)
    if right == 0 or right < most:
        return 0.0
    return 1 / (1 + sum(count == right for count in others))


@cache
def majority_at_every_k(right: int, others: tuple[int, ...], silent: int) -> tuple[float, ...]:
    """Chance that the right answer wins the vote of k completions, over all choices of k, for k from 1 to all.

    Of the completions `right` have the right answer, `others` counts each wrong answer (sorted, so that alike questions
    share the work), and `silent` have none, which don't vote. Answers that tie for first share the point. Exact: for v
    votes for the right answer, it counts the choices in which no other answer has more than v, by how many have v too.
    """
    wrong = silent + sum(others)
    won = np.zeros(right + wrong + 1)
    for votes in range(1, right + 1):
        # ways[t][s]: choices of s wrong or silent completions in which t wrong answers tie with the right one.
        ways = np.zeros((len(others) + 1, wrong + 1))
        ways[0, : silent + 1] = [comb(silent, size) for size in range(silent + 1)]
        for count in others:
            grown = np.zeros_like(ways)
            for size in range(min(count, votes) + 1):
                tied = int(size == votes)
                grown[tied:, size:] += comb(count, size) * ways[: len(ways) - tied, : wrong + 1 - size]
            ways = grown
        shared = (ways / np.arange(1, len(ways) + 1)[:, None]).sum(axis=0)
        won[votes : votes + wrong + 1] += comb(right, votes) * shared
    return tuple(won[k] / comb(right + wrong, k) for k in range(1, right + wrong + 1))


def vote_counts(answers: np.ndarray, right: np.ndarray) -> list[tuple[int, tuple[int, ...], int]]:
    """The votes of each question: right answers, counts of each wrong answer, and completions without a number.

    `answers` is (questions, completions): a code for each number, -1 for none; `right` says which are the value.
    """
    missed, spoken = right == 0, answers >= 0
    # One sort for all questions: a code of question and answer together.
    base = int(answers.max(initial=0)) + 1
    voted = (np.arange(len(answers))[:, None] * base + answers)[missed & spoken]
    codes, votes = np.unique(voted, return_counts=True)
    by_question = np.split(votes, np.searchsorted(codes, base * np.arange(1, len(answers))))
    hits, silent = right.sum(axis=1), (missed & ~spoken).sum(axis=1)
    return [
        (int(hit), tuple(sorted(others.tolist())), int(none))
        for hit, others, none in zip(hits, by_question, silent, strict=True)
    ]


def answer_codes(grid: Grid) -> np.ndarray:
    """A code for the number in each completion's answer, read as Turkish, -1 for none; in the shape of the grid."""
    codes, numbers = pd.factorize(grid.rows["number"])
    silent = np.flatnonzero(numbers == "")
    return np.where(np.isin(codes, silent), -1, codes).reshape(grid.shape)


def sampling_table(grid: Grid, confidence: float) -> pd.DataFrame:
    """pass@k, maj@k and any-of-k-temperatures by model, with intervals.

    Measures: `pass` and `majority` at a temperature, and their mean over temperatures (`at` is `mean`);
    `any_temperature` (one completion at each of k temperatures), and `pooled_majority`, one vote over k completions of
    all temperatures: the first at each, or all (`at` is `mean` too). Majorities are by the numeric scorer: votes are
    numbers.
    """
    _, temperatures, _, samples = grid.shape
    codes = answer_codes(grid)
    rows, columns = [], []

    ats = [temperature_name(temperature) for temperature in grid.temperatures]

    def add(model: str, scorer: str, measure: str, at: str, k: int, values: np.ndarray) -> None:
        rows.append((model, scorer, measure, at, k))
        columns.append(values)

    for place, model in enumerate(grid.models):
        for scorer in SCORERS:
            correct = grid.correct[scorer][place]
            for k in range(1, samples + 1):
                passes = pass_at_k(correct.sum(axis=2), samples, k)
                for at, values in zip(ats, passes, strict=True):
                    add(model, scorer, "pass", at, k, values)
                add(model, scorer, "pass", "mean", k, passes.mean(axis=0))
            for k in range(1, temperatures + 1):
                add(model, scorer, "any_temperature", "mean", k, any_of_k_temperatures(correct.mean(axis=2), k))
        right = grid.correct["numeric"][place]
        votes = [vote_counts(codes[place, t], right[t]) for t in range(temperatures)]
        curves = np.array([[majority_at_every_k(*count) for count in counts] for counts in votes])
        for k in range(1, samples + 1):
            majorities = curves[:, :, k - 1]
            for at, values in zip(ats, majorities, strict=True):
                add(model, "numeric", "majority", at, k, values)
            add(model, "numeric", "majority", "mean", k, majorities.mean(axis=0))
        for pooled in sorted({1, samples}):
            answers = np.moveaxis(codes[place, :, :, :pooled], 0, 1).reshape(len(grid.questions), -1)
            hits = np.moveaxis(right[:, :, :pooled], 0, 1).reshape(len(grid.questions), -1)
            values = np.array([vote(*count[:2]) for count in vote_counts(answers, hits)])
            add(model, "numeric", "pooled_majority", "mean", temperatures * pooled, values)

    table = pd.DataFrame(rows, columns=["model", "scorer", "measure", "at", "k"])
    values = np.column_stack(columns)
    table["value"] = values.mean(axis=0)
    table["low"], table["high"] = share_interval(grid.families, values, confidence)
    table["interval"] = f"wilson, {grid.families.unit}"
    return table
