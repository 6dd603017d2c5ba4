"""Intervals and tests by random draws over questions.

Questions are what was sampled from the course, so they are the units; the completions of a question stay together
(Miller 2024, arXiv 2411.00640, calls these clustered errors). All statistics are means over questions of a number a
question, so a bootstrap draw is a vector of weights, and every row of every table shares the same draws.
"""

import numpy as np

_CHUNK = 256  # columns of draws held at once: 20 MB for 10,000 draws


def question_weights(questions: int, draws: int, seed: int) -> np.ndarray:
    """The bootstrap draws of `questions` questions (Efron 1979): (draws, questions), each row sums to 1."""
    counts = np.random.default_rng(seed).multinomial(questions, np.full(questions, 1 / questions), size=draws)
    return counts / questions


def bootstrap_interval(weights: np.ndarray, values: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals for the means over questions of `values`, (questions, columns).

    `weights` is (draws, questions), from `question_weights`. Returns low and high, each (columns,). Where all questions
    have the same value there is nothing to draw from and the interval is that point; see `accuracy_interval`.
    """
    tail = (1 - confidence) / 2
    low, high = np.empty(values.shape[1]), np.empty(values.shape[1])
    for start in range(0, values.shape[1], _CHUNK):
        chunk = slice(start, start + _CHUNK)
        low[chunk], high[chunk] = np.quantile(values[:, chunk].T @ weights.T, [tail, 1 - tail], axis=1)
    # What is 0 on paper may be 1e-18 by the order of sums, and verdicts ask for the sign.
    return np.round(low, 12), np.round(high, 12)


def sign_flip_p(differences: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Two-sided p of the paired permutation test (Fisher 1935) that each column's mean is 0.

    `differences` is (questions, columns): the trained model less the base, a question a row. If the two were alike,
    each question's difference could as well have the other sign. The observed signs count as a draw (Phipson and
    Smyth 2010), so p is never 0.
    """
    questions = len(differences)
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, questions)) * 2.0 - 1
    observed = np.abs(differences.sum(axis=0))
    extreme = np.zeros(differences.shape[1])
    for start in range(0, differences.shape[1], _CHUNK):
        chunk = slice(start, start + _CHUNK)
        # Sums that are equal on paper may differ in the last bits.
        extreme[chunk] = (np.abs(signs @ differences[:, chunk]) >= observed[chunk] - 1e-9).sum(axis=0)
    return (1 + extreme) / (1 + draws)
