"""A checkout of its own for the workflow tests, and a finished reduced run in it."""

import fcntl
import gc
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from stages import snakemake

from finmath_grpo.gpu_environment import ENVIRONMENT

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WARM = ROOT / "tests/warm"

TABLES = "figures.draw|statistics|claims|report|evaluation.(score|deep_counts)"
STAGES = f"{TABLES}|models.pretrain|training.(grpo|merge)|evaluation"
"""Not DPO, which starts alone in no other test."""


def pytest_configure(config: pytest.Config) -> None:
    """Start the server of stages, which workers share. Without one, stages start by themselves."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    # A long TMPDIR would be too long for the name of a socket.
    folder = tempfile.TemporaryDirectory(dir="/tmp")
    os.environ["WARM_SOCKET"] = f"{folder.name}/socket"
    variables = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "OMP_NUM_THREADS": "1"}
    variables["PYTHONPATH"] = str(ROOT / "tests")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.environ["WARM_SOCKET"])
        listener.listen()
        command = [sys.executable, str(WARM / "server.py"), str(listener.fileno())]
        # Ctrl-C is for the tests; the server ends with its stdin.
        pipes = {"stdin": subprocess.PIPE, "pass_fds": [listener.fileno()], "start_new_session": True}
        server = subprocess.Popen(command, env=variables, **pipes)
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(lambda: end(server))


def end(server: subprocess.Popen) -> None:
    """It ends as its stdin closes."""
    try:
        server.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill()


def warm(stages: str = STAGES) -> dict[str, str]:
    """The variables with which a run has these stages from the server (tests/warm), where there is one."""
    if "WARM_SOCKET" not in os.environ:
        return {}
    return {"WARM_STAGES": rf"-m finmath_grpo\.({stages})\b", "PYTHONPATH": str(WARM)}


LONG = ("test_two_processes.py", "test_released_model.py")
"""What takes a minute or more and shares nothing with other modules."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: of two workers (`make test`) one does them, and the other takes over what is left at the end,
    where short tests make both end together."""
    items.sort(key=lambda item: item.path.name not in LONG)


# Imports leave no garbage. Nor are the modules any, and to look through them takes 0.3 s each time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@dataclass(frozen=True)
class Checkout:
    """A copy of the project's files, with the experiment `tiny` added."""

    path: Path

    def snakemake(
        self, *arguments: str, check: bool = True, fresh: bool = False, **environment: str
    ) -> subprocess.CompletedProcess:
        """Run Snakemake in the checkout as a user would: the whole of its output is in `stdout`.

        By a fork of a process which has its libraries, and so are its stages, unless in a `fresh` one.
        """
        words = ("--cores", "2", *arguments)
        if fresh:
            command = [sys.executable, "-m", "snakemake", *words]
            variables = {**os.environ, **environment}
            both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            done = subprocess.run(command, cwd=self.path, env=variables, **both)
        else:
            done = snakemake(self.path, *words, **warm(), **environment)
            done.stdout += done.stderr
        assert not check or done.returncode == 0, done.stdout
        return done

    def planned(self, *targets: str) -> dict[str, int]:
        """What `snakemake -n` would run for targets (`tiny`, if none is named): jobs by rule."""
        return jobs(self.snakemake("-n", *(targets or ["tiny"])).stdout)

    def replace(self, file: str, old: str, new: str) -> None:
        """Edit a file; the text to replace must be in it."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def jobs(output: str) -> dict[str, int]:
    """The jobs that Snakemake says it runs, by rule, without the experiment itself."""
    if "Nothing to be done" in output:
        return {}
    table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\ntotal", output, re.DOTALL)
    assert table, output
    found = {rule: int(count) for rule, count in (line.split() for line in table[1].splitlines())}
    return {rule: count for rule, count in found.items() if rule != "tiny"}


def project_files() -> list[str]:
    """What a clone would hold, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [name for name in listed.split("\0") if name and ((ROOT / name).exists() or (ROOT / name).is_symlink())]


def new_checkout(path: Path) -> Checkout:
    """Copy the project to `path`."""
    for name in project_files():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target, follow_symlinks=False)
    shutil.copy(HERE / "tiny.yaml", path / "config" / "tiny.yaml")
    return Checkout(path)


def run_tiny(path: Path) -> None:
    """Build `tiny` in a checkout that has no experiments but it and what it extends: each more costs every plan 30 ms,
    and changes none of `tiny`."""
    checkout = new_checkout(path)
    for config in (path / "config").glob("*.yaml"):
        if config.stem not in ("smoke", "tiny", "sources"):
            config.unlink()
    checkout.snakemake("tiny", fresh=True, **warm())


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills; tests leave it as it was.

    The workers of pytest-xdist, each with a folder in one folder, share it: who comes first makes it.
    """
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    done = path.with_suffix(".done")
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            make(path)
            done.touch()
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the experiment `tiny` has run from raw questions to figures. Tests leave it as it was."""
    return Checkout(made_once(tmp_path_factory, "finished", run_tiny))


@pytest.fixture
def copy(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished checkout, with its results and metadata, for a test to edit."""
    shutil.copytree(finished.path, tmp_path / "copy", symlinks=True)
    return Checkout(tmp_path / "copy")
