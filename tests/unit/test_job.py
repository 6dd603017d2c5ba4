"""A job's record says what ran, where and what came out; a job ends with its wrapper and with its run."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from finmath_grpo.workflow.environment import packages
from finmath_grpo.workflow.job import progress, without_secrets
from finmath_grpo.workflow.machine import gpu_models

ROOT = Path(__file__).parents[2]
STAGE = """
import os, signal, sys, time
from pathlib import Path
what, output = sys.argv[1:3]
print("to stdout", flush=True)
print("to stderr", file=sys.stderr, flush=True)
if what == "sleep":
    Path(output).write_text(str(os.getpid()))
    time.sleep(600)
if what == "patient":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    Path(output).write_text(str(os.getpid()))
    time.sleep(600)
if what == "memory":
    ballast = b"x" * 300_000_000
if what == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
if what != "nothing":
    Path(output).write_text("made")
sys.exit(3 if what == "fail" else 0)
"""
PATIENCE = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stage.py").write_text(STAGE)
    return tmp_path


def command(folder: Path, *arguments: str) -> list[str]:
    wrapper = [sys.executable, "-m", "finmath_grpo.workflow.job", "--log", str(folder / "logs" / "a.log")]
    return [*wrapper, "--outputs", str(folder / "out.txt"), "--", "stage", *arguments, str(folder / "out.txt")]


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{folder}", "FINMATH_REVISION": "0123-dirty", **more}


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments), cwd=ROOT, env=environment(folder, **more), capture_output=True, text=True
    )


def record(folder: Path) -> dict:
    return json.loads((folder / "logs" / "a.job.json").read_text(encoding="utf-8"))


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def soon(condition) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def started(folder: Path, what: str, *before: str, **more: str) -> tuple[subprocess.Popen[bytes], int]:
    """A wrapper whose stage is running, and the stage's process id."""
    wrapper = subprocess.Popen(
        [*before, *command(folder, what)],
        cwd=ROOT,
        env=environment(folder, **more),
        # A shell's background jobs ignore it, and hand that on: `make test &`.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    output = folder / "out.txt"
    assert soon(lambda: output.exists() and output.read_text())
    return wrapper, int(output.read_text())


def test_record_says_what_ran_and_what_came_out(folder: Path):
    before = datetime.now(UTC)
    done = run(folder, "make", OMP_NUM_THREADS="3")
    found = record(folder)
    assert done.returncode == 0 and done.stdout == done.stderr == ""
    assert (folder / "logs" / "a.log").read_text() == "to stdout\nto stderr\n"
    assert found["command"] == ["python", "-m", "stage", "make", str(folder / "out.txt")]
    assert found["outputs"] == {str(folder / "out.txt"): hashlib.sha256(b"made").hexdigest()}
    start = datetime.fromisoformat(found["started"])
    assert before - timedelta(seconds=1) <= start <= datetime.now(UTC)
    assert 0 < found["seconds"] < PATIENCE and found["exit_status"] == 0 and found["browser"] is None
    assert found["variables"]["OMP_NUM_THREADS"] == "3"
    around = found["environment"]
    assert around["sources"]["commit"] == "0123" and around["sources"]["dirty"] is True
    assert around["lock"]["sha256"] == hashlib.sha256((ROOT / "envs/cpu.lock").read_bytes()).hexdigest()
    assert around["python"] == sys.version.split()[0]
    assert around["machine"]["host"] == os.uname().nodename
    assert around["machine"]["cores"] == len(os.sched_getaffinity(0))


def test_packages_are_those_that_python_itself_finds():
    code = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = packages()
    assert {line.partition("==")[0].lower().replace("_", "-").replace(".", "-") for line in listed} == found.keys()
    assert found["torch"].startswith("2.") and found["pydantic-core"]


def test_peak_memory_is_that_of_the_stage(folder: Path):
    run(folder, "memory")
    assert 300e6 < record(folder)["peak_memory"] < 600e6


@pytest.mark.parametrize(("what", "status"), [("fail", 3), ("kill", 128 + signal.SIGKILL)])
def test_failure_of_the_stage_is_passed_on_and_recorded(folder: Path, what: str, status: int):
    assert run(folder, what).returncode == status
    assert record(folder)["exit_status"] == status


def test_output_that_was_not_made_has_no_hash(folder: Path):
    run(folder, "nothing")
    assert record(folder)["outputs"] == {str(folder / "out.txt"): None}


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_stage(folder: Path, name: signal.Signals):
    wrapper, stage = started(folder, "sleep")
    wrapper.send_signal(name)
    assert wrapper.wait(PATIENCE) == 128 + name
    assert not lives(stage)
    assert record(folder)["exit_status"] == wrapper.returncode


def test_stage_that_ends_well_after_a_signal_says_so(folder: Path):
    wrapper, _ = started(folder, "patient")
    wrapper.send_signal(signal.SIGTERM)
    assert wrapper.wait(PATIENCE) == 7 and record(folder)["exit_status"] == 7


def test_killed_job_leaves_no_stage_and_no_record(folder: Path):
    run(folder, "make")
    assert record(folder)
    (folder / "out.txt").unlink()
    wrapper, stage = started(folder, "sleep")
    wrapper.kill()
    wrapper.wait()
    assert soon(lambda: not lives(stage))
    assert sorted(path.name for path in (folder / "logs").iterdir()) == ["a.log"]


def test_job_ends_when_the_run_that_it_belongs_to_is_killed(folder: Path):
    # As in a run: the holder starts a shell, and the shell the job.
    holder = (
        "import os, subprocess, sys\n"
        "os.environ['FINMATH_HOLDER'] = str(os.getpid())\n"
        "sys.exit(subprocess.run(['bash', '-c', '\"$@\"; true', 'bash', *sys.argv[1:]]).returncode)\n"
    )
    run_, stage = started(folder, "sleep", sys.executable, "-c", holder)
    assert lives(stage)
    run_.kill()
    run_.wait()
    assert soon(lambda: not lives(stage))
    assert soon((folder / "logs" / "a.job.json").exists) and record(folder)["exit_status"] == 128 + signal.SIGTERM


def test_input_that_was_edited_since_its_job_is_refused_before_the_stage_runs(tmp_path: Path):
    (tmp_path / "stage.py").write_text(STAGE)
    for folder in ("src", "rules"):
        (tmp_path / folder).mkdir()
    for name in ("Snakefile", "envs"):
        (tmp_path / name).symlink_to(ROOT / name)
    log = "results/tiny/logs/deep/{}.log"

    def job(name: str, *inputs: str) -> subprocess.CompletedProcess[str]:
        output = f"results/tiny/{name}.csv"
        words = ["--log", log.format(name), "--inputs", *inputs, "--outputs", output, "--", "stage", "make", output]
        command = [sys.executable, "-m", "finmath_grpo.workflow.job", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True)

    assert job("one").returncode == job("two", "results/tiny/one.csv", "src/not-of-results.py").returncode == 0
    made = tmp_path / "results/tiny/one.csv"
    os.utime(made, (1, 1))
    assert job("two", "results/tiny/one.csv").returncode == 0
    (tmp_path / "results/tiny/two.csv").unlink()
    made.write_text("edited")
    assert job("two", "results/tiny/one.csv").returncode == 2
    said = (tmp_path / log.format("two")).read_text()
    digests = [hashlib.sha256(text).hexdigest()[:12] for text in (b"made", b"edited")]
    assert (
        "results/tiny/one.csv: not as the job deep one left it" in said
        and "delete it, and `snakemake --cores all results/tiny/one.csv` makes it anew" in said
    )
    assert f"SHA-256 was {digests[0]}…, is {digests[1]}…" in said
    assert not (tmp_path / "results/tiny/two.csv").exists() and not (tmp_path / log.format("two.job")).exists()
    # Made anew, or with nobody to say how it was made: used.
    assert job("one").returncode == job("two", "results/tiny/one.csv").returncode == 0
    made.write_text("edited")
    (tmp_path / log.format("one")).with_suffix(".job.json").unlink()
    assert job("two", "results/tiny/one.csv").returncode == 0
    assert list((tmp_path / "results/.snakemake/running").iterdir()) == []


def test_stage_whose_input_was_edited_while_it_ran_runs_again(folder: Path):
    source = folder / "source.txt"
    source.write_text("old")
    # Reads its input, as a stage does, and is edited before it ends, the first time.
    (folder / "stage.py").write_text(f"""
import sys
from pathlib import Path
source, output = Path({str(source)!r}), Path(sys.argv[-1])
text = source.read_text()
if text == "old":
    source.write_text("new")
output.write_text(text)
""")
    words = command(folder, "make")
    words[words.index("--outputs") : words.index("--outputs")] = ["--inputs", str(source)]
    done = subprocess.run(words, cwd=ROOT, env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0 and "source.txt was edited while it ran, so it runs again" in done.stderr
    assert (folder / "out.txt").read_text() == "new"
    assert record(folder)["outputs"] == {str(folder / "out.txt"): hashlib.sha256(b"new").hexdigest()}


def test_same_job_started_twice_runs_once_at_a_time(folder: Path):
    first, stage = started(folder, "sleep")
    second = subprocess.Popen(command(folder, "make"), cwd=ROOT, env=environment(folder), stderr=subprocess.PIPE)
    assert second.stderr is not None
    assert f"waiting for a: process {first.pid} on".encode() in second.stderr.readline()
    assert (folder / "out.txt").read_text() == str(stage)
    first.kill()
    first.wait()
    assert second.wait(PATIENCE) == 0 and (folder / "out.txt").read_text() == "made"


def test_full_disk_is_told_on_the_terminal_when_the_log_has_no_room(folder: Path):
    (folder / "stage.py").write_text("print('x' * 100_000, flush=True)")
    (folder / "logs").mkdir()
    mounted = ["unshare", "-rm", "bash", "-c", f'mount -t tmpfs -o size=64k none "{folder}/logs" || exit 99; "$@"', "-"]
    try:
        done = subprocess.run(
            [*mounted, *command(folder, "make")], cwd=ROOT, env=environment(folder), capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if done.returncode in (1, 99) and "finmath" not in done.stderr and "error:" not in done.stderr:
        pytest.skip(f"needs a user namespace: {done.stderr}")
    assert done.returncode == 2 and done.stderr.startswith("error: a: no space is left on the disk of")


def test_job_of_a_holder_elsewhere_is_let_alone(folder: Path):
    assert run(folder, "make", FINMATH_HOLDER="999999999").returncode == 0


def test_secrets_are_not_recorded(folder: Path):
    secret = "hf_" + "A1b2C3d4" * 4
    run(folder, "make", HF_TOKEN=secret)
    assert secret not in (folder / "logs" / "a.job.json").read_text(encoding="utf-8")
    words = ["--token=swordfish", f"--url=https://user:{secret}@hub", "hf_short", "plain"]
    clean = without_secrets(words, {"WANDB_API_KEY": "swordfish", "HOME": "plain", "A_TOKEN": ""})
    assert clean == ["--token=[WANDB_API_KEY]", "--url=https://user:[token]@hub", "hf_short", "plain"]


def test_progress_is_read_from_the_last_bar(tmp_path: Path):
    log = tmp_path / "results" / "small" / "logs" / "pretrain" / "llama-base.log"
    log.parent.mkdir(parents=True)
    code = "from tqdm import tqdm\nfor _ in tqdm(range(900), desc='pretraining', mininterval=0): pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    log.write_bytes("önce\n".encode() * 2000 + done.stderr)
    assert progress(log, 62).startswith("pretrain llama-base: 900/900 [00:00]")
    half = " 50%|█████     | 450/900 [01:02<01:02,  7.26it/s]"
    log.write_text(f"\r  0%|          | 0/900 [00:00<?, ?it/s]\r{half}\rstep 450: loss 1.2\n", encoding="utf-8")
    assert progress(log, 62) == "pretrain llama-base: 450/900 [01:02]"
    log.write_text("words\n", encoding="utf-8")
    assert progress(log, 75) == "pretrain llama-base: running [01:15]"


def test_long_job_says_how_far_it_is_and_a_short_one_nothing(folder: Path):
    bar = " 50%|█████     | 450/900 [01:02<01:02,  7.26it/s]"
    (folder / "stage.py").write_text(f"import time; print({bar!r}, flush=True); time.sleep(1.5)")
    # The same wrapper, less patient than in earnest.
    code = "from finmath_grpo.workflow import job; job.QUIET = job.TICK = 0.4; job.main()"
    words = [sys.executable, "-c", code, *command(folder, "make")[3:]]
    long = subprocess.run(words, cwd=ROOT, env=environment(folder), capture_output=True, text=True)
    lines = long.stderr.splitlines()
    assert long.returncode == 0 and set(lines) == {"a: 450/900 [01:02]"} and 2 <= len(lines) <= 4
    assert run(folder, "make").stderr == ""


def test_gpus_are_named_by_the_driver(tmp_path: Path):
    for bus in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / bus).mkdir()
        (tmp_path / bus / "information").write_text(
            "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 0\nGPU UUID: GPU-1\n"
        )
    assert gpu_models(tmp_path) == ("NVIDIA H100 80GB HBM3",) * 2
    assert gpu_models(tmp_path / "absent") == ()
