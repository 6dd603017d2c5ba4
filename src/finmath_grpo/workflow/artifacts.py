"""The files that an experiment ends in, by its kind and its models: figures, tables, claims and the report."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from finmath_grpo.figures import catalogue
from finmath_grpo.workflow import model_names, paths
from finmath_grpo.workflow.kinds import Experiment, Published, Recorded, Run

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
OF_DEEP = {"pass_at_k_deep"}
"""Tables of the section `deep`, which few experiments have."""
OF_GRPO = {"training", "reward_facts", "reward_audit", "reward_forms", "forms_by_question"}
"""Tables of what GRPO logged; an experiment without a GRPO model has none of them."""


def artifacts(name: str, experiment: Experiment) -> list[str]:
    """Every final artifact of an experiment; the files between them follow."""
    folder, drawn = f"results/{name}", figures(experiment)
    files = ["claims.json", "claims.md", "report/index.html"]
    if isinstance(experiment, Run):
        files += ["data/audit.json", "data/contamination.json"]
    # Tables and what pages load, too: of the files behind a target, Snakemake makes only targets anew.
    shown = {table for figure in drawn for table in tables_drawn(name, experiment, figure) if table.startswith(folder)}
    return [
        *(f"{folder}/figures/{figure}.{kind}" for figure in drawn for kind in ("png", "html")),
        *(f"{folder}/{file}" for file in files),
        *sorted({*tables_linked(name, experiment), *shown}),
        *loaded_by_page(name, experiment),
    ]


def targets(name: str, experiment: Experiment) -> list[str]:
    """What a file that someone asks for may be meant to be: artifacts, and what models wrote."""
    models = experiment.models
    written = [] if isinstance(experiment, Published) else [paths.completions(name, model) for model in models]
    trained = [paths.manifest(name, model) for model in models] if isinstance(experiment, Run) else []
    return [*artifacts(name, experiment), *written, *trained]


def may_be(target: str, experiments: Mapping[str, Experiment]) -> bool:
    """Whether a file is not of a model or a figure that its experiment hasn't."""
    match Path(target).parts:
        case "results", name, "deep", _ if name in experiments:
            deep = getattr(experiments[name], "deep", None)
            return deep is not None and target in paths.deep(name, deep)
        case "results", name, "completions" | "models" | "training", file, *_ if name in experiments:
            return file.split(".")[0] in experiments[name].models
        case "results", name, "figures", _ if name in experiments:
            return target in artifacts(name, experiments[name])
    return True


def figures(experiment: Experiment) -> list[str]:
    """The names of the figures of an experiment."""
    contrasts, sampled = experiment.statistics.contrasts, model_names.models_with_rollouts(experiment)
    return catalogue.figures_of(
        experiment.kind,
        experiment.models,
        {
            "panel": experiment.statistics.panel,
            "contrast": contrasts[0] if contrasts else (),
            "grpo": sampled,
            # The time of a CPU would change the files of `smoke` from run to run.
            "timed": sampled if isinstance(experiment, Run) and experiment.device == "cuda" else (),
            "merged": [model for model, _ in model_names.trained_pairs(experiment)],
            "deep": model_names.deep_models(experiment),
            "audited": experiment.models if isinstance(experiment, Recorded) and experiment.scorer_audit else (),
        },
    )


def tables_drawn(name: str, experiment: Experiment, figure: str) -> list[str]:
    """The tables that a figure shows."""
    tables = catalogue.tables_of(figure, experiment.kind)
    if isinstance(experiment, Recorded) and experiment.scorer_audit and tables == [catalogue.AUDIT]:
        return [experiment.scorer_audit]
    return paths.statistics(name, tables)


def tables_claimed(name: str, experiment: Experiment) -> list[str]:
    """The tables that the claims read."""
    return _tables(name, experiment, CLAIMED)


def tables_linked(name: str, experiment: Experiment) -> list[str]:
    """The tables that the page shows or links to: those of the claims, and more."""
    with_examples = not isinstance(experiment, Published) and experiment.statistics.contrasts
    examples = paths.statistics(name, ["examples.json"]) if with_examples else []
    return [*_tables(name, experiment, (*CLAIMED, *LINKED)), *examples]


def loaded_by_page(name: str, experiment: Experiment) -> list[str]:
    """What the page of the report and those of the figures load."""
    folder = f"results/{name}"
    texts = [] if isinstance(experiment, Published) else paths.report_texts(name)
    plotly = [f"{folder}/figures/plotly.min.js"] if figures(experiment) else []
    return [f"{folder}/report/report.js", f"{folder}/report/report.css", *texts, *plotly]


def _tables(name: str, experiment: Experiment, tables: Iterable[str]) -> list[str]:
    """The files of tables, as far as the experiment has them."""
    absent = set(NOT_PUBLISHED) if isinstance(experiment, Published) else set()
    if not isinstance(experiment, Published) and not model_names.models_with_rollouts(experiment):
        absent |= OF_GRPO
    if not model_names.deep_models(experiment):
        absent |= OF_DEEP
    return paths.statistics(name, [f"{table}.csv" for table in tables if table not in absent])
