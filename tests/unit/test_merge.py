"""The merge and its check: the right files, the bfloat16 dead zone, a wrong merge refused, a config repaired."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig, LlamaConfig, LlamaForCausalLM

from finmath_grpo.errors import UserError
from finmath_grpo.models.weights import StoredWeights, base_sha256
from finmath_grpo.training import merge
from finmath_grpo.training.merge import check_tensors, repair, updates, write_configs, write_weights
from finmath_grpo.training.merge_check import Update, agreement, check_tensor, compare, cut, summary, ulp, warning


def bf16(*shape: int, scale: float = 0.02) -> torch.Tensor:
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * scale).bfloat16()


def full(update: torch.Tensor) -> Update:
    """An update of any rank."""
    return Update(update, torch.eye(update.shape[1], dtype=torch.float64), 1.0)


def merged(base: torch.Tensor, update: torch.Tensor) -> torch.Tensor:
    return (base.double() + update).bfloat16()


def test_ulp_is_the_distance_to_the_next_bfloat16():
    values = bf16(1000).abs()
    above = (values.view(torch.int16) + 1).view(torch.bfloat16)
    assert torch.equal(ulp(values), above.double() - values.double())


@pytest.mark.parametrize(("relative", "low", "high"), [(0.0003, 0.1, 0.3), (0.001, 0.45, 0.6), (0.014, 0.99, 1.01)])
def test_gain_shows_how_much_of_a_small_update_bfloat16_loses(relative, low, high):
    # The three rows of the table in a simulation of 512 x 512 matrices: gain .18, .53 and 1.00.
    base = bf16(512, 512)
    update = torch.randn(512, 512, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 0.02 * relative
    row = compare(base, merged(base, update), full(update))
    assert low < row["gain"] < high
    # Half an ulp, and a trace for torch's step over float32 between float64 and bfloat16.
    assert row["largest_error_in_ulps"] <= 0.5001


def test_measures_do_not_depend_on_how_many_rows_are_compared_at_once(monkeypatch):
    base, update = bf16(37, 64), Update(bf16(37, 4), bf16(4, 64), 0.5)
    whole = compare(base, merged(base, update.rows(slice(None))), update)
    monkeypatch.setattr("finmath_grpo.training.merge_check.BLOCK", 5 * 64)
    assert compare(base, merged(base, update.rows(slice(None))), update) == pytest.approx(whole, rel=1e-12)


def test_a_tiny_update_is_reported_as_lost_and_an_empty_one_as_none():
    base = bf16(256, 256)
    rows = {}
    for name, size in {"kept": 1e-2, "lost": 2e-4, "none": 0.0}.items():
        update = size * bf16(256, 256).double()
        rows[name] = compare(base, merged(base, update), full(update))
    found = {name: summary({"w": row}) for name, row in rows.items()}
    assert {name: each["update"] for name, each in found.items()} == {"kept": "kept", "lost": "lost", "none": "none"}
    assert warning(found["kept"]) is None
    assert "evaluate the adapter unmerged" in warning(found["lost"])
    assert "the merged model is the base model" in warning(found["none"])


def test_weights_that_the_update_nearly_cancels_pass():
    base = bf16(512, 512)
    update = -base.double() * (1 + 1e-6 * torch.rand(512, 512, dtype=torch.float64))
    check_tensor("w", base, merge.merged_tensor(base, full(update)), full(update))


def test_a_base_with_zeros_where_the_products_of_an_update_nearly_cancel_is_merged_right():
    """A base that was stored in 4 bits has zeros. 2 (1 + 2**-12)² - 2 (1 + 2**-11) is 2**-23; float32 says 0."""
    near = 1 + 2**-12
    update = Update(torch.tensor([[near, near, -2.0]]), torch.tensor([[near], [near], [1 + 2**-11]]), 0.5)
    base = torch.zeros(1, 1, dtype=torch.bfloat16)
    found = merge.merged_tensor(base, update)
    assert found.item() == 2.0**-24
    check_tensor("w", base, found, update)


def test_a_merge_with_the_wrong_scale_is_refused():
    base, update = bf16(64, 64), torch.full((64, 64), 0.01, dtype=torch.float64)
    with pytest.raises(RuntimeError, match="more than one ulp"):
        check_tensor("w", base, merged(base, 2 * update), full(update))


def test_a_merge_that_holds_no_numbers_is_refused():
    base, update = bf16(8, 8), torch.zeros(8, 8, dtype=torch.float64)
    with pytest.raises(RuntimeError, match="more than one ulp"):
        check_tensor("w", base, torch.full_like(base, torch.nan), full(update))


def test_a_tensor_that_the_adapter_does_not_touch_must_not_change():
    base = bf16(8, 8)
    with pytest.raises(RuntimeError, match="does not touch"):
        check_tensor("w", base, base + 1, None)


def stored(folder: Path, **tensors: torch.Tensor) -> StoredWeights:
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors")
    return StoredWeights(folder)


def test_a_tensor_of_the_adapter_that_the_base_lacks_is_refused(tmp_path):
    base = stored(tmp_path / "base", w=bf16(8, 8))
    with pytest.raises(RuntimeError, match="without counterpart"):
        check_tensors(base, base, {"other": full(torch.zeros(8, 8, dtype=torch.float64))})


def test_agreement_names_where_completions_first_differ():
    assert agreement([[1, 2], [1, 2, 3], [5]], [[1, 2], [1, 9, 3], [5, 6]]) == {
        "prompts": 3,
        "identical": 1,
        "first_difference_at_token": [1, 1],
    }


def test_a_completion_is_cut_after_its_first_end_whatever_pads_it():
    assert cut([5, 6, 2, 0, 0], ends=[2, 3]) == [5, 6, 2]
    assert cut([5, 6, 3, 3, 3], ends=[2, 3]) == [5, 6, 3]
    assert cut([5, 6, 7], ends=[2, 3]) == [5, 6, 7]


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Path, Path, LlamaForCausalLM]:
    """A base model, an adapter that changes it, and the model that peft makes of the two in float32."""
    torch.manual_seed(0)
    shape = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=50, num_key_value_heads=2, **shape)).bfloat16()
    model.save_pretrained(tmp_path / "base")
    adapted = get_peft_model(model.float(), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"]))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    adapted.save_pretrained(tmp_path / "adapter")
    return tmp_path / "base", tmp_path / "adapter", adapted.merge_and_unload().bfloat16()


@pytest.mark.parametrize("shard", [2**31, 20_000])
def test_merged_files_load_as_the_model_that_peft_merges_in_float32(trained, shard, tmp_path, monkeypatch):
    base, adapter, expected = trained
    monkeypatch.setattr(merge, "SHARD", shard)
    (tmp_path / "merged").mkdir()
    weights, update = StoredWeights(base), updates(adapter)
    write_weights(weights, update, tmp_path / "merged")
    assert write_configs(base, tmp_path / "merged") == []
    files = sorted(tmp_path.glob("merged/*.safetensors"))
    assert len(files) == 1 if shard > 10**6 else len(files) > 3
    assert all(file.stat().st_size < shard + 2_000 for file in files)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.bfloat16)
    found = loaded.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.state_dict().items())
    tensors = check_tensors(weights, StoredWeights(tmp_path / "merged"), update)
    assert len(tensors) == 6 and max(row["largest_error_in_ulps"] for row in tensors.values()) <= 0.5001
    if len(files) > 1:
        index = json.loads((tmp_path / "merged/model.safetensors.index.json").read_text())
        assert {name for file in files for name in load_file(file)} == set(index["weight_map"])
    else:
        expected.save_pretrained(tmp_path / "peft")
        assert files[0].read_bytes() == (tmp_path / "peft/model.safetensors").read_bytes()


def test_a_generation_config_with_a_temperature_and_no_sampling_is_repaired_and_said(trained, tmp_path):
    base, _, _ = trained
    given = {"bos_token_id": 1, "eos_token_id": [2, 3], "temperature": 0.6, "top_p": 0.9, "max_length": 4096}
    (base / "generation_config.json").write_text(json.dumps(given))
    with pytest.raises(ValueError, match="temperature"):
        GenerationConfig.from_pretrained(base).save_pretrained(tmp_path / "refused")
    (said,) = write_configs(base, tmp_path)
    assert "do_sample is true" in said
    kept = json.loads((tmp_path / "generation_config.json").read_text())
    assert kept["do_sample"] is True and {name: kept[name] for name in given} == given


def test_a_generation_config_that_can_not_be_saved_keeps_its_token_ids():
    config = GenerationConfig(eos_token_id=7, length_penalty=2.0, num_beams=1)
    with pytest.raises(ValueError, match="length_penalty"):
        config.validate(strict=True)
    (said,) = repair(config)
    assert "length_penalty" in said and "only token ids are kept" in said
    assert config.eos_token_id == 7
    config.validate(strict=True)


def test_an_adapter_of_another_run_than_its_config_is_refused(trained, tmp_path):
    _, adapter, _ = trained
    names = ("adapter_config.json", "adapter_model.safetensors")
    stated = {"adapter_sha256": {name: hashlib.sha256((adapter / name).read_bytes()).hexdigest() for name in names}}
    merge.check_adapter(adapter, tmp_path / "config.json", stated)
    file = adapter / "adapter_model.safetensors"
    save_file({name: tensor + 1 for name, tensor in load_file(file).items()}, file)
    with pytest.raises(UserError, match=r"adapter_model\.safetensors: not the adapter of the run that .*config\.json"):
        merge.check_adapter(adapter, tmp_path / "config.json", stated)


def test_a_base_that_is_merged_already_is_refused(trained, tmp_path):
    base, adapter, _ = trained
    config = AutoConfig.from_pretrained(base)
    before = base_sha256(StoredWeights(base).items(), config)
    training = {
        "base_sha256": {"before_training": before, "after_training": before},
        "job": {"training": {}},
    }
    assert set(merge.check_base(StoredWeights(base), config, training).values()) == {before}
    (tmp_path / "merged").mkdir()
    write_weights(StoredWeights(base), updates(adapter), tmp_path / "merged")
    with pytest.raises(UserError, match="a base that is merged already, or of another run"):
        merge.check_base(StoredWeights(tmp_path / "merged"), config, training)
