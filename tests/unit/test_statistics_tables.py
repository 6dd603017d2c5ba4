"""The tables as a whole: from scores of one and of several samples, from training, and from the post's own numbers."""

import csv
import json
import subprocess
from collections import Counter
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import zstandard
from garbage import modules_are_no_garbage
from post import tables_of_the_post
from scipy.stats import t as student
from stages import run_stage

from benchmarks import statistics as benchmark
from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.scores import COLUMNS, OUTCOMES, SCORERS
from finmath_grpo.files import write_jsonl
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.prompts import fill_template
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import read_rollouts
from finmath_grpo.scorer import score
from finmath_grpo.statistics.decomposition import decomposition_table
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.forms import FORMS, form, forms_table
from finmath_grpo.statistics.grid import read_grid
from finmath_grpo.statistics.intervals import difference_interval
from finmath_grpo.statistics.published import contrasts_table as contrasts_of_post
from finmath_grpo.statistics.reward_audit import audit
from finmath_grpo.statistics.reward_facts import MEANINGS, reward_facts
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.training_table import read_log
from finmath_grpo.workflow import paths

pytestmark = pytest.mark.usefixtures(modules_are_no_garbage.__name__)

ROOT = Path(__file__).parents[2]
MODELS = ("llama-base", "llama-grpo", "gemma-it", "gemma-dpo")
TEMPERATURES = (0.1, 0.5, 1.0)
QUESTIONS = tuple(f"q{number}" for number in range(12))
FAMILIES = dict(zip(QUESTIONS, "aaabbccdef", strict=False)) | {"q10": "", "q11": ""}
SETTINGS = {"bootstrap_draws": 400, "seed": 3}


def a_question(name: str, family: str) -> dict[str, str]:
    text = "q3? Taksitle?" if name == "q3" else f"{name}?"
    return {
        "id": name, "unit": "", "family": family, "question": text, "answer": "12,5", "answer_unit": "",
        "value": "12.5",
    }  # fmt: skip


def write_scores(folder: Path, samples: int) -> pd.DataFrame:
    """Random answers, scored; question 0 is always solved and question 1 never."""
    rng = np.random.default_rng(samples)
    answers = ["12,5", "12.5", "12,50", "13", "12,6", "bilmem", "7", "7", "Cevap: 12,5", "Cevap: 12.5"]
    rows = []
    for model, temperature, question, sample in product(MODELS, TEMPERATURES, QUESTIONS, range(samples)):
        answer = {"q0": "12,5", "q1": "9"}.get(question) or answers[rng.integers(len(answers))]
        cut = answer == "bilmem"
        text = "uzun bir çözüm" if cut else fill_template("Çözüm.", answer)
        text = f"25 / 2 = 12,5\n{answer}" if answer.startswith("Cevap") else text
        scores = score(text, "length" if cut else "stop", "12,5", parse_turkish("12,5"))
        place = {"model": model, "test": "t1", "temperature": temperature, "sample": sample, "question_id": question}
        rows.append({**place, **scores, "gold": "12,5", "value": "12.5", "tokens": int(rng.integers(5, 50))})
    table = pd.DataFrame(rows)[list(COLUMNS)]
    table.to_csv(folder / "scores.csv", index=False)
    write_jsonl(folder / "test.jsonl", [a_question(q, FAMILIES[q]) for q in QUESTIONS])
    write_jsonl(folder / "train.jsonl", [{**a_question("t0", "f"), "question": "q7? Taksitle?"}])
    return table


def make_tables(
    folder: Path, settings: dict = SETTINGS, models: tuple[str, ...] = MODELS, fresh: bool = False
) -> subprocess.CompletedProcess:
    options = ("--settings", json.dumps(settings), "--models", *models, "--names", "t1", "--train")
    files = (folder / "train.jsonl", "--tests", folder / "test.jsonl", "--scores", folder / "scores.csv")
    return run_stage("statistics.from_scores", *options, *files, "--tables", folder / "tables", fresh=fresh)


@pytest.fixture(scope="module", params=[1, 3], ids=["one sample", "three samples"])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scores")
    scores = write_scores(folder, request.param)
    done = make_tables(folder)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "a warning is a number that nobody looked at"
    tables = {path.stem: pd.read_csv(path, dtype={"at": str}) for path in (folder / "tables").glob("*.csv")}
    return request.param, scores, tables, folder


def test_the_rule_lists_the_tables_that_the_stage_writes(made) -> None:
    assert set(made[2]) == set(paths.OF_SCORES)


def test_accuracy_is_the_plain_mean(made) -> None:
    samples, scores, tables, _ = made
    means = scores.groupby(["model", "temperature"])[list(SCORERS)].agg(["mean", "sum"])
    assert len(tables["accuracy"]) == len(MODELS) * len(TEMPERATURES) * len(SCORERS)
    for row in tables["accuracy"].itertuples():
        expected = means.loc[(row.model, row.temperature), row.scorer]
        assert (row.n, row.correct) == (len(QUESTIONS) * samples, expected["sum"])
        assert row.accuracy == pytest.approx(expected["mean"], rel=1e-5)
        assert row.low <= row.accuracy <= row.high


