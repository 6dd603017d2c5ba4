"""provenance.json tells of every file in what environment it was made, whatever became of the run that made it.

On a toy of three stages, with the real `rules/machine.smk`, so that a run takes seconds.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import HERE, ROOT, Checkout

from finmath_grpo.workflow import experiments
from finmath_grpo.workflow.provenance import fetched

SNAKEFILE = """
import os
import sys
from pathlib import Path

os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
os.environ["PYTHONPATH"] = "src"
sys.path.insert(0, "src")

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import command, hold
from finmath_grpo.workflow.experiments import load_all
from finmath_grpo.workflow.resources import JobResources

experiments = load_all(Path("config")).good
needs = JobResources(experiments)
DEFAULT, COMMAND = "tiny", command.parsed(sys.argv[1:])
JOB = "python -m finmath_grpo.workflow.job --log {log} --inputs {input} --outputs {output} -- stage {output}"


include: "rules/machine.smk"


rule one:
    output:
        "results/{experiment}/one.txt",
        "results/{experiment}/more.txt",
    log:
        "results/{experiment}/logs/one.log",
    shell:
        JOB


rule two:
    input:
        "results/{experiment}/one.txt",
    output:
        "results/{experiment}/two.txt",
    log:
        "results/{experiment}/logs/deep/two.log",
    shell:
        JOB


rule three:
    input:
        "results/{experiment}/two.txt",
    output:
        "results/{experiment}/three.txt",
    log:
        "results/{experiment}/logs/three.log",
    shell:
        JOB
"""
STAGE = """
import sys, time
from pathlib import Path
for output in map(Path, sys.argv[1:]):
    if output.name == "three.txt" and Path("slow").exists():
        Path("slow").write_text("reached")
        time.sleep(600)
    if output.name == "three.txt" and Path("broken").exists():
        sys.exit("error: broken")
    output.write_text(output.name)
