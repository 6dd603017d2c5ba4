# Which code a stage runs, which slice of the config it uses, which model comes from where.

import ast
import functools

from finmath_grpo.workflow import experiments
from finmath_grpo.errors import UserError

SOURCE = Path("src")

try:
    EXPERIMENTS = experiments.load_all(Path("config"))
except UserError as error:
    sys.exit(f"error: {error}")


def code(*modules):
    """The source files of modules and of what they import from this project, found in their import statements.

    As inputs they are compared by content: an edit re-runs exactly the stages that import the file.
    """
    return sorted(set().union(*(_closure(module) for module in modules)))


@functools.cache
def _closure(module):
    files, seen, waiting = set(), set(), [module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        file = _file(name)
        if file is None:
            continue
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        files.add(str(file))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("finmath_grpo")]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("finmath_grpo"):
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return frozenset(files)


def _file(module):
    path = SOURCE.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def kinds(*wanted):
    """A wildcard constraint: the experiments of some kinds (`run`, `published`, `recorded`)."""
    return "|".join(name for name, experiment in EXPERIMENTS.items() if experiment.kind in wanted) or "(?!)"


def with_models(*methods):
    """A wildcard constraint for `{experiment}` before `/…/{model}/`: only models that come by one of the methods.

    The same file, a model's manifest, is made by another rule for a model that is pre-trained than for one that is
    merged; the config says which.
    """
    pairs = {name: experiments.models_by_method(run, *methods) for name, run in EXPERIMENTS.items()}
    return "|".join(f"{name}(?=/[a-z]+/(?:{'|'.join(models)})/)" for name, models in pairs.items() if models) or "(?!)"


def experiment_of(wildcards):
    return EXPERIMENTS[wildcards.experiment]


def settings(section):
    """A params function: a section of the experiment's config as canonical JSON."""

    def of(wildcards):
        return experiments.section(experiment_of(wildcards), section)

    return of


def raw_questions(wildcards):
    return experiment_of(wildcards).questions


def device(wildcards):
    return experiment_of(wildcards).device


def gpus(wildcards):
    """How many GPUs a job needs; jobs that ask for one run one after the other (`workflow.global_resources`)."""
    return int(device(wildcards) == "cuda")


def cpus(wildcards):
    """CPU cores a job may use: one on a CPU, where more would change the order of sums and so the bytes."""
    return 12 if device(wildcards) == "cuda" else 1


def model_manifest(wildcards, model=None):
    return f"results/{wildcards.experiment}/models/{model or wildcards.model}/MANIFEST.sha256"


def adapter_manifest(wildcards, model=None):
    return f"results/{wildcards.experiment}/training/{model or wildcards.model}/MANIFEST.sha256"


def base_manifest(wildcards):
    """The manifest of the model that `{model}` was trained from."""
    return model_manifest(wildcards, experiment_of(wildcards).models[wildcards.model].base)
