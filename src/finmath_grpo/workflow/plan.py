"""What each job gets: its input files, settings and code, by experiment, model and figure.

The rules of `rules/*.smk` name the methods of one :class:`Plan`; Snakemake calls them with the wildcards of a job. They
stand here in the order of these files, each where it is first asked for. A stage gets the slice of the config that it
uses, as canonical JSON, so that another option of the file is no change to it.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from snakemake.io import ancient

from finmath_grpo.figures import catalogue
from finmath_grpo.files import canonical_json
from finmath_grpo.models.lock import entry_of, read_lock
from finmath_grpo.workflow import (
    artifacts,
    closure,
    cutoff,
    model_names,
    paths,
    planned_code,
    seeds,
    shared_config,
    slices,
)
from finmath_grpo.workflow.kinds import Adapter, Dpo, Experiment, Fetched, Folder, Grpo, Published, Recorded, Run
from finmath_grpo.workflow.wildcards import Wildcards, run_of

Files = str | list[str]
"""What an input function gives; paths may hold wildcards, and an empty list is no input."""

GRPO_MODULES = {"trl": "grpo", "unsloth": "grpo_unsloth"}
"""Unsloth has to be imported before all else, so its engine has a module of its own."""


class Plan:
    """The input and parameter functions of all rules, for some experiments."""

    def __init__(self, found: Mapping[str, Experiment]) -> None:
        self.experiments = found

    def kinds(self, *wanted: str) -> str:
        """A wildcard constraint: the experiments of some kinds (`run`, `published`, `recorded`)."""
        return "|".join(re.escape(name) for name, found in self.experiments.items() if found.kind in wanted) or "(?!)"

    def settings(self, section: str) -> Callable[[Wildcards], str]:
        """A parameter function: a section of the experiment's config as canonical JSON."""
        return lambda wildcards: slices.section(self._found(wildcards), section)

    def device(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).device

    def models(self, wildcards: Wildcards) -> list[str]:
        return list(self._found(wildcards).models)

    def labels(self, wildcards: Wildcards) -> str:
        """The models' labels as JSON, in the config's order."""
        return json.dumps(model_names.labels(self._found(wildcards)), ensure_ascii=False)

    def confidence(self, wildcards: Wildcards) -> float:
        return self._found(wildcards).statistics.confidence

    def code(self, module: str) -> list[str]:
        """The source files of a cheap stage, as inputs."""
        return closure.source_files(f"finmath_grpo.{module}")

    def fingerprint(self, module: str) -> Callable[[Wildcards], str]:
        """A parameter function: the fingerprint of a dear stage, in place of its files."""
        return lambda _: planned_code.planned(f"finmath_grpo.{module}")

    # ---- rules/questions.smk

    def raw(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).questions

    def raw_of_test(self, wildcards: Wildcards) -> str:
        """The raw file of a further test or of the validation set; without one, a file that is not there."""
        run = self._run(wildcards)
        found = {name: test.questions for name, test in slices.tests(run).items()} | {"v": run.validation}
        return found.get(wildcards.test) or f"config/{wildcards.experiment}.yaml: no questions for {wildcards.test}"

    def raw_to_clean(self, wildcards: Wildcards) -> Files:
        """The raw file, whose date and bytes count for nothing where what was cleaned has its rows."""
        return _to_clean(self.raw(wildcards), wildcards.experiment, "questions.jsonl", "rejected.jsonl")

    def raw_of_test_to_clean(self, wildcards: Wildcards) -> Files:
        """The same of a further test or of the validation set."""
        raw, test = self.raw_of_test(wildcards), wildcards.test
        return _to_clean(raw, wildcards.experiment, f"{test}.jsonl", f"{test}-rejected.jsonl")

    def cleaned_rows(self, wildcards: Wildcards) -> str:
        return cutoff.cleaned_rows(Path(self.raw(wildcards)))

    def cleaned_rows_of_test(self, wildcards: Wildcards) -> str:
        return cutoff.cleaned_rows(Path(self.raw_of_test(wildcards)))

    def split_rows(self, wildcards: Wildcards) -> str:
        return cutoff.split_rows(Path(self.raw(wildcards)), self._run(wildcards).split)

    def committed_test_ids(self, wildcards: Wildcards) -> Files:
        path = paths.committed_test_ids(self.raw(wildcards))
        return str(path) if path.exists() else []

    def tests(self, wildcards: Wildcards) -> list[str]:
        """The questions of every test, in the order of :func:`slices.tests`."""
        return [paths.questions(wildcards.experiment, name) for name in slices.names_of_tests(self._found(wildcards))]

    def test_names(self, wildcards: Wildcards) -> list[str]:
        return slices.names_of_tests(self._found(wildcards))

    # ---- rules/models.smk

    def made_by(self, *methods: str) -> Callable[[Wildcards], Files]:
        """An input function: nothing for a model that comes by one of the methods, or else a file that is not there.

        Four rules make `models/{model}/MANIFEST.sha256`: pretrain, fetch, folder (which asks by its files) and merge.
        Snakemake takes the one whose inputs can be had.
        """

        def entry(wildcards: Wildcards) -> Files:
            if wildcards.model in model_names.models_by_method(self._found(wildcards), *methods):
                return []
            return _no_model(wildcards, *methods)

        return entry

    def held_out(self, wildcards: Wildcards) -> list[str]:
        """Questions whose problems no pre-training text may have: those of the tests and of the validation set."""
        return [paths.questions(wildcards.experiment, name) for name in self.held_out_names(wildcards)]

    def held_out_names(self, wildcards: Wildcards) -> list[str]:
        """The names of the files of :meth:`held_out`."""
        names = slices.names_of_tests(self._found(wildcards))
        return [*names, "v"] if self._run(wildcards).validation else names

    def pretraining_settings(self, wildcards: Wildcards) -> str:
        return slices.pretraining_settings(self._run(wildcards), wildcards.model)

    def pretraining_code(self, wildcards: Wildcards) -> str:
        return planned_code.planned("finmath_grpo.models.pretrain", self._families(wildcards))

    def fetched_model(self, wildcards: Wildcards) -> list[str]:
        model = self._run(wildcards).models[wildcards.model]
        assert isinstance(model, Fetched)
        return [model.repository, model.revision]

    def locked_model(self, wildcards: Wildcards) -> str:
        """The model's entry of config/models.lock as canonical JSON; `null` where it has none."""
        entry = entry_of(read_lock(), *self.fetched_model(wildcards))
        return canonical_json(entry.model_dump(mode="json") if entry else None)

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

    # ---- rules/training.smk

    def base(self, wildcards: Wildcards) -> str:
        """The manifest of the model that `{model}` was trained from."""
        model = self._run(wildcards).models.get(wildcards.model)
        if isinstance(model, Grpo | Dpo):
            return paths.manifest(wildcards.experiment, model.base)
        return _no_model(wildcards, "grpo", "dpo")

    def training_settings(self, wildcards: Wildcards) -> str:
        return slices.training_settings(self._run(wildcards), wildcards.model)

    def validation(self, wildcards: Wildcards) -> Files:
        """The questions that GRPO is asked while it trains, if the config says so."""
        run, model = self._run(wildcards), wildcards.model
        trained = isinstance(run.models[model], Grpo)
        asked = trained and slices.grpo_settings(run, model).validate_every is not None
        return paths.questions(wildcards.experiment, "v") if asked else []

    def grpo_module(self, wildcards: Wildcards) -> str:
        return GRPO_MODULES[slices.grpo_settings(self._run(wildcards), wildcards.model).engine]

    def grpo_code(self, wildcards: Wildcards) -> str:
        model = self._run(wildcards).models[wildcards.model]
        assert isinstance(model, Grpo)
        entries = [f"finmath_grpo.rewards:{reward}" for reward in model.rewards]
        if self.validation(wildcards):
            entries.append("finmath_grpo.training.held_out:judged")
        if self._processes(wildcards) > 1:
            entries.append("finmath_grpo.training.processes")
        if self._run(wildcards).device == "cpu":
            entries.append("finmath_grpo.training.cpu_passes")
        return planned_code.planned(f"finmath_grpo.training.{self.grpo_module(wildcards)}", *entries)

    def dpo_code(self, wildcards: Wildcards) -> str:
        settings = self._run(wildcards).training.dpo
        sampled = settings is not None and settings.rejected == "sampled"
        entries = ["finmath_grpo.training.sampled_pairs"] if sampled else []
        return planned_code.planned("finmath_grpo.training.dpo", self._families(wildcards), *entries)

    # ---- rules/evaluation.smk

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
        tests = slices.tests(self._run(wildcards))
        return canonical_json({name: test.evaluation.model_dump(mode="json") for name, test in tests.items()})

    def deep_part(self, wildcards: Wildcards) -> Files:
        """Nothing for a part that the section `deep` has; for another, a file that is not there."""
        name, deep = wildcards.experiment, self._run(wildcards).deep
        if deep and paths.deep_part(name, wildcards.model, wildcards.first) in paths.deep(name, deep):
            return []
        return f"config/{name}.yaml: deep has no completions of {wildcards.model} from number {wildcards.first} on"

    def deep_settings(self, wildcards: Wildcards) -> str:
        """How T1 is asked for a part of the completions of pass@k at large k, as canonical JSON."""
        return slices.deep_settings(self._run(wildcards), int(wildcards.first))

    def sampling_code(self, module: str) -> Callable[[Wildcards], str]:
        """A parameter function: the fingerprint of a stage that samples, and of the engine that the config names."""

        def code(wildcards: Wildcards) -> str:
            engine = f"{self._run(wildcards).evaluation.engine}_engine"
            return planned_code.planned(f"finmath_grpo.{module}", f"finmath_grpo.evaluation.{engine}:{engine}")

        return code

    def completions(self, wildcards: Wildcards) -> list[str]:
        """The completions of every model."""
        return [paths.completions(wildcards.experiment, model) for model in self.models(wildcards)]

    def deep_models(self, wildcards: Wildcards) -> tuple[str, ...]:
        return model_names.deep_models(self._found(wildcards))

    def deep_completions(self, wildcards: Wildcards) -> Files:
        """Those of every model of the section `deep`, part by part; without one, a file that is not there."""
        name, deep = wildcards.experiment, self._run(wildcards).deep
        return paths.deep(name, deep) if deep else f"config/{name}.yaml: no section deep"

    # ---- rules/recorded.smk

    def record(self, wildcards: Wildcards) -> str:
        experiment = self._found(wildcards)
        assert isinstance(experiment, Recorded)
        return experiment.record

    def recorded(self) -> list[str]:
        """The experiments of the kind `recorded`."""
        return [name for name, found in self.experiments.items() if isinstance(found, Recorded)]

    def recorded_texts(self, experiment: str) -> dict[str, list[str]]:
        """What models wrote, by kind: members of an experiment's record. No kind of which there is none."""
        found = self.experiments[experiment]
        texts = {
            "completions": [f"completions/{model}.jsonl" for model in found.models],
            "rollouts": [f"training/{m}/completions.jsonl.zst" for m in model_names.models_with_rollouts(found)],
        }
        return {kind: members for kind, members in texts.items() if members}

    # ---- rules/statistics.smk

    def runs(self, wildcards: Wildcards) -> str:
        """The entries with several training runs, as the statistics take them, as JSON."""
        return json.dumps(seeds.made_by_runs(self._found(wildcards)))

    def logs(self, wildcards: Wildcards) -> list[str]:
        """The step logs of GRPO."""
        models = model_names.models_by_method(self._found(wildcards), "grpo")
        return [paths.training(wildcards.experiment, model, "log.csv") for model in models]

    def rollouts(self, wildcards: Wildcards) -> list[str]:
        """What GRPO sampled while it trained."""
        models = model_names.models_with_rollouts(self._found(wildcards))
        return [paths.training(wildcards.experiment, model, "completions.jsonl.zst") for model in models]

    def merge_checks(self, wildcards: Wildcards) -> list[str]:
        """What the merges found, by GRPO or DPO."""
        trained = model_names.trained_pairs(self._found(wildcards))
        return [f"results/{wildcards.experiment}/models/{model}/merge_check.json" for model, _ in trained]

    def completions_of_first_contrast(self, wildcards: Wildcards) -> list[str]:
        pair = self._found(wildcards).statistics.contrasts[0]
        return [paths.completions(wildcards.experiment, model) for model in pair]

    def numbers(self, wildcards: Wildcards) -> str:
        experiment = self._found(wildcards)
        assert isinstance(experiment, Published)
        return experiment.numbers

    # ---- rules/figures.smk

    def figure_tables(self, wildcards: Wildcards) -> list[str]:
        return artifacts.tables_drawn(wildcards.experiment, self._found(wildcards), wildcards.figure)

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
                "models": model_names.labels(experiment),
                "runs": {entry: list(found) for entry, found in seeds.runs(experiment).items()},
                "unmerged": model_names.unmerged(experiment),
                "panel": experiment.statistics.panel,
                "confidence": experiment.statistics.confidence,
            },
            ensure_ascii=False,
        )

    # ---- rules/claims.smk

    def tables_of_claims(self, wildcards: Wildcards) -> list[str]:
        return artifacts.tables_claimed(wildcards.experiment, self._found(wildcards))

    def if_run(self, pattern: str) -> Callable[[Wildcards], Files]:
        """An input function: a file that only a run from raw questions has."""
        return lambda wildcards: pattern if isinstance(self._found(wildcards), Run) else []

    def kind(self, wildcards: Wildcards) -> str:
        """Whose numbers an experiment has: `run`, `recorded` or `published`."""
        return self._found(wildcards).kind

    def run_counts(self, wildcards: Wildcards) -> str:
        """How many training runs each trained entry has, as JSON."""
        return json.dumps(seeds.run_counts(self._found(wildcards)))

    # ---- rules/report.smk

    def unless_published(self, pattern: str) -> Callable[[Wildcards], Files]:
        """An input function: a file that the post did not publish."""
        return lambda wildcards: [] if self._is_published(wildcards) else pattern

    def completions_to_read(self, wildcards: Wildcards) -> list[str]:
        return [] if self._is_published(wildcards) else self.completions(wildcards)

    def training_questions(self, wildcards: Wildcards) -> Files:
        return f"results/{wildcards.experiment}/data/train.jsonl" if self.rollouts(wildcards) else []

    def tables_to_link(self, wildcards: Wildcards) -> list[str]:
        return artifacts.tables_linked(wildcards.experiment, self._found(wildcards))

    def figures_to_link(self, wildcards: Wildcards) -> list[str]:
        drawn = artifacts.figures(self._found(wildcards))
        return [f"results/{wildcards.experiment}/figures/{figure}.png" for figure in drawn]

    def loaded_by_page(self, wildcards: Wildcards) -> list[str]:
        return artifacts.loaded_by_page(wildcards.experiment, self._found(wildcards))

    def page_sources(self, *patterns: str) -> list[str]:
        """Files of the report that are no Python."""
        folder = Path("src/finmath_grpo/report")
        return sorted(str(path) for pattern in patterns for path in folder.glob(pattern))

    # ---- rules/share.smk

    def manifests(self, wildcards: Wildcards) -> list[str]:
        """The manifests of the models whose weights lie in the experiment's folder."""
        models = model_names.models_by_method(self._found(wildcards), "pretrain", "fetch", "folder", "grpo", "dpo")
        return [paths.manifest(wildcards.experiment, model) for model in models]

    def of_trained(self, wildcards: Wildcards) -> list[str]:
        """What the cards of trained models tell of their training and merging."""
        return [*self.logs(wildcards), *self.merge_checks(wildcards)]

    def shared_config(self, wildcards: Wildcards) -> str:
        """What others are told of the config, as JSON."""
        return shared_config.shared_config(self._found(wildcards))

    # ---- what these ask

    def _found(self, wildcards: Wildcards) -> Experiment:
        return self.experiments[wildcards.experiment]

    def _run(self, wildcards: Wildcards) -> Run:
        return run_of(self.experiments, wildcards)

    def _is_published(self, wildcards: Wildcards) -> bool:
        return isinstance(self._found(wildcards), Published)

    def _processes(self, wildcards: Wildcards) -> int:
        """How many processes train a model by GRPO."""
        return slices.grpo_settings(self._run(wildcards), wildcards.model).processes

    def _families(self, wildcards: Wildcards) -> str:
        pretraining = self._run(wildcards).pretraining
        assert pretraining is not None
        return f"finmath_grpo.questions.families.{pretraining.families}:FAMILIES"


def _to_clean(raw: str, experiment: str, *cleaned: str) -> Files:
    questions, rejected = (Path("results", experiment, "data", name) for name in cleaned)
    other = cutoff.are_other_rows(Path(raw), questions, rejected)
    found: Files = raw if other else ancient(raw)
    return found


def _no_model(wildcards: Wildcards, *methods: str) -> str:
    """A path that no rule makes; Snakemake shows it to whoever asks for a model that is not in the config."""
    return f"config/{wildcards.experiment}.yaml: no {wildcards.model} by {' or '.join(methods)} under models"
