"""A finished run as one small file, and back: what the tables, figures, claims and page of `recorded` are made from.

    python -m finmath_grpo.release.record pack --experiment small-seeds --record small-seeds.tar.zst
    python -m finmath_grpo.release.record unpack --record small-seeds.tar.zst --members deep.csv --outputs deep.csv

The file holds questions, what the models wrote, the tables that the DAG makes from training, and for reading: step
logs, resolved configs, merge checks, timings and provenance. No weights, and no scores: they are made again from the
texts. `tar --zstd -tf` lists it. The same run gives the same bytes.
"""

import argparse
import csv
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import zstandard

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import open_regular, replacing
from finmath_grpo.workflow import unchanged
from finmath_grpo.workflow.config_file import self_contained

# What `recorded` unpacks: of a run, of each further test that it has, and of each model. The statistics make the other
# tables from these.
OF_RUN = (
    "data/test.jsonl",
    "data/train.jsonl",
    "statistics/training.csv",
    "statistics/reward_facts.csv",
    "statistics/reward_audit.csv",
    "statistics/reward_forms.csv",
)
OF_TESTS = ("data/t2.jsonl", "data/t3.jsonl")
DEEP = "deep.csv"
"""Of a run with the section `deep`. Its texts stay behind: there are a hundred times as many as of a test."""
OF_MODELS = ("completions/*.jsonl", "training/*/completions.jsonl.zst")
TO_READ = (
    "training/*/log.csv",
    "training/*/config.json",
    "models/*/MANIFEST.sha256",
    "models/*/merge_check.json",
    "provenance.json",
    "benchmarks/**/*.tsv",
)
LIMIT = 8 * 2**20
"""Bytes of a record."""
WINDOW_LOG = 27
"""The largest window that `tar --zstd` and zstandard read without being asked: 128 MiB."""
PLAIN_LIMIT = 256 * 2**20
"""Bytes of its members together; `small-seeds` has 123 million. More may be a bomb: few bytes, unpacked terabytes."""


def pack(results: Path, config: Path, record: Path) -> None:
    """Write the record of the finished run in `results`. Raises UserError where a part is missing or it is large."""
    wanted = [*OF_RUN, "scores.csv"]
    if (results / "scores.csv").is_file():
        with (results / "scores.csv").open(encoding="utf-8") as file:
            wanted += sorted({f"completions/{row['model']}.jsonl" for row in csv.DictReader(file)})
    absent = [name for name in wanted if not (results / name).is_file()]
    if absent:
        raise UserError(f"{results}: no {', '.join(absent)}; build the experiment first")
    found = {path for pattern in (*OF_TESTS, DEEP, *OF_MODELS, *TO_READ) for path in results.glob(pattern)}
    members = {name: results / name for name in OF_RUN}
    members |= {str(path.relative_to(results)): path for path in found}
    unchanged.check(map(str, members.values()), results.parent)
    members[config.name] = config
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, path in sorted(members.items()):
            entry = tarfile.TarInfo(name)
            # A record has to say what it was made with, alone.
            content = self_contained(config) if path == config else path.read_bytes()
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    if plain.tell() > PLAIN_LIMIT:
        raise UserError(
            f"{record}: {plain.tell():,} bytes before packing, more than {PLAIN_LIMIT:,}; fewer samples fit"
        )
    # All of it in one window: a merged model and its adapter write much the same texts.
    settings = zstandard.ZstdCompressionParameters.from_level(19, window_log=WINDOW_LOG)
    packed = zstandard.ZstdCompressor(compression_params=settings).compress(plain.getvalue())
    if len(packed) > LIMIT:
        raise UserError(f"{record}: {len(packed):,} bytes, more than {LIMIT:,}; fewer samples or temperatures fit")
    write_whole(record, packed)
    print(f"{record}: {len(members)} files, {len(packed):,} bytes")


def opened(record: Path) -> tarfile.TarFile:
    """The members of a record. Raises UserError for a file that is no record, or would not fit into memory."""
    try:
        with open_regular(record) as packed:
            plain = zstandard.ZstdDecompressor().stream_reader(packed).read(PLAIN_LIMIT + 1)
        if len(plain) > PLAIN_LIMIT:
            raise UserError(
                f"{record}: unpacks into more than {PLAIN_LIMIT:,} bytes, which no record does; take another"
            )
        archive = tarfile.open(fileobj=io.BytesIO(plain), mode="r:")  # noqa: SIM115 (the caller closes it)
        strange = [member.name for member in archive.getmembers() if not member.isreg()]
        if strange:
            raise UserError(f"{record}: {strange[0]!r} is no file; a record holds files alone")
        return archive
    except (OSError, ValueError, zstandard.ZstdError, tarfile.TarError) as error:
        raise UserError(
            f"{record}: not a record as `python -m finmath_grpo.release.record pack` writes it ({error})"
        ) from None


def unpack(record: Path, outputs: Mapping[str, Path]) -> None:
    """Write members of a record, each to its place. Raises UserError for a record without one of them."""
    with opened(record) as archive:
        for member, output in outputs.items():
            content = read_member(archive, record, member)
            check_as_made(archive, record, member, content)
            write_whole(output, content)


def read_member(archive: tarfile.TarFile, record: Path, member: str) -> bytes:
    """The bytes of one member. Raises UserError where there is none, or no plain file of that name."""
    if member not in archive.getnames():
        raise UserError(f"{record}: holds no {member}; `tar --zstd -tf {record}` lists what it holds")
    entry = archive.getmember(member)
    # A sparse file says of itself how large it is.
    content = archive.extractfile(entry) if entry.isreg() and not entry.issparse() else None
    if content is None:
        raise UserError(f"{record}: {member} is no plain file; pack the run again")
    return content.read()


def check_as_made(archive: tarfile.TarFile, record: Path, member: str, content: bytes) -> None:
    """Raise UserError for a member that is not as its job left it, by the provenance that the record holds."""
    if "provenance.json" not in archive.getnames():
        return
    try:
        made = json.loads(read_member(archive, record, "provenance.json"))
        stated = made["files"].get(f"results/{made['experiment']}/{member}", {}).get("sha256")
    except (ValueError, KeyError, AttributeError) as error:
        raise UserError(f"{record}: provenance.json is not as expected ({error}); pack the run again") from None
    found = hashlib.sha256(content).hexdigest()
    if stated and found != stated:
        raise UserError(
            f"{record}: {member} is not as its job left it (SHA-256 was {stated[:12]}…, is {found[:12]}…): the record"
            " was edited, or packed from edited results; take the record as it was published, or pack the run again"
        )


def write_whole(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("--experiment", required=True)
    packing.add_argument("--record", type=Path, required=True)
    unpacking = commands.add_parser("unpack")
    unpacking.add_argument("--record", type=Path, required=True)
    unpacking.add_argument("--members", nargs="+", required=True, help="their paths below results/{experiment}/")
    unpacking.add_argument("--outputs", type=Path, nargs="+", required=True, help="where to write each")
    arguments = parser.parse_args()
    if arguments.command == "pack":
        name = arguments.experiment
        pack(Path("results", name), Path("config", f"{name}.yaml"), arguments.record)
    else:
        unpack(arguments.record, dict(zip(arguments.members, arguments.outputs, strict=True)))


if __name__ == "__main__":
    run_stage(main)
