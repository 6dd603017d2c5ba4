"""A model from a folder of this machine: weights as safetensors, with tokenizer and chat template, as `save_pretrained`
writes them. Its files get second names in the experiment's folder, or are copied; nothing writes to them.
"""

import argparse
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import write_json
from finmath_grpo.models import hub
from finmath_grpo.models.fetch import check_description
from finmath_grpo.models.lock import HubFile, Snapshot
from finmath_grpo.models.manifest import replacement


def files_of(folder: Path) -> list[Path]:
    """The files of the folder that make a model, as they would be chosen of a repository of the Hub.

    Raises UserError where there is no such folder, or where it has no model to ask.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected one with config.json, tokenizer and *.safetensors")
    # The choice is made by names alone.
    nothing = "sha256:" + "0" * 64
    there = {path.name: HubFile(size=path.stat().st_size, hash=nothing) for path in folder.iterdir() if path.is_file()}
    chosen = hub.model_files(Snapshot(repository=str(folder), commit="0" * 40, files=there))
    files = {name: folder / name for name in chosen.files}
    check_description(files, str(folder))
    return [files[name] for name in sorted(files)]


def take(folder: Path, manifest: Path) -> None:
    """Put the model of `folder` into the folder of `manifest` and write that."""
    files = files_of(folder)
    with replacement(manifest) as new:
        for path in files:
            hub.link_or_copy(path.resolve(), new / path.name)
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
