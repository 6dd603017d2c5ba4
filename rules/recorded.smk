# A run that is shipped as one file: unpacked, then the same statistics, claims and figures as of any run.


rule unpack:
    input:
        record=record_of,
        code=code("finmath_grpo.record"),
    output:
        test="results/{experiment}/data/test.jsonl",
        scores="results/{experiment}/scores.csv",
        training="results/{experiment}/statistics/training.csv",
        reward_facts="results/{experiment}/statistics/reward_facts.csv",
        reward_audit="results/{experiment}/statistics/reward_audit.csv",
        reward_forms="results/{experiment}/statistics/reward_forms.csv",
        examples="results/{experiment}/statistics/examples.json",
    log:
        "results/{experiment}/logs/unpack.log",
    wildcard_constraints:
        experiment=kinds("recorded"),
    shell:
        "python -m finmath_grpo.record unpack --record {input.record} --directory $(dirname {output.scores}) > {log} 2>&1"
