"""What goes wrong between this machine and the Hugging Face Hub, each cause in its own words.

Nothing here holds a header, and so nothing holds a token.
"""

import email.utils
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers

from finmath_grpo.errors import NO_ROOM, UserError


@contextmanager
def told(repository: str, revision: str, name: str | None = None) -> Iterator[None]:
    """Turn an error of the network, the Hub or the disk into a UserError that says the cause and what to do."""
    try:
        yield
    except UserError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise UserError(words(error, repository, revision, name)) from None


def words(error: Exception, repository: str, revision: str, name: str | None) -> str:
    """The cause of an error and what to do about it. Never holds a header, and so no token."""
    again = "run again: what has come stays and is not fetched twice"
    page = f"{constants.ENDPOINT}/{repository}"
    what = f"{repository}, {name}" if name else repository
    if isinstance(error, OfflineModeIsEnabled):
        return f"{what}: HF_HUB_OFFLINE is set, so nothing is fetched; unset it"
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if isinstance(error, GatedRepoError):
            return f"{what}: is gated ({status}). Accept its licence on {page}, then {token_words()}"
        if isinstance(error, DisabledRepoError):
            return f"{what}: the Hub has disabled this repository ({status}); see {page}"
        if isinstance(error, RevisionNotFoundError):
            return f"{repository}: has no revision {revision!r} (404); see {page}/commits/main"
        if isinstance(error, RemoteEntryNotFoundError):
            return f"{what}: is not in the repository at {revision} (404)"
        if status == httpx.codes.UNAUTHORIZED and get_token() is not None:
            return f"{what}: the Hub does not accept the token in HF_TOKEN (401); make a new one that may read"
        if isinstance(error, RepositoryNotFoundError):
            return f"{what}: the Hub has no such model, or hides it ({status}). Check the name; {token_words()}"
        if status == httpx.codes.FORBIDDEN:
            return f"{what}: the token in HF_TOKEN has no right to read it (403); allow it to, or make another"
        if status == httpx.codes.TOO_MANY_REQUESTS:
            asked = asked_to_wait(error.response)
            when = "later" if asked is None else f"in {asked:.0f} s, as the Hub asks"
            return f"{what}: too many requests (429). Run again {when}; what has come stays"
        if status >= 500:
            return f"{what}: the Hub is in trouble ({status}); {again}"
        return f"{what}: the Hub refuses the request ({status}); see {page}"
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        kind = type(error).__name__
        if name:
            return f"{what}: the connection broke off and did not come back ({kind}); {again}"
        return (
            f"{what}: {constants.ENDPOINT} can't be reached ({kind}). Check network, proxy and HF_ENDPOINT; with no"
            " network use `smoke`, `small`, `published` or `recorded`"
        )
    assert isinstance(error, OSError)
    if error.errno in NO_ROOM:
        return f"{what}: the disk is full; make room and {again}"
    return f"{what}: {error.filename or 'a file'} can't be written: {error.strerror or error}"


def token_words() -> str:
    if get_token() is None:
        return "set HF_TOKEN to a token of yours that may read it (none is set)"
    return "see that the token in HF_TOKEN is of that user and may read it"


def asked_to_wait(response: httpx.Response) -> float | None:
    """Seconds that the Hub asks to wait: its own rate-limit header, or Retry-After (seconds or a date; RFC 9110)."""
    limit = parse_ratelimit_headers(response.headers)
    if limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    with suppress(ValueError, TypeError):
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    return None


def reason(error: Exception) -> str:
    """What happened, in short."""
    if isinstance(error, HfHubHTTPError):
        return f"the Hub answers {error.response.status_code}"
    return f"the connection failed ({type(error).__name__})"
