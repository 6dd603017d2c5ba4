# A run that is shipped as one file: what its GPU made, member by member. The rest is made as of any run.

from finmath_grpo.release.record import OF_MODELS, OF_RUN


rule unpack:
    input:
        record=record_of,
        code=code("finmath_grpo.release.record"),
    output:
        "results/{experiment}/{member}",
    log:
        "results/{experiment}/logs/unpack/{member}.log",
    wildcard_constraints:
        experiment=kinds("recorded"),
        member="|".join(name.replace(".", r"\.").replace("*", "[^/]+") for name in [*OF_RUN, *OF_MODELS]),
    shell:
        "python -m finmath_grpo.release.record unpack --record {input.record} --member {wildcards.member} --output {output} > {log} 2>&1"
