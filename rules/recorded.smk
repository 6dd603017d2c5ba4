# A run that is shipped as one file: what its GPU made, member by member. The rest is made as of any run. So the texts are
# scored once more here: scores that contradict the texts, or were made by an older scorer, can't pass.

from finmath_grpo.release.record import DEEP, OF_MODELS, OF_RUN, OF_TESTS


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
        member="|".join(
            name.replace(".", r"\.").replace("*", "[^/]+") for name in [*OF_RUN, *OF_TESTS, DEEP, *OF_MODELS]
        ),
    shell:
        job("release.record unpack --record {input.record} --member {wildcards.member} --output {output}")
