"""Reading and writing files: whole or not at all, with errors that name the line.

Every output is written under a temporary name beside its place and renamed, so that a killed job leaves nothing
half-written. The next write of the same file, or the next run (:func:`remove_strays`), removes what a killed process
left. JSON is written in one canonical form, so that the same content has the same bytes.
"""

import codecs
import fcntl
import glob
import hashlib
import itertools
import json
import os
import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, TypeVar

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
        try:
            lock = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        except OSError as error:
            error.filename = str(path)  # the name that the user knows
            raise
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


LINE_LIMIT = 2**23
"""Bytes in a line of JSON Lines: no row of ours comes near, and a file without line ends is not read into memory."""
NOT_UTF_8 = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16", b"PK": "a zip file", b"\x1f\x8b": "gzip"}
"""What a file begins with that is often taken for text."""


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read its bytes. Raises UserError if that fails, and for a pipe or device, which may never end."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path}: can't be read: not a file; name a file")
        return path.open("rb")
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError:  # a NUL in the name
        raise UserError(f"{str(path)!r}: can't be read: no file has such a name") from None


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that are not blank, with their numbers from 1. A byte order mark is dropped.

    A line ends at a line feed, as editors count. Raises UserError naming the line for text that is not UTF-8.
    """
    with open_regular(path) as file:
        for number in itertools.count(1):
            line = file.readline(LINE_LIMIT + 1)
            if not line:
                return
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) > LINE_LIMIT:
                raise UserError(
                    f"{path}, line {number}: longer than {LINE_LIMIT:,} bytes; expected one JSON object per line"
                )
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                found = next((f": it is {name}" for start, name in NOT_UTF_8.items() if line.startswith(start)), "")
                raise UserError(
                    f"{path}, line {number}: not UTF-8 text (byte {error.start + 1} of the line){found};"
                    " save it as UTF-8"
                ) from None
            if text.strip():
                yield number, text


def read_jsonl(path: Path, model: type[Row]) -> Iterator[Row]:
    """Yield the rows of a JSON Lines file, each checked against `model`.

    Raises UserError naming the file, the line, the field and what was expected.
    """
    return (row for _, row in numbered_rows(path, model))


def numbered_rows(path: Path, model: type[Row], strict: bool = False) -> Iterator[tuple[int, Row]]:
    """The rows of :func:`read_jsonl` with their lines. `strict`: a key that stands twice is refused too."""
    import pydantic

    for number, line in read_lines(path):
        try:
            row = model.model_validate_json(line)
            if strict:
                json.loads(line, object_pairs_hook=_no_key_twice)
        except pydantic.ValidationError as error:
            raise UserError(f"{path}, line {number}: {explain(error)}") from None
        except UserError as error:
            raise UserError(f"{path}, line {number}: {error}") from None
        yield number, row


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise UserError(f"{twice}: stands twice in the row; keep one")
    return found


FAULTS = 10
"""Faults that a message names; it counts the others."""


def explain(error: "pydantic.ValidationError", content: Any = None) -> str:
    """The faults of a pydantic error in one line: field, what was expected, what was found.

    Where the checked `content` is given, fields are named as they stand in it, without the tags of tagged unions.
    """
    faults = []
    # A list whose values are all faulty counts as empty to pydantic; whoever reads this sees that it is not.
    errors = [
        fault
        for fault in error.errors()
        if not (fault["type"] == "too_short" and len(fault["input"]) >= fault["ctx"]["min_length"])
    ]
    for fault in errors[:FAULTS]:
        parts = _field(fault["loc"], content)
        field = ".".join(part if part.isprintable() else ascii(part) for part in parts) or "the whole value"
        found = "" if fault["type"] in ("missing", "json_invalid") else f" (found {_shown(fault['input'])})"
        faults.append(f"{field[:200]}: {fault['msg'][:500]}{found}")
    more = len(errors) - len(faults)
    return "; ".join(faults) + (f"; and {more} more" if more else "")


def _shown(value: Any) -> str:
    """The beginning of a value, for a message: of a long one no more than that is written out."""
    if isinstance(value, str | bytes | list | tuple):
        value = value[:60]
    try:
        return f"{value!r:.60}"
    except ValueError:  # Python writes out no integer of more than 4,300 digits
        return "a number of thousands of digits"


def _field(location: tuple[int | str, ...], content: Any) -> list[str]:
    if content is None:
        return [str(part) for part in location]
    parts = []
    for place, part in enumerate(location):
        # What is missing from a list, as the second model of `[[llama-grpo]]`, has a place there and is not inside.
        places = content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
        inside = part in places
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
