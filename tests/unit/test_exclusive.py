"""One process at a time: the second waits and says for whom; what is killed holds nothing; equal work is done once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from finmath_grpo import locks
from finmath_grpo.errors import UserError
from finmath_grpo.workflow.hold import RUNNING, check_dates, check_link, hold, metadata_folder

ROOT = Path(__file__).parents[2]
PATIENCE = 60
TRAIN = """
import sys, time
from pathlib import Path
from finmath_grpo.models import store
run = Path("cache/training/key")
with store.one_at_a_time(run):
    if store.is_kept(run / "finished", run.name):
        print("taken", flush=True)
    else:
        print("trains", flush=True)
        # As a trainer: checkpoints of its own, and an error where another removes them.
        (run / "checkpoint-1").mkdir(parents=True, exist_ok=True)
        for step in range(int(sys.argv[1])):
            (run / "checkpoint-1" / f"{step}").write_text("weights")
            time.sleep(0.05)
            if Path("enough").exists():
                break
        with store.keep(run / "finished", run.name) as folder:
            (folder / "adapter.safetensors").write_text("trained")
        for path in (run / "checkpoint-1").iterdir():
            path.unlink()
        (run / "checkpoint-1").rmdir()
    store.copy_out(run / "finished", {"adapter.safetensors": Path(sys.argv[2])})
"""


def python(folder: Path, code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


def test_equal_trainings_of_three_experiments_train_once(tmp_path: Path):
    first = python(tmp_path, TRAIN, 1000, "out0")
    assert first.stdout is not None and first.stdout.readline() == "trains\n"
    others = [python(tmp_path, TRAIN, 1000, f"out{number}") for number in (1, 2)]
    for other in others:
        assert other.stderr is not None
        assert other.stderr.readline().startswith(f"waiting for cache/training/key: process {first.pid} ")
    (tmp_path / "enough").touch()
    assert ended(first)[0] == 0 and [ended(other)[:2] for other in others] == [(0, "taken\n")] * 2
    assert [(tmp_path / f"out{number}").read_text() for number in range(3)] == ["trained"] * 3
    assert sorted(path.name for path in (tmp_path / "cache/training").iterdir()) == ["key"]


def test_two_clones_that_share_the_cache_train_once(tmp_path: Path):
    for clone in ("one", "two"):
        (tmp_path / clone).mkdir()
        (tmp_path / clone / "cache").symlink_to(tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    found = [ended(job) for job in [python(tmp_path / clone, TRAIN, 20, "out") for clone in ("one", "two")]]
    assert sorted(output for _, output, _ in found) == ["taken\n", "trains\n"]
    assert (tmp_path / "one/out").read_text() == (tmp_path / "two/out").read_text() == "trained"


def test_a_killed_trainer_holds_nothing_and_the_next_goes_on_in_its_folder(tmp_path: Path):
    first = python(tmp_path, TRAIN, 1000, "out")
    assert first.stdout is not None and first.stdout.readline() == "trains\n"
    second = python(tmp_path, TRAIN, 1, "out")
    assert second.stderr is not None
    assert f"process {first.pid} on {os.uname().nodename}, since" in second.stderr.readline()
    first.kill()
    first.communicate()
    assert ended(second)[:2] == (0, "trains\n") and (tmp_path / "out").read_text() == "trained"


def test_a_process_that_was_given_the_lock_holds_it_after_its_parent_is_killed(tmp_path: Path):
    code = """
import subprocess, sys, time
from pathlib import Path
from finmath_grpo.locks import exclusive
with exclusive(Path("lock"), "work") as held:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=(held,))
    print(child.pid, flush=True)
    time.sleep(600)
"""
    parent = python(tmp_path, code)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert locks.take(tmp_path / "lock") is None
    os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while (descriptor := locks.take(tmp_path / "lock")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.close(descriptor)


def test_work_that_nobody_wants_any_more_does_not_wait(tmp_path: Path):
    descriptor = locks.take(tmp_path / "lock")
    assert descriptor is not None
    with pytest.raises(UserError, match="grpo: given up"), locks.exclusive(tmp_path / "lock", "grpo", lambda: False):
        pass
    os.close(descriptor)


def test_a_run_waits_for_the_job_of_a_killed_run_and_names_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    code = """
import sys, time
from pathlib import Path
from finmath_grpo.locks import exclusive
with exclusive(Path(sys.argv[1]), "grpo llama-grpo"):
    print("holds", flush=True)
    time.sleep(1.5)
    Path("written").touch()
"""
    running = tmp_path / "results" / RUNNING
    job = python(tmp_path, code, running / "a.lock")
    assert job.stdout is not None and job.stdout.readline() == "holds\n"
    (running / "killed.lock").touch()
    with hold(tmp_path / "results"):
        assert (tmp_path / "written").exists()
    assert f"still writes: grpo llama-grpo: process {job.pid} on" in capfd.readouterr().err
    assert list(running.iterdir()) == [] and ended(job)[0] == 0


def test_results_of_the_future_are_refused_with_the_command_that_dates_them_anew(tmp_path: Path):
    file = tmp_path / "results/tiny/scores.csv"
    file.parent.mkdir(parents=True)
    file.touch()
    check_dates(tmp_path / "results")
    tomorrow = time.time() + 86_400
    os.utime(file, (tomorrow, tomorrow))
    with pytest.raises(UserError, match=r"scores\.csv is dated in the future") as refused:
        check_dates(tmp_path / "results")
    command = str(refused.value).split("`")[1]
    subprocess.run(["bash", "-c", command], check=True)
    check_dates(tmp_path / "results")


def test_a_folder_that_can_not_be_written_is_told_in_words():
    with pytest.raises(UserError, match=r"/proc/.snakemake: can't be written by user \d+: .*; run as the owner"):
        metadata_folder(Path("/proc"))


def test_results_that_are_no_folder_are_told_with_the_remedy_for_each(tmp_path: Path):
    results = tmp_path / "results"
    results.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=r"a symbolic link to .*/elsewhere, which is not there; make that folder"):
        metadata_folder(results)
    (tmp_path / "elsewhere").mkdir()
    assert metadata_folder(results).is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file: expected a folder"):
        metadata_folder(tmp_path / "file")


@pytest.mark.parametrize("instead", [Path.mkdir, lambda link: link.symlink_to("elsewhere"), lambda link: None])
def test_a_metadata_folder_apart_from_the_results_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: Callable[[Path], None]
):
    monkeypatch.chdir(tmp_path)
    metadata_folder(Path("results"))
    Path("elsewhere").mkdir()
    instead(Path(".snakemake"))
    with pytest.raises(UserError, match=r"^\.snakemake: expected the symbolic link") as refused:
        check_link(Path("results"))
    subprocess.run(["bash", "-c", str(refused.value).split("`")[1]], check=True)
    check_link(Path("results"))


def test_a_disk_with_room_for_no_byte_is_told_in_words_before_snakemake_writes(tmp_path: Path):
    # A limit on the size of files stands for the full disk: there too a file can be made, and nothing written to it.
    code = """
import resource, sys
from pathlib import Path
from finmath_grpo.errors import UserError
from finmath_grpo.workflow.hold import metadata_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    metadata_folder(Path("results"))
except UserError as error:
    print(error)
"""
    assert ended(python(tmp_path, code))[1].startswith("results/.snakemake: can't be written")
