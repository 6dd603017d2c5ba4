# Figures. finmath_grpo.figures.catalogue lists them: one entry per figure.
# A figure depends on its tables, the modules that draw it, its entry and the experiment's look, and on nothing else.

from finmath_grpo.figures.catalogue import FIGURES


rule figure:
    input:
        tables=plan.figure_tables,
        plotlyjs="results/{experiment}/figures/plotly.min.js",
        code=plan.figure_code,
    output:
        png=report(
            "results/{experiment}/figures/{figure}.png",
            caption="captions/figure.rst",
            category=lambda wildcards: FIGURES[wildcards.figure].group,
            subcategory="{experiment}",
            labels=lambda wildcards: {"figure": FIGURES[wildcards.figure].title},
        ),
        html="results/{experiment}/figures/{figure}.html",
    log:
        "results/{experiment}/logs/figures/{figure}.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
        figure="|".join(FIGURES),
    params:
        entry=plan.figure_entry,
        look=plan.look,
    shell:
        job(
            "figures.draw --entry {params.entry:q} --look {params.look:q}"
            " --experiment {wildcards.experiment} --tables {input.tables}"
            " --png {output.png} --html {output.html}"
        )


# The script that all HTML figures of an experiment load.
rule plotlyjs:
    input:
        code=plan.code("figures.plotlyjs"),
    output:
        script="results/{experiment}/figures/plotly.min.js",
    log:
        "results/{experiment}/logs/figures/plotlyjs.log",
    wildcard_constraints:
        experiment=plan.kinds("run", "published", "recorded"),
    shell:
        job("figures.plotlyjs --output {output.script}")