"""
TARGET = "results/tiny/three.txt"
FIRST = ("results/tiny/more.txt", "results/tiny/one.txt", "results/tiny/two.txt")


@pytest.fixture
def toy(tmp_path: Path) -> Checkout:
    path = tmp_path / "toy"
    for folder in ("src", "envs", "profiles", "config", "data/raw"):
        shutil.copytree(ROOT / folder, path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (path / "rules").mkdir()
    shutil.copy(ROOT / ".snakemake", path, follow_symlinks=False)
    (path / "results/.snakemake").mkdir(parents=True)
    shutil.copy(ROOT / "rules/machine.smk", path / "rules")
    shutil.copy(ROOT / "config/smoke.yaml", path / "config")
    shutil.copy(HERE / "tiny.yaml", path / "config")
    (path / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    (path / "src/stage.py").write_text(STAGE, encoding="utf-8")
    return Checkout(path)


def provenance(toy: Checkout) -> dict:
    return json.loads((toy.path / "results/tiny/provenance.json").read_text(encoding="utf-8"))


def of_files(toy: Checkout, value: Callable[[dict], object]) -> dict[str, object]:
    """For each file, a value of the environment that its job ran in; or why its job is not known."""
    found = provenance(toy)
    environments = [found["environments"][job["environment"]] for job in found["jobs"]]
    return {
        path: entry["why"] if entry["job"] is None else value(environments[entry["job"]])
        for path, entry in found["files"].items()
    }


def commits(toy: Checkout) -> dict[str, object]:
    return of_files(toy, lambda environment: environment["sources"]["commit"])


def edit_record(toy: Checkout, name: str, **changes: object) -> None:
    file = toy.path / "results/tiny/logs" / name
    record = json.loads(file.read_text(encoding="utf-8"))
    assert changes.keys() <= record.keys()
    file.write_text(json.dumps({**record, **changes}), encoding="utf-8")


def test_files_of_a_failed_run_keep_its_commit_after_a_run_at_another(toy: Checkout):
    (toy.path / "broken").touch()
    failed = toy.snakemake(TARGET, check=False, FINMATH_REVISION="aaaa")
    assert failed.returncode == 1 and "error: broken" in failed.stdout
    assert commits(toy) == dict.fromkeys(FIRST, "aaaa")
    (toy.path / "broken").unlink()
    toy.snakemake(TARGET, FINMATH_REVISION="bbbb")
    assert commits(toy) == {**dict.fromkeys(FIRST, "aaaa"), TARGET: "bbbb"}
    found = provenance(toy)
    assert len(found["environments"]) == 2 and len(found["jobs"]) == 3
    assert found["files"][FIRST[0]]["job"] == found["files"][FIRST[1]]["job"]
    assert [job["record"] for job in found["jobs"]] == [
        f"results/tiny/logs/{name}.job.json" for name in ("one", "three", "deep/two")
    ]


def test_files_of_a_killed_run_keep_its_commit(toy: Checkout):
    slow = toy.path / "slow"
    slow.touch()
    run = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1", TARGET],
        cwd=toy.path,
        env={**os.environ, "FINMATH_REVISION": "aaaa"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while slow.read_text() != "reached":
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)  # Snakemake alone: the job ends because its run is gone
    run.wait()
    stray = toy.path / "results/tiny/.three.txt.0123abcd.tmp"
    stray.touch()
    slow.unlink()
    toy.snakemake(TARGET, FINMATH_REVISION="bbbb")
    assert commits(toy) == {**dict.fromkeys(FIRST, "aaaa"), TARGET: "bbbb"}
    assert not stray.exists()


@pytest.mark.parametrize(
    "edit", ["shutil.copy('config/smoke.yaml', 'config/tiny.yaml')", "Path('config/tiny.yaml').unlink()"]
)
def test_a_config_that_was_edited_or_is_gone_while_the_run_went_is_not_named_as_the_config_of_it(
    toy: Checkout, edit: str
):
    toy.snakemake(TARGET)
    before = provenance(toy)["config"]
    assert before["sha256"] == hashlib.sha256((HERE / "tiny.yaml").read_bytes()).hexdigest()
    (toy.path / TARGET).unlink()
    stage = toy.path / "src/stage.py"
    stage.write_text(f"import shutil\n{STAGE}\n{edit}\n", encoding="utf-8")
    toy.snakemake(TARGET)
    assert provenance(toy)["config"] == {**before, "sha256": None}


def test_what_a_run_killed_at_its_end_did_not_collect_is_collected_by_the_same_command(toy: Checkout):
    page = toy.path / "results/tiny/report/index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    toy.snakemake(TARGET)
    published = page.parent / "data/published.js"
    published.unlink()
    for name in ("provenance.json", "report/data/run.js"):
        file = toy.path / "results/tiny" / name
        whole = file.read_bytes()
        file.unlink()
        assert "Nothing to be done" in toy.snakemake(TARGET).stdout
        assert file.read_bytes() == whole and published.is_file()
        for torn in (b"", whole[: len(whole) // 2]):
            file.write_bytes(torn)
            toy.snakemake(TARGET)
            assert file.read_bytes() == whole
        # Of the run before the one that was killed.
        file.write_bytes(whole.replace(b"seconds", b"minutes"))
        os.utime(file, (1, 1))
        toy.snakemake(TARGET)
        assert file.read_bytes() == whole
    file.write_bytes(torn)
    toy.snakemake("-n", TARGET)
    assert file.read_bytes() == torn


def test_a_torn_note_of_a_fetched_model_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    experiment = experiments.load(ROOT / "config/open.yaml")
    monkeypatch.chdir(tmp_path)
    note = Path("results/open/models/base/SOURCE.json")
    note.parent.mkdir(parents=True)
    note.write_text('{"repository": "x/y"}', encoding="utf-8")
    assert fetched("open", experiment) == {"base": {"revision": "main", "repository": "x/y"}}
    for torn in ("", '{"repository": "x'):
        note.write_text(torn, encoding="utf-8")
        assert fetched("open", experiment) == {}


def test_results_carried_to_another_machine_keep_the_machine_that_made_them(toy: Checkout, tmp_path: Path):
    toy.snakemake("results/tiny/two.txt")
    for name in ("one.job.json", "deep/two.job.json"):
        record = json.loads((toy.path / "results/tiny/logs" / name).read_text(encoding="utf-8"))
        machine = {**record["environment"]["machine"], "host": "node7", "gpus": ["NVIDIA H100 80GB HBM3"]}
        edit_record(toy, name, environment={**record["environment"], "machine": machine})
    # As by `cp -r` or rsync without times: the files are dated anew.
    shutil.copytree(toy.path, tmp_path / "here", symlinks=True, copy_function=shutil.copyfile)
    here = Checkout(tmp_path / "here")
    (here.path / "results/tiny/provenance.json").unlink()
    assert "1 of 1 steps" in here.snakemake(TARGET).stdout
    hosts = of_files(here, lambda environment: environment["machine"]["host"])
    assert hosts == {**dict.fromkeys(FIRST, "node7"), TARGET: os.uname().nodename}


def test_edited_file_stops_the_run_before_anything_is_deleted_or_built_on_it(toy: Checkout):
    toy.snakemake(TARGET)
    folder = toy.path / "results/tiny"
    before = {name: (folder / name).read_bytes() for name in ("one.txt", "two.txt", "three.txt")}
    (folder / "two.txt").write_text("edited by hand")
    times = (folder / "one.txt").stat()
    for arguments in ((), ("--forcerun", "three")):  # the second: though the job itself would look too
        refused = toy.snakemake(TARGET, *arguments, check=False)
        assert refused.returncode == 1
        assert "error: results/tiny/two.txt: not as the job deep two left it" in refused.stdout
        assert "Traceback" not in refused.stdout and (folder / "three.txt").read_bytes() == before["three.txt"]
    # With its former time, so that Snakemake sees nothing to do.
    os.utime(folder / "two.txt", (times.st_atime, times.st_mtime))
    assert "two.txt: not as the job" in toy.snakemake(TARGET, check=False).stdout
    (folder / "two.txt").unlink()
    toy.snakemake("results/tiny/two.txt")  # as it says
    assert "Nothing to be done" in toy.snakemake(TARGET).stdout
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_record_that_does_not_fit_is_refused(toy: Checkout):
    toy.snakemake(TARGET)
    (toy.path / "results/tiny/more.txt").write_text("edited by hand")
    edit_record(toy, "deep/two.job.json", started="2026-01-01T00:00:00.000+00:00")
    (toy.path / "results/tiny/logs/three.job.json").write_text("{}", encoding="utf-8")
    collect = [sys.executable, "-m", "finmath_grpo.workflow.provenance", "--experiment", "tiny"]
    subprocess.run(collect, cwd=toy.path, env={**os.environ, "PYTHONPATH": "src"}, check=True)
    found = commits(toy)
    edited = hashlib.sha256(b"edited by hand").hexdigest()
    assert found["results/tiny/more.txt"] == f"the file is not as the job left it: its SHA-256 is {edited} now"
    made = provenance(toy)["files"]["results/tiny/more.txt"]
    assert made["sha256"] == hashlib.sha256(b"more.txt").hexdigest()
    assert "the record is of a job that started 2026-01-01T00:00:00" in str(found["results/tiny/two.txt"])
    assert "three.job.json is not a job's record: command" in str(found[TARGET])
    # The other file of the first job is still known.
    assert provenance(toy)["files"]["results/tiny/one.txt"]["job"] == 0
    (toy.path / "results/tiny/logs/one.job.json").unlink()
    subprocess.run(collect, cwd=toy.path, env={**os.environ, "PYTHONPATH": "src"}, check=True)
    assert commits(toy)["results/tiny/one.txt"] == "results/tiny/logs/one.job.json: No such file or directory"
    assert provenance(toy)["jobs"] == []


def test_job_of_a_cluster_is_known_though_snakemake_there_knows_no_start_and_not_if_it_ended_later(toy: Checkout):
    toy.snakemake(TARGET)
    of_slurm = {"variables": {"SLURM_JOB_ID": "7"}, "seconds": 3600.0}
    began, soon = datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC)
    edit_record(toy, "one.job.json", started=began.isoformat(), **of_slurm)
    edit_record(toy, "deep/two.job.json", started=soon.isoformat(), **of_slurm)
    collect = [sys.executable, "-m", "finmath_grpo.workflow.provenance", "--experiment", "tiny"]
    subprocess.run(collect, cwd=toy.path, env={**os.environ, "PYTHONPATH": "src"}, check=True)
    files = provenance(toy)["files"]
    one, two = files["results/tiny/one.txt"], files["results/tiny/two.txt"]
    assert (one["job"], one["started"], one["seconds"]) == (0, began.isoformat(), 3600.0)
    assert two["job"] is None and "the record is of a job that ended after" in two["why"]
