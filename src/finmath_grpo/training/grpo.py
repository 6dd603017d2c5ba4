"""GRPO (Shao et al. 2024, arXiv 2402.03300) of a base model on the training questions, by TRL's `GRPOTrainer`.

In four lines: a group of completions is sampled for each question; each gets the sum of the rewards; its advantage is
its reward against the group's; a LoRA adapter is trained to make completions of positive advantage more probable.
There is no critic, and with `beta` 0 no reference model. The rewards are functions of `finmath_grpo.rewards`.

This is `engine: trl`, which samples with transformers on a CPU (`cpu_passes`) and with vLLM beside the trainer on a
GPU; `finmath_grpo.training.grpo_unsloth` is `engine: unsloth`.
"""

import argparse
import copy
import importlib
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerBase, set_seed
from trl import GRPOConfig, GRPOTrainer

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl
from finmath_grpo.gpu_environment import captured_batch, repeat_exactly, require
from finmath_grpo.models import store
from finmath_grpo.models.kv_cache import cache_of_rollouts
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import load_model, load_tokenizer
from finmath_grpo.processes import seconds_since_start
from finmath_grpo.prompts import Message, PromptSettings, chat_tokens, prompt_messages, prompt_tokens
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import write_rollouts
from finmath_grpo.training.checkpoints import last_whole_checkpoint
from finmath_grpo.training.divergence import StopWhenDiverged, check_signal
from finmath_grpo.training.logged_rollouts import logged_rollouts
from finmath_grpo.training.optimizer_steps import optimizer_steps, shares_generations
from finmath_grpo.training.question_order import go_on_after
from finmath_grpo.training.run_folder import is_finished, publish, result_of, run_directory
from finmath_grpo.training.settings import NONDETERMINISTIC, GrpoJob, GrpoSettings
from finmath_grpo.training.shortcuts import ShorterPasses
from finmath_grpo.training.trainer import (
    check_unchanged,
    checked,
    lora_config,
    save,
    shared_arguments,
    train_frozen,
)
from finmath_grpo.training.validation import Validation, check_apart
from finmath_grpo.training.weight_sync import our_rollouts

ROLLOUTS = "completions.jsonl.zst"
# Settings that are ours and no field of GRPOConfig.
OURS = {
    *("engine", "load_in_4bit", "lora", "optimizer_steps", "processes", "shortcuts", "validate_every"),
    "vllm_gpu_memory_utilization",
}


def training_dataset(questions: list[Question], prompt: PromptSettings) -> Dataset:
    """One row per question: `prompt` for the trainer; `answer`, `answer_unit` and `value` for the rewards."""
    return Dataset.from_list(
        [
            {
                "prompt": prompt_messages(prompt, question.question),
                "question_id": question.id,
                "answer": question.answer,
                "answer_unit": question.answer_unit,
                "value": question.value,
            }
            for question in questions
        ]
    )


def grpo_config(job: GrpoJob, checkpoints: Path, ends: list[int], vllm: dict[str, Any] | None = None) -> GRPOConfig:
    """The trainer's arguments: all of the settings, and those of the machine.

    `ends` are the tokens that end a completion, the same as in evaluation. `vllm` are the arguments of rollouts with
    vLLM; without it, transformers samples.
    """
    settings = job.training.model_dump(mode="python", exclude=OURS)
    return checked(
        GRPOConfig,
        {
            **settings,
            **({"use_vllm": True, "vllm_mode": "colocate", **vllm} if vllm else {"use_vllm": False}),
            # Every pass uses the whole adapter, which torch would else look for in each.
            **({"ddp_find_unused_parameters": False} if job.training.processes > 1 else {}),
            # TRL decodes the tokens itself, and vLLM need not.
            "generation_kwargs": {"stop_token_ids": ends, "detokenize": False} if vllm else {"eos_token_id": ends},
            **shared_arguments(job, checkpoints),
            "shuffle_dataset": True,
            "log_completions": True,
            "num_completions_to_print": 0,
            "disable_tqdm": False,
        },
    )


