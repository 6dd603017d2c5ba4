"""The lock of fetched models, `config/models.lock`: which commit a revision is, and the hash of every file.

A YAML list, one entry per repository and revision as a config names them. It is written from what the Hub lists by
`python -m finmath_grpo.workflow.lock_models EXPERIMENT…` and never by hand. An entry is one for `fetch` to hold to: it
fetches that commit, whatever a branch has come to since, and the Hub must list the same files.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import pydantic
import yaml
from pydantic import Field, NonNegativeInt, TypeAdapter

from finmath_grpo.errors import UserError
from finmath_grpo.files import atomic_write, explain
from finmath_grpo.settings import Settings

LOCK = Path("config/models.lock")
HEADER = """\
# Which commit a revision of a fetched model is, and the hash of every file of it. Written on the day that the models
# are first fetched, then committed, by
#
#   python -m finmath_grpo.workflow.lock_models paper open
#
# `fetch` holds to it ever after: it takes that commit, and every file must have this hash. One entry:
#
# - repository: OWNER/NAME
#   revision: main                     as the config says it
#   commit: 40 hex digits
#   files:
#     model.safetensors: {size: bytes, hash: 'sha256:…'}    a large file
#     config.json: {size: bytes, hash: 'git:…'}             a small one, by its Git blob id
"""


Hash = Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64}|git:[0-9a-f]{40})$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class HubFile(Settings):
    """A file of a repository as the Hub describes it."""

    size: NonNegativeInt
    """Bytes."""
    hash: Hash
    """SHA-256 of a large file (Git LFS), or the Git blob id of a small one."""


class Snapshot(Settings):
    """A repository at one commit."""

    repository: str
    commit: Commit
    files: dict[str, HubFile]
    """By name; names of files in folders hold slashes."""


class LockedModel(Snapshot):
    """The files of a model, and the revision that they were listed for."""

    revision: str


MODELS = TypeAdapter(list[LockedModel])


def read_lock(path: Path = LOCK) -> list[LockedModel]:
    """The entries of a lock; none where there is no file. Raises UserError for a file that is no lock."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return MODELS.validate_python(content or [])
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path}: can't be read: {error}") from None
    except pydantic.ValidationError as error:
        raise UserError(f"{path}: {explain(error)}") from None


def write_lock(models: Iterable[LockedModel]) -> None:
    """Write the lock: entries, in the order of their names."""
    entries = sorted(models, key=lambda model: (model.repository, model.revision))
    fields = ("repository", "revision", "commit", "files")
    content = [{field: model.model_dump(mode="json")[field] for field in fields} for model in entries]
    with atomic_write(LOCK) as file:
        file.write(HEADER)
        yaml.safe_dump(content, file, sort_keys=False, allow_unicode=True, width=120)


def entry_of(models: Iterable[LockedModel], repository: str, revision: str) -> LockedModel | None:
    """The entry of a repository and revision."""
    return next((model for model in models if (model.repository, model.revision) == (repository, revision)), None)
