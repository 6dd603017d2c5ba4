"""What each job gets: its input files, settings and device, by experiment, model and figure.

The rules of `rules/*.smk` name the methods of one :class:`Plan`; Snakemake calls them with the wildcards of a job.
A stage gets the slice of the config that it uses, as canonical JSON, so that another option of the file is no change
to it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from finmath_grpo.figures import catalogue
from finmath_grpo.files import canonical_json
from finmath_grpo.models.lock import entry_of, read_lock
from finmath_grpo.workflow import closure, cluster, cutoff, experiments, paths
from finmath_grpo.workflow.kinds import Adapter, Dpo, Experiment, Fetched, Folder, Grpo, Published, Recorded, Run
from finmath_grpo.workflow.recorded import config_of_record


class Wildcards(Protocol):
    """The wildcards of a job; a rule has those that its paths name."""

    experiment: str
    model: str
    figure: str
    test: str


Files = str | list[str]
"""What an input function gives; paths may hold wildcards, and an empty list is no input."""

GRPO_MODULES = {"trl": "grpo", "unsloth": "grpo_unsloth"}
"""Unsloth has to be imported before all else, so its engine has a module of its own."""
CLAIMED = (
    *("accuracy", "any_temperature", "contrasts", "panel", "reward_facts", "temperature_effect", "solved", "training"),
    *("by_question", "forms_by_question"),
    *("decomposition", "readability", "ceiling"),
)
"""Tables that claims read."""
LINKED = (
    *("disagreement", "outcomes", "pass_and_majority", "reward_audit", "agreement", "power", "reward_forms"),
    *("shapes", "runs"),
)
"""Tables that the report links to beside them."""
NOT_PUBLISHED = {
    *("disagreement", "outcomes", "pass_and_majority", "reward_audit", "by_question", "forms_by_question"),
    *("decomposition", "readability", "ceiling", "shapes", "runs"),
}
"""Tables that can't be made of the post's numbers."""
SHARED = ("questions", "device", "prompt", "models", "training", "evaluation", "statistics")
"""Sections of a config that an export tells of."""
OF_GRPO = {"training", "reward_facts", "reward_audit", "reward_forms", "forms_by_question"}
"""Tables of what GRPO logged; an experiment without a GRPO model has none of them."""


class Plan:
    """The input and parameter functions of the rules, for some experiments."""

    def __init__(self, found: Mapping[str, Experiment]) -> None:
        self.experiments = found

    # ---- which experiment, which model

    def kinds(self, *wanted: str) -> str:
        """A wildcard constraint: the experiments of some kinds (`run`, `published`, `recorded`)."""
        return "|".join(re.escape(name) for name, found in self.experiments.items() if found.kind in wanted) or "(?!)"

    def made_by(self, *methods: str) -> Callable[[Wildcards], Files]:
        """An input function: nothing for a model that comes by one of the methods, or else a file that is not there.

        Three rules make `models/{model}/MANIFEST.sha256`. Snakemake takes the one whose inputs can be had.
        """

        def entry(wildcards: Wildcards) -> Files:
            if wildcards.model in experiments.models_by_method(self._found(wildcards), *methods):
                return []
            return _no_model(wildcards, *methods)

        return entry

    def settings(self, section: str) -> Callable[[Wildcards], str]:
        """A parameter function: a section of the experiment's config as canonical JSON."""
        return lambda wildcards: experiments.section(self.experiments[wildcards.experiment], section)

    def device(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).device

    def gpus(self, wildcards: Wildcards) -> int:
        """How many GPUs a job asks for; as many jobs run at once as `--resources gpu` allows."""
        return int(self.device(wildcards) == "cuda")

    def gpus_of_generation(self, wildcards: Wildcards) -> int:
        return self.gpus(wildcards) * self._run(wildcards).evaluation.tensor_parallel_size

    def memory_mb(self, wildcards: Wildcards) -> int:
        return cluster.memory_mb(self._run(wildcards).needs)

    def minutes(self, wildcards: Wildcards) -> int:
        return cluster.minutes(self._run(wildcards).needs)

    def cpus(self, wildcards: Wildcards) -> int:
        """CPU cores that a job may use: one on a CPU, where more would change the order of sums and so the bytes."""
        return 12 if self.device(wildcards) == "cuda" else 1

    def code(self, *modules: str) -> list[str]:
        """The source files of cheap stages, as inputs."""
        return closure.source_files(*(f"finmath_grpo.{module}" for module in modules))

    # ---- questions

    def raw(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).questions

    def raw_of_test(self, wildcards: Wildcards) -> str:
        """The raw file of a further test or of the validation set; without one, a file that is not there."""
        run = self._run(wildcards)
        found = {name: test.questions for name, test in experiments.tests(run).items()} | {"v": run.validation}
        return found.get(wildcards.test) or f"config/{wildcards.experiment}.yaml: no questions for {wildcards.test}"

    def cleaned_rows(self, wildcards: Wildcards) -> str:
        return cutoff.cleaned_rows(Path(self.raw(wildcards)))

    def cleaned_rows_of_test(self, wildcards: Wildcards) -> str:
        return cutoff.cleaned_rows(Path(self.raw_of_test(wildcards)))

    def split_rows(self, wildcards: Wildcards) -> str:
        return cutoff.split_rows(Path(self.raw(wildcards)), self._run(wildcards).split)

    def committed_test_ids(self, wildcards: Wildcards) -> Files:
        path = Path(self.raw(wildcards)).with_suffix(".test-ids.json")
        return str(path) if path.exists() else []

    def tests(self, wildcards: Wildcards) -> list[str]:
        """The questions of every test, in the order of :func:`experiments.tests`."""
        return [
            paths.questions(wildcards.experiment, name) for name in experiments.names_of_tests(self._found(wildcards))
        ]

    def test_names(self, wildcards: Wildcards) -> list[str]:
        return experiments.names_of_tests(self._found(wildcards))

    def held_out(self, wildcards: Wildcards) -> list[str]:
        """Questions whose problems no pre-training text may have: those of the tests and of the validation set."""
        return [paths.questions(wildcards.experiment, name) for name in self.held_out_names(wildcards)]

    def held_out_names(self, wildcards: Wildcards) -> list[str]:
        """The names of the files of :meth:`held_out`."""
        names = experiments.names_of_tests(self._found(wildcards))
        return [*names, "v"] if self._run(wildcards).validation else names

    # ---- models

    def base(self, wildcards: Wildcards) -> str:
        """The manifest of the model that `{model}` was trained from."""
        model = self._run(wildcards).models.get(wildcards.model)
        if isinstance(model, Grpo | Dpo):
            return paths.manifest(wildcards.experiment, model.base)
        return _no_model(wildcards, "grpo", "dpo")

    def pretraining_settings(self, wildcards: Wildcards) -> str:
        return experiments.pretraining_settings(self._run(wildcards), wildcards.model)

    def pretraining_code(self, wildcards: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.models.pretrain", self._families(wildcards))

    def fetch_code(self, _: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.models.fetch")

    def folder_code(self, _: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.models.folder")

    def fetched_model(self, wildcards: Wildcards) -> list[str]:
        model = self._run(wildcards).models[wildcards.model]
        assert isinstance(model, Fetched)
        return [model.repository, model.revision]

    def folder(self, wildcards: Wildcards) -> str:
        """The folder of a model that lies on this machine."""
        model = self._run(wildcards).models[wildcards.model]
        assert isinstance(model, Folder)
        return model.folder

    def files_of_folder(self, wildcards: Wildcards) -> Files:
        """The files of that folder, so that a change of them is one of the model."""
        model = self._run(wildcards).models.get(wildcards.model)
        if not isinstance(model, Folder):
            return _no_model(wildcards, "folder")
        found = sorted(str(path) for path in Path(model.folder).glob("*") if path.is_file())
        return found or f"{model.folder}: no such folder of a model"

    def locked_model(self, wildcards: Wildcards) -> str:
        """The model's entry of config/models.lock as canonical JSON; `null` where it has none."""
        entry = entry_of(read_lock(), *self.fetched_model(wildcards))
        return canonical_json(entry.model_dump(mode="json") if entry else None)

    # ---- training

    def training_settings(self, wildcards: Wildcards) -> str:
        return experiments.training_settings(self._run(wildcards), wildcards.model)

    def validation(self, wildcards: Wildcards) -> Files:
        """The questions that GRPO is asked while it trains, if the config says so."""
        settings = self._run(wildcards).training.grpo
        return paths.questions(wildcards.experiment, "v") if settings and settings.validate_every else []

    def grpo_module(self, wildcards: Wildcards) -> str:
        settings = self._run(wildcards).training.grpo
        assert settings is not None
        return GRPO_MODULES[settings.engine]

    def grpo_code(self, wildcards: Wildcards) -> str:
        model = self._run(wildcards).models[wildcards.model]
        assert isinstance(model, Grpo)
        entries = [f"finmath_grpo.rewards:{reward}" for reward in model.rewards]
        if self.validation(wildcards):
            entries.append("finmath_grpo.training.held_out:judged")
        return closure.fingerprint(f"finmath_grpo.training.{self.grpo_module(wildcards)}", *entries)

    def merge_code(self, _: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.training.merge")

    def dpo_code(self, wildcards: Wildcards) -> str:
        return closure.fingerprint("finmath_grpo.training.dpo", self._families(wildcards))

    # ---- evaluation

    def weights(self, wildcards: Wildcards) -> list[str]:
        """The manifest of the model, or of base and adapter where an adapter is evaluated unmerged."""
        model = self._run(wildcards).models[wildcards.model]
        if not isinstance(model, Adapter):
            return [paths.manifest(wildcards.experiment, wildcards.model)]
        trained = self._run(wildcards).models[model.of]
        assert isinstance(trained, Grpo | Dpo)
        return [
            paths.manifest(wildcards.experiment, trained.base),
            paths.training(wildcards.experiment, model.of, "MANIFEST.sha256"),
        ]

    def evaluation_settings(self, wildcards: Wildcards) -> str:
        """How each test is asked, by its name, as canonical JSON."""
        tests = experiments.tests(self._run(wildcards))
        return canonical_json({name: test.evaluation.model_dump(mode="json") for name, test in tests.items()})

    def generation_code(self, wildcards: Wildcards) -> str:
        engine = self._run(wildcards).evaluation.engine
        return closure.fingerprint(
            "finmath_grpo.evaluation.generate", f"finmath_grpo.evaluation.{engine}_engine:{engine}_engine"
        )

    def completions(self, wildcards: Wildcards) -> list[str]:
        """The completions of every model."""
        return [paths.completions(wildcards.experiment, model) for model in self.models(wildcards)]

    # ---- statistics

    def models(self, wildcards: Wildcards) -> list[str]:
        return list(self._found(wildcards).models)

    def runs(self, wildcards: Wildcards) -> str:
        """The entries with several training runs, as the statistics take them, as JSON."""
        return json.dumps(experiments.trainings(self._found(wildcards)))

    def training_runs(self, wildcards: Wildcards) -> str:
        """How many training runs each trained entry has, as JSON."""
        return json.dumps(experiments.training_runs(self._found(wildcards)))

    def logs(self, wildcards: Wildcards) -> list[str]:
        """The step logs of GRPO."""
        models = experiments.models_by_method(self._found(wildcards), "grpo")
        return [paths.training(wildcards.experiment, model, "log.csv") for model in models]

    def merge_checks(self, wildcards: Wildcards) -> list[str]:
        """What the merges found, by GRPO or DPO."""
        trained = experiments.trained_pairs(self._found(wildcards))
        return [f"results/{wildcards.experiment}/models/{model}/merge_check.json" for model, _ in trained]

    def rollouts(self, wildcards: Wildcards) -> list[str]:
        """What GRPO sampled while it trained."""
        models = experiments.models_with_rollouts(self._found(wildcards))
        return [paths.training(wildcards.experiment, model, "completions.jsonl.zst") for model in models]

    def completions_of_first_contrast(self, wildcards: Wildcards) -> list[str]:
        pair = self._found(wildcards).statistics.contrasts[0]
        return [paths.completions(wildcards.experiment, model) for model in pair]

    def labels(self, wildcards: Wildcards) -> str:
        """The models' labels as JSON, in the config's order."""
        return json.dumps(experiments.labels(self._found(wildcards)), ensure_ascii=False)

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
        sampled = experiments.models_with_rollouts(found)
        return catalogue.figures_of(
            found.kind,
            found.models,
            panel=found.statistics.panel,
            contrasts=found.statistics.contrasts,
            logs=sampled,
            rollouts=sampled,
            merged=[model for model, _ in experiments.trained_pairs(found)],
            audited=found.models if isinstance(found, Recorded) and found.scorer_audit else (),
        )

    def figure_tables(self, wildcards: Wildcards) -> list[str]:
        found = self.experiments[wildcards.experiment]
        tables = catalogue.tables_of(wildcards.figure, found.kind)
        if isinstance(found, Recorded) and found.scorer_audit and tables == [catalogue.AUDIT]:
            return [found.scorer_audit]
        return paths.statistics(wildcards.experiment, tables)

    def figure_code(self, wildcards: Wildcards) -> list[str]:
        return closure.source_files("finmath_grpo.figures.draw", catalogue.module_of(wildcards.figure))

    def figure_entry(self, wildcards: Wildcards) -> str:
        """What the drawing of a figure depends on of its catalogue entry, as JSON."""
        return catalogue.drawing_of(wildcards.figure)

    def look(self, wildcards: Wildcards) -> str:
        """The config's branch `figures` and what else of it stands in captions, as JSON."""
        experiment = self._found(wildcards)
        return json.dumps(
            {
                **experiment.figures.model_dump(mode="json"),
                "models": experiments.labels(experiment),
                "runs": {entry: list(found) for entry, found in experiments.runs(experiment).items()},
                "panel": experiment.statistics.panel,
                "confidence": experiment.statistics.confidence,
            },
            ensure_ascii=False,
        )

    # ---- claims and report

    def kind(self, wildcards: Wildcards) -> str:
        """Whose numbers an experiment has: `run`, `recorded` or `published`."""
        return self.experiments[wildcards.experiment].kind

    def tables_of_claims(self, wildcards: Wildcards) -> list[str]:
        return self._tables(wildcards, CLAIMED)

    def tables_to_link(self, wildcards: Wildcards) -> list[str]:
        """The tables that the page shows or links to: those of the claims, and more."""
        experiment = self._found(wildcards)
        with_examples = not isinstance(experiment, Published) and experiment.statistics.contrasts
        examples = paths.statistics(wildcards.experiment, ["examples.json"]) if with_examples else []
        return [*self._tables(wildcards, (*CLAIMED, *LINKED)), *examples]

    def figures_to_link(self, wildcards: Wildcards) -> list[str]:
        return [f"results/{wildcards.experiment}/figures/{name}.png" for name in self.figures(wildcards.experiment)]

    def unless_published(self, pattern: str) -> Callable[[Wildcards], Files]:
        """An input function: a file that the post did not publish."""
        return lambda wildcards: [] if self._is_published(wildcards) else pattern

    def if_run(self, pattern: str) -> Callable[[Wildcards], Files]:
        """An input function: a file that only a run from raw questions has."""
        return lambda wildcards: pattern if isinstance(self._found(wildcards), Run) else []

    def page_sources(self, *patterns: str) -> list[str]:
        """Files of the report that are no Python."""
        folder = Path("src/finmath_grpo/report")
        return sorted(str(path) for pattern in patterns for path in folder.glob(pattern))

    def loaded_by_page(self, wildcards: Wildcards) -> list[str]:
        return self._loaded(wildcards.experiment)

    def completions_to_read(self, wildcards: Wildcards) -> list[str]:
        return [] if self._is_published(wildcards) else self.completions(wildcards)

    def training_questions(self, wildcards: Wildcards) -> Files:
        return f"results/{wildcards.experiment}/data/train.jsonl" if self.rollouts(wildcards) else []

    def confidence(self, wildcards: Wildcards) -> float:
        return self.experiments[wildcards.experiment].statistics.confidence

    # ---- what is shared

    def shared_config(self, wildcards: Wildcards) -> str:
        """What others are told of the config, as JSON; of a recorded run, of the config in its record."""
        experiment = self._found(wildcards)
        if isinstance(experiment, Recorded):
            _, config = config_of_record(Path(experiment.record))
        else:
            config = experiment.model_dump(mode="json")
        return canonical_json({key: config.get(key) for key in SHARED})

    def manifests(self, wildcards: Wildcards) -> list[str]:
        """The manifests of the models whose weights lie in the experiment's folder."""
        models = experiments.models_by_method(self._found(wildcards), "pretrain", "fetch", "folder", "grpo", "dpo")
        return [paths.manifest(wildcards.experiment, model) for model in models]

    def of_trained(self, wildcards: Wildcards) -> list[str]:
        """What the cards of trained models tell of their training and merging."""
        return [*self.logs(wildcards), *self.merge_checks(wildcards)]

    # ---- targets

    def artifacts(self, experiment: str) -> list[str]:
        """Every final artifact of an experiment; the files between them follow."""
        folder = f"results/{experiment}"
        figures = [f"{folder}/figures/{name}.{kind}" for name in self.figures(experiment) for kind in ("png", "html")]
        files = ["claims.json", "claims.md", "report/index.html"]
        if isinstance(self.experiments[experiment], Run):
            files += ["data/audit.json", "data/contamination.json"]
        # What pages load, too: of the files behind a target, Snakemake makes again only those that are targets.
        return [*figures, *(f"{folder}/{file}" for file in files), *self._loaded(experiment)]

    # ----

    def _loaded(self, experiment: str) -> list[str]:
        """What the page of the report and those of the figures load."""
        folder = f"results/{experiment}"
        texts = [] if isinstance(self.experiments[experiment], Published) else paths.report_texts(experiment)
        plotly = [f"{folder}/figures/plotly.min.js"] if self.figures(experiment) else []
        return [f"{folder}/report/report.js", f"{folder}/report/report.css", *texts, *plotly]

    def _found(self, wildcards: Wildcards) -> Experiment:
        return self.experiments[wildcards.experiment]

    def _run(self, wildcards: Wildcards) -> Run:
        experiment = self._found(wildcards)
        assert isinstance(experiment, Run), f"{wildcards.experiment} is not run from raw questions"
        return experiment

    def _families(self, wildcards: Wildcards) -> str:
        pretraining = self._run(wildcards).pretraining
        assert pretraining is not None
        return f"finmath_grpo.questions.families.{pretraining.families}:FAMILIES"

    def _is_published(self, wildcards: Wildcards) -> bool:
        return isinstance(self._found(wildcards), Published)

    def _tables(self, wildcards: Wildcards, names: Iterable[str]) -> list[str]:
        """The files of tables, as far as the experiment has them."""
        absent = set(NOT_PUBLISHED) if self._is_published(wildcards) else set()
        if not self._is_published(wildcards) and not experiments.models_with_rollouts(self._found(wildcards)):
            absent |= OF_GRPO
        return paths.statistics(wildcards.experiment, [f"{name}.csv" for name in names if name not in absent])


def _no_model(wildcards: Wildcards, *methods: str) -> str:
    """A path that no rule makes; Snakemake shows it to whoever asks for a model that is not in the config."""
    return f"config/{wildcards.experiment}.yaml: no {wildcards.model} by {' or '.join(methods)} under models"
