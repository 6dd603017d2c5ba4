"""DPO (Rafailov et al. 2023, arXiv 2305.18290) of a base model on preference pairs, by TRL's `DPOTrainer`."""

import argparse
from itertools import islice
from pathlib import Path

import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl, write_jsonl
from finmath_grpo.models.corpus import families_of, identities
from finmath_grpo.models.weights import load_model, load_tokenizer
from finmath_grpo.questions.rows import Question
from finmath_grpo.training.pairs import preference_pairs
from finmath_grpo.training.run import (
    check_unchanged,
    checked,
    checkpoint_directory,
    discard_checkpoints,
    lora_config,
    train_and_save,
)
from finmath_grpo.training.settings import DpoJob

# Settings that are ours and no field of DPOConfig.
OURS = {"lora", "pairs"}


def dpo_config(job: DpoJob, checkpoints: Path) -> DPOConfig:
    """The trainer's arguments: all of the settings, and those of the machine."""
    settings = job.training.model_dump(mode="python", exclude=OURS)
    return checked(
        DPOConfig,
        {
            **settings,
            "loss_type": list(job.training.loss_type),
            "output_dir": str(checkpoints),
            "seed": job.seed,
            "use_cpu": job.device == "cpu",
            "bf16": job.device == "cuda",
            "fp16": False,
            "logging_steps": 1,
            "save_strategy": "steps",
            "save_total_limit": 2,
            "report_to": [],
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="DpoJob as JSON")
    parser.add_argument("--test", type=Path, required=True, help="questions to keep out of the pairs")
    parser.add_argument("--base", type=Path, required=True, help="manifest of the base model")
    parser.add_argument("--cache", type=Path, required=True, help="folder of checkpoints, safe to delete")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    arguments = parser.parse_args()
    job = DpoJob.model_validate_json(arguments.settings)
    held_out = identities(list(read_jsonl(arguments.test, Question)))
    drawn = preference_pairs(families_of(job.families), held_out, job.prompt, job.seed)
    pairs = list(islice(drawn, job.training.pairs))

    checkpoints = checkpoint_directory(arguments.cache, job, [arguments.test, arguments.base])
    torch.manual_seed(job.seed)
    trainer = DPOTrainer(
        model=load_model(arguments.base, job.device),
        processing_class=load_tokenizer(arguments.base),
        args=dpo_config(job, checkpoints),
        train_dataset=Dataset.from_list(pairs),
        peft_config=lora_config(job.training.lora),
    )
    check_unchanged(trainer, job.training.model_dump(mode="json", exclude=OURS))
    record = {"job": job.model_dump(mode="json"), "pairs": len(pairs)}
    train_and_save(trainer, None, arguments.manifest, arguments.log, arguments.config, record)
    write_jsonl(arguments.pairs, pairs)
    discard_checkpoints(trainer)


if __name__ == "__main__":
    run_stage(main)
