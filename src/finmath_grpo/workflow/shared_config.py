"""What an export tells others of an experiment's config."""

from pathlib import Path
from typing import Any

from finmath_grpo.files import canonical_json
from finmath_grpo.workflow import seeds
from finmath_grpo.workflow.kinds import Experiment, Recorded
from finmath_grpo.workflow.recorded import config_of_record

SHARED = ("questions", "device", "prompt", "models", "training", "evaluation", "statistics")
"""Sections of a config that an export tells of."""


def shared_config(experiment: Experiment) -> str:
    """These sections as canonical JSON; of a recorded run, those of the config in its record."""
    if isinstance(experiment, Recorded):
        _, config = config_of_record(Path(experiment.record))
        config["models"] = _models_of_record(experiment, config["models"])
    else:
        config = experiment.model_dump(mode="json")
    return canonical_json({key: config.get(key) for key in SHARED})


def _models_of_record(experiment: Recorded, entries: dict[str, Any]) -> dict[str, Any]:
    """The models of a record as its config has them, one per training run."""
    of_runs = {model: (entry, seed) for entry, runs in seeds.runs(experiment).items() for model, seed in runs.items()}
    models = {}
    for name, model in experiment.models.items():
        entry, seed = of_runs.get(name, (name, None))
        changes = {"of": model.of} if model.of else {"seed": seed} if seed is not None else {}
        models[name] = {**entries[entry], "label": model.label, **changes}
    return models
