# From raw questions to every figure: the experiment of the post "Training LLaMA-3-8B on Math Questions" as one DAG.
# The stages are the files of rules/, listed below with what they make. Each rule runs one module of src/finmath_grpo.
# What its job gets, inputs and settings, is a method of `plan` (src/finmath_grpo/workflow/plan.py); what the job asks of
# the machine, one of `needs` (resources.py beside it).

import gc
import os
import sys
from pathlib import Path

from snakemake.utils import min_version

# Tried with 9.27 (tests/unit/test_machine.py); rules/machine.smk reads some of its internals.
min_version("9.20")

if not Path("Snakefile").is_file():
    sys.exit("error: run snakemake in the project's root folder (where the Snakefile is)")
if config:
    sys.exit("error: settings live in config/{experiment}.yaml; copy one to config/mine.yaml and build `mine`")
sys.path.insert(0, "src")
# The libraries are no garbage, nor is the plan: to look through them took a tenth of what a plan takes each.
gc.freeze()
gc.set_threshold(50_000)

from finmath_grpo.errors import check_encoding, in_words
from finmath_grpo.workflow import command, console, environment, hold, machine, paths
from finmath_grpo.workflow.artifacts import artifacts, may_be, targets
from finmath_grpo.workflow.experiments import load_all
from finmath_grpo.workflow.plan import Plan
from finmath_grpo.workflow.question_files import check_questions
from finmath_grpo.workflow.resources import JobResources
from finmath_grpo.workflow.shell import gpu_job, job

environment.set_for_jobs()
# Metadata lives with the results, so that the two are mounted, moved and archived together.
with in_words():
    check_encoding()
    hold.metadata_folder(Path("results"))
    hold.check_link(Path("results"))
    experiments, broken = load_all(Path("config"))
    DEFAULT, WHY = command.default_experiment({**experiments, **broken}, os.environ, machine.gpu_visible())
if DEFAULT not in experiments:
    broken.setdefault(DEFAULT, f"config/{DEFAULT}.yaml: no such file; put it back, or name what to build")
if workflow.is_main_process:
    COMMAND = command.parsed(sys.argv[1:])
    if message := command.refusal(broken, [DEFAULT] if COMMAND.leaves_target else COMMAND.targets):
        sys.exit(f"error: {message}")
plan, needs = Plan(experiments), JobResources(experiments)


# Only with `--sdm apptainer`; made by `apptainer build finmath-grpo.sif docker-daemon://finmath-grpo:latest`.
container: "finmath-grpo.sif"


include: "rules/machine.smk"


wildcard_constraints:
    experiment=plan.kinds("run"),
    model="[a-z0-9-]+",


# What each makes in results/{experiment}:
include: "rules/questions.smk"  # data/
include: "rules/models.smk"  # models/, those that others are trained from
include: "rules/training.smk"  # training/, and models/ of what was trained
include: "rules/evaluation.smk"  # completions/, scores.csv; deep/, deep.csv
include: "rules/recorded.smk"  # the same files of a finished run, out of its record
include: "rules/statistics.smk"  # statistics/, but for the two tables of claims.smk
include: "rules/figures.smk"  # figures/
include: "rules/claims.smk"  # claims.json, claims.md; statistics/by_question.csv, forms_by_question.csv
include: "rules/report.smk"  # report/
include: "rules/share.smk"  # export/, of no experiment's targets


rule all:
    default_target: True
    input:
        artifacts(DEFAULT, experiments[DEFAULT]) if DEFAULT in experiments else broken[DEFAULT],
    localrule: True


# Each experiment is a target by its name: `snakemake --cores all published`.
for experiment in experiments:

    rule:
        name:
            experiment
        input:
            artifacts(experiment, experiments[experiment]),
        localrule: True


if workflow.is_main_process:
    if message := command.misspelt(
        COMMAND.targets,
        [rule.name for rule in workflow.rules if not rule.has_wildcards()],
        [file for experiment in experiments for file in targets(experiment, experiments[experiment])],
        lambda target: may_be(target, experiments) and any(rule.is_producer(target) for rule in workflow.rules),
    ):
        sys.exit(f"error: {message}")
    with in_words():
        for experiment in command.asked_for(COMMAND.targets, experiments, DEFAULT):
            check_questions(experiment, experiments[experiment])
