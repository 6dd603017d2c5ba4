"""Snakemake's own records: what each file was made from, by which rule, and when.

Read from `.snakemake/metadata` as Snakemake 9 writes it, a JSON file for each output, named by the output's path in
base64. It holds the SHA-256 of every input as it was when the job ran.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

METADATA = Path("results/.snakemake/metadata")


@dataclass(frozen=True)
class Record:
    """How an output was made; times in seconds since 1970, `inputs` by path with their SHA-256 (hex) then."""

    rule: str
    started: float
    ended: float
    inputs: dict[str, str]


def read_records(prefix: str, metadata: Path = METADATA) -> dict[str, Record]:
    """The records of all outputs whose path starts with `prefix`, by path."""
    records = {}
    for file in metadata.rglob("*"):
        if not file.is_file():
            continue
        # Long names are cut into folders, whose names begin with @.
        encoded = "".join(part.removeprefix("@") for part in file.relative_to(metadata).parts)
        path = base64.urlsafe_b64decode(encoded).decode()
        if path.startswith(prefix):
            records[path] = parse(file.read_text(encoding="utf-8"))
    return dict(sorted(records.items()))


def parse(text: str) -> Record:
    fields = json.loads(text)
    checksums = {path: value.removeprefix("sha256:") for path, value in (fields["input_checksums"] or {}).items()}
    return Record(
        rule=fields["rule"],
        started=fields["starttime"],
        ended=fields["endtime"],
        inputs={path: checksums.get(path, "") for path in sorted(fields["input"])},
    )


def chain(path: str, records: dict[str, Record]) -> dict[str, str]:
    """Everything that `path` was made from, directly or not, with the SHA-256 that it had then."""
    found: dict[str, str] = {}
    waiting = [path]
    while waiting:
        record = records.get(waiting.pop())
        for name, digest in (record.inputs if record else {}).items():
            if name not in found:
                found[name] = digest
                waiting.append(name)
    return dict(sorted(found.items()))
