"""Several training runs of one entry: `seeds: [1, 2, 3]` under a model makes one model per seed.

The model of the first seed has the entry's name, so that figures and claims about `llama-grpo` find it; a further one
is called `llama-grpo-seed2`, after its seed. An adapter entry `of: llama-grpo` has one model per run too.
"""

from collections.abc import Collection
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.kinds import Adapter, Dpo, Experiment, Grpo, Published, RecordedModel

POST_TRAINED = ("llama-grpo", "gemma-dpo")
"""The models that the post's author trained, each once."""

Runs = dict[str, dict[str, int]]
"""By entry with two or more runs: its models, in the order of `seeds`, each with the seed of its training."""


def name_of_run(entry: str, place: int, seed: int) -> str:
    """The name of the model of a run: `place` 0 is the first."""
    return f"{entry}-seed{seed}" if place else entry


def runs(experiment: Experiment) -> Runs:
    """The entries with several training runs, each with its models and their seeds; an adapter's are those it is of."""
    models = experiment.models
    trained = {
        name: model.seeds
        for name, model in models.items()
        if isinstance(model, Grpo | Dpo | RecordedModel) and len(model.seeds) > 1
    }
    adapters = {
        name: trained[model.of]
        for name, model in models.items()
        if isinstance(model, Adapter | RecordedModel) and model.of in trained
    }
    return {
        entry: {name_of_run(entry, place, seed): seed for place, seed in enumerate(found)}
        for entry, found in (trained | adapters).items()
    }


def made_by_runs(experiment: Experiment) -> dict[str, dict[str, str]]:
    """The same entries, each model with the one that its run made: of an adapter, the merged model."""
    models = experiment.models
    return {
        entry: {name: getattr(models[name], "of", "") or name for name in found}
        for entry, found in runs(experiment).items()
    }


def further_runs(experiment: Experiment) -> list[str]:
    """The models of all training runs but the first of their entries."""
    return [model for models in runs(experiment).values() for model in list(models)[1:]]


def run_counts(experiment: Experiment) -> dict[str, int]:
    """How many training runs each entry has that was trained by GRPO or DPO, evaluated merged or not."""
    if isinstance(experiment, Published):
        return {name: 1 for name in experiment.models if name in POST_TRAINED}
    further, several = set(further_runs(experiment)), runs(experiment)
    trained = [
        name
        for name, model in experiment.models.items()
        if model.method in ("grpo", "dpo", "adapter") or name in POST_TRAINED
    ]
    return {name: len(several.get(name, [name])) for name in trained if name not in further}


def with_runs(experiment: Experiment) -> dict[str, Any]:
    """The models of an experiment, the further runs of an entry after it."""
    models: dict[str, Any] = {}
    several = runs(experiment)
    for entry, model in experiment.models.items():
        models[entry] = model
        for name, seed in list(several.get(entry, {}).items())[1:]:
            changes: dict[str, Any] = {"label": f"{model.label}, seed {seed}"}
            if isinstance(model, Grpo | Dpo):
                changes["seed"] = seed
            if isinstance(model, Grpo | Dpo | RecordedModel):
                changes["seeds"] = ()
            if isinstance(model, Adapter | RecordedModel) and model.of:
                changes["of"] = name_of_run(model.of, 1, seed)
            models[name] = model.model_copy(update=changes)
    return models


def check_names(runs: Runs, entries: Collection[str]) -> None:
    """Raise UserError if the name of a further run is that of an entry."""
    for entry, models in runs.items():
        for model in models:
            if model != entry and model in entries:
                raise UserError(f"models.{model}: a run of {entry} has this name (see its `seeds`); rename this entry")
