"""What GRPO and DPO runs share: the adapter, resuming, the step log, and what is written at the end."""

import importlib.metadata
import json
import shutil
import statistics
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import transformers
from peft import LoraConfig
from transformers import PreTrainedModel, Trainer
from transformers.trainer_utils import get_last_checkpoint

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, digest, sha256, write_json
from finmath_grpo.models.manifest import new_directory, write_manifest
from finmath_grpo.models.weights import weights_sha256
from finmath_grpo.training.settings import LoraSettings

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
GPU_PACKAGES = ("vllm", "unsloth", "unsloth_zoo", "bitsandbytes", "triton")


def versions() -> dict[str, str]:
    """Installed versions of the packages that training stands on; with a GPU, of more."""
    packages = (*PACKAGES, *GPU_PACKAGES) if torch.cuda.is_available() else PACKAGES
    return {package: importlib.metadata.version(package) for package in packages}


def lora_config(settings: LoraSettings) -> LoraConfig:
    """The adapter of the settings, for causal language models."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=list(settings.target_modules),
    )


def checked(config_class: type, values: dict[str, Any]) -> Any:
    """`config_class(**values)`, after checking that each name is a field of the installed version.

    Unsloth drops unknown names with a warning only, so that a setting could vanish.
    """
    unknown = sorted(values.keys() - {field.name for field in fields(config_class)})
    if unknown:
        raise UserError(f"{config_class.__name__} of the installed version has no field {', '.join(unknown)}")
    try:
        return config_class(**values)
    except ValueError as error:
        raise UserError(f"training settings don't fit together: {error}") from None


def check_unchanged(trainer: Trainer, settings: dict[str, Any]) -> None:
    """Raise RuntimeError where the built trainer runs with other settings than it was given, as Unsloth's may."""
    found = {name: getattr(trainer.args, name) for name in settings}
    changed = [
        f"{name}: {settings[name]!r} became {value!r}" for name, value in found.items() if value != settings[name]
    ]
    if changed:
        raise RuntimeError(f"{type(trainer).__name__} changed its settings: {'; '.join(changed)}")


def checkpoint_directory(cache: Path, job: Any, inputs: list[Path]) -> Path:
    """Where a run keeps its checkpoints: a folder named by everything that defines the run.

    Settings, input files, versions and the source of this project's modules: a changed run can't resume a wrong
    checkpoint.
    """
    package = Path(__file__).parents[1]
    files = {Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)}
    sources = sorted(file for file in files if file.is_relative_to(package))
    key = digest(
        {
            "job": job.model_dump(mode="json"),
            "inputs": [sha256(path) for path in inputs],
            "code": [sha256(source) for source in sources],
            "versions": versions(),
        }
    )
    return cache / key[:32]


def base_sha256(model: PreTrainedModel) -> str:
    """The hash of a model's frozen weights, adapter left out, under the names that the base alone has on disk."""
    # Where vLLM holds the weights, a tied output layer shows as a parameter of its own.
    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    parameters = (
        (name.removeprefix("base_model.model.").replace(".base_layer", ""), tensor)
        for name, tensor in model.named_parameters()
        if "lora_" not in name
    )
    return weights_sha256((name, tensor) for name, tensor in parameters if name not in tied)


def last_whole_checkpoint(checkpoints: Path) -> str | None:
    """The last checkpoint to resume from, after deleting those that a killed run left half-written.

    The trainer writes a checkpoint's `trainer_state.json` last.
    """
    for folder in checkpoints.glob("checkpoint-*"):
        try:
            json.loads((folder / "trainer_state.json").read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            shutil.rmtree(folder)
    return get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None


def train_and_save(
    trainer: Trainer, expected_steps: int | None, manifest: Path, log: Path, config: Path, record: dict[str, Any]
) -> None:
    """Train from the last checkpoint if there is one; write adapter, step log and resolved config.

    Raises RuntimeError if the frozen base weights changed in training.
    """
    transformers.logging.set_verbosity_warning()
    last = last_whole_checkpoint(Path(trainer.args.output_dir))
    if last:
        print(f"resuming from {Path(last).name}")
    before = base_sha256(trainer.model)
    trainer.train(resume_from_checkpoint=last)
    after = base_sha256(trainer.model)
    if before != after:
        raise RuntimeError(f"the frozen base weights changed in training: {before} before, {after} after")
    if expected_steps is not None and trainer.state.global_step != expected_steps:
        raise RuntimeError(f"{trainer.state.global_step} optimizer steps instead of {expected_steps}")

    directory = new_directory(manifest)
    trainer.model.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    write_log(trainer, log)
    resolved = {name: value for name, value in trainer.args.to_dict().items() if name != "output_dir"}
    write_json(
        config,
        {
            **record,
            "optimizer_steps": trainer.state.global_step,
            "base_sha256": {"before_training": before, "after_training": after},
            "versions": versions(),
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
            **({"performance": performance(trainer)} if torch.cuda.is_available() else {}),
            "resolved": {name: resolved[name] for name in sorted(resolved)},
        },
    )
    write_manifest(manifest, [directory / "adapter_config.json", directory / "adapter_model.safetensors"])


def performance(trainer: Trainer) -> dict[str, float]:
    """Time and memory of a run on a GPU: seconds, tokens of prompts and completions, GiB."""
    steps = [row for row in trainer.state.log_history if "train_runtime" not in row]
    times = [row["step_time"] for row in steps if "step_time" in row]
    free, total = torch.cuda.mem_get_info()
    found = {
        "train_seconds": next(row["train_runtime"] for row in trainer.state.log_history if "train_runtime" in row),
        "tokens": max((row.get("num_tokens", 0.0) for row in steps), default=0.0),
        # What vLLM holds is not torch's own, but used all the same.
        "used_gpu_gib_at_end": (total - free) / 2**30,
        "peak_torch_gib": torch.cuda.max_memory_allocated() / 2**30,
    }
    if times:
        found["first_step_seconds"] = times[0]
        found["median_step_seconds"] = statistics.median(times)
        found["tokens_per_second"] = found["tokens"] / sum(times)
    return {name: round(value, 3) for name, value in found.items()}


def write_log(trainer: Trainer, path: Path) -> None:
    """The step log of a trainer as CSV, a row a step, in TRL's names but for the columns renamed here."""
    renamed = {
        "completions/mean_length": "completion_length",
        "completions/min_length": "completion_length_min",
        "completions/max_length": "completion_length_max",
        "completions/clipped_ratio": "clipped_ratio",
    }
    # The last entry sums up the run and is no step.
    rows = [row for row in trainer.state.log_history if "train_runtime" not in row]
    # Unsloth logs some under the new name too.
    table = pd.DataFrame(rows).drop(columns=list(renamed.values()), errors="ignore").rename(columns=renamed)
    first = ["step", "epoch", "loss", "learning_rate", "grad_norm"]
    # TRL logs no KL divergence where `beta` is 0; the column is there all the same, and empty.
    table = table.reindex(columns=first + sorted({*table.columns, "kl"}.difference(first)))
    with atomic_write(path) as file:
        table.to_csv(file, index=False, lineterminator="\n")


def discard_checkpoints(trainer: Trainer) -> None:
    """Delete the checkpoints of a run that is finished and written."""
    shutil.rmtree(trainer.args.output_dir, ignore_errors=True)
