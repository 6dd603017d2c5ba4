"""Reading and writing files: whole or not at all, with errors that name the line.

Every output is written under a temporary name beside its place and renamed, so that a killed job leaves nothing
half-written. The next write of the same file, or the next run (:func:`remove_strays`), removes what a killed process
left. JSON is written in one canonical form, so that the same content has the same bytes.
"""

import fcntl
import glob
import hashlib
import json
import os
import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from finmath_grpo.errors import UserError

# Imported where rows are read: pydantic takes longer to import than all else that happens around a job.
if TYPE_CHECKING:
    import pydantic

Row = TypeVar("Row", bound="pydantic.BaseModel")

TEMPORARY = re.compile(r"\..+\.(?:[^/]*-[0-9]+-)?[0-9a-f]+\.tmp")
"""Names of files that are being written, with host and process: `.scores.csv.node7-4711-1f0c9a3e.tmp`."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes that name when the block ends without an error.

    The file exists from the start and is locked (flock) until the end. A temporary file that nobody locks is therefore
    one that a killed process left. Several threads or processes may write the same `path`: the last one wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for stray in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        remove_stray(stray)
    temporary, lock = new_temporary(path)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        os.close(lock)


def new_temporary(path: Path) -> tuple[Path, int]:
    """A new, locked temporary file for `path`, and the descriptor that holds the lock."""
    while True:
        writer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        temporary = path.with_name(f".{path.name}.{writer}.tmp")
        lock = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        with suppress(OSError):  # some network file systems know no locks; remove_stray then removes nothing
            fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return temporary, lock
        os.close(lock)  # taken for a stray between the two calls


def remove_stray(temporary: Path) -> bool:
    """Remove a temporary file unless a process is writing it; whether it was removed."""
    try:
        lock = os.open(temporary, os.O_RDWR)
    except OSError:  # renamed or removed meanwhile, or another user's
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        temporary.unlink()
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def remove_strays(folder: Path, skip: tuple[str, ...] = ()) -> int:
    """Remove all temporary files below `folder` that killed processes left, and count them.

    `skip`: folders, relative to `folder`, that are not ours to look into.
    """
    skipped = {folder / name for name in skip}
    count = 0
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(here, name) not in skipped]
        count += sum(remove_stray(Path(here, name)) for name in names if TEMPORARY.fullmatch(name))
    return count


@contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes the name `path` only when the block ends without an error."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        yield file


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value. Turkish letters stay letters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, keys in the order given."""
    with atomic_write(path) as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.write("\n")


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object per line, keys in the order given."""
    with atomic_write(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_jsonl(path: Path, model: type[Row]) -> Iterator[Row]:
    """Yield the rows of a JSON Lines file, each checked against `model`.

    Raises UserError naming the file, the line, the field and what was expected.
    """
    import pydantic

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


def explain(error: "pydantic.ValidationError", content: Any = None) -> str:
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
