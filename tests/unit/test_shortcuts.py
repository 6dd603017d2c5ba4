"""Shortcuts of TRL's passes: what is left out changes neither log-probabilities nor gradients."""

import math
from functools import partial
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM
from trl import GRPOConfig

from finmath_grpo.errors import UserError
from finmath_grpo.models.pretrain import new_tokenizer
from finmath_grpo.models.settings import PretrainingJob
from finmath_grpo.training.cpu_passes import CpuPasses
from finmath_grpo.training.shortcuts import ShorterPasses
from finmath_grpo.workflow import experiments

ROOT = Path(__file__).parents[2]
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SHAPE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
GROUP = 4


def new_model(dtype: torch.dtype, vocabulary: int = 500) -> LlamaForCausalLM:
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(vocab_size=vocabulary, num_key_value_heads=2, **SHAPE)).to(dtype)
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=8, target_modules=TARGETS))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    return model


def sampled(prompts: list[list[int]]) -> list[list[int]]:
    """Completions of 1 to 4 tokens for prompts."""
    return [list(range(20, 21 + place % GROUP)) for place in range(len(prompts))]


@pytest.fixture(scope="module")
def tokenizer():
    smoke = experiments.load(ROOT / "config/smoke.yaml")
    job = PretrainingJob(
        device="cpu",
        prompt=smoke.prompt,
        architecture=smoke.models["llama-base"].architecture,
        seed=1,
        pretraining=smoke.pretraining.model_copy(update={"vocabulary": 500}),
    )
    return new_tokenizer(job, set())


def trainer(tokenizer, folder: Path, *shortcuts: str, kind=ShorterPasses, logprobs=None) -> ShorterPasses:
    def rollouts(prompts: list, trainer: ShorterPasses) -> dict:
        ids = [tokenizer.apply_chat_template(prompt, add_generation_prompt=True)["input_ids"] for prompt in prompts]
        return {"prompt_ids": ids, "completion_ids": sampled(ids), "logprobs": logprobs}

    questions = ["Faiz nedir?", "Anapara 1.000 TL ve faiz oranı %12 ise bir yıllık faiz kaç TL eder?"]
    return kind(
        model=new_model(torch.float32, len(tokenizer)),
        processing_class=tokenizer,
        reward_funcs=[lambda completion_ids, **_: [float(len(ids)) for ids in completion_ids]],
        train_dataset=Dataset.from_list([{"prompt": [{"role": "user", "content": asked}]} for asked in questions]),
        rollout_func=rollouts,
        shortcuts=shortcuts,
        args=GRPOConfig(
            output_dir=str(folder),
            use_cpu=True,
            bf16=False,
            per_device_train_batch_size=GROUP,
            num_generations=GROUP,
            steps_per_generation=2,
            beta=0.04,
            max_completion_length=24,
            report_to=[],
            gradient_checkpointing=False,
            vllm_importance_sampling_correction=False,
        ),
    )


def on_cpu(tokenizer, folder: Path) -> ShorterPasses:
    base = new_model(torch.float32, len(tokenizer)).unload()
    return trainer(tokenizer, folder, kind=partial(CpuPasses, sampler=base))


def scored(made: ShorterPasses) -> dict[str, torch.Tensor]:
    made.model.train()
    made.current_gradient_accumulation_steps = 1
    rows = [row for row in made.train_dataset for _ in range(GROUP)]
    return made._generate_and_score_completions(rows)


