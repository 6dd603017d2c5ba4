"""How long a text a model can read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from finmath_grpo.errors import UserError


def check_context(directory: Path, prompts: Mapping[str, Sequence[int]], setting: str, new_tokens: int) -> None:
    """Raise UserError where a prompt (token ids, by a name) and `new_tokens` after it have more than the positions of
    the model in `directory`; `setting` is the key that gives `new_tokens`.

    transformers goes on beyond them without a word, and what it writes there is noise; vLLM ends in a traceback.
    """
    described = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    positions = {**described, **(described.get("text_config") or {})}.get("max_position_embeddings")
    if not (positions and prompts):
        return
    name = max(prompts, key=lambda name: len(prompts[name]))
    length = len(prompts[name])
    if length + new_tokens > positions:
        raise UserError(
            f"{name}: its prompt has {length} tokens, and with {new_tokens} more ({setting}) they are more than the"
            f" {positions} positions of {directory}; shorten the question, or lower {setting}"
        )
