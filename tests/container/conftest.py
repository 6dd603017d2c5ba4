"""The CPU image, built from this checkout, and containers of it.

Docker or Podman is used as it is found. Where a build or a run needs other words, two variables give them:
`$FINMATH_BUILD IMAGE [build arguments]` builds the folder that it is run in, `$FINMATH_RUN [options] IMAGE [command]`
runs with `--rm`, and without a network where `NETWORK=none` stands in its environment.
"""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/finmath-grpo:tested"
TINY = ROOT / "tests/workflow/tiny.yaml"
# Someone whom neither the image nor this machine knows, where we may give files away; or else ourselves.
UID = 12345 if os.getuid() == 0 else os.getuid()
PATIENCE = 1200


def engine() -> str | None:
    """Docker or Podman, whichever answers."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            return name
    return None


def build(context: Path, image: str) -> None:
    """Build the CPU image of a folder."""
    given = os.environ.get("FINMATH_BUILD")
    command = [*shlex.split(given), image] if given else [engine(), "build", "-t", image]
    command += ["--build-arg", "STACK=cpu", *([] if given else ["."])]
    done = subprocess.run(command, cwd=context, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-5000:]


def copy_sources(target: Path) -> Path:
    """The files of this checkout, as a clone would hold them, with what is new in it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and ((ROOT / name).exists() or (ROOT / name).is_symlink()):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


@dataclass(frozen=True)
class Container:
    """Ways to run an image on a results folder; the experiment `tiny` is there beside those of the image."""

    results: Path
    image: str = IMAGE
    tiny: Path = TINY

    def command(self, *words: str, options: tuple[str, ...] = (), user: str = f"{UID}:{UID}") -> list[str]:
        given = os.environ.get("FINMATH_RUN")
        run = shlex.split(given) if given else [engine(), "run", "--rm"]
        mounts = [f"{self.results}:/artifact/results", f"{self.tiny}:/artifact/config/tiny.yaml:ro"]
        return [
            *run,
            *(part for mount in mounts for part in ("-v", mount)),
            "--user",
            user,
            *options,
            self.image,
            *words,
        ]

    def run(self, *words: str, check: bool = True, network: bool = True, **how) -> subprocess.CompletedProcess[str]:
        """Run to the end; the whole output is in `stdout`."""
        if not network and not os.environ.get("FINMATH_RUN"):
            how["options"] = (*how.get("options", ()), "--network", "none")
        done = subprocess.run(
            self.command(*words, **how),
            env={**os.environ, **({} if network else {"NETWORK": "none"})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout[-5000:]
        return done

    def interrupt(self, action: tuple[str, ...], reached: Callable[[], bool], *words: str) -> float:
        """Start a run, and when `reached` says so, `docker kill` or `stop` it; the seconds that this took."""
        name = f"finmath-{os.getpid()}-{time.monotonic_ns()}"
        run = subprocess.Popen(
            self.command(*words, options=("--name", name)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert run.poll() is None, "the container ended before it could be interrupted"
            assert time.monotonic() < deadline, "the container did not get as far as to be interrupted"
            time.sleep(0.01)
        start = time.monotonic()
        subprocess.run([engine(), *action, name], check=True, capture_output=True)
        run.wait()
        return time.monotonic() - start


def new_results(path: Path) -> Path:
    """An empty folder that belongs to the user of the containers."""
    path.mkdir(parents=True)
    if os.getuid() == 0:
        os.chown(path, UID, UID)
    return path


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image is built from, for a test to copy."""
    return copy_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def image(sources: Path) -> str:
    """The CPU image of this checkout."""
    if engine() is None and "FINMATH_BUILD" not in os.environ:
        pytest.skip("neither docker nor podman answers here")
    build(sources, IMAGE)
    return IMAGE


@pytest.fixture
def container(image: str, tmp_path: Path) -> Container:
    """Containers on an empty results folder of their own."""
    return Container(new_results(tmp_path / "results"))


@pytest.fixture(scope="session")
def published(image: str, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """A results folder in which `published` was built by the bare command: nowhere to write, no network, no rights."""
    container = Container(new_results(tmp_path_factory.mktemp("published") / "results"))
    container.run(
        "snakemake",
        "--cores",
        options=(
            *("-e", "FINMATH_EXPERIMENT=published", "--read-only", "--tmpfs", "/tmp"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        ),
        network=False,
    )
    return container
