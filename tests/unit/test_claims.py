"""The claims: every sentence gets a verdict by its rule, and nothing is supported that was not measured."""

import inspect
import json
import re
from itertools import product
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from garbage import modules_are_no_garbage
from post import LABELS, tables_of_the_post
from stages import run_stage

from finmath_grpo.claims import of_contrasts
from finmath_grpo.claims.by_question import by_question_table
from finmath_grpo.claims.checks import CHECKS
from finmath_grpo.claims.evaluate import evaluate, markdown, read_claims
from finmath_grpo.claims.finding import (
    NOT_COMPARABLE,
    NOT_MEASURED,
    SUPPORTED,
    VERDICTS,
    NotMeasured,
    effect,
    interval,
)
from finmath_grpo.claims.forms_by_question import forms_table
from finmath_grpo.claims.tables import Tables
from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.numerals import signed
from finmath_grpo.rollouts import Rollout
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.grid import Grid
from finmath_grpo.statistics.intervals import difference_interval
from finmath_grpo.statistics.partial_identification import largest_counts, narrowest_spread, widest_spread
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.temperature import temperature_table

pytestmark = pytest.mark.usefixtures(modules_are_no_garbage.__name__)

ROOT = Path(__file__).parents[2]
CLAIMS = ROOT / "data" / "claims.yaml"
MODELS = tuple(LABELS)
FEW = StatisticsSettings(bootstrap_draws=2000)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> list[Path]:
    return tables_of_the_post(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def of_the_post(published) -> list[dict]:
    return evaluate(read_claims(CLAIMS), Tables(published, published=True))


def tables(folder: Path, settings: StatisticsSettings = FEW, published: bool = False, **rows: object) -> Tables:
    """Tables of these rows, written to `folder`."""
    files = []
    for name, content in rows.items():
        files.append(folder / f"{name}.csv")
        pd.DataFrame(content).to_csv(files[-1], index=False)
    return Tables(files, settings, published)


def verdict(check: str, of: Tables, **arguments: object) -> str:
    return CHECKS[check](of, **arguments).verdict


def test_questions_and_families_keep_their_names(tmp_path) -> None:
    names = ["001", "1", "1.0", "NA", "null"]
    rows = {"test": ["t1"] * 5, "question_id": names, "family": ["NA", "nan", "007", "", "7"]}
    read = tables(tmp_path, by_question=rows).rows("by_question")
    assert {name: list(read[name]) for name in rows} == rows


# ---- the list


def test_every_check_states_its_rule_and_is_used() -> None:
    claims = read_claims(CLAIMS)
    assert {claim.check for claim in claims} == set(CHECKS)
    for name, check in CHECKS.items():
        assert name == "not_recorded" or "upported" in (inspect.getdoc(check) or ""), name


def test_the_posts_own_numbers(of_the_post) -> None:
    """What the post's data say of its sentences. A change here is a change of what the project claims."""
    assert {result["id"]: result["verdict"] for result in of_the_post} == {
        "format-reward-rises": "supported",
        "quickly-adapted": "supported",
        "template-at-the-end": "not measured",
        "template-by-reward": "contradicted",
        "base-follows-template-by-reward": "inconclusive",
        "base-follows-template-by-form": "not measured",
        "correctness-unchanged": "supported",
        "length-unchanged": "inconclusive",
        "grpo-above-base-every-temperature": "supported",
        "grpo-above-base-mean": "inconclusive",
        "grpo-learned": "not measured",
        "grpo-learned-new-ideas": "not measured",
        "grpo-within-reach-of-base": "not measured",
        "grpo-above-base-any-temperature": "inconclusive",
        "complex-reward-unnecessary": "not measured",
        "base-math-strong": "contradicted",
        "gemma-dpo-above-gemma": "inconclusive",
        "gemma-dpo-slightly-better-by-signs": "inconclusive",
        "gemma-dpo-learned": "not measured",
        "gemmas-above-llamas-every-temperature": "supported",
        "gemmas-above-llamas-mean": "inconclusive",
        "grpo-closer-to-gemma": "inconclusive",
        "some-temperatures-better": "inconclusive",
        "any-temperature-ranges": "contradicted",
        "sampling-multiple-generations": "not measured",
        "no-punctuation-raises": "supported",
        "models-swap-separators": "not measured",
        "no-punctuation-is-swapping": "not measured",
        "same-questions": "supported",
        "overall-40": "supported",
        "very-difficult-problems": "supported",
        "majority-reaches-union": "not measured",
        "examples-exist": "supported",
        "three-epochs": "supported",
        "six-generations": "supported",
        "labels-mix-separators": "not measured",
        "six-hours": "not measured",
    }


def test_numbers_of_the_post_that_were_worked_out_by_hand(of_the_post) -> None:
    """From published.json and the heatmaps, by counting."""
    found = {result["id"]: result for result in of_the_post}
    assert found["quickly-adapted"]["effect"] == pytest.approx(126 / 1326, abs=1e-5)
    assert "253 of 442 steps" in found["template-by-reward"]["detail"]
    assert "6 solved by llama-grpo only, 3 by llama-base only" in found["examples-exist"]["detail"]
    assert "above at 6 temperatures, equal at 2, below at 2" in found["gemma-dpo-slightly-better-by-signs"]["detail"]
    assert found["three-epochs"]["effect"] == 442 * 3
    assert (found["overall-40"]["effect"], found["very-difficult-problems"]["effect"]) == (0.4, 0.6)
    # The bounds of an independent audit, which let counts be any from 1 to 10, are a little wider: -3.0 to +13.3.
    primary = found["grpo-above-base-mean"]
    assert (primary["low"], primary["high"]) == pytest.approx((-0.030, 0.132), abs=0.002)


def test_a_verdict_comes_with_effect_and_source(published, of_the_post) -> None:
    for result in of_the_post:
        assert result["verdict"] in VERDICTS and result["rule"] and result["quote"]
        if result["verdict"] == NOT_MEASURED:
            assert result["effect"] is None and result["detail"]
            continue
        assert result["effect"] is not None and result["detail"]
        table = next(path for path in published if path.name == result["table"])
        assert result["column"] in pd.read_csv(table).columns
        if result["low"] is not None:
            assert result["low"] <= result["effect"] <= result["high"]


def test_what_is_about_the_posts_data_is_not_comparable_on_a_reproduction(published) -> None:
    claims = read_claims(CLAIMS)
    of_a_run = {result["id"]: result["verdict"] for result in evaluate(claims, Tables(published, FEW))}
    assert {claim.id for claim in claims if of_a_run[claim.id] == NOT_COMPARABLE} == {
        claim.id for claim in claims if claim.scope == "post"
    }
    for name in ("overall-40", "any-temperature-ranges", "gemmas-above-llamas-mean", "correctness-unchanged"):
        assert of_a_run[name] == NOT_COMPARABLE
    assert of_a_run["format-reward-rises"] == SUPPORTED


@pytest.mark.parametrize(
    ("run_counts", "of_contrast", "of_curve"),
    [
        ({"llama-grpo": 1}, "about this run: one training run", "about this run: one training run"),
        (
            {"llama-grpo": 3},
            "over the training runs of llama-grpo (3)",
            "about the first of the training runs of llama-grpo (3)",
        ),
        ({"gemma-dpo": 3}, None, None),
    ],
)
def test_a_statement_about_training_says_of_which_runs(
    run_counts: dict, of_contrast: str | None, of_curve: str | None, published
) -> None:
    results = evaluate(read_claims(CLAIMS), Tables(published, published=True), run_counts)
    found = {result["id"]: result["detail"] for result in results}
    for claim, words in (("grpo-above-base-mean", of_contrast), ("length-unchanged", of_curve)):
        assert found[claim].endswith(words) if words else "run" not in found[claim].rpartition(";")[2]
    # Of what was not measured nothing is said of runs.
    assert all("training run" not in found[result["id"]] for result in results if result["verdict"] == NOT_MEASURED)


@pytest.mark.parametrize("published", [True, False])
def test_with_no_table_nothing_is_measured(published: bool) -> None:
    found = {result["verdict"] for result in evaluate(read_claims(CLAIMS), Tables([], FEW, published))}
    assert found <= {NOT_MEASURED, NOT_COMPARABLE} and NOT_MEASURED in found


def test_a_model_that_an_experiment_lacks_is_not_measured(published, tmp_path: Path) -> None:
    kept = {}
    for path in published:
        table = pd.read_csv(path, dtype={"at": str})
        for column in ("model", "trained", "base"):
            if column in table:
                table = table[~table[column].isin(["gemma-it", "gemma-dpo"])]
        kept[path.stem] = table
    results = evaluate(read_claims(CLAIMS), tables(tmp_path, published=True, **kept))
    for result in results:
        if "gemma" in result["id"]:
            assert result["verdict"] == NOT_MEASURED
    assert next(r for r in results if r["id"] == "grpo-above-base-every-temperature")["verdict"] == SUPPORTED


def test_what_the_post_says_of_its_four_models_is_not_measured_on_others(published) -> None:
    settings = StatisticsSettings(panel=("llama-base", "mine"), bootstrap_draws=100)
    results = {result["id"]: result for result in evaluate(read_claims(CLAIMS), Tables(published, settings, True))}
    for name in ("overall-40", "same-questions", "very-difficult-problems"):
        assert results[name]["verdict"] == NOT_MEASURED and "mine" in results[name]["detail"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("check: guess, with: {}", "no check 'guess'"),
        ("check: union_is, with: {scorer: exact}, decided: then", "required argument: 'share'"),
        ("check: unchanged, with: {model: m, fact: f}, decided: then", "required argument: 'margin'"),
        ("check: agreement, with: {scorer: exact}, decided: then", "required argument: 'threshold'"),
        ("check: agreement, with: {scorer: exact, threshold: high}, decided: then", "can't take threshold 'high'"),
        ("check: agreement, with: {scorer: exact, threshold: 0.4}", "'decided' must say when threshold was set"),
        ("check: difference, with: {pairs: [a, b], at: mean, scorers: [exact]}", "can't take pairs"),
    ],
)
def test_a_claim_that_its_check_can_not_take_is_refused_by_name(entry: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(f"- {{id: a, quote: q, reading: r, scope: post, {entry}}}", encoding="utf-8")
    with pytest.raises(UserError, match=r"claims\.yaml") as error:
        read_claims(path)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: a, quote: q, scope: post, check: not_recorded, with: {reason: x}}", "reading"),
        ("- {id: A b, quote: q, reading: r, scope: post, check: not_recorded, with: {reason: x}}", "id"),
        ("- {id: a, quote: q, reading: r, scope: all, check: not_recorded, with: {reason: x}}", "scope"),
        ("- {id: a, quote: q, reading: r, scope: post, check: not_recorded, with: {reason: x}}\n" * 2, "stands twice"),
        ("- {id: a", "can't be read"),
    ],
)
def test_a_faulty_list_of_claims_is_refused_by_name(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"claims\.yaml") as error:
        read_claims(path)
    assert says in str(error.value)


