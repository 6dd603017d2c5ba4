"""Training: the steps that settings come to, names that TRL knows, whole checkpoints, rollouts, base hashes."""

import os
import socket
import types
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM
from trl import GRPOConfig
from trl.trainer.utils import ensure_master_addr_port

from finmath_grpo.errors import UserError
from finmath_grpo.models.weights import base_sha256, put_back_padding_row, tensor_hashes, weights_sha256
from finmath_grpo.training.checkpoints import last_whole_checkpoint
from finmath_grpo.training.grpo import meet_at_own_port
from finmath_grpo.training.logged_rollouts import logged_rollouts
from finmath_grpo.training.optimizer_steps import optimizer_steps
from finmath_grpo.training.trainer import check_is_stored, checked, frozen_weights
from finmath_grpo.workflow import experiments, slices

EXPERIMENTS = experiments.load_all(Path(__file__).parents[2] / "config").good


def test_the_post_settings_come_to_1326_steps():
    settings = EXPERIMENTS["paper"].training.grpo
    assert optimizer_steps(settings, questions=442) == settings.optimizer_steps == 1326


@pytest.mark.parametrize("name", [name for name, run in EXPERIMENTS.items() if run.kind == "run"])
def test_every_checkpoint_of_grpo_lies_between_two_generations(name):
    run = EXPERIMENTS[name]
    for model in (model for model, entry in run.models.items() if entry.method == "grpo"):
        settings = slices.grpo_settings(run, model)
        batches = settings.save_steps * settings.gradient_accumulation_steps
        assert batches % (settings.steps_per_generation * settings.num_iterations) == 0


@pytest.mark.parametrize("name", [name for name, run in EXPERIMENTS.items() if run.kind == "run"])
def test_every_training_of_an_experiment_says_how_many_steps_it_takes(name):
    run = EXPERIMENTS[name]
    for model in (model for model, entry in run.models.items() if entry.method == "grpo"):
        settings = slices.grpo_settings(run, model)
        assert optimizer_steps(settings, questions=442) == settings.optimizer_steps


def test_another_number_of_questions_is_refused_in_words():
    with pytest.raises(UserError, match=r"optimizer_steps: expected 1326, but 441 questions .* come to 1323"):
        optimizer_steps(EXPERIMENTS["paper"].training.grpo, questions=441)


def test_a_generation_that_asks_more_questions_than_there_are_is_refused_in_words():
    settings = EXPERIMENTS["small"].training.grpo.model_copy(update={"steps_per_generation": 30})
    with pytest.raises(UserError, match="a generation asks 480 questions and there are 442, so that no step"):
        optimizer_steps(settings, questions=442)


def test_a_field_that_the_installed_trl_does_not_have_is_refused():
    with pytest.raises(UserError, match="GRPOConfig of the installed version has no field max_prompt_length"):
        checked(GRPOConfig, {"output_dir": "x", "max_prompt_length": 256})


def write_checkpoint(run: Path, step: int) -> Path:
    """A checkpoint as the trainer writes it, with the completions of its step."""
    folder = run / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    save_file({"lora_A": torch.ones(4, 4)}, folder / "adapter_model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"):
        torch.save({"state": torch.ones(64)}, folder / name)
    (folder / "trainer_state.json").write_text(f'{{"global_step": {step}}}', encoding="utf-8")
    (run / "completions").mkdir(exist_ok=True)
    pd.DataFrame({"step": [step]}).to_parquet(run / f"completions/completions_{step:05d}.parquet")
    return folder


def damaged_in_the_middle(content: bytes) -> bytes:
    half = content.index(torch.ones(64).numpy().tobytes())
    return content[:half] + bytes(64) + content[half + 64 :]


@pytest.mark.parametrize("torn", [lambda content: b"", lambda content: content[:-30], None])
@pytest.mark.parametrize(
    "name",
    ["trainer_state.json", "adapter_model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth"],
)
def test_a_checkpoint_of_which_a_loss_of_power_tore_or_took_a_file_is_not_resumed_from(tmp_path, name, torn):
    write_checkpoint(tmp_path, 1)
    file = write_checkpoint(tmp_path, 2) / name
    assert last_whole_checkpoint(tmp_path) == str(tmp_path / "checkpoint-2")
    content = file.read_bytes()
    file.unlink()
    if torn:
        file.write_bytes(torn(content))
    assert last_whole_checkpoint(tmp_path) == str(tmp_path / "checkpoint-1")
    assert last_whole_checkpoint(tmp_path / "nothing") is None


def damaged_in_the_directory(content: bytes) -> bytes:
    last = content.rindex(b"PK\x01\x02")
    return content[:last] + bytes(46) + content[last + 46 :]


@pytest.mark.parametrize("damaged", [damaged_in_the_middle, damaged_in_the_directory])
def test_a_checkpoint_with_zeros_in_the_state_of_its_optimizer_is_not_resumed_from(tmp_path, damaged):
    file = write_checkpoint(tmp_path, 1) / "optimizer.pt"
    file.write_bytes(damaged(file.read_bytes()))
    assert last_whole_checkpoint(tmp_path) is None


@pytest.mark.parametrize("left", [0, 40])
def test_a_run_goes_on_from_before_the_first_step_whose_completions_are_torn(tmp_path, left):
    for step in (1, 2, 3):
        write_checkpoint(tmp_path, step)
    file = tmp_path / "completions/completions_00002.parquet"
    file.write_bytes(file.read_bytes()[:left])
    assert last_whole_checkpoint(tmp_path) == str(tmp_path / "checkpoint-1")


