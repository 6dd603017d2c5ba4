"""A token for padding that stands nowhere else.

Many chat models pad with the token that ends a turn, and that token stands in every prompt. Unsloth's GRPO tells
padding by the token alone (`left_pack_padding` in unsloth_zoo/rl_replacements.py): it would take the ends of turns out
of such a prompt and train the policy on another text than it answered. TRL keeps a mask, and needs no such token.
"""

from collections.abc import Collection, Iterable, Sequence

from transformers import PreTrainedTokenizerBase

from finmath_grpo.errors import UserError

PREFERRED = ("pad", "reserved", "unused")
"""Parts of names of special tokens that tokenizers keep free, best first."""


def padding_apart(
    tokenizer: PreTrainedTokenizerBase, ends: Collection[int], prompts: Iterable[Sequence[int]], rows: int
) -> str:
    """The tokenizer's own padding token where it is none of `ends` and in no prompt, else another special token.

    `rows` is how many tokens the model has an embedding for. Raises UserError where no special token is left.
    """
    used = {*ends, tokenizer.bos_token_id, tokenizer.eos_token_id}.union(*prompts)
    own = tokenizer.pad_token_id
    if own is not None and own not in used and own < rows:
        return str(tokenizer.pad_token)
    free = {
        number: token.content
        for number, token in tokenizer.added_tokens_decoder.items()
        if token.special and number not in used and number < rows
    }
    if not free:
        raise UserError(
            "training.grpo.engine: unsloth needs a special token for padding that stands in no prompt, and every one of"
            " this tokenizer stands in one or ends a completion; take `engine: trl`"
        )

    def preference(number: int) -> tuple[bool | int, ...]:
        return (*(name in free[number].lower() for name in PREFERRED), number)

    return str(free[max(free, key=preference)])
