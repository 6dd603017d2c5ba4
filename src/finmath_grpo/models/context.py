"""How long a text a model can read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from finmath_grpo.errors import UserError

STRETCHING = ("linear", "dynamic", "yarn")
"""Kinds of rotary embeddings that read `factor` times the positions which they state; others state all."""


def check_context(directory: Path, prompts: Mapping[str, Sequence[int]], setting: str, new_tokens: int) -> None:
    """Raise UserError where a prompt (token ids, by a name) and `new_tokens` after it have more than the positions of
    the model in `directory`; `setting` is the key that gives `new_tokens`.

    transformers goes on beyond them, where the model was never trained, with a reminder in the log alone; vLLM raises.
    """
    positions = positions_of(directory)
    if not (positions and prompts):
        return
    name = max(prompts, key=lambda name: len(prompts[name]))
    length = len(prompts[name])
    if length + new_tokens > positions:
        raise UserError(
            f"{name}: its prompt has {length} tokens, and with {new_tokens} more ({setting}) they are more than the"
            f" {positions} positions of {directory}; shorten the question, or lower {setting}"
        )


def positions_of(directory: Path) -> int | None:
    """How many tokens the model in `directory` has positions for, by its config.json; None where that does not say."""
    described = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    described |= described.get("text_config") or {}
    positions: int | None = described.get("max_position_embeddings")
    rotary = described.get("rope_parameters") or described.get("rope_scaling") or {}
    if positions and rotary.get("rope_type", rotary.get("type")) in STRETCHING:
        trained = rotary.get("original_max_position_embeddings", positions)
        positions = max(positions, int(trained * (rotary.get("factor") or 1)))
    return positions
