"""Settings of generation: everything that changes the text of a completion, and which tests are run."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt, ValidationInfo, field_validator

from finmath_grpo.settings import FileName, Settings


def _no_temperature_twice(temperatures: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(temperatures)) != len(temperatures):
        raise ValueError("a temperature stands twice in the list")
    return temperatures


Temperatures = Annotated[
    tuple[Annotated[float, Field(ge=0.01, le=10)], ...],
    Field(min_length=1, max_length=100),
    AfterValidator(_no_temperature_twice),
]


SAMPLES_OF_A_PART = 256
"""Completions per question of a job of `deep`: some minutes on a GPU for a model of 100 M parameters and 100 questions.
A choice: a model's jobs run side by side, and each starts an engine."""


class EvaluationSettings(Settings):
    """Every model answers every test question at every temperature, `samples` times."""

    engine: Literal["transformers", "vllm"]
    temperatures: Temperatures
    samples: int = Field(ge=1, le=10_000)
    """Completions per question and temperature; sample 0 alone is the post's protocol."""
    top_p: float = Field(gt=0, le=1)
    """Ours: the post does not give it."""
    max_new_tokens: int = Field(ge=1, le=131_072)
    """Ours: the post does not give it."""
    batch_size: int = Field(ge=1, le=65_536)
    """Completions that the transformers engine samples side by side; no effect on their random numbers."""
    # With one GPU it is left out of what names finished work, which so keeps its names.
    tensor_parallel_size: PositiveInt = Field(default=1, exclude_if=lambda gpus: gpus == 1)
    """GPUs over which vLLM splits a model that does not fit on one; each job of generation asks for as many."""

    @field_validator("tensor_parallel_size")
    @classmethod
    def _vllm_splits(cls, gpus: int, info: ValidationInfo) -> int:
        if gpus > 1 and info.data.get("engine") != "vllm":
            raise ValueError("above 1 it needs `engine: vllm`")
        return gpus


class DeepSettings(Settings):
    """Many completions of each question of T1 by a few models, at one temperature, for pass@k at large k.

    All else is as in `evaluation`. Their texts stay in results/; a record has their scores alone.
    """

    models: tuple[str, ...] = Field(min_length=2)
    """Entries under `models`, the base first: the others are compared with it. Of several runs it is the first one."""
    temperature: float = Field(ge=0.01, le=10)
    samples: int = Field(ge=2, le=10_000)
    """Completions per question. Every 256 of them are a job and a file of their own."""

    def parts(self) -> list[range]:
        """The numbers of the completions that each job samples of every question; more completions are more parts."""
        starts = range(0, self.samples, SAMPLES_OF_A_PART)
        return [range(start, min(start + SAMPLES_OF_A_PART, self.samples)) for start in starts]

    @field_validator("models")
    @classmethod
    def _no_model_twice(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(models)) != len(models):
            raise ValueError("a model stands twice in the list")
        return models


class FurtherTest(Settings):
    """A test beside T1, which is what `split` holds out and is run by `evaluation`."""

    questions: FileName
    """The file of its questions, all of which are asked."""
    temperatures: Temperatures | None = None
    """Some of those of `evaluation`, so that tests are compared at the same temperature; by default the one nearest to
    0.7."""
    samples: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Completions per question and temperature; by default those of `evaluation` for T2, and 1 for T3."""


class FurtherTests(Settings):
    """The tests beside T1. A run without them goes through."""

    t2: FurtherTest | None = None
    """New ideas: questions of families that no training and no pre-training text has."""
    t3: FurtherTest | None = None
    """New numbers: the questions of T1 with fresh numbers."""
