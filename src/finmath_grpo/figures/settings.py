"""How figures look: the branch `figures` of a config. Nothing here changes a number."""

from pydantic import Field

from finmath_grpo.settings import Settings


class FigureSettings(Settings):
    """Size and type. Lengths are CSS pixels; a PNG has `scale` times as many."""

    width: int = Field(default=1000, ge=800, le=4000)
    """Width of every figure; names and numbers beside a plot take up to 640. At 1000 the text stays readable when the
    figure is shown 800 wide."""
    height: int = Field(default=520, ge=300, le=4000)
    """Height of a figure with one panel. A figure with more panels is higher."""
    scale: float = Field(default=2.0, ge=0.5, le=4.0)
    """Pixels of the PNG per CSS pixel."""
    font_size: int = Field(default=15, ge=10, le=30)
    """Size of labels and ticks. The size of titles follows from it."""


class Look(FigureSettings):
    """What a figure is drawn with: the branch `figures` of the config, and what captions take from other branches."""

    models: dict[str, str] = Field(default_factory=dict)
    """Label of each model by its id, in the order of the config. A model without a label is shown by its id."""
    runs: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By model with several training runs: these, itself first. Further runs have its colour and symbol."""
    unmerged: tuple[str, ...] = ()
    """The models that are a base and an adapter, not merged. Beside the merged one they would be the same again."""
    panel: tuple[str, ...] = ("llama-base", "llama-grpo", "gemma-it", "gemma-dpo")
    """The models in the figures that the post has, in this order (`statistics.panel` of the config)."""
    confidence: float = Field(default=0.95, gt=0, lt=1)
    """Confidence level of the intervals in the tables (`statistics.confidence` of the config), for captions."""

    @property
    def level(self) -> str:
        """The confidence as captions write it, `95 %`, in one piece."""
        return f"{100 * self.confidence:g}\u00a0%"

    def entry(self, model: str) -> str:
        """The model whose colour a run has: the first run of the same entry, or itself."""
        return next((entry for entry, models in self.runs.items() if model in models), model)
