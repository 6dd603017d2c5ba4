# Raw questions are cleaned, then split; the committed test ids beside a raw file hold the split in place.
# Both run again only where their rows would differ: the planner cleans too (workflow/cutoff.py).


rule clean:
    input:
        raw=plan.raw_to_clean,
    output:
        questions="results/{experiment}/data/questions.jsonl",
        rejected="results/{experiment}/data/rejected.jsonl",
    log:
        "results/{experiment}/logs/clean.log",
    benchmark:
        "results/{experiment}/benchmarks/clean.tsv"
    params:
        rows=plan.cleaned_rows,
    shell:
        job("questions.clean --raw {input.raw} --questions {output.questions} --rejected {output.rejected}")


rule clean_test:
    input:
        raw=plan.raw_of_test_to_clean,
    output:
        questions="results/{experiment}/data/{test}.jsonl",
        rejected="results/{experiment}/data/{test}-rejected.jsonl",
    log:
        "results/{experiment}/logs/clean/{test}.log",
    benchmark:
        "results/{experiment}/benchmarks/clean/{test}.tsv"
    wildcard_constraints:
        test="t2|t3|v",
    params:
        rows=plan.cleaned_rows_of_test,
    shell:
        job("questions.clean --raw {input.raw} --questions {output.questions} --rejected {output.rejected}")


rule audit:
    input:
        raw=plan.raw,
        questions="results/{experiment}/data/questions.jsonl",
        rejected="results/{experiment}/data/rejected.jsonl",
        code=plan.code("questions.audit"),
    output:
        audit="results/{experiment}/data/audit.json",
    log:
        "results/{experiment}/logs/audit.log",
    benchmark:
        "results/{experiment}/benchmarks/audit.tsv"
    shell:
        job(
            "questions.audit --raw {input.raw} --questions {input.questions} --rejected {input.rejected}"
            " --audit {output.audit}"
        )


rule split:
    input:
        questions="results/{experiment}/data/questions.jsonl",
        committed=ancient(plan.committed_test_ids),
    output:
        train="results/{experiment}/data/train.jsonl",
        test="results/{experiment}/data/test.jsonl",
    log:
        "results/{experiment}/logs/split.log",
    benchmark:
        "results/{experiment}/benchmarks/split.tsv"
    params:
        settings=plan.settings("split"),
        rows=plan.split_rows,
    shell:
        job(
            "questions.split --settings {params.settings:q} --questions {input.questions}"
            " --train {output.train} --test {output.test} --committed {input.committed}"
        )


rule contamination:
    input:
        train="results/{experiment}/data/train.jsonl",
        tests=plan.held_out,
        code=plan.code("questions.contamination"),
    output:
        contamination="results/{experiment}/data/contamination.json",
    log:
        "results/{experiment}/logs/contamination.log",
    benchmark:
        "results/{experiment}/benchmarks/contamination.tsv"
    params:
        names=plan.held_out_names,
    shell:
        job(
            "questions.contamination --train {input.train} --names {params.names} --tests {input.tests}"
            " --contamination {output.contamination}"
        )
