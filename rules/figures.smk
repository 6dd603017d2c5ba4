# Figures: the tables each one reads. A figure depends on these, on its own module and on its look, and on nothing else.

from finmath_grpo.files import canonical_json

FIGURES = {
    # those of the post
    "training_run_metrics": ["training.csv"],
    "grpo_vs_base": ["accuracy.csv", "any_temperature.csv"],
    "gemma_vs_dpo": ["accuracy.csv", "any_temperature.csv"],
    "all_models": ["accuracy.csv", "any_temperature.csv"],
    "all_models_squashed": ["accuracy.csv", "any_temperature.csv"],
    "all_models_squashed_no_punctuation": ["accuracy.csv", "any_temperature.csv"],
    "model_comparison_heatmap": ["solved.csv"],
    "combined_model_comparison_heatmap": ["solved.csv"],
    "example_question1": ["examples.json"],
    "example_question2": ["examples.json"],
}
# What the post did not publish, and so `published` can't draw.
NOT_PUBLISHED = {"examples.json"}


def figures_of(experiment):
    """The figures of an experiment, in the order of the post."""
    absent = NOT_PUBLISHED if EXPERIMENTS[experiment].kind == "published" else set()
    return [figure for figure, tables in FIGURES.items() if absent.isdisjoint(tables)]


def figure_tables(wildcards):
    return expand("results/{{experiment}}/statistics/{table}", table=FIGURES[wildcards.figure])


def figure_code(wildcards):
    return code(f"finmath_grpo.figures.{wildcards.figure}")


def look(wildcards):
    """The config's branch `figures` and what else of it stands in captions, as canonical JSON."""
    experiment = experiment_of(wildcards)
    return canonical_json(
        {
            **experiment.figures.model_dump(mode="json"),
            "models": {name: model.label for name, model in experiment.models.items()},
            "confidence": experiment.statistics.confidence,
        }
    )


rule figure:
    input:
        tables=figure_tables,
        plotlyjs="results/{experiment}/figures/plotly.min.js",
        code=figure_code,
    output:
        png="results/{experiment}/figures/{figure}.png",
        html="results/{experiment}/figures/{figure}.html",
    log:
        "results/{experiment}/logs/figures/{figure}.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
        figure="|".join(FIGURES),
    params:
        look=look,
    shell:
        "python -m finmath_grpo.figures.{wildcards.figure} --experiment {wildcards.experiment} --look {params.look:q}"
        " --tables {input.tables} --png {output.png} --html {output.html} > {log} 2>&1"


rule plotlyjs:
    input:
        code=code("finmath_grpo.figures.plotlyjs"),
    output:
        script="results/{experiment}/figures/plotly.min.js",
    log:
        "results/{experiment}/logs/figures/plotlyjs.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    shell:
        "python -m finmath_grpo.figures.plotlyjs --output {output.script} > {log} 2>&1"
