"""The claims: every sentence gets a verdict by its rule, and nothing is supported that was not measured."""

import inspect
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import pandas as pd
import pytest

from finmath_grpo.claims.checks import CHECKS, NOT_MEASURED, SUPPORTED, VERDICTS, fact
from finmath_grpo.claims.evaluate import evaluate, markdown, read_claims
from finmath_grpo.claims.tables import Tables
from finmath_grpo.errors import UserError
from finmath_grpo.statistics.settings import StatisticsSettings

ROOT = Path(__file__).parents[2]
CLAIMS = ROOT / "data" / "claims.yaml"
POST = ("Turkish-Llama-8b-DPO-v0.1", "LLaMA-3-8B-GRPO-Math", "gemma-2-9b-it", "Gemma-2-9b-it-TR-DPO-V1")
LABELS = dict(zip(("llama-base", "llama-grpo", "gemma-it", "gemma-dpo"), POST, strict=True))


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("published")
    command = [sys.executable, "-m", "finmath_grpo.statistics.published", "--settings", "{}", "--tables", folder]
    numbers = ROOT / "data" / "published" / "published.json"
    done = subprocess.run(
        [*command, "--labels", json.dumps(LABELS), "--numbers", numbers], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return sorted(folder.glob("*.csv"))


def test_there_are_at_least_sixteen_claims_with_their_own_ids() -> None:
    claims = read_claims(CLAIMS)
    assert len(claims) >= 16 and len({claim.id for claim in claims}) == len(claims)


def test_every_check_states_its_rule_and_is_used() -> None:
    claims = read_claims(CLAIMS)
    assert {claim.check for claim in claims} == set(CHECKS)
    for name, check in CHECKS.items():
        text = inspect.getdoc(check)
        assert name == "not_recorded" or ("upported" in text), f"{name} does not say when a claim is supported"


def test_the_posts_own_numbers(published) -> None:
    """What the post's data say of its sentences. A change here is a change of what the project claims."""
    verdicts = {result["id"]: result["verdict"] for result in evaluate(read_claims(CLAIMS), Tables(published))}
    assert verdicts == {
        "format-reward-rises": "supported",
        "template-learned": "not supported",
        "plateau-is-inline": "not measured",
        "base-follows-template-by-reward": "not supported",
        "base-follows-template-by-form": "not measured",
        "correctness-unchanged": "supported",
        "length-unchanged": "not supported",
        "grpo-above-base-every-temperature": "supported",
        "grpo-learned": "inconclusive",
        "grpo-above-base-any-temperature": "inconclusive",
        "gemma-dpo-above-gemma": "inconclusive",
        "gemma-dpo-learned": "inconclusive",
        "gemmas-above-llamas-every-temperature": "supported",
        "gemmas-above-llamas-any-temperature": "not supported",
        "grpo-closer-to-gemma": "inconclusive",
        "some-temperatures-better": "inconclusive",
        "any-temperature-ranges": "not supported",
        "any-temperature-raises": "supported",
        "no-punctuation-raises": "supported",
        "models-swap-separators": "not measured",
        "no-punctuation-is-swapping": "not measured",
        "same-questions": "supported",
        "overall-40": "supported",
        "majority-reaches-union": "not measured",
        "six-hours": "not measured",
    }


def test_a_verdict_comes_with_effect_interval_and_source(published) -> None:
    for result in evaluate(read_claims(CLAIMS), Tables(published)):
        assert result["verdict"] in VERDICTS and result["rule"] and result["quote"]
        if result["verdict"] == NOT_MEASURED:
            assert result["effect"] is None and result["detail"]
            continue
        assert result["effect"] is not None and result["table"] and result["column"]
        table = next(path for path in published if path.name == result["table"])
        assert result["column"] in pd.read_csv(table).columns
        if result["low"] is not None:
            assert result["low"] <= result["effect"] <= result["high"]


def test_with_no_table_nothing_is_measured() -> None:
    assert {result["verdict"] for result in evaluate(read_claims(CLAIMS), Tables([]))} == {NOT_MEASURED}


def test_a_model_that_an_experiment_lacks_is_not_measured(published, tmp_path: Path) -> None:
    paths = []
    for path in published:
        table = pd.read_csv(path, dtype={"at": str})
        for column in ("model", "trained", "base"):
            if column in table:
                table = table[~table[column].isin(["gemma-it", "gemma-dpo"])]
        paths.append(tmp_path / path.name)
        table.to_csv(paths[-1], index=False)
    results = {result["id"]: result for result in evaluate(read_claims(CLAIMS), Tables(paths))}
    for name, result in results.items():
        if "gemma" in name:
            assert result["verdict"] == NOT_MEASURED and "gemma" in result["detail"]
    assert results["grpo-above-base-every-temperature"]["verdict"] == SUPPORTED


@pytest.mark.parametrize(
    ("low", "high", "expect", "verdict"),
    [
        (0.1, 0.2, "rises", "supported"),
        (-0.1, 0.2, "rises", "inconclusive"),
        (-0.2, -0.1, "rises", "not supported"),
        (-0.05, 0.05, "unchanged", "supported"),
        (-0.5, 0.05, "unchanged", "inconclusive"),
        (0.01, 0.05, "unchanged", "not supported"),
        (0.5, 0.6, "at_least", "supported"),
        (0.2, 0.6, "at_least", "inconclusive"),
        (0.2, 0.3, "at_least", "not supported"),
    ],
)
def test_rules_of_a_number_with_an_interval(low, high, expect, verdict, tmp_path: Path) -> None:
    path = tmp_path / "reward_facts.csv"
    row = {"model": "m", "fact": "format_end", "value": (low + high) / 2, "low": low, "high": high, "meaning": ""}
    pd.DataFrame([row]).to_csv(path, index=False)
    found = fact(Tables([path]), model="m", fact="format_end", expect=expect, threshold=0.45, margin=0.1)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("expect: unchanged", "needs the argument 'margin'"),
        ("expect: at_least", "needs the argument 'threshold'"),
        ("expect: falls", "can't expect 'falls'"),
    ],
)
def test_a_claim_on_a_number_says_what_its_rule_needs(arguments: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    with_ = f"{{model: m, fact: format_end, {arguments}}}"
    path.write_text(f"- {{id: a, quote: q, reading: r, check: fact, with: {with_}}}", encoding="utf-8")
    with pytest.raises(UserError, match=says):
        read_claims(path)


def contrast_tables(folder: Path, differences: list[float]) -> Tables:
    rows = [
        {"trained": "a", "base": "b", "scorer": "exact", "at": f"0.{place}", "difference": difference}
        for place, difference in enumerate(differences, start=1)
    ]
    pd.DataFrame(rows).to_csv(folder / "contrasts.csv", index=False)
    return Tables([folder / "contrasts.csv"])


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([0.01] * 8, "supported"),
        ([0.01] * 5, "inconclusive"),
        ([0.01] * 7 + [0.0], "not supported"),
        ([-0.01] * 8, "not supported"),
    ],
)
def test_every_temperature_means_every_and_more_than_a_few(differences, verdict, tmp_path: Path) -> None:
    found = CHECKS["every_temperature"](contrast_tables(tmp_path, differences), pairs=[["a", "b"]], scorer="exact")
    assert found.verdict == verdict