def test_any_temperature_is_the_union_of_first_samples(made) -> None:
    _, scores, tables, _ = made
    first = scores[scores["sample"] == 0]
    union = first.groupby(["model", "question_id"])[list(SCORERS)].max()
    for row in tables["any_temperature"].itertuples():
        assert row.correct == union.loc[row.model, row.scorer].sum()
    solved = tables["solved"].set_index(["model", "question_id"])
    assert solved["solved"].to_dict() == union["exact"].to_dict()
    assert tables["solved"]["position"].tolist() == list(range(len(QUESTIONS))) * len(MODELS)


def test_every_sample_has_one_outcome(made) -> None:
    samples, scores, tables, _ = made
    outcomes = tables["outcomes"]
    assert len(outcomes) == len(MODELS) * len(TEMPERATURES) * len(OUTCOMES)
    assert (outcomes.groupby(["model", "temperature"])["count"].sum() == len(QUESTIONS) * samples).all()
    assert outcomes.groupby("outcome")["count"].sum()["right"] == scores["numeric"].sum()


def test_disagreement_counts_exactly_the_samples_on_which_scorers_differ(made) -> None:
    _, scores, tables, _ = made
    differ = scores[scores[list(SCORERS)].nunique(axis=1) > 1]
    assert tables["disagreement"]["count"].sum() == len(differ)
    by = tables["disagreement"].groupby("outcome")["count"].sum().to_dict()
    assert by == Counter(differ["outcome"])


def test_contrasts_are_paired_differences_with_one_primary(made) -> None:
    _, scores, tables, _ = made
    contrasts = tables["contrasts"]
    primary = contrasts[contrasts["role"] == "primary"]
    assert primary[["trained", "base", "scorer", "at"]].values.tolist() == [
        ["llama-grpo", "llama-base", "numeric", "mean"]
    ]
    assert primary["p_holm"].isna().all() and contrasts.drop(primary.index)["p_holm"].notna().all()
    means = scores.groupby(["model", "question_id"])["numeric"].mean()
    assert primary["difference"].item() == pytest.approx((means["llama-grpo"] - means["llama-base"]).mean(), abs=1e-6)
    single = contrasts[~contrasts["at"].isin(["mean", "any"])]
    assert set(single["interval"]) == {"t, families"}
    assert set(contrasts.loc[contrasts["at"] == "any", "interval"]) == {"t, questions"}
    assert set(single["procedure"]) == {"sign-flip"}
    assert (contrasts["low"] <= contrasts["difference"]).all() and (contrasts["difference"] <= contrasts["high"]).all()
    same = contrasts[(contrasts["at"] == "any") & (contrasts["scorer"] == "exact")].set_index(["trained", "base"])
    pairs = tables["agreement"].query("scorer == 'exact'").set_index(["model_a", "model_b"])
    for pair, row in same.iterrows():
        assert (row["gains"], row["losses"]) == tuple(pairs.loc[pair, ["only_a", "only_b"]])
        assert row["p"] == pytest.approx(pairs.loc[pair, "p"])


def test_pass_and_majority_at_one_are_the_accuracy(made) -> None:
    samples, _, tables, _ = made
    table = tables["pass_and_majority"]
    accuracy = tables["accuracy"].set_index(["model", "scorer", "temperature"])["accuracy"]
    ones = table[(table["k"] == 1) & (table["at"] != "mean")]
    assert set(ones["measure"]) == {"pass", "majority"}
    for row in ones.itertuples():
        assert row.value == pytest.approx(accuracy[row.model, row.scorer, float(row.at)], rel=1e-5)
    curves = table[table["measure"] == "pass"].groupby(["model", "scorer", "at"])
    assert all(group["value"].is_monotonic_increasing and len(group) == samples for _, group in curves)
    assert (table["low"] <= table["value"] + 1e-6).all() and (table["value"] <= table["high"] + 1e-6).all()


def test_any_of_all_temperatures_is_the_posts_union_for_one_sample(made) -> None:
    samples, _, tables, _ = made
    table = tables["pass_and_majority"].query(f"measure == 'any_temperature' and k == {len(TEMPERATURES)}")
    values = table.set_index(["model", "scorer"])["value"]
    union = tables["any_temperature"].set_index(["model", "scorer"])["accuracy"]
    if samples == 1:
        assert values[union.index].tolist() == pytest.approx(union.tolist(), rel=1e-5)
    else:
        assert values.between(0, 1).all()


def test_the_pooled_vote_is_the_most_common_number(made) -> None:
    samples, scores, tables, _ = made
    table = tables["pass_and_majority"].query("measure == 'pooled_majority'").set_index(["model", "k"])["value"]
    for model, drawn in product(MODELS, {1, samples}):
        points = 0.0
        for _, rows in scores[(scores["model"] == model) & (scores["sample"] < drawn)].groupby("question_id"):
            votes = Counter(number for number in map(parse_turkish, rows["extracted"]) if number is not None)
            first = [number for number, count in votes.items() if count == max(votes.values())]
            points += (parse_turkish("12,5") in first) / max(1, len(first))
        assert table[model, len(TEMPERATURES) * drawn] == pytest.approx(points / len(QUESTIONS), rel=1e-5)


