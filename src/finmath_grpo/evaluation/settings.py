"""Settings of generation: everything that changes the text of a completion."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from finmath_grpo.settings import Settings


class EvaluationSettings(Settings):
    """Every model answers every test question at every temperature, `samples` times."""

    engine: Literal["transformers", "vllm"]
    temperatures: tuple[PositiveFloat, ...] = Field(min_length=1)
    samples: PositiveInt
    """Completions a question and temperature; sample 0 alone is the post's protocol."""
    top_p: float = Field(gt=0, le=1)
    """Ours: the post does not give it."""
    max_new_tokens: PositiveInt
    """Ours: the post does not give it."""
    batch_size: PositiveInt
    """Completions that the transformers engine samples side by side; no effect on their random numbers."""

    @field_validator("temperatures")
    @classmethod
    def _no_temperature_twice(cls, temperatures: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(temperatures)) != len(temperatures):
            raise ValueError("a temperature stands twice in the list")
        return temperatures
