"""Each statistic against brute force, another library, or a simulation whose truth is known."""

from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from finmath_grpo.statistics.accuracy import share_interval, wilson_interval
from finmath_grpo.statistics.agreement import cohen_draws, fleiss_draws, panel_table
from finmath_grpo.statistics.contrasts import holm, mcnemar_p, minimum_detectable_difference
from finmath_grpo.statistics.resampling import bootstrap_interval, question_weights, sign_flip_p
from finmath_grpo.statistics.reward_facts import block_means
from finmath_grpo.statistics.sampling import any_of_k_temperatures, majority_at_every_k, pass_at_k, vote, vote_counts
from finmath_grpo.statistics.temperature import across_models, friedman, temperature_table_from_counts


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

    @settings(max_examples=150, deadline=None)
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

    def test_bootstrap_covers_the_truth_when_samples_of_a_question_are_alike(self) -> None:
        # Accuracy of a question is Beta(0.5, 2): most are hopeless, some are easy; 4 samples each, 100 questions.
        rng = np.random.default_rng(2)
        weights = question_weights(100, 1000, seed=0)
        shares = rng.binomial(4, rng.beta(0.5, 2, size=(100, 2000))) / 4
        low, high = bootstrap_interval(weights, shares, 0.95)
        assert 0.925 < np.mean((low <= 0.2) & (high >= 0.2)) < 0.97
        # Wilson's interval for 400 completions, as if they were 400 questions, would not.
        naive = wilson_interval(shares.sum(axis=0) * 4, 400, 0.95)
        assert np.mean((naive[0] <= 0.2) & (naive[1] >= 0.2)) < 0.9

    def test_bootstrap_is_scipys_percentile_interval(self) -> None:
        values = np.random.default_rng(3).normal(size=100)
        low, high = bootstrap_interval(question_weights(100, 20_000, seed=4), values[:, None], 0.95)
        other = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=5).confidence_interval
        assert (low[0], high[0]) == pytest.approx((other.low, other.high), abs=0.01)

    def test_a_model_that_is_always_wrong_is_not_known_to_be_so(self) -> None:
        low, high, method = share_interval(question_weights(100, 100, seed=0), np.zeros((100, 1)), 0.95)
        assert low[0] == pytest.approx(0) and high[0] == pytest.approx(0.037, abs=0.001) and method[0] == "wilson"

    def test_draws_are_those_of_the_seed(self) -> None:
        assert (question_weights(50, 20, seed=1) == question_weights(50, 20, seed=1)).all()
        assert (question_weights(50, 20, seed=1) != question_weights(50, 20, seed=2)).any()
        assert question_weights(50, 20, seed=1).sum(axis=1) == pytest.approx(1)

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
        assert sign_flip_p(differences[:, None], 100_000, seed=0)[0] == pytest.approx(exact, abs=0.005)

    def test_p_is_uniform_where_nothing_differs(self) -> None:
        rng = np.random.default_rng(7)
        base, trained = (rng.binomial(40, 0.3, size=(100, 1000)) / 40 for _ in range(2))
        p = sign_flip_p(trained - base, 2000, seed=8)
        assert 0.03 < np.mean(p <= 0.05) < 0.07
        assert stats.kstest(p, "uniform").pvalue > 0.01

    def test_p_finds_a_difference_as_often_as_the_power_says(self) -> None:
        sd, questions = 0.4, 100
        effect = minimum_detectable_difference(sd, questions)
        differences = np.random.default_rng(9).normal(effect, sd, size=(questions, 1000))
        assert np.mean(sign_flip_p(differences, 2000, seed=10) <= 0.05) == pytest.approx(0.8, abs=0.04)

    def test_holm_is_within_a_scorer_and_leaves_the_primary_out(self) -> None:
        table = pd.DataFrame(
            {
                "scorer": ["numeric"] * 4 + ["exact"],
                "role": ["primary", *["secondary"] * 4],
                "p": [0.04, 0.01, 0.02, 0.04, 0.04],
            }
        )
        assert holm(table).tolist() == pytest.approx([np.nan, 0.03, 0.04, 0.04, 0.04], nan_ok=True)

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
        expected = fleiss_kappa(np.column_stack([marks.sum(axis=0), 4 - marks.sum(axis=0)]))
        assert fleiss_draws(np.full((1, 80), 1 / 80), marks)[0] == pytest.approx(expected)

    def test_a_draw_of_questions_is_the_kappa_of_that_sample(self) -> None:
        rng = np.random.default_rng(14)
        marks = rng.binomial(1, 0.4, size=(3, 30))
        weights = question_weights(30, 5, seed=15)
        for draw, weight in zip(fleiss_draws(weights, marks), weights, strict=True):
            sample = np.repeat(marks, np.rint(weight * 30).astype(int), axis=1)
            assert draw == pytest.approx(fleiss_kappa(np.column_stack([sample.sum(axis=0), 3 - sample.sum(axis=0)])))

    def test_cohens_kappa_is_statsmodels(self) -> None:
        rng = np.random.default_rng(16)
        first = rng.random(90) < 0.4
        second = np.where(rng.random(90) < 0.7, first, rng.random(90) < 0.5)
        table = [[(first & second).sum(), (first & ~second).sum()], [(~first & second).sum(), (~first & ~second).sum()]]
        expected = cohens_kappa(np.array(table), return_results=False)
        assert cohen_draws(np.full((1, 90), 1 / 90), first, second)[0] == pytest.approx(expected)

    def test_models_that_all_fail_have_no_kappa(self) -> None:
        weights, none = np.full((1, 10), 0.1), np.zeros((4, 10), dtype=int)
        assert np.isnan(fleiss_draws(weights, none)).all()
        assert np.isnan(cohen_draws(weights, none[0] == 1, none[1] == 1)).all()
        table = panel_table({"exact": none}, ("a", "b", "c", "d"), ("a", "b"), question_weights(10, 50, 0), 0.95)
        assert table[["fleiss_kappa", "low", "high"]].isna().all(axis=None) and table["none"].item() == 10