@pytest.mark.parametrize(("confidence", "verdict"), [(0.95, "supported"), (0.99, "inconclusive"), (0.9, "supported")])
def test_a_sign_test_is_read_at_the_experiments_confidence(confidence, verdict, tmp_path: Path) -> None:
    # Six of six: p = 2 / 2**6 = 0.031.
    contrast_tables(tmp_path, [0.01] * 6)
    tables = Tables([tmp_path / "contrasts.csv"], StatisticsSettings(confidence=confidence))
    assert CHECKS["every_temperature"](tables, pairs=[["a", "b"]], scorer="exact").verdict == verdict


def test_intervals_have_the_experiments_confidence(published, tmp_path: Path) -> None:
    """Wilson's interval of every share that a check works out itself, by its formula, and the words of the page."""

    def wilson(p: float, n: int, confidence: float) -> tuple[float, float]:
        z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
        centre, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return centre - half / (1 + z * z / n), centre + half / (1 + z * z / n)

    command = [sys.executable, "-m", "finmath_grpo.claims.evaluate", "--claims", CLAIMS, "--experiment", "published"]
    outputs = ["--json", tmp_path / "claims.json", "--markdown", tmp_path / "claims.md"]
    settings = ["--settings", json.dumps({"confidence": 0.8})]
    subprocess.run([*command, *outputs, *settings, "--tables", *published], check=True)
    found = {result["id"]: result for result in json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))}
    for name, n in {"overall-40": 100, "grpo-above-base-every-temperature": 10, "no-punctuation-raises": 100}.items():
        low, high = wilson(found[name]["effect"], n, 0.8)
        assert (found[name]["low"], found[name]["high"]) == pytest.approx((low, high), abs=1e-5), name
    page = (tmp_path / "claims.md").read_text(encoding="utf-8")
    assert "Intervals are of 80 %." in page and "95 % unless" not in page


