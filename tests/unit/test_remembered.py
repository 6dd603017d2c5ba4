"""Hashes of weights that are remembered: a changed file is found whatever was done to hide it."""

import json
import os
import time
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.models import manifest, remembered
from finmath_grpo.models.manifest import verified_directory, write_manifest


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """The manifest of a model in a project of its own, whose weights were left alone for a while."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(remembered, "TICKS", 0.05)
    folder = Path("results/m")
    folder.mkdir(parents=True)
    (folder / "a.safetensors").write_bytes(b"weights")
    write_manifest(folder / "MANIFEST.sha256", [folder / "a.safetensors"])
    time.sleep(0.1)
    return folder / "MANIFEST.sha256"


@pytest.fixture
def reads(monkeypatch) -> list[Path]:
    """The files that are read, in order."""
    found: list[Path] = []
    original = remembered.sha256
    monkeypatch.setattr(remembered, "sha256", lambda path: (found.append(path), original(path))[1])
    return found


def test_weights_are_read_once(model, reads):
    for _ in range(3):
        verified_directory(model)
    assert len(reads) == 1


def test_an_edit_of_equal_size_with_its_time_set_back_is_found(model):
    verified_directory(model)
    file = model.parent / "a.safetensors"
    was = file.stat()
    file.write_bytes(b"weighty")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (was.st_size, was.st_mtime_ns)
    with pytest.raises(UserError, match=r"a\.safetensors: differs"):
        verified_directory(model)


def test_another_file_under_its_name_is_found(model):
    verified_directory(model)
    other = model.parent / "other"
    other.write_bytes(b"weighty")
    other.replace(model.parent / "a.safetensors")
    with pytest.raises(UserError, match=r"a\.safetensors: differs"):
        verified_directory(model)


def test_a_file_that_was_just_written_is_read_again(model, reads, monkeypatch):
    monkeypatch.setattr(remembered, "TICKS", 60.0)
    verified_directory(model)
    verified_directory(model)
    assert len(reads) == 2


@pytest.mark.parametrize("note", ["", "[]", '{"state": [1], "when": 0, "sha256": "x"}'])
def test_a_note_that_is_torn_or_of_another_state_counts_for_nothing(model, reads, note):
    verified_directory(model)
    (file,) = remembered.NOTES.iterdir()
    file.write_text(note)
    verified_directory(model)
    assert len(reads) == 2


def test_a_note_counts_for_a_day(model, reads):
    verified_directory(model)
    (file,) = remembered.NOTES.iterdir()
    note = json.loads(file.read_text())
    file.write_text(json.dumps(note | {"when": note["when"] - 86_401}))
    verified_directory(model)
    assert len(reads) == 2


def test_what_is_shared_is_read_anew(model, monkeypatch):
    verified_directory(model)
    (file,) = remembered.NOTES.iterdir()
    note = json.loads(file.read_text())
    file.write_text(json.dumps(note | {"sha256": "0" * 64}))
    with pytest.raises(UserError):
        verified_directory(model)
    assert verified_directory(model, anew=True) == model.parent
    assert manifest.hash_of(model.parent / "a.safetensors") == "0" * 64


def test_outside_a_project_nothing_is_left_behind(model, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    verified_directory(tmp_path / model)
    assert not list(elsewhere.iterdir())
