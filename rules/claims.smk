# The sentences of the post, held against the tables: of a run, of the record, or of the post's own numbers.
# Some of them need the completions of each question by itself, which the statistics don't keep.


rule by_question:
    input:
        test="results/{experiment}/data/test.jsonl",
        scores="results/{experiment}/scores.csv",
        code=plan.code("claims.by_question"),
    output:
        table="results/{experiment}/statistics/by_question.csv",
    log:
        "results/{experiment}/logs/by_question.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        models=plan.models,
    shell:
        job(
            "claims.by_question --models {params.models} --test {input.test} --scores {input.scores}"
            " --table {output.table}"
        )


rule forms_by_question:
    input:
        completions=plan.rollouts,
        code=plan.code("claims.forms_by_question"),
    output:
        table="results/{experiment}/statistics/forms_by_question.csv",
    log:
        "results/{experiment}/logs/forms_by_question.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    shell:
        job("claims.forms_by_question --completions {input.completions} --table {output.table}")


rule claims:
    input:
        claims="data/claims.yaml",
        tables=plan.tables_of_claims,
        overlaps=plan.if_run("results/{experiment}/data/contamination.json"),
        code=plan.code("claims.evaluate"),
    output:
        json="results/{experiment}/claims.json",
        markdown="results/{experiment}/claims.md",
    log:
        "results/{experiment}/logs/claims.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
    params:
        settings=plan.settings("statistics"),
        kind=plan.kind,
        run_counts=plan.run_counts,
    shell:
        job(
            "claims.evaluate --claims {input.claims} --tables {input.tables} --overlaps {input.overlaps}"
            " --settings {params.settings:q} --run-counts {params.run_counts:q}"
            " --experiment {wildcards.experiment} --kind {params.kind}"
            " --json {output.json} --markdown {output.markdown}"
        )
