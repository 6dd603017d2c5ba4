"""Where every setting of `paper` comes from: `config/sources.yaml`."""

from pathlib import Path
from typing import Literal

import pydantic
import yaml

from finmath_grpo.settings import Settings

Origin = Literal["post", "notebook", "default then", "ours"]


class Source(Settings):
    """Where a setting comes from."""

    origin: Origin = pydantic.Field(alias="from")
    """The post; the notebook that it followed; a default of the software of that day; or ours, since nobody says."""
    note: str = pydantic.Field(min_length=1)
    """Where it stands there, or why it is what it is."""
    open: bool = False
    """Whether the post leaves it open in a way that changes results: an axis to vary, one line of the config."""


def sources(path: Path) -> dict[str, Source]:
    """The sources by setting (`training.grpo.beta`); a section stands for all of its settings."""
    adapter = pydantic.TypeAdapter(dict[str, Source])
    return adapter.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
