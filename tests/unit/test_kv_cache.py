"""Memory that vLLM's keys and values take is counted from the shape of the model."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from transformers import LlamaConfig, Qwen2Config

from finmath_grpo.errors import UserError
from finmath_grpo.models.kv_cache import built_with, cache_bytes, check_room, fits

SHAPE = {"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 4096}


@pytest.mark.parametrize("family", [LlamaConfig, Qwen2Config])
def test_an_8b_model_fills_128_kib_per_token(family: type, tmp_path: Path):
    """Keys and values, 32 layers, 8 heads of 128 numbers, 2 bytes each. Qwen2 states no width of its heads."""
    family(**SHAPE).save_pretrained(tmp_path)
    assert cache_bytes(tmp_path, length=984, sequences=8) == 8 * 1_000 * 128 * 1024
    assert cache_bytes(tmp_path, length=984, sequences=8, gpus=2) == 8 * 1_000 * 64 * 1024
    assert cache_bytes(tmp_path, length=984, sequences=8, gpus=16) == 8 * 1_000 * 16 * 1024


def test_the_cache_of_paper_is_asked_for_and_that_of_many_sequences_only_where_its_share_holds_it(tmp_path: Path):
    """An 8 B base has 15 GiB; 8 texts of 1,326 tokens fill 1.5 GiB, and 102 of 1,189 fill 15.2."""
    gib, weights = 2**30, 15 * 2**30
    LlamaConfig(**SHAPE).save_pretrained(tmp_path)
    few, many = cache_bytes(tmp_path, 1326, 9), cache_bytes(tmp_path, 1189, 103)
    assert fits(few, total=44 * gib, share=0.6, weights=weights)
    assert not fits(few, total=24 * gib, share=0.6, weights=weights)
    assert fits(many, total=80 * gib, share=0.45, weights=weights)
    assert not fits(many, total=44 * gib, share=0.45, weights=weights)


@pytest.mark.parametrize(("longest", "at_once"), [(1024, 8), (1326, 6)])
def test_an_engine_that_would_cut_completions_or_decode_fewer_is_refused_in_words(longest: int, at_once: int):
    def config(longest: int, at_once: int) -> SimpleNamespace:
        """The fields of a VllmConfig that say so."""
        return SimpleNamespace(
            model_config=SimpleNamespace(max_model_len=longest), scheduler_config=SimpleNamespace(max_num_seqs=at_once)
        )

    check_room(config(1326, 8), length=1326, sequences=8)
    with pytest.raises(UserError, match=f"need 8 texts of 1326 tokens at once, and Unsloth made room for {at_once} of"):
        check_room(config(longest, at_once), length=1326, sequences=8)


class Engine:
    def __init__(self, model: str, **settings: int) -> None:
        self.model, self.settings = model, settings


def test_a_setting_reaches_what_is_built_in_the_block_and_nothing_after_it():
    with built_with(Engine, cache=5):
        assert Engine("a", share=1).settings == {"cache": 5, "share": 1}
        assert Engine("a", cache=7).settings == {"cache": 7}
    assert Engine("a").settings == {}
