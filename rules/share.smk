# An experiment in the forms that other projects read: a target of its own, no part of any experiment. `push` uploads, by
# hand alone (docs/sharing.md).


rule export:
    input:
        tests=plan.tests,
        completions=plan.completions,
        scores="results/{experiment}/scores.csv",
        accuracy="results/{experiment}/statistics/accuracy.csv",
        claims="results/{experiment}/claims.json",
        weights=plan.manifests,
        trained=plan.of_trained,
        code=plan.code("sharing.export"),
        template="src/finmath_grpo/sharing/card.md.j2",
        shipped=["data/raw/asked/t1.jsonl", "data/raw/asked/t2.jsonl", "data/raw/asked/t3.jsonl"],
    output:
        manifest="results/{experiment}/export/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/export.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        names=plan.test_names,
        config=plan.shared_config,
    shell:
        job(
            "sharing.export --experiment {wildcards.experiment} --config {params.config:q} --names {params.names}"
            " --tests {input.tests} --completions {input.completions} --scores {input.scores}"
            " --accuracy {input.accuracy} --claims {input.claims} --manifests {input.weights}"
            " --manifest {output.manifest}"
        )
