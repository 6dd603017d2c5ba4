"""A new experiment on somebody's model: its configs, and what is said of the model before a long run starts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chat_models import KINDS, write_chat_model

from finmath_grpo import new
from finmath_grpo.errors import UserError
from finmath_grpo.models.folder import take
from finmath_grpo.prompts import SYSTEM
from finmath_grpo.workflow import experiments

ROOT = Path(__file__).parents[2]
STARTS = {
    "llama-3": ["<|begin_of_text|>", "<|start_header_id|>"],
    "gemma-2": ["<bos>", "<start_of_turn>"],
    "chatml": ["<|im_start|>"],
}
ASKING = {
    "llama-3": "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "gemma-2": "<start_of_turn>model\n",
    "chatml": "<|im_start|>assistant\n",
}


@pytest.fixture(scope="module", params=KINDS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("models") / request.param
    write_chat_model(request.param, folder)
    return request.param, folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the config that new ones extend, as the current one."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/open.yaml").write_bytes((ROOT / "config/open.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tokens_of_a_prompt_are_printed_one_by_one(model: tuple[str, Path], tmp_path: Path) -> None:
    kind, folder = model
    take(folder, tmp_path / "base/MANIFEST.sha256")
    head, *lines = new.tokens_of_prompt(tmp_path / "base", "Kaç TL'dir?")
    assert head.startswith(f"{len(lines)} tokens")
    assert ("its tokenizer has none" if kind == "chatml" else f"1 of {KINDS[kind][1]!r}") in head
    assert repr("<end_of_turn>" if kind == "gemma-2" else KINDS[kind][2]) in head
    pieces = [eval(line.split(maxsplit=2)[2]) for line in lines]
    assert pieces[: len(STARTS[kind])] == STARTS[kind]
    # Letters of two bytes come as two tokens that are no letter each.
    whole = "".join(piece for piece in pieces if piece != "\ufffd")
    plain = "".join(letter for letter in f"{SYSTEM.strip()}\n\nKaç TL'dir?" if letter.isascii())
    assert plain in whole and whole.endswith(ASKING[kind])


def test_a_folder_becomes_an_experiment_that_loads_with_its_trial(model: tuple[str, Path], project: Path) -> None:
    _, folder = model
    whole, trial = new.write_configs("mine", str(folder), "main")
    assert [whole, trial] == [Path("config/mine.yaml"), Path("config/mine-trial.yaml")]
    run, small = (experiments.load(path) for path in (whole, trial))
    for found in (run, small):
        assert (found.models["base"].method, found.models["base"].folder) == ("folder", str(folder))
        assert found.models["grpo"].method == "grpo"
    assert list(small.models) == ["base", "grpo"] and (small.split.test, small.device) == (3, "cpu")
    new.write_needs(whole, {"memory": 16.0, "disk": 10.0, "gpu": 0})
    assert experiments.load(whole).needs.memory == 16


def test_the_longest_name_on_the_hub_fits_into_its_labels(project: Path) -> None:
    base = f"o/{'m' * 94}"
    whole, _ = new.write_configs("mine", base, "main")
    run = experiments.load(whole)
    assert run.models["base"].repository == base
    assert run.models["grpo-adapter"].label.endswith("m… + GRPO, not merged")


def test_a_name_on_the_hub_is_fetched_at_its_revision(project: Path) -> None:
    whole, _ = new.write_configs("mine", "someone/model", "v2")
    base = experiments.load(whole).models["base"]
    assert (base.method, base.repository, base.revision, base.label) == ("fetch", "someone/model", "v2", "model")


@pytest.mark.parametrize(
    ("name", "base", "message"),
    [
        ("mine", "nowhere", "neither a folder here nor a name on the Hub"),
        ("Mine", "someone/model", "named in a-z"),
        ("grpo", "someone/model", "'grpo' is the name of a rule .* take another name"),
        ("", "someone/model", "'': an experiment is named in a-z"),
        ("../mine", "someone/model", "an experiment is named in a-z"),
        ("m" * 59, "someone/model", f"'{'m' * 59}-trial': an experiment's name has at most 64 characters"),
        ("open", "someone/model", "is there already"),
        ("mine", "config", "has no model.safetensors"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(project: Path, name: str, base: str, message: str) -> None:
    before = sorted(project.rglob("*"))
    with pytest.raises(UserError, match=message):
        new.write_configs(name, base, "main")
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("base", ["someone/model", "folder"])
def test_a_failed_command_leaves_nothing_so_that_it_can_be_given_again(
    base: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "Snakefile").write_text("raise Exception('this DAG builds nothing')\n")
    write_chat_model("llama-3", project / "folder")
    before = {path for path in project.rglob("*") if ".snakemake" not in path.parts}
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("sys.argv", ["new", "mine", "--base", base])
    for _ in range(2):
        with pytest.raises(UserError, match="HF_HUB_OFFLINE" if base == "someone/model" else "the same command"):
            new.main()
        assert {path for path in project.rglob("*") if ".snakemake" not in path.parts} == before


def test_a_command_that_was_killed_can_be_given_again_and_takes_no_config_but_its_own(project: Path) -> None:
    whole, trial = new.write_configs("mine", "someone/model", "main")
    written = whole.read_bytes(), trial.read_bytes()
    new.write_needs(whole, {"memory": 16.0})
    trial.unlink()
    assert new.write_configs("mine", "someone/model", "main") == (whole, trial)
    assert (whole.read_bytes(), trial.read_bytes()) == written
    refused = pytest.raises(UserError, match=r"config/mine(-trial)?\.yaml: is there already")
    with refused:
        new.write_configs("mine", "another/model", "main")
    for path, before in ((trial, written[1]), (whole, written[0])):
        path.write_bytes(before + b"# edited\n")
        with refused:
            new.write_configs("mine", "someone/model", "main")
        path.write_bytes(before)
    trial.write_bytes(written[1].replace(b"three questions", b"mine"))
    with refused:
        new.write_configs("mine", "someone/model", "main")
    # Its trial ended, so that it was not killed.
    trial.write_bytes(written[1])
    Path("results/mine-trial").mkdir(parents=True)
    Path("results/mine-trial/scores.csv").touch()
    with refused:
        new.write_configs("mine", "someone/model", "main")
    assert (whole.read_bytes(), trial.read_bytes()) == written


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 16060522904\n"


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        ("model.safetensors", lambda _: POINTER, "git lfs pull"),
        ("tokenizer.json", lambda _: POINTER, "git lfs pull"),
        ("model.safetensors", lambda whole: whole[:100], "not whole"),
        ("model.safetensors", lambda whole: whole[:-1], "not whole"),
        ("model.safetensors", lambda _: b"", "not whole"),
        ("tokenizer_config.json", lambda _: b"{", "no JSON"),
        ("config.json", lambda _: b"\xff\xfe", "no JSON"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_name_of_the_file(
    file: str, damage: Callable[[bytes], bytes], message: str, tmp_path: Path
) -> None:
    write_chat_model("llama-3", tmp_path / "model")
    path = tmp_path / "model" / file
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=f"^{path}: .*{message}"):
        take(tmp_path / "model", tmp_path / "base/MANIFEST.sha256")
    assert not (tmp_path / "base").exists()


def test_size_and_licence_are_read_from_the_model_s_own_files(model: tuple[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file as load_tensors

    _, folder = model
    tensors = load_tensors(folder / "model.safetensors")
    parameters, stored = new.sizes(folder)
    assert parameters == sum(tensor.numel() for tensor in tensors.values())
    assert stored == (folder / "model.safetensors").stat().st_size
    assert "states none" in new.licence(str(folder), "main")
    card = tmp_path / "README.md"
    card.write_text("---\nlanguage: tr\nlicense: apache-2.0\n---\n# x\nlicense: mit\n", encoding="utf-8")
    assert new.licence(str(tmp_path), "main").startswith("apache-2.0,")
