# Base models: pre-trained by the DAG, fetched, or from a folder. A model is tracked by its manifest, the hashes of its files.


rule pretrain:
    input:
        plan.made_by("pretrain"),
        held_out=plan.held_out,
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/pretrain/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/pretrain/{model}.tsv"
    # Before all others: it has its GPU to itself, and all that comes after it shares. Snakemake adds up the priorities of
    # jobs that fit at once: with 2, pre-training waited for two GRPO jobs side by side.
    priority: 100
    threads: needs.cpus
    resources:
        gpu=needs.all_jobs_of_a_gpu,
        mem_mb=needs.memory_mb,
        runtime=needs.minutes,
    params:
        settings=plan.pretraining_settings,
        code=plan.pretraining_code,
    shell:
        gpu_job(
            "models.pretrain --settings {params.settings:q} --code {params.code} --held-out {input.held_out}"
            " --cache results/cache/models --manifest {output.manifest}",
            alone=True,
        )


rule fetch:
    input:
        plan.made_by("fetch"),
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/fetch/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/fetch/{model}.tsv"
    params:
        model=plan.fetched_model,
        locked=plan.locked_model,
        code=plan.fingerprint("models.fetch"),
    shell:
        "HF_HUB_OFFLINE=0 "
        + job(
            "models.fetch {params.model:q} --locked {params.locked:q} --code {params.code}"
            " --cache results/cache/hub --manifest {output.manifest}"
        )


rule folder:
    input:
        plan.files_of_folder,
    output:
        manifest="results/{experiment}/models/{model}/MANIFEST.sha256",
    log:
        "results/{experiment}/logs/folder/{model}.log",
    params:
        folder=plan.folder,
        code=plan.fingerprint("models.folder"),
    shell:
        job("models.folder --folder {params.folder:q} --code {params.code} --manifest {output.manifest}")
