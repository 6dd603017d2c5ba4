"""What a generation engine is: a function from cells of requests to cells of completions.

`finmath_grpo.evaluation.transformers_engine` samples on any machine, `finmath_grpo.evaluation.vllm_engine` on a GPU.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One completion to sample."""

    prompt: tuple[int, ...]
    """Token ids, as the model's own chat template gives them; an engine adds none."""
    temperature: float
    seed: int


@dataclass(frozen=True)
class Output:
    """The completion that was sampled for a request."""

    text: str
    """Without special tokens."""
    tokens: int
    """Sampled tokens, the one that ended the turn included."""
    finish: str
    """`stop` at the end of the turn, `length` at the limit."""


# Completions in the order of the requests, a cell at a time. What one cell holds must not depend on other cells.
Generate = Callable[[list[list[Request]]], Iterator[list[Output]]]


def completion_seed(question_id: str, temperature: float, sample: int) -> int:
    """The seed of a completion, below 2^31: a pure function of question, temperature and sample.

    It depends on neither the model, so that models are compared on common random numbers, nor the batch.
    """
    name = f"{question_id}\n{temperature:.6f}\n{sample}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1
