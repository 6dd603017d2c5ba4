"""What each job gets: its input files, settings and device, by experiment, model and figure.

The rules of `rules/*.smk` name the methods of one :class:`Plan`; Snakemake calls them with the wildcards of a job.
A stage gets the slice of the config that it uses, as canonical JSON, so that another option of the file is no change
to it.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from finmath_grpo.figures import catalogue
from finmath_grpo.files import canonical_json
from finmath_grpo.models.settings import PretrainingJob
from finmath_grpo.settings import Settings
from finmath_grpo.training.settings import DpoJob, GrpoJob
from finmath_grpo.workflow import closure, cutoff
from finmath_grpo.workflow.experiments import Experiment, Grpo, Published, Recorded, Run


class Wildcards(Protocol):
    """The wildcards of a job; a rule has those that its paths name."""

    experiment: str
    model: str
    figure: str


Files = str | list[str]
"""What an input function gives; paths may hold wildcards, and an empty list is no input."""

GRPO_MODULES = {"trl": "grpo", "unsloth": "grpo_unsloth"}
"""Unsloth has to be imported before all else, so its engine has a module of its own."""
PUBLISHED_CLAIMS = ("accuracy", "any_temperature", "contrasts", "panel", "reward_facts", "temperature_effect")
"""Tables that claims read of the post's own numbers."""
CLAIMS = (*PUBLISHED_CLAIMS, "disagreement", "outcomes", "pass_and_majority", "reward_audit")
"""Tables that claims read of a run."""
TRAINING_TABLES = {"training", "reward_facts", "reward_audit", "reward_forms"}
"""Tables of what GRPO logged; an experiment without a GRPO model has none of them."""


