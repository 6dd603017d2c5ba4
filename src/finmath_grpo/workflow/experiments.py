"""The file of an experiment, `config/{experiment}.yaml`, checked and cut into slices.

Three kinds: `run` (the chain from raw questions), `published` (the post's numbers) and `recorded` (a finished run that
is shipped as a file). The Snakefile reads these; a stage gets only its slice, so that it re-runs for nothing else.
`python -m finmath_grpo.workflow.experiments schema` prints the JSON schema that is kept in `config/schema.json`.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import Field, NonNegativeInt, TypeAdapter

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.figures.settings import FigureSettings
from finmath_grpo.files import canonical_json, explain
from finmath_grpo.models.settings import Architecture, PretrainingJob, PretrainingSettings
from finmath_grpo.prompts import PromptSettings
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.settings import Device, Settings
from finmath_grpo.statistics.settings import StatisticsSettings, check_models
from finmath_grpo.training.settings import (
    CORRECTNESS_REWARDS,
    FORMAT_REWARDS,
    DpoJob,
    GrpoJob,
    MergeSettings,
    Reward,
    TrainingSettings,
)

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Labelled(Settings):
    """A model that others made; only its name in figures is ours."""

    label: str = Field(min_length=1)


class Pretrained(Labelled):
    """A base model that the DAG trains from scratch."""

    method: Literal["pretrain"]
    architecture: Architecture
    seed: NonNegativeInt


class Fetched(Labelled):
    """A model from the Hugging Face hub."""

    method: Literal["fetch"]
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(min_length=1)
    """A commit or `main`; the manifest records the commit and the hash of every file."""


class Grpo(Labelled):
    """A base model trained by GRPO, merged."""

    method: Literal["grpo"]
    base: ModelName
    rewards: tuple[Reward, ...] = Field(min_length=1)
    seed: NonNegativeInt


class Dpo(Labelled):
    """A base model trained by DPO on preference pairs from the families, merged."""

    method: Literal["dpo"]
    base: ModelName
    seed: NonNegativeInt


class Adapter(Labelled):
    """A trained model evaluated as base + adapter, not merged."""

    method: Literal["adapter"]
    of: ModelName


Model = Annotated[Pretrained | Fetched | Grpo | Dpo | Adapter, Field(discriminator="method")]


class Run(Settings):
    """An experiment that is run from raw questions."""

    kind: Literal["run"]
    questions: str
    """The file of raw questions."""
    device: Device
    split: SplitSettings
    prompt: PromptSettings
    models: dict[ModelName, Model]
    pretraining: PretrainingSettings | None = None
    training: TrainingSettings
    merge: MergeSettings
    evaluation: EvaluationSettings
    statistics: StatisticsSettings
    figures: FigureSettings

    @pydantic.model_validator(mode="after")
    def _references_hold(self) -> "Run":
        for name, model in self.models.items():
            base = getattr(model, "base", None)
            if base and (base not in self.models or self.models[base].method not in ("pretrain", "fetch")):
                raise ValueError(f"models.{name}.base: {base!r} must be a pretrain or fetch entry under models")
            if model.method == "adapter" and getattr(self.models.get(model.of), "method", "") not in ("grpo", "dpo"):
                raise ValueError(f"models.{name}.of: {model.of!r} must be a grpo or dpo entry under models")
            for wanted in (FORMAT_REWARDS, CORRECTNESS_REWARDS) if model.method == "grpo" else ():
                if not set(wanted) & set(model.rewards):
                    raise ValueError(f"models.{name}.rewards: needs {' or '.join(wanted)}, for the training curves")
            if model.method in ("pretrain", "dpo") and self.pretraining is None:
                raise ValueError(f"models.{name}.method: {model.method} needs the section `pretraining`")
            if model.method == "dpo" and self.training.dpo is None:
                raise ValueError(f"models.{name}.method: dpo needs the section `training.dpo`")
        if not any(model.method == "grpo" for model in self.models.values()):
            raise ValueError("models: needs an entry with `method: grpo`, for the training curves and the reward audit")
        return self


class Published(Settings):
    """The numbers of the post, redrawn."""

    kind: Literal["published"]
    numbers: str
    """The file of the post's plotted numbers."""
    models: dict[ModelName, Labelled]
    statistics: StatisticsSettings
    figures: FigureSettings


