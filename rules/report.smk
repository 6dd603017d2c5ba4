# The page to read what the models wrote: results, claims, figures, completions, rollouts. The page of `published` has no
# completions and no rollouts, because the post published none.


PAGE = [f"src/finmath_grpo/report/{name}" for name in ("page.html.j2", "report.css", "report.js")]


rule report:
    input:
        test=plan.unless_published("results/{experiment}/data/test.jsonl"),
        scores=plan.unless_published("results/{experiment}/scores.csv"),
        completions=plan.completions_to_read,
        train=plan.training_questions,
        rollouts=plan.rollouts,
        claims="results/{experiment}/claims.json",
        tables=plan.tables_to_link,
        # Not ancient(): a figure to draw would then keep the page from being made again for a reason of its own.
        figures=plan.figures_to_link,
        page=PAGE,
        code=plan.code("report.build"),
    output:
        page="results/{experiment}/report/index.html",
        script="results/{experiment}/report/report.js",
        style="results/{experiment}/report/report.css",
    log:
        "results/{experiment}/logs/report.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
    params:
        models=plan.labels,
        runs=plan.runs,
        confidence=plan.confidence,
    shell:
        job(
            "report.build --experiment {wildcards.experiment} --models {params.models:q} --runs {params.runs:q}"
            " --confidence {params.confidence} --claims {input.claims} --tables {input.tables} --figures {input.figures}"
            " --test {input.test} --scores {input.scores} --completions {input.completions}"
            " --train {input.train} --rollouts {input.rollouts} --page {output.page}"
        )
