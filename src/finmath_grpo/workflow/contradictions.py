"""What keys of a run's config say that other keys contradict. A fault begins with its key and says what is needed."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pydantic

from finmath_grpo.evaluation.settings import DeepSettings
from finmath_grpo.files import explain
from finmath_grpo.training.settings import NONDETERMINISTIC, OF_SAMPLER, DpoSettings, GrpoSettings
from finmath_grpo.workflow import seeds
from finmath_grpo.workflow.kinds import Adapter, Dpo, Fetched, Folder, Grpo, Model, Pretrained, Run
from finmath_grpo.workflow.slices import further_tests, grpo_settings


def contradictions(run: Run) -> Iterator[str]:
    """The faults of a run's config."""
    for name, model in run.models.items():
        yield from _of_model(run, f"models.{name}", model)
    yield from _of_training(run)
    if run.device == "cpu" and run.evaluation.engine == "vllm":
        yield "evaluation.engine: vllm needs `device: cuda`; on a CPU use `transformers`"
    yield from _of_names(run)
    if run.deep:
        yield from _of_deep(run.deep, run.models)
    for name, test in further_tests(run).items():
        strange = sorted(set(test.temperatures or ()) - set(run.evaluation.temperatures))
        if strange:
            yield f"tests.{name}.temperatures: {strange[0]:g} is not among evaluation.temperatures"


def _of_deep(deep: DeepSettings, models: Mapping[str, Model]) -> Iterator[str]:
    for name in deep.models:
        if name not in models:
            yield f"deep.models: {name!r} is no entry under models"
    first, *others = deep.models
    if getattr(models.get(first), "base", None) in others:
        yield f"deep.models: {first!r} is trained from another of them; the base stands first"


def _of_model(run: Run, key: str, model: Model) -> Iterator[str]:
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
    if isinstance(model, Pretrained) and (asked := run.evaluation.max_new_tokens) >= model.architecture.max_position:
        yield f"evaluation.max_new_tokens: {asked} leaves no place for a prompt in {key}.architecture.max_position"


def _of_training(run: Run) -> Iterator[str]:
    """The faults of `training`, and of the fields of it that are others for one model."""
    sections: dict[str, GrpoSettings | DpoSettings] = {}
    if run.training.dpo:
        sections["training.dpo"] = run.training.dpo
    if run.training.grpo:
        sections["training.grpo"] = run.training.grpo
        for name, model in run.models.items():
            if isinstance(model, Grpo) and model.training:
                try:
                    own = sections[f"models.{name}.training"] = grpo_settings(run, name)
                    yield from truths(model.training, own.model_dump(), f"models.{name}.training")
                except pydantic.ValidationError as error:
                    yield f"models.{name}.training: {explain(error, model.training)}"
    for section, settings in sections.items():
        yield from (_of_cpu if run.device == "cpu" else _of_gpu)(section, settings)
        if isinstance(settings, GrpoSettings) and settings.validate_every and run.validation is None:
            remedy = "name one, or switch it off by `validate_every: null`"
            yield f"{section}.validate_every: needs the file of questions `validation`; {remedy}"


def _of_cpu(section: str, settings: GrpoSettings | DpoSettings) -> Iterator[str]:
    """What only a GPU can do."""
    if not settings.optim.startswith("adamw_torch"):
        yield f"{section}.optim: {settings.optim} needs `device: cuda`; on a CPU use `adamw_torch`"
    if isinstance(settings, GrpoSettings) and settings.engine == "unsloth":
        yield f"{section}.engine: unsloth needs `device: cuda`; on a CPU use `trl`"
    if isinstance(settings, GrpoSettings) and OF_SAMPLER in settings.shortcuts:
        yield f"{section}.shortcuts: {OF_SAMPLER} needs `device: cuda`; what samples on a CPU gives none"
    if isinstance(settings, GrpoSettings) and NONDETERMINISTIC in settings.shortcuts:
        yield f"{section}.shortcuts: {NONDETERMINISTIC} needs `device: cuda`; a CPU always gives the same bytes"


def _of_gpu(section: str, settings: GrpoSettings | DpoSettings) -> Iterator[str]:
    """What a deterministic training can't do on a GPU: add up probabilities, as vLLM's sampler does for `top_p`."""
    if isinstance(settings, GrpoSettings) and settings.top_p < 1 and NONDETERMINISTIC not in settings.shortcuts:
        yield f"{section}.top_p: below 1 it needs `shortcuts: [{NONDETERMINISTIC}]` on a GPU; else take 1.0"


def _of_names(run: Run) -> Iterator[str]:
    """What tables and pages could not tell apart: they name a temperature by six digits, and a model by its label."""
    for first, second in alike({f"{value!r}": f"{value:g}" for value in run.evaluation.temperatures}):
        yield f"evaluation.temperatures: {first} and {second} are one in the tables, which write six digits"
    for first, second in alike({name: as_seen(model.label) for name, model in seeds.with_runs(run).items()}):
        yield f"models.{second}.label: models.{first} has the same; give each its own, or no page tells them apart"


def truths(given: Any, read: Any, place: str = "") -> Iterator[str]:
    """Values of a file that are true or false (`yes`, `on`, `no` and `off` too), and were read as the number 1 or 0."""
    if isinstance(given, bool) and not isinstance(read, bool | None):
        yield f"{place}: expected a number (found {str(given).lower()})"
    elif isinstance(given, dict):
        for key, value in given.items():
            yield from truths(value, read.get(key), f"{place}.{key}".removeprefix("."))
    elif isinstance(given, list):
        for number, (value, one) in enumerate(zip(given, read or (), strict=False)):
            yield from truths(value, one, f"{place}.{number}")


def as_seen(label: str) -> str:
    """A label as pages show it: spaces of any kind and number are one, and a letter with an accent is one sign."""
    return " ".join(unicodedata.normalize("NFKC", label).split())


def alike(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names whose text is that of an earlier name, each after the first one that has it."""
    first: dict[str, str] = {}
    for name, text in texts.items():
        if first.setdefault(text, name) != name:
            yield first[text], name
