"""What the file of an experiment may say: a `run` from raw questions, the `published` numbers, or a `recorded` run.

Every key is a field here or in the settings of a stage, and `config/schema.json` is made from them for editors.
"""

import re
import unicodedata
from typing import Annotated, Any, Literal, get_args

import pydantic
from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, TypeAdapter
from pydantic.json_schema import SkipJsonSchema

from finmath_grpo.evaluation.settings import DeepSettings, EvaluationSettings, FurtherTests
from finmath_grpo.figures.settings import FigureSettings
from finmath_grpo.models.settings import Architecture, PretrainingSettings
from finmath_grpo.prompts import PromptSettings
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.settings import Device, FileName, Line, Seed, Settings
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.training.settings import MergeSettings, Reward, TrainingSettings
from finmath_grpo.workflow.config_file import patch_schema


def _told_apart(name: str) -> str:
    if name == "all":
        raise ValueError("in the tables, `all` is all models or runs together; take another name")
    if re.search(r"(.+)\1{19}$", name):
        raise ValueError("Snakemake takes no name that ends in twenty times the same; take another")
    return name


ModelName = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"), AfterValidator(_told_apart)]


def _seen(text: str) -> str:
    for sign in text:
        if unicodedata.category(sign) == "Cf":
            raise ValueError(f"U+{ord(sign):04X} can't be seen, or turns the line around; take it out")
    return text


Label = Annotated[Line, Field(max_length=80), AfterValidator(_seen)]
"""A longer one runs out of figures."""


class Labelled(Settings):
    """A model that others made; only its name in figures is ours."""

    label: Label


class Pretrained(Labelled):
    """A base model that the DAG trains from scratch."""

    method: Literal["pretrain"]
    architecture: Architecture
    seed: Seed


