# Every model answers every test question at every temperature: dear. Scoring the answers: cheap, and its own stage.


rule generate:
    input:
        test="results/{experiment}/data/test.jsonl",
        weights=weights,
        code=code("finmath_grpo.evaluation.generate"),
    output:
        completions="results/{experiment}/completions/{model}.jsonl",
    log:
        "results/{experiment}/logs/generate/{model}.log",
    benchmark:
        "results/{experiment}/benchmarks/generate/{model}.tsv"
    threads: cpus
    resources:
        gpu=gpus,
    params:
        settings=settings("evaluation"),
        prompt=settings("prompt"),
        device=device,
    shell:
        "python -m finmath_grpo.evaluation.generate --settings {params.settings:q} --prompt {params.prompt:q}"
        " --device {params.device} --model {wildcards.model} --test {input.test} --weights {input.weights}"
        " --cache results/cache/completions --completions {output.completions} > {log} 2>&1"


rule score:
    input:
        test="results/{experiment}/data/test.jsonl",
        completions=completions_of_all_models,
        code=code("finmath_grpo.evaluation.score"),
    output:
        scores="results/{experiment}/scores.csv",
    log:
        "results/{experiment}/logs/score.log",
    benchmark:
        "results/{experiment}/benchmarks/score.tsv"
    shell:
        "python -m finmath_grpo.evaluation.score --test {input.test} --completions {input.completions}"
        " --scores {output.scores} > {log} 2>&1"
