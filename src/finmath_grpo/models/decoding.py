"""Decoding with transformers, without the rows that have ended.

`model.generate` computes each row of a batch until its longest has ended. In `smoke` a completion has 51 tokens of at
most 96, so that half of all rows would be computed for nothing.
"""

from collections.abc import Callable, Sequence

import torch
from transformers import DynamicCache, PreTrainedModel, TopPLogitsWarper

Choose = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Next tokens (rows) of logits (rows x vocabulary, float32) and of each row's place among the prompts (rows)."""
LEAVING = 8
"""Rows leave once an eighth of those that are left has ended, as keys and values of the others are copied then."""


@torch.inference_mode()
def decode(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], pad: int, ends: Sequence[int], limit: int, choose: Choose
) -> list[list[int]]:
    """The tokens that follow each prompt, up to the first of `ends`, which is among them, or to `limit` tokens."""
    device, width = model.device, max(map(len, prompts))
    ids = torch.tensor([[pad] * (width - len(prompt)) + list(prompt) for prompt in prompts], device=device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=device)
    stops = torch.tensor(ends, device=device)
    found = torch.full((len(prompts), limit), pad, device=device)
    lengths = torch.zeros(len(prompts), dtype=torch.long, device=device)
    rows = torch.arange(len(prompts), device=device)
    going = torch.ones_like(rows, dtype=torch.bool)
    cache = DynamicCache(config=model.config)
    for place in range(limit):
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        output = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        tokens = choose(output.logits[:, -1].float(), rows)
        found[rows[going], place] = tokens[going]
        lengths[rows[going]] += 1
        going &= ~torch.isin(tokens, stops)
        left = int(going.sum())
        if left == 0:
            break
        if left < len(rows) and left <= len(rows) - len(rows) // LEAVING:
            kept = going.nonzero().squeeze(1)
            rows, mask, tokens, going = rows[kept], mask[kept], tokens[kept], going[kept]
            # Layers of linear attention know this one alone of the ways to choose rows.
            cache.reorder_cache(kept)
        ids = tokens.unsqueeze(1)
        mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
    return [row[:length] for row, length in zip(found.tolist(), lengths.tolist(), strict=True)]


def nucleus(scores: torch.Tensor, top_p: float) -> torch.Tensor:
    """Scores (rows x vocabulary), minus infinity outside of the likeliest tokens that hold `top_p` of the probability.

    Nucleus sampling (Holtzman et al. 2020, arXiv 1904.09751).
    """
    # The warper reads no tokens.
    found: torch.Tensor = TopPLogitsWarper(top_p)(None, scores) if top_p < 1 else scores
    return found
