"""TRL's rollouts with vLLM, with the frozen base left as it is and a CUDA graph for each batch.

TRL merges the adapter into the model, copies the model to vLLM and unmerges, at every step. In bfloat16 that rounds
twice, and the frozen base drifts away (trl issue 6688). Here the adapter is added to a copy, one tensor at a time: vLLM
gets the same bits, and the base keeps its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from trl.generation.vllm_generation import VLLMGeneration
from trl.trainer import grpo_trainer

from finmath_grpo.gpu_environment import captured_batch


@torch.no_grad()
def merged_parameters(model: PeftModel) -> Iterator[tuple[str, torch.Tensor]]:
    """Name and value of each parameter as vLLM expects it; the model is not changed."""
    layers = {name: module for name, module in model.named_modules() if isinstance(module, LoraLayer)}
    for name, parameter in model.named_parameters():
        if model.prefix in name:
            continue
        data, layer = parameter.data, layers.get(name.removesuffix(".base_layer.weight"))
        if layer is not None and name.endswith(".base_layer.weight"):
            for adapter in layer.active_adapters:
                data = (data + layer.get_delta_weight(adapter)).to(parameter.dtype)
        yield name.removeprefix("base_model.model.").replace(".base_layer", ""), data


class Rollouts(VLLMGeneration):
    """TRL's engine for rollouts, one per process, for weights that are not sharded."""

    def __init__(self, *arguments: Any, max_num_seqs: int, **settings: Any) -> None:
        super().__init__(*arguments, max_num_seqs=captured_batch(max_num_seqs), **settings)

    def _iter_named_params(self) -> Iterator[tuple[str, torch.Tensor]]:
        return merged_parameters(self.model)


@contextmanager
def our_rollouts() -> Iterator[None]:
    """A `GRPOTrainer` that is built in this block makes its rollouts with :class:`Rollouts`."""
    original = grpo_trainer.VLLMGeneration
    grpo_trainer.VLLMGeneration = Rollouts
    try:
        yield
    finally:
        grpo_trainer.VLLMGeneration = original
