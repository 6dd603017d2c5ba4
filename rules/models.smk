# Base models: pre-trained by the DAG, or fetched. A model is tracked by its manifest, the hashes of its files.


rule pretrain:
    input:
        test="results/{experiment}/data/test.jsonl",
        code=pretraining_code,
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/pretrain/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/pretrain/{model}.tsv"
    wildcard_constraints:
        experiment=with_models("pretrain"),
    threads: cpus
    resources:
        gpu=gpus,
    params:
        settings=pretraining_settings,
    shell:
        "python -m finmath_grpo.models.pretrain --settings {params.settings:q} --test {input.test}"
        " --manifest {output.manifest} > {log} 2>&1"


rule fetch:
    input:
        code=code("finmath_grpo.models.fetch"),
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/fetch/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/fetch/{model}.tsv"
    wildcard_constraints:
        experiment=with_models("fetch"),
    retries: 2
    params:
        model=fetched_model,
    shell:
        "python -m finmath_grpo.models.fetch {params.model:q} --manifest {output.manifest} > {log} 2>&1"
