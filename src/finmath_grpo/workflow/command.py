"""What a command line of Snakemake asks for, and what is built where it names nothing.

Snakemake's own parser reads it, so that `-np`, `--dry-run` and `--dag=dot` are understood as Snakemake does.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from snakemake.cli import get_argument_parser

from finmath_grpo.errors import UserError

READS = (
    *("dryrun", "lint", "list_rules", "list_target_rules", "print_compilation"),
    *("dag", "rulegraph", "filegraph", "d3dag", "summary", "detailed_summary", "containerize"),
    *("list_changes", "list_input_changes", "list_params_changes", "list_untracked", "list_conda_envs"),
)
"""Options, by their names in Snakemake's parser, with which it changes nothing in `results/`."""


class Command(NamedTuple):
    """A command line of Snakemake."""

    targets: list[str]
    """What it names: rules and files."""
    leaves_target: bool
    """Whether it leaves to us what is built."""
    only_reads: bool
    """Whether it builds nothing."""


def parsed(arguments: Sequence[str]) -> Command:
    """A command line, given without the program's name."""
    given = vars(get_argument_parser().parse_known_args(arguments)[0])
    targets = list(given["targets"])
    others = ("list_rules", "list_target_rules", "unlock")
    reports = given["report"] is not None and not given["report_after_run"]
    return Command(
        targets,
        leaves_target=not targets and not any(given[name] for name in others),
        only_reads=reports or any(given[name] not in (None, False) for name in READS),
    )


def default_experiment(experiments: Collection[str], environment: Mapping[str, str], gpu: bool) -> tuple[str, str]:
    """The experiment that is built where none is named, and why it is that one.

    `FINMATH_EXPERIMENT` names it. Else, in the CUDA image (`FINMATH_STACK`), it is `small` with a GPU, and `recorded`
    with none; elsewhere it is `smoke`. `experiments` are all names, those of broken experiments too.
    """
    chosen = environment.get("FINMATH_EXPERIMENT")
    if chosen and chosen not in experiments:
        raise UserError(f"FINMATH_EXPERIMENT={chosen}: expected one of {', '.join(experiments)}")
    if chosen:
        return chosen, "FINMATH_EXPERIMENT says so"
    if environment.get("FINMATH_STACK") == "cuda" and gpu:
        return "small", "a GPU is visible"
    if environment.get("FINMATH_STACK") == "cuda":
        return "recorded", (
            "no GPU is visible, and this image trains on GPUs only: docker run --gpus all … builds `small`"
        )
    return "smoke", "it runs anywhere; FINMATH_EXPERIMENT names another"


def refusal(broken: Mapping[str, str], targets: Iterable[str]) -> str | None:
    """The message of the first broken experiment that the targets ask for, by name or by a file of it."""
    return next((broken[name] for name in map(_experiment_of, targets) if name in broken), None)


def asked_for(targets: Iterable[str], names: Collection[str], default: str) -> set[str]:
    """Which of these experiments the targets ask for, by name or by a file; else the default one.

    None where the default is not among `names`, as its file has a fault.
    """
    return {name for name in map(_experiment_of, targets) if name in names} or {default} & set(names)


def _experiment_of(target: str) -> str:
    parts = Path(target).parts
    return parts[1] if len(parts) > 1 and parts[0] == "results" else target


def misspelt(targets: Iterable[str], rules: Collection[str], files: Iterable[str], made: Callable[[str], bool]) -> str:
    """What to say of the first target that is no rule, no file and no output of a rule; empty if each is one of them.

    `files` are those that a target may stand for, `made` tells whether a rule makes a file.
    """
    files = list(files)
    for target in targets:
        if target in rules or made(target):
            continue
        if Path(target).is_dir():
            return f"{target}: a folder is no target; name an experiment, such as published, or a file"
        if Path(target).is_absolute():
            return f"{target}: name files as seen from the project's folder, such as results/published/claims.md"
        if Path(target).is_file():
            continue
        known = sorted({file.split("/")[1] for file in files})
        match Path(target).parts:
            case "results", experiment, *_ if experiment not in known:
                return f"{target}: no experiment {experiment}; expected one of {', '.join(known)}, as config/ has them"
        places = "/" in target
        beside = [file for file in files if file.split("/")[:2] == target.split("/")[:2]]
        near = difflib.get_close_matches(target, (beside or files) if places else rules, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        experiment = near[0].split("/")[1] if near and places else "smoke"
        every = f"snakemake --summary {experiment}" if places else "snakemake --list-target-rules"
        return f"{target}: no target or file of that name{meant or '.'} All of them: {every}"
    return ""
