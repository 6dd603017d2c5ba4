"""What each job gets, by experiment, model and figure."""

import io
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
import zstandard

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import closure, experiments
from finmath_grpo.workflow.artifacts import artifacts, figures, may_be
from finmath_grpo.workflow.config_file import self_contained
from finmath_grpo.workflow.kinds import Experiment
from finmath_grpo.workflow.plan import Plan
from finmath_grpo.workflow.question_files import check_questions
from finmath_grpo.workflow.resources import JobResources

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


def mine(folder: Path, text: str) -> dict[str, Experiment]:
    """The experiment `mine`, whose file has this text, beside the file of `smoke`, which it may extend."""
    for name, content in (("smoke", (ROOT / "config/smoke.yaml").read_text(encoding="utf-8")), ("mine", text)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return {"mine": experiments.load(folder / "mine.yaml")}


def job(experiment: str, model: str = "", figure: str = "", test: str = "", first: str = "") -> SimpleNamespace:
    return SimpleNamespace(experiment=experiment, model=model, figure=figure, test=test, first=first)


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
    adapters = [f"{model}-adapter" for model in ("llama-grpo", "llama-grpo-fixed", "gemma-dpo")]
    unmerged = {f"{adapter}{seed}" for adapter in adapters for seed in ("", "-seed1", "-seed2")}
    assert set(json.loads(plan.look(job("small-seeds")))["unmerged"]) == unmerged
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


def test_a_run_without_grpo_has_no_tables_and_no_figures_of_training(tmp_path):
    found = mine(tmp_path, "extends: smoke\nmodels: {llama-grpo: null, llama-grpo-fixed: null}\nstatistics: null\n")
    plan = Plan(found)
    asked = [*plan.tables_to_link(job("mine")), *figures(found["mine"])]
    assert not [name for name in asked if "training" in name or "reward" in name]
    assert plan.rollouts(job("mine")) == [] and plan.training_questions(job("mine")) == []


def test_jobs_on_a_cpu_use_one_core_and_no_gpu(plan):
    needs = JobResources(plan.experiments)
    assert (needs.cpus(job("smoke")), needs.gpus(job("smoke"))) == (1, 0)
    assert needs.gpus(job("small")) == 1


def test_others_are_told_of_the_recorded_run_what_its_record_says(plan):
    told = json.loads(plan.shared_config(job("recorded")))
    assert told["models"]["llama-grpo"]["rewards"] == ["xmlcount", "exact_match"]
    assert told["evaluation"]["engine"] == "vllm" and told["training"]["grpo"]["engine"] == "unsloth"
    assert set(json.loads(plan.shared_config(job("smoke")))) == set(told)


def test_others_are_told_of_every_training_run_of_a_record(tmp_path):
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        content = self_contained(ROOT / "config/small-seeds.yaml")
        entry = tarfile.TarInfo("small-seeds.yaml")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    record = tmp_path / "seeds.tar.zst"
    record.write_bytes(zstandard.ZstdCompressor().compress(plain.getvalue()))
    text = f"kind: recorded\nrecord: {record}\nneeds: {{memory: 2, disk: 1}}\nfigures: {{}}\n"
    told = json.loads(Plan(mine(tmp_path, text)).shared_config(job("mine")))["models"]
    assert (told["llama-grpo"]["seed"], told["llama-grpo-seed2"]["seed"]) == (3407, 2)
    assert told["llama-grpo-seed2"]["base"] == "llama-base" and told["llama-grpo-seed2"]["label"].endswith(", seed 2")
    assert told["llama-grpo-adapter-seed2"]["of"] == "llama-grpo-seed2" and told["llama-base"]["seed"] == 1
    assert len(told) == 2 + 3 * 3 * 2


def test_no_experiment_builds_an_export(plan):
    assert not [file for name, found in plan.experiments.items() for file in artifacts(name, found) if "export" in file]


def test_the_validation_questions_are_asked_in_training_only_where_the_config_says_so(plan, tmp_path):
    assert plan.validation(job("smoke", "llama-grpo")) == "results/smoke/data/v.jsonl"
    quiet = plan.experiments["smoke"].model_copy(deep=True)
    off = quiet.training.grpo.model_copy(update={"validate_every": None})
    quiet = quiet.model_copy(update={"training": quiet.training.model_copy(update={"grpo": off})})
    silent = Plan({"quiet": quiet})
    assert silent.validation(job("quiet", "llama-grpo")) == []
    # The grammar of numbers is code of the runs that it validates or rewards, and of no others.
    alone = ("finmath_grpo.training.grpo", "finmath_grpo.rewards:xmlcount", "finmath_grpo.rewards:exact_match")
    alone += ("finmath_grpo.training.cpu_passes",)
    assert silent.grpo_code(job("quiet", "llama-grpo")) == closure.fingerprint(*alone)
    judged = "finmath_grpo.training.held_out:judged"
    assert (
        plan.grpo_code(job("smoke", "llama-grpo")) == closure.fingerprint(*alone, judged) != closure.fingerprint(*alone)
    )
    with pytest.raises(UserError, match=r"training\.grpo\.validate_every: needs the file of questions `validation`"):
        mine(tmp_path, "extends: smoke\nvalidation: null\n")


def test_many_tries_are_asked_of_the_models_that_the_config_names_and_of_no_run_without_the_section(plan, tmp_path):
    text = "extends: smoke\ndeep: {models: [llama-base, llama-grpo], temperature: 0.9, samples: 600}\n"
    found = mine(tmp_path, text)
    deep = Plan(found)
    assert deep.deep_completions(job("mine")) == [
        f"results/mine/deep/llama-{name}.{first}.jsonl.zst" for name in ("base", "grpo") for first in (0, 256, 512)
    ]
    of_tests = json.loads(deep.evaluation_settings(job("mine")))
    for first, samples in {"0": 256, "256": 256, "512": 88}.items():
        asked = json.loads(deep.deep_settings(job("mine", first=first)))
        assert asked == {**of_tests["t1"], "temperatures": [0.9], "samples": samples}
    assert of_tests == json.loads(plan.evaluation_settings(job("smoke")))
    files = dict.fromkeys([*artifacts("mine", found["mine"]), *deep.tables_to_link(job("mine"))])
    assert [file for file in files if "deep" in file] == [
        *(f"results/mine/figures/pass_at_k_deep.{kind}" for kind in ("png", "html")),
        "results/mine/statistics/pass_at_k_deep.csv",
    ]
    without = [*artifacts("smoke", plan.experiments["smoke"]), *plan.tables_to_link(job("smoke"))]
    assert not [file for file in without if "deep" in file]
    with pytest.raises(UserError, match=r"deep\.models: 'gone' is no entry under models"):
        mine(tmp_path, text.replace("llama-grpo", "gone"))
    with pytest.raises(UserError, match=r"deep\.models: 'llama-grpo' is trained from another of them"):
        mine(tmp_path, text.replace("[llama-base, llama-grpo]", "[llama-grpo, llama-base]"))


def test_the_audit_of_scorers_is_drawn_from_the_table_that_is_shipped(plan):
    assert plan.figure_tables(job("recorded", figure="scorer_audit")) == ["data/recorded/scorer_audit.csv"]
    assert "scorer_audit" in figures(plan.experiments["recorded"])
    assert "scorer_audit" not in figures(plan.experiments["smoke"])


def test_a_model_split_over_two_gpus_asks_for_both_and_one_gpu_changes_no_name_of_finished_work(tmp_path):
    small = yaml.safe_load((ROOT / "config/small.yaml").read_text(encoding="utf-8"))
    small["evaluation"]["tensor_parallel_size"] = 2
    split = Plan(mine(tmp_path, yaml.safe_dump(small, allow_unicode=True)))
    needs = JobResources(split.experiments)
    assert (needs.gpus_of_generation(job("mine")), needs.gpus(job("mine"))) == (2, 1)
    settings = split.evaluation_settings(job("mine"))
    assert json.loads(settings)["t1"]["tensor_parallel_size"] == 2
    del small["evaluation"]["tensor_parallel_size"]
    one = Plan(mine(tmp_path, yaml.safe_dump(small, allow_unicode=True)))
    assert JobResources(one.experiments).gpus_of_generation(job("mine")) == 1
    assert "tensor_parallel_size" not in one.evaluation_settings(job("mine"))


def test_transformers_splits_no_model(tmp_path):
    smoke = yaml.safe_load((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))
    smoke["evaluation"]["tensor_parallel_size"] = 2
    with pytest.raises(UserError, match=r"evaluation\.tensor_parallel_size.*engine: vllm"):
        mine(tmp_path, yaml.safe_dump(smoke, allow_unicode=True))


def test_the_processes_of_one_model_ask_for_its_cores_and_memory_and_for_those_of_no_other(plan, tmp_path):
    text = "extends: smoke\nmodels: {llama-grpo: {training: {processes: 2, per_device_train_batch_size: 24}}}\n"
    parallel = Plan(mine(tmp_path, text))
    two, one = job("mine", "llama-grpo"), job("mine", "llama-grpo-fixed")
    needs = JobResources(parallel.experiments)
    assert (needs.cpus_of_grpo(two), needs.cpus_of_grpo(one)) == (2, 1)
    assert needs.memory_mb_of_grpo(two) == 2 * needs.memory_mb_of_grpo(one)
    assert parallel.grpo_code(one) == plan.grpo_code(job("smoke", "llama-grpo-fixed"))
    assert parallel.grpo_code(two) != plan.grpo_code(job("smoke", "llama-grpo"))


def test_a_file_of_a_model_or_figure_that_an_experiment_has_not_is_none_of_its_targets(plan):
    right = [
        "results/smoke/completions/llama-grpo.jsonl",
        "results/smoke/models/gemma-it/MANIFEST.sha256",
        "results/small-seeds/deep/llama-base.768.jsonl.zst",
        "results/published/figures/all_models.png",
        "results/published/figures/plotly.min.js",
        "results/smoke/scores.csv",
        "data/raw/smoke.jsonl",
    ]
    wrong = [
        "results/smoke/completions/llama-gpro.jsonl",
        "results/smoke/training/gone/log.csv",
        "results/smoke/deep/llama-base.0.jsonl.zst",
        "results/small-seeds/deep/llama-base.255.jsonl.zst",
        "results/small-seeds/deep/gemma-it.0.jsonl.zst",
        "results/published/figures/outcomes.png",
    ]
    assert [may_be(target, plan.experiments) for target in right + wrong] == [True] * len(right) + [False] * len(wrong)


@pytest.mark.parametrize("experiment", ["smoke", "recorded", "published", "small-seeds"])
def test_every_table_that_a_page_links_to_is_a_target_so_that_a_deleted_one_is_made_again(plan, experiment):
    found = plan.experiments[experiment]
    assert set(plan.tables_to_link(job(experiment))) <= set(artifacts(experiment, found))
    drawn = {table for name in figures(found) for table in plan.figure_tables(job(experiment, figure=name))}
    assert {table for table in drawn if table.startswith("results/")} <= set(artifacts(experiment, found))


ROWS = [json.loads(row) for row in (ROOT / "data/raw/smoke.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([*ROWS[:2], ROWS[2] | {"value": "1.234,5"}, *ROWS[3:]], r"mine\.jsonl, line 3: value: .*1\.234,5"),
        (ROWS[:100], r"mine\.jsonl: split\.test: 100 of 100 questions .* leave none to train on"),
        ([{**row, "answer": "ne?"} for row in ROWS[:41]] + ROWS[41:101], r"mine\.jsonl: split\.test: 100 of 60"),
        ([{**row, "answer": "ne?"} for row in ROWS[:101]], r"mine\.jsonl: no question is left to ask"),
        (json.dumps(ROWS), r"mine\.jsonl, line 1: "),
        ("id,question,answer\n1,2,3\n", r"mine\.jsonl, line 1: .*JSON"),
    ],
    ids=["a value", "too few", "too few that can be cleaned", "none that can", "one array", "CSV"],
)
def test_questions_that_no_stage_could_read_are_refused_before_snakemake_plans(content, said, plan, tmp_path):
    text = content if isinstance(content, str) else "\n".join(json.dumps(row) for row in content)
    (tmp_path / "mine.jsonl").write_text(text, encoding="utf-8")
    found = mine(tmp_path, f"extends: smoke\nquestions: {tmp_path / 'mine.jsonl'}\n")
    check_questions("smoke", plan.experiments["smoke"])
    with pytest.raises(UserError, match=said):
        check_questions("mine", found["mine"])


COPIED = r"2 questions of .*copied\.jsonl, the first 'x-5', can be found word for word in .*mine\.jsonl"


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        (
            "",
            r"config/mine\.yaml: tests\.t3\.questions: data/raw/smoke-instances\.jsonl was made from other questions",
        ),
        ("tests: {t3: null}", None),
        ("tests: {t3: {questions: MINE-T3}}", None),
        (
            "tests: {t3: null, t2: {questions: MINE}}",
            r"tests\.t2\.questions: .*mine\.jsonl is the file of `questions` too",
        ),
        ("tests: {t2: {questions: MINE-T3}, t3: {questions: MINE-T3}}", r"tests\.t3\.questions: .* of `tests\.t2\.q"),
        ("tests: {t3: null}\nvalidation: MINE", r"validation: .*mine\.jsonl is the file of `questions` too"),
        ("tests: {t3: null}\nvalidation: COPIED", rf"validation: {COPIED}"),
        ("tests: {t3: null, t2: {questions: COPIED}}", rf"tests\.t2\.questions: {COPIED}"),
        ("tests: {t3: {questions: COPIED}}", rf"tests\.t3\.questions: {COPIED}"),
    ],
)
def test_a_test_of_what_is_trained_on_or_of_other_questions_is_refused(tests, said, plan, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    rows = {"mine": [{**row, "id": f"own-{row['id']}"} for row in ROWS], "mine-t3": [{**ROWS[0], "of": "own-sm-001"}]}
    rows["mine-t3"][0]["question"] += " (yeni)"
    # Under another name and id, a file that begins with other questions.
    rows["copied"] = [{**rows["mine-t3"][0], "of": ""}, {**ROWS[5], "id": "x-5"}, {**ROWS[7], "id": "x-7"}]
    rows["copied"][1]["question"] = f" {ROWS[5]['question']}  "
    rows["mine"][0]["id"] = "own-sm-001"
    for name, content in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, content)), encoding="utf-8")
    changes = tests
    for name in ("mine-t3", "copied", "mine"):
        changes = changes.replace(name.upper(), str(tmp_path / f"{name}.jsonl"))
    text = f"extends: smoke\nquestions: {tmp_path / 'mine.jsonl'}\n{changes}\n"
    found = mine(tmp_path, text)
    check_questions("smoke", plan.experiments["smoke"])
    if said is None:
        check_questions("mine", found["mine"])
    else:
        with pytest.raises(UserError, match=said):
            check_questions("mine", found["mine"])
