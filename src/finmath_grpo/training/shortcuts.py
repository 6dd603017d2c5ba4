"""Shortcuts of GRPO on a GPU: what a pass computes twice, moves for nothing, reads as padding, or keeps in order.

`training.grpo.shortcuts` names those that a run takes. The first changes no bit; what the others change, they say:

* `no_input_casts`: the input of an adapter stays in bfloat16. PEFT makes it float32 and autocast bfloat16 again: the
  same bits, with 40 bytes moved per value and adapter, and a copy kept for each.
* `trimmed`: each pass leaves out the columns in which all of its rows are padding. Rows beside others than in the pass
  of the old policy then round otherwise in their last bits. A CPU always takes it (`cpu_passes`).
* `compiled_layers`: `torch.compile` of the decoder layers, which fuses norms, casts, rotations, activations and sums.
  Sums in another order. At 8 B the first generation took 95 s more on an H100 whose caches were empty.
* `sampler_log_probabilities`: the old policy's are those that the sampler gave with its tokens, in each generation in
  which the two agree. One pass less, and the ratio is that of importance sampling (policy against what sampled), the
  rounding of the sampler included. They agree where a pass over the first rows finds at most `DISAGREEING` of the
  tokens outside of what GRPO clips, and all are numbers; else a pass is made over all rows. The log has that share,
  `sampler/clipped`, and `sampler/taken`, 1 or 0.
* `nondeterministic`: sums are added up in the order in which the GPU's blocks end. The same training then gives another
  adapter each time; without it, the same bytes (docs/gpu.md). Unsloth knows this one too.
"""

import math
from collections.abc import Iterable
from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers.modeling_layers import GradientCheckpointingLayer
from trl import GRPOTrainer

from finmath_grpo.errors import UserError
from finmath_grpo.training.settings import OF_SAMPLER, Shortcut

DISAGREEING = 0.01
"""The largest share of tokens whose ratio of trainer and sampler may lie outside of what GRPO clips."""
Passed = tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]
"""What TRL's pass gives: log-probabilities and entropies by row and token, and the auxiliary loss of experts."""


