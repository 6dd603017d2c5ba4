"""Finished work outside the declared outputs: what is dear is made once for everything that defines it.

Snakemake deletes a job's outputs before it runs it and after it fails. So a stage that takes hours keeps its result in
a folder named by a hash of all that defines it, and copies it out. A setting that is changed and changed back, or a job
that is killed between training and writing, costs a copy. Safe to delete, never an input.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import replacing
from finmath_grpo.models.manifest import verified_directory, write_manifest

MANIFEST = "MANIFEST.sha256"


def is_kept(folder: Path) -> bool:
    """Whether the work of `folder` is there and whole; what is not whole is deleted."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        verified_directory(folder / MANIFEST)
    except UserError:
        shutil.rmtree(folder)
        return False
    return True


@contextmanager
def keep(folder: Path) -> Iterator[Path]:
    """A folder to fill; when the block ends without an error, it takes the name `folder`, whole."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    yield new
    write_manifest(new / MANIFEST, [file for file in new.rglob("*") if file.is_file()])
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)


def copy_out(folder: Path, targets: Mapping[str, Path]) -> None:
    """Copy files of kept work to where the workflow wants them, each whole or not at all."""
    for name, target in targets.items():
        with replacing(target) as temporary:
            shutil.copyfile(folder / name, temporary)
