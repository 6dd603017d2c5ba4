"""Snakemake's metadata: what each file was made from, by which rule, and when.

Read from `.snakemake/metadata` as Snakemake 9 writes it, a JSON file for each output, named by the output's path in
base64. It holds the SHA-256 of every input as it was when the job ran.
"""

import base64
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finmath_grpo.files import sha256

METADATA = Path("results/.snakemake/metadata")
TESTED = ("9.27",)
"""The series of Snakemake with which the following was tested, none of it documented by Snakemake: the files read here,
the parser of `workflow.command`, and in the Snakefile and rules `workflow.is_main_process`, `workflow.local_exec`,
`workflow.global_resources` and `workflow.dag` (`jobs`, `needrun_jobs`), and of its files `is_newer`."""


@dataclass(frozen=True)
class Making:
    """How an output was made.

    `started` and `ended` in seconds since 1970: when Snakemake started the job, and when the file was last written.
    `inputs` by path with their SHA-256 (hex) then; `logs` are the paths of the job's logs.
    """

    rule: str
    started: float
    ended: float
    inputs: dict[str, str]
    logs: tuple[str, ...]


def read_makings(prefix: str, metadata: Path = METADATA) -> dict[str, Making]:
    """How all outputs whose path starts with `prefix` were made, by path.

    A torn file counts for nothing, as to Snakemake, which writes these in place: a kill or a full disk can cut one.
    """
    makings = {}
    for path, file in files_about(prefix, metadata):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            makings[path] = parse(file.read_text(encoding="utf-8"))
    return dict(sorted(makings.items()))


def files_about(prefix: str, metadata: Path = METADATA) -> Iterator[tuple[str, Path]]:
    """The outputs whose path starts with `prefix`, each with the file that tells how it was made."""
    for file in metadata.rglob("*"):
        # Long names are cut into folders, whose names begin with @.
        encoded = "".join(part.removeprefix("@") for part in file.relative_to(metadata).parts)
        with suppress(ValueError):
            path = base64.urlsafe_b64decode(encoded).decode()
            if path.startswith(prefix) and file.is_file():
                yield path, file


def parse(text: str) -> Making:
    fields = json.loads(text)
    checksums = {path: value.removeprefix("sha256:") for path, value in (fields["input_checksums"] or {}).items()}
    return Making(
        rule=fields["rule"],
        started=fields["starttime"],
        ended=fields["endtime"],
        inputs={path: checksums.get(path, "") for path in sorted(fields["input"])},
        logs=tuple(fields["log"] or ()),
    )


def chain(path: str, makings: dict[str, Making]) -> dict[str, str]:
    """Everything that `path` was made from, directly or not, with the SHA-256 that it had then."""
    found: dict[str, str] = {}
    waiting = [path]
    while waiting:
        making = makings.get(waiting.pop())
        for name, digest in (making.inputs if making else {}).items():
            if name not in found:
                found[name] = digest
                waiting.append(name)
    return dict(sorted(found.items()))


def edited(makings: Iterable[Making], results: Path = METADATA.parents[1]) -> set[str]:
    """The files outside `results` that are not as they were when something was made from them, whatever their dates."""
    recorded: dict[str, set[str]] = {}
    for making in makings:
        for path, digest in making.inputs.items():
            if digest and not Path(path).is_relative_to(results):
                recorded.setdefault(path, set()).add(digest)
    return {path for path, digests in recorded.items() if Path(path).is_file() and digests != {sha256(Path(path))}}


def compare_by_content(kind: Any, files: Collection[str]) -> None:
    """Have Snakemake compare these inputs with what its jobs read, whatever their dates; `kind` is its class of files.

    Snakemake looks at the content of an input that is newer than what was made from it, and at no other. A file that
    comes with an older date, by `rsync -a`, `cp -p`, an archive or a backup put back, would pass as unchanged.
    """
    by_date = kind.is_newer

    async def is_newer(file: Any, time: float) -> bool:
        return (file in files and not file.is_ancient) or await by_date(file, time)

    kind.is_newer = is_newer
