"""What the jobs of a run get, from questions to completions: input files, settings and device.

:class:`RunPlan` is the first half of :class:`finmath_grpo.workflow.plan.Plan`.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from snakemake.io import ancient

from finmath_grpo.errors import UserError
from finmath_grpo.files import canonical_json
from finmath_grpo.models.lock import entry_of, read_lock
from finmath_grpo.numerals import count
from finmath_grpo.workflow import (
    closure,
    cluster,
    contradictions,
    cutoff,
    model_names,
    named_files,
    paths,
    planned_code,
    slices,
)
from finmath_grpo.workflow.kinds import Adapter, Dpo, Experiment, Fetched, Folder, Grpo, Run


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


class RunPlan:
    """The input and parameter functions of the rules up to completions, for some experiments."""

    def __init__(self, found: Mapping[str, Experiment]) -> None:
        self.experiments = found
        self.jobs_per_gpu: Callable[[], int] = lambda: 1
        """How many jobs of the run may share a GPU, as `rules/machine.smk` finds."""

    # ---- which experiment, which model

    def kinds(self, *wanted: str) -> str:
        """A wildcard constraint: the experiments of some kinds (`run`, `published`, `recorded`)."""
        return "|".join(re.escape(name) for name, found in self.experiments.items() if found.kind in wanted) or "(?!)"

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

    def settings(self, section: str) -> Callable[[Wildcards], str]:
        """A parameter function: a section of the experiment's config as canonical JSON."""
        return lambda wildcards: slices.section(self.experiments[wildcards.experiment], section)

    def device(self, wildcards: Wildcards) -> str:
        return self._run(wildcards).device

    def gpus(self, wildcards: Wildcards) -> int:
        """How many GPUs a job asks for; as many jobs run at once as `--resources gpu` allows."""
        return int(self.device(wildcards) == "cuda")

    def all_jobs_of_a_gpu(self, wildcards: Wildcards) -> int:
        """Of pre-training, which has to be alone: two side by side on an H100 ended one in a CUDA launch failure."""
        return self.gpus(wildcards) * self.jobs_per_gpu()

    def gpus_of_generation(self, wildcards: Wildcards) -> int:
        return self.gpus(wildcards) * self._run(wildcards).evaluation.tensor_parallel_size

    def gpus_of_grpo(self, wildcards: Wildcards) -> int:
        return self.gpus(wildcards) * self._processes(wildcards)

    def gpus_asked(self, rule: str, wildcards: Wildcards) -> int:
        """How many GPUs a planned job needs by its settings; Snakemake lowers that to what the run may use."""
        asks = {
            **dict.fromkeys(("pretrain", "dpo", "merge"), self.gpus),
            **dict.fromkeys(("generate", "sample_deep"), self.gpus_of_generation),
            "grpo": self.gpus_of_grpo,
        }
        return asks[rule](wildcards) if rule in asks else 0

    def memory_mb(self, wildcards: Wildcards) -> int:
        return cluster.memory_mb(self._run(wildcards).needs)

    def memory_mb_of_grpo(self, wildcards: Wildcards) -> int:
        return self.memory_mb(wildcards) * self._processes(wildcards)

    def minutes(self, wildcards: Wildcards) -> int:
        return cluster.minutes(self._run(wildcards).needs)

    def cpus(self, wildcards: Wildcards) -> int:
        """CPU cores that a job may use: one on a CPU, where more would change the order of sums and so the bytes."""
        return 12 if self.device(wildcards) == "cuda" else 1

    def cpus_of_grpo(self, wildcards: Wildcards) -> int:
        return self.cpus(wildcards) * self._processes(wildcards)

    def code(self, module: str) -> list[str]:
        """The source files of a cheap stage, as inputs."""
        return closure.source_files(f"finmath_grpo.{module}")

    def fingerprint(self, module: str) -> Callable[[Wildcards], str]:
        """A parameter function: the fingerprint of a dear stage, in place of its files."""
        return lambda _: planned_code.planned(f"finmath_grpo.{module}")

    # ---- questions

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

    def check_questions(self, names: Iterable[str]) -> None:
        """Raise UserError for a row of the questions of these experiments that no stage could read, for a file that is
        two of questions, validation and tests or repeats the questions, and for a T3 of other questions.

        Snakemake would show what a parameter function raises with a traceback.
        """
        for name in names:
            if not isinstance(run := self.experiments[name], Run):
                continue
            files = dict(named_files.named(run))
            for raw in map(Path, files.values()):
                if raw.is_file():
                    cutoff.cleaned_rows(raw)
            if Path(run.questions).is_file():
                cutoff.split_rows(Path(run.questions), run.split)
            for fault in _faults_of_tests(run, files):
                raise UserError(f"config/{name}.yaml: {fault}")

    def committed_test_ids(self, wildcards: Wildcards) -> Files:
        path = paths.committed_test_ids(self.raw(wildcards))
        return str(path) if path.exists() else []

    def tests(self, wildcards: Wildcards) -> list[str]:
        """The questions of every test, in the order of :func:`slices.tests`."""
        return [paths.questions(wildcards.experiment, name) for name in slices.names_of_tests(self._found(wildcards))]

    def test_names(self, wildcards: Wildcards) -> list[str]:
        return slices.names_of_tests(self._found(wildcards))

    def held_out(self, wildcards: Wildcards) -> list[str]:
        """Questions whose problems no pre-training text may have: those of the tests and of the validation set."""
        return [paths.questions(wildcards.experiment, name) for name in self.held_out_names(wildcards)]

    def held_out_names(self, wildcards: Wildcards) -> list[str]:
        """The names of the files of :meth:`held_out`."""
        names = slices.names_of_tests(self._found(wildcards))
        return [*names, "v"] if self._run(wildcards).validation else names

    # ---- models

    def base(self, wildcards: Wildcards) -> str:
        """The manifest of the model that `{model}` was trained from."""
        model = self._run(wildcards).models.get(wildcards.model)
        if isinstance(model, Grpo | Dpo):
            return paths.manifest(wildcards.experiment, model.base)
        return _no_model(wildcards, "grpo", "dpo")

    def pretraining_settings(self, wildcards: Wildcards) -> str:
        return slices.pretraining_settings(self._run(wildcards), wildcards.model)

    def pretraining_code(self, wildcards: Wildcards) -> str:
        return planned_code.planned("finmath_grpo.models.pretrain", self._families(wildcards))

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
        tests = slices.tests(self._run(wildcards))
        return canonical_json({name: test.evaluation.model_dump(mode="json") for name, test in tests.items()})

    def deep_settings(self, wildcards: Wildcards) -> str:
        """How T1 is asked for pass@k at large k, as canonical JSON."""
        return slices.deep_settings(self._run(wildcards))

    def sampling_code(self, module: str) -> Callable[[Wildcards], str]:
        """A parameter function: the fingerprint of a stage that samples, and of the engine that the config names."""

        def code(wildcards: Wildcards) -> str:
            engine = f"{self._run(wildcards).evaluation.engine}_engine"
            return planned_code.planned(f"finmath_grpo.{module}", f"finmath_grpo.evaluation.{engine}:{engine}")

        return code

    def deep_completions(self, wildcards: Wildcards) -> Files:
        """Those of every model of the section `deep`; without one, a file that is not there."""
        models = model_names.deep_models(self._run(wildcards))
        found = [paths.deep(wildcards.experiment, model) for model in models]
        return found or f"config/{wildcards.experiment}.yaml: no section deep"

    def completions(self, wildcards: Wildcards) -> list[str]:
        """The completions of every model."""
        return [paths.completions(wildcards.experiment, model) for model in self.models(wildcards)]

    def models(self, wildcards: Wildcards) -> list[str]:
        return list(self._found(wildcards).models)

    # ----

    def _found(self, wildcards: Wildcards) -> Experiment:
        return self.experiments[wildcards.experiment]

    def _run(self, wildcards: Wildcards) -> Run:
        experiment = self._found(wildcards)
        assert isinstance(experiment, Run), f"{wildcards.experiment} is not run from raw questions"
        return experiment

    def _processes(self, wildcards: Wildcards) -> int:
        """How many processes train a model by GRPO."""
        run = self._run(wildcards)
        return slices.grpo_settings(run, wildcards.model).processes

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


