"""Loading of models and adapters from their directories, and a hash of weights in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from finmath_grpo.errors import UserError
from finmath_grpo.models.manifest import verified_directory
from finmath_grpo.prompts import check_template

CHUNK = 2**25
"""Values that are copied from a GPU and hashed at once: 64 MiB in bfloat16."""


def load_tokenizer(manifest: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model; pads on the left, as generation needs.

    Raises UserError without a chat template, or where a file but the weights is not as the manifest says.
    """
    directory = verified_directory(manifest, weights=False)
    tokenizer = AutoTokenizer.from_pretrained(directory, padding_side="left", local_files_only=True)
    check_template(tokenizer)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(manifest: Path, device: str, dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model of a manifest whose files are as the manifest says, in :func:`compute_dtype` of the device."""
    return load_from(verified_directory(manifest), device, dtype)


def load_from(directory: Path, device: str, dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model of a directory that was verified before. Raises UserError for weights that are not whole.

    Only the token ids of its generation config stay. transformers would apply penalties, such as Qwen's for
    repetition, that its caller never set; vLLM does not.
    """
    # Soft-capping of Gemma-2's attention scores needs the eager path.
    attention = "eager" if '"gemma2"' in (directory / "config.json").read_text(encoding="utf-8") else "sdpa"
    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            directory,
            output_loading_info=True,
            dtype=dtype or compute_dtype(device),
            attn_implementation=attention,
            local_files_only=True,
            use_safetensors=True,
            # Straight to the GPU, with no whole copy in the host's memory.
            **({} if device == "cpu" else {"device_map": device}),
        )
    except torch.OutOfMemoryError:
        raise
    except (ImportError, KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise UserError(f"{directory}: transformers can't load this model ({words:.300})") from error
    if missing := sorted(found["missing_keys"]):
        raise UserError(
            f"{directory}: its weights lack {len(missing)} tensors of the model that config.json describes, the first"
            f" {missing[0]}; they would be random. Save the model again with `save_pretrained`, or fetch it anew"
        )
    stated = model.generation_config
    model.generation_config = GenerationConfig(
        bos_token_id=stated.bos_token_id, eos_token_id=stated.eos_token_id, pad_token_id=stated.pad_token_id
    )
    return model


def compute_dtype(device: str) -> torch.dtype:
    """What weights are computed with: float32 on a CPU, which computes nothing else well, and bfloat16 on a GPU."""
    return torch.float32 if device == "cpu" else torch.bfloat16


def load_with_adapter(base: Path, adapter: Path, device: str, dtype: torch.dtype | None = None) -> PeftModel:
    """The model of one manifest with the unmerged adapter of another."""
    return PeftModel.from_pretrained(load_model(base, device, dtype), verified_directory(adapter), device_map=device)


class StoredWeights(Mapping[str, torch.Tensor]):
    """The tensors of a model directory by name, each read when it is asked for, onto a device and in a dtype."""

    def __init__(self, directory: Path, device: str = "cpu", dtype: torch.dtype | None = None) -> None:
        self.device, self.dtype = device, dtype
        self.files: dict[str, Path] = {}
        self.shapes: dict[str, torch.Size] = {}
        for file in sorted(directory.glob("*.safetensors")):
            with safe_open(file, "pt") as stored:
                for name in stored.keys():  # noqa: SIM118 (it is no dict)
                    self.files[name] = file
                    self.shapes[name] = torch.Size(stored.get_slice(name).get_shape())

    def __getitem__(self, name: str) -> torch.Tensor:
        with safe_open(self.files[name], "pt", device=self.device) as stored:
            tensor: torch.Tensor = stored.get_tensor(name)
        wanted = self.dtype if tensor.is_floating_point() else None
        return tensor.to(wanted or tensor.dtype)

    def row(self, name: str, number: int) -> torch.Tensor:
        """One row of a tensor, read without the others."""
        with safe_open(self.files[name], "pt", device=self.device) as stored:
            row: torch.Tensor = stored.get_slice(name)[number : number + 1][0]
        return row.to(self.dtype or row.dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def put_back_padding_row(model: PreTrainedModel, directory: Path) -> None:
    """Write the row of the padding token into the input embedding as it is on disk.

    Unsloth sets it to 0 where that token is no end of a completion (`zero_pad_embedding_rows` in
    unsloth/tokenizer_utils.py). Padding is masked, so that training would be the same; but the weights that it ran
    with would not be those of the base, and any text that holds the token would be read in another way.
    """
    embedding = model.get_input_embeddings()
    if embedding.padding_idx is None:
        return
    name = next(name for name, tensor in model.named_parameters() if tensor is embedding.weight)
    stored = StoredWeights(directory, dtype=embedding.weight.dtype)
    with torch.no_grad():
        embedding.weight[embedding.padding_idx] = stored.row(name, embedding.padding_idx).to(embedding.weight.device)


def tensor_hashes(parameters: Iterable[tuple[str, torch.Tensor]]) -> dict[str, str]:
    """Of each named tensor, SHA-256 of the values, dtype and shape as one text.

    Values are hashed as they lie in memory, in a dtype of their own: bfloat16 where that holds each of them, else
    float32. So weights stored in bfloat16 hash the same where they are computed with in float32, and a large model is
    neither copied nor converted. Tensors are hashed side by side; `hashlib` lets other threads run meanwhile.
    """
    named = sorted(parameters, key=lambda item: item[1].numel(), reverse=True)
    with ThreadPoolExecutor(max(1, min(16, len(os.sched_getaffinity(0))))) as pool:
        hashes = pool.map(_hash, (tensor for _, tensor in named))
        return dict(zip((name for name, _ in named), hashes, strict=True))


def combined_sha256(hashes: Mapping[str, str]) -> str:
    """One hex SHA-256 for the hashes of many tensors, in the order of their names."""
    return hashlib.sha256("".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()).hexdigest()


def weights_sha256(parameters: Iterable[tuple[str, torch.Tensor]]) -> str:
    """:func:`combined_sha256` of named tensors."""
    return combined_sha256(tensor_hashes(parameters))


def _hash(tensor: torch.Tensor) -> str:
    dtype = tensor.dtype
    if tensor.is_floating_point():
        dtype = torch.bfloat16 if all(_is_bfloat16(chunk) for chunk in _chunks(tensor)) else torch.float32
    values = hashlib.sha256()
    # A GPU writes into memory that is locked in place without a detour: 8 B took 12 s with one, and its files 1 s.
    locked = torch.empty(min(CHUNK, tensor.numel()), dtype=dtype, pin_memory=True) if tensor.is_cuda else None
    for chunk in _chunks(tensor):
        here = chunk.to(dtype) if locked is None else locked[: chunk.numel()].copy_(chunk.to(dtype))
        values.update(here.view(torch.uint8).numpy().data)
    return f"{values.hexdigest()}  {dtype}  {tuple(tensor.shape)}"


def _chunks(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    return iter(torch.split(tensor.detach().reshape(-1), CHUNK))


def _is_bfloat16(values: torch.Tensor) -> bool:
    """Whether bfloat16 holds each of the values."""
    return values.dtype == torch.bfloat16 or torch.equal(values.bfloat16().to(values.dtype), values)


def base_weights(weights: Iterable[tuple[str, torch.Tensor]], config: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Named weights without an output layer that is tied to the embedding.

    A file may hold it twice, and so may a model whose weights are vLLM's.
    """
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    return ((name, tensor) for name, tensor in weights if name not in tied)


def base_sha256(weights: Iterable[tuple[str, torch.Tensor]], config: Any) -> str:
    """:func:`weights_sha256` of a base model's :func:`base_weights`."""
    return weights_sha256(base_weights(weights, config))
