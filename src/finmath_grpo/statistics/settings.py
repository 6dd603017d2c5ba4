"""Settings of the statistics."""

from collections.abc import Sequence

from pydantic import Field, model_validator

from finmath_grpo.errors import UserError
from finmath_grpo.settings import Seed, Settings

POST_CONTRASTS = (
    ("llama-grpo", "llama-base"),
    ("gemma-dpo", "gemma-it"),
    ("gemma-it", "llama-base"),
    ("gemma-it", "llama-grpo"),
    ("gemma-dpo", "llama-base"),
    ("gemma-dpo", "llama-grpo"),
)
"""What the post compares."""
POST_MODELS = ("llama-base", "llama-grpo", "gemma-it", "gemma-dpo")
"""The models of the post's figures and claims."""


class StatisticsSettings(Settings):
    """What is compared with what, and how many random draws intervals and tests take."""

    bootstrap_draws: int = Field(default=10_000, ge=100, le=1_000_000)
    """Draws of a bootstrap interval and of a permutation test."""
    seed: Seed = 0
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    contrasts: tuple[tuple[str, str], ...] = Field(default=POST_CONTRASTS)
    """Pairs of models, the one expected to be better first; none where there is one model. The first pair, by the
    numeric scorer and the mean over temperatures, is the primary contrast; all others are secondary. Holm's
    correction is over those of one scorer at one temperature, mean or any."""
    panel: tuple[str, ...] = Field(default=POST_MODELS, min_length=1)
    """The models whose agreement and union are reported: the four of the post."""

    @model_validator(mode="after")
    def _pairs_differ(self) -> "StatisticsSettings":
        if any(trained == base for trained, base in self.contrasts):
            raise ValueError("contrasts: a model is compared with itself")
        if len(set(map(frozenset, self.contrasts))) != len(self.contrasts):
            raise ValueError("contrasts: two models are compared twice; Holm's correction would count one test as two")
        if len(set(self.panel)) != len(self.panel):
            raise ValueError("panel: an entry stands twice")
        return self


def fitting(
    settings: StatisticsSettings, models: Sequence[str], trained: Sequence[tuple[str, str]]
) -> StatisticsSettings:
    """The settings, with contrasts and panel that were not given cut to the experiment's models.

    Contrasts: those of the post between the models; if it has none of these, `trained`, each trained model with its
    base. Panel: the post's models; with fewer than two of them, all models.
    """
    pairs = tuple(pair for pair in POST_CONTRASTS if set(pair) <= set(models)) or tuple(trained)
    panel = tuple(name for name in POST_MODELS if name in models)
    defaults = {"contrasts": pairs, "panel": panel if len(panel) > 1 else tuple(models)}
    return settings.model_copy(
        update={key: value for key, value in defaults.items() if key not in settings.model_fields_set}
    )


def check_models(settings: StatisticsSettings, models: Sequence[str]) -> None:
    """Raise UserError if a contrast or the panel names a model that the experiment does not have."""
    compared = {name for pair in settings.contrasts for name in pair}
    for key, named in (("contrasts", compared), ("panel", settings.panel)):
        if strange := sorted(set(named) - set(models)):
            names = ", ".join(name or "''" for name in strange)
            raise UserError(f"statistics.{key}: no model {names} in this experiment, but {', '.join(models)}")
