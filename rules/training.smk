# Training of an adapter on a base model, and the merge with its proof.


rule grpo:
    input:
        train="results/{experiment}/data/train.jsonl",
        base=base_manifest,
        code=grpo_code,
    output:
        manifest="results/{experiment}/training/{model}/MANIFEST.sha256",
        log="results/{experiment}/training/{model}/log.csv",
        config="results/{experiment}/training/{model}/config.json",
        completions="results/{experiment}/training/{model}/completions.jsonl.zst",
    log:
        "results/{experiment}/logs/grpo/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/grpo/{model}.tsv"
    wildcard_constraints:
        experiment=with_models("grpo"),
    threads: cpus
    resources:
        gpu=gpus,
    params:
        module=grpo_module,
        settings=training_settings,
    shell:
        "python -m {params.module} --settings {params.settings:q} --train {input.train} --base {input.base}"
        " --cache results/cache/training --manifest {output.manifest} --log {output.log} --config {output.config} --completions {output.completions}"
        " > {log} 2>&1"


rule dpo:
    input:
        test="results/{experiment}/data/test.jsonl",
        base=base_manifest,
        code=dpo_code,
    output:
        manifest="results/{experiment}/training/{model}/MANIFEST.sha256",
        log="results/{experiment}/training/{model}/log.csv",
        config="results/{experiment}/training/{model}/config.json",
        pairs="results/{experiment}/training/{model}/pairs.jsonl",
    log:
        "results/{experiment}/logs/dpo/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/dpo/{model}.tsv"
    wildcard_constraints:
        experiment=with_models("dpo"),
    threads: cpus
    resources:
        gpu=gpus,
    params:
        settings=training_settings,
    shell:
        "python -m finmath_grpo.training.dpo --settings {params.settings:q} --test {input.test} --base {input.base}"
        " --cache results/cache/training --manifest {output.manifest} --log {output.log} --config {output.config} --pairs {output.pairs} > {log} 2>&1"


rule merge:
    input:
        train="results/{experiment}/data/train.jsonl",
        base=base_manifest,
        adapter=adapter_manifest,
        config="results/{experiment}/training/{model}/config.json",
        code=code("finmath_grpo.training.merge"),
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
        check="results/{experiment}/models/{model}/merge_check.json",
    log:
        "results/{experiment}/logs/merge/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/merge/{model}.tsv"
    wildcard_constraints:
        experiment=with_models("grpo", "dpo"),
    threads: cpus
    resources:
        gpu=gpus,
    params:
        settings=settings("merge"),
        prompt=settings("prompt"),
        device=device,
    shell:
        "python -m finmath_grpo.training.merge --settings {params.settings:q} --prompt {params.prompt:q}"
        " --device {params.device} --train {input.train} --base {input.base} --adapter {input.adapter}"
        " --config {input.config} --manifest {output.manifest} --check {output.check} > {log} 2>&1"
