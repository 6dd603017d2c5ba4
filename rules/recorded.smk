# A run that is shipped as one file: what its GPU made, member by member. The rest is made as of any run.

from finmath_grpo.release.record import OF_MODELS, OF_RUN


rule unpack:
    input:
        record=plan.record,
        code=plan.code("release.record"),
    output:
        "results/{experiment}/{member}",
    log:
        "results/{experiment}/logs/unpack/{member}.log",
    wildcard_constraints:
        experiment=plan.kinds("recorded"),
        member="|".join(name.replace(".", r"\.").replace("*", "[^/]+") for name in [*OF_RUN, *OF_MODELS]),
    shell:
        JOB + "release.record unpack --record {input.record} --member {wildcards.member} --output {output}"
