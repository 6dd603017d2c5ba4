"""The parts of the GPU path that need no GPU: weights on their way to vLLM, stop tokens, what is said without one."""

import contextlib
import json
import os
import types
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from stages import run_stage
from transformers import Gemma2Config, Gemma2ForCausalLM, LlamaConfig, LlamaForCausalLM
from trl.generation.vllm_generation import VLLMGeneration
from trl.trainer import grpo_trainer

from finmath_grpo import gpu_environment
from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.vllm_engine import cells_in_order, compilation
from finmath_grpo.gpu_environment import captured_batch
from finmath_grpo.models.adapter_kernels import sums_in_one_block
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.tokenizer import train_tokenizer
from finmath_grpo.training.grpo import grpo_config
from finmath_grpo.training.settings import GrpoJob
from finmath_grpo.training.weight_sync import merged_parameters, our_rollouts
from finmath_grpo.workflow import experiments, slices

ROOT = Path(__file__).parents[2]
SHAPE = {
    "vocab_size": 64,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
}
FAMILIES = {"llama": (LlamaForCausalLM, LlamaConfig), "gemma2": (Gemma2ForCausalLM, Gemma2Config)}
needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is visible")


@pytest.fixture(params=FAMILIES)
def adapted(request: pytest.FixtureRequest) -> PeftModel:
    """A bfloat16 model with an adapter that changes it."""
    torch.manual_seed(0)
    kind, config_kind = FAMILIES[request.param]
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(
        kind(config_kind(**SHAPE)).to(torch.bfloat16), LoraConfig(r=8, lora_alpha=8, target_modules=targets)
    )
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.01)
    return model


def values(model: PeftModel) -> dict[str, torch.Tensor]:
    return {name: parameter.clone() for name, parameter in model.named_parameters()}


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return list(left) == list(right) and all(torch.equal(left[name], right[name]) for name in left)


@pytest.mark.parametrize(
    ("kind", "gigabytes", "rank", "mode"),
    [("gemma2", 18, None, 3), ("gemma2", 18, 32, 0), ("gemma2", 0.2, None, 0), ("llama", 16, None, 0)],
)
def test_vllm_compiles_a_large_gemma_2_that_stands_alone_and_nothing_else(kind, gigabytes, rank, mode, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    with (tmp_path / "model.safetensors").open("wb") as weights:
        weights.truncate(int(gigabytes * 1e9))
    asked = compilation(tmp_path, rank)
    assert asked["mode"] == mode
    # The whole batch of 512, and one text alone, have a graph of their size.
    assert {1, 512} <= set(asked["cudagraph_capture_sizes"])


def test_vllm_gets_the_same_bits_as_from_trl_and_the_base_keeps_its_own(adapted):
    before = values(adapted)
    ours = dict(merged_parameters(adapted))
    assert same(values(adapted), before)

    generation = VLLMGeneration.__new__(VLLMGeneration)
    generation.model = adapted
    generation._dist = types.SimpleNamespace(gather_params=lambda _: contextlib.nullcontext(), is_fsdp=False)
    assert same(ours, {name: parameter.clone() for name, parameter in generation._iter_named_params()})
    # The reason for all this: one round of TRL's way and the frozen base is another one.
    assert not same(values(adapted), before)


@pytest.mark.parametrize(
    ("family", "ends"), [("llama", ["<|eot_id|>", "<|end_of_text|>"]), ("gemma2", ["<end_of_turn>", "<eos>"])]
)
def test_both_ends_of_a_family_stop_a_completion_whatever_the_checkpoint_declares(family, ends, tmp_path):
    tokenizer = train_tokenizer(["bir iki üç"] * 10, 300, family)
    expected = sorted(tokenizer.convert_tokens_to_ids(ends))
    assert stop_tokens(tmp_path, tokenizer) == expected
    (tmp_path / "generation_config.json").write_text(json.dumps({"eos_token_id": [0]}))
    assert stop_tokens(tmp_path, tokenizer) == sorted({0, *expected})


def test_a_cell_is_given_as_soon_as_it_and_those_before_it_are_complete():
    seen: list[int] = []

    def outputs():
        for place in (1, 3, 0, 2, 6, 5, 4):
            seen.append(place)
            yield place, f"text {place}"

    cells = cells_in_order([2, 2, 0, 3], outputs())
    assert next(cells) == ["text 0", "text 1"] and seen == [1, 3, 0]
    assert next(cells) == ["text 2", "text 3"] and seen == [1, 3, 0, 2]
    assert list(cells) == [[], ["text 4", "text 5", "text 6"]]


def test_a_completion_that_never_comes_is_an_error():
    with pytest.raises(RuntimeError, match="without 1 of 2"):
        list(cells_in_order([1, 1], [(1, "b")]))


@pytest.mark.parametrize(
    ("sequences", "batch"),
    [(1, 1), (3, 4), (6, 8), (8, 8), (102, 104), (192, 192), (249, 256), (257, 272), (512, 512), (513, 513)],
)
def test_a_batch_is_rounded_up_to_one_that_vllm_captures(sequences, batch):
    assert captured_batch(sequences) == batch


# The sizes that vLLM 0.26 captures for `max_num_seqs` up to 256 (`_set_cudagraph_sizes` in vllm/config/vllm.py).
CAPTURED = {1, 2, 4, *range(8, 249, 8), *range(256, 513, 16)}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (name, run.training.grpo)
        for name, run in experiments.load_all(ROOT / "config").good.items()
        if run.kind == "run" and run.training.grpo
    ],
)
def test_the_rollouts_of_every_experiment_have_a_cuda_graph(name, settings):
    completions = settings.per_device_train_batch_size * settings.steps_per_generation
    assert captured_batch(completions) in CAPTURED and completions <= captured_batch(completions) < completions + 16