def test_the_parts_of_a_contrast_are_these_differences_and_add_up(made) -> None:
    """Recomputed from the texts' scores: right as scored, right by the last number, right with any separators."""
    _, scores, tables, _ = made
    table = tables["decomposition"].set_index(["model", "against", "part"])
    means = scores.groupby("model")[["numeric", "tag_optional", "lenient"]].mean()
    for (model, against), parts in tables["decomposition"].groupby(["model", "against"]):
        assert list(parts["part"]) == ["total", "format", "separators", "mathematics"]
        by = parts.set_index("part")["value"]
        assert by["total"] == pytest.approx(by["format"] + by["separators"] + by["mathematics"], abs=2e-6)
        change = means.loc[model] - means.loc[against]
        assert by["total"] == pytest.approx(change["numeric"], abs=1e-6)
        assert by["mathematics"] == pytest.approx(change["lenient"], abs=1e-6)
        assert by["format"] == pytest.approx(change["numeric"] - change["tag_optional"], abs=1e-6)
    primary = tables["contrasts"].query("role == 'primary'").iloc[0]
    total = table.loc[(primary["trained"], primary["base"], "total")]
    assert tuple(total[["value", "low", "high", "p"]]) == tuple(primary[["difference", "low", "high", "p"]])


@pytest.mark.parametrize("primary", [True, False], ids=["t1", "another test"])
def test_the_parts_of_contrasts_are_corrected_by_holm_and_only_t1_has_one_that_is_not(made, primary) -> None:
    """Holm's rule by hand: the smallest of m p counts m times, the next m - 1 times; none is below the one before."""
    *_, folder = made
    pairs = (("llama-grpo", "llama-base"), ("gemma-dpo", "gemma-it"), ("gemma-it", "llama-base"))
    questions = [Question(**row) for row in map(json.loads, (folder / "test.jsonl").read_text("utf-8").splitlines())]
    grid = read_grid(folder / "scores.csv", MODELS, questions)
    table = decomposition_table(grid, StatisticsSettings(contrasts=pairs, bootstrap_draws=100), primary=primary)
    for _, rows in table.groupby("part"):
        others = rows.iloc[1:] if primary else rows
        before, expected = 0.0, {}
        for times, (place, p) in zip(range(len(others), 0, -1), others["p"].sort_values().items(), strict=True):
            before = expected[place] = max(before, min(1.0, times * p))
        assert rows["p_holm"].isna().tolist() == [primary, False, False]
        assert others["p_holm"].to_dict() == pytest.approx(expected)


def test_a_model_that_only_learns_the_tag_gains_format_and_no_mathematics(tmp_path: Path) -> None:
    scores = write_scores(tmp_path, 1)
    known = scores["question_id"].isin(QUESTIONS[:6]).astype(int)
    trained = scores["model"] == "llama-grpo"
    scores["tag_optional"] = scores["lenient"] = known
    scores["readable"], scores["numeric"], scores["tagged"] = 1, known * trained, trained.astype(int)
    scores["outcome"] = np.where(scores["numeric"] == 1, "right", "no_answer")
    scores.to_csv(tmp_path / "scores.csv", index=False)
    assert make_tables(tmp_path).returncode == 0
    table = pd.read_csv(tmp_path / "tables" / "decomposition.csv")
    parts = table.query("model == 'llama-grpo' and against == 'llama-base'").set_index("part")
    assert parts["value"].to_dict() == {"total": 0.5, "format": 0.5, "separators": 0, "mathematics": 0}
    assert parts.loc["mathematics", "low"] < 0 < parts.loc["mathematics", "high"]
    read = pd.read_csv(tmp_path / "tables" / "readability.csv").set_index(["model", "measure"])["value"]
    assert read["llama-base"].to_dict() == {"readable": 1, "lenient": 0.5, "given_readable": 0.5, "tagged": 0}


def test_readability_is_of_all_completions_and_of_the_readable_ones(made) -> None:
    _, scores, tables, _ = made
    table = tables["readability"].set_index(["model", "measure"])
    for model, rows in scores.groupby("model"):
        assert table.loc[(model, "readable"), "value"] == pytest.approx(rows["readable"].mean(), rel=1e-5)
        given = rows.loc[rows["readable"] == 1, "lenient"].mean()
        assert table.loc[(model, "given_readable"), "value"] == pytest.approx(given, rel=1e-5)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()


def test_shapes_of_training_split_the_questions_of_t1(made) -> None:
    _, scores, tables, _ = made
    table = tables["shapes"].query("scorer == 'numeric'").set_index(["model", "shape"])
    # The training question is q3 with another number, and no other question has its shape.
    for (model, shape), row in table.iterrows():
        rows = scores[(scores["model"] == model) & ((scores["question_id"] == "q3") == (shape == "seen"))]
        assert row["n"] == rows["question_id"].nunique()
        assert row["accuracy"] == pytest.approx(rows["numeric"].mean(), rel=1e-5)
    assert len(table) == 2 * len(MODELS)
    assert tables["ceiling"].values.tolist() == [["t1", 1.0, len(QUESTIONS)]]


