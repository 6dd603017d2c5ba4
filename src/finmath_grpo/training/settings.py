"""Settings of training: the fields that are passed to TRL, under TRL's own names, and what TRL has no name for.

Every field must be given: TRL, and Unsloth in another way, changed defaults under the same names over the years.
"""

from typing import Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from finmath_grpo.prompts import PromptSettings
from finmath_grpo.settings import Device, Seed, Settings

Reward = Literal["xmlcount", "exact_match", "template_match", "numeric_match"]
FORMAT_REWARDS: tuple[Reward, ...] = ("xmlcount", "template_match")
CORRECTNESS_REWARDS: tuple[Reward, ...] = ("exact_match", "numeric_match")
Projection = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
"""The matrices of a layer, as Llama, Gemma, Qwen and Mistral name them."""
Scheduler = Literal["linear", "cosine", "constant", "constant_with_warmup", "inverse_sqrt"]
"""Those of `transformers.SchedulerType` that need nothing else."""
Optimizer = Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit"]
"""Of `transformers.training_args.OptimizerNames`. Those of bitsandbytes, beside `adamw_torch…`, need a GPU."""
DpoLoss = Literal["sigmoid", "hinge", "ipo", "nca_pair", "sppo_hard", "apo_zero", "apo_down", "sft", "sigmoid_norm"]
"""Losses of TRL's `DPOTrainer` that need no further setting."""


Shortcut = Literal["no_input_casts", "trimmed", "compiled_layers", "sampler_log_probabilities", "nondeterministic"]
"""What `finmath_grpo.training.shortcuts` describes."""
OF_SAMPLER: Shortcut = "sampler_log_probabilities"
NONDETERMINISTIC: Shortcut = "nondeterministic"


class LoraSettings(Settings):
    """The adapter (`peft.LoraConfig`)."""

    r: int = Field(ge=1, le=4096)
    lora_alpha: int = Field(ge=1, le=65_536)
    lora_dropout: float = Field(ge=0, lt=1)
    target_modules: tuple[Projection, ...] = Field(min_length=1)


class OptimizerSettings(Settings):
    """Fields of `transformers.TrainingArguments`, by their names there."""

    learning_rate: float = Field(gt=0, le=1)
    lr_scheduler_type: Scheduler
    warmup_steps: NonNegativeFloat
    """Steps, or below 1 a share of all steps."""
    optim: Optimizer
    adam_beta1: float = Field(ge=0, lt=1)
    adam_beta2: float = Field(ge=0, lt=1)
    weight_decay: NonNegativeFloat
    max_grad_norm: PositiveFloat
    per_device_train_batch_size: PositiveInt
    """For GRPO this counts completions, not prompts, and those of each of its `processes`."""
    gradient_accumulation_steps: PositiveInt
    num_train_epochs: float = Field(gt=0, le=100_000)
    max_steps: int = Field(ge=-1, le=10_000_000)
    """-1: as many as the epochs take."""
    gradient_checkpointing: bool
    save_steps: PositiveInt
    """Steps between checkpoints; a killed run goes on from the last."""

    @field_validator("max_steps")
    @classmethod
    def _some_steps(cls, steps: int) -> int:
        if steps == 0:
            raise ValueError("0 trains nothing; write -1 for as many as the epochs take")
        return steps


