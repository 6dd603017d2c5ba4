"""The rows of `completions/{model}.jsonl`: one per sample."""

from typing import Literal

import pydantic


class Completion(pydantic.BaseModel):
    """What a model wrote to one question."""

    model: str
    test: str = "t1"
    """A file of an older run has no tests but T1, and does not say so."""
    question_id: str
    temperature: float
    sample: int = pydantic.Field(ge=0)
    text: str
    """Without special tokens."""
    tokens: int
    """Sampled tokens, the one that ended the turn included."""
    finish: Literal["stop", "length"]
    """`stop` at the end of the turn, `length` at the limit."""