def reward_functions(names: tuple[str, ...]) -> list[Callable[..., list[float]]]:
    """The rewards of these names, taken from their module by name: an edit of one is no change to runs with others."""
    module = importlib.import_module("finmath_grpo.rewards")
    return [getattr(module, name) for name in names]


def longest_prompt(tokenizer: PreTrainedTokenizerBase, prompts: Iterable[list[Message]]) -> int:
    """Tokens of the longest prompt."""
    return max(len(chat_tokens(tokenizer, prompt)) for prompt in prompts)


def check_prompts(base: Path, job: GrpoJob, files: Mapping[Path | None, list[Question]]) -> None:
    """Raise UserError where a question of a file would end its turn, or leave no place for a completion."""
    tokenizer, limit = load_tokenizer(base), job.training.max_completion_length
    for file, questions in files.items():
        prompt_tokens(tokenizer, job.prompt, file, questions, limit, "training.grpo.max_completion_length")


def sequences_at_once(settings: GrpoSettings) -> int:
    """Completions that the engine of a process decodes side by side, rounded up to a batch that has a CUDA graph."""
    return captured_batch(settings.per_device_train_batch_size * settings.steps_per_generation)


def meet_at_own_port() -> None:
    """Set `MASTER_PORT`, where torch's process group of TRL's engine meets, unless several processes have one.

    TRL would take the first free one of 29500 and three others, some seconds before it uses it: of two jobs that
    started together, one ended in "address already in use".
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        os.environ.setdefault("MASTER_PORT", str(free.getsockname()[1]))


def trl_trainer(
    job: GrpoJob, base: Path, dataset: Dataset, checkpoints: Path, validation: Iterable[list[Message]] = ()
) -> GRPOTrainer:
    """TRL's trainer on the model of the manifest `base`; `validation` are further prompts that it will be asked."""
    tokenizer = load_tokenizer(base)
    vllm = None
    room: AbstractContextManager[None] = nullcontext()
    if job.device == "cuda":
        require("training.grpo.engine: trl on a GPU", "vllm")
        meet_at_own_port()
        share = job.training.vllm_gpu_memory_utilization
        length = longest_prompt(tokenizer, chain(dataset["prompt"], validation)) + job.training.max_completion_length
        vllm = {
            "vllm_gpu_memory_utilization": share,
            "vllm_max_model_length": length,
            "vllm_enable_sleep_mode": False,
        }
        room = cache_of_rollouts(base.parent, length, sequences_at_once(job.training), share)
    torch.manual_seed(job.seed)
    model = load_model(base, job.device)
    # TRL masks what follows an end that is declared here, and counts a completion with none as cut off.
    model.generation_config.eos_token_id = ends = stop_tokens(base.parent, tokenizer)
    kind: Callable[..., GRPOTrainer] = ShorterPasses
    if job.device == "cpu":
        # By name: an edit of it is no change to trainings on a GPU.
        passes = importlib.import_module("finmath_grpo.training.cpu_passes").CpuPasses
        kind = partial(passes, sampler=copy.deepcopy(model))
    with our_rollouts(), room:
        return kind(
            model=model,
            shortcuts=job.training.shortcuts,
            processing_class=tokenizer,
            reward_funcs=reward_functions(job.rewards),
            args=grpo_config(job, checkpoints, ends, vllm),
            train_dataset=dataset,
            peft_config=lora_config(job.training.lora),
        )


