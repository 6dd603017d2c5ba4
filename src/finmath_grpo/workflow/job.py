"""Run a stage as a job of the DAG: its words go to the log, and the job's record is written beside it.

    python -m finmath_grpo.workflow.job --log LOG --inputs FILE… --outputs FILE… [--gpus N] [--alone] -- MODULE …

runs `python -m MODULE ARGUMENT…` and writes `LOG` with the suffix `.job.json`: what ran, where, from which sources, how
long, with how much memory, and the SHA-256 of what came out (:class:`JobRecord`). `provenance.json` is collected from
these records. The former record is deleted first, so that a killed job leaves none. No stage runs on inputs that are
not as the jobs that made them left them (:mod:`finmath_grpo.workflow.unchanged`).

A job holds a lock until nothing of it lives, so that the same job, whoever starts it, never runs twice at a time.

The exit status is the stage's, or 128 + n if signal n ended it. The stage never outlives this process, nor the run of
Snakemake that this process belongs to; what the stage itself starts has to see to that on its own. Long jobs say now
and then on stderr how far they are. For Linux only.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from finmath_grpo.errors import NO_ROOM, UserError, run_stage
from finmath_grpo.files import digest, sha256, write_json
from finmath_grpo.locks import exclusive
from finmath_grpo.processes import end_with_parent
from finmath_grpo.workflow import planned_code, unchanged
from finmath_grpo.workflow.environment import Environment, this_environment
from finmath_grpo.workflow.gpu_slot import own_gpus
from finmath_grpo.workflow.hold import HOLDER, RUNNING
from finmath_grpo.workflow.machine import browser_version

VARIABLES = ("CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "PYTHONHASHSEED", "SLURM_JOB_ID")
"""What is recorded of the environment's variables; never all of them, as there are secrets among them."""
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY", flags=re.I)
"""Variables of such names hold secrets."""
TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{8,}")
PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
FROM_TERMINAL = 0x80
"""SI_KERNEL of siginfo(7): the terminal has sent the signal, to the stage as well as to us."""
TICK = 1.0
"""Seconds between two looks at whether the run still lives."""
GRACE = 10.0
"""Seconds that a stage has to end once its run is gone."""
QUIET = 15.0
"""Seconds before a job says how far it is, and at least between two such lines."""
ROOM = 2**20
"""Bytes of free disk below which a stage that failed is told to have had too few."""
TRIES = 3
"""Runs of a stage whose inputs are edited each time."""
BAR = re.compile(r"\d+%\|[^|\r\n]*\|\s*(\S+/\S+) \[([\d:]+)<")
"""The bar that tqdm draws: ` 50%|█████     | 450/900 [01:02<01:02, 7.26it/s]`."""


@dataclass(frozen=True)
class JobRecord:
    """What a job was.

    `started` is UTC in ISO 8601. `peak_memory` is the resident size of the stage's largest process in bytes (from
    getrusage). `outputs` are the SHA-256 (hex) by path as the job left them, None where there was no file. `browser` is
    the version of what drew, None for jobs that draw no PNG.
    """

    command: list[str]
    started: str
    seconds: float
    peak_memory: int
    exit_status: int
    variables: dict[str, str]
    browser: str | None
    outputs: dict[str, str | None]
    environment: Environment


def record_path(log: Path) -> Path:
    """Where the record of the job with this log lies."""
    return log.with_suffix(".job.json")