def test_a_pass_without_the_columns_of_padding_gives_the_same_numbers_and_gradients(tokenizer, tmp_path):
    torch.manual_seed(1)
    ids, mask = torch.randint(10, 400, (8, 20)), torch.ones(8, 20, dtype=torch.long)
    # Left of the prompts, right of the completions of 8 tokens at most; no row is full on either side. Two have no
    # token of a completion: TRL masks those whole that were cut off, if it is told to.
    for row, (before, after) in enumerate([(3, 2), (7, 5), (3, 7), (9, 2), (1, 8), (2, 8), (4, 6), (5, 1)]):
        mask[row, :before] = 0
        mask[row, 20 - after :] = 0
    found = []
    for made in (trainer(tokenizer, tmp_path), trainer(tokenizer, tmp_path, "trimmed"), on_cpu(tokenizer, tmp_path)):
        for batch in (8, 4, 1):
            log_probabilities, entropies, _ = made._get_per_token_logps_and_entropies(
                made.model, ids, mask, 8, batch, compute_entropy=True
            )
            made.model.zero_grad()
            (log_probabilities.sum() + entropies.sum()).backward()
            gradients = [p.grad for p in made.model.parameters() if p.grad is not None]
            found.append(
                torch.cat([values.detach().flatten() for values in (log_probabilities, entropies, *gradients)])
            )
    assert len(found[0]) > 64 and found[0].abs().max() > 1
    assert all(torch.allclose(values, found[0], atol=2e-5, rtol=1e-4) for values in found[1:])


def test_inputs_of_the_adapter_that_stay_in_bfloat16_change_no_bit():
    ids = torch.arange(30).reshape(2, 15)
    found = []
    for casts in (True, False):
        model = new_model(torch.bfloat16)
        for module in model.modules():
            if isinstance(module, BaseTunerLayer):
                module.cast_input_dtype_enabled = casts
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(input_ids=ids).logits
        logits.float().square().sum().backward()
        found.append([logits, *(p.grad for p in model.parameters() if p.grad is not None)])
    assert len(found[0]) == 1 + 2 * 2 * len(TARGETS)
    assert all(torch.equal(left, right) for left, right in zip(*found, strict=True))


def with_sampler(tokenizer, folder: Path, given: torch.Tensor) -> tuple[ShorterPasses, dict[str, torch.Tensor], int]:
    """The trainer that may take the sampler's log-probabilities, what it scores, and rows that its model reads."""
    rows = [row[: 1 + place % GROUP] for place, row in enumerate(given.tolist())]
    made = trainer(tokenizer, folder, "sampler_log_probabilities", logprobs=rows)
    read = []
    made.model.register_forward_pre_hook(lambda _, __, named: read.append(len(named["input_ids"])), with_kwargs=True)
    return made, scored(made), sum(read)


def test_old_log_probabilities_are_the_sampler_s_where_it_agrees_with_a_pass(tokenizer, tmp_path):
    usual = scored(trainer(tokenizer, tmp_path))
    given = usual["old_per_token_logps"] + 0.001 * (usual["completion_mask"] > 0)
    made, short, read = with_sampler(tokenizer, tmp_path, given)
    assert torch.equal(short["old_per_token_logps"], given)
    assert torch.equal(usual["ref_per_token_logps"], short["ref_per_token_logps"])
    # Of two parts the old policy passed over one, and the reference over both.
    assert read == 3 * GROUP
    assert made._metrics["train"]["sampler/taken"] == [1] and made._metrics["train"]["sampler/clipped"] == [0]


@pytest.mark.parametrize("off", [0.3, -0.3], ids=["higher", "lower"])
def test_old_log_probabilities_are_those_of_a_pass_where_the_sampler_does_not_agree(tokenizer, tmp_path, off):
    usual = scored(trainer(tokenizer, tmp_path))
    given = usual["old_per_token_logps"].clone()
    # One token of the first group, of 1 + 2 + 3 + 4.
    given[2, 1] += off
    made, short, read = with_sampler(tokenizer, tmp_path, given)
    assert torch.equal(short["old_per_token_logps"], usual["old_per_token_logps"])
    assert read == 5 * GROUP
    assert made._metrics["train"]["sampler/taken"] == [0]
    assert made._metrics["train"]["sampler/clipped"] == [pytest.approx(0.1)]


