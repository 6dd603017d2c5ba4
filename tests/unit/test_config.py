"""Config files: ours load, mistakes are named by file and key, and a slice holds only what its stage uses."""

import contextlib
import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
import zstandard
from committed import committed

from finmath_grpo.errors import UserError
from finmath_grpo.release import targets
from finmath_grpo.workflow import experiments, model_names, seeds, slices
from finmath_grpo.workflow.config_file import merge_patch, parse_yaml, read_yaml, self_contained
from finmath_grpo.workflow.kinds import Experiment

ROOT = Path(__file__).parents[2]
EXPERIMENT_FILES = [path for path in committed("config/*.yaml") if path.name not in experiments.NO_EXPERIMENTS]
OURS = [path.stem for path in EXPERIMENT_FILES]
SMOKE = (ROOT / "config" / "smoke.yaml").read_text(encoding="utf-8")
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "config" / "schema.json").read_text(encoding="utf-8")))


def load_text(folder: Path, text: str, encoding: str = "utf-8") -> Experiment:
    path = folder / "mine.yaml"
    path.write_text(text, encoding=encoding)
    return experiments.load(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of configs that has `smoke` in it."""
    (tmp_path / "smoke.yaml").write_text(SMOKE, encoding="utf-8")
    return tmp_path


def edited(old: str, new: str) -> str:
    assert old in SMOKE
    return SMOKE.replace(old, new, 1)


def test_every_experiment_of_the_project_loads(monkeypatch):
    monkeypatch.chdir(ROOT)
    good, broken = experiments.load_all(ROOT / "config")
    assert not broken.keys() & set(OURS)
    assert [name for name in good if name in OURS] == [
        "open",
        "paper",
        "paper-fast",
        "paper-fast-48",
        "published",
        "recorded",
        "small",
        "small-fast",
        "small-seeds",
        "smoke",
    ]


def test_the_image_names_every_experiment_and_no_other_file(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["targets"])
    targets.main()
    named = re.findall(r"^  (\S+) +[A-Z`]", capsys.readouterr().out, flags=re.MULTILINE)
    assert [name for name in named if name in (*OURS, "doctor")] == [*sorted(OURS), "doctor"]


@pytest.mark.parametrize("path", EXPERIMENT_FILES, ids=lambda path: path.stem)
def test_editors_find_the_schema_and_no_fault(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n# ")
    words = targets.first_comment(text)
    assert "schema" not in words and (words[0].isupper() or words.startswith("`"))
    # As an editor reads it: YAML 1.2, where 2e-3 is a number.
    content = yaml.safe_load(re.sub(r"\b(\d)e-(\d)", r"\1.0e-\2", text))
    assert [error.message for error in SCHEMA.iter_errors(content)] == []


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"device": "cpu"}, True),
        ({"models": {"gemma-dpo": None}, "training": {"dpo": None}}, True),
        ({"devise": "cpu"}, False),
        ({"training": {"grpo": {"top_p": 2}}}, False),
        ({"models": {"llama-base": {"method": "bake"}}}, False),
    ],
)
def test_the_schema_knows_files_that_extend(changes, fits):
    assert SCHEMA.is_valid({"extends": "smoke", **changes}) is fits


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
        (
            "base: gemma-it",
            "base: gemma",
            r"models\.gemma-dpo\.base: 'gemma' must be a pretrain, fetch or folder entry",
        ),
        ("base: llama-base", "base: gemma-dpo", r"llama-grpo\.base: 'gemma-dpo' must be a pretrain, fetch or folder"),
        ("method: pretrain", "method: prtrain", r"models\.llama-base: .*'prtrain'"),
        ("kind: run", "kind: walk", r"mine\.yaml: .*'walk'"),
        ("device: cpu", "device: cpu\ndevice: cuda", r"mine\.yaml, line \d+: .*'device' stands twice"),
        ("kind: run", "kind: [run", r"mine\.yaml, line \d+: not YAML"),
        ("llama-base:\n    label", "Llama Base:\n    label", r"models\.Llama Base"),
        ("engine: transformers", "engine: vllm", r"mine\.yaml: evaluation\.engine: vllm needs `device: cuda`"),
        ("engine: trl", "engine: unsloth", r"mine\.yaml: training\.grpo\.engine: unsloth needs `device: cuda`"),
        (
            "engine: trl",
            "engine: trl\n    shortcuts: [sampler_log_probabilities]",
            r"mine\.yaml: training\.grpo\.shortcuts: sampler_log_probabilities needs `device: cuda`",
        ),
        (
            "engine: trl",
            "engine: trl\n    shortcuts: [nondeterministic]",
            r"mine\.yaml: training\.grpo\.shortcuts: nondeterministic needs `device: cuda`",
        ),
        (
            "engine: trl",
            "engine: unsloth\n    shortcuts: [nondeterministic, trimmed]",
            r"training\.grpo\.shortcuts: .*trimmed needs `engine: trl`",
        ),
        ("[xmlcount, exact_match]", "[xmlcount, xmlcount]", r"llama-grpo\.rewards: .*stands twice"),
        ("num_generations: 6", "num_generations: 5", r"steps_per_generation: .* is 96, .* multiple of num_generations"),
        ("num_generations: 6", "num_generations: 1", r"num_generations: .*greater than or equal to 2"),
        ("optimizer_steps: 60", "optimizer_steps: 59", r"optimizer_steps: .*max_steps is 60"),
        ("learning_rate: 1e-3", "learning_rate: .inf", r"learning_rate: .*finite"),
        ("merge:\n  prompts: 32\n  max_new_tokens: 96\n", "", r"models\.llama-grpo\.method: grpo needs .*`merge`"),
        ("smoke-instances.jsonl}", "x.jsonl, temperatures: [0.75]}", r"tests\.t3\.temperatures: 0\.75 is not among"),
        ("kind: run", 'kind: run\nsplit: "\\x00"\n\x07', r"mine\.yaml: not YAML"),
        ("kind: run", "? [a]\n: b\nkind: run", r"mine\.yaml, line 3: not YAML as expected: .*unhashable"),
        ("label: Tiny Llama\n", 'label: "Tiny \\u202eLlama"\n', r"models\.llama-base\.label: .*U\+202E .*take it out"),
        ("label: Tiny Llama\n", 'label: "\\u200b"\n', r"models\.llama-base\.label: .*U\+200B .*take it out"),
        ("label: Tiny Llama\n", f"label: {'x' * 81}\n", r"models\.llama-base\.label: .*at most 80"),
        (
            "label: Tiny Llama + GRPO fixed",
            'label: "Tiny\\u00a0 Llama + GRPO "',
            r"models\.llama-grpo-fixed\.label: models\.llama-grpo has the same",
        ),
        ("\n  gemma-dpo:", "\n  all:", r"models\.all\b.*take another name"),
        ("\n  gemma-dpo:", f"\n  {'ab' * 20}:", r"models\.abab.*twenty times the same"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path, old, new, message):
    with pytest.raises(UserError, match=message):
        load_text(tmp_path, edited(old, new))


def test_a_label_may_be_of_any_script_and_hold_signs_that_others_take_for_markup(tmp_path):
    label = "ŞğI й 模型 😀🏽 | * <b> {{x}} %s $HOME `"
    run = load_text(tmp_path, edited("label: Tiny Llama\n", f'label: "{label}"\n'))
    assert run.models["llama-base"].label == label


@pytest.mark.parametrize(("shortcuts", "refused"), [("[]", True), ("[nondeterministic]", False)])
def test_top_p_on_a_gpu_needs_a_training_that_is_not_deterministic(tmp_path, shortcuts, refused):
    text = (ROOT / "config/small.yaml").read_text(encoding="utf-8")
    text = text.replace("    top_p: 1.0\n", f"    top_p: 0.9\n    shortcuts: {shortcuts}\n")
    expected = pytest.raises(UserError, match=r"mine\.yaml: training\.grpo\.top_p: below 1 .*nondeterministic")
    with expected if refused else contextlib.nullcontext():
        load_text(tmp_path, text)


@pytest.mark.parametrize(
    "top_p, correction, refused", [("0.9", "true", True), ("0.9", "false", False), ("1.0", "true", False)]
)
def test_top_p_is_refused_where_the_importance_sampling_correction_would_be_biased(
    tmp_path, top_p, correction, refused
):
    grpo = SMOKE.index("  grpo:\n")
    text = SMOKE[:grpo] + SMOKE[grpo:].replace("top_p: 1.0", f"top_p: {top_p}", 1)
    text = text.replace(
        "vllm_importance_sampling_correction: false", f"vllm_importance_sampling_correction: {correction}"
    )
    if refused:
        with pytest.raises(UserError, match=r"training\.grpo\.vllm_importance_sampling_correction: .*top_p below 1"):
            load_text(tmp_path, text)
    else:
        load_text(tmp_path, text)


def test_text_with_a_byte_order_mark_is_read_and_utf_16_is_named(tmp_path):
    assert load_text(tmp_path, SMOKE, "utf-8-sig") == load_text(tmp_path, SMOKE)
    with pytest.raises(UserError, match=r"mine\.yaml: not UTF-8 text"):
        load_text(tmp_path, SMOKE, "utf-16")


# What RFC 7396 prints in its appendix A.
@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_files_are_merged_as_rfc_7396_says(target, patch, merged):
    assert merge_patch(target, patch) == merged


def test_a_file_that_extends_is_the_other_with_its_changes(folder):
    run = load_text(
        folder,
        "extends: smoke\nevaluation: {samples: 3, temperatures: [0.7]}\n"
        "models: {gemma-dpo: null, mine: {label: Mine, method: adapter, of: llama-grpo}}\n"
        "statistics: {contrasts: [[llama-grpo, llama-base]], panel: [llama-base, llama-grpo]}\n",
    )
    smoke = experiments.load(folder / "smoke.yaml")
    assert (run.evaluation.samples, run.evaluation.temperatures) == (3, (0.7,))
    assert run.evaluation.batch_size == smoke.evaluation.batch_size and run.training == smoke.training
    assert list(run.models) == ["llama-base", "llama-grpo", "llama-grpo-fixed", "gemma-it", "mine"]


FAST_48 = {
    "engine": "trl",
    "shortcuts": ["no_input_casts", "sampler_log_probabilities", "nondeterministic"],
    "optim": "adamw_torch_fused",
    "vllm_gpu_memory_utilization": 0.45,
    "per_device_train_batch_size": 6,
    "gradient_accumulation_steps": 1,
    "steps_per_generation": 17,
    "save_steps": 102,
}
FAST = FAST_48 | {
    "shortcuts": ["no_input_casts", "compiled_layers", "sampler_log_probabilities", "nondeterministic"],
    "gradient_checkpointing": False,
    "per_device_train_batch_size": 3,
    "gradient_accumulation_steps": 2,
    "steps_per_generation": 34,
}


@pytest.mark.parametrize(("name", "changed", "gib"), [("paper-fast", FAST, 80), ("paper-fast-48", FAST_48, 48)])
def test_paper_fast_is_paper_but_for_what_its_file_says(name, changed, gib):
    paper, fast = (experiments.load(ROOT / f"config/{which}.yaml").model_dump(mode="json") for which in ("paper", name))
    assert fast["training"]["grpo"] == paper["training"]["grpo"] | changed
    # 17 updates of 6 completions each.
    assert changed["per_device_train_batch_size"] * changed["gradient_accumulation_steps"] == 6
    assert changed["per_device_train_batch_size"] * changed["steps_per_generation"] == 17 * 6
    assert fast["needs"] == paper["needs"] | {"gpu": gib, "hours": 3}
    for found in (paper, fast):
        del found["training"]["grpo"], found["needs"]
    assert fast == paper


EXAMPLES = [
    (page.relative_to(ROOT), text)
    for page in [ROOT / "config/README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for text in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    if re.search(r"^extends:", text, flags=re.M)
]


def nodes(node: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every key under a mapping, by its path, with its value."""
    items = node.items() if isinstance(node, dict) else ()
    below = [found for key, value in items for found in nodes(value, (*path, key))]
    return [(path, node), *below]


@pytest.mark.parametrize(("page", "text"), EXAMPLES, ids=[str(page) for page, _ in EXAMPLES])
def test_an_example_in_the_docs_loads_and_changes_each_key_that_it_names(page, text, tmp_path):
    for config in EXPERIMENT_FILES:
        (tmp_path / config.name).write_bytes(config.read_bytes())
    load_text(tmp_path, text)
    patch = parse_yaml(text, str(page))
    before = dict(nodes(read_yaml(ROOT / f"config/{patch.pop('extends')}.yaml")))
    for path, value in nodes(patch):
        if value is None:
            assert path in before, f"{page}: takes {path} away, which is not there"
        elif not isinstance(value, dict):
            assert before.get(path) != value, f"{page}: {path} is {value} before"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: smok\n", r"mine\.yaml: extends: no experiment 'smok'; expected one of: second, smoke"),
        ("extends: mine\n", r"mine\.yaml: extends: an experiment can't extend itself; expected one of: second"),
        ("extends: sources\n", r"mine\.yaml: extends: no experiment 'sources'; expected one of: second, smoke$"),
        (
            "extends: smoke\nvalidation: null\n",
            r"validate_every: .*off by `validate_every: null` \(training\.grpo\.validate_every: from .*smoke\.yaml\)$",
        ),
        ("extends: [smoke]\n", r"mine\.yaml: extends: no experiment \['smoke'\]"),
        ("extends: second\n", r"mine\.yaml: extends: .*second\.yaml extends 'smoke' itself"),
        ("extends: smoke\nsplt: {}\n", r"mine\.yaml: splt: Extra inputs are not permitted \(found \{\}\)$"),
        ("extends: smoke\nsplit: {seed: x}\n", r"mine\.yaml: split\.seed: .*'x'\)$"),
        ("extends: smoke\nsplit: null\n", r"mine\.yaml: split: Field required$"),
        (
            "extends: smoke\nmodels: {llama-base: {method: fetch, repository: a/b, revision: c}}\n",
            r"models\.llama-base\.architecture: Extra.*\(models\.llama-base\.architecture, models\.llama-base\.seed:"
            r" from .*smoke\.yaml\)$",
        ),
        ("extends: smoke\ndevice: cpu\ndevice: cpu\n", r"mine\.yaml, line 3: .*'device' stands twice"),
    ],
)
def test_a_fault_of_a_file_that_extends_names_the_file_of_the_value(folder, text, message):
    (folder / "second.yaml").write_text("extends: smoke\n", encoding="utf-8")
    (folder / "sources.yaml").write_text("kind: {from: ours, note: x}\n", encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_text(folder, text)


@pytest.mark.parametrize("name", ["/models/{x}", "~/models/x", "/models/x*", " /models/x"])
def test_the_folder_of_a_model_has_a_name_that_snakemake_takes_as_it_is(folder, name):
    entry = f"{{label: x, method: folder, folder: '{name}', architecture: null, seed: null}}"
    with pytest.raises(UserError, match=r"models\.llama-base\..*folder: .*\{\}\*\?\[\]; rename it"):
        load_text(folder, f"extends: smoke\nmodels: {{llama-base: {entry}}}\n")


def test_validation_is_switched_off_as_its_message_says(folder):
    text = "extends: smoke\nvalidation: null\ntraining: {grpo: {validate_every: null}}\n"
    assert load_text(folder, text).training.grpo.validate_every is None


@pytest.mark.parametrize(
    ("temperatures", "faults", "commas"),
    [
        ("[-0.3]", 1, False),
        ("[0,3, 0,7]", 2, True),
        ("['0,7', 1.0]", 1, True),
        ("[]", 1, False),
        ("[20, 0.7]", 1, False),
    ],
)
def test_a_faulty_list_has_no_more_faults_than_it_has_and_decimal_commas_are_told(folder, temperatures, faults, commas):
    with pytest.raises(UserError) as refused:
        load_text(folder, f"extends: smoke\nevaluation: {{temperatures: {temperatures}}}\n")
    assert str(refused.value).count("(found") == faults
    assert ("YAML wants a dot" in str(refused.value)) is commas


@pytest.mark.parametrize("fault", ["kind: [run\n", "kind: run\n"])
def test_a_broken_file_can_not_be_extended(folder, fault):
    (folder / "smoke.yaml").write_text(fault, encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.yaml: .*smoke\.yaml"):
        load_text(folder, "extends: smoke\n")


def test_a_file_that_extends_can_be_shipped_alone(folder, tmp_path_factory):
    run = load_text(folder, "extends: smoke\nsplit: {test: 7}\n")
    alone = tmp_path_factory.mktemp("alone") / "mine.yaml"
    alone.write_bytes(self_contained(folder / "mine.yaml"))
    assert experiments.load(alone) == run
    assert self_contained(folder / "smoke.yaml") == SMOKE.encode()


def test_a_broken_file_stops_only_itself(folder):
    files = {
        "mine.yaml": SMOKE.replace("samples: 1", "samples: none"),
        "score.yaml": SMOKE,
        "other.yml": SMOKE,
        "smoke.yml": SMOKE,
        "My Run.yaml": SMOKE,
        "a_b.yaml": SMOKE,
        ".#smoke.yaml": "an editor's lock",
        "README.md": "words",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    good, broken = experiments.load_all(folder)
    assert list(good) == ["smoke"]
    assert broken.keys() == {"mine", "score", "other", "My Run", "a_b"}
    assert re.search(r"mine\.yaml: evaluation\.samples", broken["mine"])
    assert "score.yaml: 'score' is the name of a rule or a folder" in broken["score"]
    assert "other.yml: config files end in .yaml; rename it to other.yaml" in broken["other"]
    assert "rename the file" in broken["My Run"] and "rename the file" in broken["a_b"]


def test_a_missing_config_folder_is_told_in_words(tmp_path: Path):
    with pytest.raises(UserError, match="config: no such folder"):
        experiments.load_all(tmp_path / "config")


def record(path: Path, members: dict[str, str]) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    path.write_bytes(zstandard.compress(plain.getvalue()))


# A config of another schema than today's.
OLD = """
old: {key: 1}
models:
  b: {label: Base, method: pretrain, gone: 1}
  a: {label: Trained, method: grpo}
statistics: {contrasts: [[a, b]], panel: [a, b], confidence: 0.9, gone: 2}
tests: {t2: {questions: somewhere}}
"""


def test_a_recorded_run_has_models_and_statistics_of_its_record(tmp_path):
    record(tmp_path / "run.tar.zst", {"run.yaml": OLD, "training/a/completions.jsonl.zst": "", "training/b.yaml": ""})
    text = f"kind: recorded\nrecord: {tmp_path}/run.tar.zst\n"
    found = load_text(tmp_path, text)
    assert model_names.labels(found) == {"b": "Base", "a": "Trained"} and list(found.models) == ["b", "a"]
    assert model_names.models_with_rollouts(found) == ["a"]
    assert slices.names_of_tests(found) == ["t1", "t2"]
    assert found.statistics.model_dump() == {
        "bootstrap_draws": 10_000,
        "seed": 0,
        "confidence": 0.9,
        "contrasts": (("a", "b"),),
        "panel": ("a", "b"),
    }
    assert load_text(tmp_path, text + "statistics: {confidence: 0.8}").statistics.contrasts == (("a", "b"),)
    assert load_text(tmp_path, text + "statistics: {confidence: 0.8}").statistics.confidence == 0.8
    assert found.deep is None


def test_a_record_has_the_many_tries_of_its_run_where_their_counts_are_in_it(tmp_path):
    config = OLD + "deep: {models: [b, a], temperature: 0.7, samples: 64}\n"
    text = f"kind: recorded\nrecord: {tmp_path}/run.tar.zst\n"
    record(tmp_path / "run.tar.zst", {"run.yaml": config, "deep.csv": ""})
    assert load_text(tmp_path, text).deep.models == ("b", "a")
    record(tmp_path / "run.tar.zst", {"run.yaml": config})
    assert load_text(tmp_path, text).deep is None


def test_a_record_has_the_runs_of_its_seeds(tmp_path):
    config = OLD.replace("method: grpo}", "method: grpo, seeds: [4, 9]}\n  c: {label: Bare, method: adapter, of: a}")
    record(tmp_path / "run.tar.zst", {"run.yaml": config, "training/a/completions.jsonl.zst": ""})
    found = load_text(tmp_path, f"kind: recorded\nrecord: {tmp_path}/run.tar.zst\n")
    assert model_names.labels(found) == {
        **{"b": "Base", "a": "Trained", "a-seed9": "Trained, seed 9"},
        **{"c": "Bare", "c-seed9": "Bare, seed 9"},
    }
    assert seeds.made_by_runs(found) == {
        "a": {"a": "a", "a-seed9": "a-seed9"},
        "c": {"c": "a", "c-seed9": "a-seed9"},
    }
    assert model_names.models_with_rollouts(found) == ["a", "a-seed9"]
    assert seeds.run_counts(found) == {"a": 2, "c": 2}


@pytest.mark.parametrize(
    ("members", "more", "message"),
    [
        (None, "", r"mine\.yaml: record: .*run\.tar\.zst"),
        ({"scores.csv": ""}, "", r"run\.tar\.zst: expected one config file in it, found 0"),
        ({"run.yaml": "models: [a]"}, "", r"run\.tar\.zst, run\.yaml: expected keys and values under `models`"),
        ({"run.yaml": "a: b: c"}, "", r"run\.tar\.zst, run\.yaml, line 1: not YAML"),
        ({"run.yaml": "models: {A b: {label: x}, c: {label: y}}"}, "", r"mine\.yaml: .*A b.* from .*run\.tar\.zst\)"),
        ({"run.yaml": OLD}, "models: {}", r"mine\.yaml: models: comes from the record"),
        ({"run.yaml": OLD}, "statistics: {panel: [a, c]}", r"mine\.yaml: statistics\.panel: no model c"),
    ],
)
def test_what_is_wrong_with_a_record_is_named(tmp_path, members, more, message):
    if members is not None:
        record(tmp_path / "run.tar.zst", members)
    with pytest.raises(UserError, match=message):
        load_text(tmp_path, f"kind: recorded\nrecord: {tmp_path}/run.tar.zst\n{more}\n")


def test_the_table_of_other_scorers_is_not_taken_over_from_another_record(tmp_path):
    for name in ("first", "second"):
        record(tmp_path / f"{name}.tar.zst", {"run.yaml": OLD})
    first = f"kind: recorded\nrecord: {tmp_path}/first.tar.zst\nscorer_audit: first.csv\n"
    (tmp_path / "base.yaml").write_text(first, encoding="utf-8")
    second = f"extends: base\nrecord: {tmp_path}/second.tar.zst\n"
    message = r"mine\.yaml: scorer_audit: first\.csv \(from .*base\.yaml\) is of another record than .*second\.tar\.zst"
    with pytest.raises(UserError, match=message + r"; name the table of this one, or write `scorer_audit: null`"):
        load_text(tmp_path, second)
    assert load_text(tmp_path, second + "scorer_audit: null").scorer_audit is None
    assert load_text(tmp_path, second + "scorer_audit: second.csv").scorer_audit == "second.csv"
    assert load_text(tmp_path, "extends: base\nfigures: {scale: 1.0}").scorer_audit == "first.csv"
    (tmp_path / "base.yaml").write_text(first.replace("first.csv", "null"), encoding="utf-8")
    assert load_text(tmp_path, second).scorer_audit is None


def without(text: str, *models: str, **changes: Any) -> str:
    content = yaml.safe_load(re.sub(r"\b(\d)e-(\d)", r"\1.0e-\2", text))
    for name in models:
        del content["models"][name]
    for key, value in changes.items():
        content.pop(key, None) if value is None else content.update({key: value})
    return yaml.safe_dump(content, sort_keys=False)


def test_a_run_that_trains_nothing_needs_no_settings_of_training(tmp_path):
    text = without(
        SMOKE, "llama-grpo", "llama-grpo-fixed", "gemma-dpo", training=None, merge=None, statistics=None, tests=None
    )
    run = load_text(tmp_path, text)
    assert run.statistics.contrasts == (("gemma-it", "llama-base"),) and run.statistics.panel == (
        "llama-base",
        "gemma-it",
    )
    assert slices.names_of_tests(run) == ["t1"]


def test_models_of_other_names_are_compared_with_their_bases(tmp_path):
    text = SMOKE[: SMOKE.index("statistics:")].replace("llama-", "mine-").replace("gemma-", "other-")
    run = load_text(tmp_path, text + "statistics: {}\n")
    assert run.statistics.contrasts == (
        ("mine-grpo", "mine-base"),
        ("mine-grpo-fixed", "mine-base"),
        ("other-dpo", "other-it"),
    )
    assert run.statistics.panel == tuple(run.models)


def test_one_reward_is_enough(tmp_path):
    run = load_text(tmp_path, edited("[xmlcount, exact_match]", "[numeric_match]"))
    assert json.loads(slices.training_settings(run, "llama-grpo"))["rewards"] == ["numeric_match"]


def test_further_tests_are_asked_at_one_temperature_of_the_evaluation(tmp_path):
    text = SMOKE.replace(
        "temperatures: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]", "temperatures: [0.2, 0.6, 1.0]"
    )
    text = text.replace("samples: 1", "samples: 3")
    run = load_text(tmp_path, text)
    asked = {
        name: (t.questions, t.evaluation.temperatures, t.evaluation.samples) for name, t in slices.tests(run).items()
    }
    assert asked == {
        "t1": (None, (0.2, 0.6, 1.0), 3),
        "t2": ("data/raw/smoke-transfer.jsonl", (0.6,), 3),
        "t3": ("data/raw/smoke-instances.jsonl", (0.6,), 1),
    }
    t3 = slices.tests(run)["t3"].evaluation
    assert (t3.temperatures, t3.samples, t3.max_new_tokens) == ((0.6,), 1, run.evaluation.max_new_tokens)
    given = text.replace("smoke-transfer.jsonl}", "smoke-transfer.jsonl, temperatures: [0.2, 1.0], samples: 5}")
    t2 = slices.tests(load_text(tmp_path, given))["t2"].evaluation
    assert (t2.temperatures, t2.samples) == ((0.2, 1.0), 5)


def test_seeds_make_one_model_per_run_and_an_adapter_of_each(folder):
    adapter = "  unmerged: {label: Not merged, method: adapter, of: llama-grpo}\n"
    models = "models:\n  llama-grpo: {seed: null, seeds: [5, 2, 3407]}\n  gemma-dpo: {seed: null, seeds: [3407, 2]}\n"
    once = load_text(folder, "extends: smoke\nmodels:\n" + adapter)
    run = load_text(folder, "extends: smoke\n" + models + adapter)
    further = ["llama-grpo-seed2", "llama-grpo-seed3407", "gemma-dpo-seed2", "unmerged-seed2", "unmerged-seed3407"]
    assert [model for model in run.models if model not in once.models] == further
    assert [model for model in run.models if model in once.models] == list(once.models)
    assert seeds.further_runs(run) == further
    settings = {name: json.loads(slices.training_settings(run, name)) for name in run.models if "grpo" in name}
    assert {name: found.pop("seed") for name, found in settings.items()} == {
        **{"llama-grpo": 5, "llama-grpo-seed2": 2, "llama-grpo-seed3407": 3407, "llama-grpo-fixed": 3407}
    }
    assert settings["llama-grpo"] == settings["llama-grpo-seed2"]
    # The run of the seed that the entry had alone is that training, and is found under its key.
    assert slices.training_settings(run, "llama-grpo-seed3407") == slices.training_settings(once, "llama-grpo")
    assert run.models["unmerged-seed2"].of == "llama-grpo-seed2" and run.models["unmerged"].of == "llama-grpo"
    assert seeds.made_by_runs(run)["unmerged"] == {
        **{"unmerged": "llama-grpo", "unmerged-seed2": "llama-grpo-seed2"},
        "unmerged-seed3407": "llama-grpo-seed3407",
    }
    assert run.models["llama-grpo-seed2"].label == f"{run.models['llama-grpo'].label}, seed 2"
    assert run.statistics == once.statistics
    counts = {"llama-grpo": 3, "llama-grpo-fixed": 1, "gemma-dpo": 2, "unmerged": 3}
    assert seeds.run_counts(run) == counts
    SCHEMA.validate({"extends": "smoke", "models": {"llama-grpo": {"seed": None, "seeds": [5, 2]}}})


def test_one_seed_in_a_list_is_one_run(folder):
    run = load_text(folder, "extends: smoke\nmodels: {llama-grpo: {seed: null, seeds: [7]}}\n")
    once = load_text(folder, "extends: smoke\nmodels: {llama-grpo: {seed: 7}}\n")
    assert list(run.models) == list(once.models) and seeds.runs(run) == {}
    assert slices.training_settings(run, "llama-grpo") == slices.training_settings(once, "llama-grpo")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models: {llama-grpo: {seeds: [1, 2]}}", r"models\.llama-grpo\b.*`seed` and `seeds` exclude each other"),
        ("models: {llama-grpo: {seed: null}}", r"models\.llama-grpo\.seed: Field required"),
        ("models: {llama-grpo: {seed: null, seeds: [1, 2, 1]}}", r"llama-grpo\.seeds: .*stands twice"),
        ("models: {llama-grpo: {seed: null, seeds: []}}", r"llama-grpo\.seeds: .*at least 1"),
        ("models: {llama-grpo: {seed: null, seeds: 3}}", r"llama-grpo\.seeds: .*tuple"),
        ("models: {llama-grpo: {seed: null, seeds: [1, -2]}}", r"llama-grpo\.seeds\.1: .*greater than or equal"),
        ("models: {llama-base: {seed: null, seeds: [1, 2]}}", r"models\.llama-base\.seed"),
        (
            "models: {llama-grpo: {seed: null, seeds: [1, 2]},"
            " llama-grpo-seed2: {label: x, method: adapter, of: gemma-dpo}}",
            r"models\.llama-grpo-seed2: a run of llama-grpo has this name",
        ),
        (
            "models: {llama-grpo: {seed: null, seeds: [1, 2]}}\n"
            "statistics: {contrasts: [[llama-grpo-seed2, llama-base]]}",
            r"statistics\.contrasts: no model llama-grpo-seed2",
        ),
        (
            "models: {llama-grpo: {seed: null, seeds: [1, 2]}}\nstatistics: {panel: [llama-grpo-seed2, llama-base]}",
            r"statistics\.panel: no model llama-grpo-seed2",
        ),
        (
            "models: {llama-grpo: {seed: null, seeds: [1, 2]}, x: {label: x, method: adapter, of: llama-grpo-seed2}}",
            r"models\.x\.of: 'llama-grpo-seed2' must be a grpo or dpo entry",
        ),
        (
            "models: {llama-grpo: {label: L, seed: null, seeds: [1, 2]}, gemma-dpo: {label: 'L, seed 2'}}",
            r"models\.gemma-dpo\.label: models\.llama-grpo-seed2 has the same",
        ),
    ],
)
def test_seeds_that_make_no_sense_are_refused_by_name(folder, text, message):
    with pytest.raises(UserError, match=message):
        load_text(folder, f"extends: smoke\n{text}\n")


@pytest.mark.parametrize("again", ["[llama-grpo, llama-base]", "[llama-base, llama-grpo]"])
def test_a_comparison_that_holms_correction_would_count_twice_is_refused(folder, again):
    with pytest.raises(UserError, match=r"contrasts: two models are compared twice"):
        load_text(folder, f"extends: smoke\nstatistics: {{contrasts: [[llama-grpo, llama-base], {again}]}}\n")


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"nothing\.yaml: can't be read: No such file"):
        experiments.load(Path("nothing.yaml"))


