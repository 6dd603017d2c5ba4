"""Where the files of an experiment lie."""

from collections.abc import Iterable
from pathlib import Path

from finmath_grpo.evaluation.settings import DeepSettings

# fmt: off
OF_SCORES = (
    "accuracy", "any_temperature", "solved", "outcomes", "disagreement", "contrasts", "decomposition",
    "readability", "ceiling", "shapes", "power", "pass_and_majority", "agreement", "panel", "temperature_effect",
    "runs",
)
"""Tables that the statistics make from scores."""
OF_THE_POST = (
    "accuracy", "any_temperature", "solved", "contrasts", "power", "agreement", "panel", "temperature_effect",
    "training", "reward_facts", "reward_forms",
)
"""Tables that they make from the numbers that the post published."""
# fmt: on


TEXT_FILES = 16
"""Files over which the page's texts are spread: few enough to list, each small enough to load for one question."""


def committed_test_ids(raw: str) -> Path:
    """The ids of T1 that hold the split of a raw file in place, where they are there."""
    return Path(raw).with_suffix(".test-ids.json")


def questions(experiment: str, test: str) -> str:
    """The cleaned questions of a test; those of T1 are what `split` holds out."""
    return f"results/{experiment}/data/{'test' if test == 't1' else test}.jsonl"


def manifest(experiment: str, model: str) -> str:
    return f"results/{experiment}/models/{model}/MANIFEST.sha256"


def training(experiment: str, model: str, file: str) -> str:
    return f"results/{experiment}/training/{model}/{file}"


def completions(experiment: str, model: str) -> str:
    return f"results/{experiment}/completions/{model}.jsonl"


def deep_part(experiment: str, model: str, first: int | str) -> str:
    """A part of the completions for pass@k at large k, from this number on."""
    return f"results/{experiment}/deep/{model}.{first}.jsonl.zst"


def deep(experiment: str, settings: DeepSettings) -> list[str]:
    """All parts of them, model by model."""
    return [deep_part(experiment, model, part.start) for model in settings.models for part in settings.parts()]


def statistics(experiment: str, tables: Iterable[str]) -> list[str]:
    return [f"results/{experiment}/statistics/{table}" for table in tables]


def report_texts(experiment: str) -> list[str]:
    """The texts that the page shows."""
    names = [f"completions/{number:02d}.js" for number in range(TEXT_FILES)]
    return [f"results/{experiment}/report/data/{name}" for name in [*names, "training.js"]]
