# The page on which one can read what the models wrote: results, claims, figures, completions, rollouts.
# What `published` has not, completions and rollouts, its page does not show.


PAGE = [f"src/finmath_grpo/report/{name}" for name in ("page.html.j2", "report.css", "report.js")]


rule report:
    input:
        test=unless_published("results/{experiment}/data/test.jsonl"),
        scores=unless_published("results/{experiment}/scores.csv"),
        completions=completions_to_read,
        train=training_questions,
        rollouts=completions_of_grpo,
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
        models=labels,
        confidence=confidence,
    shell:
        "python -m finmath_grpo.report.build --experiment {wildcards.experiment} --models {params.models:q}"
        " --confidence {params.confidence} --claims {input.claims} --tables {input.tables} --figures {input.figures}"
        " --test {input.test} --scores {input.scores} --completions {input.completions}"
        " --train {input.train} --rollouts {input.rollouts} --page {output.page} > {log} 2>&1"
