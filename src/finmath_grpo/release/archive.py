"""One file from which a stranger goes on: sources, locks, results with Snakemake's metadata, hashes, provenance.

    python -m finmath_grpo.release.archive finmath-grpo.tar.zst

Unpacked anywhere, the first run says "Nothing to be done", and any figure can be drawn again. Left out are caches, logs
of Snakemake's, and the weights of an experiment that stands on fetched models: their licences are not ours to pass on.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path

import zstandard

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import replacing, sha256
from finmath_grpo.release.crate import metadata
from finmath_grpo.workflow.experiments import Experiment, load_all, models_by_method
from finmath_grpo.workflow.metadata import METADATA, read_makings
from finmath_grpo.workflow.provenance import write_provenance
from finmath_grpo.workflow.sources import these_sources

FOLDER = "finmath-grpo"
NO_SOURCES = {".git", ".venv", ".mypy_cache", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__", "results"}
MADE_HERE = {"MANIFEST.sha256", "REVISION", "ro-crate-metadata.json", "finmath-grpo.tar.zst"}
WEIGHTS = {".safetensors", ".bin", ".gguf"}


def source_files() -> list[Path]:
    """What a clone holds, with what is new in it; with no git (image, archive) all but what is built."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names: list[str] = []
    if Path(".git").exists():
        try:
            names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        except (FileNotFoundError, subprocess.CalledProcessError):
            names = []
    found = [Path(name) for name in names if name] or [
        path for path in Path(".").rglob("*") if NO_SOURCES.isdisjoint(path.parts) and ".egg-info" not in str(path)
    ] + [Path("results/README.md")]
    return sorted(path for path in found if (path.is_file() or path.is_symlink()) and str(path) not in MADE_HERE)


def result_files(name: str, experiment: Experiment) -> list[Path]:
    """The results of an experiment."""
    without_weights = bool(models_by_method(experiment, "fetch", "folder"))
    files = [path for path in Path("results", name).rglob("*") if path.is_file()]
    return sorted(path for path in files if not (without_weights and path.suffix in WEIGHTS and "models" in path.parts))


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(f"{FOLDER}/{name}")
    entry.size, entry.mode = len(content), 0o644
    archive.addfile(entry, io.BytesIO(content))


def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry of a file as anyone's: no owner, readable for all."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry


def write_archive(path: Path, experiments: dict[str, Experiment]) -> None:
    """Write the archive of the sources and of the experiments, whose results must be there."""
    root = Path(".")
    provenances = {
        name: json.loads(Path("results", name, "provenance.json").read_text(encoding="utf-8")) for name in experiments
    }
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {"finmath-grpo": project["version"], "snakemake": version("snakemake")}
    files = source_files() + [file for name, of in experiments.items() for file in result_files(name, of)]
    files += sorted(file for file in METADATA.rglob("*") if file.is_file())
    sources = these_sources(root)
    added = {
        "REVISION": f"{sources.commit or 'unknown'}{'-dirty' if sources.dirty else ''}\n",
        "ro-crate-metadata.json": json.dumps(metadata(root, experiments, provenances, versions), indent=2) + "\n",
    }
    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        zstandard.ZstdCompressor(level=10, threads=-1).stream_writer(file) as compressed,
        tarfile.open(fileobj=compressed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        hashes = []
        for name, content in added.items():
            add_bytes(archive, name, content.encode())
        for source in files:
            archive.add(source, f"{FOLDER}/{source}", recursive=False, filter=anonymous)
            if not source.is_symlink():
                hashes.append(f"{sha256(source)}  {source}\n")
        hashes += [f"{hashlib.sha256(content.encode()).hexdigest()}  {name}\n" for name, content in added.items()]
        add_bytes(archive, "MANIFEST.sha256", "".join(sorted(hashes, key=lambda line: line[66:])).encode())
    print(f"{path}: {path.stat().st_size / 2**20:.1f} MiB, {len(hashes)} files, experiments: {', '.join(experiments)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="the file to write, .tar.zst")
    arguments = parser.parse_args()
    experiments = {
        name: found for name, found in load_all(Path("config")).good.items() if read_makings(f"results/{name}/")
    }
    if not experiments:
        raise UserError("results/ holds no experiment; build one first (snakemake --cores all)")
    for name, experiment in experiments.items():
        write_provenance(name, experiment)
    write_archive(arguments.archive, experiments)


if __name__ == "__main__":
    run_stage(main)
