# Tables from scores, logs and completions: figures and claims read these and nothing else.
# `published` has the same tables, as far as the post's numbers go; `recorded` ships scores and what is made of training.


rule statistics:
    input:
        test="results/{experiment}/data/test.jsonl",
        scores="results/{experiment}/scores.csv",
        code=plan.code("statistics.from_scores"),
    output:
        accuracy="results/{experiment}/statistics/accuracy.csv",
        any_temperature="results/{experiment}/statistics/any_temperature.csv",
        solved="results/{experiment}/statistics/solved.csv",
        outcomes="results/{experiment}/statistics/outcomes.csv",
        disagreement="results/{experiment}/statistics/disagreement.csv",
        contrasts="results/{experiment}/statistics/contrasts.csv",
        power="results/{experiment}/statistics/power.csv",
        pass_and_majority="results/{experiment}/statistics/pass_and_majority.csv",
        agreement="results/{experiment}/statistics/agreement.csv",
        panel="results/{experiment}/statistics/panel.csv",
        temperature_effect="results/{experiment}/statistics/temperature_effect.csv",
    log:
        "results/{experiment}/logs/statistics.log",
    benchmark:
        "results/{experiment}/benchmarks/statistics.tsv"
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        settings=plan.settings("statistics"),
        models=plan.models,
    shell:
        JOB + "statistics.from_scores --settings {params.settings:q} --models {params.models}"
        " --test {input.test} --scores {input.scores} --tables $(dirname {output.accuracy})"


rule training_table:
    input:
        logs=plan.logs,
        code=plan.code("statistics.training_table"),
    output:
        table="results/{experiment}/statistics/training.csv",
        facts="results/{experiment}/statistics/reward_facts.csv",
    log:
        "results/{experiment}/logs/training_table.log",
    params:
        settings=plan.settings("statistics"),
    shell:
        JOB + "statistics.training_table --settings {params.settings:q} --logs {input.logs}"
        " --table {output.table} --facts {output.facts}"


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
        JOB + "statistics.reward_audit --completions {input.completions}"
        " --audit {output.audit} --forms {output.forms}"


rule merge_table:
    input:
        checks=plan.merge_checks,
        code=plan.code("statistics.merge_table"),
    output:
        table="results/{experiment}/statistics/merge.csv",
    log:
        "results/{experiment}/logs/merge_table.log",
    shell:
        "python -m finmath_grpo.workflow.job --log {log} --outputs {output} --"
        " finmath_grpo.statistics.merge_table --checks {input.checks} --table {output.table}"


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
    params:
        settings=plan.settings("statistics"),
        models=plan.models,
    shell:
        JOB + "statistics.examples --settings {params.settings:q} --models {params.models}"
        " --test {input.test} --scores {input.scores} --completions {input.completions}"
        " --examples {output.examples}"


rule published_statistics:
    input:
        numbers=plan.numbers,
        code=plan.code("statistics.published"),
    output:
        accuracy="results/{experiment}/statistics/accuracy.csv",
        any_temperature="results/{experiment}/statistics/any_temperature.csv",
        solved="results/{experiment}/statistics/solved.csv",
        contrasts="results/{experiment}/statistics/contrasts.csv",
        power="results/{experiment}/statistics/power.csv",
        agreement="results/{experiment}/statistics/agreement.csv",
        panel="results/{experiment}/statistics/panel.csv",
        temperature_effect="results/{experiment}/statistics/temperature_effect.csv",
        training="results/{experiment}/statistics/training.csv",
        reward_facts="results/{experiment}/statistics/reward_facts.csv",
        reward_forms="results/{experiment}/statistics/reward_forms.csv",
    log:
        "results/{experiment}/logs/statistics.log",
    wildcard_constraints:
        experiment=plan.kinds("published"),
    params:
        settings=plan.settings("statistics"),
        labels=plan.labels,
    shell:
        JOB + "statistics.published --settings {params.settings:q} --labels {params.labels:q}"
        " --numbers {input.numbers} --tables $(dirname {output.accuracy})"
