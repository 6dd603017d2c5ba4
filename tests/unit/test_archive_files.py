"""The archive holds what git tracks, and nothing else of a folder."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.release import archive
from finmath_grpo.workflow.experiments import load
from finmath_grpo.workflow.sources import these_sources

ROOT = Path(__file__).parents[2]
PRIVATE = (".env", "notes/private.txt", "data/raw/secret.jsonl", "src/.token")


def git(*words: str) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with a few files of the project and a private ones; the names of the former."""
    monkeypatch.chdir(tmp_path)
    files = ["Snakefile", "README.md", "config/a.yaml", "data/raw/a.jsonl", "results/README.md", "src/x/__init__.py"]
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    Path(".snakemake").symlink_to("results/.snakemake")
    return sorted([*files, ".snakemake"])


def plant() -> None:
    for name in PRIVATE:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("HF_TOKEN=hf_secret")


def names() -> list[str]:
    return [str(path) for path in archive.source_files()]


def test_the_files_are_those_of_this_checkout_in_a_hook_of_another_too(project, tmp_path, monkeypatch):
    git("init", "-q")
    git("add", ".")
    (tmp_path / "other").mkdir()
    git("-C", "other", "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    assert names() == project


def test_untracked_files_stay_out_and_are_listed(project):
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    plant()
    assert names() == project
    assert sorted(archive.left_out()) == sorted([".env", "notes/", "data/raw/secret.jsonl", "src/.token"])
    archive.check_clean()


def test_results_on_another_disk_behind_a_link_make_no_tree_dirty(project, monkeypatch, tmp_path_factory):
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    monkeypatch.delenv("FINMATH_REVISION", raising=False)
    elsewhere = tmp_path_factory.mktemp("disk") / "results"
    Path("results").rename(elsewhere)
    Path("results").symlink_to(elsewhere)
    archive.check_clean()
    assert these_sources().dirty is False and names() == project and archive.left_out() == []
    Path("README.md").write_text("other")
    assert these_sources().dirty is True


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to give a checkout to another user")
def test_in_a_checkout_of_another_owner_untracked_files_stay_out_and_a_dirty_tree_is_refused(project, monkeypatch):
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    plant()
    for path in (Path("."), *Path(".").rglob("*")):
        os.chown(path, 4321, 4321, follow_symlinks=False)
    assert names() == project
    Path("README.md").write_text("other")
    with pytest.raises(UserError, match=r"1 files differ from the commit \(README\.md\)"):
        archive.check_clean()


def test_where_git_cannot_read_the_checkout_nothing_is_packed(project):
    git("init")
    git("add", ".")
    plant()
    Path(".git/HEAD").unlink()
    with pytest.raises(UserError, match="git can't say which files are the project's: fatal: not a git repository"):
        names()


def test_an_experiment_stays_out_that_nobody_could_plan_from_the_archive(project):
    Path("config/a.yaml").write_text("kind: run\n")
    git("init")
    git("add", ".")
    plant()
    Path("config/mine.yaml").write_text("kind: run\n")
    ours = load(ROOT / "config/smoke.yaml")
    tests = ours.tests.model_copy(update={"t2": None, "t3": None})
    ours = ours.model_copy(update={"questions": "./data/raw/a.jsonl", "tests": tests, "validation": None})
    assert archive.untracked({"a": ours, "mine": ours}) == {"mine": ["config/mine.yaml"]}
    secret = ours.model_copy(update={"questions": "data/raw/secret.jsonl"})
    assert archive.untracked({"a": secret}) == {"a": ["data/raw/secret.jsonl"]}
    # Elsewhere there is no such file, though it is tracked here.
    absolute = str(Path("data/raw/a.jsonl").absolute())
    elsewhere = ours.model_copy(update={"validation": absolute})
    assert archive.untracked({"a": elsewhere}) == {"a": [absolute]}
    # Without its ids of T1 the split would be drawn, and everything would run again.
    ids = Path("data/raw/a.test-ids.json")
    ids.write_text("{}")
    assert archive.untracked({"a": ours}) == {"a": [str(ids)]}
    ids.unlink()
    # A config is whole only with that which it extends.
    Path("config/a.yaml").write_text("extends: mine\n")
    assert archive.untracked({"a": ours}) == {"a": ["config/mine.yaml"]}


def test_of_an_experiment_that_stays_out_no_record_of_snakemakes_goes_along(project):
    about = {}
    for name in ("a", "mine", "a-secret"):
        table = Path("results", name, "scores.csv")
        table.parent.mkdir()
        table.write_text("1")
        about[name] = Path("results/.snakemake/metadata", base64.b64encode(str(table).encode()).decode())
        about[name].parent.mkdir(parents=True, exist_ok=True)
        about[name].write_text("{}")
    Path("results/.snakemake/metadata/no name").write_text("{}")
    files = archive.packed({"a": load(ROOT / "config/smoke.yaml")})
    assert {str(file) for file in files} == {*project, "results/a/scores.csv", str(about["a"])}


@pytest.mark.parametrize("change", ["edit", "delete", "stage"])
def test_a_dirty_tree_is_refused_and_the_file_named(project, change):
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    if change == "delete":
        Path("README.md").unlink()
    else:
        Path("README.md").write_text("other")
    if change == "stage":
        git("add", ".")
    with pytest.raises(UserError, match=r"1 files differ from the commit \(README\.md\); commit them, or .*--dirty"):
        archive.check_clean()


def test_an_unpacked_archive_packs_what_its_manifest_lists(project):
    listed = [name for name in project if name not in (".snakemake", "README.md")] + ["results/a/scores.csv"]
    Path("MANIFEST.sha256").write_text("".join(f"{'0' * 64}  {name}\n" for name in listed))
    plant()
    Path("README.md").unlink()
    assert names() == [name for name in project if name != "README.md"]


def test_a_folder_without_git_packs_what_a_clone_has(project):
    plant()
    assert set(names()) - set(project) == {"data/raw/secret.jsonl"}  # in a folder of the project's, nobody can know
    assert set(project) <= set(names())


def test_the_list_of_what_a_clone_has_is_whole():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no checkout")
    assert {name.split("/")[0] for name in done.stdout.split()} - {"results"} == archive.OF_THE_PROJECT
