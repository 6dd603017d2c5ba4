"""A model from the Hugging Face Hub, at one commit: weights as safetensors, never pickles, never remote code.

Every file has the hash that the Hub lists for it. A revision that is no commit (`main`) is resolved once: its commit is
recorded with the first try, outside the outputs of the job, and another commit is refused from then on. An entry of
`config/models.lock` comes before both.
"""

import argparse
import json
import re
from pathlib import Path

from tqdm import tqdm

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import write_json
from finmath_grpo.locks import exclusive
from finmath_grpo.models import hub
from finmath_grpo.models.hub_errors import told
from finmath_grpo.models.lock import LockedModel, Snapshot
from finmath_grpo.models.manifest import replacement
from finmath_grpo.models.model_files import check_description, link_or_copy, model_files, read_json


def resolved(repository: str, revision: str, records: list[Path], locked: LockedModel | None) -> Snapshot:
    """The files of the model at the commit that the revision stands for, here and from now on.

    `records` are the files that say which commit it was at first. Raises UserError where the Hub says otherwise.
    """
    if locked:
        listed = model_files(hub.list_repository(repository, locked.commit))
        check_as_locked(listed, locked)
        return listed
    listed = hub.list_repository(repository, revision)
    if not re.fullmatch("[0-9a-f]{40}", revision):
        former = {record: commit for record in records if (commit := recorded(record, repository, revision))}
        if strange := sorted(set(former.values()) - {listed.commit}):
            raise UserError(
                f"{repository}: {revision!r} was {strange[0]} when it was first fetched, and is {listed.commit} on the"
                " Hub now. To go on with the former, write it as `revision:` into the config; to take the new one,"
                f" write that, or delete {' and '.join(map(str, former))}"
            )
        write_json(records[0], {"repository": repository, "revision": revision, "commit": listed.commit})
    return model_files(listed)


def check_as_locked(listed: Snapshot, locked: LockedModel) -> None:
    """Raise UserError unless the Hub lists the files of the lock."""
    for name in sorted(listed.files.keys() | locked.files.keys()):
        here, there = locked.files.get(name), listed.files.get(name)
        if here != there:
            say = [file.hash if file else "no such file" for file in (here, there)]
            raise UserError(
                f"{locked.repository}: config/models.lock has {name} at {locked.commit} as {say[0]}, and the Hub lists"
                f" {say[1]}. A commit never changes: find out who answers, and lock again only if you trust the answer"
            )


def recorded(record: Path, repository: str, revision: str) -> str | None:
    """The commit that a revision was when it was first fetched, if this file says so."""
    content = read_json(record) if record.is_file() else {}
    return (
        content.get("commit")
        if (repository, revision) == (content.get("repository"), content.get("revision"))
        else None
    )


def fetch(repository: str, revision: str, locked: LockedModel | None, cache: Path, manifest: Path) -> None:
    """Fetch a model into the folder of `manifest` and write that. Of what lay there before, nothing stays.

    The files of all revisions are kept in a folder of the repository under `cache`; the model folder holds links.
    """
    store = cache / repository.replace("/", "--")
    directory = manifest.parent
    directory.mkdir(parents=True, exist_ok=True)
    with told(repository, revision), exclusive(store / "lock", f"fetch {repository}"):
        # The store's record serves every experiment; the one beside the weights outlives a deleted store.
        records = [store / f"{revision.replace('/', '--')}.json", directory / "REVISION.json"]
        snapshot = resolved(repository, revision, records, locked)
        print(f"{repository} at {snapshot.commit}, asked for as {revision}", flush=True)
        hub.check_disk(snapshot, store, directory)
        # Small files first, so that a model of no use is refused before its weights are fetched.
        names = sorted(snapshot.files, key=lambda name: (name.endswith(".safetensors"), name))
        total = sum(file.size for file in snapshot.files.values())
        files: dict[str, Path] = {}
        with tqdm(total=total, unit="B", unit_scale=True, mininterval=1) as progress:
            for name in names:
                if name.endswith(".safetensors") and not any(path.endswith(".safetensors") for path in files):
                    check_description(files, repository)
                files[name] = hub.fetch_file(snapshot, name, store, progress)
        with replacement(manifest) as new:
            for name, path in files.items():
                link_or_copy(path, new / name)
            write_json(new / "SOURCE.json", {"repository": repository, "commit": snapshot.commit})
        if records[0].is_file():
            write_json(records[1], read_json(records[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("revision")
    parser.add_argument("--locked", default="null", help="the model's entry of config/models.lock as JSON")
    parser.add_argument("--code", help="fingerprint of this stage's code")
    parser.add_argument("--cache", type=Path, required=True, help="store of fetched files, safe to delete")
    parser.add_argument("--manifest", type=Path, required=True)
    arguments = parser.parse_args()
    entry = json.loads(arguments.locked)
    locked = LockedModel.model_validate(entry) if entry else None
    fetch(arguments.repository, arguments.revision, locked, arguments.cache, arguments.manifest)


if __name__ == "__main__":
    run_stage(main)
