"""The checkpoint that a killed training goes on from: the last one of which every file is whole.

A kill leaves a checkpoint without the file that the trainer writes last. A machine that loses its power may leave that
file and tear others, so that each of them is looked at; of several processes, also what each wrote in its own time.
"""

import json
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from safetensors import SafetensorError, safe_open
from transformers.trainer_utils import get_last_checkpoint

LAST_WRITTEN = "trainer_state.json"
NEEDED = ("adapter_model.safetensors", "optimizer.pt", "scheduler.pt")
"""What a checkpoint must have beside the random numbers: the trainer would go on without an optimizer's state."""
TENSORS = (".pt", ".pth", ".bin")
"""Names of what `torch.save` writes: ZIP archives with a checksum of each tensor, whose directory is at their end."""
PARQUET = b"PAR1"
"""How a Parquet file begins and ends."""


def last_whole_checkpoint(checkpoints: Path, processes: int = 1) -> str | None:
    """The last checkpoint to resume from, after deleting those with a torn file.

    One is deleted as well if completions of a step before it are torn: they are sampled again on the way.
    """
    states = [f"rng_state_{rank}.pth" for rank in range(processes)] if processes > 1 else ["rng_state.pth"]
    torn = first_torn_step(checkpoints / "completions")
    for folder in checkpoints.glob("checkpoint-*"):
        step = int(folder.name.removeprefix("checkpoint-"))
        if (torn is not None and step >= torn) or not is_whole(folder, (*NEEDED, *states)):
            print(f"{folder.name} has a torn file, or comes after one of completions, and is deleted", flush=True)
            # Each of several processes looks, and another may have deleted it.
            shutil.rmtree(folder, ignore_errors=True)
    return get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None


def is_whole(folder: Path, needed: Iterable[str]) -> bool:
    """Whether a checkpoint has the files that are needed, and none of its files is torn."""
    try:
        json.loads((folder / LAST_WRITTEN).read_text(encoding="utf-8"))
        return all((folder / name).is_file() for name in needed) and all(map(is_whole_file, folder.iterdir()))
    # What zipfile raises depends on which bytes of an archive were lost.
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile):
        return False


def is_whole_file(path: Path) -> bool:
    """Whether a file of tensors is whole. One of another kind is not read when a training goes on, and passes."""
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, "pt"):  # compares the length of the file with its head
                return True
        except SafetensorError:
            return False
    if path.suffix not in TENSORS:
        return True
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is None


def first_torn_step(completions: Path) -> int | None:
    """The first step of which the trainer's file of completions is torn."""
    steps = (re.fullmatch(r"completions_([0-9]+)", path.stem) for path in completions.glob("*.parquet"))
    numbers = sorted((int(step[1]), step[0]) for step in steps if step)
    return next((step for step, name in numbers if not is_parquet(completions / f"{name}.parquet")), None)


def is_parquet(path: Path) -> bool:
    content = path.read_bytes()
    return len(content) > 2 * len(PARQUET) and content.startswith(PARQUET) and content.endswith(PARQUET)