def test_trl_gets_the_rounded_batch_and_weights_that_leave_the_base_alone(adapted, monkeypatch):
    monkeypatch.setattr(VLLMGeneration, "_init_vllm", lambda self: None)
    with our_rollouts():
        accelerator = types.SimpleNamespace(state=types.SimpleNamespace(fsdp_plugin=None, deepspeed_plugin=None))
        generation = grpo_trainer.VLLMGeneration(adapted, accelerator, None, mode="colocate", max_num_seqs=102)
    assert generation.max_num_seqs == 104
    assert same(dict(generation._iter_named_params()), dict(merged_parameters(adapted)))
    assert grpo_trainer.VLLMGeneration is VLLMGeneration


@needs_no_gpu
@pytest.mark.parametrize("experiment", ["small", "paper", "paper-fast", "paper-fast-48"])
def test_every_setting_of_a_gpu_experiment_is_a_field_of_the_trainer(experiment, tmp_path):
    job = GrpoJob.model_validate_json(
        slices.training_settings(experiments.load(ROOT / f"config/{experiment}.yaml"), "llama-grpo")
    )
    # On a CPU, what asks for a GPU as the config is built is left out.
    settings = job.training.model_copy(update={"optim": "adamw_torch"})
    grpo_config(job.model_copy(update={"device": "cpu", "training": settings}), tmp_path, ends=[2])


@needs_no_gpu
@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("training.grpo_unsloth", "training.grpo.engine: unsloth needs"),
        ("evaluation.generate", "evaluation.engine: vllm needs"),
    ],
)
def test_an_engine_that_cannot_run_here_is_refused_in_words(module, said, tmp_path):
    small = experiments.load(ROOT / "config/small.yaml")
    arguments = {
        "--settings": json.dumps({"t1": json.loads(slices.section(small, "evaluation"))}),
        "--prompt": slices.section(small, "prompt"),
        "--device": "cuda",
        "--code": "tests",
        "--model": "llama-base",
        **{f"--{name}": tmp_path / "absent" for name in ("tests", "weights", "cache", "completions")},
    }
    # What is refused as it is imported can't be imported here.
    alone = module == "training.grpo_unsloth"
    done = run_stage(module, *(word for pair in arguments.items() for word in pair), fresh=alone)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and said in done.stderr and "Traceback" not in done.stderr


