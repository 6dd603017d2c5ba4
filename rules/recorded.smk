# A run that is shipped as one file: what its GPU made, member by member. The rest is made as of any run.


rule unpack:
    input:
        record=record_of,
        code=code("finmath_grpo.record"),
    output:
        "results/{experiment}/{member}",
    log:
        "results/{experiment}/logs/unpack/{member}.log",
    wildcard_constraints:
        experiment=kinds("recorded"),
        member="|".join(
            [
                r"data/(test|train)\.jsonl",
                r"scores\.csv",
                r"statistics/(training|reward_facts|reward_audit|reward_forms)\.csv",
                r"statistics/examples\.json",
                r"completions/[^/]+\.jsonl",
                r"training/[^/]+/completions\.jsonl\.zst",
            ]
        ),
    shell:
        "python -m finmath_grpo.record unpack --record {input.record} --member {wildcards.member} --output {output} > {log} 2>&1"
