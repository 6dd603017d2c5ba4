# From raw questions to every figure: the experiment of the post "Training LLaMA-3-8B on Math Questions" as one DAG.
# The stages are the files of rules/, in this order. Each rule runs one module of src/finmath_grpo; what a job gets, its
# inputs and settings, is a method of `plan` (src/finmath_grpo/workflow/plan.py).

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
# The libraries are no garbage: to look through them took a tenth of what a plan takes.
gc.freeze()

from finmath_grpo import gpu_environment
from finmath_grpo.errors import check_encoding, in_words
from finmath_grpo.workflow import command, console, environment, experiments, hold, machine, paths
from finmath_grpo.workflow.plan import Plan
from finmath_grpo.workflow.shell import gpu_job, job

# Jobs run under the interpreter that runs Snakemake and import the sources of this checkout.
for variable, first in {"PATH": Path(sys.executable).parent, "PYTHONPATH": Path("src").resolve()}.items():
    os.environ[variable] = os.pathsep.join(filter(None, [str(first), os.environ.get(variable)]))
environment.make_own(os.environ)
# A job keeps the memory of its tensors from step to step; to give it back and ask anew took 8 % of a pre-training.
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**25))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**30))
gpu_environment.set_environment()
# Metadata lives with the results, so that the two are mounted, moved and archived together.
with in_words():
    check_encoding()
    hold.metadata_folder(Path("results"))
    hold.check_link(Path("results"))
    found, broken = experiments.load_all(Path("config"))
    DEFAULT, WHY = command.default_experiment({**found, **broken}, os.environ, machine.gpu_visible())
if DEFAULT not in found:
    broken.setdefault(DEFAULT, f"config/{DEFAULT}.yaml: no such file; put it back, or name what to build")
if workflow.is_main_process:
    COMMAND = command.parsed(sys.argv[1:])
    if message := command.refusal(broken, [DEFAULT] if COMMAND.leaves_target else COMMAND.targets):
        sys.exit(f"error: {message}")
plan = Plan(found)


# Only with `--sdm apptainer`; made by `apptainer build finmath-grpo.sif docker-daemon://finmath-grpo:latest`.
container: "finmath-grpo.sif"


include: "rules/machine.smk"


wildcard_constraints:
    experiment=plan.kinds("run"),
    model="[a-z0-9-]+",


include: "rules/questions.smk"
include: "rules/models.smk"
include: "rules/training.smk"
include: "rules/evaluation.smk"
include: "rules/recorded.smk"
include: "rules/statistics.smk"
include: "rules/figures.smk"
include: "rules/claims.smk"
include: "rules/report.smk"
include: "rules/share.smk"


rule all:
    default_target: True
    input:
        plan.artifacts(DEFAULT) if DEFAULT in found else broken[DEFAULT],
    localrule: True


# Each experiment is a target by its name: `snakemake --cores all published`.
for experiment in plan.experiments:

    rule:
        name:
            experiment
        input:
            plan.artifacts(experiment),
        localrule: True


if workflow.is_main_process:
    if message := command.misspelt(
        COMMAND.targets,
        [rule.name for rule in workflow.rules if not rule.has_wildcards()],
        [file for experiment in plan.experiments for file in plan.targets(experiment)],
        lambda target: plan.may_be(target) and any(rule.is_producer(target) for rule in workflow.rules),
    ):
        sys.exit(f"error: {message}")
    with in_words():
        plan.check_questions(command.asked_for(COMMAND.targets, plan.experiments, DEFAULT))
