"""Unsloth's GRPO takes every padding token of a prompt out of it, so the token must stand nowhere else."""

import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from finmath_grpo.errors import UserError
from finmath_grpo.models.padding import padding_apart

ROWS = 1_000
LLAMA = ["<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"]


def chat_tokenizer(special: list[str], bos: str | None, eos: str, pad: str) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.WordLevel({"soru": 0}, unk_token="soru"))
    tokenizer.add_special_tokens(special)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=bos, eos_token=eos, pad_token=pad)


def chosen(tokenizer: PreTrainedTokenizerFast, prompt: list[str], ends: list[str], rows: int = ROWS) -> str:
    ids = tokenizer.convert_tokens_to_ids
    return padding_apart(tokenizer, ids(ends), [ids(prompt)], rows)


def test_a_padding_token_of_its_own_is_kept():
    tokenizer = chat_tokenizer(["<pad>", "<bos>", "<eos>", "<end_of_turn>", "<unused0>"], "<bos>", "<eos>", "<pad>")
    assert chosen(tokenizer, ["<bos>", "soru", "<end_of_turn>"], ["<eos>", "<end_of_turn>"]) == "<pad>"


def test_the_end_of_a_turn_is_not_taken_for_padding_where_one_was_left_for_it():
    reserved = [f"<|reserved_special_token_{number}|>" for number in range(3)]
    prompt, ends = [*LLAMA[:1], *LLAMA[3:], "soru", "<|eot_id|>"], ["<|eot_id|>", "<|end_of_text|>"]
    tokenizer = chat_tokenizer([*LLAMA, *reserved], LLAMA[0], "<|eot_id|>", "<|eot_id|>")
    assert chosen(tokenizer, prompt, ends) == "<|reserved_special_token_2|>"
    tokenizer = chat_tokenizer([*LLAMA, "<|finetune_right_pad_id|>", *reserved], LLAMA[0], "<|eot_id|>", "<|eot_id|>")
    assert chosen(tokenizer, prompt, ends) == "<|finetune_right_pad_id|>"


def test_without_such_a_token_another_special_one_that_no_prompt_has_is_taken():
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<empty_output>"]
    tokenizer = chat_tokenizer(special, "<|im_start|>", "<|im_end|>", "<|im_end|>")
    prompt = ["<|im_start|>", "soru", "<|im_end|>", "<|im_start|>"]
    assert chosen(tokenizer, prompt, ["<|im_end|>"]) == "<empty_output>"
    # The model has no embedding for the last one.
    assert chosen(tokenizer, prompt, ["<|im_end|>"], rows=5) == "<repo_name>"


def test_a_tokenizer_with_none_left_is_refused_in_words():
    tokenizer = chat_tokenizer(LLAMA, LLAMA[0], "<|eot_id|>", "<|eot_id|>")
    with pytest.raises(UserError, match=r"padding that stands in no prompt.*take `engine: trl`"):
        chosen(tokenizer, [*LLAMA, "soru"], ["<|eot_id|>"])
