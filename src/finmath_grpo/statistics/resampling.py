"""Tests by random draws over families of questions (`finmath_grpo.statistics.families`)."""

import numpy as np

from finmath_grpo.statistics.families import Families

_CHUNK = 256  # columns of draws held at once: 20 MB for 10,000 draws


def sign_flip_p(families: Families, differences: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Two-sided p of the paired permutation test (Fisher 1935) that each column's mean is 0.

    `differences` is (questions, columns): the trained model less the base, one row per question. If the two were alike,
    each family's differences could as well have the other sign, all of them together. The observed signs count as a
    draw (Phipson and Smyth 2010), so p is never 0.
    """
    sums = families.sums(differences)
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, families.count)) * 2.0 - 1
    observed = np.abs(sums.sum(axis=0))
    extreme = np.zeros(sums.shape[1])
    for start in range(0, sums.shape[1], _CHUNK):
        chunk = slice(start, start + _CHUNK)
        # Sums that are equal on paper may differ in the last bits.
        extreme[chunk] = (np.abs(signs @ sums[:, chunk]) >= observed[chunk] - 1e-9).sum(axis=0)
    return (1 + extreme) / (1 + draws)
