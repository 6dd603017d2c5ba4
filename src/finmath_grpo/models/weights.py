"""Loading of models and adapters from their directories, and a hash of weights in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from finmath_grpo.models.manifest import verified_directory
from finmath_grpo.prompts import check_template

CHUNK = 2**25
"""Values that are copied from a GPU and hashed at once: 64 MiB in bfloat16."""


def load_tokenizer(manifest: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model; pads on the left, as generation needs. Raises UserError without a chat template."""
    tokenizer = AutoTokenizer.from_pretrained(manifest.parent, padding_side="left", local_files_only=True)
    check_template(tokenizer)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(manifest: Path, device: str, dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model of a manifest whose files are as the manifest says, in :func:`compute_dtype` of the device."""
    return load_from(verified_directory(manifest), device, dtype)


def load_from(directory: Path, device: str, dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model of a directory that was verified before."""
    # Soft-capping of Gemma-2's attention scores needs the eager path.
    attention = "eager" if '"gemma2"' in (directory / "config.json").read_text(encoding="utf-8") else "sdpa"
    return AutoModelForCausalLM.from_pretrained(
        directory,
        dtype=dtype or compute_dtype(device),
        attn_implementation=attention,
        local_files_only=True,
        use_safetensors=True,
        # Straight to the GPU, with no whole copy in the host's memory.
        **({} if device == "cpu" else {"device_map": device}),
    )


def compute_dtype(device: str) -> torch.dtype:
    """What weights are computed with: float32 on a CPU, which computes nothing else well, and bfloat16 on a GPU."""
    return torch.float32 if device == "cpu" else torch.bfloat16


def load_with_adapter(base: Path, adapter: Path, device: str, dtype: torch.dtype | None = None) -> PeftModel:
    """The model of one manifest with the unmerged adapter of another."""
    return PeftModel.from_pretrained(load_model(base, device, dtype), verified_directory(adapter), device_map=device)


def weights_sha256(parameters: Iterable[tuple[str, torch.Tensor]]) -> str:
    """The hex SHA-256 of named tensors: that of the lines `sha256 of the values  dtype  shape  name`, sorted by name.

    Values are hashed as they lie in memory, in a dtype of their own: bfloat16 where that holds each of them, else
    float32. So weights stored in bfloat16 hash the same where they are computed with in float32, and a large model is
    neither copied nor converted. Tensors are hashed side by side; `hashlib` lets other threads run meanwhile.
    """
    named = sorted(parameters, key=lambda item: item[1].numel(), reverse=True)
    with ThreadPoolExecutor(max(1, min(16, len(os.sched_getaffinity(0))))) as pool:
        lines = dict(zip((name for name, _ in named), pool.map(_line, named), strict=True))
    return hashlib.sha256("".join(lines[name] for name in sorted(lines)).encode()).hexdigest()


def _line(named: tuple[str, torch.Tensor]) -> str:
    name, tensor = named
    dtype = torch.bfloat16 if all(_is_bfloat16(chunk) for chunk in _chunks(tensor)) else torch.float32
    if not tensor.is_floating_point():
        dtype = tensor.dtype
    values = hashlib.sha256()
    for chunk in _chunks(tensor):
        values.update(chunk.to(dtype).cpu().contiguous().view(torch.uint8).numpy().data)
    return f"{values.hexdigest()}  {dtype}  {tuple(tensor.shape)}  {name}\n"


def _chunks(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    return iter(torch.split(tensor.detach().reshape(-1), CHUNK))


def _is_bfloat16(values: torch.Tensor) -> bool:
    """Whether bfloat16 holds each of the values."""
    return values.dtype == torch.bfloat16 or torch.equal(values.bfloat16().to(values.dtype), values)


def base_sha256(weights: Iterable[tuple[str, torch.Tensor]], config: Any) -> str:
    """:func:`weights_sha256` of a base model, an output layer that is tied to the embedding left out.

    A file may hold it twice, and so may a model whose weights are vLLM's.
    """
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    return weights_sha256((name, tensor) for name, tensor in weights if name not in tied)
