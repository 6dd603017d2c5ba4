"""Reading and writing files: whole or not at all, with errors that name the line.

Every output is written under a temporary name beside its place and renamed, so that a killed job leaves
nothing half-written. JSON is written in one canonical form, so that the same content has the same bytes.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

import pydantic

from finmath_grpo.errors import UserError

Row = TypeVar("Row", bound=pydantic.BaseModel)


@contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes the name `path` only when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value. Turkish letters stay letters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, keys in the order given."""
    with atomic_write(path) as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.write("\n")


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line, keys in the order given."""
    with atomic_write(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_jsonl(path: Path, model: type[Row]) -> Iterator[Row]:
    """Yield the rows of a JSON Lines file, each checked against `model`.

    Raises UserError naming the file, the line, the field and what was expected.
    """
    try:
        file = path.open(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    with file:
        number = 0
        try:
            for line in file:
                number += 1
                if line.strip():
                    yield model.model_validate_json(line)
        except pydantic.ValidationError as error:
            raise UserError(f"{path}, line {number}: {explain(error)}") from None
        except UnicodeDecodeError as error:
            raise UserError(f"{path}, after line {number}: not UTF-8 text (byte {error.start})") from None


def explain(error: pydantic.ValidationError, content: Any = None) -> str:
    """The faults of a pydantic error in one line: field, what was expected, what was found.

    Where the checked `content` is given, fields are named as they stand in it, without the tags of tagged unions.
    """
    faults = []
    for fault in error.errors():
        field = ".".join(_field(fault["loc"], content)) or "the whole value"
        found = "" if fault["type"] in ("missing", "json_invalid") else f" (found {fault['input']!r:.60})"
        faults.append(f"{field}: {fault['msg']}{found}")
    return "; ".join(faults)


def _field(location: tuple[int | str, ...], content: Any) -> list[str]:
    if content is None:
        return [str(part) for part in location]
    parts = []
    for place, part in enumerate(location):
        inside = part in content if isinstance(content, dict) else isinstance(part, int)
        if inside:
            content = content[part]
        if inside or place == len(location) - 1:
            parts.append(str(part))
    return parts


def sha256(path: Path) -> str:
    """The hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: Any) -> str:
    """The hex SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
