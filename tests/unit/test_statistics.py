"""Each statistic against brute force, another library, or a simulation whose truth is known."""

from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from garbage import modules_are_no_garbage
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from finmath_grpo.evaluation.scores import READINGS, SCORERS
from finmath_grpo.statistics.accuracy import any_temperature_table
from finmath_grpo.statistics.agreement import cohen_kappa, fleiss_kappa, kappa_interval, panel_table
from finmath_grpo.statistics.contrasts import contrasts_table, holm, mcnemar_p, minimum_detectable_difference
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import (
    difference_interval,
    jackknife_error,
    share_interval,
    wilson_interval,
)
from finmath_grpo.statistics.resampling import sign_flip_p
from finmath_grpo.statistics.reward_facts import block_means
from finmath_grpo.statistics.runs import Runs
from finmath_grpo.statistics.runs_table import runs_table
from finmath_grpo.statistics.sampling import any_of_k_temperatures, majority_at_every_k, pass_at_k, vote, vote_counts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.temperature import across_models, friedman, temperature_table_from_counts

pytestmark = pytest.mark.usefixtures(modules_are_no_garbage.__name__)


class TestPassAtK:
    @pytest.mark.parametrize("n", [1, 2, 5, 7])
    def test_is_the_share_of_choices_with_a_right_one(self, n: int) -> None:
        for right, k in product(range(n + 1), range(1, n + 1)):
            marks = [1] * right + [0] * (n - right)
            choices = [max(choice) for choice in combinations(marks, k)]
            assert pass_at_k(np.array([right]), n, k)[0] == pytest.approx(np.mean(choices))

    def test_is_without_bias_where_one_minus_failure_to_the_k_is_not(self) -> None:
        p, n, k = 0.2, 8, 4
        right = np.random.default_rng(1).binomial(n, p, size=200_000)
        truth = 1 - (1 - p) ** k
        assert pass_at_k(right, n, k).mean() == pytest.approx(truth, abs=0.003)
        assert abs((1 - (1 - right / n) ** k).mean() - truth) > 0.02


class TestMajorityAtK:
    @staticmethod
    def by_counting(right: int, others: tuple[int, ...], silent: int, k: int) -> float:
        """The vote of every choice of k completions, ties shared."""
        votes = ["right"] * right + [f"w{i}" for i, count in enumerate(others) for _ in range(count)] + [None] * silent
        points = 0.0
        for choice in combinations(votes, k):
            counts = {answer: choice.count(answer) for answer in choice if answer is not None}
            first = [answer for answer, count in counts.items() if count == max(counts.values())]
            points += ("right" in first) / max(1, len(first))
        return points / comb(len(votes), k)

    @settings(max_examples=150)
    @given(st.integers(0, 4), st.lists(st.integers(1, 4), max_size=3), st.integers(0, 3), st.data())
    def test_is_the_vote_of_every_choice_with_ties_shared(self, right, others, silent, data) -> None:
        total = right + sum(others) + silent
        if total == 0:
            return
        k = data.draw(st.integers(1, total))
        assert vote(right, others) == pytest.approx(self.by_counting(right, tuple(others), silent, total))
        expected = self.by_counting(right, tuple(others), silent, k)
        assert majority_at_every_k(right, tuple(sorted(others)), silent)[k - 1] == pytest.approx(expected, abs=1e-12)

    def test_one_vote_is_the_accuracy(self) -> None:
        assert majority_at_every_k(3, (1, 2), 2)[0] == pytest.approx(3 / 8)

    def test_a_tie_of_three_gives_a_third(self) -> None:
        assert majority_at_every_k(2, (2, 2), 0)[-1] == pytest.approx(1 / 3) == vote(2, (2, 2))

    def test_completions_with_no_number_do_not_vote(self) -> None:
        assert majority_at_every_k(1, (), 15)[-1] == 1.0 == vote(1, ())
        assert majority_at_every_k(0, (), 16)[-1] == 0.0 == vote(0, ())

    def test_votes_are_counted_by_number(self) -> None:
        answers, right = np.array([[5, 5, 7, -1, 8, 7, 7]]), np.array([[1, 1, 0, 0, 0, 0, 0]])
        assert vote_counts(answers, right) == [(2, (1, 3), 1)]

    def test_a_right_answer_without_a_number_votes_once(self) -> None:
        answers, right = np.array([[-1, 7, -1]]), np.array([[1, 0, 0]])
        assert vote_counts(answers, right) == [(1, (1,), 1)]