class GrpoSettings(OptimizerSettings):
    """GRPO (Shao et al. 2024, arXiv 2402.03300) by TRL's `GRPOTrainer`, fields as in `trl.GRPOConfig`."""

    engine: Literal["trl", "unsloth"]
    """`trl` runs anywhere; `unsloth` shares the weights of the trained model with vLLM and needs the CUDA stack."""
    # With one it is left out of what names finished work, which so keeps its names.
    processes: int = Field(default=1, ge=1, le=64, exclude_if=lambda processes: processes == 1)
    """How many train side by side, each on a GPU of its own with a share of every batch (data parallel). With `trl`."""
    vllm_gpu_memory_utilization: float = Field(gt=0, lt=1)
    """Largest share of GPU memory that rollouts take, weights included; without meaning on a CPU."""
    load_in_4bit: bool = False
    """Whether the frozen base is held in 4 bits (NF4) while training: less memory, rounded weights. With `unsloth`."""
    lora: LoraSettings
    validate_every: PositiveInt | None = None
    """Steps between two answers of the policy to the validation questions, for the log alone; null: never."""
    optimizer_steps: PositiveInt
    """What the fields below must come to; checked before training (442 questions x 3 epochs = 1326)."""
    num_generations: int = Field(ge=2)
    """Completions per prompt: the size of a group. An advantage is a difference within the group."""
    steps_per_generation: PositiveInt
    max_completion_length: PositiveInt
    temperature: float = Field(ge=0.01, le=10)
    top_p: float = Field(gt=0, le=1)
    beta: NonNegativeFloat
    """Weight of the KL divergence from the base model."""
    loss_type: Literal["grpo", "bnpo", "dr_grpo", "dapo"]
    scale_rewards: Literal["group", "batch", "none"]
    num_iterations: PositiveInt
    epsilon: PositiveFloat
    mask_truncated_completions: bool
    vllm_importance_sampling_correction: bool
    use_bias_correction_kl: bool
    # As `rejected` below.
    shortcuts: tuple[Shortcut, ...] = Field(default=(), exclude_if=lambda names: not names)
    """On a GPU: what is left out for speed. The first changes no bit. Unsloth takes `nondeterministic` alone."""

    @field_validator("processes")
    @classmethod
    def _trl_runs_several(cls, processes: int, info: ValidationInfo) -> int:
        if processes > 1 and info.data.get("engine") == "unsloth":
            raise ValueError("above 1 it needs `engine: trl`; Unsloth trains on one GPU")
        return processes

    @field_validator("load_in_4bit")
    @classmethod
    def _unsloth_quantizes(cls, four: bool, info: ValidationInfo) -> bool:
        if four and info.data.get("engine") != "unsloth":
            raise ValueError("needs `engine: unsloth`; the base of `trl` stays in bfloat16")
        return four

    @field_validator("optimizer_steps")
    @classmethod
    def _steps_agree(cls, steps: int, info: ValidationInfo) -> int:
        if info.data.get("max_steps", -1) > 0 and info.data["max_steps"] != steps:
            raise ValueError(f"max_steps is {info.data['max_steps']}; the two must be equal where max_steps is not -1")
        return steps

    @field_validator("steps_per_generation")
    @classmethod
    def _groups_are_whole(cls, steps: int, info: ValidationInfo) -> int:
        size, batch = info.data.get("num_generations"), info.data.get("per_device_train_batch_size")
        processes = info.data.get("processes", 1)
        if size and batch and processes * batch * steps % size:
            several = "processes x " if processes > 1 else ""
            raise ValueError(
                f"{several}per_device_train_batch_size x steps_per_generation is {processes * batch * steps}, which"
                f" must be a multiple of num_generations ({size})"
            )
        return steps

    @field_validator("vllm_importance_sampling_correction")
    @classmethod
    def _correction_knows_the_sampler(cls, correction: bool, info: ValidationInfo) -> bool:
        # The correction divides by the sampler's probabilities, which top_p renormalised (TRL issue 6789).
        if correction and info.data.get("top_p", 1) < 1:
            raise ValueError("with top_p below 1 it is biased (TRL issue 6789); set top_p: 1.0, or this to false")
        return correction

    @field_validator("shortcuts")
    @classmethod
    def _trl_takes_shortcuts(cls, shortcuts: tuple[Shortcut, ...], info: ValidationInfo) -> tuple[Shortcut, ...]:
        others = [name for name in shortcuts if name != NONDETERMINISTIC]
        if others and info.data.get("engine") != "trl":
            raise ValueError(f"{others[0]} needs `engine: trl`")
        return shortcuts


class DpoSettings(OptimizerSettings):
    """DPO (Rafailov et al. 2023, arXiv 2305.18290) by TRL's `DPOTrainer`, fields as in `trl.DPOConfig`."""

    lora: LoraSettings
    beta: PositiveFloat
    loss_type: tuple[DpoLoss, ...] = Field(min_length=1)
    pairs: int = Field(ge=1, le=10_000_000)
    """Preference pairs drawn from the families."""
    # Left out of what names finished runs where it says nothing new, so that they keep their names.
    rejected: Literal["written", "sampled"] = Field(default="written", exclude_if=lambda side: side == "written")
    """The worse side of a pair: `written` by us, a slip in one digit or no tags, or `sampled` from the base, where it
    answers wrongly or leaves the template."""
    max_length: PositiveInt


class TrainingSettings(Settings):
    """How models are trained; which model by which method and with which rewards is said under `models`."""

    grpo: GrpoSettings | None = None
    dpo: DpoSettings | None = None


class GrpoJob(Settings):
    """Everything that one GRPO run depends on, beside its questions and its base model."""

    device: Device
    prompt: PromptSettings
    rewards: tuple[Reward, ...] = Field(min_length=1)
    seed: Seed
    training: GrpoSettings


class DpoJob(Settings):
    """Everything that one DPO run depends on, beside its base model and the questions to keep out."""

    device: Device
    prompt: PromptSettings
    families: Literal["elementary", "course", "longhand"]
    seed: Seed
    training: DpoSettings


class MergeSettings(Settings):
    """The proof that the merged model is the trained one."""

    prompts: int = Field(ge=0, le=100_000)
    """Training questions whose greedy completions are compared between merged model and base + adapter."""
    max_new_tokens: int = Field(ge=1, le=131_072)