def run_job(log: Path, inputs: list[str], outputs: list[Path], command: list[str], gpus: tuple[int, ...] = ()) -> int:
    """Run `python -m` with the words of `command`, write the job's record and return its exit status.

    The stage holds the descriptors `gpus` too. The status is 2, with words in the log, where an input is not as the job
    that made it left it, or the code not as it was planned. A stage whose code or data was edited while it ran runs
    again, unless it keeps work under the name of its code. Raises UserError where one was edited that does, or in each
    of `TRIES` runs.
    """
    holder = run_above()
    lock = unchanged.RESULTS / RUNNING / f"{digest(str(log))[:32]}.lock"
    with exclusive(lock, name_of(log), partial(lives, holder)) as held:
        record_path(log).unlink(missing_ok=True)
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            unchanged.check(inputs)
            planned_code.check(command)
        except UserError as error:
            log.write_text(f"error: {error}\n", encoding="utf-8")
            return 2
        for _ in range(TRIES):
            before = versions(inputs)
            status = run_recorded(log, outputs, command, holder, (held, *gpus))
            after = versions(inputs)
            edited = sorted(name for name in before | after if before.get(name) != after.get(name))
            if status or not edited:
                return status
            if planned_code.OPTION in command:
                # Its code may have been edited as well, and it would keep its work under the name of the code before.
                raise UserError(f"{edited[0]}: edited while {name_of(log)} ran; run the same command again")
            print(f"{name_of(log)}: {edited[0]} was edited while it ran, so it runs again", file=sys.stderr, flush=True)
        raise UserError(
            f"{edited[0]}: changed in each of {TRIES} runs of {name_of(log)}; run again when nobody edits it"
        )


def versions(inputs: list[str]) -> dict[str, tuple[int, ...]]:
    """What tells that someone wrote to an input, for those outside `results/`: inode, size and time of change.

    Snakemake takes down what an input holds as the job ends. Of a file edited in between it would say for good that the
    outputs were made from the new text.
    """
    found: dict[str, tuple[int, ...]] = {}
    for name in inputs:
        if not Path(name).is_relative_to(unchanged.RESULTS):
            with suppress(OSError):
                state = Path(name).stat()
                found[name] = (state.st_ino, state.st_size, state.st_mtime_ns)
    return found


def run_recorded(log: Path, outputs: list[Path], command: list[str], holder: int, locks: tuple[int, ...]) -> int:
    """Run a stage and write the job's record; the exit status. The stage holds the descriptors `locks` too."""
    started, clock = datetime.now(UTC), time.monotonic()
    # Signals wait in a queue, from which `finish` takes them.
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {*PASSED_ON, signal.SIGCHLD})
    with log.open("wb") as words:
        stage = start([sys.executable, "-m", *command], words.fileno(), former, locks)
    environment = this_environment()
    status, peak_memory = finish(stage, log, holder)
    found = JobRecord(
        command=without_secrets(["python", "-m", *command], os.environ),
        started=started.isoformat(timespec="milliseconds"),
        seconds=round(time.monotonic() - clock, 3),
        peak_memory=peak_memory,
        exit_status=status,
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
        browser=browser_version() if any(output.suffix == ".png" for output in outputs) else None,
        outputs={str(output): sha256(output) if output.is_file() else None for output in outputs},
        environment=environment,
    )
    write_json(record_path(log), asdict(found))
    signal.pthread_sigmask(signal.SIG_SETMASK, former)
    if status and shutil.disk_usage(log.parent).free < ROOM:
        # The log has no room for the stage's own words.
        raise UserError(no_room(log))
    return status


def no_room(log: Path) -> str:
    """What to say where the disk is full."""
    return (
        f"{name_of(log)}: no space is left on the disk of {log.parent}/, so the log may lack its end; free some and run"
        " the same command again: finished work is kept"
    )


