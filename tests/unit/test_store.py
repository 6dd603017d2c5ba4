"""Models and finished runs stay until their replacement is whole, and what was made once is not made again."""

import shutil
from pathlib import Path

import pytest

from finmath_grpo.models import store
from finmath_grpo.models.manifest import replacement, verified_directory


def write_model(manifest: Path, **files: str) -> None:
    with replacement(manifest) as directory:
        for name, text in files.items():
            (directory / f"{name}.safetensors").write_text(text, encoding="utf-8")


def listed(manifest: Path) -> set[str]:
    return {line.split("  ")[1] for line in manifest.read_text(encoding="utf-8").splitlines()}


def test_a_failed_replacement_leaves_the_former_model_as_it_was(tmp_path):
    manifest = tmp_path / "model/MANIFEST.sha256"
    write_model(manifest, one="1")
    before = {path.name: path.read_bytes() for path in manifest.parent.iterdir()}
    with pytest.raises(OSError, match="disk"), replacement(manifest) as directory:
        (directory / "one.safetensors").write_text("half", encoding="utf-8")
        raise OSError("disk full")
    assert {path.name: path.read_bytes() for path in manifest.parent.iterdir() if path.is_file()} == before
    write_model(manifest, one="2")
    assert (verified_directory(manifest) / "one.safetensors").read_text(encoding="utf-8") == "2"
    assert {path.name for path in manifest.parent.iterdir()} == {"one.safetensors", "MANIFEST.sha256"}


def test_a_replacement_takes_the_former_models_other_files_with_it(tmp_path):
    manifest = tmp_path / "model/MANIFEST.sha256"
    write_model(manifest, one="1", two="2")
    (manifest.parent / "log.csv").write_text("a declared output of the same job", encoding="utf-8")
    write_model(manifest, one="3")
    assert listed(manifest) == {"one.safetensors"}
    assert {path.name for path in manifest.parent.iterdir()} == {"one.safetensors", "MANIFEST.sha256", "log.csv"}


def test_kept_work_is_whole_or_not_there(tmp_path):
    folder = tmp_path / "key"
    with pytest.raises(RuntimeError), store.keep(folder, "key") as directory:
        (directory / "weights").write_text("half", encoding="utf-8")
        raise RuntimeError("killed")
    assert not store.is_kept(folder, "key")
    with store.keep(folder, "key") as directory:
        (directory / "weights").write_text("whole", encoding="utf-8")
    assert store.is_kept(folder, "key")
    store.copy_out(folder, {"weights": tmp_path / "out/weights"})
    assert (tmp_path / "out/weights").read_text(encoding="utf-8") == "whole"
    (folder / "weights").write_text("other", encoding="utf-8")
    assert not store.is_kept(folder, "key") and not folder.exists()


def test_work_of_another_key_is_not_taken_for_this_ones(tmp_path, capsys):
    for key in ("one", "two"):
        with store.keep(tmp_path / key, key) as directory:
            (directory / "weights").write_text(key, encoding="utf-8")
    shutil.rmtree(tmp_path / "two")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert store.is_kept(tmp_path / "one", "one")
    assert not store.is_kept(tmp_path / "two", "two") and not (tmp_path / "two").exists()
    assert "two: not the work of two, so it is done again: is the work of one" in capsys.readouterr().out
