"""What each job gets, by experiment, model and figure."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from finmath_grpo.workflow import experiments
from finmath_grpo.workflow.plan import Plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def in_root():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.fixture(scope="module")
def plan() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return Plan(experiments.load_all(Path("config")).good)


def job(experiment: str, model: str = "", figure: str = "", test: str = "") -> SimpleNamespace:
    return SimpleNamespace(experiment=experiment, model=model, figure=figure, test=test)


@pytest.mark.parametrize(
    ("experiment", "model", "method"),
    [
        ("smoke", "llama-base", "pretrain"),
        ("paper", "llama-base", "fetch"),
        ("smoke", "gemma-dpo", "dpo"),
        ("paper", "gemma-dpo", "fetch"),
        ("paper", "llama-grpo", "grpo"),
    ],
)
def test_one_rule_alone_can_make_a_model(plan, experiment, model, method):
    for other in ("pretrain", "fetch", "grpo", "dpo"):
        asked = plan.made_by(other)(job(experiment, model))
        assert (asked == []) is (other == method)
        assert asked == [] or not Path(asked).exists()


def test_a_model_that_no_config_has_is_made_by_no_rule_and_the_path_says_so(plan):
    asked = plan.made_by("pretrain")(job("smoke", "llama-bsae"))
    assert asked == "config/smoke.yaml: no llama-bsae by pretrain under models"
    assert "no llama-bsae by grpo or dpo" in plan.base(job("smoke", "llama-bsae"))


def test_an_unmerged_adapter_is_evaluated_with_its_base(plan):
    assert plan.weights(job("paper", "llama-grpo-adapter")) == [
        "results/paper/models/llama-base/MANIFEST.sha256",
        "results/paper/training/llama-grpo/MANIFEST.sha256",
    ]
    assert plan.weights(job("paper", "llama-grpo")) == ["results/paper/models/llama-grpo/MANIFEST.sha256"]


def test_every_run_of_an_entry_has_jobs_of_its_own(plan):
    runs = ["llama-grpo", "llama-grpo-seed1", "llama-grpo-seed2"]
    assert {f"results/small-seeds/completions/{run}.jsonl" for run in runs} < set(plan.completions(job("small-seeds")))
    settings = [json.loads(plan.training_settings(job("small-seeds", run))) for run in runs]
    assert [found["seed"] for found in settings] == [3407, 1, 2]
    assert plan.made_by("grpo")(job("small-seeds", "llama-grpo-seed2")) == []
    assert plan.weights(job("small-seeds", "llama-grpo-adapter-seed2")) == [
        "results/small-seeds/models/llama-base/MANIFEST.sha256",
        "results/small-seeds/training/llama-grpo-seed2/MANIFEST.sha256",
    ]
    # The first run is the training that `small` has, and the statistics know which models are further runs.
    assert settings[0] == json.loads(plan.training_settings(job("small", "llama-grpo")))
    assert json.loads(plan.runs(job("small-seeds")))["llama-grpo"] == {run: run for run in runs}
    assert plan.runs(job("small")) == "{}"


def test_pretraining_holds_out_every_test_and_the_validation_set(plan):
    assert plan.held_out_names(job("smoke")) == ["t1", "t2", "t3", "v"]
    assert plan.held_out(job("smoke")) == [f"results/smoke/data/{name}.jsonl" for name in ("test", "t2", "t3", "v")]


def test_each_test_is_asked_as_its_config_says(plan):
    asked = json.loads(plan.evaluation_settings(job("smoke")))
    written = yaml.safe_load((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))["evaluation"]
    assert asked["t1"] == written
    assert asked["t2"]["temperatures"] == [0.7] and asked["t3"]["samples"] == 1


def test_a_stage_gets_its_own_slice_and_no_other(plan):
    settings = json.loads(plan.training_settings(job("smoke", "llama-grpo-fixed")))
    assert settings.keys() == {"device", "prompt", "rewards", "seed", "training"}
    assert settings["rewards"] == ["template_match", "numeric_match"] and "evaluation" not in settings["training"]


def test_the_fingerprint_of_grpo_is_that_of_its_own_rewards_and_engine(plan):
    codes = {
        (experiment, model): plan.grpo_code(job(experiment, model))
        for experiment in ("smoke", "small")
        for model in ("llama-grpo", "llama-grpo-fixed")
    }
    assert len(set(codes.values())) == 4


def test_what_was_not_published_is_not_asked_for(plan):
    assert plan.completions_to_read(job("published")) == []
    assert plan.unless_published("scores.csv")(job("published")) == []
    assert not any("decomposition" in table for table in plan.tables_of_claims(job("published")))
    assert any("decomposition" in table for table in plan.tables_of_claims(job("recorded")))


def test_a_run_without_grpo_has_no_tables_and_no_figures_of_training(plan, tmp_path):
    text = "extends: smoke\nmodels: {llama-grpo: null, llama-grpo-fixed: null}\nstatistics: null\n"
    for name in ("smoke", "mine"):
        content = text if name == "mine" else (ROOT / "config/smoke.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
    mine = Plan({"mine": experiments.load(tmp_path / "mine.yaml")})
    asked = [*mine.tables_to_link(job("mine")), *mine.figures("mine")]
    assert not [name for name in asked if "training" in name or "reward" in name]
    assert mine.rollouts(job("mine")) == [] and mine.training_questions(job("mine")) == []


def test_jobs_on_a_cpu_use_one_core_and_no_gpu(plan):
    assert (plan.cpus(job("smoke")), plan.gpus(job("smoke"))) == (1, 0)
    assert plan.gpus(job("small")) == 1
