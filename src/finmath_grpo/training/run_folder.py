"""The folder of a training run in the store: its checkpoints, and then its result."""

import importlib.metadata
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from finmath_grpo.files import digest, sha256
from finmath_grpo.models import store
from finmath_grpo.models.manifest import replacement
from finmath_grpo.settings import Settings

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
GPU_PACKAGES = ("vllm", "unsloth", "unsloth_zoo", "bitsandbytes", "triton")
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
FINISHED = "finished"
"""The folder of the result, within that of the run."""


def versions() -> dict[str, str]:
    """Installed versions of the packages that training stands on; with a GPU, of more."""
    packages = (*PACKAGES, *GPU_PACKAGES) if torch.cuda.is_available() else PACKAGES
    return {package: importlib.metadata.version(package) for package in packages}


def run_directory(cache: Path, job: Settings, code: str, inputs: list[Path]) -> Path:
    """Where a run keeps its checkpoints and its result: a folder named by everything that defines the run.

    Settings, input files, versions and `code`, the fingerprint of the stage: a changed run can't resume a wrong
    checkpoint, and an equal run is not trained again.
    """
    defined_by = {
        "job": job.model_dump(mode="json"),
        "inputs": [sha256(path) for path in inputs],
        "code": code,
        "versions": versions(),
    }
    return cache / digest(defined_by)[:32]


def is_finished(run: Path) -> bool:
    """Whether a run has its result; prints a word if it has."""
    kept = store.is_kept(run / FINISHED, run.name)
    if kept:
        print("this run was trained before and is taken from the store")
    return kept


@contextmanager
def result_of(run: Path) -> Iterator[Path]:
    """A folder to fill with the result of a run; when the block ends without an error, its checkpoints are deleted."""
    with store.keep(run / FINISHED, run.name) as directory:
        yield directory
    for path in run.iterdir():
        if path.is_dir() and path.name != FINISHED:
            shutil.rmtree(path)


def publish(run: Path, manifest: Path, outputs: dict[str, Path]) -> None:
    """Copy the result of a run to its outputs: files by their name in it, the adapter beside its manifest."""
    with replacement(manifest) as directory:
        store.copy_out(run / FINISHED, {name: directory / name for name in ADAPTER_FILES})
    store.copy_out(run / FINISHED, outputs)