def test_learning_rates_may_be_written_as_1e_3(tmp_path):
    assert load_text(tmp_path, SMOKE).training.grpo.learning_rate == 0.001


def test_a_label_or_another_models_seed_is_no_part_of_a_training_slice(tmp_path):
    original = load_text(tmp_path, SMOKE)
    changed = load_text(tmp_path, edited("label: Tiny Llama + GRPO\n", "label: X\n").replace("seed: 2", "seed: 9"))
    assert slices.training_settings(changed, "llama-grpo") == slices.training_settings(original, "llama-grpo")
    assert slices.pretraining_settings(changed, "gemma-it") != slices.pretraining_settings(original, "gemma-it")


def test_plot_settings_are_no_part_of_any_other_slice(tmp_path):
    original, changed = load_text(tmp_path, SMOKE), load_text(tmp_path, edited("figures: {}", "figures: {width: 1200}"))
    for name in ("split", "prompt", "evaluation", "statistics", "merge"):
        assert slices.section(changed, name) == slices.section(original, name)


def test_the_readme_names_every_experiment():
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert {f"{path.stem}.yaml" for path in EXPERIMENT_FILES} == set(
        re.findall(r"^\| `(\S+\.yaml)`", readme, flags=re.MULTILINE)
    )


def test_settings_of_one_model_s_training_change_that_model_alone_and_are_checked(tmp_path):
    fast = experiments.load(ROOT / "config" / "small-fast.yaml")
    settings = {name: slices.grpo_settings(fast, name) for name in ("llama-grpo-fixed", "llama-grpo-fast-seed1")}
    assert [found.steps_per_generation for found in settings.values()] == [2, 24]
    assert settings["llama-grpo-fixed"] == experiments.load(ROOT / "config" / "small.yaml").training.grpo
    text = (ROOT / "config" / "small-fast.yaml").read_text(encoding="utf-8")
    (tmp_path / "small.yaml").write_bytes((ROOT / "config" / "small.yaml").read_bytes())
    (tmp_path / "bad.yaml").write_text(text.replace("steps_per_generation:", "steps_per_generations:"))
    with pytest.raises(UserError, match=r"models\.llama-grpo-fast\.training: .*steps_per_generations"):
        experiments.load(tmp_path / "bad.yaml")
