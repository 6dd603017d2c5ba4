"""Where every setting of `paper` comes from: `config/sources.yaml`, read and compared with `config/paper.yaml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

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


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level, with dotted names; lists and empty sections are values."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) and value else {name: value}
    return found


def without_source(values: Mapping[str, Any], stated: Mapping[str, Source]) -> list[str]:
    """The settings that neither they nor a section above them have a source for."""
    return [name for name in flat(values) if not any(name == key or name.startswith(f"{key}.") for key in stated)]


def without_setting(values: Mapping[str, Any], stated: Mapping[str, Source]) -> list[str]:
    """The sources of settings that are not there."""
    names = flat(values)
    return [key for key in stated if not any(name == key or name.startswith(f"{key}.") for name in names)]