def train(
    trainer: GRPOTrainer,
    job: GrpoJob,
    base: Path,
    questions: list[Question],
    validation: list[Question],
    steps: int,
    run: Path,
) -> None:
    """Train the adapter of a job on the model in the folder `base` and keep the result in the run's folder.

    Of several processes, the first one validates and keeps the result.
    """
    rank = trainer.args.process_index
    if job.training.validate_every and validation and rank == 0:
        trainer.add_callback(Validation(trainer, validation, job.prompt, job.training.validate_every))
    check_unchanged(trainer, job.training.model_dump(mode="python", exclude=OURS))
    print(f"trainer ready {seconds_since_start():.1f} s after the start", flush=True)
    if job.device == "cuda" and NONDETERMINISTIC not in job.training.shortcuts:
        # Not before: where the engine of the rollouts compiles, vLLM times kernels, which PyTorch then refuses.
        repeat_exactly()
    if job.device == "cuda" or rank:
        # An engine in this process set every generator to its own seed, 0, and rollouts draw from numpy's.
        set_seed(job.seed if rank == 0 else _processes().seed_of(job.seed, rank))
    trainer.add_callback(StopWhenDiverged())
    if last := last_whole_checkpoint(run, trainer.args.world_size):
        go_on_after(trainer, Path(last))
    hashes = train_frozen(trainer, steps, base, quantized=job.training.load_in_4bit)
    if trainer.args.world_size > 1:
        _processes().leave(rank, job.device)
    if rank:
        return
    with result_of(run) as directory:
        described = {"job": job.model_dump(mode="json"), "questions": len(questions)}
        save(trainer, hashes, directory, described)
        check_signal(pd.read_csv(directory / "log.csv"))
        ids = {prompt_messages(job.prompt, question.question)[-1]["content"]: question.id for question in questions}
        shared = shares_generations(job.training)
        write_rollouts(directory / ROLLOUTS, logged_rollouts(run / "completions", ids, job.rewards, shared))


def _processes() -> Any:
    """The module that makes one run of several processes, by name: an edit of it is no change to runs with one."""
    return importlib.import_module("finmath_grpo.training.processes")


NewTrainer = Callable[[GrpoJob, Path, Dataset, Path, Iterable[list[Message]]], GRPOTrainer]


def main(new_trainer: NewTrainer = trl_trainer) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="GrpoJob as JSON")
    parser.add_argument("--code", required=True, help="fingerprint of this stage's code")
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--validation", type=Path, nargs="?", help="asked every `validate_every` steps; if none, never")
    parser.add_argument("--base", type=Path, required=True, help="manifest of the base model")
    parser.add_argument("--cache", type=Path, required=True, help="store of runs and their checkpoints, safe to delete")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--completions", type=Path, required=True)
    parser.add_argument("--rank", type=int, help="which of the run's `processes` this is; the run starts them itself")
    arguments = parser.parse_args()
    print(f"imported {seconds_since_start():.1f} s after the start", flush=True)
    job = GrpoJob.model_validate_json(arguments.settings)
    questions = list(read_jsonl(arguments.train, Question))
    steps = optimizer_steps(job.training, len(questions))
    validation = list(read_jsonl(arguments.validation, Question)) if arguments.validation else []
    check_apart(questions, validation)
    inputs = [arguments.train, arguments.base, *([arguments.validation] if arguments.validation else [])]
    run = run_directory(arguments.cache, job, arguments.code, inputs)

    def train_run() -> None:
        check_prompts(arguments.base, job, {arguments.train: questions, arguments.validation: validation})
        asked = [prompt_messages(job.prompt, question.question) for question in validation]
        trainer = new_trainer(job, arguments.base, training_dataset(questions, job.prompt), run, asked)
        train(trainer, job, arguments.base.parent, questions, validation, steps, run)

    if arguments.rank is not None:
        _processes().take_part(arguments.rank, job.device, train_run)
        return
    with store.one_at_a_time(run) as lock:
        processes = job.training.processes
        finished = is_finished(run)
        if not finished and processes > 1:
            last_whole_checkpoint(run, processes)
            command = [sys.executable, "-m", "finmath_grpo.training.grpo", *sys.argv[1:]]
            _processes().start_and_wait(processes, job.device, command, lock)
        elif not finished:
            train_run()
        outputs = {"log.csv": arguments.log, "config.json": arguments.config, ROLLOUTS: arguments.completions}
        publish(run, arguments.manifest, outputs)


if __name__ == "__main__":
    run_stage(main)