@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=3), min_size=1, max_size=5),
    st.data(),
)
def test_any_of_k_temperatures_is_the_mean_over_choices_of_temperatures(shares, data) -> None:
    shares = np.array(shares)
    k = data.draw(st.integers(1, len(shares)))
    expected = np.mean(
        [1 - np.prod(1 - shares[list(chosen)], axis=0) for chosen in combinations(range(len(shares)), k)], 0
    )
    assert any_of_k_temperatures(shares, k) == pytest.approx(expected)


def effective(families: Families, values: np.ndarray) -> float:
    """Of how many families the variance comes."""
    totals = [sum(values[families.codes == f] - values.mean()) ** 2 for f in range(families.count)]
    return sum(totals) ** 2 / sum(total**2 for total in totals)


class TestIntervals:
    @pytest.mark.parametrize("correct", [0, 1, 10, 20, 50, 99, 100])
    def test_wilson_is_scipys(self, correct: int) -> None:
        low, high = wilson_interval(np.array([correct]), 100, 0.95)
        expected = stats.binomtest(correct, 100).proportion_ci(method="wilson")
        assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-12)

    @pytest.mark.parametrize("p", [0.05, 0.2, 0.5])
    def test_wilson_covers_the_truth_as_often_as_it_says(self, p: float) -> None:
        correct = np.arange(101)
        low, high = wilson_interval(correct, 100, 0.95)
        coverage = stats.binom.pmf(correct, 100, p)[(low <= p) & (p <= high)].sum()
        assert 0.93 < coverage < 0.975

    def test_families_of_one_question_each_are_the_questions(self) -> None:
        assert Families.of(["", "", ""]).count == 3 and Families.of(["a", "b"]).unit == "questions"
        assert Families.of(["a", "b", "a", ""]).codes.tolist() == [0, 1, 0, 2]
        chosen = Families.of(["a", "b", "a", "c"]).among(np.array([False, True, False, True]))
        assert (chosen.codes.tolist(), chosen.count) == ([0, 1], 2)

    @pytest.mark.parametrize("names", ["abcdefgh", "aabbbcde"])
    def test_the_variance_is_the_sandwich_of_statsmodels(self, names: str) -> None:
        families = Families.of(list(names))
        values = np.random.default_rng(3).normal(size=len(names)) / 4
        fit = OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": families.codes})
        count, n = families.count, len(values)
        squares = (families.sums((values - values.mean())[:, None]) ** 2).sum() * count / (count - 1) / n**2
        assert squares == pytest.approx(fit.bse[0] ** 2, rel=1e-9)
        low, high = difference_interval(families, values[:, None], 0.95)
        added = 1.0 / (n + 1) ** 2 * min(1, (5 / effective(families, values)) ** 2)
        half = stats.t.ppf(0.975, count - 1) * np.sqrt(squares * (n / (n + 1)) ** 2 + added)
        assert (high[0] - low[0]) / 2 == pytest.approx(half, rel=1e-9)

    def test_what_is_added_to_a_difference_falls_where_many_families_were_asked_often(self) -> None:
        families = Families.of([str(min(place, 64)) for place in range(100)])
        values = np.zeros((100, 1))
        values[:2, 0] = 0.5, -0.5  # two families as if alike: nothing falls for their sake
        quantile = stats.t.ppf(0.975, 64)
        for completions, kept in ((1, 1.0), (80, 80**-0.5 + 5 / 65)):
            low, high = difference_interval(families, values, 0.95, completions)
            expected = quantile * np.sqrt(65 / 64 * 2 * 0.5**2 + kept) / 101
            assert (high[0] - low[0]) / 2 == pytest.approx(expected, rel=1e-9)
        # Of 8 families it hardly falls.
        few = Families.of([str(place % 8) for place in range(100)])
        once, often = (difference_interval(few, 0 * values, 0.95, completions)[1][0] for completions in (1, 80))
        assert 0.8 < often / once < 0.9

    @pytest.mark.parametrize("completions", [1, 80])
    def test_differences_cover_the_truth_where_few_answers_are_right(self, completions: int) -> None:
        # 65 families as in the test of `small`, models of 5 and 8 % that solve much the same questions.
        rng = np.random.default_rng(6)
        families = Families.of([str(place % 65) for place in range(100)])
        shared, own = rng.normal(size=(65, 1500))[families.codes], rng.normal(size=(3, 100, 1500))
        latent = np.sqrt(0.55) * shared + np.sqrt(0.45) * (np.sqrt(0.8) * own[0] + np.sqrt(0.2) * own[1:])
        ranks = stats.norm.cdf(latent)
        chances = [stats.beta.ppf(rank, mean, 1 - mean) for rank, mean in zip(ranks, (0.05, 0.08), strict=True)]
        first, second = (rng.binomial(completions, chance) / completions for chance in chances)
        low, high = difference_interval(families, second - first, 0.95, completions)
        assert 0.935 < np.mean((low <= 0.03) & (high >= 0.03)) < 0.995

    @pytest.mark.parametrize("accuracy", [0.01, 0.05, 0.34, 0.97])
    def test_shares_cover_the_truth_when_questions_of_a_family_are_alike(self, accuracy: float) -> None:
        # 25 families of 4 questions with one chance each, 4 samples: questions taken one by one would not cover.
        rng = np.random.default_rng(4)
        families = Families.of([str(place // 4) for place in range(100)])
        chances = np.repeat(rng.beta(accuracy, 1 - accuracy, size=(25, 2000)), 4, axis=0)
        shares = rng.binomial(4, chances) / 4
        low, high = share_interval(families, shares, 0.95)
        assert np.mean((low <= accuracy) & (accuracy <= high)) > 0.93
        if accuracy == 0.34:
            low, high = share_interval(Families.single(100), shares, 0.95)
            assert np.mean((low <= accuracy) & (accuracy <= high)) < 0.8

    def test_a_share_of_weights_is_that_of_the_questions_with_a_weight(self) -> None:
        rng = np.random.default_rng(5)
        families = Families.of([str(place // 2) for place in range(20)])
        values, weights = rng.random((20, 1)), np.ones((20, 1))
        weights[12:] = 0
        values[12:] = 0
        alone = share_interval(families.among(weights[:, 0] > 0), values[:12], 0.95)
        assert np.array(share_interval(families, values, 0.95, weights)) == pytest.approx(np.array(alone))
        assert np.isnan(share_interval(families, 0 * values, 0.95, 0 * weights)).all()

    def test_one_sample_of_single_questions_has_nearly_wilsons_interval(self) -> None:
        marks = (np.arange(100) < 20)[:, None].astype(float)
        low, high = share_interval(Families.single(100), marks, 0.95)
        expected = stats.binomtest(20, 100).proportion_ci(method="wilson")
        assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=0.002)

    @pytest.mark.parametrize("value", [0.0, 1.0])
    def test_a_model_that_is_always_wrong_or_right_is_not_known_to_be_so(self, value: float) -> None:
        low, high = share_interval(Families.single(100), np.full((100, 1), value), 0.95)
        assert 0.03 < high[0] - low[0] < 0.045 and low[0] <= value <= high[0]

    def test_models_that_never_differ_have_an_interval(self) -> None:
        low, high = difference_interval(Families.single(100), np.zeros((100, 1)), 0.95)
        assert low[0] == -high[0] and 0.015 < high[0] < 0.03

    def test_one_family_tells_nothing(self) -> None:
        one = Families.of(["a"] * 5)
        assert np.array(share_interval(one, np.ones((5, 1)), 0.95))[:, 0].tolist() == [0, 1]
        assert np.array(difference_interval(one, np.zeros((5, 1)), 0.95))[:, 0].tolist() == [-1, 1]
        marks = np.random.default_rng(3).integers(0, 2, size=(4, 5))
        assert np.isnan(kappa_interval(fleiss_kappa, marks, one, 0.95)).all()

    def test_the_jackknife_of_a_mean_is_its_standard_error(self) -> None:
        values = np.random.default_rng(6).normal(size=30)
        found = jackknife_error(Families.single(30), lambda mask: values[mask].mean())
        assert found == pytest.approx(stats.sem(values))

    @pytest.mark.parametrize("steps", [5, 20, 61])
    def test_blocks_of_a_short_run_are_centred(self, steps: int) -> None:
        values = np.linspace(0, 1, steps) ** 2
        draws = block_means(values, 40_000, np.random.default_rng(7))
        assert draws.mean() == pytest.approx(values.mean(), abs=0.004)

    def test_block_bootstrap_is_wider_where_neighbours_are_alike(self) -> None:
        rng = np.random.default_rng(6)
        noise = rng.normal(size=(200, 442))
        alike = np.zeros_like(noise)
        for step in range(1, noise.shape[1]):
            alike[:, step] = 0.5 * alike[:, step - 1] + noise[:, step]
        covered = []
        for series in alike:
            low, high = np.quantile(block_means(series, 500, rng), [0.025, 0.975])
            covered.append(low <= 0 <= high)
        assert 0.85 < np.mean(covered) <= 1.0


class TestTests:
    @pytest.mark.parametrize(("gains", "losses", "p"), [(6, 3, 0.508), (10, 5, 0.302), (12, 3, 0.035), (6, 0, 0.031)])
    def test_mcnemar_is_statsmodels(self, gains: int, losses: int, p: float) -> None:
        assert mcnemar_p(gains, losses) == pytest.approx(mcnemar([[20, gains], [losses, 50]], exact=True).pvalue)
        assert mcnemar_p(gains, losses) == pytest.approx(p, abs=0.001)

    def test_mcnemar_of_models_that_never_differ_is_one(self) -> None:
        assert mcnemar_p(0, 0) == 1.0

    def test_sign_flip_is_the_count_over_all_signs(self) -> None:
        differences = np.array([0.5, 0.25, -0.25, 1.0, 0.0, 0.75, 0.5, -0.5])
        sums = [abs(np.dot(signs, differences)) for signs in product([-1, 1], repeat=8)]
        exact = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)
        assert sign_flip_p(Families.single(8), differences[:, None], 100_000, seed=0)[0] == pytest.approx(
            exact, abs=0.005
        )

    def test_the_sign_of_a_family_is_flipped_as_one(self) -> None:
        differences = np.array([0.5, 0.25, -0.25, 1.0, 0.0, 0.75, 0.5, -0.5])
        sums = [0.75, 0.75, 0.75, 0.0]
        totals = [abs(np.dot(signs, sums)) for signs in product([-1, 1], repeat=4)]
        exact = np.mean(np.array(totals) >= sum(sums) - 1e-9)
        found = sign_flip_p(Families.of(list("aabbccdd")), differences[:, None], 100_000, seed=0)[0]
        assert found == pytest.approx(exact, abs=0.005)

    def test_p_is_uniform_where_nothing_differs(self) -> None:
        rng = np.random.default_rng(7)
        base, trained = (rng.binomial(40, 0.3, size=(100, 1000)) / 40 for _ in range(2))
        p = sign_flip_p(Families.single(100), trained - base, 2000, seed=8)
        assert 0.03 < np.mean(p <= 0.05) < 0.07
        assert stats.kstest(p, "uniform").pvalue > 0.01

    def test_p_finds_a_difference_as_often_as_the_power_says(self) -> None:
        sd, questions = 0.4, 100
        effect = minimum_detectable_difference(sd, questions)
        differences = np.random.default_rng(9).normal(effect, sd, size=(questions, 1000))
        assert np.mean(sign_flip_p(Families.single(questions), differences, 2000, seed=10) <= 0.05) == pytest.approx(
            0.8, abs=0.04
        )

    def test_holm_is_within_a_scorer_and_an_at_and_leaves_the_primary_out(self) -> None:
        table = pd.DataFrame(
            {
                "scorer": ["numeric"] * 5 + ["exact"],
                "at": ["mean"] * 4 + ["any", "mean"],
                "role": ["primary", *["secondary"] * 5],
                "p": [0.04, 0.01, 0.02, 0.04, 0.04, 0.04],
            }
        )
        found = holm(table, table["role"] == "primary", ["scorer", "at"]).tolist()
        assert found == pytest.approx([np.nan, 0.03, 0.04, 0.04, 0.04, 0.04], nan_ok=True)

    def test_temperatures_of_one_sample_are_tested_by_cochrans_q(self) -> None:
        marks = np.random.default_rng(11).binomial(1, [[0.2]] * 4 + [[0.6]], size=(5, 60)).astype(float)
        statistic, p = friedman(marks)
        expected = cochrans_q(marks.T)
        assert (statistic, p) == pytest.approx((expected.statistic, expected.pvalue))

    def test_temperatures_that_never_differ_have_p_one(self) -> None:
        assert friedman(np.full((3, 60), 0.25))[1] == 1.0
        assert across_models("exact", (0.1, 0.5, 1.0), np.full((4, 3), 0.25), 200, 0)["p"] == 1.0

    def test_models_that_rank_temperatures_alike_are_found_by_counting_orders(self) -> None:
        # Three models, three temperatures, all in one order: 6 of the 6³ orders are as extreme.
        accuracy = np.array([[0.1, 0.2, 0.3], [0.0, 0.5, 0.6], [0.2, 0.3, 0.4]])
        row = across_models("exact", (0.1, 0.5, 1.0), accuracy, 100_000, 0)
        assert row["p"] == pytest.approx(6 / 216, abs=0.002)
        assert row["statistic"] == pytest.approx(6.0)

    def test_counts_are_tested_as_a_table(self) -> None:
        correct = np.array([[12, 10, 2], [20, 20, 20]])
        table = temperature_table_from_counts(("a", "b"), (0.1, 0.5, 1.0), correct, 100, 50, 0)
        expected = stats.chi2_contingency([[12, 10, 2], [88, 90, 98]])
        assert table.loc[0, "p"] == pytest.approx(expected.pvalue)
        assert table.loc[0, "best"] == 0.1 and table.loc[0, "worst"] == 1.0


class TestAgreement:
    def test_fleiss_kappa_is_statsmodels(self) -> None:
        marks = np.random.default_rng(12).binomial(1, np.random.default_rng(13).beta(0.5, 1, size=80), size=(4, 80))
        expected = statsmodels_fleiss(np.column_stack([marks.sum(axis=0), 4 - marks.sum(axis=0)]))
        assert fleiss_kappa(marks) == pytest.approx(expected)

    def test_cohens_kappa_is_statsmodels(self) -> None:
        rng = np.random.default_rng(16)
        first = rng.random(90) < 0.4
        second = np.where(rng.random(90) < 0.7, first, rng.random(90) < 0.5)
        table = [[(first & second).sum(), (first & ~second).sum()], [(~first & second).sum(), (~first & ~second).sum()]]
        assert cohen_kappa(np.stack([first, second])) == pytest.approx(
            cohens_kappa(np.array(table), return_results=False)
        )

    def test_the_interval_of_a_kappa_is_a_jackknife_with_two_families_added(self) -> None:
        rng = np.random.default_rng(4)
        families = Families.of([f"f{number // 3}" for number in range(30)])
        marks = (rng.random((4, 30)) < 0.15).astype(int)
        # Twice every question, so that the halves of the second added family are whole.
        columns = [(family, column) for family, column in zip(families.codes, marks.T, strict=True) for _ in "12"]
        columns += [(10, np.ones(4)), (10, np.ones(4)), (11, np.array([0, 1, 0, 1])), (11, np.array([1, 0, 1, 0]))]

        def kappa(chosen: list) -> float:
            counts = np.array([column.sum() for _, column in chosen])
            return statsmodels_fleiss(np.column_stack([counts, 4 - counts]))

        left = [kappa([column for column in columns if column[0] != family]) for family in range(12)]
        half = stats.t.ppf(0.975, 9) * np.sqrt(11 / 12 * np.sum((left - np.mean(left)) ** 2))
        expected = kappa(columns) - half, kappa(columns) + half
        assert kappa_interval(fleiss_kappa, marks, families, 0.95) == pytest.approx(expected)

    def test_models_that_agree_on_all_have_an_interval_below_one(self) -> None:
        marks = np.tile(np.arange(40) % 2, (2, 1))
        low, high = kappa_interval(cohen_kappa, marks, Families.single(40), 0.95)
        assert 0.7 < low < 0.95 and high == 1

    def test_models_that_all_fail_have_no_kappa(self) -> None:
        none = np.zeros((4, 10), dtype=int)
        assert np.isnan(fleiss_kappa(none)) and np.isnan(cohen_kappa(none[:2]))
        table = panel_table({"exact": none}, ("a", "b", "c", "d"), ("a", "b"), Families.single(10), 0.95)
        assert table[["fleiss_kappa", "low", "high"]].isna().all(axis=None) and table["none"].item() == 10


def test_a_tie_over_three_runs_is_neither_gained_nor_lost() -> None:
    # Right at 1 of 10 temperatures, and by the runs at 0, 1 and 2: (0 + 0.1 + 0.2) / 3 is 0.10000000000000002.
    models = ("base", "run", "run-seed1", "run-seed2")
    right = np.zeros((4, 10, 3, 1))
    for model, counts in enumerate([(1, 0, 5), (0, 1, 4), (1, 1, 4), (2, 1, 4)]):
        for question, count in enumerate(counts):
            right[model, :count, question] = 1
    families = Families.of(["a", "b", "c"])
    grid = Grid(models, tuple(np.arange(1, 11) / 10), ("q0", "q1", "q2"), families, pd.DataFrame(), {
        scorer: right for scorer in ("exact", "no_punctuation", "numeric")
    })  # fmt: skip
    runs = Runs({"run": {"run": "run", "run-seed1": "run-seed1", "run-seed2": "run-seed2"}})
    table = contrasts_table(grid, StatisticsSettings(contrasts=[("run", "base")], bootstrap_draws=200), runs=runs)
    row = table[(table["at"] == "mean") & (table["scorer"] == "numeric")].iloc[0]
    assert (row["gains"], row["losses"]) == (1, 1)


def grid_of_one_answer(right: np.ndarray, models: tuple[str, ...], families: list[str]) -> Grid:
    """One temperature and one completion, `right` is (models, questions)."""
    marks = right[:, None, :, None]
    correct = {name: marks for name in (*SCORERS, *READINGS)}
    names = tuple(f"q{place}" for place in range(right.shape[1]))
    return Grid(models, (0.7,), names, Families.of(families), pd.DataFrame(), correct)


def test_at_any_temperature_families_fall_together_in_tests_that_are_not_the_posts() -> None:
    """Twelve families of ten; the trained model gains two whole families: 20 questions, or two draws of one coin."""
    families = [f"f{place // 10}" for place in range(120)]
    right = np.zeros((2, 120))
    right[1, :20] = 1
    right[:, 20:50] = 1
    grid = grid_of_one_answer(right, ("base", "trained"), families)
    one = StatisticsSettings(contrasts=[("trained", "base")], bootstrap_draws=4000)

    def row(primary: bool) -> pd.Series:
        table = contrasts_table(grid, one, primary=primary)
        return table[(table["at"] == "any") & (table["scorer"] == "numeric")].iloc[0]

    post, other = row(primary=True), row(primary=False)
    assert (post["interval"], post["procedure"]) == ("t, questions", "mcnemar")
    assert post["low"] > 0 and post["p"] < 1e-5
    assert (other["interval"], other["procedure"]) == ("t, families", "sign-flip")
    expected = difference_interval(grid.families, (right[1] - right[0])[:, None], 0.95)
    assert (other["low"], other["high"]) == pytest.approx((expected[0][0], expected[1][0]))
    assert other["low"] < 0 and other["p"] == pytest.approx(0.5, abs=0.05)  # of 2 families: (1/2)^2, on two sides

    alone, together = (
        any_temperature_table({"numeric": right}, grid.models, 0.95, units).iloc[1] for units in (None, grid.families)
    )
    assert alone["interval"] == "wilson, questions" and together["interval"] == "wilson, families"
    assert together["high"] - together["low"] > 2.5 * (alone["high"] - alone["low"])

    runs = Runs({"trained": {"trained": "trained", "base": "base"}})
    for of_post, unit in ((True, "questions"), (False, "families")):
        table = runs_table(grid, [], runs, 0.95, of_post=of_post)
        assert set(table.loc[table["at"] == "any", "interval"].str.split(" and").str[0]) == {f"wilson, {unit}"}


def test_gains_and_losses_of_a_mean_over_runs_are_no_flips_of_a_coin() -> None:
    """Ten questions that one of three runs gains weigh less than four that all of them lose."""
    right = np.zeros((4, 40))
    right[0, 10:14] = 1
    for place in range(10):
        right[1 + place % 3, place] = 1
    right[:, 30:] = 1
    models = ("base", "run", "run-seed1", "run-seed2")
    grid = grid_of_one_answer(right, models, [f"f{place}" for place in range(40)])
    runs = Runs({"run": {name: name for name in models[1:]}})
    table = contrasts_table(grid, StatisticsSettings(contrasts=[("run", "base")], bootstrap_draws=20000), runs=runs)
    row = table[(table["at"] == "any") & (table["scorer"] == "numeric")].iloc[0]
    assert (row["gains"], row["losses"], row["procedure"]) == (10, 4, "sign-flip; t over runs")
    differences = right[1:].mean(axis=0) - right[0]
    moved = differences[np.abs(differences) > 1e-9]
    signs = np.array(list(product([-1, 1], repeat=len(moved))))
    exact = (np.abs(signs @ moved) >= abs(moved.sum()) - 1e-9).mean()
    assert row["difference"] < 0 and mcnemar_p(10, 4) < 0.2 < exact
    assert row["p"] >= exact - 0.02
