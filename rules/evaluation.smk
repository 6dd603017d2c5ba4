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
    threads: plan.cpus
    resources:
        gpu=plan.gpus_of_generation,
        mem_mb=plan.memory_mb,
        runtime=plan.minutes,
    params:
        settings=plan.evaluation_settings,
        prompt=plan.settings("prompt"),
        device=plan.device,
        code=plan.generation_code,
    shell:
        gpu_job(
            "evaluation.generate --settings {params.settings:q} --prompt {params.prompt:q} --device {params.device}"
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