class RecordedModel(Labelled):
    """A model of a run that is shipped."""

    rollouts: bool = False
    """Whether the record has what was sampled while the model was trained."""


class Recorded(Settings):
    """A finished run, shipped as one file of scores, texts and logs."""

    kind: Literal["recorded"]
    record: str
    """The file that `python -m finmath_grpo.release.record` wrote."""
    models: dict[ModelName, RecordedModel]
    statistics: StatisticsSettings
    figures: FigureSettings


Experiment = Run | Published | Recorded
_EXPERIMENT = TypeAdapter(Annotated[Experiment, Field(discriminator="kind")])


class _NoDuplicateKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, as it is a mistake in every config file."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":  # `<<: *anchor`
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 2e-3 as text; a learning rate is a number.
_NoDuplicateKeys.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def load(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises UserError naming the file, the key, what was expected and what was found.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDuplicateKeys)
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{path}, line {line}: not YAML as expected: {error.problem}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected keys and values, as in config/smoke.yaml")
    try:
        experiment = _EXPERIMENT.validate_python(content)
    except pydantic.ValidationError as error:
        raise UserError(f"{path}: {explain(error, content)}") from None
    try:
        check_models(experiment.statistics, list(experiment.models))
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return experiment


def load_all(directory: Path) -> dict[str, Experiment]:
    """Every experiment of a directory, by name (the file's name without `.yaml`)."""
    return {path.stem: load(path) for path in sorted(directory.glob("*.yaml"))}


def gpu_visible() -> bool:
    """Whether the driver of an NVIDIA GPU is there, asked without loading a library."""
    return Path("/dev/nvidiactl").exists()


def default_experiment(
    experiments: dict[str, Experiment], environment: Mapping[str, str], gpu: bool
) -> tuple[str, str]:
    """The experiment that is built where none is named, and why it is that one.

    `FINMATH_EXPERIMENT` says so, or it is `small` in the CUDA image (`FINMATH_STACK`) with a GPU, and else `smoke`.
    """
    chosen = environment.get("FINMATH_EXPERIMENT")
    if chosen and chosen not in experiments:
        raise UserError(f"FINMATH_EXPERIMENT={chosen}: expected one of {', '.join(experiments)}")
    if chosen:
        return chosen, "FINMATH_EXPERIMENT says so"
    if environment.get("FINMATH_STACK") == "cuda" and gpu:
        return "small", "a GPU is visible"
    return "smoke", "it runs anywhere; FINMATH_EXPERIMENT names another"


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


def section(experiment: Experiment, name: str) -> str:
    """A section of the experiment's file as canonical JSON: the settings of one stage."""
    return _slice(getattr(experiment, name))


def pretraining_settings(run: Run, model: str) -> str:
    """What the pre-training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    return _slice(
        PretrainingJob(
            device=run.device,
            prompt=run.prompt,
            architecture=entry.architecture,
            seed=entry.seed,
            pretraining=run.pretraining,
        )
    )


def training_settings(run: Run, model: str) -> str:
    """What the training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    shared = {"device": run.device, "prompt": run.prompt, "seed": entry.seed}
    if entry.method == "grpo":
        return _slice(GrpoJob(**shared, rewards=entry.rewards, training=run.training.grpo))
    return _slice(DpoJob(**shared, families=run.pretraining.families, training=run.training.dpo))


def _slice(settings: Settings) -> str:
    return canonical_json(settings.model_dump(mode="json"))


def schema() -> dict[str, Any]:
    """The JSON schema of an experiment file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_EXPERIMENT.json_schema()}


def main() -> None:
    if sys.argv[1:] != ["schema"]:
        raise UserError("usage: python -m finmath_grpo.workflow.experiments schema > config/schema.json")
    print(json.dumps(schema(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    run_stage(main)
