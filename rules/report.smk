# The page on which one can read what the models wrote: results, claims, figures, completions, rollouts.
# What an experiment does not have (`published` no completions, `recorded` no texts) its page does not show.

import json

PAGE = [f"src/finmath_grpo/report/{name}" for name in ("page.html.j2", "report.css", "report.js")]


def of_run(pattern):
    """An input function: a file that only a run has."""

    def files(wildcards):
        return pattern if experiment_of(wildcards).kind == "run" else []

    return files


def unless_published(pattern):
    """An input function: a file that the post did not publish."""

    def files(wildcards):
        return [] if experiment_of(wildcards).kind == "published" else pattern

    return files


def completions_to_read(wildcards):
    return completions_of_all_models(wildcards) if experiment_of(wildcards).kind == "run" else []


def rollouts_to_read(wildcards):
    return completions_of_grpo(wildcards) if experiment_of(wildcards).kind == "run" else []


def training_questions(wildcards):
    return "results/{experiment}/data/train.jsonl" if rollouts_to_read(wildcards) else []


def tables_to_link(wildcards):
    """The tables that the page shows or links to: those of the claims, and more."""
    more = ["solved.csv", "agreement.csv", "power.csv", "training.csv", "reward_forms.csv"]
    if experiment_of(wildcards).kind != "published":
        more.append("examples.json")
    return tables_of_claims(wildcards) + expand("results/{{experiment}}/statistics/{table}", table=more)


def figures_to_link(wildcards):
    return expand("results/{{experiment}}/figures/{f}.png", f=figures_of(wildcards.experiment))


def labels_in_order(wildcards):
    return json.dumps(
        {name: model.label for name, model in experiment_of(wildcards).models.items()}, ensure_ascii=False
    )


def confidence(wildcards):
    return experiment_of(wildcards).statistics.confidence


rule report:
    input:
        test=unless_published("results/{experiment}/data/test.jsonl"),
        scores=unless_published("results/{experiment}/scores.csv"),
        completions=completions_to_read,
        train=training_questions,
        rollouts=rollouts_to_read,
        claims="results/{experiment}/claims.json",
        tables=tables_to_link,
        # Not ancient(): a figure to draw would then keep the page from being made again for a reason of its own.
        figures=figures_to_link,
        page=PAGE,
        code=code("finmath_grpo.report.build"),
    output:
        page="results/{experiment}/report/index.html",
        script="results/{experiment}/report/report.js",
        style="results/{experiment}/report/report.css",
    log:
        "results/{experiment}/logs/report.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    params:
        models=labels_in_order,
        confidence=confidence,
    shell:
        "python -m finmath_grpo.report.build --experiment {wildcards.experiment} --models {params.models:q}"
        " --confidence {params.confidence} --claims {input.claims} --tables {input.tables} --figures {input.figures}"
        " --test {input.test} --scores {input.scores} --completions {input.completions}"
        " --train {input.train} --rollouts {input.rollouts} --page {output.page} > {log} 2>&1"
