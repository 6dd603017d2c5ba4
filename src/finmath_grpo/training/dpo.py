"""DPO (Rafailov et al. 2023, arXiv 2305.18290) of a base model on preference pairs, by TRL's `DPOTrainer`."""

import argparse
import importlib
from itertools import islice
from pathlib import Path
from random import Random

import torch
from datasets import Dataset
from transformers import TrainerState
from trl import DPOConfig, DPOTrainer

from finmath_grpo import gpu_environment
from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl, write_jsonl
from finmath_grpo.models import store
from finmath_grpo.models.corpus import Identity, draw_problem, families_of, identities
from finmath_grpo.models.weights import load_model, load_tokenizer
from finmath_grpo.prompts import check_plain
from finmath_grpo.questions.rows import Question
from finmath_grpo.training.checkpoints import last_whole_checkpoint
from finmath_grpo.training.divergence import StopWhenDiverged, check_policy
from finmath_grpo.training.pairs import Pair, preference_pairs
from finmath_grpo.training.run_folder import is_finished, publish, result_of, run_directory
from finmath_grpo.training.settings import DpoJob
from finmath_grpo.training.trainer import (
    check_unchanged,
    checked,
    lora_config,
    save,
    shared_arguments,
    train_frozen,
)

# Settings that are ours and no field of DPOConfig.
OURS = {"lora", "pairs", "rejected"}
CHECKED = 32
"""Pairs on whose chosen answers the trained policy has to do better than guessing."""


def dpo_config(job: DpoJob, checkpoints: Path) -> DPOConfig:
    """The trainer's arguments: all of the settings, and those of the machine."""
    settings = job.training.model_dump(mode="python", exclude=OURS)
    return checked(
        DPOConfig,
        {
            **settings,
            "loss_type": list(job.training.loss_type),
            **shared_arguments(job, checkpoints),
        },
    )


def pairs_of(job: DpoJob, held_out: set[Identity], base: Path) -> list[Pair]:
    """The pairs of a job; `base` is the manifest of the model that is trained."""
    families = families_of(job.families)
    written = preference_pairs(families, held_out, job.prompt, job.seed)
    if job.training.rejected == "written":
        return list(islice(written, job.training.pairs))
    draw = Random(f"lengths of answers {job.seed}")
    like = [draw_problem(families, held_out, draw) for _ in range(1000)]
    # By name: an edit of the engine or of the grammar of numbers is no change to runs whose worse side is written.
    sampled = importlib.import_module("finmath_grpo.training.sampled_pairs")
    answers = sampled.answers_of(base, job.device, job.prompt, like)
    found: list[Pair] = sampled.sampled_pairs(families, held_out, job.prompt, job.seed, job.training.pairs, answers)
    return found


def tokens_until(checkpoint: Path) -> int:
    """Tokens of all passes until a checkpoint, as its log has them; TRL's count would begin anew."""
    rows = TrainerState.load_from_json(str(checkpoint / "trainer_state.json")).log_history
    return int(max((row["num_tokens"] for row in rows if "num_tokens" in row), default=0))


def train(job: DpoJob, held_out: set[Identity], base: Path, run: Path) -> None:
    """Train the adapter of a job on pairs of its families and keep the result in the run's folder."""
    tokenizer = load_tokenizer(base)
    check_plain(tokenizer, job.prompt, None, {})
    pairs = pairs_of(job, held_out, base)
    torch.manual_seed(job.seed)
    trainer = DPOTrainer(
        model=load_model(base, job.device),
        processing_class=tokenizer,
        args=dpo_config(job, run),
        train_dataset=Dataset.from_list(pairs),
        peft_config=lora_config(job.training.lora),
    )
    check_unchanged(trainer, job.training.model_dump(mode="json", exclude=OURS))
    trainer.add_callback(StopWhenDiverged())
    if last := last_whole_checkpoint(run):
        trainer._total_train_tokens = tokens_until(Path(last))
    with result_of(run) as directory:
        described = {"job": job.model_dump(mode="json"), "pairs": len(pairs)}
        save(trainer, train_frozen(trainer, None, base.parent), directory, described)
        asked = trainer.train_dataset.select(range(min(CHECKED, len(trainer.train_dataset))))
        with trainer.compute_loss_context_manager():
            check_policy(trainer.model, ((row["prompt_ids"], row["chosen_ids"]) for row in asked))
        write_jsonl(directory / "pairs.jsonl", pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="DpoJob as JSON")
    parser.add_argument("--code", required=True, help="fingerprint of this stage's code")
    parser.add_argument("--held-out", type=Path, nargs="+", required=True, help="questions to keep out of the pairs")
    parser.add_argument("--base", type=Path, required=True, help="manifest of the base model")
    parser.add_argument("--cache", type=Path, required=True, help="store of runs and their checkpoints, safe to delete")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    arguments = parser.parse_args()
    gpu_environment.expect_many_shapes()
    job = DpoJob.model_validate_json(arguments.settings)
    if job.device == "cuda":
        gpu_environment.repeat_exactly()
    run = run_directory(arguments.cache, job, arguments.code, [*arguments.held_out, arguments.base])
    with store.one_at_a_time(run):
        if not is_finished(run):
            held_out = identities(row for path in arguments.held_out for row in read_jsonl(path, Question))
            train(job, held_out, arguments.base, run)
        outputs = {"log.csv": arguments.log, "config.json": arguments.config, "pairs.jsonl": arguments.pairs}
        publish(run, arguments.manifest, outputs)


if __name__ == "__main__":
    run_stage(main)