def test_each_test_has_its_rows_and_a_primary_contrast_stands_in_t1_alone(tmp_path: Path) -> None:
    first = write_scores(tmp_path, 2)
    second = first[(first["temperature"] == 0.5) & (first["sample"] == 0)].assign(test="t3")
    pd.concat([first, second]).to_csv(tmp_path / "scores.csv", index=False)
    test = tmp_path / "test.jsonl"
    options = ("--settings", json.dumps(SETTINGS), "--models", *MODELS, "--names", "t1", "t3", "--tests", test, test)
    done = run_stage(
        "statistics.from_scores", *options, "--scores", tmp_path / "scores.csv", "--tables", tmp_path / "tables"
    )
    assert (done.returncode, done.stderr) == (0, "")
    tables = {path.stem: pd.read_csv(path, dtype={"at": str}) for path in (tmp_path / "tables").glob("*.csv")}
    for name, table in tables.items():
        assert table.columns[0] == "test", name
        assert set(table["test"]) == (set() if name in ("shapes", "runs") else {"t1", "t3"}), name
    contrasts = tables["contrasts"]
    assert contrasts.loc[contrasts["role"] == "primary", "test"].tolist() == ["t1"]
    accuracy = tables["accuracy"].query("test == 't3' and scorer == 'numeric'").set_index("model")["accuracy"]
    assert accuracy.to_dict() == pytest.approx(second.groupby("model")["numeric"].mean().to_dict(), rel=1e-5)


RUNS = {
    "llama-grpo": {"llama-grpo": "llama-grpo", "llama-grpo-seed2": "llama-grpo-seed2"},
    "gemma-dpo": {"gemma-dpo": "gemma-dpo", "gemma-dpo-seed2": "gemma-dpo-seed2", "gemma-dpo-seed3": "gemma-dpo-seed3"},
    "adapter": {"adapter": "llama-grpo", "adapter-seed2": "llama-grpo-seed2"},
}
OF_RUNS = [
    *("llama-base", "llama-grpo", "llama-grpo-seed2", "gemma-it", "gemma-dpo", "gemma-dpo-seed2", "gemma-dpo-seed3"),
    *("adapter", "adapter-seed2"),
]


