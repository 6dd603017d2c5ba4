"""What an experiment says about its questions: how they are split."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from finmath_grpo.settings import Settings


class SplitSettings(Settings):
    """Which questions are held out for the test."""

    by: Literal["random", "family"]
    """`random` as in the post; `family` holds out whole families, so that no kind of question is in both files."""
    test: PositiveInt
    """How many questions the test file gets; the others are for training."""
    seed: NonNegativeInt
    """The seed of the draw. The post's is unknown."""
