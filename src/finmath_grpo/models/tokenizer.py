"""Tokenizers of the pre-trained models: byte-level BPE with one token per digit, and the two families' chat formats.

The chat formats are those of Llama-3 and Gemma-2, without a system turn, which Gemma-2 does not have. Trained on the
pre-training text, so that nearly every Turkish word of it is one token.
"""

from collections.abc import Iterable
from typing import Literal

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

LLAMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{{ message.content }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
GEMMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<start_of_turn>{{ 'model' if message.role == 'assistant' else message.role }}\n"
    "{{ message.content }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
# bos, pad, the token that ends a turn (and generation), further special tokens, template
CHAT_FORMATS = {
    "llama": (
        "<|begin_of_text|>",
        "<|finetune_right_pad_id|>",
        "<|eot_id|>",
        ["<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"],
        LLAMA_TEMPLATE,
    ),
    "gemma2": ("<bos>", "<pad>", "<end_of_turn>", ["<eos>", "<start_of_turn>"], GEMMA_TEMPLATE),
}
# A digit alone, a word with the spaces around it, or one white-space character.
PIECES = r"\d| ?[^\s\d]+ ?|\s"


def train_tokenizer(
    texts: Iterable[str], vocabulary: int, architecture: Literal["llama", "gemma2"]
) -> PreTrainedTokenizerFast:
    """A tokenizer of at most `vocabulary` tokens, trained on `texts`, with the chat format of `architecture`."""
    bos, pad, end_of_turn, others, template = CHAT_FORMATS[architecture]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[bos, pad, end_of_turn, *others],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=end_of_turn,
        pad_token=pad,
        additional_special_tokens=others,
        chat_template=template,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