@pytest.mark.parametrize("row", [1, 6], ids=["of the first rows", "of the others"])
def test_a_log_probability_of_the_sampler_that_is_no_number_reaches_no_loss(tokenizer, tmp_path, row):
    usual = scored(trainer(tokenizer, tmp_path))
    given = usual["old_per_token_logps"].clone()
    given[row, 0] = math.nan
    _, short, _ = with_sampler(tokenizer, tmp_path, given)
    assert torch.equal(short["old_per_token_logps"], usual["old_per_token_logps"])


@pytest.mark.parametrize(
    ("here", "elsewhere", "taken"),
    [((1, 0), (0, 100), True), ((1, 0), (0, 98), False), ((0, 0), (0, 0), False), ((0, 0), (1, 89), False)],
    ids=["1 of 101", "1 of 99", "no token at all", "the other process disagrees"],
)
def test_the_sampler_agrees_where_at_most_one_percent_of_the_tokens_of_all_processes_is_off(
    tokenizer, tmp_path, monkeypatch, here, elsewhere, taken
):
    made = trainer(tokenizer, tmp_path, "sampler_log_probabilities")
    # The other process has (off, right) tokens.
    other = torch.tensor([elsewhere[0], sum(elsewhere), 0])
    monkeypatch.setattr(made.accelerator, "reduce", lambda counts, reduction: counts + other)
    passed, off = torch.zeros(1, 4), torch.zeros(1, 4)
    off[0, : here[0]] = 1.0
    mask = torch.arange(4)[None] < sum(here)
    assert made._agree(passed, off, mask) is taken


def test_a_sampler_that_gives_no_log_probabilities_is_refused_in_words(tokenizer, tmp_path):
    made = trainer(tokenizer, tmp_path, "sampler_log_probabilities", logprobs=None)
    with pytest.raises(UserError, match=r"training\.grpo\.shortcuts: sampler_log_probabilities needs a GPU"):
        scored(made)


def test_the_old_policy_s_pass_in_the_graph_of_the_update_gives_its_log_probabilities_and_no_gradient(
    tokenizer, tmp_path
):
    usual, made = scored(trainer(tokenizer, tmp_path)), trainer(tokenizer, tmp_path)
    # Not compiled, which takes a CPU a minute: the pass alone is tried.
    made.shortcuts = frozenset({"compiled_layers"})
    found = scored(made)
    assert torch.allclose(found["old_per_token_logps"], usual["old_per_token_logps"], atol=1e-5)
    assert not found["old_per_token_logps"].requires_grad and not made.old_is_next


def test_on_a_cpu_the_model_that_samples_is_the_trained_one_at_each_generation(tokenizer, tmp_path):
    made, ids = on_cpu(tokenizer, tmp_path), torch.arange(10, 40).reshape(2, 15)
    frozen = {name: p.clone() for name, p in made.model.named_parameters() if "lora_" not in name}
    # So that the likeliest token alone is sampled.
    made.top_p = 1e-9
    greedy = GenerationConfig(
        do_sample=False, max_new_tokens=made.max_completion_length, eos_token_id=made.eos_token_ids, pad_token_id=0
    )
    seen = []
    for _ in range(2):
        completions, _ = made._generate_single_turn(ids.tolist(), None, {}, 1)
        with torch.no_grad():
            for prompt, completion in zip(ids, completions, strict=True):
                expected = made.model.generate(prompt[None], generation_config=greedy)[0, 15:].tolist()
                assert completion == expected
            with made.model.disable_adapter():
                assert made.model.generate(ids[:1], generation_config=greedy)[0, 15:].tolist() != completions[0]
            for name, parameter in made.model.named_parameters():
                if "lora_B" in name:
                    parameter *= -2
        seen.append(completions)
    assert seen[0] != seen[1]
    assert all(torch.equal(p, frozen[name]) for name, p in made.model.named_parameters() if "lora_" not in name)
    assert not any(isinstance(module, BaseTunerLayer) for module in made.sampler.modules())
