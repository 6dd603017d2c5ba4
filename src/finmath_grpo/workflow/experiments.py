"""The experiments of `config/`: each file is read and checked here, and those that can be built have a name.

What an experiment says of its models is asked of :mod:`finmath_grpo.workflow.model_names` and of its training runs of
:mod:`finmath_grpo.workflow.seeds`; what a stage gets of it, of :mod:`finmath_grpo.workflow.slices`.
`python -m finmath_grpo.workflow.experiments schema` prints the JSON schema that is kept in `config/schema.json`.
"""

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pydantic

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import explain
from finmath_grpo.statistics.settings import check_models, fitting
from finmath_grpo.workflow import named_files, seeds
from finmath_grpo.workflow.config_file import NO_EXPERIMENTS, Config, read_config
from finmath_grpo.workflow.contradictions import contradictions, truths
from finmath_grpo.workflow.kinds import EXPERIMENT, Experiment, Run, schema
from finmath_grpo.workflow.model_names import trained_pairs
from finmath_grpo.workflow.recorded import with_record


def load(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises UserError naming the file, the key, what was expected and what was found; a value that comes from another
    file (the one it extends, or the record) is named with that file.
    """
    config = read_config(path)
    if config.base:
        try:
            load(config.base)
        except UserError as error:
            raise UserError(f"{path}: extends a file with a fault: {error}") from None
    return _checked(path, with_record(path, config))


def _checked(path: Path, config: Config) -> Experiment:
    try:
        experiment = EXPERIMENT.validate_python(config.values)
    except pydantic.ValidationError as error:
        source = _source(config, (fault["loc"] for fault in error.errors()))
        raise UserError(f"{path}: {explain(error, config.values)}{_of_commas(error)}{source}") from None
    faults = list(truths(config.values, experiment.model_dump()))
    if not faults and isinstance(experiment, Run):
        faults = list(contradictions(experiment))
    if faults:
        source = _source(config, (fault.partition(":")[0].split(".") for fault in faults))
        raise UserError(f"{path}: {'; '.join(faults)}{source}")
    # Contrasts and panel name entries: a further run is no model of its own to them.
    entries = list(experiment.models)
    try:
        statistics = fitting(experiment.statistics, entries, trained_pairs(experiment))
        check_models(statistics, entries)
        seeds.check_names(seeds.runs(experiment), entries)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return experiment.model_copy(update={"statistics": statistics, "models": seeds.with_runs(experiment)})


def _source(config: Config, faulty: Iterable[Sequence[int | str]]) -> str:
    """Which of the faulty keys come from the extended file; empty if none does."""
    keys = {config.inherits(tuple(location)) for location in faulty} - {""}
    return f" ({', '.join(sorted(keys))}: from {config.base})" if keys else ""


def _of_commas(error: pydantic.ValidationError) -> str:
    """What YAML wants, where decimal commas seem to be meant: `[0,3, 0,7]` is four whole numbers, two of them 0."""
    for fault in error.errors():
        found, place = fault["input"], fault["loc"][-1] if fault["loc"] else ""
        in_list = isinstance(place, int) and type(found) is int and found == 0
        if in_list or (isinstance(found, str) and re.fullmatch(r"-?\d+,\d+", found)):
            return "; if decimal commas are meant, YAML wants a dot: 0.7, not 0,7"
    return ""


# fmt: off
TAKEN = frozenset((
    "all", "audit", "cache", "clean", "claims", "contamination", "doctor", "dpo", "examples", "export", "fetch",
    "figure", "folder", "generate", "grpo", "merge", "plotlyjs", "pretrain", "report", "score", "split", "statistics",
    "unpack",
))
# fmt: on
"""Names of rules and of folders of results/, which no experiment may have."""
LONGEST_NAME = 64
"""Characters."""


def fault_of_name(name: str) -> str | None:
    """Why no experiment may have this name; None if one may."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return "an experiment is named in a-z and 0-9, with single hyphens"
    if len(name) > LONGEST_NAME:
        return f"an experiment's name has at most {LONGEST_NAME} characters"
    return f"{name!r} is the name of a rule or a folder of results" if name in TAKEN else None


class Experiments(NamedTuple):
    """The experiments of a folder by name, and what is wrong with those that can't be built."""

    good: dict[str, Experiment]
    broken: dict[str, str]
    """Message by name. Only who asks for such an experiment has to be stopped: see `refusal`."""


def load_all(directory: Path) -> Experiments:
    """Every experiment of a folder, by name: the file's name without `.yaml`.

    Raises UserError where there is no such folder.
    """
    good: dict[str, Experiment] = {}
    broken: dict[str, str] = {}
    if not directory.is_dir():
        raise UserError(f"{directory}: no such folder; put the experiments' files there, as in a fresh checkout")
    for path in sorted(directory.iterdir(), key=lambda path: (path.stem, path.suffix)):
        name = path.stem
        if path.name in NO_EXPERIMENTS or path.name.startswith(".") or path.suffix.lower() not in (".yaml", ".yml"):
            continue
        try:
            if path.suffix != ".yaml":
                raise UserError(f"{path}: config files end in .yaml; rename it to {name}.yaml")
            if fault := fault_of_name(name):
                raise UserError(f"{path}: {fault}; rename the file")
            experiment = load(path)
            named_files.check(path, experiment)
            good[name] = experiment
        except UserError as error:
            broken.setdefault(name, str(error))
    # `mine.yml` beside a good `mine.yaml` stops nobody.
    return Experiments(good, {name: message for name, message in broken.items() if name not in good})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["schema"])
    parser.parse_args()
    print(json.dumps(schema(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    run_stage(main)