class ShorterPasses(GRPOTrainer):
    """TRL's trainer with the shortcuts that lie in its passes."""

    def __init__(self, *arguments: Any, shortcuts: Iterable[Shortcut] = (), **settings: Any) -> None:
        self.shortcuts = frozenset(shortcuts)
        self.old_is_next = False
        super().__init__(*arguments, **settings)
        if "no_input_casts" in self.shortcuts:
            for module in self.model.modules():
                if isinstance(module, BaseTunerLayer):
                    module.cast_input_dtype_enabled = False
        if "compiled_layers" in self.shortcuts:
            # One graph with and one without: gradients, adapter, mask, and gradients of the layer's input.
            torch._dynamo.config.recompile_limit = 64
            # Numbers such as `eps` are part of the graph, no tensors on the CPU.
            torch._dynamo.config.specialize_float = True
            for module in self.model.modules():
                if isinstance(module, GradientCheckpointingLayer):
                    module.compile(dynamic=True)

    def _generate(self, prompts: list[Any]) -> Any:
        found = super()._generate(prompts)
        # By completion and token, in a tuple of eight.
        self.sampled = found[4]
        return found

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        # The first pass in here is that of the old policy.
        self.old_is_next = self.model.training
        found = super()._generate_and_score_completions(inputs)
        none, self.old_is_next = self.old_is_next, False
        if none and OF_SAMPLER in self.shortcuts:
            raise RuntimeError(f"{OF_SAMPLER}: TRL took no old log-probabilities")
        return found

    def _get_per_token_logps_and_entropies(
        self,
        model: Any,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **settings: Any,
    ) -> Passed:
        old, self.old_is_next = self.old_is_next, False
        size = batch_size or len(input_ids)
        if old and OF_SAMPLER in self.shortcuts:
            first = self._passes(
                model, input_ids[:size], attention_mask[:size], logits_to_keep, size, settings, old=True
            )
            sampled = self._of_sampler(logits_to_keep, input_ids.device)
            if self._agree(first[0], sampled, attention_mask[:size, -logits_to_keep:].bool()):
                return sampled, None, None
        return self._passes(model, input_ids, attention_mask, logits_to_keep, size, settings, old)

    def _of_sampler(self, length: int, device: torch.device) -> torch.Tensor:
        """The log-probabilities that the sampler gave: completions × tokens, 0 where there is none."""
        if self.sampled is None:
            raise UserError(f"training.grpo.shortcuts: {OF_SAMPLER} needs a GPU: the sampler of a CPU gives none")
        # TRL has None for what is no number.
        rows = [[math.nan if value is None else value for value in row] for row in self.sampled]
        return torch.tensor([row + [0.0] * (length - len(row)) for row in rows], device=device)

    def _agree(self, passed: torch.Tensor, sampled: torch.Tensor, mask: torch.Tensor) -> bool:
        """Whether the sampler's log-probabilities may stand for those of the old policy: all are numbers, and those of
        the first rows agree with `passed`, a pass over them, where `mask` is."""
        ratio = torch.exp(passed - sampled[: len(passed)])[mask]
        outside = (ratio < 1 - self.epsilon_low) | (ratio > 1 + self.epsilon_high)
        # Of all processes, so that all do the same.
        counts = torch.stack([outside.sum(), mask.sum(), (~sampled.isfinite()).sum()])
        clipped, tokens, missing = self.accelerator.reduce(counts, reduction="sum").tolist()
        share = clipped / max(tokens, 1)
        taken = bool(tokens) and not missing and share <= DISAGREEING
        self._metrics["train"]["sampler/clipped"].append(share)
        self._metrics["train"]["sampler/taken"].append(float(taken))
        return taken

    def _passes(
        self,
        model: Any,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        size: int,
        settings: dict[str, Any],
        old: bool,
    ) -> Passed:
        """TRL's pass, `size` rows at a time; `old` says whether it is that of the old policy."""
        # A compiled layer rounds otherwise where it keeps what gradients need. With the graph of the update, the first
        # ratios are 1 to the last bit, unless padding differs.
        as_update = old and "compiled_layers" in self.shortcuts and not self.args.gradient_checkpointing
        if "trimmed" not in self.shortcuts and not as_update:
            found: Passed = super()._get_per_token_logps_and_entropies(
                model, input_ids, attention_mask, logits_to_keep, size, **settings
            )
            return found
        parts = []
        for row in range(0, len(input_ids), size):
            ids, mask = input_ids[row : row + size], attention_mask[row : row + size]
            with torch.set_grad_enabled(as_update or torch.is_grad_enabled()):
                part = self._pass_of_part(model, ids, mask, logits_to_keep, settings)
            if as_update:
                # At once, or the next part's graph would be held beside this one's.
                part = part[0].detach(), None, None
            parts.append(part)
        log_probabilities, entropies, auxiliary = zip(*parts, strict=True)
        return (
            torch.cat(log_probabilities),
            None if entropies[0] is None else torch.cat(entropies),
            None if auxiliary[0] is None else torch.stack(auxiliary).mean(),
        )

    def _pass_of_part(
        self, model: Any, ids: torch.Tensor, mask: torch.Tensor, logits_to_keep: int, settings: dict[str, Any]
    ) -> Passed:
        """TRL's pass over some rows; if `trimmed`, without columns that are padding in all of them."""
        first, end = 0, ids.shape[1]
        if "trimmed" in self.shortcuts:
            used = mask.any(0).nonzero()
            # One column of completions at least, as TRL takes 0 for all: rows that were cut off may be masked whole.
            first, end = int(used[0]), max(int(used[-1]) + 1, ids.shape[1] - logits_to_keep + 1)
        cut = ids.shape[1] - end
        log_probabilities, entropies, auxiliary = super()._get_per_token_logps_and_entropies(
            model, ids[:, first:end], mask[:, first:end], logits_to_keep - cut, **settings
        )
        # TRL gives 0 for padding too.
        log_probabilities = torch.nn.functional.pad(log_probabilities, (0, cut))
        entropies = None if entropies is None else torch.nn.functional.pad(entropies, (0, cut))
        return log_probabilities, entropies, auxiliary
