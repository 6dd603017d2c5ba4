"""A model from a folder of this machine: weights as safetensors, with tokenizer and chat template, as `save_pretrained`
writes them. Its files get second names in the experiment's folder, or are copied; nothing writes to them.
"""

import argparse
import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import open_regular, write_json
from finmath_grpo.models.lock import HubFile, Snapshot
from finmath_grpo.models.manifest import replacement
from finmath_grpo.models.model_files import check_description, link_or_copy, model_files


def files_of(folder: Path) -> list[Path]:
    """The files of the folder that make a model, as they would be chosen of a repository of the Hub.

    Raises UserError where there is no such folder, or where it has no model to ask.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected one with config.json, tokenizer and *.safetensors")
    # The choice is made by names alone.
    nothing = "sha256:" + "0" * 64
    there = {path.name: HubFile(size=path.stat().st_size, hash=nothing) for path in folder.iterdir() if path.is_file()}
    chosen = model_files(Snapshot(repository=str(folder), commit="0" * 40, files=there))
    files = {name: folder / name for name in chosen.files}
    for path in files.values():
        check_whole(path)
    check_description(files, str(folder))
    return [files[name] for name in sorted(files)]


GIT_LFS = b"version https://git-lfs"
"""What a file begins with that git left in the place of a large one."""


def check_whole(path: Path) -> None:
    """Raise UserError for a file of a model that stands for another, was cut off or is no JSON."""
    with open_regular(path) as file:
        start = file.read(len(GIT_LFS))
    if start == GIT_LFS:
        raise UserError(
            f"{path}: is a pointer of git-lfs, and the file itself is not here; run `git lfs pull` in its folder"
        )
    try:
        if path.suffix == ".safetensors":
            # Reads the head, and compares the size of the file with what the head says.
            with safe_open(path, "np"):
                pass
        elif path.suffix == ".json":
            json.loads(path.read_bytes())
    except (SafetensorError, ValueError, RecursionError) as error:
        kind = "weights as safetensors" if path.suffix == ".safetensors" else "JSON"
        raise UserError(f"{path}: is damaged or not whole, no {kind} ({error}); fetch or copy it again") from None


def take(folder: Path, manifest: Path) -> None:
    """Put the model of `folder` into the folder of `manifest` and write that."""
    files = files_of(folder)
    with replacement(manifest) as new:
        for path in files:
            link_or_copy(path.resolve(), new / path.name)
        write_json(new / "SOURCE.json", {"folder": str(folder)})
    print(f"{folder}: {len(files)} files")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--code", help="fingerprint of this stage's code")
    parser.add_argument("--manifest", type=Path, required=True)
    options = parser.parse_args()
    take(options.folder, options.manifest)


if __name__ == "__main__":
    run_stage(main)