def test_a_generation_that_several_steps_share_is_kept_once(tmp_path):
    def log(step: int, texts: list[str]) -> None:
        pd.DataFrame(
            {
                "step": step,
                "prompt": [[{"role": "user", "content": "soru"}] for _ in texts],
                "completion": [[{"role": "assistant", "content": text}] for text in texts],
                "xmlcount": 0.25,
                "advantage": 0.0,
            }
        ).to_parquet(tmp_path / f"completions_{step:05d}.parquet")

    log(1, ["a", "b"])
    log(2, ["a", "b"])
    log(3, ["c", "d"])
    rows = list(logged_rollouts(tmp_path, {"soru": "q1"}, ("xmlcount",), shared=True))
    assert [(row["step"], row["completion"]) for row in rows] == [(1, "a"), (1, "b"), (3, "c"), (3, "d")]
    # A policy that writes the same at each step loses no row where each step samples anew.
    assert len(list(logged_rollouts(tmp_path, {"soru": "q1"}, ("xmlcount",), shared=False))) == 6
    assert {row["question_id"] for row in rows} == {"q1"} and rows[0]["rewards"] == {"xmlcount": 0.25}


def small_weights() -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    return {name: torch.randn(300, 40, generator=draw).bfloat16() for name in ("a", "b")}


def test_two_trainings_that_start_together_meet_at_a_port_each(monkeypatch):
    def port() -> int:
        monkeypatch.setattr(os, "environ", {})
        meet_at_own_port()
        # As TRL does when it builds its engine.
        ensure_master_addr_port()
        return int(os.environ["MASTER_PORT"])

    first = port()
    # No port that TRL would choose by itself, which it does some seconds before it listens there.
    assert first not in {29500, 23456, 12355, 12345}
    with socket.create_server(("127.0.0.1", first)):
        assert port() != first
    monkeypatch.setattr(os, "environ", {"MASTER_PORT": "7"})
    meet_at_own_port()
    assert os.environ["MASTER_PORT"] == "7"


def test_one_weight_changed_in_memory_changes_the_hash():
    weights = small_weights()
    before = weights_sha256(weights.items())
    flat = weights["b"].view(-1).view(torch.int16)
    flat[7_777] ^= 1  # the last bit of one value
    assert weights_sha256(weights.items()) != before
    flat[7_777] ^= 1
    assert weights_sha256(weights.items()) == before


def test_a_weight_changed_by_less_than_bfloat16_can_hold_changes_the_hash_of_float32_weights():
    weights = {name: tensor.float() for name, tensor in small_weights().items()}
    before = weights_sha256(weights.items())
    weights["a"][0, 0] *= 1 + 1e-6
    assert weights_sha256(weights.items()) != before


def test_stored_in_bfloat16_and_computed_with_in_float32_hash_the_same():
    weights = small_weights()
    assert weights_sha256(weights.items()) == weights_sha256((n, t.float()) for n, t in reversed(weights.items()))


def test_the_hash_knows_names_and_shapes():
    weights = small_weights()
    swapped = {"a": weights["b"], "b": weights["a"]}
    reshaped = {name: tensor.view(40, 300) for name, tensor in weights.items()}
    assert len({weights_sha256(found.items()) for found in (weights, swapped, reshaped)}) == 3


def test_hash_of_a_tensor_larger_than_a_chunk_is_that_of_its_bytes(monkeypatch):
    weights = small_weights()
    whole = weights_sha256(weights.items())
    monkeypatch.setattr("finmath_grpo.models.weights.CHUNK", 1000)
    assert weights_sha256(weights.items()) == whole


def test_an_output_layer_tied_to_the_embedding_is_left_out_of_the_hash():
    weights = small_weights()
    config = types.SimpleNamespace(tie_word_embeddings=True)
    twice = {**weights, "lm_head.weight": weights["a"]}
    assert base_sha256(twice.items(), config) == base_sha256(weights.items(), config)
    config.tie_word_embeddings = False
    assert base_sha256(twice.items(), config) != base_sha256(weights.items(), config)


def test_training_on_other_weights_than_the_files_hold_is_refused_with_the_name_of_the_tensor():
    weights = small_weights()
    stored = tensor_hashes(weights.items())
    check_is_stored(tensor_hashes(weights.items()), stored)
    weights["b"][3, 3] += 1
    with pytest.raises(RuntimeError, match=r"1 tensors in memory .* b: in memory"):
        check_is_stored(tensor_hashes(weights.items()), stored)


def test_a_padding_row_that_an_engine_zeroed_is_put_back_from_the_file(tmp_path):
    shape = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=20, pad_token_id=19, **shape)).requires_grad_(False)
    model.model.embed_tokens.weight[19] = torch.arange(8.0)
    before = {name: tensor.clone() for name, tensor in model.named_parameters()}
    save_file(before, tmp_path / "model.safetensors")
    model.model.embed_tokens.weight[19] = 0
    put_back_padding_row(model, tmp_path)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.named_parameters())


def test_rows_that_an_engine_appends_are_no_change_of_the_base():
    weights = small_weights()
    stored = types.SimpleNamespace(shapes={name: tensor.shape for name, tensor in weights.items()})
    model = torch.nn.ParameterDict({**weights, "b": torch.cat([weights["b"], weights["b"][:1]])})
    model.config = types.SimpleNamespace(tie_word_embeddings=False)
    check_is_stored(frozen_weights(model, stored), tensor_hashes(weights.items()))
    with torch.no_grad():
        model["b"][299, 0] += 1
    with pytest.raises(RuntimeError, match="b: in memory"):
        check_is_stored(frozen_weights(model, stored), tensor_hashes(weights.items()))
