"""Which sources these are: the commit where it is known, and a hash of their content always.

A checkout asks git; an image has the commit that its build was told or `.git/HEAD`; an archive has the file REVISION.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from finmath_grpo.files import digest, sha256


@dataclass(frozen=True)
class Sources:
    """`dirty`: whether files differ from the commit, None where that can't be known. `sha256`: of what runs."""

    commit: str | None
    dirty: bool | None
    sha256: str


OF_ANOTHER = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
    "XDG_CONFIG_HOME",
}
"""Variables by which git answers for another checkout than the one that it is asked in; a hook of another has them.
Without the last one, which is ours in a job (`environment.make_own`), it reads the user's settings."""


NO_RESULTS = ("--", ":!results")
"""At the end of a command of git: results/ is no source, and may be a link to another disk, where git misses its
README."""


def environment_of_git() -> dict[str, str]:
    """Where git answers for the checkout that it is asked in. Jobs ask at the same time; none may hold git's index."""
    return {**{name: value for name, value in os.environ.items() if name not in OF_ANOTHER}, "GIT_OPTIONAL_LOCKS": "0"}


def git_in(root: Path) -> list[str]:
    """The start of a command of git. It answers in a checkout of another owner, too: who runs its code trusts it."""
    return ["git", "-c", f"safe.directory={root.resolve()}", "-C", str(root)]


def these_sources(root: Path = Path(".")) -> Sources:
    commit, dirty = from_build() or from_git(root) or from_head(root) or from_archive(root) or (None, None)
    return Sources(commit, dirty, digest({str(path.relative_to(root)): sha256(path) for path in what_runs(root)}))


def what_runs(root: Path) -> list[Path]:
    """The files that a result can depend on."""
    found = [root / "Snakefile", *(root / "rules").glob("*.smk"), *(root / "config").glob("*.yaml")]
    for folder, folders, names in os.walk(root / "src" / "finmath_grpo"):
        # Other jobs compile modules at the same time: files there come and go.
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [Path(folder, name) for name in names]
    return sorted(found)


def revision(text: str) -> tuple[str | None, bool | None] | None:
    """Commit and dirtiness from the words of `git describe --always --dirty`."""
    text = text.strip()
    return (text.removesuffix("-dirty"), text.endswith("-dirty")) if text else None


def from_build() -> tuple[str | None, bool | None] | None:
    return revision(os.environ.get("FINMATH_REVISION", ""))


def from_git(root: Path) -> tuple[str | None, bool | None] | None:
    # A checkout inside another repository is not a commit of that one.
    if not (root / ".git").exists():
        return None
    commit = answer_of_git(root, "rev-parse", "HEAD")
    changed = answer_of_git(root, "status", "--porcelain", "--untracked-files=no", *NO_RESULTS)
    return None if commit is None or changed is None else (commit, bool(changed))


def answer_of_git(root: Path, *words: str) -> str | None:
    """What git prints, without spaces at the ends; None where it fails, or there is none."""
    try:
        done = subprocess.run([*git_in(root), *words], capture_output=True, text=True, env=environment_of_git())
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def from_head(root: Path) -> tuple[str | None, bool | None] | None:
    git = root / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head, None
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text().strip(), None
        packed = (line.split() for line in (git / "packed-refs").read_text().splitlines())
        return next((words[0], None) for words in packed if words[1:] == [name])
    except (OSError, StopIteration):
        return None


def from_archive(root: Path) -> tuple[str | None, bool | None] | None:
    file = root / "REVISION"
    return revision(file.read_text()) if file.is_file() else None
