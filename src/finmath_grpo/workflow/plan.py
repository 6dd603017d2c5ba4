"""What each job gets: its input files, settings and device, by experiment, model and figure.

The rules of `rules/*.smk` name the methods of one :class:`Plan`; Snakemake calls them with the wildcards of a job.
A stage gets the slice of the config that it uses, as canonical JSON, so that another option of the file is no change
to it. The jobs up to completions are planned in :mod:`finmath_grpo.workflow.plan_of_run`.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from finmath_grpo.figures import catalogue
from finmath_grpo.files import canonical_json
from finmath_grpo.workflow import closure, model_names, paths, seeds
from finmath_grpo.workflow.kinds import Published, Recorded, Run
from finmath_grpo.workflow.plan_of_run import Files, RunPlan, Wildcards
from finmath_grpo.workflow.recorded import config_of_record

CLAIMED = (
    *("accuracy", "any_temperature", "contrasts", "panel", "reward_facts", "temperature_effect", "solved", "training"),
    *("by_question", "forms_by_question", "agreement"),
    *("decomposition", "readability", "ceiling"),
    "pass_at_k_deep",
)
"""Tables that claims read."""
LINKED = (
    *("disagreement", "outcomes", "pass_and_majority", "reward_audit", "power", "reward_forms"),
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
OF_DEEP = {"pass_at_k_deep"}
"""Tables of the section `deep`, which few experiments have."""
OF_GRPO = {"training", "reward_facts", "reward_audit", "reward_forms", "forms_by_question"}
"""Tables of what GRPO logged; an experiment without a GRPO model has none of them."""


class Plan(RunPlan):
    """The input and parameter functions of all rules."""

    # ---- statistics

    def runs(self, wildcards: Wildcards) -> str:
        """The entries with several training runs, as the statistics take them, as JSON."""
        return json.dumps(seeds.made_by_runs(self._found(wildcards)))

    def run_counts(self, wildcards: Wildcards) -> str:
        """How many training runs each trained entry has, as JSON."""
        return json.dumps(seeds.run_counts(self._found(wildcards)))

    def logs(self, wildcards: Wildcards) -> list[str]:
        """The step logs of GRPO."""
        models = model_names.models_by_method(self._found(wildcards), "grpo")
        return [paths.training(wildcards.experiment, model, "log.csv") for model in models]

    def merge_checks(self, wildcards: Wildcards) -> list[str]:
        """What the merges found, by GRPO or DPO."""
        trained = model_names.trained_pairs(self._found(wildcards))
        return [f"results/{wildcards.experiment}/models/{model}/merge_check.json" for model, _ in trained]

    def rollouts(self, wildcards: Wildcards) -> list[str]:
        """What GRPO sampled while it trained."""
        models = model_names.models_with_rollouts(self._found(wildcards))
        return [paths.training(wildcards.experiment, model, "completions.jsonl.zst") for model in models]

    def completions_of_first_contrast(self, wildcards: Wildcards) -> list[str]:
        pair = self._found(wildcards).statistics.contrasts[0]
        return [paths.completions(wildcards.experiment, model) for model in pair]

    def labels(self, wildcards: Wildcards) -> str:
        """The models' labels as JSON, in the config's order."""
        return json.dumps(model_names.labels(self._found(wildcards)), ensure_ascii=False)

    def deep_models(self, wildcards: Wildcards) -> tuple[str, ...]:
        return model_names.deep_models(self._found(wildcards))

    # ---- what is shipped

    def record(self, wildcards: Wildcards) -> str:
        experiment = self.experiments[wildcards.experiment]
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

    def numbers(self, wildcards: Wildcards) -> str:
        experiment = self.experiments[wildcards.experiment]
        assert isinstance(experiment, Published)
        return experiment.numbers

    # ---- figures

    def figures(self, experiment: str) -> list[str]:
        """The names of the figures of an experiment."""
        found = self.experiments[experiment]
        contrasts, sampled = found.statistics.contrasts, model_names.models_with_rollouts(found)
        return catalogue.figures_of(
            found.kind,
            found.models,
            {
                "panel": found.statistics.panel,
                "contrast": contrasts[0] if contrasts else (),
                "grpo": sampled,
                # The time of a CPU would change the files of `smoke` from run to run.
                "timed": sampled if isinstance(found, Run) and found.device == "cuda" else (),
                "merged": [model for model, _ in model_names.trained_pairs(found)],
                "deep": model_names.deep_models(found),
                "audited": found.models if isinstance(found, Recorded) and found.scorer_audit else (),
            },
        )

    def figure_tables(self, wildcards: Wildcards) -> list[str]:
        return self._drawn_from(wildcards.experiment, wildcards.figure)

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

    # ---- claims and report

    def kind(self, wildcards: Wildcards) -> str:
        """Whose numbers an experiment has: `run`, `recorded` or `published`."""
        return self.experiments[wildcards.experiment].kind

    def tables_of_claims(self, wildcards: Wildcards) -> list[str]:
        return self._tables(wildcards.experiment, CLAIMED)

    def tables_to_link(self, wildcards: Wildcards) -> list[str]:
        return self._linked(wildcards.experiment)

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
            config["models"] = self._models_of_record(experiment, config["models"])
        else:
            config = experiment.model_dump(mode="json")
        return canonical_json({key: config.get(key) for key in SHARED})

    def _models_of_record(self, experiment: Recorded, entries: dict[str, Any]) -> dict[str, Any]:
        """The models of a record as its config has them, one per training run."""
        several = seeds.runs(experiment).items()
        of_runs = {model: (entry, seed) for entry, runs in several for model, seed in runs.items()}
        models = {}
        for name, model in experiment.models.items():
            entry, seed = of_runs.get(name, (name, None))
            changes = {"of": model.of} if model.of else {"seed": seed} if seed is not None else {}
            models[name] = {**entries[entry], "label": model.label, **changes}
        return models

    def manifests(self, wildcards: Wildcards) -> list[str]:
        """The manifests of the models whose weights lie in the experiment's folder."""
        models = model_names.models_by_method(self._found(wildcards), "pretrain", "fetch", "folder", "grpo", "dpo")
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
        # Tables and what pages load, too: of the files behind a target, Snakemake makes only targets anew.
        drawn = {table for name in self.figures(experiment) for table in self._drawn_from(experiment, name)}
        tables = {*self._linked(experiment), *(table for table in drawn if table.startswith(folder))}
        return [*figures, *(f"{folder}/{file}" for file in files), *sorted(tables), *self._loaded(experiment)]

    def targets(self, experiment: str) -> list[str]:
        """What a file that someone asks for may be meant to be: artifacts, and what models wrote."""
        found = self.experiments[experiment]
        written = [] if isinstance(found, Published) else [paths.completions(experiment, name) for name in found.models]
        trained = [paths.manifest(experiment, name) for name in found.models] if isinstance(found, Run) else []
        return [*self.artifacts(experiment), *written, *trained]

    def may_be(self, target: str) -> bool:
        """Whether a file is not of a model or a figure that its experiment hasn't."""
        match Path(target).parts:
            case "results", experiment, "deep", file if experiment in self.experiments:
                return file.split(".")[0] in model_names.deep_models(self.experiments[experiment])
            case "results", experiment, "completions" | "models" | "training", file, *_ if (
                experiment in self.experiments
            ):
                return file.split(".")[0] in self.experiments[experiment].models
            case "results", experiment, "figures", _ if experiment in self.experiments:
                return target in self.artifacts(experiment)
        return True

    # ----

    def _loaded(self, experiment: str) -> list[str]:
        """What the page of the report and those of the figures load."""
        folder = f"results/{experiment}"
        texts = [] if isinstance(self.experiments[experiment], Published) else paths.report_texts(experiment)
        plotly = [f"{folder}/figures/plotly.min.js"] if self.figures(experiment) else []
        return [f"{folder}/report/report.js", f"{folder}/report/report.css", *texts, *plotly]

    def _is_published(self, wildcards: Wildcards) -> bool:
        return isinstance(self._found(wildcards), Published)

    def _drawn_from(self, experiment: str, figure: str) -> list[str]:
        """The tables that a figure shows."""
        found = self.experiments[experiment]
        tables = catalogue.tables_of(figure, found.kind)
        if isinstance(found, Recorded) and found.scorer_audit and tables == [catalogue.AUDIT]:
            return [found.scorer_audit]
        return paths.statistics(experiment, tables)

    def _linked(self, experiment: str) -> list[str]:
        """The tables that the page shows or links to: those of the claims, and more."""
        found = self.experiments[experiment]
        with_examples = not isinstance(found, Published) and found.statistics.contrasts
        examples = paths.statistics(experiment, ["examples.json"]) if with_examples else []
        return [*self._tables(experiment, (*CLAIMED, *LINKED)), *examples]

    def _tables(self, experiment: str, names: Iterable[str]) -> list[str]:
        """The files of tables, as far as the experiment has them."""
        found = self.experiments[experiment]
        absent = set(NOT_PUBLISHED) if isinstance(found, Published) else set()
        if not isinstance(found, Published) and not model_names.models_with_rollouts(found):
            absent |= OF_GRPO
        if not model_names.deep_models(found):
            absent |= OF_DEEP
        return paths.statistics(experiment, [f"{name}.csv" for name in names if name not in absent])
