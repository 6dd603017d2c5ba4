"""The experiments of `config/`: reading a file, checking it, and cutting it into the slices that stages get.

The Snakefile reads these; a stage gets only its slice, so that it re-runs for nothing else.
`python -m finmath_grpo.workflow.experiments schema` prints the JSON schema that is kept in `config/schema.json`.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.settings import EvaluationSettings, FurtherTest, FurtherTests
from finmath_grpo.files import canonical_json, explain
from finmath_grpo.models.settings import PretrainingJob
from finmath_grpo.settings import Settings
from finmath_grpo.statistics.settings import check_models, fitting
from finmath_grpo.training.settings import OF_SAMPLER, DpoJob, DpoSettings, GrpoJob, GrpoSettings
from finmath_grpo.workflow import named_files
from finmath_grpo.workflow.config_file import NO_EXPERIMENTS, Config, read_config
from finmath_grpo.workflow.kinds import (
    EXPERIMENT,
    Adapter,
    Dpo,
    Experiment,
    Fetched,
    Folder,
    Grpo,
    Pretrained,
    Published,
    Recorded,
    RecordedModel,
    Run,
    schema,
)
from finmath_grpo.workflow.recorded import with_record
from finmath_grpo.workflow.seeds import Runs, check_names, name_of_run, runs_of


def load(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises UserError naming the file, the key, what was expected and what was found; a value that comes from another
    file (the one it extends, or the record) is named with that file.
    """
    config = read_config(path)
    if config.base:
        try:
            load(config.base)
        except UserError as error:
            raise UserError(f"{path}: extends a file with a fault: {error}") from None
    return _checked(path, with_record(path, config))


def _checked(path: Path, config: Config) -> Experiment:
    try:
        experiment = EXPERIMENT.validate_python(config.values)
    except pydantic.ValidationError as error:
        source = _source(config, (fault["loc"] for fault in error.errors()))
        raise UserError(f"{path}: {explain(error, config.values)}{_of_commas(error)}{source}") from None
    faults = list(_faults(experiment)) if isinstance(experiment, Run) else []
    if faults:
        source = _source(config, (fault.partition(":")[0].split(".") for fault in faults))
        raise UserError(f"{path}: {'; '.join(faults)}{source}")
    # Contrasts and panel name entries: a further run is no model of its own to them.
    entries = list(experiment.models)
    try:
        statistics = fitting(experiment.statistics, entries, trained_pairs(experiment))
        check_models(statistics, entries)
        check_names(runs(experiment), entries)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return experiment.model_copy(update={"statistics": statistics, "models": _with_runs(experiment)})


def _source(config: Config, faulty: Iterable[Sequence[int | str]]) -> str:
    """Which of the faulty keys come from the extended file; empty if none does."""
    keys = {config.inherits(tuple(location)) for location in faulty} - {""}
    return f" ({', '.join(sorted(keys))}: from {config.base})" if keys else ""


def _of_commas(error: pydantic.ValidationError) -> str:
    """What YAML wants, where decimal commas seem to be meant: `[0,3, 0,7]` is four whole numbers, two of them 0."""
    for fault in error.errors():
        found, place = fault["input"], fault["loc"][-1] if fault["loc"] else ""
        in_list = isinstance(place, int) and type(found) is int and found == 0
        if in_list or (isinstance(found, str) and re.fullmatch(r"-?\d+,\d+", found)):
            return "; if decimal commas are meant, YAML wants a dot: 0.7, not 0,7"
    return ""


def _with_runs(experiment: Experiment) -> dict[str, Any]:
    """The models of an experiment, the further runs of an entry after it."""
    models: dict[str, Any] = {}
    several = runs(experiment)
    for entry, model in experiment.models.items():
        models[entry] = model
        for name, seed in list(several.get(entry, {}).items())[1:]:
            changes: dict[str, Any] = {"label": f"{model.label}, seed {seed}", "seeds": ()}
            if isinstance(model, Grpo | Dpo):
                changes["seed"] = seed
            if isinstance(model, Adapter | RecordedModel) and model.of:
                changes["of"] = name_of_run(model.of, 1, seed)
            if isinstance(model, Adapter):
                del changes["seeds"]
            models[name] = model.model_copy(update=changes)
    return models


