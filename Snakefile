# From raw questions to every figure: the experiment of the post "Training LLaMA-3-8B on Math Questions" as one DAG.
# The stages are the files of rules/, in this order; each rule calls one module of src/finmath_grpo.

import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.20")

if not Path("Snakefile").is_file():
    sys.exit("error: run snakemake in the project's root folder (where the Snakefile is)")
if config:
    sys.exit("error: settings live in config/{experiment}.yaml; copy one to config/mine.yaml and build `mine`")

# Jobs run under the interpreter that runs Snakemake and import the sources of this checkout.
for variable, first in {"PATH": Path(sys.executable).parent, "PYTHONPATH": Path("src").resolve()}.items():
    os.environ[variable] = os.pathsep.join(filter(None, [str(first), os.environ.get(variable)]))
os.environ.setdefault("PYTHONHASHSEED", "0")
# What compilers of the GPU stack write goes where it is safe to delete, not into a home folder that may not exist.
for variable in ("VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
    os.environ.setdefault(variable, str(Path("results/cache/compiled", variable.lower()).resolve()))
sys.path.insert(0, "src")
# Metadata lives with the results, so that the two are mounted, moved and archived together.
try:
    Path("results/.snakemake").mkdir(parents=True, exist_ok=True)
except OSError as error:
    sys.exit(f"error: results/: can't be written by user {os.getuid()}: {error.strerror}; run as its owner")


# Only with `--sdm apptainer` (on a cluster, say); made of our image by
# `apptainer build finmath-grpo.sif docker-daemon://finmath-grpo:latest`.
container: "finmath-grpo.sif"


# One GPU unless --resources says otherwise.
workflow.global_resources.setdefault("gpu", 1)


include: "rules/common.smk"
include: "rules/machine.smk"


# Elsewhere (experiment, model, figure) a wildcard is whatever the config names.
wildcard_constraints:
    experiment=kinds("run"),
    model=r"[a-z0-9-]+",


include: "rules/inputs.smk"
include: "rules/questions.smk"
include: "rules/models.smk"
include: "rules/training.smk"
include: "rules/evaluation.smk"
include: "rules/recorded.smk"
include: "rules/statistics.smk"
include: "rules/figures.smk"
include: "rules/claims.smk"
include: "rules/report.smk"
include: "rules/targets.smk"


rule all:
    default_target: True
    input:
        artifacts(DEFAULT),
    localrule: True


# Each experiment is a target by its name: `snakemake --cores all published`.
for experiment in EXPERIMENTS:

    rule:
        name:
            experiment
        input:
            artifacts(experiment),
        localrule: True
