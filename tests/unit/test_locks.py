"""The locks of `envs/`: complete, hashed where they say so, free of registries, and what is installed."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ENVS = Path(__file__).parents[2] / "envs"
# What the two stacks must pin apart; figures and tables rely on one version of everything else.
DIFFERENT = {"numpy", "setuptools", "torch", "trl"}


def normal(name: str) -> str:
    """The normalized form of a package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(stack: str) -> set[str]:
    """Names asked for in `envs/{stack}.in`."""
    return {normal(name) for name in re.findall(r"^[\w.-]+", (ENVS / f"{stack}.in").read_text(), flags=re.M)}


def pins(stack: str) -> dict[str, str]:
    """Name and version of each pin in `envs/{stack}.lock`."""
    found = re.findall(r"^([\w.-]+)==([\w.+]+)", (ENVS / f"{stack}.lock").read_text(), flags=re.M)
    return {normal(name): pinned for name, pinned in found}


@pytest.mark.parametrize("stack", ["cpu", "cuda", "tools"])
def test_lock_pins_every_requirement_once_and_names_no_registry(stack):
    text = (ENVS / f"{stack}.lock").read_text()
    lines = re.findall(r"^[^\s#].*$", text, flags=re.M)
    assert requirements(stack) <= pins(stack).keys()
    assert len(lines) == len(pins(stack)) and not any(";" in line for line in lines)
    assert "://" not in text and "+cpu" not in text


def test_cuda_lock_has_a_hash_for_every_pin():
    entries = re.split(r"\n(?=[\w])", (ENVS / "cuda.lock").read_text())[1:]
    assert len(entries) == len(pins("cuda")) and all("--hash=sha256:" in entry for entry in entries)


def test_slurm_lock_has_a_hash_for_every_pin_and_nothing_of_the_stacks():
    text = (ENVS / "slurm.lock").read_text()
    assert len(pins("slurm")) == text.count("--hash=sha256:") == 2 and "://" not in text
    assert not pins("slurm").keys() & (pins("cpu").keys() | pins("cuda").keys())


def test_cpu_lock_leaves_the_cuda_packages_to_torch():
    assert not [name for name in pins("cpu") if name.startswith(("nvidia-", "cuda-", "triton"))]


def test_both_stacks_pin_the_same_versions():
    cpu, cuda = pins("cpu"), pins("cuda")
    assert {name for name in cpu.keys() & cuda.keys() if cpu[name] != cuda[name]} == DIFFERENT


def test_the_tools_run_beside_the_libraries_of_the_cpu_stack():
    shared = requirements("tools") & requirements("cpu")
    assert shared >= {"torch", "transformers", "datasets", "pandas"}
    assert {name: pins("tools")[name] for name in shared} == {name: pins("cpu")[name] for name in shared}


def test_installed_cpu_environment_equals_its_lock():
    if version("torch").split("+")[0] != pins("cpu")["torch"]:
        pytest.skip("another stack is installed here")
    assert {name: installed(name) for name in pins("cpu")} == pins("cpu")


def installed(name: str) -> str | None:
    """The installed version of a package, without its local part (`+cpu`), or None."""
    try:
        return version(name).split("+")[0]
    except PackageNotFoundError:
        return None
