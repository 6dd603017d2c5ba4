"""What an experiment says about its questions: how they are split."""

from typing import Literal

from pydantic import PositiveInt, field_validator

from finmath_grpo.settings import Seed, Settings


class SplitSettings(Settings):
    """Which questions are held out for the test."""

    by: Literal["random", "idea"]
    """`random` as in the post; `idea` holds out whole ideas: no test question is solved as a training question is."""
    test: PositiveInt
    """How many questions the test file gets; the others are for training."""
    seed: Seed
    """The seed of the draw. The post's is unknown."""

    @field_validator("by", mode="before")
    @classmethod
    def _not_by_family(cls, by: object) -> object:
        if by == "family":
            raise ValueError(
                "families that are solved alike would be in both parts; write 'idea', which holds out whole ideas"
            )
        return by
