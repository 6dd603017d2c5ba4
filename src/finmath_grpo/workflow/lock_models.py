"""Write config/models.lock: which commit each fetched model of some experiments is today, and the hash of every file.

    python -m finmath_grpo.workflow.lock_models paper open

Asks the Hub for lists, and downloads no weights. Entries of other models stay. An entry that would change is refused
unless `--again` is given, since results of before were made from what it says.
"""

import argparse
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.models import hub
from finmath_grpo.models.lock import LOCK, LockedModel, entry_of, read_lock, write_lock
from finmath_grpo.models.model_files import model_files
from finmath_grpo.workflow.experiments import load
from finmath_grpo.workflow.kinds import Fetched


def fetched(names: list[str]) -> list[Fetched]:
    """The fetched models of experiments. Raises UserError where one has none."""
    models = []
    for name in names:
        found = [model for model in load(Path("config", f"{name}.yaml")).models.values() if isinstance(model, Fetched)]
        if not found:
            raise UserError(f"config/{name}.yaml: fetches no model, so there is nothing to lock")
        models += found
    return models


def lock(models: list[Fetched], again: bool) -> None:
    """Add the entries of models to the lock."""
    entries = {(entry.repository, entry.revision): entry for entry in read_lock()}
    for model in models:
        name = (model.repository, model.revision)
        listed = model_files(hub.list_repository(*name))
        entry = LockedModel(revision=model.revision, **listed.model_dump())
        former = entry_of(entries.values(), *name)
        if former and former != entry and not again:
            raise UserError(
                f"{LOCK}: {model.repository} at {model.revision!r} is locked to {former.commit}, and is {entry.commit}"
                " on the Hub now; give --again to lock it to that"
            )
        entries[name] = entry
        print(f"{model.repository} at {model.revision}: {entry.commit}, {len(entry.files)} files")
    write_lock(entries.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiments", nargs="+", metavar="EXPERIMENT")
    parser.add_argument("--again", action="store_true", help="change entries that are there")
    arguments = parser.parse_args()
    lock(fetched(arguments.experiments), arguments.again)


if __name__ == "__main__":
    run_stage(main)
