"""What needs a GPU and the CUDA stack: `python -m pytest tests/gpu` prints a table; elsewhere it is skipped.

Each measurement runs in a process of its own (`measure.py`): a vLLM engine gives its memory back only with its process,
and batch-invariant mode is read when vLLM is imported.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
ROWS: list[tuple[str, str]] = []


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
    reason = reason_to_skip()
    if reason:
        terminalreporter.write_line(f"GPU tests skipped: {reason}")
    elif ROWS:
        terminalreporter.section(f"measured on {torch.cuda.get_device_name()}")
        width = max(len(name) for name, _ in ROWS)
        for name, value in ROWS:
            terminalreporter.write_line(f"{name:<{width}}  {value}")


@pytest.fixture(scope="session")
def table() -> list[tuple[str, str]]:
    """Rows of (what, measured) that are printed at the end."""
    return ROWS


@pytest.fixture(scope="session")
def measure():
    """Run a measurement of `measure.py` in a new process and read the JSON that it prints last."""

    def run(what: str, *arguments: str | Path, **environment: str) -> dict:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("measure.py")), what, *map(str, arguments)],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
                **environment,
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-6000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Manifests of a tiny Llama and a tiny Gemma-2, pre-trained on the GPU for some seconds by the stage itself."""
    directory = tmp_path_factory.mktemp("models")
    test = directory / "test.jsonl"
    test.write_text("", encoding="utf-8")
    manifests = {}
    for family in ("llama", "gemma2"):
        manifest = directory / family / "MANIFEST.sha256"
        subprocess.run(
            [
                *(sys.executable, "-m", "finmath_grpo.models.pretrain", "--settings", json.dumps(pretraining(family))),
                *("--test", str(test), "--manifest", str(manifest)),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            check=True,
            capture_output=True,
        )
        manifests[family] = manifest
    return manifests


def pretraining(family: str) -> dict:
    """A PretrainingJob: the shape of the smoke experiment, wider, on a GPU."""
    import yaml

    smoke = yaml.safe_load((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))
    settings = {**smoke["pretraining"], "steps": 300, "muon_learning_rate": 0.006, "adamw_learning_rate": 0.005}
    shape = {
        "hidden_size": 256,
        "layers": 3,
        "heads": 4,
        "key_value_heads": 2,
        "head_dim": 64,
        "intermediate_size": 512,
    }
    return {
        "device": "cuda",
        "prompt": smoke["prompt"],
        "architecture": {"type": family, "max_position": 512, **shape},
        "seed": 1,
        "pretraining": settings,
    }
