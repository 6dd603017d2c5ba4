"""The tokens that end a completion: one answer for training, evaluation and the merge check."""

import json
from pathlib import Path

from transformers import PreTrainedTokenizerBase

# What ends a turn or a text in the two families, whatever a checkpoint's generation config forgot.
ENDS = ("<|eot_id|>", "<|end_of_text|>", "<end_of_turn>", "<eos>")


def stop_tokens(directory: Path, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The ids that end a completion: of the generation config, of the tokenizer, and of the family."""
    file = directory / "generation_config.json"
    declared = json.loads(file.read_text(encoding="utf-8")).get("eos_token_id") if file.exists() else None
    ids = {tokenizer.eos_token_id, *(declared if isinstance(declared, list) else [declared])}
    vocabulary = tokenizer.get_vocab()
    ids.update(vocabulary.get(end) for end in ENDS)
    return sorted(ids - {None})
