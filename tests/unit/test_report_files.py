"""What lies beside the page: the record of the run, and the bundle that can be mailed."""

import json
import zipfile
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.files import sha256
from finmath_grpo.report.bundle import bundle
from finmath_grpo.report.record import compared, record, write_published

MACHINE = {"host": "h", "system": "s", "processor": "p", "cores": 2, "memory": 1, "gpus": [], "driver": None}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A page with a table, a figure, a log that only the record links to, and a figure of `published`."""
    run = tmp_path / "results/mine"
    page = '<a href="#x">x</a><img src="../figures/f.png"><a href="../figures/f.html">f</a><a href="../t.csv">t</a>'
    job = json.dumps({"jobs": [{"log": "../logs/a.log", "record": "../logs/a.job.json"}]})
    files = {
        "report/index.html": page, "report/data/run.js": f'deliver("run",{job});\n', "figures/f.png": "f", "t.csv": "1",
        "figures/f.html": '<script src="plotly.min.js"></script>', "figures/plotly.min.js": "p", "logs/a.log": "log",
        "logs/a.job.json": "{}", "models/secret.bin": "weights", "provenance.json": "{}",
    }  # fmt: skip
    for name, text in files.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(text)
    drawn = tmp_path / "results/published/figures/f.png"
    drawn.parent.mkdir(parents=True)
    drawn.write_text("post")
    return tmp_path / "results"


def test_a_bundle_has_what_the_page_loads_and_links_to_and_nothing_else(results: Path, tmp_path: Path):
    bundle(results, "mine", tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = set(archive.namelist())
    assert names == {
        "index.html", "published/figures/f.png", "mine/report/index.html", "mine/report/data/run.js",
        "mine/figures/f.png", "mine/figures/f.html", "mine/figures/plotly.min.js", "mine/t.csv", "mine/logs/a.log",
        "mine/logs/a.job.json", "mine/provenance.json",
    }  # fmt: skip


def test_the_same_files_make_the_same_zip_and_the_same_folder(results: Path, tmp_path: Path):
    for name in ("one.zip", "two.zip", "folder"):
        bundle(results, "mine", tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "folder/mine/logs/a.log").read_text() == "log"


@pytest.mark.parametrize("name", ["mail/one.zip", "mail/one"])
def test_the_folder_of_a_bundle_is_made_and_one_that_can_not_be_is_told(results: Path, tmp_path: Path, name: str):
    bundle(results, "mine", tmp_path / name)
    assert (tmp_path / name).exists()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"can't be written: .*; name another place"):
        bundle(results, "mine", tmp_path / "file" / name)


def test_a_bundle_that_would_not_be_whole_is_not_made(results: Path, tmp_path: Path):
    (results / "mine/t.csv").unlink()
    with pytest.raises(UserError, match=r"t\.csv: the page links to it"):
        bundle(results, "mine", tmp_path / "one.zip")
    assert not list(tmp_path.glob("*one*"))


def test_a_bundle_of_a_torn_record_or_a_file_that_was_cut_is_not_made_and_says_what_to_do(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    record = {"exit_status": 0, "started": "2026", "outputs": {"results/mine/t.csv": sha256(results / "mine/t.csv")}}
    (results / "mine/logs/a.job.json").write_text(json.dumps(record))
    script = results / "mine/report/data/run.js"
    whole = script.read_text()
    for torn in ("", whole[:30]):
        script.write_text(torn)
        with pytest.raises(UserError, match=r"run\.js: torn; `snakemake --cores all mine` writes it again"):
            bundle(Path("results"), "mine", Path("one.zip"))
    script.write_text(whole)
    (results / "mine/t.csv").write_text("")
    with pytest.raises(UserError, match=r"results/mine/t\.csv: not as the job a left it"):
        bundle(Path("results"), "mine", Path("one.zip"))
    assert not list(tmp_path.glob("*one*"))
    (results / "mine/t.csv").write_text("1")
    bundle(Path("results"), "mine", Path("one.zip"))


def test_settings_stand_beside_those_that_they_extend():
    rows = compared({"a": {"b": 1, "c": [1, 2]}}, {"a": {"b": 2}, "d": None})
    assert rows == [["a.b", "1", "2"], ["a.c", "1, 2", None], ["d", None, "None"]]


def test_the_record_links_to_each_job_and_counts_what_is_not_known():
    job = {"started": "2026-01-01T00:00:00+00:00", "seconds": 1.0, "peak_memory": 5, "environment": 0}
    found = record(
        {
            "experiment": "mine",
            "config": {"file": "config/mine.yaml", "sha256": "0", "settings": {"a": 1}},
            "fetched": {},
            "environments": [{"packages": {"zz": "1", "torch": "2"}, "machine": MACHINE}],
            "jobs": [{"record": "results/mine/logs/grpo/llama.job.json", **job}],
            "files": {"x": {"job": None, "why": "no log"}, "y": {"job": 0}},
        },
        None,
        None,
    )
    assert found["jobs"] == [
        {"name": "grpo/llama", "log": "../logs/grpo/llama.log", "record": "../logs/grpo/llama.job.json", **job}
    ]
    assert found["unknown"] == {"no log": 1}
    assert found["environments"][0]["tools"] == ["torch"]


def test_every_page_is_told_which_figures_of_the_post_lie_beside(results: Path):
    write_published(results)
    assert (results / "mine/report/data/published.js").read_text() == 'deliver("published",["f"]);\n'
