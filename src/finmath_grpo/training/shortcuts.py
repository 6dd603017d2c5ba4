"""Shortcuts of TRL's GRPO on a GPU: what a pass computes twice, moves for nothing, or reads as padding.

`training.grpo.shortcuts` names those that a run takes. All but the last leave the learning as it is:

* `bare_tokens`: vLLM returns tokens without their text, which TRL does not read. The same tokens.
* `no_input_casts`: the input of an adapter stays in bfloat16. PEFT makes it float32 and autocast bfloat16 again: the
  same bits, with 40 bytes moved per value and adapter, and a copy kept for each.
* `trimmed`: each pass leaves out the columns in which all of its rows are padding.
* `compiled_layers`: `torch.compile` of the decoder layers, which fuses norms, casts, rotations, activations and sums.
  Sums in another order; a start takes some seconds more, with a cache of earlier runs few.
* `sampler_log_probabilities`: the old policy's are those that the sampler gave with its tokens. One pass less, and
  the ratio is that of importance sampling (policy against what sampled) with the rounding of the sampler in it.
"""

from collections.abc import Iterable
from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers.modeling_layers import GradientCheckpointingLayer
from trl import GRPOTrainer

from finmath_grpo.training.settings import Shortcut

SamplerOnly = "sampler_log_probabilities"


class ShorterPasses(GRPOTrainer):
    """TRL's trainer with the shortcuts that lie in its passes."""

    def __init__(self, *arguments: Any, shortcuts: Iterable[Shortcut] = (), **settings: Any) -> None:
        self.shortcuts = frozenset(shortcuts)
        self.old_is_the_samplers = False
        super().__init__(*arguments, **settings)
        if "no_input_casts" in self.shortcuts:
            for module in self.model.modules():
                if isinstance(module, BaseTunerLayer):
                    module.cast_input_dtype_enabled = False
        if "compiled_layers" in self.shortcuts:
            # One graph with and one without: gradients, adapter, mask, and gradients of the layer's input.
            torch._dynamo.config.recompile_limit = 64
            for module in self.model.modules():
                if isinstance(module, GradientCheckpointingLayer):
                    module.compile(dynamic=True)

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        # The first pass in here is that of the old policy.
        self.old_is_the_samplers = self.model.training and SamplerOnly in self.shortcuts
        found = super()._generate_and_score_completions(inputs)
        if self.model.training and SamplerOnly in self.shortcuts:
            mask, sampled = found["completion_mask"].bool(), found["sampling_per_token_logps"]
            if self.old_is_the_samplers or torch.isnan(sampled[mask]).any():
                raise RuntimeError(f"{SamplerOnly}: TRL took no old log-probabilities, or the sampler gave some as NaN")
            found["old_per_token_logps"] = sampled.masked_fill(~mask, 0)
        return found

    def _get_per_token_logps_and_entropies(
        self,
        model: Any,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **settings: Any,
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
        if self.old_is_the_samplers:
            self.old_is_the_samplers = False
            return torch.zeros(len(input_ids), logits_to_keep, device=input_ids.device), None, None
        passes = super()._get_per_token_logps_and_entropies
        if "trimmed" not in self.shortcuts:
            found: tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None] = passes(
                model, input_ids, attention_mask, logits_to_keep, batch_size, **settings
            )
            return found
        width, parts = input_ids.shape[1], []
        size = batch_size or len(input_ids)
        for row in range(0, len(input_ids), size):
            ids, mask = input_ids[row : row + size], attention_mask[row : row + size]
            used = mask.any(0).nonzero()
            first, end = int(used[0]), int(used[-1]) + 1
            cut = width - end
            log_probabilities, entropies, auxiliary = passes(
                model, ids[:, first:end], mask[:, first:end], logits_to_keep - cut, **settings
            )
            # TRL gives 0 for padding too.
            padded = [
                None if values is None else torch.nn.functional.pad(values, (0, cut))
                for values in (log_probabilities, entropies)
            ]
            parts.append((*padded, auxiliary))
        log_probabilities, entropies, auxiliary = zip(*parts, strict=True)
        return (
            torch.cat(log_probabilities),
            None if entropies[0] is None else torch.cat(entropies),
            None if auxiliary[0] is None else torch.stack(auxiliary).mean(),
        )
