"""What needs a GPU and the CUDA stack: `python -m pytest tests/gpu` prints a table; elsewhere it is skipped.

Each measurement runs in a process of its own (`measure.py`): a vLLM engine gives its memory back only with its process,
and batch-invariant mode is read when vLLM is imported. They run side by side, as many as the GPU has memory for.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
import yaml

ROOT = Path(__file__).parents[2]
GIB_A_PROCESS = 8
FAMILIES = ("llama", "gemma2")
TABLE: list[tuple[str, str]] = []


def reason_to_skip() -> str | None:
    if not torch.cuda.is_available():
        return "no GPU is visible"
    absent = [package for package in ("vllm", "unsloth") if importlib.util.find_spec(package) is None]
    return f"not installed: {', '.join(absent)} (envs/cuda.lock)" if absent else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = reason_to_skip()
    if reason:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TABLE:
        terminalreporter.section(f"measured on {torch.cuda.get_device_name()}")
        width = max(len(name) for name, _ in TABLE)
        for name, value in TABLE:
            terminalreporter.write_line(f"{name:<{width}}  {value}")


def python(*arguments: object, **environment: str) -> str:
    """Run this Python in the project's root and give what it printed. Raises AssertionError with its errors."""
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    return done.stdout


def measure(what: str, *manifests: Path, **environment: str) -> dict:
    """The result of a measurement of `measure.py`: the JSON that it prints last."""
    output = python(Path(__file__).with_name("measure.py"), what, *manifests, **environment)
    return json.loads(output.splitlines()[-1])


@pytest.fixture(scope="session")
def table() -> list[tuple[str, str]]:
    """Rows of (what, measured) that are printed at the end."""
    return TABLE


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Manifests of a tiny Llama and a tiny Gemma-2, pre-trained on the GPU for some seconds by the stage itself."""
    directory = tmp_path_factory.mktemp("models")
    nothing_held_out = directory / "test.jsonl"
    nothing_held_out.touch()
    manifests = {family: directory / family / "MANIFEST.sha256" for family in FAMILIES}
    with ThreadPoolExecutor() as pool:
        for family, manifest in manifests.items():
            stage = ["-m", "finmath_grpo.models.pretrain", "--settings", json.dumps(pretraining(family))]
            pool.submit(python, *stage, "--test", nothing_held_out, "--manifest", manifest)
    return manifests


@pytest.fixture(scope="session")
def measured(models: dict[str, Path]) -> Iterator[Callable[..., dict]]:
    """Results of all measurements, by name and family; a failed one raises in the test that asks for it."""
    workers = max(1, torch.cuda.get_device_properties(0).total_memory // (GIB_A_PROCESS * 2**30))
    with ThreadPoolExecutor(workers) as pool:
        tasks = {}
        for family, manifest in models.items():
            tasks["repeat", family] = pool.submit(measure, "repeat", manifest)
            tasks["repeat, batch-invariant", family] = pool.submit(
                measure, "repeat", manifest, VLLM_BATCH_INVARIANT="1"
            )
            tasks["adapter", family] = pool.submit(adapter_and_merged, manifest)
        tasks["soft_capping", "gemma2"] = pool.submit(measure, "soft_capping", models["gemma2"])
        yield lambda what, family: tasks[what, family].result()


def adapter_and_merged(manifest: Path) -> dict:
    """Greedy tokens of base, base with a random adapter, and the model merged from them."""
    adapter, merged = (manifest.parents[1] / f"{manifest.parent.name}-{name}" / manifest.name for name in ("a", "m"))
    for made in (adapter, merged):
        made.parent.mkdir()
    measure("make_adapter", manifest, adapter, merged)
    return {**measure("greedy", manifest, adapter), "merged": measure("greedy", merged)["alone"]}


def pretraining(family: str) -> dict:
    """A PretrainingJob: the smoke experiment's, wider, on a GPU."""
    smoke = yaml.safe_load((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))
    shape = {"hidden_size": 256, "layers": 3, "heads": 4, "key_value_heads": 2, "head_dim": 64}
    return {
        "device": "cuda",
        "prompt": smoke["prompt"],
        "architecture": {"type": family, "max_position": 512, "intermediate_size": 512, **shape},
        "seed": 1,
        "pretraining": {**smoke["pretraining"], "steps": 300},
    }
