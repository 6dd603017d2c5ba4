"""One file from which a stranger goes on: sources, locks, results with Snakemake's metadata, hashes, provenance.

    python -m finmath_grpo.release.archive finmath-grpo.tar.zst

It holds the files that git tracks and results, and says what it leaves out. A tree that differs from its commit is
refused, unless told with --dirty. Unpacked anywhere, the first run says "Nothing to be done", and any figure can be
drawn again. Left out are caches, logs of Snakemake's, and the weights of an experiment that stands on given models:
their licences are not ours to pass on. So are experiments that stand on a file that git does not track.
"""

import argparse
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path

import zstandard

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import replacing, sha256
from finmath_grpo.release.crate import metadata
from finmath_grpo.workflow import named_files, paths, unchanged
from finmath_grpo.workflow.config_file import read_config
from finmath_grpo.workflow.experiments import load_all
from finmath_grpo.workflow.kinds import Experiment, Run
from finmath_grpo.workflow.metadata import files_about, read_makings
from finmath_grpo.workflow.model_names import models_by_method
from finmath_grpo.workflow.provenance import write_provenance
from finmath_grpo.workflow.sources import NO_RESULTS, environment_of_git, git_in, these_sources

FOLDER = "finmath-grpo"
MADE_HERE = {"MANIFEST.sha256", "REVISION", "ro-crate-metadata.json", "finmath-grpo.tar.zst"}
OF_THE_PROJECT = {
    *("benchmarks", "config", "data", "docker", "docs", "envs", "profiles", "rules", "src", "tests", "Dockerfile"),
    *("ARTIFACT.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "NOTICE", "README.md"),
    *("Snakefile", "pyproject.toml", ".ci", ".dockerignore", ".github", ".gitignore", ".pre-commit-config.yaml"),
    ".zenodo.json",
    *(".snakemake", ".snakemake-workflow-catalog.yml"),
}
"""What stands in the root of a clone."""
LINKS = [".snakemake"]
"""Symbolic links among them."""
GIVEN = ("fetch", "folder")
"""How models come that are not ours."""
WEIGHTS = {".safetensors", ".bin", ".gguf"}


def git(*words: str) -> list[str] | None:
    """What git answers, cut at NUL; None where this is no checkout (an image has no more of one than its commit).

    Raises UserError where it does not answer in a checkout: nothing else knows what is the project's and what its
    owner's.
    """
    if not (Path(".git/index").exists() or Path(".git").is_file()):
        return None
    try:
        done = subprocess.run([*git_in(Path(".")), *words], capture_output=True, env=environment_of_git())
        said = (os.fsdecode(done.stderr).strip() or "it says nothing") if done.returncode else ""
    except FileNotFoundError:
        said = "there is no command git"
    if said:
        raise UserError(
            f"git can't say which files are the project's: {said}; mend that, or pack a copy of the folder without .git"
        )
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]


def source_files() -> list[Path]:
    """What the project consists of: the files that git tracks.

    An unpacked archive has no git: they are those of its manifest. Nor has an image: they are what its build took.
    Either may hold files of its owner's, which stay out.
    """
    tracked = git("ls-files", "-z")
    if tracked is None and Path("MANIFEST.sha256").is_file():
        listed = [line[66:] for line in Path("MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
        # A manifest names no symbolic link.
        tracked = [name for name in listed if Path(name).parts[0] != "results"] + LINKS
    if tracked is None:
        found = [path for path in Path(".").rglob("*") if path.parts[0] in OF_THE_PROJECT and not is_made(path)]
    else:
        found = [Path(name) for name in tracked]
    found.append(Path("results/README.md"))
    return sorted({path for path in found if (path.is_file() or path.is_symlink()) and str(path) not in MADE_HERE})


def is_made(path: Path) -> bool:
    """Whether a file was made by running or installing the project, or is hidden in one of its folders."""
    return any(part == "__pycache__" or part.endswith(".egg-info") for part in path.parts) or (
        len(path.parts) > 1 and path.name.startswith(".")
    )


def check_clean() -> None:
    """Raise UserError where tracked files differ from the commit: the archive would say a commit that it is not."""
    changed = git("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames", *NO_RESULTS) or []
    if changed:
        names = ", ".join(entry[3:] for entry in changed[:5]) + (" …" if len(changed) > 5 else "")
        raise UserError(f"{len(changed)} files differ from the commit ({names}); commit them, or pack with --dirty")


def left_out() -> list[str]:
    """Files of the checkout that are neither tracked nor ignored, folders as one: what the archive does not hold."""
    return git("ls-files", "-z", "--others", "--exclude-standard", "--directory", *NO_RESULTS) or []


def untracked(experiments: dict[str, Experiment]) -> dict[str, list[str]]:
    """The experiments that nobody could run from the archive, and what of :func:`needed` is not tracked.

    With them that experiment's questions stay out, which their owner may not want to share.
    """
    tracked = {str(path) for path in source_files()}
    missing = {name: [file for file in needed(name, of) if file not in tracked] for name, of in experiments.items()}
    return {name: files for name, files in missing.items() if files}


def needed(name: str, experiment: Experiment) -> list[str]:
    """What an experiment is planned from: its config, that which it extends, the files that they name, the split.

    A file that is named from the root of this machine would be another one elsewhere, or none: its name stays so.
    """
    config = Path("config", f"{name}.yaml")
    base = read_config(config).base
    named = [os.path.normpath(file) for _, file in named_files.named(experiment)]
    ids = [paths.committed_test_ids(os.path.normpath(experiment.questions))] if isinstance(experiment, Run) else []
    return [str(config), *([str(base)] if base else []), *named, *(str(file) for file in ids if file.exists())]


def result_files(name: str, experiment: Experiment) -> list[Path]:
    """The results of an experiment."""
    without_weights = bool(models_by_method(experiment, *GIVEN))
    found = Path("results", name).rglob("*")
    files = [path for path in found if path.is_file() and not any(part.startswith(".") for part in path.parts)]
    return sorted(path for path in files if not (without_weights and path.suffix in WEIGHTS and "models" in path.parts))


def packed(experiments: dict[str, Experiment]) -> list[Path]:
    """The files of an archive of these experiments: sources, results, and how Snakemake says that these were made."""
    files = source_files() + [file for name, of in experiments.items() for file in result_files(name, of)]
    # Of other experiments it has commands with their settings and the names of their files.
    return files + sorted(file for name in experiments for _, file in files_about(f"results/{name}/"))


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
    files = packed(experiments)
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
    parser.add_argument("--dirty", action="store_true", help="pack tracked files as they are, though not committed")
    arguments = parser.parse_args()
    if not arguments.dirty:
        check_clean()
    experiments = {
        name: found for name, found in load_all(Path("config")).good.items() if read_makings(f"results/{name}/")
    }
    for name, missing in untracked(experiments).items():
        print(
            f"left out: results/{name}, as git does not track {', '.join(missing)} (git add, commit; name files from"
            " the project's folder)"
        )
        del experiments[name]
    if not experiments:
        raise UserError("results/ holds no experiment to pack; build one first (snakemake --cores all)")
    unchanged.check(unchanged.made_for(experiments))
    for name, experiment in experiments.items():
        write_provenance(name, experiment)
    write_archive(arguments.archive, experiments)
    for file in left_out():
        print(f"left out: {file}, which git does not track")
    for name, experiment in experiments.items():
        if models_by_method(experiment, *GIVEN):
            print(f"left out: the weights of {name}, which stand on models that were given, with licences of their own")
    print("left out: results/cache, the logs of Snakemake, and what .gitignore names")


if __name__ == "__main__":
    run_stage(main)
