"""Config files: ours load, mistakes are named by file and key, and a slice holds only what its stage uses."""

import json
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import experiments

ROOT = Path(__file__).parents[2]
SMOKE = (ROOT / "config" / "smoke.yaml").read_text(encoding="utf-8")


def load_text(tmp_path: Path, text: str) -> experiments.Experiment:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return experiments.load(path)


def edited(old: str, new: str) -> str:
    assert old in SMOKE
    return SMOKE.replace(old, new, 1)


def test_every_experiment_of_the_project_loads():
    assert {"smoke", "published"} <= experiments.load_all(ROOT / "config").keys()


def test_the_committed_schema_is_the_one_that_the_code_makes():
    committed = json.loads((ROOT / "config" / "schema.json").read_text(encoding="utf-8"))
    assert committed == experiments.schema(), (
        "run: python -m finmath_grpo.workflow.experiments schema > config/schema.json"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("samples: 1", "samples: 1\n  sample: 2", r"mine\.yaml: evaluation\.sample: Extra inputs are not permitted"),
        ("samples: 1", "samples: many", r"evaluation\.samples: Input should be a valid integer.*'many'"),
        ("  top_p: 1.0\n  max_new", "  max_new", r"evaluation\.top_p: Field required"),
        ("0.9, 1.0]", "0.9, 0.9]", r"evaluation\.temperatures: .*stands twice"),
        ("[xmlcount, exact_match]", "[xmlcount, exactmatch]", r"models\.llama-grpo\.rewards\.1: .*'exactmatch'"),
        ("base: gemma-it", "base: gemma", r"models\.gemma-dpo\.base: 'gemma' must be a pretrain or fetch entry"),
        ("base: llama-base", "base: gemma-dpo", r"models\.llama-grpo\.base: 'gemma-dpo' must be a pretrain or fetch"),
        ("method: pretrain", "method: prtrain", r"models\.llama-base: .*'prtrain'"),
        ("kind: run", "kind: walk", r"mine\.yaml: .*'walk'"),
        ("device: cpu", "device: cpu\ndevice: cuda", r"mine\.yaml, line \d+: .*'device' stands twice"),
        ("kind: run", "kind: [run", r"mine\.yaml, line \d+: not YAML"),
        ("llama-base:\n    label", "Llama Base:\n    label", r"models\.Llama Base"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path, old, new, message):
    with pytest.raises(UserError, match=message):
        load_text(tmp_path, edited(old, new))


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"nothing\.yaml: can't be read: No such file"):
        experiments.load(Path("nothing.yaml"))


def test_learning_rates_may_be_written_as_2e_3(tmp_path):
    assert load_text(tmp_path, SMOKE).training.grpo.learning_rate == 0.002


def test_a_label_or_another_models_seed_is_no_part_of_a_training_slice(tmp_path):
    original = load_text(tmp_path, SMOKE)
    changed = load_text(tmp_path, edited("label: Tiny Llama + GRPO\n", "label: X\n").replace("seed: 2", "seed: 9"))
    assert experiments.training_settings(changed, "llama-grpo") == experiments.training_settings(original, "llama-grpo")
    assert experiments.pretraining_settings(changed, "gemma-it") != experiments.pretraining_settings(
        original, "gemma-it"
    )


def test_plot_settings_are_no_part_of_any_other_slice(tmp_path):
    original, changed = load_text(tmp_path, SMOKE), load_text(tmp_path, edited("figures: {}", "figures: {width: 1200}"))
    for name in ("split", "prompt", "evaluation", "statistics", "merge"):
        assert experiments.section(changed, name) == experiments.section(original, name)


@pytest.mark.parametrize(
    ("environment", "gpu", "expected"),
    [
        ({}, False, "smoke"),
        ({}, True, "smoke"),
        ({"FINMATH_STACK": "cuda"}, True, "small"),
        ({"FINMATH_STACK": "cuda"}, False, "smoke"),
        ({"FINMATH_STACK": "cuda", "FINMATH_EXPERIMENT": "published"}, True, "published"),
    ],
)
def test_the_default_experiment_fits_the_machine_unless_one_is_named(environment, gpu, expected):
    loaded = experiments.load_all(ROOT / "config")
    assert experiments.default_experiment(loaded, environment, gpu)[0] == expected


def test_an_unknown_default_experiment_is_refused():
    with pytest.raises(UserError, match=r"FINMATH_EXPERIMENT=smok: expected one of .*smoke"):
        experiments.default_experiment(experiments.load_all(ROOT / "config"), {"FINMATH_EXPERIMENT": "smok"}, gpu=False)
