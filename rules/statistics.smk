# Tables from scores, logs and completions: figures and claims read these and nothing else.


rule statistics:
    input:
        tests=plan.tests,
        train="results/{experiment}/data/train.jsonl",
        scores="results/{experiment}/scores.csv",
        code=plan.code("statistics.from_scores"),
    output:
        expand("results/{{experiment}}/statistics/{table}.csv", table=paths.OF_SCORES),
    log:
        "results/{experiment}/logs/statistics.log",
    benchmark:
        "results/{experiment}/benchmarks/statistics.tsv"
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        settings=plan.settings("statistics"),
        models=plan.models,
        names=plan.test_names,
        runs=plan.runs,
    shell:
        job(
            "statistics.from_scores --settings {params.settings:q} --models {params.models}"
            " --runs {params.runs:q} --names {params.names} --tests {input.tests} --train {input.train} --scores {input.scores}"
            " --tables results/{wildcards.experiment}/statistics"
        )


rule pass_at_k_deep:
    input:
        test="results/{experiment}/data/test.jsonl",
        counts="results/{experiment}/deep.csv",
        code=plan.code("statistics.pass_at_k_deep"),
    output:
        table="results/{experiment}/statistics/pass_at_k_deep.csv",
    log:
        "results/{experiment}/logs/pass_at_k_deep.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        settings=plan.settings("statistics"),
        models=plan.deep_models,
    shell:
        job(
            "statistics.pass_at_k_deep --settings {params.settings:q} --models {params.models}"
            " --test {input.test} --counts {input.counts} --table {output.table}"
        )


rule training_table:
    input:
        logs=plan.logs,
        rollouts=plan.rollouts,
        code=plan.code("statistics.training_table"),
    output:
        table="results/{experiment}/statistics/training.csv",
        facts="results/{experiment}/statistics/reward_facts.csv",
    log:
        "results/{experiment}/logs/training_table.log",
    params:
        settings=plan.settings("statistics"),
    shell:
        job(
            "statistics.training_table --settings {params.settings:q} --logs {input.logs}"
            " --rollouts {input.rollouts} --table {output.table} --facts {output.facts}"
        )


rule training_cost:
    input:
        logs=plan.logs,
        rollouts=plan.rollouts,
        code=plan.code("statistics.training_cost"),
    output:
        "results/{experiment}/statistics/training_cost.csv",
    log:
        "results/{experiment}/logs/training_cost.log",
    params:
        settings=plan.settings("statistics"),
    shell:
        job(
            "statistics.training_cost --settings {params.settings:q} --logs {input.logs}"
            " --rollouts {input.rollouts} --table {output}"
        )


rule reward_audit:
    input:
        completions=plan.rollouts,
        code=plan.code("statistics.reward_audit"),
    output:
        audit="results/{experiment}/statistics/reward_audit.csv",
        forms="results/{experiment}/statistics/reward_forms.csv",
    log:
        "results/{experiment}/logs/reward_audit.log",
    shell:
        job("statistics.reward_audit --completions {input.completions} --audit {output.audit} --forms {output.forms}")


rule merge_table:
    input:
        checks=plan.merge_checks,
        code=plan.code("statistics.merge_table"),
    output:
        table="results/{experiment}/statistics/merge.csv",
    log:
        "results/{experiment}/logs/merge_table.log",
    shell:
        job("statistics.merge_table --checks {input.checks} --table {output.table}")


rule examples:
    input:
        test="results/{experiment}/data/test.jsonl",
        scores="results/{experiment}/scores.csv",
        completions=plan.completions_of_first_contrast,
        code=plan.code("statistics.examples"),
    output:
        examples="results/{experiment}/statistics/examples.json",
    log:
        "results/{experiment}/logs/examples.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        settings=plan.settings("statistics"),
        models=plan.models,
    shell:
        job(
            "statistics.examples --settings {params.settings:q} --models {params.models}"
            " --test {input.test} --scores {input.scores} --completions {input.completions}"
            " --examples {output.examples}"
        )


rule published_statistics:
    input:
        numbers=plan.numbers,
        code=plan.code("statistics.published"),
    output:
        expand("results/{{experiment}}/statistics/{table}.csv", table=paths.OF_THE_POST),
    log:
        "results/{experiment}/logs/statistics.log",
    wildcard_constraints:
        experiment=plan.kinds("published"),
    params:
        settings=plan.settings("statistics"),
        labels=plan.labels,
    shell:
        job(
            "statistics.published --settings {params.settings:q} --labels {params.labels:q}"
            " --numbers {input.numbers} --tables results/{wildcards.experiment}/statistics"
        )
