# Every model answers every test question, which takes long. Scoring takes seconds, so it is a stage of its own.


rule generate:
    input:
        tests=plan.tests,
        weights=plan.weights,
    output:
        completions="results/{experiment}/completions/{model}.jsonl",
    log:
        "results/{experiment}/logs/generate/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/generate/{model}.tsv"
    threads: needs.cpus
    resources:
        gpu=needs.gpus_of_generation,
        mem_mb=needs.memory_mb,
        runtime=needs.minutes,
    params:
        settings=plan.evaluation_settings,
        prompt=plan.settings("prompt"),
        device=plan.device,
        code=plan.sampling_code("evaluation.generate"),
    shell:
        gpu_job(
            "evaluation.generate --settings {params.settings:q} --prompt {params.prompt:q} --device {params.device}"
            " --code {params.code}"
            " --model {wildcards.model} --tests {input.tests} --weights {input.weights}"
            " --cache results/cache/completions --completions {output.completions}"
        )


rule score:
    input:
        tests=plan.tests,
        completions=plan.completions,
        code=plan.code("evaluation.score"),
    output:
        scores="results/{experiment}/scores.csv",
    log:
        "results/{experiment}/logs/score.log",
    benchmark:
        "results/{experiment}/benchmarks/score.tsv"
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        names=plan.test_names,
    shell:
        job(
            "evaluation.score --names {params.names} --tests {input.tests} --completions {input.completions}"
            " --scores {output.scores}"
        )


# Many completions by a few models, for pass@k at large k: only with the section `deep`. A job samples some of them of
# every question, from number `first` on. The texts stay here.
rule sample_deep:
    input:
        test="results/{experiment}/data/test.jsonl",
        weights=plan.weights,
        part=plan.deep_part,
    output:
        completions="results/{experiment}/deep/{model}.{first}.jsonl.zst",
    log:
        "results/{experiment}/logs/sample_deep/{model}.{first}.log",
    benchmark:
        "results/{experiment}/benchmarks/sample_deep/{model}.{first}.tsv"
    wildcard_constraints:
        first="[0-9]+",
    threads: needs.cpus
    resources:
        gpu=needs.gpus_of_generation,
        mem_mb=needs.memory_mb,
        runtime=needs.minutes,
    params:
        settings=plan.deep_settings,
        prompt=plan.settings("prompt"),
        device=plan.device,
        code=plan.sampling_code("evaluation.deep"),
    shell:
        gpu_job(
            "evaluation.deep --settings {params.settings:q} --prompt {params.prompt:q} --device {params.device}"
            " --code {params.code}"
            " --model {wildcards.model} --first {wildcards.first} --test {input.test} --weights {input.weights}"
            " --cache results/cache/completions --completions {output.completions}"
        )


rule count_deep:
    input:
        test="results/{experiment}/data/test.jsonl",
        completions=plan.deep_completions,
        code=plan.code("evaluation.deep_counts"),
    output:
        counts="results/{experiment}/deep.csv",
    log:
        "results/{experiment}/logs/count_deep.log",
    benchmark:
        "results/{experiment}/benchmarks/count_deep.tsv"
    params:
        models=plan.deep_models,
    shell:
        job(
            "evaluation.deep_counts --models {params.models} --test {input.test}"
            " --completions {input.completions} --counts {output.counts}"
        )