@pytest.fixture(scope="module")
def repeated(tmp_path_factory) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The scores and tables of models of which some were trained two or three times."""
    folder = tmp_path_factory.mktemp("runs")
    parts = [write_scores(folder, 2)]
    rng = np.random.default_rng(5)
    for model in ("llama-grpo-seed2", "gemma-dpo-seed2", "gemma-dpo-seed3", "adapter", "adapter-seed2"):
        rows = parts[0][parts[0]["model"] == "gemma-dpo"].assign(model=model)
        share = {"llama-grpo-seed2": 0.7, "gemma-dpo-seed2": 0.2, "gemma-dpo-seed3": 0.9}.get(model, 0.5)
        kept = rng.random(len(rows)) < share
        wrong = {"exact": 0, "no_punctuation": 0, "numeric": 0, "tag_optional": 0, "lenient": 0}
        wrong |= {"outcome": "wrong", "extracted": "7", "number": "7"}
        parts.append(rows.assign(**{name: rows[name].where(kept, value) for name, value in wrong.items()}))
    scores = pd.concat(parts)
    scores.to_csv(folder / "scores.csv", index=False)
    contrasts = [["llama-grpo", "llama-base"], ["gemma-dpo", "llama-grpo"], ["adapter", "llama-grpo"]]
    settings = json.dumps({**SETTINGS, "contrasts": [*contrasts, ["gemma-it", "llama-base"]]})
    options = ("--settings", settings, "--models", *OF_RUNS, "--runs", json.dumps(RUNS), "--names", "t1")
    files = ("--tests", folder / "test.jsonl", "--scores", folder / "scores.csv", "--tables", folder / "tables")
    done = run_stage("statistics.from_scores", *options, *files)
    assert (done.returncode, done.stderr) == (0, "")
    return scores, {path.stem: pd.read_csv(path) for path in (folder / "tables").glob("*.csv")}


def test_further_runs_of_a_training_are_no_judges(repeated) -> None:
    tables = repeated[1]
    further = {model for models in RUNS.values() for model in list(models)[1:]}
    assert set(tables["accuracy"]["model"]) == set(OF_RUNS)
    assert set(tables["agreement"]["model_a"]) == set(OF_RUNS) - further
    assert set(tables["panel"]["models"]) == {4}


def shares_of(scores: pd.DataFrame, model: str) -> pd.Series:
    return scores[scores["model"] == model].groupby("question_id")["numeric"].mean().reindex(QUESTIONS)


def spread_of_runs(values: list[pd.Series]) -> float:
    """What runs add to the square of half an interval, from sums of squares written out one by one."""
    families = [FAMILIES[name] or name for name in QUESTIONS]
    runs, questions, count = len(values), len(QUESTIONS), len(set(families))
    means = [float(np.mean(value)) for value in values]
    between = sum((mean - np.mean(means)) ** 2 for mean in means) / (runs - 1) / runs
    rest = 0.0
    for run, mean in zip(values, means, strict=True):
        for family in set(families):
            inside = [
                run[name] - np.mean([other[name] for other in values]) - (mean - np.mean(means))
                for name, of in zip(QUESTIONS, families, strict=True)
                if of == family
            ]
            rest += sum(inside) ** 2
    rest *= count / (count - 1) / (runs - 1) / questions**2 / runs
    return float(student.ppf(0.975, runs - 1) ** 2 * max(0.0, between - rest))


@pytest.mark.parametrize(
    ("trained", "base", "drawn"),
    [
        ("llama-grpo", "llama-base", ["llama-grpo"]),
        ("gemma-dpo", "llama-grpo", ["gemma-dpo", "llama-grpo"]),
        ("adapter", "llama-grpo", ["pairs"]),
    ],
)
def test_a_contrast_over_runs_holds_their_spread(trained: str, base: str, drawn: list[str], repeated) -> None:
    scores, tables = repeated
    by_run = {entry: [shares_of(scores, model) for model in models] for entry, models in RUNS.items()}
    by_run["pairs"] = [a - b for a, b in zip(by_run["adapter"], by_run["llama-grpo"], strict=True)]
    by_run["llama-base"] = [shares_of(scores, "llama-base")]
    difference = sum(by_run[trained]) / len(by_run[trained]) - sum(by_run[base]) / len(by_run[base])
    added = sum(spread_of_runs(by_run[name]) for name in drawn)
    assert added > 0
    low, high = difference_interval(Families.of([FAMILIES[q] for q in QUESTIONS]), difference.to_numpy()[:, None], 0.95)
    value = difference.mean()
    expected = value - np.hypot(value - low[0], np.sqrt(added)), value + np.hypot(high[0] - value, np.sqrt(added))
    contrasts = tables["contrasts"].query(f"trained == '{trained}' and base == '{base}' and scorer == 'numeric'")
    row = contrasts[contrasts["at"] == "mean"].iloc[0]
    assert row["difference"] == pytest.approx(value, abs=1e-5)
    assert (row["low"], row["high"]) == pytest.approx(np.clip(expected, -1, 1), abs=1e-5)
    assert row["interval"] == "t, families and runs"
    # By whole numbers, for a tie over runs is no gain.
    right = scores.groupby(["model", "question_id"])["numeric"].sum()
    several = {entry: list(RUNS.get(entry, [entry])) for entry in (trained, base)}
    sums = {entry: sum(right[model] for model in models) for entry, models in several.items()}
    signs = np.sign(sums[trained] * len(several[base]) - sums[base] * len(several[trained]))
    assert (row["gains"], row["losses"]) == ((signs > 0).sum(), (signs < 0).sum())
    parts = tables["decomposition"].query(f"model == '{trained}' and against == '{base}' and part == 'total'").iloc[0]
    assert parts[["value", "low", "high"]].tolist() == row[["difference", "low", "high"]].tolist()
    runs = tables["runs"].query(
        f"entry == '{trained}' and against == '{base}' and metric == 'numeric' and at == 'mean'"
    )
    assert runs.loc[runs["run"] == "all", ["value", "low", "high"]].values.tolist() == [
        row[["difference", "low", "high"]].tolist()
    ]
    if drawn != ["pairs"]:
        single = runs[runs["run"] != "all"].set_index("run")["value"]
        base_mean = (sum(by_run[base]) / len(by_run[base])).mean()
        assert single.to_dict() == pytest.approx(
            {model: shares_of(scores, model).mean() - base_mean for model in RUNS[trained]}, abs=1e-5
        )


def test_what_was_trained_once_is_as_without_runs(repeated, tmp_path: Path) -> None:
    row = repeated[1]["contrasts"].query("trained == 'gemma-it' and scorer == 'numeric' and at == 'mean'").iloc[0]
    write_scores(tmp_path, 2)
    assert make_tables(tmp_path, {**SETTINGS, "contrasts": [["gemma-it", "llama-base"]]}).returncode == 0
    alone = pd.read_csv(tmp_path / "tables" / "contrasts.csv").query("scorer == 'numeric' and at == 'mean'").iloc[0]
    columns = ["difference", "low", "high", "interval", "procedure"]
    assert row[columns].tolist() == alone[columns].tolist() and row["interval"] == "t, families"
    assert pd.read_csv(tmp_path / "tables" / "runs.csv").empty


def test_a_model_is_the_mean_of_its_runs_in_the_table_of_runs(repeated) -> None:
    scores, tables = repeated
    rows = tables["runs"].query("entry == 'gemma-dpo' and against.isna() and metric == 'numeric'").astype({"at": str})
    rows = rows.set_index(["at", "run"])
    means = [shares_of(scores, model).mean() for model in RUNS["gemma-dpo"]]
    every = rows.loc[("mean", "all")]
    assert (every["value"], every["sd"], every["runs"]) == pytest.approx(
        (np.mean(means), np.std(means, ddof=1), 3), abs=1e-5
    )
    single = rows.loc["mean"].drop("all")
    assert single["value"].tolist() == pytest.approx(means, abs=1e-5)
    assert every["high"] - every["low"] > (single["high"] - single["low"]).max()
    assert {"any", "mean", "0.1", "0.5"} <= set(rows.index.get_level_values(0))


def test_one_question_makes_tables_without_a_warning_or_a_false_certainty(tmp_path: Path) -> None:
    scores = write_scores(tmp_path, 2)
    scores[scores["question_id"] == "q0"].to_csv(tmp_path / "scores.csv", index=False)
    write_jsonl(tmp_path / "test.jsonl", [a_question("q0", "a")])
    done = make_tables(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    contrasts = pd.read_csv(tmp_path / "tables" / "contrasts.csv")
    assert (contrasts["low"] == -1).all() and (contrasts["high"] == 1).all()
    assert pd.read_csv(tmp_path / "tables" / "power.csv").empty


def test_a_right_answer_with_a_hundred_zeros_is_counted(tmp_path: Path) -> None:
    scores = write_scores(tmp_path, 2)
    answer = "12,5" + "0" * 200
    found = score(fill_template("x", answer), "stop", "12,5", parse_turkish("12,5"))
    assert found["numeric"] == 1 and found["number"] == "12.5" and len(found["extracted"]) < 110
    rows = scores.index[(scores["question_id"] == "q0")][:1]
    scores.loc[rows, list(found)] = list(found.values())
    scores.to_csv(tmp_path / "scores.csv", index=False)
    assert make_tables(tmp_path).returncode == 0


def test_more_questions_and_more_samples_show_smaller_differences(made) -> None:
    power = made[2]["power"]
    assert power.groupby(["trained", "base"])["at_hand"].sum().eq(1).all()
    for _, rows in power.groupby(["trained", "base", "samples"]):
        assert rows.sort_values("questions")["minimum_detectable_difference"].is_monotonic_decreasing
    for _, rows in power.groupby(["trained", "base", "questions"]):
        steps = rows.sort_values("samples")["minimum_detectable_difference"].diff().dropna()
        assert (steps <= 1e-6).all()


def test_what_would_be_found_is_no_less_than_the_interval_that_has_to_exclude_zero_needs(made) -> None:
    tables, families = made[2], len({FAMILIES[name] or name for name in QUESTIONS})
    contrasts = tables["contrasts"].query("scorer == 'numeric' and at == 'mean'").set_index(["trained", "base"])
    for row in tables["power"].query("at_hand == 1").itertuples():
        ends = contrasts.loc[(row.trained, row.base), ["low", "high"]]
        error = (ends["high"] - ends["low"]) / 2 / student.ppf(0.975, families - 1)
        # The interval counts one question more, which it adds. z(0.975) and z(0.8) are 1.96 and 0.84.
        expected = (1.95996 + 0.84162) * error * (len(QUESTIONS) + 1) / len(QUESTIONS)
        # More where what questions differ in by chance alone is more than what they differ in.
        assert expected * 0.999 < row.minimum_detectable_difference < expected * 1.4


def test_the_order_of_rows_and_a_second_run_change_no_byte(made) -> None:
    _, scores, _, folder = made
    before = {path.name: path.read_bytes() for path in (folder / "tables").iterdir()}
    scores.sample(frac=1, random_state=1).to_csv(folder / "scores.csv", index=False)
    assert make_tables(folder, fresh=True).returncode == 0
    assert {path.name: path.read_bytes() for path in (folder / "tables").iterdir()} == before


@pytest.mark.parametrize(
    ("settings", "models", "says"),
    [
        (
            {**SETTINGS, "contrasts": [["llama-grpo", "llama-bsae"]]},
            MODELS,
            "statistics.contrasts: no model llama-bsae",
        ),
        ({**SETTINGS, "panel": ["llama-grpo", "gpt"]}, MODELS, "statistics.panel: no model gpt"),
        (
            SETTINGS,
            (*MODELS, "llama-grpo-fixed"),
            "model llama-grpo-fixed, temperature 0.1, question q0, sample 0 is missing",
        ),
    ],
)
def test_a_model_that_is_not_there_is_refused_by_name(settings, models, says, tmp_path: Path) -> None:
    write_scores(tmp_path, 1)
    done = make_tables(tmp_path, settings, models)
    assert done.returncode == 2
    assert says in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "tables").exists()


def test_examples_show_one_right_and_one_wrong_side(tmp_path: Path) -> None:
    scores = write_scores(tmp_path, 1)
    for model in MODELS[:2]:
        rows = scores[scores["model"] == model].assign(finish="stop", text=lambda table: "Metin " + table["extracted"])
        write_jsonl(tmp_path / f"{model}.jsonl", rows.drop(columns=["extracted"]).to_dict("records"))
    options = ("--settings", json.dumps(SETTINGS), "--models", *MODELS, "--test", tmp_path / "test.jsonl")
    texts = (tmp_path / "llama-grpo.jsonl", tmp_path / "llama-base.jsonl")
    out = tmp_path / "examples.json"
    done = run_stage(
        "statistics.examples", *options, "--scores", tmp_path / "scores.csv", "--completions", *texts, "--examples", out
    )
    assert done.returncode == 0, done.stderr
    first, second = json.loads(out.read_text(encoding="utf-8"))
    assert [side["right"] for side in first["sides"]] == [True, False]
    assert [side["right"] for side in second["sides"]] == [False, True]
    table = scores.set_index(["model", "temperature", "question_id"])
    for example in (first, second):
        assert example["question"].startswith(f"{example['question_id']}?") and example["gold"] == "12,5"
        for side in example["sides"]:
            row = table.loc[(side["model"], example["temperature"], example["question_id"])]
            assert row["numeric"] == side["right"] and side["text"] == f"Metin {row['extracted']}"


def test_where_there_is_no_example_the_reason_is_written(tmp_path: Path) -> None:
    scores = write_scores(tmp_path, 1).assign(numeric=1, tag_optional=1, lenient=1, readable=1, outcome="right")
    scores.to_csv(tmp_path / "scores.csv", index=False)
    write_jsonl(tmp_path / "none.jsonl", [])
    options = ("--settings", json.dumps(SETTINGS), "--models", *MODELS, "--test", tmp_path / "test.jsonl")
    texts, out = (tmp_path / "none.jsonl", tmp_path / "none.jsonl"), tmp_path / "examples.json"
    done = run_stage(
        "statistics.examples", *options, "--scores", tmp_path / "scores.csv", "--completions", *texts, "--examples", out
    )
    assert done.returncode == 0, done.stderr
    assert [example["reason"] for example in json.loads(out.read_text(encoding="utf-8"))] == [
        "llama-grpo solved no question at which llama-base failed",
        "llama-base solved no question at which llama-grpo failed",
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> dict[str, pd.DataFrame]:
    tables = tables_of_the_post(tmp_path_factory.mktemp("published"))
    return {path.stem: pd.read_csv(path, dtype={"at": str}) for path in tables}


class TestPublished:
    """What the post's own numbers give; each checked by hand in the notes of the design."""

    def test_the_rule_lists_the_tables_that_the_stage_writes(self, published) -> None:
        assert set(published) == set(paths.OF_THE_POST)

    def test_any_temperature_is_27_30_30_33(self, published) -> None:
        exact = published["any_temperature"].query("scorer == 'exact'")
        assert dict(zip(exact["model"], exact["correct"], strict=True)) == dict(
            zip(MODELS, (27, 30, 30, 33), strict=True)
        )

    def test_the_mean_has_the_widest_interval_that_the_margins_allow(self) -> None:
        """Two models that solve the same 60 questions; b each at one temperature of two: which, is not known."""
        counted = {"A": [60, 30], "B": [30, 30]}
        numbers = SimpleNamespace(
            questions=SimpleNamespace(test=100), temperatures=[0.1, 0.2], correct_of_100_by_temperature=counted
        )
        solved = np.array([[1] * 60 + [0] * 40] * 2)
        table = contrasts_of_post(numbers, {"a": "A", "b": "B"}, solved, StatisticsSettings(contrasts=[("a", "b")]))
        row = table[table["at"] == "mean"].iloc[0]
        # a has 30 questions at one of two and 30 at both: each way to pair them wins 30 halves.
        low, high = difference_interval(Families.single(100), np.array([[0.5]] * 30 + [[0]] * 70), 0.95)
        assert (row["low"], row["high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))

    def test_the_models_solve_40_together(self, published) -> None:
        panel = published["panel"].iloc[0]
        assert (panel["any"], panel["all"], panel["none"]) == (40, 20, 60)
        assert panel["fleiss_kappa"] == pytest.approx(0.73, abs=0.005)

    def test_grpo_against_base_is_not_significant_at_any_temperature(self, published) -> None:
        row = published["contrasts"].query("trained == 'llama-grpo' and base == 'llama-base' and at == 'any'").iloc[0]
        assert (row["gains"], row["losses"]) == (6, 3)
        assert row["p"] == pytest.approx(0.508, abs=0.001)

    def test_grpo_is_five_points_above_base_and_so_at_all_ten_temperatures(self, published) -> None:
        rows = published["contrasts"].query("trained == 'llama-grpo' and base == 'llama-base'").set_index("at")
        assert rows.loc["mean", "difference"] == pytest.approx(0.05)
        assert (rows.drop(index=["mean", "any"])["difference"] > 0).sum() == 10

    def test_the_format_reward_settled_at_a_quarter(self, published) -> None:
        facts = published["reward_facts"].set_index("fact")["value"]
        assert facts["format_mode"] == 0.25
        assert facts["format_mode_share"] == pytest.approx(765 / 1326, abs=1e-6)
        assert facts["format_maximum"] == 0.312
        assert facts["format_start"] == pytest.approx(-0.426, abs=0.001)
        assert facts["length_correlation_start"] == pytest.approx(-0.74, abs=0.005)
        assert facts["all_wrong_share"] == pytest.approx(1050 / 1326, abs=1e-6)

    def test_an_unknown_label_is_refused(self, tmp_path: Path) -> None:
        numbers = ROOT / "data" / "published" / "published.json"
        options = ("--settings", "{}", "--numbers", numbers, "--tables", tmp_path / "tables")
        done = run_stage("statistics.published", *options, "--labels", '{"llama-base": "GPT"}')
        assert done.returncode == 2


class TestTraining:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (fill_template("x", "7"), "template_newline"),
            (fill_template("x", "7").rstrip(), "template"),
            ("<matematik>\nx\n</matematik>\n<cevap>7</cevap>", "inline"),
            ("<matematik>\nx\n</matematik>\n\n<cevap> 7 </cevap>\n", "inline"),
            ("<matematik>\nx\n</matematik>\n<cevap>7\n</cevap>", "half_inline"),
            ("<matematik>\nx\n</matematik>\n<cevap>\n7</cevap>", "half_inline"),
            ("x = 7", "no_tags"),
            ("", "no_tags"),
            ("<cevap>7</cevap>", "other"),
            (fill_template("x", "7") + "Not: bitti.", "other"),
            (fill_template("x", "7") * 2, "other"),
            ("<matematik>x</matematik><cevap>7</cevap>", "other"),
        ],
    )
    def test_forms_of_completions(self, text: str, expected: str) -> None:
        assert form(text) == expected

    def test_what_each_form_earns_needs_no_model(self) -> None:
        table = forms_table().set_index(["form", "length"])
        assert set(table.index.get_level_values("form")) == set(FORMS) - {"other"}
        assert table.loc[("template", 1000), "xmlcount"] == pytest.approx(-0.499)
        assert table.loc[("inline", 1000), "xmlcount"] == 0.25
        assert table.loc[("template", 1000), "template_match"] == 0.5

    @staticmethod
    def write_rollouts(path: Path, steps: int) -> None:
        path.parent.mkdir(parents=True)
        same = {"question_id": "q", "advantage": 0.0}
        texts = [fill_template("x" * 90, "7").rstrip(), "<matematik>\nx\n</matematik>\n<cevap>7</cevap>", "x"]
        with zstandard.open(path, "wt", encoding="utf-8") as file:
            for step, text in product(range(1, steps + 1), texts):
                row = {"step": step, "completion": text, "rewards": {"exact_match": 2.0 * step}, **same}
                file.write(json.dumps(row) + "\n")

    def test_the_audit_counts_every_completion_once(self, tmp_path: Path) -> None:
        path = tmp_path / "llama-grpo" / "completions.jsonl.zst"
        self.write_rollouts(path, 120)
        table = audit("llama-grpo", read_rollouts(path))
        one = table[table["reward"] == "xmlcount"]
        assert one["count"].sum() == 360 and one["step"].nunique() <= 50
        assert one.groupby("step")["share"].sum().tolist() == pytest.approx([1.0] * one["step"].nunique())
        assert one["step"].min() == 1 and one["step_end"].max() == 120
        assert set(table["reward"]) == {"xmlcount", "template_match", "exact_match"}
        means = one.dropna().groupby("form")["mean"].mean()
        assert means["inline"] == pytest.approx(0.25) and means["no_tags"] == 0 and means["template"] > 0.3

    @pytest.mark.parametrize("rewards", [("xmlcount", "exact_match"), ("template_match", "numeric_match")])
    def test_logs_are_read_whatever_rewards_the_run_had(self, rewards, tmp_path: Path) -> None:
        folder = tmp_path / "llama-grpo"
        folder.mkdir()
        columns = ("reward", "reward_std", "kl", "clipped_ratio", "frac_reward_zero_std", "step_time")
        with (folder / "log.csv").open("w", newline="") as file:
            log = csv.writer(file)
            log.writerow(["step", "completion_length", *(f"rewards/{name}/mean" for name in rewards), *columns])
            log.writerows([step, 300 + step, 0.25, 0.5, *[0.1] * len(columns)] for step in range(9))
        table = read_log(folder / "log.csv")
        assert set(table["model"]) == {"llama-grpo"} and "step_time" not in table.columns
        assert table["format_reward"].eq(0.25).all() and table["correctness_reward"].eq(0.5).all()
        facts = reward_facts(table, 200, 0, 0.95)
        assert set(facts["fact"]) == set(MEANINGS)
        assert facts.set_index("fact").loc["length_change", "value"] == pytest.approx(6)

    def test_a_log_with_no_known_reward_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "log.csv").write_text("step,completion_length\n0,1\n")
        with pytest.raises(UserError, match="rewards/<name>/mean"):
            read_log(tmp_path / "log.csv")


def test_the_benchmark_of_statistics_calls_stages_as_they_want_to_be_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"QUESTIONS": 10, "NEW_NUMBERS": 10, "SAMPLES": 1, "STEPS": 30, "DRAWS": 200, "TEMPERATURES": (0.1, 1.0)}
    for name, value in small.items():
        monkeypatch.setattr(benchmark, name, value)

    def run(module: str, *options: object) -> tuple[float, float, float]:
        done = run_stage(module, *options)
        assert done.returncode == 0, done.stderr
        return 0, 0, 0

    monkeypatch.setattr(benchmark, "run", run)
    benchmark.write_inputs(tmp_path)
    benchmark.stages(tmp_path)
    assert (tmp_path / "claims.md").is_file()