class Fetched(Labelled):
    """A model from the Hugging Face hub."""

    method: Literal["fetch"]
    repository: str = Field(max_length=96, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$")
    revision: str = Field(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")
    """A commit or `main`; the manifest records the commit and the hash of every file."""


class Folder(Labelled):
    """A model from a folder of this machine."""

    method: Literal["folder"]
    folder: FileName
    """Its path, with config.json, tokenizer, chat template and weights as safetensors."""


def _seed_or_seeds(schema: dict[str, Any]) -> None:
    schema["required"].remove("seed")
    schema["oneOf"] = [{"required": ["seed"]}, {"required": ["seeds"]}]


class Trained(Labelled):
    """A base model trained further, merged; one model, or with `seeds` one per seed."""

    model_config = pydantic.ConfigDict(json_schema_extra=_seed_or_seeds)

    base: ModelName
    seed: Seed
    seeds: tuple[Seed, ...] = Field(default=(), min_length=1)
    """In place of `seed`: the training is run once per seed, each run a model of its own. The first has the entry's
    name, a further one is called `{entry}-seed{seed}`. Contrasts are over all runs."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _first_of_seeds(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "seeds" not in values:
            return values
        if "seed" in values:
            raise ValueError(
                "`seed` and `seeds` exclude each other; take `seed` away (`seed: null` where it is extended)"
            )
        seeds = values["seeds"]
        first = seeds[0] if isinstance(seeds, list | tuple) and seeds else None
        # Of seeds that are none, the field `seeds` says what is wrong.
        return {**values, "seed": first if isinstance(first, int) and first >= 0 else 0}

    @pydantic.field_validator("seeds")
    @classmethod
    def _no_seed_twice(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) != len(seeds):
            raise ValueError("a seed stands twice in the list")
        return seeds


class Grpo(Trained):
    """A base model trained by GRPO, merged."""

    method: Literal["grpo"]
    rewards: tuple[Reward, ...] = Field(min_length=1)
    training: dict[str, Any] = Field(default={})
    """Fields of `training.grpo` that are others for this model alone."""

    @pydantic.field_validator("rewards")
    @classmethod
    def _no_reward_twice(cls, rewards: tuple[Reward, ...]) -> tuple[Reward, ...]:
        if len(set(rewards)) != len(rewards):
            raise ValueError("a reward stands twice in the list")
        return rewards


class Dpo(Trained):
    """A base model trained by DPO on preference pairs from the families, merged."""

    method: Literal["dpo"]


class Adapter(Labelled):
    """A trained model evaluated as base + adapter, not merged."""

    method: Literal["adapter"]
    of: ModelName


Model = Annotated[Pretrained | Fetched | Folder | Grpo | Dpo | Adapter, Field(discriminator="method")]


class Needs(Settings):
    """What an experiment needs of a machine, as stated; whether it needs the hub follows from its models."""

    memory: PositiveFloat
    """GB."""
    disk: PositiveFloat
    """GB for results and downloads."""
    gpu: NonNegativeFloat = 0
    """GB of GPU memory; 0: no GPU."""
    hours: PositiveFloat | None = None
    """By the clock, about."""


class Run(Settings):
    """An experiment that is run from raw questions."""

    kind: Literal["run"]
    questions: FileName
    """The file of raw questions, from which `split` takes the test T1."""
    tests: FurtherTests = FurtherTests()
    validation: FileName | None = None
    """A file of questions for choosing settings and for curves along training, never for a result."""
    device: Device
    needs: Needs | None = None
    split: SplitSettings
    prompt: PromptSettings = PromptSettings()
    models: dict[ModelName, Model] = Field(min_length=1)
    pretraining: PretrainingSettings | None = None
    training: TrainingSettings = TrainingSettings()
    merge: MergeSettings | None = None
    """Needed where a model is trained by GRPO or DPO."""
    evaluation: EvaluationSettings
    deep: DeepSettings | None = None
    """Pass@k at large k for a few models; without it there is no such table, figure and verdict."""
    statistics: StatisticsSettings = StatisticsSettings()
    figures: FigureSettings = FigureSettings()


class Published(Settings):
    """The numbers of the post, redrawn."""

    kind: Literal["published"]
    numbers: FileName
    """The file of the post's plotted numbers."""
    needs: Needs | None = None
    models: dict[ModelName, Labelled] = Field(min_length=1)
    statistics: StatisticsSettings = StatisticsSettings()
    figures: FigureSettings = FigureSettings()


class RecordedModel(Labelled):
    """A model of a run that is shipped."""

    rollouts: bool = False
    """Whether the record has what was sampled while the model was trained."""
    method: str = ""
    """How it was made, as the config of the run says."""
    seeds: tuple[int, ...] = ()
    """Of an entry with several runs."""
    of: str = ""
    """Of an adapter: the trained model."""


class Recorded(Settings):
    """A finished run, shipped as one file of scores, texts and logs."""

    kind: Literal["recorded"]
    record: FileName
    """The file that `python -m finmath_grpo.release.record` wrote."""
    needs: Needs | None = None
    scorer_audit: FileName | None = None
    """The table of `finmath_grpo.scorer_audit` on this run. It is shipped, as the tools that it asks are not installed
    with the workflow."""
    statistics: StatisticsSettings = StatisticsSettings()
    """What is not given here is as in the recorded run."""
    figures: FigureSettings = FigureSettings()
    # Read from the record, and given in no file.
    models: SkipJsonSchema[dict[ModelName, RecordedModel]]
    tests: SkipJsonSchema[tuple[str, ...]] = ()
    """The tests beside T1 that the recorded run had."""
    deep: SkipJsonSchema[DeepSettings | None] = None
    """How the recorded run sampled for pass@k at large k, if its scores are in the record."""


Experiment = Run | Published | Recorded
EXPERIMENT: TypeAdapter[Experiment] = TypeAdapter(Annotated[Experiment, Field(discriminator="kind")])


def schema() -> dict[str, Any]:
    """The JSON schema of an experiment file: whole, or with `extends` and the changes alone."""
    whole = EXPERIMENT.json_schema()
    definitions = whole.pop("$defs")
    changes = {f"{name}Changes": patch_schema(definition) for name, definition in definitions.items()}
    for kind in get_args(Experiment):
        changes[f"{kind.__name__}Changes"]["properties"]["extends"] = {
            "description": "The experiment whose values hold where this file says nothing; null takes a key away.",
            "type": "string",
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "if": {"required": ["extends"]},
        "then": patch_schema(whole),
        "else": whole,
        "$defs": {**definitions, **changes},
    }