def test_what_the_post_says_of_its_four_models_is_not_measured_on_others(published) -> None:
    settings = StatisticsSettings(panel=("llama-base", "mine"))
    verdicts = {result["id"]: result for result in evaluate(read_claims(CLAIMS), Tables(published, settings))}
    for name in ("overall-40", "same-questions"):
        assert verdicts[name]["verdict"] == NOT_MEASURED and "mine" in verdicts[name]["detail"]


def majority_tables(folder: Path, low: float, high: float, any_model: int) -> Tables:
    row = {"model": "a", "scorer": "numeric", "measure": "pooled_majority", "k": 40, "value": (low + high) / 2}
    pd.DataFrame([{**row, "low": low, "high": high}]).to_csv(folder / "pass_and_majority.csv", index=False)
    pd.DataFrame([{"scorer": "numeric", "n": 100, "any": any_model}]).to_csv(folder / "panel.csv", index=False)
    return Tables([folder / "pass_and_majority.csv", folder / "panel.csv"])


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.41, 0.6, "supported"), (0.3, 0.5, "inconclusive"), (0.2, 0.39, "not supported")]
)
def test_a_majority_is_held_against_the_union(low, high, verdict, tmp_path: Path) -> None:
    found = CHECKS["majority_reaches_union"](majority_tables(tmp_path, low, high, 40), models=["a"])
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("- {id: a, quote: q, reading: r, check: guess, with: {}}", "no check 'guess'"),
        (
            "- {id: a, quote: q, reading: r, check: union, with: {scorer: exact}}",
            "required argument: 'share'",
        ),
        ("- {id: a, quote: q, check: union, with: {scorer: exact, share: 0.4}}", "reading"),
        ("- {id: A b, quote: q, reading: r, check: union, with: {scorer: exact, share: 0.4}}", "id"),
        ("- {id: a, quote: q, reading: r, check: not_recorded, with: {reason: x}}\n" * 2, "the id a stands twice"),
        ("- {id: a", "can't be read"),
    ],
)
def test_a_faulty_list_of_claims_is_refused_by_name(entry: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(UserError, match=r"claims\.yaml") as error:
        read_claims(path)
    assert says in str(error.value)


def test_the_page_has_each_claim_once_with_its_verdict(published) -> None:
    results = evaluate(read_claims(CLAIMS), Tables(published))
    page = markdown("published", results)
    for result in results:
        assert page.count(f"\n## {result['id']}\n") == 1
        assert f"](#{result['id']}) |" in page
    assert not re.search(r"\b(nan|None)\b", page)