def test_the_page_has_each_claim_once_with_its_verdict_and_when_its_threshold_was_set(published, of_the_post) -> None:
    page = markdown("published", of_the_post)
    for claim, result in zip(read_claims(CLAIMS), of_the_post, strict=True):
        assert page.count(f"\n## {result['id']}\n") == 1
        assert f"](#{result['id']}) |" in page
        assert not claim.decided or claim.decided in page.split(f"\n## {result['id']}\n")[1].split("\n## ")[0]
    assert not re.search(r"\b(nan|None)\b", page)


def test_intervals_have_the_experiments_confidence(published, tmp_path: Path) -> None:
    """Wilson's interval by its formula, of a share that a check works out itself, and the words of the page."""
    outputs = ["--json", tmp_path / "claims.json", "--markdown", tmp_path / "claims.md", "--kind", "published"]
    settings = ["--settings", json.dumps({"confidence": 0.8, "bootstrap_draws": 1000})]
    words = ("--claims", CLAIMS, "--experiment", "published", *outputs, *settings, "--tables", *published)
    run_stage("claims.evaluate", *words).check_returncode()
    found = {result["id"]: result for result in json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))}
    low, high = wilson(0.6, 100, 0.8)
    hard = found["very-difficult-problems"]
    assert (hard["low"], hard["high"]) == pytest.approx((low, high), abs=1e-5)
    # The largest of four gains: Bonferroni's.
    low, high = wilson(0.06, 100, 0.95)
    gain = found["no-punctuation-raises"]
    assert (gain["low"], gain["high"]) == pytest.approx((low, high), abs=1e-5)
    assert "Intervals are of 80 %." in (tmp_path / "claims.md").read_text(encoding="utf-8")


