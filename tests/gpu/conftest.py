"""What needs a GPU and the CUDA stack: `python -m pytest tests/gpu` prints a table; elsewhere it is skipped.

Each measurement runs in a process of its own (`measure.py`): a vLLM engine gives its memory back only with its process,
and batch-invariant mode is read when vLLM is imported. They run side by side, as many as the GPU has memory for.
"""

import importlib.util
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from killed import has_whole
from transformers import AutoTokenizer

from finmath_grpo.models.manifest import write_manifest
from finmath_grpo.prompts import PromptSettings

ROOT = Path(__file__).parents[2]
GIB_A_PROCESS = 8
FAMILIES = ("llama", "gemma2")
PROMPT = PromptSettings().model_dump()
SMOKE = yaml.safe_load((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))
STEPS = 12
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
    done = subprocess.run(**command(*arguments, **environment), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-6000:]
    return done.stdout


def command(*arguments: object, **environment: str) -> dict:
    """What `subprocess` needs to run this Python in the project's root."""
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    return {
        "args": [sys.executable, *map(str, arguments)],
        "cwd": ROOT,
        "env": {**os.environ, "PYTHONPATH": path, **environment},
    }


def measure(what: str, *manifests: Path, **environment: str) -> dict:
    """The result of a measurement of `measure.py`: the JSON that it prints last."""
    output = python(Path(__file__).with_name("measure.py"), what, *manifests, **environment)
    return json.loads(output.splitlines()[-1])


def visible() -> list[str]:
    """The GPUs that this process may use, as `CUDA_VISIBLE_DEVICES` has them."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    return told.split(",") if told else [str(number) for number in range(torch.cuda.device_count())]


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
            stage += ["--code", "tests", "--held-out", nothing_held_out, "--cache", directory / "cache"]
            pool.submit(python, *stage, "--manifest", manifest)
    take_padding_token_away(manifests["llama"])
    return manifests


def take_padding_token_away(manifest: Path) -> None:
    """As Llama 3 is released: what pads then is the end of a turn, which stands in every prompt."""
    tokenizer = AutoTokenizer.from_pretrained(manifest.parent)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(manifest.parent)
    write_manifest(manifest, [file for file in manifest.parent.iterdir() if file != manifest])


@pytest.fixture(scope="session")
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """For processes on the GPU: as many at once as it has memory for."""
    workers = max(1, torch.cuda.get_device_properties(0).total_memory // (GIB_A_PROCESS * 2**30))
    with ThreadPoolExecutor(workers) as pool:
        yield pool
        # A failed test leaves none that waits.
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def measured(models: dict[str, Path], side_by_side: ThreadPoolExecutor) -> Callable[..., dict]:
    """Results of all measurements, by name and family; a failed one raises in the test that asks for it."""
    tasks = {}
    for family, manifest in models.items():
        tasks["repeat", family] = side_by_side.submit(measure, "repeat", manifest)
        tasks["repeat, batch-invariant", family] = side_by_side.submit(
            measure, "repeat", manifest, VLLM_BATCH_INVARIANT="1"
        )
        tasks["adapter", family] = side_by_side.submit(adapter_and_merged, manifest)
    tasks["soft_capping", "gemma2"] = side_by_side.submit(measure, "soft_capping", models["gemma2"])
    tasks["captured", "llama"] = side_by_side.submit(measure, "captured", models["llama"])
    return lambda what, family: tasks[what, family].result()


def adapter_and_merged(manifest: Path) -> dict:
    """Greedy tokens of base, base with a random adapter, and the model merged from them."""
    adapter, merged = (manifest.parents[1] / f"{manifest.parent.name}-{name}" / manifest.name for name in ("a", "m"))
    for made in (adapter, merged):
        made.parent.mkdir()
    measure("make_adapter", manifest, adapter, merged)
    return {**measure("greedy", manifest, adapter), "merged": measure("greedy", merged)["alone"]}


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smoke experiment's questions, cleaned."""
    directory = tmp_path_factory.mktemp("questions")
    outputs = [f"--{name}={directory / name}.json" for name in ("questions", "rejected")]
    python("-m", "finmath_grpo.questions.clean", "--raw=data/raw/smoke.jsonl", *outputs)
    return directory / "questions.json"


@pytest.fixture(scope="session")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smoke experiment's validation questions, cleaned."""
    directory = tmp_path_factory.mktemp("validation")
    outputs = [f"--{name}={directory / name}.json" for name in ("questions", "rejected")]
    python("-m", "finmath_grpo.questions.clean", "--raw=data/raw/smoke-validation.jsonl", *outputs)
    return directory / "questions.json"


