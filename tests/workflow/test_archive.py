"""An archive is enough: elsewhere there is nothing to do, a figure can be drawn again, and its origin is known."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import zstandard
from conftest import Checkout


def write_archive(checkout: Checkout, file: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "finmath_grpo.release.archive", str(file)],
        cwd=checkout.path,
        env={**os.environ, "PYTHONPATH": "src"},
        check=True,
    )


@pytest.fixture(scope="module")
def stranger(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """What a stranger has: the archive of the finished run, unpacked elsewhere."""
    folder = tmp_path_factory.mktemp("stranger")
    write_archive(finished, folder / "archive.tar.zst")
    with (
        (folder / "archive.tar.zst").open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        # Debian 12's Python 3.11.2 knows no filters yet.
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return Checkout(folder / "finmath-grpo")


def provenance(checkout: Checkout) -> dict:
    return json.loads((checkout.path / "results/tiny/provenance.json").read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_stranger_has_nothing_to_do(stranger: Checkout):
    assert "Nothing to be done" in stranger.snakemake("tiny").stdout


def test_stranger_draws_a_deleted_figure_again_to_the_byte(stranger: Checkout, tmp_path: Path):
    shutil.copytree(stranger.path, tmp_path / "copy", symlinks=True)
    copy = Checkout(tmp_path / "copy")
    figure = "results/tiny/figures/grpo_vs_base.png"
    (copy.path / figure).unlink()
    copy.snakemake(figure)
    assert sha256(copy.path / figure) == sha256(stranger.path / figure)


def test_manifest_lists_every_file_with_its_hash(stranger: Checkout):
    lines = (stranger.path / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    metadata = Path("results/.snakemake")
    files = [path for path in stranger.path.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.relative_to(stranger.path) for path in files}
    # Snakemake adds to its folder when it looks, and Python keeps what it compiled.
    names = {str(name) for name in names if not name.is_relative_to(metadata) or "metadata" in name.parts}
    names = {name for name in names if "__pycache__" not in name}
    assert not [name for name in listed if "__pycache__" in name]
    assert names - {"MANIFEST.sha256"} == listed.keys()
    assert all(sha256(stranger.path / name) == digest for name, digest in listed.items())


def test_caches_and_other_experiments_stay_behind(stranger: Checkout):
    assert sorted(path.name for path in (stranger.path / "results").iterdir()) == [".snakemake", "README.md", "tiny"]


def test_crate_names_only_what_is_there(stranger: Checkout):
    crate = json.loads((stranger.path / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    files = [name for name, entity in entities.items() if "File" in entity["@type"]]
    assert files and all((stranger.path / name).is_file() for name in files)
    run = entities["#run-tiny"]
    assert run["startTime"] < run["endTime"]
    assert {item["@id"] for item in run["object"]} == {"config/tiny.yaml", "data/raw/smoke.jsonl"}


def test_provenance_goes_from_each_figure_to_the_raw_questions(finished: Checkout):
    found = provenance(finished)
    figures = list((finished.path / "results/tiny/figures").glob("*.png"))
    assert {file.stem for file in figures} == found["figures"].keys()
    for name, figure in found["figures"].items():
        assert all(digest == sha256(finished.path / file) for file, digest in figure["files"].items())
        assert len(figure["files"]) == 2 and "data/raw/smoke.jsonl" in figure["made_from"], name
        for path, digest in figure["made_from"].items():
            assert digest == sha256(finished.path / path), path


def environment_of(found: dict, path: str) -> dict:
    return found["environments"][found["jobs"][found["files"][path]["job"]]["environment"]]


def test_provenance_knows_the_job_of_every_file(finished: Checkout):
    found = provenance(finished)
    unknown = {path: entry["why"] for path, entry in found["files"].items() if entry["job"] is None}
    assert unknown == {}
    for path, entry in found["files"].items():
        record = json.loads((finished.path / found["jobs"][entry["job"]]["record"]).read_text(encoding="utf-8"))
        assert record["outputs"][path] == sha256(finished.path / path), path
        assert record["exit_status"] == 0 and record["peak_memory"] > 2**20
        assert (record["browser"] is not None) == any(output.endswith(".png") for output in record["outputs"])


def test_provenance_says_which_job_made_a_file(copy: Checkout):
    before = provenance(copy)
    trained = "results/tiny/training/llama-grpo/MANIFEST.sha256"
    assert before["seeds"]["models.llama-grpo.seed"] == 1
    assert environment_of(before, trained)["lock"]["sha256"] == sha256(copy.path / "envs/cpu.lock")
    figure = "results/tiny/figures/grpo_vs_base.png"
    (copy.path / figure).unlink()
    copy.snakemake(figure, FINMATH_REVISION="0123-dirty")
    after = provenance(copy)
    assert environment_of(after, figure)["sources"] == {
        **environment_of(before, figure)["sources"],
        "commit": "0123",
        "dirty": True,
    }
    assert environment_of(after, trained) == environment_of(before, trained)
