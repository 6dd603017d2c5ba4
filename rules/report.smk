# The page to read what the models wrote: results, claims, figures, completions, rollouts. The page of `published` has no
# completions and no rollouts, because the post published none. All that it loads is a target of its experiment, so that
# a file that was deleted is made again, but for `report/data/run.js`: no rule makes it (report/record.py).


rule report_texts:
    input:
        test="results/{experiment}/data/test.jsonl",
        scores="results/{experiment}/scores.csv",
        completions=plan.completions_to_read,
        train=plan.training_questions,
        rollouts=plan.rollouts,
        code=plan.code("report.texts"),
    output:
        paths.report_texts("{experiment}"),
    log:
        "results/{experiment}/logs/report_texts.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "recorded"),
    params:
        models=plan.labels,
        data="results/{experiment}/report/data",
    shell:
        job(
            "report.texts --models {params.models:q} --test {input.test} --scores {input.scores}"
            " --completions {input.completions} --train {input.train} --rollouts {input.rollouts} --data {params.data}"
        )


rule report_scripts:
    input:
        parts=plan.page_sources("script/*.js", "report.css"),
        code=plan.code("report.scripts"),
    output:
        script="results/{experiment}/report/report.js",
        style="results/{experiment}/report/report.css",
    log:
        "results/{experiment}/logs/report_scripts.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
    shell:
        job("report.scripts --script {output.script} --style {output.style}")


rule report:
    input:
        test=plan.unless_published("results/{experiment}/data/test.jsonl"),
        scores=plan.unless_published("results/{experiment}/scores.csv"),
        completions=plan.completions_to_read,
        train=plan.training_questions,
        rollouts=plan.rollouts,
        claims="results/{experiment}/claims.json",
        claim_list="data/claims.yaml",
        tables=plan.tables_to_link,
        # Not ancient(): a figure to draw would then keep the page from being made again for a reason of its own.
        figures=plan.figures_to_link,
        audit=plan.if_run("results/{experiment}/data/audit.json"),
        overlaps=plan.if_run("results/{experiment}/data/contamination.json"),
        merges=plan.merge_checks,
        loaded=plan.loaded_by_page,
        page=plan.page_sources("page.html.j2"),
        code=plan.code("report.build"),
    output:
        page="results/{experiment}/report/index.html",
    log:
        "results/{experiment}/logs/report.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
    params:
        models=plan.labels,
        runs=plan.runs,
        confidence=plan.confidence,
        kind=plan.kind,
    shell:
        job(
            "report.build --experiment {wildcards.experiment} --kind {params.kind} --models {params.models:q}"
            " --runs {params.runs:q}"
            " --confidence {params.confidence} --claims {input.claims} --claim-list {input.claim_list}"
            " --tables {input.tables} --figures {input.figures}"
            " --test {input.test} --scores {input.scores} --completions {input.completions}"
            " --train {input.train} --rollouts {input.rollouts}"
            " --audit {input.audit} --overlaps {input.overlaps} --merges {input.merges} --page {output.page}"
        )