def test_another_gpu_and_another_vllm_have_a_folder_of_their_own_for_what_was_compiled(monkeypatch, tmp_path):
    folders = set()
    for gpu, version in [("NVIDIA H100 80GB HBM3", "0.26.0"), ("NVIDIA L40S", "0.26.0"), ("NVIDIA L40S", "0.27.0")]:
        monkeypatch.setattr(gpu_environment, "gpu_models", lambda folder, gpu=gpu: (gpu, gpu))
        monkeypatch.setattr(gpu_environment, "COMPILERS", ("torch",))
        monkeypatch.setattr("importlib.metadata.version", lambda name, version=version: version)
        folders.add(gpu_environment.compiled_folder(tmp_path).name)
    assert folders == {"NVIDIA-H100-80GB-HBM3-torch-0.26.0", "NVIDIA-L40S-torch-0.26.0", "NVIDIA-L40S-torch-0.27.0"}


def test_no_sum_of_an_adapter_is_shared_among_blocks_and_the_kernels_fit_a_smaller_card(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VLLM_TUNED_CONFIG_FOLDER", "another")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA GeForce RTX 4090-D")
    sums_in_one_block()
    # Where vLLM 0.26 looks, and as it looks them up: adapters, matrices, tokens, width of the weights, rank.
    file = Path(os.environ["VLLM_TUNED_CONFIG_FOLDER"], "NVIDIA_GeForce_RTX_4090_D_SHRINK.json")
    (by_matrices,) = json.loads(file.read_text()).values()
    kernels = [
        kernel
        for by_tokens in by_matrices.values()
        for by_width in by_tokens.values()
        for by_rank in by_width.values()
        for kernel in by_rank.values()
    ]
    # vLLM takes the nearest of all but the first: a layer of linear attention has four.
    assert {"1", "2", "3", "4"} <= set(by_matrices) and len(kernels) == 2 * len(by_matrices)
    for kernel in kernels:
        assert kernel["split_k"] == 1
        tiles = 2 * (kernel["block_m"] + kernel["block_n"]) * kernel["block_k"] * kernel["num_stages"]
        assert tiles <= 99 * 2**10


def test_a_place_of_the_user_stays_and_ours_follows_the_gpu_of_the_job(monkeypatch):
    ours = gpu_environment.compiled_folder()
    monkeypatch.setenv("VLLM_CACHE_ROOT", "/scratch/vllm")
    monkeypatch.setenv("TRITON_CACHE_DIR", str(ours.parent / "NVIDIA-L40S-torch-2.11.0" / "triton_cache_dir"))
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)
    gpu_environment.set_environment()
    places = {name: os.environ[name] for name in gpu_environment.COMPILED}
    assert places == {
        "VLLM_CACHE_ROOT": "/scratch/vllm",
        "TRITON_CACHE_DIR": str(ours / "triton_cache_dir"),
        "TORCHINDUCTOR_CACHE_DIR": str(ours / "torchinductor_cache_dir"),
    }


def test_a_switch_of_unsloth_that_is_not_ours_is_refused_by_name():
    gpu_environment.refuse_other_unsloth(gpu_environment.ENVIRONMENT | {"UNSLOTH_ENABLE_LOGGING": "1", "PATH": "/bin"})
    with pytest.raises(
        UserError, match=r"^UNSLOTH_GRPO_LOSS_AGGREGATION is set .* unset UNSLOTH_GRPO_LOSS_AGGREGATION"
    ):
        gpu_environment.refuse_other_unsloth({"UNSLOTH_GRPO_LOSS_AGGREGATION": "prompt"})
    with pytest.raises(UserError, match=r"^UNSLOTH_COMPILE_DISABLE is set "):
        gpu_environment.refuse_other_unsloth(gpu_environment.ENVIRONMENT | {"UNSLOTH_COMPILE_DISABLE": "0"})