def start(
    command: list[str], output: int, mask: set[signal.Signals] | set[int], locks: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start a process that the kernel kills when this one ends, in whatever way. It holds `locks` too."""
    parent = os.getpid()

    def prepare() -> None:
        # This process has one thread.
        end_with_parent(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=prepare, pass_fds=locks
    )


def finish(stage: subprocess.Popen[bytes], log: Path, holder: int) -> tuple[int, int]:
    """Wait for a stage: its exit status as a shell gives it, and its peak memory in bytes.

    Passes signals on, ends the stage when the process `holder` (if it is not 0) is gone, and prints how far it is.
    """
    # Never through methods of Popen: they would wait for the process themselves, and take its memory's peak with them.
    begun = time.monotonic()
    told, orphaned = begun, 0.0
    while True:
        pid, status, usage = os.wait4(stage.pid, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            stage.returncode = code
            return (128 - code if code < 0 else code), usage.ru_maxrss * 1024
        received = signal.sigtimedwait({*PASSED_ON, signal.SIGCHLD}, TICK)
        now = time.monotonic()
        if received is not None and received.si_signo in PASSED_ON:
            if received.si_code != FROM_TERMINAL:
                os.kill(stage.pid, received.si_signo)
        elif holder and not descends_from(holder):
            orphaned = orphaned or now
            os.kill(stage.pid, signal.SIGTERM if now < orphaned + GRACE else signal.SIGKILL)
        elif now - told >= max(QUIET, 0.1 * (now - begun)):
            told = now
            print(progress(log, now - begun), file=sys.stderr, flush=True)


def run_above() -> int:
    """The process of Snakemake that this job belongs to; 0 where there is none on this machine."""
    holder = int(os.environ.get(HOLDER, "0"))
    return holder if descends_from(holder) else 0


def lives(run: int) -> bool:
    """Whether the run of Snakemake that this job belongs to is still there, or there was none (0)."""
    return not run or descends_from(run)


def descends_from(ancestor: int) -> bool:
    """Whether a process is a parent of this one, or a parent's parent and so on. 0 is nobody's."""
    pid = os.getpid()
    while pid > 1:
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        # The name, in brackets, may hold anything; state and parent follow it.
        pid = int(text.rpartition(")")[2].split()[1])
        if pid and pid == ancestor:
            return True
    return False


def progress(log: Path, seconds: float) -> str:
    """One line on a running job, such as `pretrain llama-base: 450/900 [01:02]`, from the last bar in its log."""
    name = name_of(log)
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        bars = BAR.findall(file.read().decode("utf-8", errors="replace"))
    if bars:
        return f"{name}: {bars[-1][0]} [{bars[-1][1]}]"
    return f"{name}: running [{int(seconds) // 60:02}:{int(seconds) % 60:02}]"


def name_of(log: Path) -> str:
    """What a job is called on the terminal: `grpo llama-grpo` for `results/smoke/logs/grpo/llama-grpo.log`."""
    folders = log.with_suffix("").parts
    return " ".join(folders[folders.index("logs") + 1 :] if "logs" in folders else folders[-1:])


def without_secrets(words: list[str], variables: Mapping[str, str]) -> list[str]:
    """The words of a command with the values of secret variables, and what looks like a token, taken out."""
    secrets = {value: name for name, value in variables.items() if SECRET.search(name) and len(value) >= 6}
    clean = []
    for word in words:
        for value, name in secrets.items():
            word = word.replace(value, f"[{name}]")
        clean.append(TOKEN.sub("[token]", word))
    return clean


def main() -> None:
    parser = argparse.ArgumentParser(
        usage="%(prog)s --log LOG --inputs FILE… --outputs FILE… [--gpus N] [--alone] -- MODULE ARGUMENT…"
    )
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--inputs", nargs="*", default=[])
    parser.add_argument("--outputs", type=Path, nargs="*", default=[])
    parser.add_argument("--gpus", type=int, default=0, help="how many the stage uses")
    parser.add_argument("--alone", action="store_true", help="one GPU with no other job of the run on it")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    arguments = parser.parse_args(words[:cut])
    command = words[cut + 1 :]
    if not command:
        parser.error("a module is expected after --")
    if "SLURM_JOB_ID" in os.environ:
        # Its imports take longer than all else that is done here.
        from finmath_grpo.workflow import cluster

        cluster.check_node(arguments.log, command, arguments.gpus)
    holder = run_above()
    try:
        needed = partial(lives, holder)
        with own_gpus(arguments.gpus, os.environ, needed, arguments.alone) as gpus:
            status = run_job(arguments.log, arguments.inputs, arguments.outputs, command, gpus)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise UserError(no_room(arguments.log)) from None
    sys.exit(status)


if __name__ == "__main__":
    run_stage(main)
