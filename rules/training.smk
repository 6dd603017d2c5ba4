# Training of an adapter on a base model, and the merge with its proof.


rule grpo:
    input:
        plan.made_by("grpo"),
        train="results/{experiment}/data/train.jsonl",
        validation=plan.validation,
        base=plan.base,
    output:
        manifest="results/{experiment}/training/{model}/MANIFEST.sha256",
        log="results/{experiment}/training/{model}/log.csv",
        config="results/{experiment}/training/{model}/config.json",
        completions="results/{experiment}/training/{model}/completions.jsonl.zst",
    log:
        "results/{experiment}/logs/grpo/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/grpo/{model}.tsv"
    # The longest jobs first: the short ones fit beside them.
    priority: 1
    threads: needs.cpus_of_grpo
    resources:
        gpu=needs.gpus_of_grpo,
        mem_mb=needs.memory_mb_of_grpo,
        runtime=needs.minutes,
    params:
        module=plan.grpo_module,
        settings=plan.training_settings,
        code=plan.grpo_code,
    shell:
        gpu_job(
            "training.{params.module} --settings {params.settings:q} --code {params.code} --train {input.train}"
            " --validation {input.validation} --base {input.base} --cache results/cache/training"
            " --manifest {output.manifest} --log {output.log} --config {output.config} --completions {output.completions}"
        )


rule dpo:
    input:
        plan.made_by("dpo"),
        held_out=plan.held_out,
        base=plan.base,
    output:
        manifest="results/{experiment}/training/{model}/MANIFEST.sha256",
        log="results/{experiment}/training/{model}/log.csv",
        config="results/{experiment}/training/{model}/config.json",
        pairs="results/{experiment}/training/{model}/pairs.jsonl",
    log:
        "results/{experiment}/logs/dpo/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/dpo/{model}.tsv"
    threads: needs.cpus
    resources:
        gpu=needs.gpus,
        mem_mb=needs.memory_mb,
        runtime=needs.minutes,
    params:
        settings=plan.training_settings,
        code=plan.dpo_code,
    shell:
        gpu_job(
            "training.dpo --settings {params.settings:q} --code {params.code} --held-out {input.held_out}"
            " --base {input.base} --cache results/cache/training --manifest {output.manifest} --log {output.log}"
            " --config {output.config} --pairs {output.pairs}"
        )


rule merge:
    input:
        plan.made_by("grpo", "dpo"),
        train="results/{experiment}/data/train.jsonl",
        base=plan.base,
        adapter="results/{experiment}/training/{model}/MANIFEST.sha256",
        config="results/{experiment}/training/{model}/config.json",
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
        check="results/{experiment}/models/{model}/merge_check.json",
    log:
        "results/{experiment}/logs/merge/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/merge/{model}.tsv"
    threads: needs.cpus
    resources:
        gpu=needs.gpus,
        mem_mb=needs.memory_mb,
        runtime=needs.minutes,
    params:
        settings=plan.settings("merge"),
        prompt=plan.settings("prompt"),
        device=plan.device,
        code=plan.fingerprint("training.merge"),
    shell:
        gpu_job(
            "training.merge --settings {params.settings:q} --prompt {params.prompt:q} --device {params.device}"
            " --code {params.code}"
            " --train {input.train} --base {input.base} --adapter {input.adapter} --config {input.config}"
            " --manifest {output.manifest} --check {output.check}"
        )
