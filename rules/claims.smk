# The sentences of the post, held against the tables: of a run, of the record, or of the post's own numbers.

PUBLISHED_TABLES = [
    "accuracy",
    "any_temperature",
    "contrasts",
    "panel",
    "reward_facts",
    "temperature_effect",
]
TABLES = [*PUBLISHED_TABLES, "disagreement", "outcomes", "pass_and_majority", "reward_audit"]


rule claims:
    input:
        claims="data/claims.yaml",
        tables=tables_of_claims,
        code=code("finmath_grpo.claims.evaluate"),
    output:
        json="results/{experiment}/claims.json",
        markdown="results/{experiment}/claims.md",
    log:
        "results/{experiment}/logs/claims.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    shell:
        "python -m finmath_grpo.claims.evaluate --claims {input.claims} --tables {input.tables}"
        " --experiment {wildcards.experiment} --json {output.json} --markdown {output.markdown} > {log} 2>&1"
