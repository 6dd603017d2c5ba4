"""GRPO with `engine: unsloth`: TRL's trainer as Unsloth patches it, whose rollouts share the model's weights with vLLM.

The same stage as `finmath_grpo.training.grpo`, in a module of its own because Unsloth must be imported before TRL and
transformers. It replaces TRL's trainers and changes their defaults; the settings are compared after building.
"""

import os
import tempfile

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.gpu_environment import VLLM_COMPILATION, refuse_other_unsloth, require

SETTING = "training.grpo.engine: unsloth"
UNSLOTH_CHOOSES = 256
"""With this `max_num_seqs`, Unsloth takes another by the memory that is free."""
run_stage(refuse_other_unsloth)
run_stage(lambda: require(SETTING, "unsloth", "vllm"))
# Unsloth writes Python files as it is imported; two jobs must not write the same ones.
WRITTEN = tempfile.TemporaryDirectory(prefix="unsloth-")
os.environ["UNSLOTH_COMPILE_LOCATION"] = WRITTEN.name
# The adapter's small kernels run beside those of the weights: for six sequences of 8 B on an H100 7.8 ms per token in
# place of 8.4 (7.0 with no adapter). With the 512 sequences of an evaluation it was no faster (docs/rehearsal.md).
os.environ["VLLM_LORA_ENABLE_DUAL_STREAM"] = "1"
import unsloth  # noqa: E402

# isort: split
from collections.abc import Callable, Iterable  # noqa: E402
from itertools import chain  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from trl import GRPOTrainer  # noqa: E402

from finmath_grpo.models.adapter_kernels import sums_in_one_block  # noqa: E402
from finmath_grpo.models.kv_cache import cache_of_rollouts, check_room  # noqa: E402
from finmath_grpo.models.manifest import verified_directory  # noqa: E402
from finmath_grpo.models.padding import padding_apart  # noqa: E402
from finmath_grpo.models.stop_tokens import stop_tokens  # noqa: E402
from finmath_grpo.models.weights import load_tokenizer, put_back_padding_row  # noqa: E402
from finmath_grpo.prompts import Message, chat_tokens  # noqa: E402
from finmath_grpo.training import grpo  # noqa: E402
from finmath_grpo.training.settings import NONDETERMINISTIC, GrpoJob  # noqa: E402


def unsloth_trainer(
    job: GrpoJob, base: Path, dataset: Dataset, checkpoints: Path, validation: Iterable[list[Message]] = ()
) -> GRPOTrainer:
    """Unsloth's trainer on the model of the manifest `base`; the frozen weights are vLLM's own, and never written."""
    if job.device != "cuda":
        raise UserError(f"{SETTING} needs `device: cuda`; on a CPU use `trl`")
    settings = job.training
    tokenizer = load_tokenizer(base)
    sequences = grpo.sequences_at_once(settings)
    prompts = [chat_tokens(tokenizer, prompt) for prompt in chain(dataset["prompt"], validation)]
    length = max(map(len, prompts)) + settings.max_completion_length
    share = settings.vllm_gpu_memory_utilization
    if NONDETERMINISTIC not in settings.shortcuts:
        sums_in_one_block()
    with cache_of_rollouts(base.parent, length, sequences, share, settings.load_in_4bit):
        model, _ = unsloth.FastLanguageModel.from_pretrained(
            str(verified_directory(base)),
            max_seq_length=length,
            dtype=torch.bfloat16,
            load_in_4bit=settings.load_in_4bit,
            load_in_16bit=not settings.load_in_4bit,
            use_exact_model_name=True,
            fix_tokenizer=False,
            random_state=job.seed,
            # What is from here on vLLM's.
            fast_inference=True,
            gpu_memory_utilization=share,
            max_lora_rank=settings.lora.r,
            max_num_seqs=sequences if sequences != UNSLOTH_CHOOSES else sequences + 16,
            compilation_config=VLLM_COMPILATION,
        )
    check_room(model.vllm_engine.llm_engine.vllm_config, length, sequences)
    put_back_padding_row(model, base.parent)
    ends = stop_tokens(base.parent, tokenizer)
    tokenizer.pad_token = padding_apart(tokenizer, ends, prompts, len(model.get_input_embeddings().weight))
    model = unsloth.FastLanguageModel.get_peft_model(
        model,
        r=settings.lora.r,
        lora_alpha=settings.lora.lora_alpha,
        lora_dropout=settings.lora.lora_dropout,
        target_modules=list(settings.lora.target_modules),
        bias="none",
        use_gradient_checkpointing="unsloth" if settings.gradient_checkpointing else False,
        random_state=job.seed,
        max_seq_length=length,
    )
    model.load_lora = in_own_folder(model.load_lora)
    model.generation_config.eos_token_id = ends
    return GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=grpo.reward_functions(job.rewards),
        args=grpo.grpo_config(job, checkpoints, ends, {"vllm_gpu_memory_utilization": share}),
        train_dataset=dataset,
    )


def in_own_folder(load_lora: Callable[..., Any]) -> Callable[..., Any]:
    """`load_lora` with its folder moved beside Unsloth's own files.

    It writes the adapter's config there, and would do so in the working directory, which a container may not write,
    under a name that jobs share.
    """
    return lambda name, *rest, **settings: load_lora(str(Path(WRITTEN.name, Path(name).name)), *rest, **settings)


if __name__ == "__main__":
    run_stage(lambda: grpo.main(unsloth_trainer))
