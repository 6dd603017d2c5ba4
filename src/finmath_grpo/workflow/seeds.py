"""Several training runs of one entry: `seeds: [1, 2, 3]` under a model makes one model per seed.

The model of the first seed has the entry's name, so that figures and claims about `llama-grpo` find it; a further one
is called `llama-grpo-seed2`, after its seed. An adapter entry `of: llama-grpo` has one model per run too.
"""

from collections.abc import Collection, Mapping, Sequence

from finmath_grpo.errors import UserError

Runs = dict[str, dict[str, int]]
"""By entry with two or more runs: its models, in the order of `seeds`, each with the seed of its training."""


def name_of_run(entry: str, place: int, seed: int) -> str:
    """The name of the model of a run: `place` 0 is the first."""
    return f"{entry}-seed{seed}" if place else entry


def runs_of(seeds: Mapping[str, Sequence[int]], of: Mapping[str, str]) -> Runs:
    """The runs of all entries, by the seeds of each trained entry, and by which entry each adapter entry is of."""
    trained = {entry: found for entry, found in seeds.items() if len(found) > 1}
    adapters = {entry: trained[training] for entry, training in of.items() if training in trained}
    return {
        entry: {name_of_run(entry, place, seed): seed for place, seed in enumerate(found)}
        for entry, found in (trained | adapters).items()
    }


def check_names(runs: Runs, entries: Collection[str]) -> None:
    """Raise UserError if the name of a further run is that of an entry."""
    for entry, models in runs.items():
        for model in models:
            if model != entry and model in entries:
                raise UserError(f"models.{model}: a run of {entry} has this name (see its `seeds`); rename this entry")