class Plan:
    """The input and parameter functions of the rules, for some experiments."""

    def __init__(self, experiments: Mapping[str, Experiment]) -> None:
        self.experiments = experiments

    # ---- which experiment, which model

    def kinds(self, *wanted: str) -> str:
        """A wildcard constraint: the experiments of some kinds (`run`, `published`, `recorded`)."""
        return "|".join(name for name, found in self.experiments.items() if found.kind in wanted) or "(?!)"

    def made_by(self, *methods: str) -> Callable[[Wildcards], Files]:
        """An input function: nothing for a model that comes by one of the methods, or else a file that is not there.

        Three rules make `models/{model}/MANIFEST.sha256`. Snakemake takes the one whose inputs can be had.
        """

        def entry(wildcards: Wildcards) -> Files:
            model = self._run(wildcards).models.get(wildcards.model)
            if model is not None and model.method in methods:
                return []
            return f"config/{wildcards.experiment}.yaml: models.{wildcards.model} with method {' or '.join(methods)}"

        return entry

    def settings(self, section: str) -> Callable[[Wildcards], str]:
        """A parameter function: a section of the experiment's config as canonical JSON."""
        return lambda wildcards: _slice(getattr(self.experiments[wildcards.experiment], section))

    def device(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).device

    def gpus(self, wildcards: Wildcards) -> int:
        """How many GPUs a job asks for; as many jobs run at once as `--resources gpu` allows."""
        return int(self.device(wildcards) == "cuda")

    def cpus(self, wildcards: Wildcards) -> int:
        """CPU cores that a job may use: one on a CPU, where more would change the order of sums and so the bytes."""
        return 12 if self.device(wildcards) == "cuda" else 1

    def code(self, *modules: str) -> list[str]:
        """The source files of cheap stages, as inputs."""
        return closure.source_files(*(f"finmath_grpo.{module}" for module in modules))

    # ---- questions

    def raw(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).questions

    def cleaned_rows(self, wildcards: Wildcards) -> str:
        return cutoff.cleaned_rows(Path(self.raw(wildcards)))

    def split_rows(self, wildcards: Wildcards) -> str:
        return cutoff.split_rows(Path(self.raw(wildcards)), self._run(wildcards).split)

    def committed_test_ids(self, wildcards: Wildcards) -> Files:
        path = Path(self.raw(wildcards)).with_suffix(".test-ids.json")
        return str(path) if path.exists() else []

    # ---- models

    def manifest(self, wildcards: Wildcards) -> str:
        return _manifest(wildcards.experiment, wildcards.model)

    def base(self, wildcards: Wildcards) -> str:
        """The manifest of the model that `{model}` was trained from."""
        model = self._run(wildcards).models[wildcards.model]
        return _manifest(wildcards.experiment, model.base)

    def pretraining_settings(self, wildcards: Wildcards) -> str:
        run = self._run(wildcards)
        model = run.models[wildcards.model]
        return _slice(
            PretrainingJob(
                device=run.device,
                prompt=run.prompt,
                architecture=model.architecture,
                seed=model.seed,
                pretraining=run.pretraining,
            )
        )

    def pretraining_code(self, wildcards: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.models.pretrain", self._families(wildcards))

    def fetch_code(self, _: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.models.fetch")

    def fetched_model(self, wildcards: Wildcards) -> list[str]:
        model = self._run(wildcards).models[wildcards.model]
        return [model.repository, model.revision]

    # ---- training

    def training_settings(self, wildcards: Wildcards) -> str:
        run = self._run(wildcards)
        model = run.models[wildcards.model]
        shared: dict[str, Any] = {"device": run.device, "prompt": run.prompt, "seed": model.seed}
        if isinstance(model, Grpo):
            return _slice(GrpoJob(**shared, rewards=model.rewards, training=run.training.grpo))
        return _slice(DpoJob(**shared, families=run.pretraining.families, training=run.training.dpo))

    def grpo_module(self, wildcards: Wildcards) -> str:
        return GRPO_MODULES[self._run(wildcards).training.grpo.engine]

    def grpo_code(self, wildcards: Wildcards) -> str:
        model = self._run(wildcards).models[wildcards.model]
        rewards = (f"finmath_grpo.rewards:{reward}" for reward in model.rewards)
        return closure.fingerprint(f"finmath_grpo.training.{self.grpo_module(wildcards)}", *rewards)

    def merge_code(self, _: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.training.merge")

    def dpo_code(self, wildcards: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.training.dpo", self._families(wildcards))

    # ---- evaluation

    def weights(self, wildcards: Wildcards) -> list[str]:
        """The manifest of the model, or of base and adapter where an adapter is evaluated unmerged."""
        model = self._run(wildcards).models[wildcards.model]
        if model.method != "adapter":
            return [self.manifest(wildcards)]
        trained = self._run(wildcards).models[model.of]
        return [_manifest(wildcards.experiment, trained.base), _adapter(wildcards.experiment, model.of)]

    def generation_code(self, wildcards: Wildcards) -> str:
        engine = self._run(wildcards).evaluation.engine
        return closure.fingerprint(
            "finmath_grpo.evaluation.generate", f"finmath_grpo.evaluation.{engine}_engine:{engine}_engine"
        )

    def completions(self, wildcards: Wildcards) -> list[str]:
        """The completions of every model."""
        return [_completions(wildcards.experiment, model) for model in self.models(wildcards)]

    # ---- statistics

    def models(self, wildcards: Wildcards) -> list[str]:
        return list(self.experiments[wildcards.experiment].models)

    def logs(self, wildcards: Wildcards) -> list[str]:
        """The step logs of GRPO."""
        return [_training(wildcards.experiment, model, "log.csv") for model in self._grpo(wildcards.experiment)]

    def rollouts(self, wildcards: Wildcards) -> list[str]:
        """What GRPO sampled while it trained."""
        return [
            _training(wildcards.experiment, name, "completions.jsonl.zst") for name in self._grpo(wildcards.experiment)
        ]

    def completions_of_first_contrast(self, wildcards: Wildcards) -> list[str]:
        pair = self.experiments[wildcards.experiment].statistics.contrasts[0]
        return [_completions(wildcards.experiment, model) for model in pair]

    def labels(self, wildcards: Wildcards) -> str:
        """The models' labels as JSON, in the config's order."""
        models = self.experiments[wildcards.experiment].models
        return json.dumps({name: model.label for name, model in models.items()}, ensure_ascii=False)

    # ---- what is shipped

    def record(self, wildcards: Wildcards) -> str:
        experiment = self.experiments[wildcards.experiment]
        assert isinstance(experiment, Recorded)
        return experiment.record

    def numbers(self, wildcards: Wildcards) -> str:
        experiment = self.experiments[wildcards.experiment]
        assert isinstance(experiment, Published)
        return experiment.numbers

    # ---- figures

    def figures(self, experiment: str) -> list[str]:
        """The names of the figures of an experiment."""
        found = self.experiments[experiment]
        sampled = models_with_rollouts(found)
        return catalogue.figures_of(
            found.kind,
            found.models,
            panel=found.statistics.panel,
            contrasts=found.statistics.contrasts,
            logs=sampled,
            rollouts=sampled,
        )

    def figure_tables(self, wildcards: Wildcards) -> list[str]:
        tables = catalogue.tables_of(wildcards.figure, self.experiments[wildcards.experiment].kind)
        return _statistics(wildcards.experiment, tables)

    def figure_code(self, wildcards: Wildcards) -> list[str]:
        return closure.source_files("finmath_grpo.figures.draw", catalogue.module_of(wildcards.figure))

    def figure_entry(self, wildcards: Wildcards) -> str:
        """What the drawing of a figure depends on of its catalogue entry, as JSON."""
        return catalogue.drawing_of(wildcards.figure)

    def look(self, wildcards: Wildcards) -> str:
        """The config's branch `figures` and what else of it stands in captions, as JSON."""
        experiment = self.experiments[wildcards.experiment]
        return json.dumps(
            {
                **experiment.figures.model_dump(mode="json"),
                "models": {name: model.label for name, model in experiment.models.items()},
                "panel": experiment.statistics.panel,
                "confidence": experiment.statistics.confidence,
            },
            ensure_ascii=False,
        )

    # ---- claims and report

    def tables_of_claims(self, wildcards: Wildcards) -> list[str]:
        names = PUBLISHED_CLAIMS if self._is_published(wildcards) else CLAIMS
        return self._tables(wildcards.experiment, [f"{name}.csv" for name in names])

    def tables_to_link(self, wildcards: Wildcards) -> list[str]:
        """The tables that the page shows or links to: those of the claims, and more."""
        more = ["solved.csv", "agreement.csv", "power.csv", "training.csv", "reward_forms.csv"]
        if not self._is_published(wildcards):
            more.append("examples.json")
        return self.tables_of_claims(wildcards) + self._tables(wildcards.experiment, more)

    def figures_to_link(self, wildcards: Wildcards) -> list[str]:
        return [f"results/{wildcards.experiment}/figures/{name}.png" for name in self.figures(wildcards.experiment)]

    def unless_published(self, pattern: str) -> Callable[[Wildcards], Files]:
        """An input function: a file that the post did not publish."""
        return lambda wildcards: [] if self._is_published(wildcards) else pattern

    def completions_to_read(self, wildcards: Wildcards) -> list[str]:
        return [] if self._is_published(wildcards) else self.completions(wildcards)

    def training_questions(self, wildcards: Wildcards) -> Files:
        return f"results/{wildcards.experiment}/data/train.jsonl" if self.rollouts(wildcards) else []

    def confidence(self, wildcards: Wildcards) -> float:
        return self.experiments[wildcards.experiment].statistics.confidence

    # ---- targets

    def artifacts(self, experiment: str) -> list[str]:
        """Every final artifact of an experiment; the files between them follow."""
        folder = f"results/{experiment}"
        figures = [f"{folder}/figures/{name}.{kind}" for name in self.figures(experiment) for kind in ("png", "html")]
        return [*figures, *(f"{folder}/{file}" for file in ("claims.json", "claims.md", "report/index.html"))]

    # ----

    def _run(self, wildcards: Wildcards) -> Run:
        experiment = self.experiments[wildcards.experiment]
        assert isinstance(experiment, Run), f"{wildcards.experiment} is not run from raw questions"
        return experiment

    def _families(self, wildcards: Wildcards) -> str:
        pretraining = self._run(wildcards).pretraining
        assert pretraining is not None
        return f"finmath_grpo.questions.families.{pretraining.families}:FAMILIES"

    def _grpo(self, experiment: str) -> list[str]:
        """The models of which there is what GRPO sampled while it trained them."""
        found = self.experiments[experiment]
        if isinstance(found, Run):
            return [name for name, model in found.models.items() if model.method == "grpo"]
        return [name for name, model in found.models.items() if model.rollouts] if isinstance(found, Recorded) else []

    def _is_published(self, wildcards: Wildcards) -> bool:
        return self.experiments[wildcards.experiment].kind == "published"

    def _tables(self, experiment: str, files: list[str]) -> list[str]:
        """Tables by file name, without those of GRPO where there was none."""
        absent = (
            TRAINING_TABLES if isinstance(self.experiments[experiment], Run) and not self._grpo(experiment) else set()
        )
        return [f"results/{experiment}/statistics/{file}" for file in files if file.split(".")[0] not in absent]


def _manifest(experiment: str, model: str) -> str:
    return f"results/{experiment}/models/{model}/MANIFEST.sha256"


def _adapter(experiment: str, model: str) -> str:
    return _training(experiment, model, "MANIFEST.sha256")


def _training(experiment: str, model: str, file: str) -> str:
    return f"results/{experiment}/training/{model}/{file}"


def _completions(experiment: str, model: str) -> str:
    return f"results/{experiment}/completions/{model}.jsonl"


def _slice(settings: Settings) -> str:
    return canonical_json(settings.model_dump(mode="json"))
