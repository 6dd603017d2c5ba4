"""The interval of a share of completions, where those of a question fall together."""

from collections.abc import Sequence

import numpy as np
from statsmodels.stats.proportion import proportion_confint


def cluster_interval(hits: Sequence[int], completions: Sequence[int], confidence: float) -> tuple[float, float]:
    """Interval of sum(hits) / sum(completions); each entry is one question.

    Wilson's interval for as many independent completions as these are worth: n divided by the design effect (Korn and
    Graubard 1998), which compares the variance between questions (of the ratio, linearised) with the binomial one.
    Completions count for no more than they are; where none or all are hits, each question counts once.
    """
    counts, sizes = np.asarray(hits, float), np.asarray(completions, float)
    counts, sizes = counts[sizes > 0], sizes[sizes > 0]
    n, clusters = sizes.sum(), len(sizes)
    share = counts.sum() / n
    worth = float(clusters)
    if 0 < share < 1 and clusters > 1:
        variance = clusters / (clusters - 1) * ((counts - share * sizes) ** 2).sum() / n**2
        worth = min(n, share * (1 - share) / variance) if variance > 0 else n
    low, high = proportion_confint(share * worth, worth, alpha=1 - confidence, method="wilson")
    return float(low), float(high)
