# What goes into the jobs: the input and params functions of the rules, in the order of the stages.

import json

from finmath_grpo.figures import catalogue

# ---- questions


def committed_test_ids(wildcards):
    path = Path(raw_questions(wildcards)).with_suffix(".test-ids.json")
    return str(path) if path.exists() else []


# ---- models


def pretraining_settings(wildcards):
    return experiments.pretraining_settings(experiment_of(wildcards), wildcards.model)


def pretraining_code(wildcards):
    families = experiment_of(wildcards).pretraining.families
    return code("finmath_grpo.models.pretrain", f"finmath_grpo.questions.families.{families}")


def fetched_model(wildcards):
    model = experiment_of(wildcards).models[wildcards.model]
    return [model.repository, model.revision]


# ---- training


def training_settings(wildcards):
    return experiments.training_settings(experiment_of(wildcards), wildcards.model)


def grpo_module(wildcards):
    """The module of the engine: Unsloth has to be imported before all else, so it has a module of its own."""
    engine = experiment_of(wildcards).training.grpo.engine
    return {"trl": "finmath_grpo.training.grpo", "unsloth": "finmath_grpo.training.grpo_unsloth"}[engine]


def grpo_code(wildcards):
    return code(grpo_module(wildcards))


def dpo_code(wildcards):
    families = experiment_of(wildcards).pretraining.families
    return code("finmath_grpo.training.dpo", f"finmath_grpo.questions.families.{families}")


# ---- evaluation


def weights(wildcards):
    """The manifest of the model, or of base and adapter where an adapter is evaluated unmerged."""
    run = experiment_of(wildcards)
    model = run.models[wildcards.model]
    if model.method != "adapter":
        return [model_manifest(wildcards)]
    return [model_manifest(wildcards, run.models[model.of].base), adapter_manifest(wildcards, model.of)]


def completions_of_all_models(wildcards):
    return expand("results/{{experiment}}/completions/{model}.jsonl", model=experiment_of(wildcards).models)


# ---- recorded


def record_of(wildcards):
    return experiment_of(wildcards).record


# ---- statistics


def model_names(wildcards):
    return list(experiment_of(wildcards).models)


def logs_of_grpo(wildcards):
    models = experiments.models_by_method(experiment_of(wildcards), "grpo")
    return expand("results/{{experiment}}/training/{model}/log.csv", model=models)


def completions_of_grpo(wildcards):
    models = experiments.models_with_rollouts(experiment_of(wildcards))
    return expand("results/{{experiment}}/training/{model}/completions.jsonl.zst", model=models)


def completions_of_first_contrast(wildcards):
    return expand(
        "results/{{experiment}}/completions/{model}.jsonl", model=experiment_of(wildcards).statistics.contrasts[0]
    )


def published_numbers(wildcards):
    return experiment_of(wildcards).numbers


# ---- figures


def figures_of(name):
    """The figures of an experiment."""
    experiment = EXPERIMENTS[name]
    sampled = experiments.models_with_rollouts(experiment)
    return catalogue.figures_of(
        experiment.kind,
        experiment.models,
        panel=experiment.statistics.panel,
        contrasts=experiment.statistics.contrasts,
        logs=sampled,
        rollouts=sampled,
    )


def figure_tables(wildcards):
    tables = catalogue.tables_of(wildcards.figure, experiment_of(wildcards).kind)
    return expand("results/{{experiment}}/statistics/{table}", table=tables)


def figure_code(wildcards):
    return code("finmath_grpo.figures.draw", catalogue.module_of(wildcards.figure))


def figure_entry(wildcards):
    """What the drawing of a figure depends on of its catalogue entry, as JSON."""
    return catalogue.drawing_of(wildcards.figure)


def look(wildcards):
    """The config's branch `figures` and what else of it stands in captions, as JSON; models in the config's order."""
    experiment = experiment_of(wildcards)
    return json.dumps(
        {
            **experiment.figures.model_dump(mode="json"),
            "models": {name: model.label for name, model in experiment.models.items()},
            "panel": experiment.statistics.panel,
            "confidence": experiment.statistics.confidence,
        },
        ensure_ascii=False,
    )


# ---- claims


def tables_of_claims(wildcards):
    names = PUBLISHED_TABLES if experiment_of(wildcards).kind == "published" else TABLES
    return expand("results/{{experiment}}/statistics/{table}.csv", table=names)


# ---- report


def unless_published(pattern):
    """An input function: a file that the post did not publish."""

    def files(wildcards):
        return [] if experiment_of(wildcards).kind == "published" else pattern

    return files


def completions_to_read(wildcards):
    return [] if experiment_of(wildcards).kind == "published" else completions_of_all_models(wildcards)


def training_questions(wildcards):
    return "results/{experiment}/data/train.jsonl" if completions_of_grpo(wildcards) else []


def tables_to_link(wildcards):
    """The tables that the page shows or links to: those of the claims, and more."""
    more = ["solved.csv", "agreement.csv", "power.csv", "training.csv", "reward_forms.csv"]
    if experiment_of(wildcards).kind != "published":
        more.append("examples.json")
    return tables_of_claims(wildcards) + expand("results/{{experiment}}/statistics/{table}", table=more)


def figures_to_link(wildcards):
    return expand("results/{{experiment}}/figures/{f}.png", f=figures_of(wildcards.experiment))


def labels(wildcards):
    """The models' labels as JSON, in the config's order."""
    return json.dumps(
        {name: model.label for name, model in experiment_of(wildcards).models.items()}, ensure_ascii=False
    )


def confidence(wildcards):
    return experiment_of(wildcards).statistics.confidence

# A stand-in for finmath_grpo.workflow.plan, as far as figures.smk uses it.
from types import SimpleNamespace

plan = SimpleNamespace(
    figure_tables=figure_tables, figure_code=figure_code, figure_entry=figure_entry, look=look
)
