"""How figures look: the branch `figures` of a config. Nothing here changes a number."""

from pydantic import Field

from finmath_grpo.settings import Settings


class FigureSettings(Settings):
    """Size, type and names. Lengths are CSS pixels; a PNG has `scale` times as many."""

    width: int = Field(default=1000, ge=600, le=4000)
    """Width of every figure. Type is sized so that 1000 stays readable when shown 800 wide."""
    height: int = Field(default=520, ge=300, le=4000)
    """Height of a figure with one panel; figures with more panels are as many times as high."""
    scale: float = Field(default=2.0, ge=0.5, le=4.0)
    """Pixels of the PNG per CSS pixel."""
    font_size: int = Field(default=15, ge=10, le=30)
    """Size of labels and ticks; titles follow it."""


class Look(FigureSettings):
    """What a figure is drawn with: the branch `figures` and what else of the config stands in captions."""

    models: dict[str, str] = Field(default_factory=dict)
    """Display label by model id, in the order of the config. A model without one is shown by its id."""
    panel: tuple[str, ...] = ("llama-base", "llama-grpo", "gemma-it", "gemma-dpo")
    """The models of the post's figures, in the order in which they are drawn (`statistics.panel` of the config)."""
    confidence: float = Field(default=0.95, gt=0, lt=1)
    """Confidence of the intervals in the tables (`statistics.confidence` of the config), for the captions."""

    @property
    def level(self) -> str:
        """The confidence as captions write it: `95 %`."""
        return f"{100 * self.confidence:g} %"
