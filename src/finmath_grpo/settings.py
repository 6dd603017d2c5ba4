"""The base of every settings model, and how a stage receives its settings.

Each stage has its settings in its own package (`training/settings.py`, …), so that a new option of one stage is no
change to another. `finmath_grpo.workflow.experiments` puts them together to the file of an experiment. A stage never
reads that file: it gets its slice as JSON on its command line, where Snakemake sees it as a parameter of the job.
"""

from typing import Literal

import pydantic

Device = Literal["cpu", "cuda"]


class Settings(pydantic.BaseModel):
    """Unknown keys and infinite numbers are refused, and values don't change after reading."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
