"""The base of every settings model, and how a stage receives its settings.

Each stage has its settings in its own package (`training/settings.py`, …), so that a new option of one stage is no
change to another. `finmath_grpo.workflow.kinds` puts them together to the file of an experiment. A stage never
reads that file: it gets its slice as JSON on its command line, where Snakemake sees it as a parameter of the job.
"""

import re
from typing import Annotated, Literal

import pydantic
from pydantic import AfterValidator, Field

Device = Literal["cpu", "cuda"]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""NumPy and others take no larger one."""


def _one_line(text: str) -> str:
    if not text.strip() or len(text.splitlines()) > 1 or not re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*", text):
        raise ValueError("expected one line of text, with no control characters")
    return text


def _file_name(text: str) -> str:
    if text != text.strip() or text.startswith(("-", "~")) or re.search(r"[{}*?\[\]]", text):
        raise ValueError("expected a name without - or ~ at its start, spaces around it, and {}*?[]; rename it")
    return text


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
"""Text to show: a label."""
FileName = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line), AfterValidator(_file_name)]
"""A file or folder by its path from the root folder. To Snakemake, braces and signs of patterns mean something else."""


class Settings(pydantic.BaseModel):
    """Unknown keys and infinite numbers are refused, and values don't change after reading."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
