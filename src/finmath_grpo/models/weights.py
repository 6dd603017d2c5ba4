"""Loading of models and adapters from their directories, and a hash of weights in memory."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from finmath_grpo.models.manifest import verified_directory
from finmath_grpo.prompts import check_template


def load_tokenizer(manifest: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model; pads on the left, as generation needs. Raises UserError without a chat template."""
    tokenizer = AutoTokenizer.from_pretrained(manifest.parent, padding_side="left", local_files_only=True)
    check_template(tokenizer)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(manifest: Path, device: str, dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model of a manifest whose files are as the manifest says.

    In float32 on a CPU, which computes nothing else well, and in bfloat16, as stored, on a GPU.
    """
    directory = verified_directory(manifest)
    dtype = dtype or (torch.float32 if device == "cpu" else torch.bfloat16)
    # Soft-capping of Gemma-2's attention scores needs the eager path.
    attention = "eager" if '"gemma2"' in (directory / "config.json").read_text(encoding="utf-8") else "sdpa"
    model = AutoModelForCausalLM.from_pretrained(
        directory, dtype=dtype, attn_implementation=attention, local_files_only=True, use_safetensors=True
    )
    return model.to(device)


def load_with_adapter(base: Path, adapter: Path, device: str, dtype: torch.dtype | None = None) -> PeftModel:
    """The model of one manifest with the unmerged adapter of another."""
    return PeftModel.from_pretrained(load_model(base, device, dtype), verified_directory(adapter), device_map=device)


def weights_sha256(parameters: Iterable[tuple[str, torch.Tensor]]) -> str:
    """The hex SHA-256 of named tensors, in the order of their names.

    Taken over their values as float32, so that weights stored in bfloat16 and computed with in float32 hash the same.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(parameters, key=lambda item: item[0]):
        digest.update(name.encode())
        digest.update(tensor.detach().float().cpu().contiguous().numpy())
    return digest.hexdigest()
