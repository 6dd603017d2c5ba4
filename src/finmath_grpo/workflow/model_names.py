"""The names of the models of an experiment, by how each came to be and what there is of it; and their labels."""

from finmath_grpo.workflow.kinds import Dpo, Experiment, Grpo, Published, Recorded, Run


def models_by_method(experiment: Experiment, *methods: str) -> list[str]:
    """The names of a run's models that come by one of the methods; none for experiments that run nothing."""
    if not isinstance(experiment, Run):
        return []
    return [name for name, model in experiment.models.items() if model.method in methods]


def models_with_rollouts(experiment: Experiment) -> list[str]:
    """The names of the models of which there is what GRPO sampled while it trained them."""
    if isinstance(experiment, Recorded):
        return [name for name, model in experiment.models.items() if model.rollouts]
    return models_by_method(experiment, "grpo")


def deep_models(experiment: Experiment) -> tuple[str, ...]:
    """The models of the section `deep`, the base first; none without it."""
    deep = None if isinstance(experiment, Published) else experiment.deep
    return deep.models if deep else ()


def trained_pairs(experiment: Experiment) -> list[tuple[str, str]]:
    """Each model that a run trains by GRPO or DPO, with its base."""
    if not isinstance(experiment, Run):
        return []
    return [(name, model.base) for name, model in experiment.models.items() if isinstance(model, Grpo | Dpo)]


def labels(experiment: Experiment) -> dict[str, str]:
    """Display label by model, in the order of the config."""
    return {name: model.label for name, model in experiment.models.items()}


def unmerged(experiment: Experiment) -> list[str]:
    """The models that are a base and an adapter, not merged."""
    return [name for name, model in experiment.models.items() if getattr(model, "method", "") == "adapter"]
