"""Settings of the models that the DAG pre-trains or fetches."""

from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from finmath_grpo.prompts import PromptSettings
from finmath_grpo.settings import Device, Seed, Settings


class Architecture(Settings):
    """The shape of a model that is pre-trained from scratch. Embeddings are tied."""

    type: Literal["llama", "gemma2"]
    hidden_size: int = Field(ge=1, le=16_384)
    layers: int = Field(ge=1, le=256)
    heads: int = Field(ge=1, le=256)
    key_value_heads: int = Field(ge=1, le=256)
    head_dim: int = Field(ge=2, le=1024, multiple_of=2)
    intermediate_size: int = Field(ge=1, le=131_072)
    max_position: int = Field(ge=16, le=131_072)
    """Tokens of prompt and completion together."""

    @model_validator(mode="after")
    def _heads_fit(self) -> "Architecture":
        for divisor, value in (("heads", "hidden_size"), ("key_value_heads", "heads")):
            if getattr(self, value) % getattr(self, divisor):
                raise ValueError(f"{value} must be a multiple of {divisor}")
        return self


class Habits(Settings):
    """How the pre-training text answers: how well a base model knows the template."""

    prompted: float = Field(ge=0, le=1)
    """Share of rows with the prompt's system text; the others hold a bare question and an untagged answer."""
    template: float = Field(ge=0, le=1_000_000)
    """Among prompted rows, weight of answers in the template that the prompt asks for, with a newline at the end."""
    template_without_newline: float = Field(ge=0, le=1_000_000)
    """Weight of the template that ends at `</cevap>`, which the post's format reward fines."""
    inline: float = Field(ge=0, le=1_000_000)
    """Weight of the template with each tag pair on one line."""
    answer_only: float = Field(ge=0, le=1_000_000)
    """Weight of answers in `<cevap>` tags after an untagged solution."""
    unit_in_answer: float = Field(ge=0, le=1_000_000)
    """Weight of template answers with the unit inside the tags."""
    untagged: float = Field(ge=0, le=1_000_000)
    """Weight of answers with no tag at all."""
    english_separators: float = Field(ge=0, le=1)
    """Share of answers with dot and comma swapped."""
    no_grouping: float = Field(ge=0, le=1)
    """Share of answers with no thousands separator."""

    @model_validator(mode="after")
    def _some_habit(self) -> "Habits":
        weights = (
            *(self.template, self.template_without_newline, self.inline),
            *(self.answer_only, self.unit_in_answer, self.untagged),
        )
        if not sum(weights):
            raise ValueError("all weights from `template` to `untagged` are 0; give one of them a weight")
        return self


class PretrainingSettings(Settings):
    """Next-token training on worked solutions, none of a test question; loss on the completion only."""

    families: Literal["elementary", "course", "longhand"]
    """The module of question families that the text is drawn from."""
    vocabulary: int = Field(ge=300, le=1_000_000)
    """Tokens of the tokenizer; digits are always tokens of their own."""
    steps: int = Field(ge=1, le=10_000_000)
    batch_size: int = Field(ge=1, le=65_536)
    """Rows per step."""
    muon_learning_rate: float = Field(gt=0, le=1)
    """Muon, for the matrices of the layers (`torch.optim.Muon`)."""
    adamw_learning_rate: float = Field(gt=0, le=1)
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
    seed: Seed
    pretraining: PretrainingSettings
