"""The manifest of a model directory: the SHA-256 of each of its files.

Snakemake tracks a model by this one small file. The format is that of `sha256sum`, so `sha256sum -c` checks it.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, sha256
from finmath_grpo.models.remembered import remembered_sha256

MODEL_FILES = {".safetensors", ".json", ".jinja", ".model", ".txt", ".md"}
"""What a model directory holds; of a former model, all of it goes."""


def write_manifest(path: Path, files: list[Path]) -> None:
    """Write the manifest of `files`, which lie beside it or below."""
    directory = path.parent
    with atomic_write(path) as manifest:
        for file, digest in zip(sorted(files), hashes(sorted(files)), strict=True):
            manifest.write(f"{digest}  {file.relative_to(directory)}\n")


def hashes(files: list[Path], one: Callable[[Path], str] = sha256) -> list[str]:
    """The SHA-256 of each file, several at a time: `hashlib` lets other threads run."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, files))


def hash_of(file: Path) -> str:
    """The SHA-256 of a file; of weights, read once a day."""
    return remembered_sha256(file) if file.suffix == ".safetensors" else sha256(file)


def read_manifest(path: Path) -> dict[str, str]:
    """File name to SHA-256, as written."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def verified_directory(path: Path, weights: bool = True, anew: bool = False) -> Path:
    """The directory of a manifest, after checking that every file in it is what the manifest says.

    Without `weights`, their files, which are large, are left out. Unless `anew`, they are read once a day
    (`finmath_grpo.models.remembered`). Raises UserError naming the first file that is missing or differs.
    """
    stated = {name: hash for name, hash in read_manifest(path).items() if weights or not name.endswith(".safetensors")}
    for name in stated:
        if not (path.parent / name).is_file():
            raise UserError(f"{path}: {name} is missing; delete the manifest and run again to make the model anew")
    found = hashes([path.parent / name for name in stated], sha256 if anew else hash_of)
    for (name, expected), digest in zip(stated.items(), found, strict=True):
        if digest != expected:
            raise UserError(
                f"{path.parent / name}: differs from {path.name}; delete the manifest and run again to make it anew"
            )
    return path.parent


@contextmanager
def replacement(manifest: Path) -> Iterator[Path]:
    """A folder to fill with the files of a new model.

    When the block ends without an error, they take the place of the former model's, and then the manifest is written.
    Until then the former files stay, whatever happens.
    """
    directory = manifest.parent
    new = directory / ".new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    yield new
    files = sorted(file for file in new.rglob("*") if file.is_file())
    names = [file.relative_to(new) for file in files]
    # A manifest that is there speaks of whole files, always.
    manifest.unlink(missing_ok=True)
    for former in directory.iterdir():
        if former.is_file() and former.suffix in MODEL_FILES:
            former.unlink()
    for file, name in zip(files, names, strict=True):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        file.replace(directory / name)
    shutil.rmtree(new)
    write_manifest(manifest, [directory / name for name in names])
