# A run that is shipped as one file: what its GPU made, member by member. The rest is made as of any run. So the texts are
# scored once more here: scores that contradict the texts, or were made by an older scorer, can't pass.

from finmath_grpo.release.record import DEEP, OF_RUN, OF_TESTS


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
        member="|".join(name.replace(".", r"\.").replace("*", "[^/]+") for name in [*OF_RUN, *OF_TESTS, DEEP]),
    shell:
        job("release.record unpack --record {input.record} --members {wildcards.member} --outputs {output}")


# The texts of all models go together: each file costs a start of Python, and whoever reads one needs them all.
for experiment in plan.recorded():
    for kind, members in plan.recorded_texts(experiment).items():

        rule:
            name:
                f"unpack_{kind}_of_{experiment}"
            input:
                record=experiments[experiment].record,
                code=plan.code("release.record"),
            output:
                [f"results/{experiment}/{member}" for member in members],
            log:
                f"results/{experiment}/logs/unpack/{kind}.log",
            localrule: True
            params:
                members=members,
            shell:
                job("release.record unpack --record {input.record} --members {params.members} --outputs {output}")
