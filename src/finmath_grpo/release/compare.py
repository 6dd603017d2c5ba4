"""Has a run here the same bytes as a recorded one?

    python -m finmath_grpo.release.compare small-seeds data/recorded/small-seeds.tar.zst

Compares questions, rollouts, completions, tables, checks of merges, and weights by their manifests. Left out is what
belongs to one run: times, memory and provenance. Exits with 1 where a file differs or is not there. What has to be the
same for the same bytes is in docs/gpu.md.
"""

import argparse
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.release.record import DEEP, OF_MODELS, OF_RUN, OF_TESTS, opened, read_member

COMPARED = (*OF_RUN, *OF_TESTS, DEEP, *OF_MODELS, "models/*/MANIFEST.sha256", "models/*/merge_check.json")


def recorded(record: Path) -> Iterator[tuple[str, bytes]]:
    """The compared members of a record, by name. Raises UserError for a file that is no record."""
    with opened(record) as archive:
        for name in sorted(archive.getnames()):
            if any(fnmatch(name, pattern) for pattern in COMPARED):
                yield name, read_member(archive, record, name)


def difference(name: str, theirs: bytes, ours: bytes) -> str:
    """In words; of completions, how many are others."""
    if not name.endswith(".jsonl"):
        return "other bytes"
    rows, found = theirs.splitlines(), ours.splitlines()
    if len(rows) != len(found):
        return f"{len(found):,} rows, the record has {len(rows):,}"
    return f"{sum(one != other for one, other in zip(rows, found, strict=True)):,} of {len(rows):,} rows are others"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("record", type=Path)
    arguments = parser.parse_args()
    results = Path("results", arguments.experiment)
    if not results.is_dir():
        raise UserError(f"{results}: no such folder; `snakemake --cores all {arguments.experiment}` makes it")
    compared = same = 0
    for name, theirs in recorded(arguments.record):
        file = results / name
        ours = file.read_bytes() if file.is_file() else None
        compared, same = compared + 1, same + (ours == theirs)
        if ours != theirs:
            print(f"{name}: {'not in ' + str(results) if ours is None else difference(name, theirs, ours)}")
    if not compared:
        raise UserError(f"{arguments.record}: holds nothing that a run makes; take the record of a run")
    print(f"{same} of {compared} files have the bytes of {arguments.record}")
    sys.exit(same < compared)


if __name__ == "__main__":
    run_stage(main)
