"""Uploading a model to a Hub: by hand alone, what was said, whole, and without paths of this machine."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_hub import TOKEN, LoopbackHub
from small_run import export, write_run
from stages import Done, run_stage

from finmath_grpo.models.manifest import write_manifest

ROOT = Path(__file__).parents[2]
NAME = "someone/trained"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = write_run(tmp_path_factory.mktemp("run"))
    export(found)
    # As a run has it of a base that was fetched.
    (found / "models/base").mkdir(parents=True)
    (found / "models/base/config.json").write_bytes(b"{}")
    write_manifest(found / "models/base/MANIFEST.sha256", [found / "models/base/config.json"])
    return found


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as found:
        yield found


def push(hub: LoopbackHub, run: Path, *options: str, token: str = TOKEN) -> Done:
    # Without Xet: the loopback Hub knows Git LFS.
    asked = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}
    return run_stage("sharing.push", run, *options, anew=("finmath_grpo", "huggingface_hub"), **asked)


def files_of(hub: LoopbackHub, name: str = NAME) -> dict[str, bytes]:
    repository = hub.repositories[name]
    return repository.commits[repository.names["main"]]


def test_a_dry_run_lists_every_file_and_asks_the_hub_nothing(hub: LoopbackHub, run: Path) -> None:
    done = push(hub, run, "grpo", "--to", NAME, "--dry-run")
    assert done.returncode == 0, done.stderr
    for name in ("model.safetensors", "config.json", "README.md", ".eval_results/finmath-tr.yaml"):
        assert f"  {name}\n" in done.stdout
    assert f"Would go to {NAME}: 4 files" in done.stdout and not hub.requests


def test_a_model_goes_up_whole_with_card_and_results_into_a_private_repository(hub: LoopbackHub, run: Path) -> None:
    done = push(hub, run, "grpo", "--to", NAME)
    assert done.returncode == 0, done.stderr
    there = files_of(hub)
    weights = (run / "models/grpo/model.safetensors").read_bytes()
    assert there["model.safetensors"] == weights and hub.stored == {hashlib.sha256(weights).hexdigest(): weights}
    assert there["README.md"] == (run / "export/hub/grpo/README.md").read_bytes()
    assert (
        there[".eval_results/finmath-tr.yaml"] == (run / "export/hub/grpo/.eval_results/finmath-tr.yaml").read_bytes()
    )
    assert there["config.json"] == b"{}" and len(there) == 4
    assert hub.repositories[NAME].private
    assert TOKEN not in done.stdout + done.stderr


def test_a_second_push_goes_to_the_same_repository(hub: LoopbackHub, run: Path) -> None:
    assert push(hub, run, "grpo", "--to", NAME).returncode == 0
    assert push(hub, run, "grpo", "--to", NAME).returncode == 0
    assert len(files_of(hub)) == 4


def test_an_adapter_goes_up_with_its_base_as_the_hub_names_it(hub: LoopbackHub, run: Path) -> None:
    done = push(hub, run, "grpo", "--to", NAME, "--adapter", "--public")
    assert done.returncode == 0, done.stderr
    there = files_of(hub)
    assert sorted(there) == ["README.md", "adapter_config.json", "adapter_model.safetensors"]
    assert json.loads(there["adapter_config.json"]) == {"base_model_name_or_path": "someone/base", "r": 32}
    assert b"library_name: peft" in there["README.md"] and not hub.repositories[NAME].private


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("grpo",), "the following arguments are required: --to"),
        (("grpo", "--to", "mine"), "expected OWNER/NAME"),
        (("base", "--to", NAME), "only models that the experiment trained"),
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(
    hub: LoopbackHub, run: Path, options: tuple[str, ...], message: str
) -> None:
    done = push(hub, run, *options)
    assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr
    # The export is there.
    assert not hub.requests and "Build it" not in done.stderr


def test_a_record_has_no_weights_to_upload_whether_its_export_is_built_or_not(hub: LoopbackHub, tmp_path: Path) -> None:
    record = tmp_path / "recorded"
    (record / "training/grpo").mkdir(parents=True)
    before = push(hub, record, "grpo", "--to", NAME, "--dry-run")
    (record / "export/hub/grpo/.eval_results").mkdir(parents=True)
    (record / "export/MANIFEST.sha256").touch()
    after = push(hub, record, "grpo", "--to", NAME, "--dry-run")
    for done in (before, after):
        assert done.returncode == 2 and "no weights to upload" in done.stderr and "a record" in done.stderr
        assert "Build it" not in done.stderr


def test_a_token_that_the_hub_refuses_is_told_in_words(hub: LoopbackHub, run: Path) -> None:
    done = push(hub, run, "grpo", "--to", NAME, token="hf_" + "x" * 30)
    assert done.returncode == 2 and done.stderr.startswith("error: someone/trained") and NAME not in hub.repositories


def test_changed_weights_do_not_go_up(hub: LoopbackHub, run: Path) -> None:
    weights = run / "models/grpo/model.safetensors"
    former = weights.read_bytes()
    weights.write_bytes(b"others")
    try:
        done = push(hub, run, "grpo", "--to", NAME)
    finally:
        weights.write_bytes(former)
    assert done.returncode == 2 and "differs from MANIFEST.sha256" in done.stderr and not hub.requests


def test_no_rule_and_no_target_of_make_pushes() -> None:
    for file in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk"), ROOT / "Makefile"]:
        assert "sharing.push" not in file.read_text(encoding="utf-8"), file