@pytest.fixture(scope="session")
def killed_and_resumed(models: dict[str, Path], questions: Path, validation: Path) -> Callable[..., dict]:
    """GRPO by an engine from the tiny Llama, killed after a step with a checkpoint, started again, and merged."""

    def run(engine: str, processes: int = 1, at_the_end: bool = False) -> dict:
        base = models["llama"]
        killed_after = STEPS if at_the_end else STEPS // 3
        directory = base.parents[1] / f"grpo-{engine}-{processes}-{killed_after}"
        adapter, merged = directory / "adapter" / base.name, directory / "merged" / base.name
        for made in (adapter, merged):
            made.parent.mkdir(parents=True)
        files = {name: directory / name for name in ("cache", "log", "config", "completions", "check")}
        module = {"trl": "finmath_grpo.training.grpo", "unsloth": "finmath_grpo.training.grpo_unsloth"}[engine]
        job = grpo(engine, processes)
        stage = ["-m", module, "--settings", json.dumps(job), "--train", questions, "--base", base]
        stage += ["--code", "tests", "--manifest", adapter, "--validation", validation]
        for name in ("cache", "log", "config", "completions"):
            stage += [f"--{name}", files[name]]
        # As many GPUs as the job would get: TRL refuses to train one process beside a second GPU.
        seen = {"CUDA_VISIBLE_DEVICES": ",".join(visible()[:processes])}
        kill_when(
            command(*stage, **seen),
            lambda: has_whole(files["cache"], f"*/checkpoint-{killed_after}/trainer_state.json"),
            directory / "killed.log",
        )
        assert not adapter.exists()
        printed = python(*stage, **seen)
        stage = ["-m", "finmath_grpo.training.merge", "--settings", json.dumps({"prompts": 32, "max_new_tokens": 32})]
        stage += ["--prompt", json.dumps(PROMPT), "--device", "cuda", "--train", questions, "--base", base]
        stage += [
            "--code",
            "test",
            "--adapter",
            adapter,
            "--config",
            files["config"],
            "--manifest",
            merged,
            "--check",
            files["check"],
        ]
        python(*stage)
        return {
            "resumed": "resuming from checkpoint-" in printed,
            "log": pd.read_csv(files["log"]),
            "rollouts": files["completions"],
            "check": json.loads(files["check"].read_text(encoding="utf-8")),
        }

    return run


Trained = Callable[..., Path]
"""Trains by an engine with a seed and further settings; each call is a run of its own, in the folder that it gives."""


@pytest.fixture(scope="session")
def trained_briefly(models: dict[str, Path], questions: Path) -> Trained:
    """Two updates from the tiny Llama, unless told otherwise."""
    runs = itertools.count()

    def run(engine: str, seed: int, **settings: object) -> Path:
        base = models["llama"]
        directory = base.parents[1] / f"brief-{engine}-{seed}-{next(runs)}"
        job = grpo(engine) | {"seed": seed}
        job["training"] |= {"max_steps": 2, "optimizer_steps": 2, "save_steps": 10} | settings
        module = {"trl": "finmath_grpo.training.grpo", "unsloth": "finmath_grpo.training.grpo_unsloth"}[engine]
        stage = ["-m", module, "--settings", json.dumps(job), "--code", "tests", "--train", questions, "--base", base]
        stage += ["--manifest", directory / "adapter" / base.name]
        for name in ("cache", "log", "config", "completions"):
            stage += [f"--{name}", directory / name]
        # As in `killed_and_resumed`.
        python(*stage, CUDA_VISIBLE_DEVICES=visible()[0])
        return directory

    return run


def kill_when(process: dict, reached: Callable[[], bool], log: Path) -> None:
    """Start a process and kill it, and what it started, as soon as `reached` says so; its words go to `log`."""
    with (
        log.open("wb") as words,
        subprocess.Popen(**process, stdout=words, stderr=subprocess.STDOUT, start_new_session=True) as run,
    ):
        while not reached():
            assert run.poll() is None, f"the run ended before it could be killed:\n{log.read_text()[-6000:]}"
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGKILL)


def grpo(engine: str, processes: int = 1) -> dict:
    """A GrpoJob: the smoke experiment's with our rewards, on a GPU and short; the batch is shared by the processes."""
    short = {
        "max_steps": STEPS,
        "optimizer_steps": STEPS,
        "save_steps": STEPS // 3,
        "validate_every": STEPS // 3,
        "vllm_gpu_memory_utilization": 0.15,
        "per_device_train_batch_size": SMOKE["training"]["grpo"]["per_device_train_batch_size"] // processes,
        **({"processes": processes} if processes > 1 else {}),
    }
    return {
        "device": "cuda",
        "prompt": PROMPT,
        "seed": 3407,
        "rewards": SMOKE["models"]["llama-grpo-fixed"]["rewards"],
        "training": {**SMOKE["training"]["grpo"], **short, "engine": engine},
    }


def pretraining(family: str) -> dict:
    """A PretrainingJob: the smoke experiment's, wider, on a GPU."""
    shape = {"hidden_size": 256, "layers": 3, "heads": 4, "key_value_heads": 2, "head_dim": 64}
    return {
        "device": "cuda",
        "prompt": PROMPT,
        "architecture": {"type": family, "max_position": 512, "intermediate_size": 512, **shape},
        "seed": 1,
        "pretraining": {**SMOKE["pretraining"], "steps": 300},
    }
