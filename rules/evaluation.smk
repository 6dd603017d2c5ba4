# Every model answers every test question at every temperature. That is dear; scoring is cheap, and its own stage.


rule generate:
    input:
        test="results/{experiment}/data/test.jsonl",
        weights=plan.weights,
    output:
        completions="results/{experiment}/completions/{model}.jsonl",
    log:
        "results/{experiment}/logs/generate/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/generate/{model}.tsv"
    threads: plan.cpus
    resources:
        gpu=plan.gpus,
    params:
        settings=plan.settings("evaluation"),
        prompt=plan.settings("prompt"),
        device=plan.device,
        code=plan.generation_code,
    shell:
        JOB + "evaluation.generate --settings {params.settings:q} --prompt {params.prompt:q} --device {params.device}"
        " --model {wildcards.model} --test {input.test} --weights {input.weights}"
        " --cache results/cache/completions --completions {output.completions}"


rule score:
    input:
        test="results/{experiment}/data/test.jsonl",
        completions=plan.completions,
        code=plan.code("evaluation.score"),
    output:
        scores="results/{experiment}/scores.csv",
    log:
        "results/{experiment}/logs/score.log",
    benchmark:
        "results/{experiment}/benchmarks/score.tsv"
    shell:
        JOB + "evaluation.score --test {input.test} --completions {input.completions} --scores {output.scores}"
