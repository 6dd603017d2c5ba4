"""Which files of a repository or a folder make a model, and whether it can be asked here."""

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.models.lock import Snapshot

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-(\d+)-of-(\d+)\.safetensors")
BESIDE = re.compile(r"[^/]+\.(json|jinja)|tokenizer\.model|merges\.txt|vocab\.txt")
"""Settings, tokenizer and chat template. No code (`.py`), and nothing in folders."""
PICKLES = re.compile(r".+\.(bin|pt|pth|ckpt|pkl|msgpack|h5)")


def model_files(snapshot: Snapshot) -> Snapshot:
    """The files of a repository that make a model for `transformers`: one file of weights or all shards, and the rest.

    Raises UserError where it has no such weights, with what it has.
    """
    names = snapshot.files
    if WEIGHTS in names:
        weights = [WEIGHTS]
    else:
        weights = sorted(name for name in names if SHARD.fullmatch(name))
        check_shards(snapshot, weights)
    beside = (name for name in names if BESIDE.fullmatch(name) and not (name == INDEX and weights == [WEIGHTS]))
    chosen = sorted([*weights, *beside])
    for name in ("config.json", "tokenizer_config.json"):
        if name not in chosen:
            raise UserError(f"{snapshot.repository}: has weights and no {name}, so that it is no model to ask")
    return snapshot.model_copy(update={"files": {name: names[name] for name in chosen}})


def check_shards(snapshot: Snapshot, shards: list[str]) -> None:
    """Raise UserError unless `shards` are all shards of a model."""
    there = {tuple(map(int, match.groups())) for name in shards if (match := SHARD.fullmatch(name))}
    expected = {(number, of) for _, of in there for number in range(1, of + 1)}
    if not there:
        raise UserError(
            f"{snapshot.repository}: has no {WEIGHTS} and no shards of it. {what_it_has(snapshot)} Only weights as"
            " safetensors are taken, since a pickle runs code when it is loaded"
        )
    if there != expected or INDEX not in snapshot.files:
        missing = [f"model-{number:05}-of-{of:05}.safetensors" for number, of in sorted(expected - there)]
        missing += [INDEX] if INDEX not in snapshot.files else []
        raise UserError(f"{snapshot.repository}: its weights are not whole, there is no {', '.join(missing)}")


def what_it_has(snapshot: Snapshot) -> str:
    """A sentence on the files of a repository without weights that we take."""
    if not snapshot.files:
        return "It is empty."
    for kind, pattern in {
        "only pickles": PICKLES,
        "only an adapter": re.compile(r"adapter_model\.safetensors"),
        "only GGUF": re.compile(r".+\.gguf"),
        "safetensors under other names": re.compile(r".+\.safetensors"),
    }.items():
        if found := [name for name in snapshot.files if pattern.fullmatch(name)]:
            return f"It has {kind}: {shortened(found)}."
    return f"It has: {shortened(snapshot.files)}."


def shortened(names: Iterable[str]) -> str:
    """The first five names."""
    names = sorted(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def check_description(files: Mapping[str, Path], repository: str) -> None:
    """Raise UserError for a model that can't be asked here, before its weights are fetched."""
    config, tokenizer = (read_json(files[name]) for name in ("config.json", "tokenizer_config.json"))
    if not tokenizer.get("chat_template") and not any(name.endswith(".jinja") for name in files):
        raise UserError(
            f"{repository}: has no chat template, neither a .jinja file nor in tokenizer_config.json; take a model that"
            " was trained to chat (often named -Instruct, -it or -chat)"
        )
    if "auto_map" in config:
        # Slow to import, and few models come here.
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

        if config.get("model_type") not in CONFIG_MAPPING_NAMES:
            raise UserError(
                f"{repository}: a model of type {config.get('model_type')!r} needs code from its repository, and no"
                " such code is run here"
            )
    if INDEX in files:
        shards = set(read_json(files[INDEX]).get("weight_map", {}).values())
        if strange := sorted(name for name in shards if not SHARD.fullmatch(str(name))):
            raise UserError(f"{repository}: {INDEX} names {strange[0]}, which is no shard of the repository")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where the file holds something else, which then fails where it is used."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def link_or_copy(source: Path, target: Path) -> None:
    """Give a stored file another name: a second link to the same bytes where the disk is the same, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
