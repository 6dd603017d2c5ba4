# Figures: the tables each one reads. A figure depends on these, on its own module and on its look, and on nothing else.


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
    # ours
    "training_runs": ["training.csv"],
    "accuracy_by_temperature": ["accuracy.csv", "any_temperature.csv"],
    "paired_differences": ["contrasts.csv"],
    "outcomes": ["outcomes.csv"],
    "pass_and_majority": ["pass_and_majority.csv"],
    "agreement": ["agreement.csv", "panel.csv"],
    "reward_audit": ["reward_audit.csv"],
}
# The post published one run and no completions: these can't be drawn from its numbers, and this one only from others.
NOT_PUBLISHED = {"example_question1", "example_question2", "training_runs", "outcomes", "pass_and_majority"}
PUBLISHED_REWARD_AUDIT = ["training.csv", "reward_forms.csv", "reward_facts.csv"]
# Figures that are about certain models, and are left out where a config has not got them.
MODELS_SHOWN = {
    "training_run_metrics": {"llama-grpo"},
    "grpo_vs_base": {"llama-base", "llama-grpo"},
    "gemma_vs_dpo": {"gemma-it", "gemma-dpo"},
}


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
