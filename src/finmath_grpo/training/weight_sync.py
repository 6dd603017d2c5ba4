"""Trained weights on their way to vLLM, with the frozen base left as it is.

TRL merges the adapter into the model, copies the model to vLLM and unmerges, at every step. In bfloat16 that rounds
twice, and the frozen base drifts away (trl issue 6688). Here the adapter is added to a copy, one tensor at a time: vLLM
gets the same bits, and the base keeps its own.
"""

from collections.abc import Iterator
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer


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


def keep_base_weights(generation: Any) -> None:
    """Let a `trl.generation.vllm_generation.VLLMGeneration` send weights without merging in place.

    For one process and weights that are not sharded.
    """
    generation._iter_named_params = lambda: merged_parameters(generation.model)
