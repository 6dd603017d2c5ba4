"""Memory for vLLM's keys and values, asked for by size.

By itself vLLM takes a share of the GPU and measures what is left of it. What another job takes in the meantime it
counts as its own: a training of `small` that started beside another had room for 5 sequences of 192, and took three
times as long without a word. And a share is often more than the sequences can fill.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from transformers import AutoConfig

from finmath_grpo.errors import UserError

BESIDE_TRAINING = 3 * 2**29
"""Bytes for activations and CUDA graphs of an engine for rollouts."""
BLOCK = 16
"""Tokens of the smallest piece that vLLM gives to a sequence."""


def cache_bytes(directory: Path, length: int, sequences: int, gpus: int = 1) -> int:
    """Bytes that keys and values of so many sequences of `length` tokens fill on each of `gpus` GPUs, in bfloat16.

    The heads are shared out among the GPUs; none has less than one.
    """
    config = AutoConfig.from_pretrained(directory, local_files_only=True)
    heads = -(-config.num_key_value_heads // gpus)
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    per_token: int = 2 * config.num_hidden_layers * heads * width * 2
    return sequences * (length + BLOCK) * per_token


def weights_bytes(directory: Path) -> int:
    """Bytes of a model's weights."""
    return sum(file.stat().st_size for file in directory.glob("*.safetensors"))


def fits(wanted: int, total: int, share: float, weights: int) -> bool:
    """Whether a cache of `wanted` bytes fits into the `share` of a GPU of `total` bytes that rollouts may take."""
    return wanted <= share * total - weights - BESIDE_TRAINING


@contextmanager
def cache_of_rollouts(
    directory: Path, length: int, sequences: int, share: float, four_bit: bool = False
) -> Iterator[None]:
    """Let an engine for rollouts that is built in this block have room for what it decodes at once, and no more.

    Where its `share` of the GPU does not hold that much, vLLM measures what there is, as it does by itself.
    """
    import torch
    from vllm import LLM

    # vLLM keeps one block for itself.
    wanted = cache_bytes(directory, length, sequences + 1)
    # In 4 bits, with what stays in 16, weights are well below half of the file.
    weights = weights_bytes(directory) // (2 if four_bit else 1)
    if not fits(wanted, torch.cuda.mem_get_info()[1], share, weights):
        print(
            f"rollouts: {wanted / 2**30:.1f} GiB for all {sequences} at once don't fit; vLLM measures its cache",
            flush=True,
        )
        yield
        return
    print(f"rollouts: a cache of {wanted / 2**30:.1f} GiB for {sequences} at once", flush=True)
    with built_with(LLM, kv_cache_memory_bytes=wanted):
        yield


def check_room(config: Any, length: int, sequences: int) -> None:
    """Raise UserError where Unsloth made the rollouts' engine (a VllmConfig) for less than was asked.

    With little memory free it lowers the longest text, and vLLM would cut each completion there without a word.
    """
    longest, at_once = config.model_config.max_model_len, config.scheduler_config.max_num_seqs
    if longest < length or at_once < sequences:
        raise UserError(
            f"training.grpo.vllm_gpu_memory_utilization: rollouts need {sequences} texts of {length} tokens at once,"
            f" and Unsloth made room for {at_once} of {longest}, as too little GPU memory is free; let other jobs on"
            " the GPU end, or raise this share"
        )


@contextmanager
def built_with(kind: type[Any], **settings: Any) -> Iterator[None]:
    """Let objects of this class that are built in this block have these settings, unless they are given others."""
    original: Callable[..., None] = kind.__init__

    @wraps(original)
    def build(self: Any, *arguments: Any, **given: Any) -> None:
        original(self, *arguments, **{**settings, **given})

    kind.__init__ = build
    try:
        yield
    finally:
        kind.__init__ = original