def runs(experiment: Experiment) -> Runs:
    """The entries with several training runs, each with its models and their seeds."""
    models = experiment.models
    seeds = {name: model.seeds for name, model in models.items() if isinstance(model, Grpo | Dpo | RecordedModel)}
    of = {name: model.of for name, model in models.items() if isinstance(model, Adapter | RecordedModel) and model.of}
    return runs_of(seeds, of)


def made_by_runs(experiment: Experiment) -> dict[str, dict[str, str]]:
    """The same, each model with the one that its run made: of an adapter, the merged model."""
    models = experiment.models
    return {
        entry: {name: getattr(models[name], "of", "") or name for name in found}
        for entry, found in runs(experiment).items()
    }


def further_runs(experiment: Experiment) -> list[str]:
    """The models of all training runs but the first of their entries."""
    return [model for models in runs(experiment).values() for model in list(models)[1:]]


def unmerged(experiment: Experiment) -> list[str]:
    """The models that are a base and an adapter, not merged."""
    return [name for name, model in experiment.models.items() if getattr(model, "method", "") == "adapter"]


def run_counts(experiment: Experiment) -> dict[str, int]:
    """How many training runs each entry has that was trained by GRPO or DPO, evaluated merged or not."""
    if isinstance(experiment, Published):
        return {name: 1 for name in experiment.models if name in POST_TRAINED}
    further, several = set(further_runs(experiment)), runs(experiment)
    trained = [
        name
        for name, model in experiment.models.items()
        if model.method in ("grpo", "dpo", "adapter") or name in POST_TRAINED
    ]
    return {name: len(several.get(name, [name])) for name in trained if name not in further}


def _faults(run: Run) -> Iterable[str]:
    """What keys say that other keys contradict."""
    for name, model in run.models.items():
        key = f"models.{name}"
        if isinstance(model, Grpo | Dpo) and not isinstance(run.models.get(model.base), Pretrained | Fetched | Folder):
            yield f"{key}.base: {model.base!r} must be a pretrain, fetch or folder entry under models"
        if isinstance(model, Adapter) and not isinstance(run.models.get(model.of), Grpo | Dpo):
            yield f"{key}.of: {model.of!r} must be a grpo or dpo entry under models"
        if isinstance(model, Pretrained | Dpo) and run.pretraining is None:
            yield f"{key}.method: {model.method} needs the section `pretraining`"
        if isinstance(model, Grpo) and run.training.grpo is None:
            yield f"{key}.method: grpo needs the section `training.grpo`"
        if isinstance(model, Dpo) and run.training.dpo is None:
            yield f"{key}.method: dpo needs the section `training.dpo`"
        if isinstance(model, Grpo | Dpo) and run.merge is None:
            yield f"{key}.method: {model.method} needs the section `merge`"
        if (
            isinstance(model, Pretrained)
            and (asked := run.evaluation.max_new_tokens) >= model.architecture.max_position
        ):
            yield f"evaluation.max_new_tokens: {asked} leaves no place for a prompt in {key}.architecture.max_position"
    sections: dict[str, GrpoSettings | DpoSettings] = {}
    if run.training.dpo:
        sections["training.dpo"] = run.training.dpo
    if run.training.grpo:
        sections["training.grpo"] = run.training.grpo
        for name, model in run.models.items():
            if isinstance(model, Grpo) and model.training:
                try:
                    sections[f"models.{name}.training"] = grpo_settings(run, name)
                except pydantic.ValidationError as error:
                    yield f"models.{name}.training: {explain(error, model.training)}"
    for section, settings in sections.items():
        if run.device == "cpu" and not settings.optim.startswith("adamw_torch"):
            yield f"{section}.optim: {settings.optim} needs `device: cuda`; on a CPU use `adamw_torch`"
        if isinstance(settings, GrpoSettings) and settings.validate_every and run.validation is None:
            remedy = "name one, or switch it off by `validate_every: null`"
            yield f"{section}.validate_every: needs the file of questions `validation`; {remedy}"
        if run.device == "cpu" and isinstance(settings, GrpoSettings) and settings.engine == "unsloth":
            yield f"{section}.engine: unsloth needs `device: cuda`; on a CPU use `trl`"
        if run.device == "cpu" and isinstance(settings, GrpoSettings) and OF_SAMPLER in settings.shortcuts:
            yield f"{section}.shortcuts: {OF_SAMPLER} needs `device: cuda`; what samples on a CPU gives none"
    if run.device == "cpu" and run.evaluation.engine == "vllm":
        yield "evaluation.engine: vllm needs `device: cuda`; on a CPU use `transformers`"
    # Tables name a temperature by six digits, figures and pages a model by its label.
    for first, second in alike({f"{value!r}": f"{value:g}" for value in run.evaluation.temperatures}):
        yield f"evaluation.temperatures: {first} and {second} are one in the tables, which write six digits"
    for first, second in alike({name: model.label for name, model in run.models.items()}):
        yield f"models.{second}.label: models.{first} has the same; give each its own, or no page tells them apart"
    for name in run.deep.models if run.deep else ():
        if name not in run.models:
            yield f"deep.models: {name!r} is no entry under models"
    for name, test in _further_tests(run).items():
        strange = sorted(set(test.temperatures or ()) - set(run.evaluation.temperatures))
        if strange:
            yield f"tests.{name}.temperatures: {strange[0]:g} is not among evaluation.temperatures"