def wilson(p: float, n: float, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    centre, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return centre - half / (1 + z * z / n), centre + half / (1 + z * z / n)


# ---- how tables are read


def test_rows_are_those_of_t1_unless_another_test_is_asked_for(tmp_path: Path) -> None:
    rows = [{"test": test, "scorer": "exact", "value": value} for test, value in (("t2", 2), ("t1", 1))]
    read = tables(tmp_path, readability=rows)
    assert read.row("readability", scorer="exact")["value"] == 1
    assert read.row("readability", "t2", scorer="exact")["value"] == 2
    with pytest.raises(NotMeasured, match="no row of t3"):
        read.rows("readability", "t3")


def test_a_table_of_the_first_edition_is_of_t1_and_its_empty_temperature_is_the_mean(tmp_path: Path) -> None:
    rows = [{"model": "m", "temperature": "", "test": "friedman"}, {"model": "m", "temperature": 0.1, "test": "x"}]
    assert tables(tmp_path, old=rows).rows("old")["at"].tolist() == ["mean", "0.1"]


@pytest.mark.parametrize("n", [1, 9])
def test_a_few_questions_are_too_few_for_any_verdict(n: int, tmp_path: Path) -> None:
    panel = [{"scorer": "exact", "n": n, "models": 4, "any": n, "none": 0, "all": n}]
    any_temperature = [{"model": "a", "scorer": "exact", "n": n}]
    with pytest.raises(NotMeasured, match="too few"):
        CHECKS["union_is"](tables(tmp_path, panel=panel, any_temperature=any_temperature), scorer="exact", share=1.0)


# ---- intervals of claims


def test_completions_of_a_family_are_taken_together(tmp_path: Path) -> None:
    """100 questions, every completion of which is a hit or none is; alone, and as 20 families that agree."""
    hits = [10 * (place % 20 < 10) for place in range(100)]
    alone = pd.DataFrame(questions(separators=hits))
    found = {
        name: CHECKS["separators_swapped"](tables(tmp_path, by_question=rows), models=["a", "b"], threshold=0.4)
        for name, rows in {"alone": alone, "families": alone.assign(family=alone["question_id"] % 20)}.items()
    }
    # Bonferroni's of two models: 97.5 %. 1000 completions are worth about 100 cases, and in families about 20.
    for name, n in {"alone": 100, "families": 20}.items():
        low, high = wilson(0.5, n, 0.975)
        assert (found[name].low, found[name].high) == pytest.approx((low, high), abs=0.02), name
    assert found["alone"].verdict == found["families"].verdict == "inconclusive"
    assert found["families"].high - found["families"].low > 1.5 * (found["alone"].high - found["alone"].low)


def every_table(by_temperature: tuple[int, ...], solved: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Counts by question of every table of marks with these margins."""
    shape = (len(by_temperature), len(solved))
    found = set()
    for marks in product((0, 1), repeat=shape[0] * shape[1]):
        table = np.reshape(marks, shape)
        if (table.sum(axis=1) == by_temperature).all() and ((table.sum(axis=0) > 0) == solved).all():
            found.add(tuple(table.sum(axis=0).tolist()))
    return found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (((2, 1, 1), (1, 1, 0, 0)), ((1, 1, 1), (1, 0, 1, 0))),
        (((3, 2, 1), (1, 1, 1, 0)), ((1, 2, 1), (0, 1, 1, 1))),
        (((2, 2, 2), (1, 1, 1, 0)), ((3, 1, 0), (1, 1, 1, 0))),
        (((1, 0, 3), (1, 1, 1, 1)), ((2, 2, 2), (0, 1, 1, 0))),
        (((0, 0, 0), (0, 0, 0, 0)), ((2, 1, 3), (1, 1, 1, 0))),
    ],
)
def test_bounds_of_the_spread_are_those_of_every_table_with_these_margins(first, second) -> None:
    squares = [
        sum((x - y) ** 2 for x, y in zip(one, other, strict=True))
        for one in every_table(*first)
        for other in every_table(*second)
    ]
    margins = [(np.array(by_temperature), np.array(solved)) for by_temperature, solved in (first, second)]
    difference = sum(first[0]) - sum(second[0])
    for spread, extreme in ((widest_spread, max(squares)), (narrowest_spread, min(squares))):
        found = spread(*margins)
        assert (found**2).sum() == extreme and found.sum() == difference, spread.__name__


def test_margins_of_no_table_are_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        largest_counts(np.array([3, 1]), 2)  # three right answers at one temperature, but two solved questions
    with pytest.raises(ValueError, match="no table"):
        largest_counts(np.array([1, 0]), 2)


# ---- rules of training


def curve(folder: Path, rewards: list[float], **more: object) -> Tables:
    """A training of these format rewards; what facts it needs are worked out here."""
    steps = len(rewards)
    facts = [
        {"model": "m", "fact": "steps", "value": steps, "low": None, "high": None, "meaning": "steps"},
        {"model": "m", "fact": "format_change", "value": 0.2, "low": 0.1, "high": 0.3, "meaning": "change"},
    ]
    training = {"model": "m", "step": range(steps), "format_reward": rewards, "correctness_reward": 0.0}
    return tables(folder, **{"reward_facts": facts, "training": training, **more})


def fact(folder: Path, low: float, high: float, steps: int = 60) -> Tables:
    row = {"model": "m", "fact": "change", "value": (low + high) / 2, "low": low, "high": high, "meaning": ""}
    return tables(folder, reward_facts=[row, {**row, "fact": "steps", "value": steps}])


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [(0.1, 0.2, "supported"), (-0.1, 0.2, "inconclusive"), (-0.2, 0.1, "inconclusive"), (-0.2, -0.1, "contradicted")],
)
def test_a_number_rises_if_its_interval_does(low, high, says, tmp_path: Path) -> None:
    assert verdict("rises", fact(tmp_path, low, high), model="m", fact="change") == says


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (-0.05, 0.05, "supported"),
        (0.01, 0.05, "supported"),  # significant, and small all the same
        (-0.5, 0.05, "inconclusive"),
        (0.05, 0.5, "inconclusive"),
        (0.11, 0.5, "contradicted"),
        (-0.5, -0.11, "contradicted"),
    ],
)
def test_unchanged_is_a_matter_of_the_margin_and_not_of_zero(low, high, says, tmp_path: Path) -> None:
    assert verdict("unchanged", fact(tmp_path, low, high), model="m", fact="change", margin=0.1) == says


def test_a_few_steps_are_too_few_for_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="29 steps"):
        CHECKS["rises"](fact(tmp_path, 0.1, 0.2, steps=29), model="m", fact="change")
    with pytest.raises(NotMeasured, match="29 steps"):
        CHECKS["form_bound"](curve(tmp_path, [0.25] * 29), model="m", part="end", threshold=0.9)


@pytest.mark.parametrize(("value", "says"), [(1326, "supported"), (1325, "contradicted")])
def test_a_count_is_the_number_or_not(value, says, tmp_path: Path) -> None:
    assert verdict("count_is", fact(tmp_path, 0, 1, steps=1326), model="m", fact="steps", value=value) == says


@pytest.mark.parametrize(("size", "says"), [(6, "supported"), (12, "supported"), (5, "contradicted")])
def test_a_mean_over_a_group_is_a_multiple(size, says, tmp_path: Path) -> None:
    rewards = {"model": "m", "step": range(42), "correctness_reward": [round(k / 3, 6) for k in range(7)] * 6}
    assert verdict("whole_group", tables(tmp_path, training=rewards), model="m", size=size) == says


@pytest.mark.parametrize(
    ("right", "says"), [(range(95, 100), "supported"), ((80, 99), "inconclusive"), ((50, 60), "contradicted")]
)
def test_a_share_of_forms_is_held_against_the_threshold(right, says, tmp_path: Path) -> None:
    counts = [right[place % len(right)] for place in range(20)]
    rows = [
        {"model": "m", "part": "end", "question_id": f"q{place}", "form": name, "count": count}
        for place, hits in enumerate(counts)
        for name, count in (("template", hits), ("inline", 100 - hits))
    ]
    arguments = {"model": "m", "forms": ["template"], "part": "end", "threshold": 0.9}
    assert verdict("form_share", tables(tmp_path, forms_by_question=rows), **arguments) == says


@pytest.mark.parametrize(
    ("end", "says"),
    [([0.25] * 20, "contradicted"), ([0.25] + [0.3] * 19, "inconclusive"), ([0.2501] * 20, "inconclusive")],
)
def test_the_format_reward_bounds_how_many_had_the_form_asked_for(end, says, tmp_path: Path) -> None:
    arguments = {"model": "m", "part": "end", "threshold": 0.9}
    assert verdict("form_bound", curve(tmp_path, [-0.4] * 40 + end), **arguments) == says


def test_the_format_reward_supports_no_share_of_a_form(tmp_path: Path) -> None:
    found = CHECKS["form_bound"](curve(tmp_path, [0.5] * 60), model="m", part="start", threshold=0.9)
    assert (found.verdict, found.low, found.high) == ("inconclusive", 0.0, 1.0)


@pytest.mark.parametrize(("rise_at", "says"), [(100, "supported"), (240, "inconclusive"), (600, "contradicted")])
def test_quickly_is_a_matter_of_when_the_rise_is_done(rise_at, says, tmp_path: Path) -> None:
    rewards = [-0.5] * rise_at + [0.25] * (1000 - rise_at)
    assert verdict("quickly", curve(tmp_path, rewards), model="m", rise=0.9, share=0.25) == says


def test_the_policy_before_training_is_no_step_of_the_curve(tmp_path: Path) -> None:
    curves = {"model": "m", "step": range(43), "completion_length": [None] + [9.0] * 42}
    curves |= {"correctness_reward": [None] + [2 / 3] * 42, "validation_accuracy": [0.5] + [None] * 42}
    found = CHECKS["whole_group"](tables(tmp_path, training=curves), model="m", size=6)
    assert found.verdict == "supported" and found.detail.startswith("42 of 42 steps")


def test_what_does_not_rise_is_not_quick(tmp_path: Path) -> None:
    flat = {"model": "m", "fact": ["steps", "format_change"], "value": [60, 0], "low": -0.1, "high": 0.1, "meaning": ""}
    with pytest.raises(NotMeasured, match="does not rise"):
        CHECKS["quickly"](curve(tmp_path, [0.1] * 60, reward_facts=flat), model="m", rise=0.9, share=0.25)


# ---- rules of contrasts


def contrast(
    trained: str, base: str, at: str, low: float, high: float, p: float = 0.001, p_holm: float | None = None
) -> dict:
    row = {"trained": trained, "base": base, "scorer": "exact", "at": at, "n": 100}
    shares = {"trained_accuracy": 0.5, "base_accuracy": 0.4, "gains": 5, "losses": 1}
    ends = {"difference": (low + high) / 2, "low": low, "high": high}
    return {**row, **shares, **ends, "p": p, "p_holm": p_holm}


def pairs_of(*names: str) -> list[list[str]]:
    return [name.split("-") for name in names]


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.01, 0.1, "supported"),
        (-0.01, 0.1, "inconclusive"),
        (-0.1, 0.01, "inconclusive"),
        (-0.1, -0.01, "contradicted"),
    ],
)
def test_the_primary_claim_is_about_the_part_that_is_mathematics(low, high, says, tmp_path: Path) -> None:
    row = {"test": "t1", "model": "a", "against": "b", "at": "mean", "low": low, "high": high, "p": 0.01}
    rows = [
        {**row, "part": "total", "value": 0.5, "low": 0.4, "high": 0.6},
        {**row, "part": "mathematics", "value": (low + high) / 2, "p_holm": None},
        {**row, "test": "t2", "part": "mathematics", "value": 0, "low": -0.1, "high": 0.1},
    ]
    read = tables(tmp_path, decomposition=rows)
    assert verdict("mathematics", read, trained="a", base="b", test="t1") == says
    assert verdict("mathematics", read, trained="a", base="b", test="t2") == "inconclusive"
    with pytest.raises(NotMeasured):
        CHECKS["mathematics"](read, trained="a", base="c", test="t1")


TRAINED_ON = "Bir esnaf 12.500 TL'yi yıllık %8 basit faizle 3 yıl yatırıyor. Faiz kaç TL'dir?"
NEW_NUMBERS = "Bir esnaf 900 TL'yi yıllık %25 basit faizle 7 yıl yatırıyor. Faiz kaç TL'dir?"
NEW_IDEA = "Peşin fiyatı 900 TL olan bir malın kira ödemesi kaç TL'dir?"


@pytest.mark.parametrize(
    ("asked", "says"),
    [((NEW_IDEA, NEW_NUMBERS), "not measured"), ((NEW_IDEA, f"{NEW_IDEA[:-1]} acaba?"), "supported")],
    ids=["one in other numbers", "none"],
)
def test_a_t2_that_asks_what_was_trained_has_no_verdict_on_new_ideas(asked, says, tmp_path: Path) -> None:
    for name, texts in (("train", [TRAINED_ON]), ("t2", asked)):
        rows = [{"id": f"{place}", "question": text, "answer": "1", "value": "1"} for place, text in enumerate(texts)]
        rows = [{**row, "unit": "", "family": "", "answer_unit": ""} for row in rows]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    words = ("--train", tmp_path / "train", "--names", "t2", "--tests", tmp_path / "t2")
    done = run_stage("questions.contamination", *words, "--contamination", tmp_path / "contamination.json")
    assert done.returncode == 0, done.stderr
    row = {"test": "t2", "model": "llama-grpo", "against": "llama-base", "at": "mean", "part": "mathematics"}
    table = {**row, "value": 0.2, "low": 0.1, "high": 0.3, "p": 0.001, "p_holm": 0.001}
    tables(tmp_path, decomposition=[table])
    words = ("--claims", CLAIMS, "--tables", tmp_path / "decomposition.csv", "--settings", "{}", "--kind", "run")
    words += ("--overlaps", tmp_path / "contamination.json", "--experiment", "mine", "--markdown", tmp_path / "md")
    done = run_stage("claims.evaluate", *words, "--json", tmp_path / "json")
    assert done.returncode == 0, done.stderr
    (found,) = (
        claim
        for claim in json.loads((tmp_path / "json").read_text(encoding="utf-8"))
        if claim["id"] == "grpo-learned-new-ideas"
    )
    assert found["verdict"] == says
    assert ("1 of the 2 questions of t2 are training questions but for numbers" in found["detail"]) == (
        says == "not measured"
    )


@pytest.mark.parametrize(
    ("p", "p_holm", "says"),
    [
        (0.04, None, "supported"),  # named beforehand: not corrected
        (0.04, 0.08, "inconclusive"),
        (0.01, 0.04, "supported"),
        (0.06, None, "inconclusive"),  # interval and test disagree
    ],
)
def test_the_mathematics_needs_p_as_corrected_too(p, p_holm, says, tmp_path: Path) -> None:
    row = {"test": "t1", "model": "a", "against": "b", "at": "mean", "part": "mathematics", "value": 0.05}
    read = tables(tmp_path, decomposition=[{**row, "low": 0.01, "high": 0.1, "p": p, "p_holm": p_holm}])
    found = CHECKS["mathematics"](read, trained="a", base="b", test="t1")
    assert (found.verdict, found.p) == (says, p_holm or p)


def test_what_a_rule_calls_the_blocks_of_friedmans_test_is_what_the_table_takes() -> None:
    """Two families of two questions each: with questions as blocks the statistic would be twice as large."""
    right = np.zeros((1, 3, 4, 1))
    right[0, 0] = 1
    grid = Grid(
        ("a",), (0.1, 0.5, 1.0), tuple("pqrs"), Families.of(["f", "f", "g", "g"]), pd.DataFrame(),
        {name: right for name in SCORERS},
    )  # fmt: skip
    assert temperature_table(grid).query("model == 'a'")["statistic"].unique().tolist() == pytest.approx([4.0])
    assert "families of questions as blocks" in " ".join(str(CHECKS["temperature_matters"].__doc__).split())


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("a", "b", 0.01, 0.1, 0.01)], "supported"),
        ([("a", "b", 0.01, 0.1, 0.125)], "inconclusive"),  # 4 gained, none lost: interval and exact test disagree
        ([("a", "b", -0.02, 0.1, 0.3)], "inconclusive"),
        ([("a", "b", -0.1, 0.02, 0.3)], "inconclusive"),  # below 0 as a point only
        ([("a", "b", -0.1, -0.01, 0.01)], "contradicted"),
        ([("a", "b", -0.1, -0.01, 0.2)], "inconclusive"),
        ([("a", "b", 0.01, 0.1, 0.01), ("c", "b", -0.1, -0.01, 0.01)], "contradicted"),
        ([("a", "b", 0.01, 0.1, 0.01), ("c", "b", -0.1, 0.2, 0.6)], "inconclusive"),
    ],
)
def test_a_difference_needs_interval_and_p(rows, says, tmp_path: Path) -> None:
    table = [contrast(a, b, "mean", low, high, p) for a, b, low, high, p in rows]
    chosen = [[a, b] for a, b, *_ in rows]
    read = tables(tmp_path, contrasts=table)
    assert verdict("difference", read, pairs=chosen, at="mean", scorers=["numeric", "exact"]) == says


def test_p_of_a_difference_is_the_tables_by_holm_and_as_it_is_for_the_primary_contrast(tmp_path: Path) -> None:
    rows = [contrast("a", "b", "mean", 0.01, 0.1, 0.03, 0.06), contrast("c", "b", "mean", 0.01, 0.1, 0.03)]
    read = tables(tmp_path, contrasts=rows)
    for pair, p, says in (("a-b", 0.06, "inconclusive"), ("c-b", 0.03, "supported")):
        found = CHECKS["difference"](read, pairs=pairs_of(pair), at="mean", scorers=["exact"])
        assert (found.p, found.verdict) == (p, says)


def test_a_pair_is_read_from_the_other_side(tmp_path: Path) -> None:
    read = tables(tmp_path, contrasts=[contrast("a", "b", "mean", 0.01, 0.1)])
    found = CHECKS["difference"](read, pairs=pairs_of("b-a"), at="mean", scorers=["exact"])
    assert (found.verdict, found.low, found.high) == ("contradicted", -0.1, -0.01)


def test_of_the_posts_mean_the_narrowest_interval_stands_beside_the_widest_from_either_side(tmp_path: Path) -> None:
    """Two models that solve the same 60 questions, each at one temperature of two: which, is not known."""
    rows = {"model": ["a", "a", "b", "b"], "at": ["0.1", "0.2"] * 2, "scorer": "exact", "correct": [60, 30, 30, 30]}
    marks = {"model": np.repeat(["a", "b"], 100), "position": [*range(100)] * 2, "solved": ([1] * 60 + [0] * 40) * 2}
    read = tables(
        tmp_path, published=True, accuracy=rows, solved=marks, contrasts=[contrast("a", "b", "mean", 0.1, 0.2)]
    )
    # a has 30 questions at one of two and 30 at both, b all 60 at one: each way to pair them wins 30 halves.
    ends = difference_interval(Families.single(100), np.array([[0.5]] * 30 + [[0]] * 70), 0.95)
    low, high = (100 * float(end[0]) for end in ends)
    found, turned = read.contrast("a", "b", "mean", "exact"), read.contrast("b", "a", "mean", "exact")
    assert found["known"].endswith(f"; the narrowest is {signed(low)} to {signed(high)}")
    assert turned["known"].endswith(f"; the narrowest is {signed(-high)} to {signed(-low)}")
    assert (found["low"], turned["high"]) == (0.1, -0.1)


@pytest.mark.parametrize(
    ("low", "high", "says"), [(-0.01, 0.02, "supported"), (-0.01, 0.04, "inconclusive"), (0.04, 0.1, "contradicted")]
)
def test_no_further_above_than_the_margin(low, high, says, tmp_path: Path) -> None:
    read = tables(tmp_path, contrasts=[contrast("a", "b", "mean", low, high)])
    assert verdict("at_most", read, trained="a", base="b", at="mean", scorer="exact", margin=0.03) == says
    assert re.search(
        r"^a [\d.]+ %, b [\d.]+ % \(exact, mean\)$", of_contrasts.at_most(read, "a", "b", "mean", "exact", 0.03).detail
    )


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ([0.01] * 8, "supported"),
        ([0.01] * 5, "inconclusive"),
        ([0.01] * 7 + [0.0], "inconclusive"),
        ([0.0] * 8, "inconclusive"),  # models that are alike
        ([-0.001] * 8, "inconclusive"),  # below 0 as points only
        ([0.01] * 7 + [-0.1], "contradicted"),
    ],
)
def test_every_temperature_means_every_and_more_than_a_few(differences, says, tmp_path: Path) -> None:
    rows = [
        contrast("a", "b", f"0.{place}", difference - 0.02, difference + 0.02)
        for place, difference in enumerate(differences, start=1)
    ]
    found = CHECKS["every_temperature"](tables(tmp_path, contrasts=rows), pairs=pairs_of("a-b"), scorer="exact")
    assert found.verdict == says and found.p is None


def test_one_temperature_below_must_be_below_after_correction(tmp_path: Path) -> None:
    rows = [contrast("a", "b", f"0.{place}", -0.1, -0.01, 0.04) for place in range(1, 8)]
    read = tables(tmp_path, contrasts=rows)
    assert verdict("every_temperature", read, pairs=pairs_of("a-b"), scorer="exact") == "inconclusive"


@pytest.mark.parametrize(
    ("above", "below", "says"),
    [(9, 0, "supported"), (6, 2, "inconclusive"), (5, 0, "inconclusive"), (0, 9, "contradicted")],
)
def test_signs_leave_ties_out(above, below, says, tmp_path: Path) -> None:
    differences = [0.1] * above + [0.0] * 2 + [-0.1] * below
    rows = [contrast("a", "b", f"0.{place}", d, d) for place, d in enumerate(differences, start=10)]
    assert verdict("signs", tables(tmp_path, contrasts=rows), trained="a", base="b", scorer="exact") == says


def test_a_sign_test_is_read_at_the_experiments_confidence(tmp_path: Path) -> None:
    # Six of six: p = 2 / 2**6 = 0.031.
    rows = [contrast("a", "b", f"0.{place}", 0.1, 0.1) for place in range(1, 7)]
    for confidence, says in ((0.95, "supported"), (0.99, "inconclusive")):
        read = tables(tmp_path, StatisticsSettings(confidence=confidence), contrasts=rows)
        assert verdict("signs", read, trained="a", base="b", scorer="exact") == says


@pytest.mark.parametrize(
    ("low", "high", "says"), [(0.01, 0.1, "supported"), (-0.01, 0.1, "inconclusive"), (-0.1, -0.01, "contradicted")]
)
def test_closer_is_the_gain_while_both_are_below_the_target(low, high, says, tmp_path: Path) -> None:
    rows = [
        contrast("a", "b", "mean", low, high),
        contrast("t", "b", "mean", 0.2, 0.4),
        contrast("t", "a", "mean", 0.1, 0.2),
    ]
    arguments = {"trained": "a", "base": "b", "target": "t", "scorer": "exact"}
    assert verdict("closer", tables(tmp_path, contrasts=rows), **arguments) == says
    passed = [*rows[:2], contrast("t", "a", "mean", -0.2, -0.1)]
    with pytest.raises(NotMeasured, match="a is not below t"):
        CHECKS["closer"](tables(tmp_path, contrasts=passed), **arguments)


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ([(0.1, 0.2), (0.1, 0.2), (-0.2, -0.1)], "supported"),
        ([(-0.2, -0.1), (-0.2, -0.1), (-0.1, 0.1)], "contradicted"),
        ([(-0.2, -0.1), (-0.2, 0.1), (-0.2, 0.1)], "inconclusive"),
    ],
)
def test_the_upper_half_has_two_of_four_below_it(ends, says, tmp_path: Path) -> None:
    rows = [contrast("m", name, "mean", *pair) for name, pair in zip("abc", ends, strict=True)]
    arguments = {"model": "m", "models": ["m", "a", "b", "c"], "scorer": "exact"}
    assert verdict("upper_half", tables(tmp_path, contrasts=rows), **arguments) == says


@pytest.mark.parametrize(("gains", "losses", "says"), [(6, 3, "supported"), (6, 0, "inconclusive")])
def test_examples_exist_both_ways(gains, losses, says, tmp_path: Path) -> None:
    # The pair stands in both orders, and of several training runs the first is read: a mean over runs solves nothing.
    pair = {"scorer": "exact", "n": 100, "both": 20}
    rows = [
        {"model_a": "b", "model_b": "a", **pair, "only_a": losses, "only_b": gains},
        {"model_a": "a", "model_b": "b", **pair, "only_a": gains, "only_b": losses},
    ]
    found = CHECKS["examples_exist"](tables(tmp_path, agreement=rows), trained="a", base="b", scorer="exact")
    assert found.verdict == says and found.effect == min(gains, losses)
    assert found.detail.startswith(f"{gains} solved by a only, {losses} by b only")


# ---- rules of questions


@pytest.mark.parametrize(("ps", "says"), [([0.02, 0.5], "supported"), ([0.03, 0.5], "inconclusive")])
def test_temperature_matters_by_model_and_corrected_for_the_models(ps, says, tmp_path: Path) -> None:
    row = {"scorer": "exact", "best": 0.1, "worst": 1.0, "range": 0.1}
    rows = [{"model": name, **row, "p": p} for name, p in zip("ab", ps, strict=True)]
    rows.append({"model": "", **row, "p": 0.0001})  # models are no judges that are independent of each other
    found = CHECKS["temperature_matters"](tables(tmp_path, temperature_effect=rows), models=["a", "b"], scorer="exact")
    assert found.verdict == says and (found.effect, found.column) == (0.1, "range")


@pytest.mark.parametrize(("worst", "says"), [(0.1, "supported"), (0.09, "contradicted")])
def test_scores_lie_in_the_ranges_or_not(worst, says, tmp_path: Path) -> None:
    one = {"model": "a", "scorer": "exact", "temperature": [0.1, 0.2], "accuracy": [worst, 0.3]}
    union = [{"model": "a", "scorer": "exact", "n": 100, "accuracy": 0.3}]
    arguments = {"models": ["a"], "single": [0.1, 0.3], "any_temperature": [0.25, 0.3]}
    assert verdict("ranges", tables(tmp_path, accuracy=one, any_temperature=union), **arguments) == says


@pytest.mark.parametrize(("gains", "says"), [([0, 2], "supported"), ([0, 0], "inconclusive")])
def test_removing_punctuation_raises_some_model(gains, says, tmp_path: Path) -> None:
    rows = [
        {"model": name, "scorer": scorer, "n": 100, "correct": 10 + gain * (scorer != "exact")}
        for name, gain in zip("ab", gains, strict=True)
        for scorer in ("exact", "no_punctuation")
    ]
    assert verdict("no_punctuation_raises", tables(tmp_path, any_temperature=rows), models=["a", "b"]) == says


def questions(**columns: object) -> dict:
    """by_question.csv of two models and 100 questions, 10 completions each; a column is by question, for both."""
    n = 100
    return {
        "test": "t1",
        "model": np.repeat(["a", "b"], n),
        "question_id": [*range(n)] * 2,
        "family": "",
        "completions": 10,
        **{name: [*values] * 2 for name, values in columns.items()},
    }


def spread(hits: int) -> list[int]:
    """`hits` among 1000 completions of 100 questions, wherever they fall."""
    chosen = np.random.default_rng(0).permutation(1000) < hits
    return chosen.reshape(100, 10).sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("hits", "completions", "says"),
    [(40, 10, "supported"), (14, 10, "inconclusive"), (0, 10, "inconclusive"), (100, 1000, "contradicted")],
)
def test_some_model_swaps_separators(hits, completions, says, tmp_path: Path) -> None:
    rows = pd.DataFrame(questions(separators=spread(hits))).assign(completions=completions)
    assert verdict("separators_swapped", tables(tmp_path, by_question=rows), models=["a", "b"], threshold=0.01) == says


@pytest.mark.parametrize(("swapped", "says"), [(900, "supported"), (520, "inconclusive"), (100, "contradicted")])
@pytest.mark.parametrize(
    ("check", "hits", "of"),
    [("gains_are_swaps", "unpunctuated_separators", "unpunctuated"), ("labels_differ", "value_only", "numeric")],
)
def test_a_share_of_completions_against_a_threshold(check, hits, of, swapped, says, tmp_path: Path) -> None:
    read = tables(tmp_path, by_question=questions(**{hits: spread(swapped), of: spread(1000)}))
    assert verdict(check, read, models=["a", "b"], threshold=0.5) == says
    # The same completions, from whole questions: fewer cases, so what was clear may be open, and never the reverse.
    whole = [10 * (place < swapped // 10) for place in range(100)]
    read = tables(tmp_path, by_question=questions(**{hits: whole, of: spread(1000)}))
    assert verdict(check, read, models=["a", "b"], threshold=0.5) in (says, "inconclusive")


def test_completions_of_few_questions_give_no_share(tmp_path: Path) -> None:
    few = [10] * 9 + [0] * 91
    read = tables(tmp_path, by_question=questions(unpunctuated=few, unpunctuated_separators=few))
    with pytest.raises(NotMeasured, match="only 9 questions"):
        CHECKS["gains_are_swaps"](read, models=["a", "b"], threshold=0.5)


@pytest.mark.parametrize(
    ("gap", "says"), [((0.01, 0.02), "supported"), ((-0.1, 0.16), "inconclusive"), ((0.05, 0.06), "contradicted")]
)
def test_any_temperature_is_compared_at_one_budget(gap, says, tmp_path: Path) -> None:
    columns = {"k": [4] * 100, "pass_k": [0.5] * 100, "any_of_k": [0.5 + gap[place % 2] for place in range(100)]}
    read = tables(tmp_path, by_question=questions(**columns))
    assert verdict("same_budget", read, models=["a", "b"], margin=0.03) == says
    one = tables(tmp_path, by_question=questions(**{**columns, "k": [1] * 100}))
    with pytest.raises(NotMeasured, match="no k"):
        CHECKS["same_budget"](one, models=["a", "b"], margin=0.03)


@pytest.mark.parametrize(
    ("votes", "union", "says"),
    [
        ([1] * 60 + [0] * 40, [1] * 50 + [0] * 50, "supported"),
        ([1] * 40 + [0] * 60, [1] * 41 + [0] * 59, "inconclusive"),
        ([1] * 20 + [0] * 80, [1] * 60 + [0] * 40, "contradicted"),
    ],
)
def test_a_majority_is_held_against_the_union_question_by_question(votes, union, says, tmp_path: Path) -> None:
    read = tables(tmp_path, by_question=questions(vote=votes, any_temperature=union))
    assert verdict("majority_reaches_union", read, models=["a", "b"]) == says


def test_a_majority_reaches_no_union_where_nothing_was_solved(tmp_path: Path) -> None:
    read = tables(tmp_path, by_question=questions(vote=[0] * 100, any_temperature=[0] * 100))
    with pytest.raises(NotMeasured, match="no model solved"):
        CHECKS["majority_reaches_union"](read, models=["a", "b"])


def panel(**columns: object) -> list[dict]:
    return [{"scorer": "exact", "models": 4, "n": 100, "any": 40, "all": 20, "none": 60, **columns}]


@pytest.mark.parametrize(
    ("low", "high", "says"), [(0.5, 0.9, "supported"), (0.3, 0.9, "inconclusive"), (0.1, 0.3, "contradicted")]
)
def test_agreement_is_held_against_the_threshold(low, high, says, tmp_path: Path) -> None:
    read = tables(tmp_path, panel=panel(fleiss_kappa=(low + high) / 2, low=low, high=high))
    assert verdict("agreement", read, scorer="exact", threshold=0.4) == says
    with pytest.raises(NotMeasured, match="means nothing"):
        CHECKS["agreement"](tables(tmp_path, panel=panel(fleiss_kappa=None)), scorer="exact", threshold=0.4)


@pytest.mark.parametrize(("solved", "says"), [(40, "supported"), (41, "contradicted")])
def test_a_union_is_the_quoted_share_or_not(solved, says, tmp_path: Path) -> None:
    assert verdict("union_is", tables(tmp_path, panel=panel(any=solved)), scorer="exact", share=0.4) == says


@pytest.mark.parametrize(
    ("none", "says"), [(60, "supported"), (55, "inconclusive"), (40, "contradicted"), (45, "inconclusive")]
)
def test_most_questions_are_solved_by_none(none, says, tmp_path: Path) -> None:
    assert verdict("solved_by_none", tables(tmp_path, panel=panel(none=none)), scorer="exact", threshold=0.5) == says


# ---- the tables that claims make


def test_counts_by_question_are_those_of_its_completions() -> None:
    """Two temperatures, one question, two samples; counted by hand."""
    rows = pd.DataFrame(
        [
            (0.1, 1, 1, 1, "right", "1.500"),
            (0.1, 0, 1, 0, "separators", "1,500"),
            (0.2, 0, 1, 1, "right", "1500"),
            (0.2, 0, 0, 0, "wrong", "7"),
        ],
        columns=["temperature", "exact", "no_punctuation", "numeric", "outcome", "extracted"],
    )
    row = by_question_table(rows, ["m"], {"q": "loans"}).iloc[0]
    counts = ("completions", "exact", "numeric", "value_only", "separators", "unpunctuated", "unpunctuated_separators")
    assert [row[name] for name in counts] == [4, 1, 2, 1, 1, 2, 1]
    assert (row["family"], row["any_temperature"], row["vote"], row["k"]) == ("loans", 1, 1, 2)
    # Each temperature has one right of two: both together miss in 1/4, and two of one temperature never.
    assert (row["any_of_k"], row["pass_k"]) == (0.75, 1.0)
    # Scores that hold the number as it was read give the same vote.
    read = by_question_table(rows.assign(number=["1500", "1.5", "1500", ""]), ["m"], {"q": "loans"}).iloc[0]
    assert read["vote"] == 1


def test_forms_are_those_of_the_first_and_last_tenth_of_the_steps() -> None:
    template = "<matematik>\n1 + 1\n</matematik>\n<cevap>\n2\n</cevap>"
    rollouts = [
        Rollout(step=step, question_id=f"q{step}", completion=template if step > 18 else "2", rewards={}, advantage=0)
        for step in range(1, 21)
    ]
    table = forms_table("m", rollouts)
    counts = table.groupby(["part", "form"])["count"].sum()
    assert (counts["start", "no_tags"], counts["end", "template"], counts["end", "no_tags"]) == (2, 2, 0)
    assert set(table.loc[table["part"] == "start", "question_id"]) == {"q1", "q2"}


@pytest.mark.parametrize(
    ("unit", "values", "shown"),
    [
        ("percentage points", (0.01, -0.003, 0.022), ("+1.0 points", "−0.3 to +2.2")),
        ("share of completions", (0.125, 0.0, 0.428), ("12.5 %", "0.0 to 42.8")),
        ("kappa", (0.8125, -0.05, 0.9), ("0.812 kappa", "−0.05 to 0.9")),
        ("tokens", (1234.5, -1500.0, 7.0), ("1235 tokens", "−1500 to 7")),
        ("steps", (1326, None, None), ("1326 steps", "")),
        ("questions", (1, None, None), ("1 question", "")),
        ("", (None, None, None), ("", "")),
    ],
)
def test_an_effect_and_its_interval_have_one_unit_one_kind_of_minus_and_no_exponent(unit, values, shown):
    claim = dict(zip(("effect", "low", "high"), values, strict=True), unit=unit)
    assert (effect(claim), interval(claim)) == shown
