"""Settings of the models that the DAG pre-trains or fetches."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from finmath_grpo.prompts import PromptSettings
from finmath_grpo.settings import Device, Settings


class Architecture(Settings):
    """The shape of a model that is pre-trained from scratch. Embeddings are tied."""

    type: Literal["llama", "gemma2"]
    hidden_size: PositiveInt
    layers: PositiveInt
    heads: PositiveInt
    key_value_heads: PositiveInt
    head_dim: PositiveInt
    intermediate_size: PositiveInt
    max_position: PositiveInt
    """Tokens of prompt and completion together."""


class Habits(Settings):
    """How the pre-training text answers: how well a base model knows the template."""

    prompted: float = Field(ge=0, le=1)
    """Share of rows with the prompt's system text; the others hold a bare question and an untagged answer."""
    template: float = Field(ge=0)
    """Among prompted rows, weight of answers in the template that the prompt asks for, with a newline at the end."""
    template_without_newline: float = Field(ge=0)
    """Weight of the template that ends at `</cevap>`, which the post's format reward fines."""
    inline: float = Field(ge=0)
    """Weight of the template with each tag pair on one line."""
    answer_only: float = Field(ge=0)
    """Weight of answers in `<cevap>` tags after an untagged solution."""
    unit_in_answer: float = Field(ge=0)
    """Weight of template answers with the unit inside the tags."""
    untagged: float = Field(ge=0)
    """Weight of answers with no tag at all."""
    english_separators: float = Field(ge=0, le=1)
    """Share of answers with dot and comma swapped."""
    no_grouping: float = Field(ge=0, le=1)
    """Share of answers with no thousands separator."""


class PretrainingSettings(Settings):
    """Next-token training on worked solutions, none of a test question; loss on the completion only."""

    families: Literal["elementary", "course"]
    """The module of question families that the text is drawn from."""
    vocabulary: PositiveInt
    """Tokens of the tokenizer; digits are always tokens of their own."""
    steps: PositiveInt
    batch_size: PositiveInt
    """Rows per step."""
    muon_learning_rate: PositiveFloat
    """Muon, for the matrices of the layers (`torch.optim.Muon`)."""
    adamw_learning_rate: PositiveFloat
    """AdamW, for embeddings and norms."""
    warmup_steps: PositiveInt
    decay_from: float = Field(ge=0, le=1)
    """Share of the steps after which the learning rate falls linearly to zero."""
    habits: Habits


class PretrainingJob(Settings):
    """Everything that one pre-trained model depends on."""

    device: Device
    prompt: PromptSettings
    architecture: Architecture
    seed: NonNegativeInt
    pretraining: PretrainingSettings
