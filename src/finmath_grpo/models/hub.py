"""Model repositories on the Hugging Face Hub: what one holds at a revision, and its files, each whole and verified.

`huggingface_hub` knows the Hub's addresses, headers and errors. The bytes are read here, because its own download
(1.33) deletes a partial file when a try fails and accepts a file of the right size with wrong bytes. A file is kept in
a store under its own hash, and its first part as `HASH.partial`, from which the next try, in this process or a later
one, goes on (HTTP Range). Large files come over plain HTTPS, not over Xet, which can't go on with a partial file.
"""

import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status
from tqdm import tqdm

from finmath_grpo.errors import UserError
from finmath_grpo.models.hub_errors import asked_to_wait, reason, told
from finmath_grpo.models.lock import HubFile, Snapshot

WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each new try while nothing comes, where the Hub does not say how long to wait."""
LONGEST_WAIT = 900.0
"""Seconds that a job waits where the Hub asks for it; its rate limits are per 5 minutes."""
TIMEOUT = 30.0
"""Seconds without a byte after which the line counts as broken."""
CHUNK = 2**20
SPARE = 2**28
"""Bytes of disk to leave free."""


def list_repository(repository: str, revision: str) -> Snapshot:
    """What the Hub lists of a repository at a branch, a tag or a commit.

    Raises UserError with the cause.
    """
    with told(repository, revision):
        waits = iter(WAITS)
        while True:
            try:
                info = HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=TIMEOUT)
                files = {sibling.rfilename: described(sibling) for sibling in info.siblings or ()}
                return Snapshot(repository=repository, commit=info.sha, files=files)
            except HfHubHTTPError as error:
                wait_or_raise(error, waits)
            except HFValidationError:
                raise UserError(f"{repository}: is no name of a repository; expected OWNER/NAME") from None
            except (ValueError, KeyError, TypeError):
                raise UserError(
                    f"{repository}: {constants.ENDPOINT} does not list files with size and hash, as the Hub does (is it"
                    " a proxy, or the login page of a network?)"
                ) from None


def described(sibling: RepoSibling) -> HubFile:
    """A file as the Hub lists it. Raises ValueError where size or hash are missing."""
    large = (sibling.lfs or {}).get("sha256")
    return HubFile(size=sibling.size, hash=f"sha256:{large}" if large else f"git:{sibling.blob_id}")


def stored(store: Path, file: HubFile) -> Path:
    """Where a whole file lies in a store."""
    return store / file.hash.replace(":", "-")


def partial(store: Path, file: HubFile) -> Path:
    """Where the first part of a file lies in a store."""
    return store / f"{stored(store, file).name}.partial"


def bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def check_disk(snapshot: Snapshot, store: Path, target: Path) -> None:
    """Raise UserError unless there is room for what is missing in the store, and for a copy of all on another disk."""
    missing = sum(
        file.size - min(bytes_of(partial(store, file)), file.size)
        for file in snapshot.files.values()
        if bytes_of(stored(store, file)) != file.size
    )
    needed = {store: missing}
    if store.stat().st_dev != target.stat().st_dev:
        needed[target] = sum(file.size for file in snapshot.files.values())
    for folder, amount in needed.items():
        free = shutil.disk_usage(folder).free
        if amount and free < amount + SPARE:
            raise UserError(
                f"{snapshot.repository}: {amount / 1e9:.2f} GB are still to be written under {folder}, where"
                f" {free / 1e9:.2f} GB are free; make room, or set a link to a larger disk in its place"
            )


def fetch_file(snapshot: Snapshot, name: str, store: Path, progress: tqdm) -> Path:
    """A file of a snapshot in the store, with the Hub's own hash; fetched, wholly or for the rest, if need be.

    `progress` counts bytes. Raises UserError with the cause; what came so far stays.
    """
    file = snapshot.files[name]
    whole, part = stored(store, file), partial(store, file)
    if whole.exists():
        if hash_of(whole, file.hash) == file.hash:
            progress.update(file.size)
            return whole
        print(f"{name}: the stored file is damaged and is fetched anew", flush=True)
        whole.unlink()
    while True:
        begun = bytes_of(part)
        if begun > file.size:
            part.unlink()
            continue
        if begun:
            print(f"{name}: {begun} of {file.size} bytes are here from before", flush=True)
        part.touch()
        with told(snapshot.repository, snapshot.commit, name):
            download(hf_hub_url(snapshot.repository, name, revision=snapshot.commit), part, file.size, progress)
        found = hash_of(part, file.hash)
        if found == file.hash:
            part.replace(whole)
            return whole
        part.unlink()
        progress.update(-file.size)
        if not begun:
            raise UserError(
                f"{snapshot.repository}: {name} came with the hash {found}, and the Hub lists {file.hash}. The file was"
                " deleted; run again, and if it happens twice, look for a proxy that changes what it passes on"
            )
        print(f"{name}: the parts do not fit together; the file is fetched anew", flush=True)


def hash_of(path: Path, like: str) -> str:
    """The hash of a file, of the kind of the hash `like`."""
    kind = like.partition(":")[0]
    digest = hashlib.sha256() if kind == "sha256" else hashlib.sha1(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return f"{kind}:{digest.hexdigest()}"


def download(url: str, part: Path, size: int, progress: tqdm) -> None:
    """Append to `part` what is missing of the `size` bytes at `url`, over broken lines and a busy Hub."""
    progress.update(bytes_of(part))
    waits = iter(WAITS)
    while (have := bytes_of(part)) < size:
        try:
            receive(url, part, have, progress)
            if bytes_of(part) == have:
                raise httpx.RemoteProtocolError("the answer is empty")
        except (httpx.TransportError, HfHubHTTPError) as error:
            if bytes_of(part) > have:
                waits = iter(WAITS)
            wait_or_raise(error, waits)


def receive(url: str, part: Path, have: int, progress: tqdm) -> None:
    """Append what one request for the bytes from `have` on gives."""
    # Bytes as they are stored: ranges count those, and the hash is of those.
    headers = {**build_hf_headers(), "Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
        hf_raise_for_status(response)
        whole = response.status_code != httpx.codes.PARTIAL_CONTENT
        if whole and have:
            progress.update(-have)
        with part.open("wb" if whole else "ab") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                progress.update(len(chunk))


def wait_or_raise(error: httpx.HTTPError, waits: Iterator[float]) -> None:
    """Wait as long as the Hub asks, or for the next of `waits`; raise the error where no new try can help."""
    wait = next(waits, None)
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if status != httpx.codes.TOO_MANY_REQUESTS and status < 500:
            raise error
        asked = asked_to_wait(error.response)
        if wait is not None and asked is not None:
            # Not a moment too early: a request before its time can lengthen the ban.
            wait = max(wait, asked) if asked <= LONGEST_WAIT else None
    if wait is None:
        raise error
    print(f"{reason(error)}; the next try is in {wait:g} s", flush=True)
    time.sleep(wait)
