"""Rollouts: what a policy sampled while GRPO trained it, one row per completion, in `completions.jsonl.zst`."""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pydantic
import zstandard

from finmath_grpo.errors import UserError
from finmath_grpo.files import explain


class Rollout(pydantic.BaseModel):
    """A completion that was sampled in training."""

    step: int
    question_id: str
    completion: str
    rewards: dict[str, float | None]
    """By the reward's name; None where it gave none."""
    advantage: float | None
    """Reward against the group's."""


def write_rollouts(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON Lines, compressed by Zstandard."""
    with path.open("wb") as file, zstandard.ZstdCompressor(level=10).stream_writer(file) as compressed:
        text = io.TextIOWrapper(compressed, encoding="utf-8", newline="\n")
        for row in rows:
            text.write(json.dumps(row, ensure_ascii=False) + "\n")
        text.flush()
        text.detach()


PLAIN_LIMIT = 2**30
"""Bytes of the rows of a file, uncompressed, that are read at most: the post's run has some tens of millions."""
STEP = 2**10
"""Bytes that are decompressed at once: a block of 128 KiB takes at least 4, so at most 32 MiB come of them."""


def read_rollouts(path: Path) -> Iterator[Rollout]:
    """The rows of a file of rollouts. Raises UserError if it is torn, or naming a line that is not as expected."""
    # A stream reader would take the end of a torn file for the end of its rows.
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    plain = io.BytesIO()
    try:
        with path.open("rb") as packed:
            while not decompressor.eof and (part := packed.read(STEP)):
                plain.write(decompressor.decompress(part))
                if plain.tell() > PLAIN_LIMIT:
                    raise UserError(f"{path}: unpacks into more than {PLAIN_LIMIT:,} bytes; train the model again")
        text = plain.getvalue().decode()
    except (OSError, zstandard.ZstdError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read: {error}; train the model again") from None
    if not decompressor.eof:
        raise UserError(f"{path}: ends in the middle; train the model again")
    for number, line in enumerate(text.split("\n"), start=1):
        if line:
            try:
                yield Rollout.model_validate_json(line)
            except pydantic.ValidationError as error:
                raise UserError(f"{path}, line {number}: {explain(error)}") from None
