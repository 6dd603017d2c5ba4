# Raw questions are cleaned, then split; the committed test ids beside a raw file, if it has them, hold the split in place.


rule clean:
    input:
        raw=raw_questions,
        code=code("finmath_grpo.questions.clean"),
    output:
        questions="results/{experiment}/data/questions.jsonl",
        rejected="results/{experiment}/data/rejected.jsonl",
        audit="results/{experiment}/data/audit.json",
    log:
        "results/{experiment}/logs/clean.log",
    benchmark:
        "results/{experiment}/benchmarks/clean.tsv"
    shell:
        "python -m finmath_grpo.questions.clean --raw {input.raw} --questions {output.questions}"
        " --rejected {output.rejected} --audit {output.audit} > {log} 2>&1"


rule split:
    input:
        questions="results/{experiment}/data/questions.jsonl",
        committed=committed_test_ids,
        code=code("finmath_grpo.questions.split"),
    output:
        train="results/{experiment}/data/train.jsonl",
        test="results/{experiment}/data/test.jsonl",
        contamination="results/{experiment}/data/contamination.json",
    log:
        "results/{experiment}/logs/split.log",
    benchmark:
        "results/{experiment}/benchmarks/split.tsv"
    params:
        settings=settings("split"),
    shell:
        "python -m finmath_grpo.questions.split --settings {params.settings:q} --questions {input.questions}"
        " --train {output.train} --test {output.test} --contamination {output.contamination}"
        " --committed {input.committed} > {log} 2>&1"
