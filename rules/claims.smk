# The sentences of the post, held against the tables: of a run, of the record, or of the post's own numbers.


rule claims:
    input:
        claims="data/claims.yaml",
        tables=plan.tables_of_claims,
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
    shell:
        JOB + "claims.evaluate --claims {input.claims} --tables {input.tables} --settings {params.settings:q}"
        " --experiment {wildcards.experiment} --json {output.json} --markdown {output.markdown}"