def _faults_of_tests(run: Run, files: Mapping[str, str]) -> Iterator[str]:
    """The faults of the files of a run's questions, given by the keys that name them.

    A test says nothing of what was trained on, and T3 nothing of questions that it does not have.
    """
    for first, second in contradictions.alike({key: os.path.realpath(file) for key, file in files.items()}):
        yield f"{second}: {files[second]} is the file of `{first}` too; name another"
    there = {key: Path(file) for key, file in files.items() if Path(file).is_file()}
    further = {key: file for key, file in there.items() if key != "questions" and "questions" in there}
    for key, file in further.items():
        if twice := cutoff.repeated(file, there["questions"]):
            yield (
                f"{key}: {count(len(twice), 'question')} of {file}, the first {twice[0]!r}, can be found word for word"
                f" in {run.questions}, which T1 and the training questions come from; take them out of one of the files"
            )
    instances = files.get(key := "tests.t3.questions", "")
    if Path(instances).is_file() and Path(run.questions).is_file():
        strange = cutoff.strangers(Path(instances), Path(run.questions))
        if strange:
            yield (
                f"{key}: {instances} was made from other questions than {run.questions}: {len(strange)} rows name a"
                f" question (`of`) that is not there, the first {strange[0]!r}; name a file of your own, or write"
                " `tests: {t3: null}`"
            )
