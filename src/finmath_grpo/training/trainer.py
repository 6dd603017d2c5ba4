"""What GRPO and DPO runs share: arguments, the adapter, the frozen base, resuming, and what is written at the end."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import torch
import transformers
from peft import LoraConfig
from transformers import PreTrainedModel, Trainer, TrainerState

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, sha256, write_json
from finmath_grpo.models.weights import StoredWeights, base_weights, combined_sha256, compute_dtype, tensor_hashes
from finmath_grpo.training.checkpoints import last_whole_checkpoint
from finmath_grpo.training.run_folder import ADAPTER_FILES, versions
from finmath_grpo.training.settings import DpoJob, GrpoJob, LoraSettings


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


def shared_arguments(job: GrpoJob | DpoJob, checkpoints: Path) -> dict[str, Any]:
    """What the arguments of both trainers have beside a job's settings."""
    return {
        "output_dir": str(checkpoints),
        "seed": job.seed,
        "use_cpu": job.device == "cpu",
        "bf16": job.device == "cuda",
        "fp16": False,
        "logging_steps": 1,
        "save_strategy": "steps",
        "save_total_limit": 2,
        "report_to": [],
    }


def check_unchanged(trainer: Trainer, settings: dict[str, Any]) -> None:
    """Raise RuntimeError where the built trainer runs with other settings than it was given, as Unsloth's may."""
    found = {name: getattr(trainer.args, name) for name in settings}
    changed = [
        f"{name}: {settings[name]!r} became {value!r}" for name, value in found.items() if value != settings[name]
    ]
    if changed:
        raise RuntimeError(f"{type(trainer).__name__} changed its settings: {'; '.join(changed)}")


def frozen_weights(model: PreTrainedModel, stored: StoredWeights) -> dict[str, str]:
    """The hashes of a model's frozen weights, adapter left out, under the names that the base alone has on disk.

    Rows that an engine appended to the embedding or the output layer, for a padding token say, are left out.
    """

    def as_stored(name: str, tensor: torch.Tensor) -> torch.Tensor:
        shape = stored.shapes.get(name)
        appended = shape is not None and shape[1:] == tensor.shape[1:] and shape[0] < tensor.shape[0]
        return tensor[: shape[0]] if shape is not None and appended else tensor

    named = (
        (name.removeprefix("base_model.model.").replace(".base_layer", ""), tensor)
        for name, tensor in model.named_parameters()
        if "lora_" not in name
    )
    return tensor_hashes((name, as_stored(name, tensor)) for name, tensor in base_weights(named, model.config))


def check_is_stored(found: Mapping[str, str], stored: Mapping[str, str]) -> None:
    """Raise RuntimeError where hashes of weights in memory are not those of the files, with the tensors' names."""
    differ = sorted(name for name in found.keys() | stored.keys() if found.get(name) != stored.get(name))
    if differ:
        shown = "; ".join(f"{name}: in memory {found.get(name)}, on disk {stored.get(name)}" for name in differ[:3])
        raise RuntimeError(f"{len(differ)} tensors in memory are not those on disk, so nothing is trained: {shown}")


class BaseHashes(NamedTuple):
    """The hashes of the frozen base's tensors by name, before and after training."""

    before: dict[str, str]
    after: dict[str, str]


def train_frozen(trainer: Trainer, expected_steps: int | None, base: Path, quantized: bool = False) -> BaseHashes:
    """Train from the last checkpoint if there is one.

    `base` is the directory of the base model; a `quantized` one is not in memory as on disk.

    Raises RuntimeError if the frozen base weights are not those of the files, or changed in training.
    """
    started = time.perf_counter()
    stored = StoredWeights(base, dtype=compute_dtype("cuda" if torch.cuda.is_available() else "cpu"))
    before = frozen_weights(trainer.model, stored)
    in_memory = time.perf_counter() - started
    if not quantized:
        check_is_stored(before, tensor_hashes(base_weights(stored.items(), trainer.model.config)))
    both = time.perf_counter() - started
    print(f"hashed the base in memory and on disk in {both:.1f} s, in memory in {in_memory:.1f} s", flush=True)
    transformers.logging.set_verbosity_warning()
    last = last_whole_checkpoint(Path(trainer.args.output_dir), trainer.args.world_size)
    if last:
        print(f"resuming from {Path(last).name}")
    if last and 0 < (expected_steps or trainer.args.max_steps) <= step_of(Path(last)):
        take_last_step(trainer, Path(last))
    else:
        trainer.train(resume_from_checkpoint=last)
    started = time.perf_counter()
    after = frozen_weights(trainer.model, stored)
    print(f"hashed the base in memory again in {time.perf_counter() - started:.1f} s", flush=True)
    changed = sorted(name for name in before if after.get(name) != before[name])
    if changed:
        raise RuntimeError(f"frozen base weights changed in training: {len(changed)} tensors, {', '.join(changed[:3])}")
    if expected_steps is not None and trainer.state.global_step != expected_steps:
        raise RuntimeError(f"{trainer.state.global_step} optimizer steps instead of {expected_steps}")
    return BaseHashes(before, after)


def step_of(checkpoint: Path) -> int:
    """The step after which a checkpoint was written."""
    return int(TrainerState.load_from_json(str(checkpoint / "trainer_state.json")).global_step)


def take_last_step(trainer: Trainer, checkpoint: Path) -> None:
    """Give the trainer the adapter and the log of the checkpoint of its last step.

    A run that was killed after it has nothing left to train. Within an epoch `train` would take a step more, as
    transformers asks after each step whether to stop, and not before the first one; at the end of one TRL would write
    that the last step had no completions.
    """
    trainer._load_from_checkpoint(str(checkpoint))
    trainer.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))


def save(trainer: Trainer, hashes: BaseHashes, directory: Path, described: dict[str, Any]) -> None:
    """Write adapter, `log.csv` and the resolved `config.json` of a trainer that has trained.

    `described` is what the stage says of the run in `config.json`, beside what holds for every run.
    """
    trainer.model.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    write_log(trainer, directory / "log.csv")
    resolved = {name: value for name, value in trainer.args.to_dict().items() if name != "output_dir"}
    write_json(
        directory / "config.json",
        {
            **described,
            "optimizer_steps": trainer.state.global_step,
            "adapter_sha256": {name: sha256(directory / name) for name in ADAPTER_FILES},
            "base_sha256": {
                "before_training": combined_sha256(hashes.before),
                "after_training": combined_sha256(hashes.after),
            },
            "versions": versions(),
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
            **({"performance": performance(trainer)} if torch.cuda.is_available() else {}),
            "resolved": {name: resolved[name] for name in sorted(resolved)},
        },
    )


def performance(trainer: Trainer) -> dict[str, float]:
    """Time and memory of a run on a GPU: seconds, tokens of prompts and completions, GiB."""
    steps = [row for row in trainer.state.log_history if "train_runtime" not in row]
    times = [row["step_time"] for row in steps if "step_time" in row]
    free, total = torch.cuda.mem_get_info()
    # Of a run that was killed after its last step nobody knows it.
    runtimes = [row["train_runtime"] for row in trainer.state.log_history if "train_runtime" in row]
    found = {"train_seconds": runtimes[-1]} if runtimes else {}
    found |= {
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
    """The step log of a trainer as CSV, one row per step, in TRL's names but for the columns renamed here."""
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
