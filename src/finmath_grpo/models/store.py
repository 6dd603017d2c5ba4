"""Finished work outside the declared outputs: what is dear is made once for everything that defines it.

Snakemake deletes a job's outputs before it runs it and after it fails. So a stage that takes hours keeps its result in
a folder named by a hash of all that defines it, its key, and copies it out. A setting that is changed and changed back,
or a job that is killed between training and writing, costs a copy. Two jobs of one key, of one run or of two that share
the cache, work one after the other, and the second finds the work done. Safe to delete, never an input.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import replacing
from finmath_grpo.locks import exclusive
from finmath_grpo.models.manifest import verified_directory, write_manifest

MANIFEST = "MANIFEST.sha256"
KEY = "KEY"
"""The file of kept work that says whose it is, so that a folder under another name is not taken for other work."""


@contextmanager
def one_at_a_time(work: Path) -> Iterator[int]:
    """Hold the work whose folder is `work`, named by its key; waits for another job that does it, and names that.

    Yields the descriptor that holds it.
    """
    with exclusive(work.with_name(f"{work.name}.lock"), str(work)) as held:
        yield held


def is_kept(folder: Path, key: str) -> bool:
    """Whether the work of this key is in `folder`, whole; what is something else is deleted, with a word."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        verified_directory(folder / MANIFEST)
        found = (folder / KEY).read_text(encoding="utf-8").strip()
        fault = f"is the work of {found}" if found != key else None
    except (UserError, OSError, UnicodeDecodeError) as error:
        fault = str(error)
    if fault:
        print(f"{folder}: not the work of {key}, so it is done again: {fault}", flush=True)
        shutil.rmtree(folder)
    return not fault


@contextmanager
def keep(folder: Path, key: str) -> Iterator[Path]:
    """A folder to fill with the work of a key; when the block ends without an error, it takes the name `folder`."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    yield new
    (new / KEY).write_text(f"{key}\n", encoding="utf-8")
    write_manifest(new / MANIFEST, [file for file in new.rglob("*") if file.is_file()])
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)


def copy_out(folder: Path, targets: Mapping[str, Path]) -> None:
    """Copy files of kept work to where the workflow wants them, each whole or not at all."""
    for name, target in targets.items():
        with replacing(target) as temporary:
            shutil.copyfile(folder / name, temporary)
