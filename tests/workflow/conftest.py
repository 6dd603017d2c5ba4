"""A checkout of its own for the workflow tests, and a finished reduced run in it."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from stages import look

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Checkout:
    """A copy of the project's files, with the experiment `tiny` added."""

    path: Path

    def snakemake(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess:
        """Run Snakemake in the checkout as a user would: the whole of its output is in `stdout`."""
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=self.path,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout
        return done

    def planned(self, target: str = "tiny") -> dict[str, int]:
        """What `snakemake -n` would run for a target: jobs by rule."""
        done = look(self.path, "--cores", "2", "-n", target)
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        if "Nothing to be done" in output:
            return {}
        table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\ntotal", output, re.DOTALL)
        assert table, output
        jobs = {rule: int(count) for rule, count in (line.split() for line in table[1].splitlines())}
        jobs.pop(target, None)
        return jobs

    def replace(self, file: str, old: str, new: str) -> None:
        """Edit a file; the text to replace must be in it."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")


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


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the experiment `tiny` has run from raw questions to figures. Tests leave it as it was.

    The workers of pytest-xdist, each with a folder in one folder, share it: who comes first makes it.
    """
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    done = path.with_suffix(".done")
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)
            new_checkout(path).snakemake("tiny")
            done.touch()
    return Checkout(path)


@pytest.fixture
def copy(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished checkout, with its results and metadata, for a test to edit."""
    shutil.copytree(finished.path, tmp_path / "copy", symlinks=True)
    return Checkout(tmp_path / "copy")