def alike(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names whose text is that of an earlier name, each after the first one that has it."""
    first: dict[str, str] = {}
    for name, text in texts.items():
        if first.setdefault(text, name) != name:
            yield first[text], name


# fmt: off
TAKEN = frozenset((
    "all", "audit", "cache", "clean", "claims", "contamination", "doctor", "dpo", "examples", "export", "fetch",
    "figure", "folder", "generate", "grpo", "merge", "plotlyjs", "pretrain", "report", "score", "split", "statistics",
    "unpack",
))
# fmt: on
"""Names of rules and of folders of results/, which no experiment may have."""
LONGEST_NAME = 64
"""Characters."""


def fault_of_name(name: str) -> str | None:
    """Why no experiment may have this name; None if one may."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return "an experiment is named in a-z and 0-9, with single hyphens"
    if len(name) > LONGEST_NAME:
        return f"an experiment's name has at most {LONGEST_NAME} characters"
    return f"{name!r} is the name of a rule or a folder of results" if name in TAKEN else None


class Experiments(NamedTuple):
    """The experiments of a folder by name, and what is wrong with those that can't be built."""

    good: dict[str, Experiment]
    broken: dict[str, str]
    """Message by name. Only who asks for such an experiment has to be stopped: see `refusal`."""


def load_all(directory: Path) -> Experiments:
    """Every experiment of a folder, by name: the file's name without `.yaml`.

    Raises UserError where there is no such folder.
    """
    good: dict[str, Experiment] = {}
    broken: dict[str, str] = {}
    if not directory.is_dir():
        raise UserError(f"{directory}: no such folder; put the experiments' files there, as in a fresh checkout")
    for path in sorted(directory.iterdir(), key=lambda path: (path.stem, path.suffix)):
        name = path.stem
        if path.name in NO_EXPERIMENTS or path.name.startswith(".") or path.suffix.lower() not in (".yaml", ".yml"):
            continue
        try:
            if path.suffix != ".yaml":
                raise UserError(f"{path}: config files end in .yaml; rename it to {name}.yaml")
            if fault := fault_of_name(name):
                raise UserError(f"{path}: {fault}; rename the file")
            experiment = load(path)
            named_files.check(path, experiment)
            good[name] = experiment
        except UserError as error:
            broken.setdefault(name, str(error))
    # `mine.yml` beside a good `mine.yaml` stops nobody.
    return Experiments(good, {name: message for name, message in broken.items() if name not in good})


POST_TRAINED = ("llama-grpo", "gemma-dpo")
"""The models that the post's author trained, each once."""


def models_by_method(experiment: Experiment, *methods: str) -> list[str]:
    """The names of a run's models that come by one of the methods; none for experiments that run nothing."""
    if not isinstance(experiment, Run):
        return []
    return [name for name, model in experiment.models.items() if model.method in methods]


def models_with_rollouts(experiment: Experiment) -> list[str]:
    """The names of the models of which there is what GRPO sampled while it trained them."""
    if isinstance(experiment, Recorded):
        return [name for name, model in experiment.models.items() if model.rollouts]
    return models_by_method(experiment, "grpo")


def deep_models(experiment: Experiment) -> tuple[str, ...]:
    """The models of the section `deep`, the base first; none without it."""
    deep = None if isinstance(experiment, Published) else experiment.deep
    return deep.models if deep else ()


def trained_pairs(experiment: Experiment) -> list[tuple[str, str]]:
    """Each model that a run trains by GRPO or DPO, with its base."""
    if not isinstance(experiment, Run):
        return []
    return [(name, model.base) for name, model in experiment.models.items() if isinstance(model, Grpo | Dpo)]


def labels(experiment: Experiment) -> dict[str, str]:
    """Display label by model, in the order of the config."""
    return {name: model.label for name, model in experiment.models.items()}


class RunTest(NamedTuple):
    """A test of a run: its file of raw questions (None for T1, which `split` makes), and how models are asked."""

    questions: str | None
    evaluation: EvaluationSettings


def tests(run: Run) -> dict[str, RunTest]:
    """The tests of a run by name: `t1`, and of `t2` and `t3` those that it has."""
    t1 = run.evaluation
    found = {"t1": RunTest(None, t1)}
    samples = {"t2": t1.samples, "t3": 1}
    for name, test in _further_tests(run).items():
        asked = {
            "temperatures": test.temperatures or (min(t1.temperatures, key=lambda t: (abs(t - 0.7), t)),),
            "samples": test.samples or samples[name],
        }
        found[name] = RunTest(test.questions, t1.model_copy(update=asked))
    return found


def names_of_tests(experiment: Experiment) -> list[str]:
    """The names of an experiment's tests, `t1` first."""
    if isinstance(experiment, Run):
        return list(tests(experiment))
    return ["t1", *experiment.tests] if isinstance(experiment, Recorded) else ["t1"]


def _further_tests(run: Run) -> dict[str, FurtherTest]:
    return {name: test for name in FurtherTests.model_fields if (test := getattr(run.tests, name)) is not None}


def section(experiment: Experiment, name: str) -> str:
    """A section of the experiment's file as canonical JSON: the settings of one stage."""
    return _slice(getattr(experiment, name))


def deep_settings(run: Run) -> str:
    """How the questions of T1 are asked for pass@k at large k, as canonical JSON."""
    assert run.deep, "the section `deep` is missing"
    asked = {"temperatures": (run.deep.temperature,), "samples": run.deep.samples}
    return _slice(run.evaluation.model_copy(update=asked))


def pretraining_settings(run: Run, model: str) -> str:
    """What the pre-training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    assert isinstance(entry, Pretrained) and run.pretraining, f"{model} is not pre-trained"
    return _slice(
        PretrainingJob(
            device=run.device,
            prompt=run.prompt,
            architecture=entry.architecture,
            seed=entry.seed,
            pretraining=run.pretraining,
        )
    )


def grpo_settings(run: Run, model: str) -> GrpoSettings:
    """The settings of the GRPO of `model`: those of the experiment, changed by its own."""
    entry = run.models[model]
    assert isinstance(entry, Grpo) and run.training.grpo, f"{model} is not trained by GRPO"
    if not entry.training:
        return run.training.grpo
    return GrpoSettings.model_validate(run.training.grpo.model_dump() | entry.training)


def training_settings(run: Run, model: str) -> str:
    """What the training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    if isinstance(entry, Grpo):
        return _slice(
            GrpoJob(
                device=run.device,
                prompt=run.prompt,
                rewards=entry.rewards,
                seed=entry.seed,
                training=grpo_settings(run, model),
            )
        )
    assert isinstance(entry, Dpo) and run.training.dpo and run.pretraining, f"{model} is not trained"
    return _slice(
        DpoJob(
            device=run.device,
            prompt=run.prompt,
            families=run.pretraining.families,
            seed=entry.seed,
            training=run.training.dpo,
        )
    )


def _slice(settings: Settings) -> str:
    return canonical_json(settings.model_dump(mode="json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["schema"])
    parser.parse_args()
    print(json.dumps(schema(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    run_stage(main)
