"""What is known of a paired difference when only margins of the two tables of marks are known.

The post gives, for each model, how many questions were right at each temperature (column sums) and which were right at
any (the rows that are not empty), but not which question was right where. A difference of means is known all the same;
its spread over questions is not. Over all tables that agree with the margins, the spread has a smallest and a largest
value (Manski 2003, Partial Identification of Probability Distributions): the interval of the difference is at least as
wide as with the one, and at most as wide as with the other.

A table of 0 and 1 with row sums x and column sums c exists if, for every k, the k largest of x add up to no more than
the sum of min(c, k) (Gale 1957, Ryser 1957).
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.stats import t as student

from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import difference_interval

Counts = np.ndarray
"""Right answers: by temperature (columns) or by question (rows)."""


def largest_counts(by_temperature: Counts, solved: int) -> Counts:
    """The most uneven counts of right answers of the solved questions, each at least 1, largest first: (solved,).

    All counts that the margins allow are mixtures of the rearrangements of these: the k largest can't add up to more
    than the sum of min(c, k), nor leave less than 1 for each of the others. Raises ValueError if no table has these
    margins.
    """
    total = int(by_temperature.sum())
    k = np.arange(solved + 1)
    most = np.minimum(by_temperature[:, None], k).sum(axis=0)
    if most[-1] != total or total < solved:
        raise ValueError(f"no table has {total} right answers and {solved} solved questions")
    counts: Counts = np.diff(np.minimum(most, total - (solved - k)))
    return counts


def widest_spread(first: tuple[Counts, Counts], second: tuple[Counts, Counts]) -> Counts:
    """Differences of the questions' counts, first less second, with the largest sum of squares: (questions,).

    `first` and `second` are (right answers by temperature, whether each question was solved at any). The sum of squares
    is convex, so that it is largest where both counts are as uneven as can be; of the products x·y that it loses, the
    sum is smallest where the questions that both solved have the smallest counts of either, in opposite order.
    """
    (by_temperature, solved), (by_temperature_2, solved_2) = first, second
    uneven = largest_counts(by_temperature, int(solved.sum()))
    uneven_2 = largest_counts(by_temperature_2, int(solved_2.sum()))
    both = (solved == 1) & (solved_2 == 1)
    shared = int(both.sum())
    counts, counts_2 = np.zeros(len(solved), int), np.zeros(len(solved), int)
    counts[both], counts_2[both] = uneven[len(uneven) - shared :], uneven_2[len(uneven_2) - shared :][::-1]
    counts[(solved == 1) & ~both] = uneven[: len(uneven) - shared]
    counts_2[(solved_2 == 1) & ~both] = uneven_2[: len(uneven_2) - shared]
    return counts - counts_2


def narrowest_spread(first: tuple[Counts, Counts], second: tuple[Counts, Counts]) -> Counts:
    """Differences of the questions' counts, first less second, with the smallest sum of squares: (questions,).

    A flow of least cost: right answers go from the first model's temperatures through questions to the second's, at
    most one from a temperature to a question; what comes in more than goes out costs its square, the d-th answer
    2d - 1. Costs grow, so a linear program finds it, and its corners are whole numbers, as those of every flow.
    """
    (by_temperature, solved), (by_temperature_2, solved_2) = first, second
    for margins in (first, second):
        largest_counts(margins[0], int(margins[1].sum()))
    questions, temperatures = len(solved), len(by_temperature)
    # Variables: answers of the first and of the second model by (temperature, question), then the surplus of each
    # question by its d-th answer, up and down.
    marks = temperatures * questions
    t, q = (axis.ravel() for axis in np.indices((temperatures, questions)))
    ends = np.concatenate([np.tile(solved, temperatures), np.tile(solved_2, temperatures), np.ones(2 * marks)])
    cost = np.concatenate([np.zeros(2 * marks), 2 * t + 1, 2 * t + 1])
    variables = np.arange(4 * marks)
    sums = np.concatenate([t, temperatures + t])  # rows of column sums, for the two models
    balance = np.tile(2 * temperatures + q, 4)  # rows of balance, for the questions
    sign = np.repeat([1, -1, -1, 1], marks)
    equal = coo_array(
        (
            np.concatenate([np.ones(2 * marks), sign]),
            (np.concatenate([sums, balance]), np.concatenate([variables[: 2 * marks], variables])),
        ),
        shape=(2 * temperatures + questions, 4 * marks),
    )
    to = np.concatenate([by_temperature, by_temperature_2, np.zeros(questions)])
    at_least = coo_array(
        (-np.ones(2 * marks), (np.concatenate([q, questions + q]), variables[: 2 * marks])),
        shape=(2 * questions, 4 * marks),
    )
    found = linprog(
        cost,
        A_ub=at_least.tocsr(),
        b_ub=-np.concatenate([solved, solved_2]),
        A_eq=equal.tocsr(),
        b_eq=to,
        bounds=np.column_stack([np.zeros(4 * marks), ends]),
        method="highs-ds",
    )
    if found.status != 0:
        raise ValueError(f"no pair of tables has these margins: {found.message}")
    answers = np.round(found.x[: 2 * marks]).astype(int).reshape(2, temperatures, questions)
    difference: Counts = answers[0].sum(axis=0) - answers[1].sum(axis=0)
    return difference


def of_differences(differences: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Low and high of the interval of a mean of differences, one per question, and the p of Student's t test of it."""
    low, high = difference_interval(Families.single(len(differences)), differences[:, None], confidence)
    if not np.ptp(differences):
        return float(low[0]), float(high[0]), 1.0
    ratio = differences.mean() / (differences.std(ddof=1) / np.sqrt(len(differences)))
    return float(low[0]), float(high[0]), float(2 * student.sf(abs(ratio), len(differences) - 1))
