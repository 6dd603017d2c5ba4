"""Settings of the statistics."""

from collections.abc import Sequence

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from finmath_grpo.errors import UserError
from finmath_grpo.settings import Settings

POST_CONTRASTS = (
    ("llama-grpo", "llama-base"),
    ("gemma-dpo", "gemma-it"),
    ("gemma-it", "llama-base"),
    ("gemma-it", "llama-grpo"),
    ("gemma-dpo", "llama-base"),
    ("gemma-dpo", "llama-grpo"),
)
"""What the post compares."""


class StatisticsSettings(Settings):
    """What is compared with what, and how many random draws intervals and tests take."""

    bootstrap_draws: PositiveInt = 10_000
    """Draws of a bootstrap interval and of a permutation test."""
    seed: NonNegativeInt = 0
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    contrasts: tuple[tuple[str, str], ...] = Field(default=POST_CONTRASTS, min_length=1)
    """Pairs of models, the one expected to be better first. The first pair, by the numeric scorer and the mean over
    temperatures, is the primary contrast; all others are secondary and share one Holm correction."""
    panel: tuple[str, ...] = Field(default=("llama-base", "llama-grpo", "gemma-it", "gemma-dpo"), min_length=2)
    """The models whose agreement and union are reported: the four of the post."""

    @model_validator(mode="after")
    def _pairs_differ(self) -> "StatisticsSettings":
        if any(trained == base for trained, base in self.contrasts):
            raise ValueError("contrasts: a model is compared with itself")
        if len(set(self.contrasts)) != len(self.contrasts) or len(set(self.panel)) != len(self.panel):
            raise ValueError("contrasts and panel: an entry stands twice")
        return self


def check_models(settings: StatisticsSettings, models: Sequence[str]) -> None:
    """Raise UserError if a contrast or the panel names a model that the experiment does not have."""
    compared = {name for pair in settings.contrasts for name in pair}
    for key, named in (("contrasts", compared), ("panel", settings.panel)):
        strange = ", ".join(sorted(set(named) - set(models)))
        if strange:
            raise UserError(f"statistics.{key}: no model {strange} in this experiment, but {', '.join(models)}")
