"""Tiny models with the special tokens, ids of ends and chat templates of the families that people have.

    python tests/hub/chat_models.py llama-3|gemma-2|chatml FOLDER

Byte-level tokenizers and random weights: what matters is what a prompt becomes.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

LLAMA_3 = (
    "{% for message in messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}"
    "{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
GEMMA_2 = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
KINDS = {
    "llama-3": (
        LLAMA_3,
        "<|begin_of_text|>",
        "<|eot_id|>",
        ["<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"],
    ),
    "gemma-2": (GEMMA_2, "<bos>", "<eos>", ["<start_of_turn>", "<end_of_turn>"]),
    "chatml": (CHATML, None, "<|im_end|>", ["<|im_start|>"]),
}
"""Template, token that begins a text, token that ends one, and the other special tokens."""


def write_chat_model(kind: str, folder: Path) -> None:
    """Write weights, config, tokenizer and template into `folder`."""
    template, bos, eos, others = KINDS[kind]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: place for place, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([token for token in (bos, eos, *others) if token])
    if bos:
        # As in the released tokenizers: it would put a second one before a text that has one.
        special = [(bos, tokenizer.token_to_id(bos))]
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=special)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=bos, eos_token=eos, pad_token=eos, chat_template=template
    )
    fast.save_pretrained(folder)
    ends = [tokenizer.token_to_id(end) for end in (eos, "<end_of_turn>") if tokenizer.token_to_id(end) is not None]
    shape = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "max_position_embeddings": 4096,
        "eos_token_id": ends[0],
        "bos_token_id": tokenizer.token_to_id(bos) if bos else None,
        "pad_token_id": ends[0],
    }
    torch.manual_seed(1)
    gemma = kind == "gemma-2"
    model = Gemma2ForCausalLM(Gemma2Config(**shape)) if gemma else LlamaForCausalLM(LlamaConfig(**shape))
    model = model.to(torch.bfloat16)
    model.generation_config = GenerationConfig(
        eos_token_id=ends, pad_token_id=ends[0], bos_token_id=shape["bos_token_id"]
    )
    model.save_pretrained(folder)


if __name__ == "__main__":
    write_chat_model(sys.argv[1], Path(sys.argv[2]))
