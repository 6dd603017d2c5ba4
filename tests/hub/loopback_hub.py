"""A Hub on 127.0.0.1 for tests: the endpoints that fetching and uploading use, with faults that a test asks for.

It lists repositories as the Hub does (siblings with size, Git blob id and LFS hash), answers `resolve` with the Hub's
headers, redirects large files to a second address (the Hub's CDN) that knows ranges, and has its error codes. Uploads
need the token; large files go to the second address first (Git LFS), then all are one commit. What was asked is kept in
`requests`.

    python tests/hub/loopback_hub.py OWNER/NAME=FOLDER…

serves folders until it is stopped, and prints the HF_ENDPOINT to set.
"""

import base64
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_LoopbackTokenThatOpensEverything"
LARGE = re.compile(r".+\.(safetensors|bin|gguf|model)|tokenizer\.json")
"""Files that the Hub keeps in Git LFS."""


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def commit_id(files: Mapping[str, bytes]) -> str:
    """A commit for some files: a pure function of them."""
    return hashlib.sha1(repr([(name, blob_id(files[name])) for name in sorted(files)]).encode()).hexdigest()


@dataclass
class Repository:
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Branches and tags to commits."""
    gated: bool = False
    """Listed for everyone, its files for nobody but who has the token."""
    private: bool = False
    unlisted: Mapping[str, object] = field(default_factory=dict)
    """Entries of the list of files, by name, that are not as they are: other hashes or sizes, or None."""


@dataclass
class Fault:
    """What an answer to paths that match does instead of what it should, for the next `times` requests."""

    path: str
    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_after: int | None = None
    """The connection breaks after so many bytes."""
    corrupt: bool = False
    ignore_range: bool = False
    seconds: float = 0.0
    """Spent per 64 KiB."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    range: str | None
    authorization: str | None
    on_cdn: bool
    at: float
    """Monotonic seconds."""


class LoopbackHub:
    """Use as a context manager; `endpoint` is what HF_ENDPOINT must say."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.stored: dict[str, bytes] = {}
        """Large files that came, by their SHA-256."""
        self.lock = threading.Lock()
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler(self, cdn)) for cdn in (False, True)]
        self.endpoint, self.cdn = (f"http://127.0.0.1:{server.server_port}" for server in self.servers)

    def __enter__(self) -> "LoopbackHub":
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def publish(self, name: str, files: Mapping[str, bytes], branch: str = "main") -> str:
        """Make a commit of some files, let a branch be it, and return it."""
        repository = self.repositories.setdefault(name, Repository())
        commit = commit_id(files)
        repository.commits[commit] = dict(files)
        repository.names[branch] = commit
        return commit

    def publish_folder(self, name: str, folder: Path) -> str:
        return self.publish(name, {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})

    def asked(self, *, cdn: bool) -> list[Request]:
        return [request for request in self.requests if request.on_cdn == cdn]


def handler(hub: LoopbackHub, cdn: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            authorization = self.headers.get("Authorization")
            with hub.lock:
                hub.requests.append(
                    Request(self.command, path, self.headers.get("Range"), authorization, cdn, time.monotonic())
                )
                found = next((fault for fault in hub.faults if fault.times and re.search(fault.path, path)), None)
                if found:
                    found.times -= 1
            self.fault = found or Fault("")
            if self.fault.status:
                return self.answer(self.fault.status, self.fault.body, self.fault.headers)
            self.content(path) if cdn else self.route(path, authorization)

        do_HEAD = do_GET

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            path = unquote(urlsplit(self.path).path)
            authorization = self.headers.get("Authorization")
            with hub.lock:
                hub.requests.append(Request(self.command, path, None, authorization, cdn, time.monotonic()))
            self.fault = Fault("")
            if cdn:
                hub.stored[path.removeprefix("/upload/")] = body
                return self.answer(200, b"", {})
            if authorization != f"Bearer {TOKEN}":
                return self.refuse(401, None, "Invalid credentials in Authorization header")
            if path == "/api/validate-yaml":
                return self.tell({"errors": [], "warnings": []})
            if path == "/api/repos/create":
                asked = json.loads(body)
                name = f"{asked['organization']}/{asked['name']}"
                status = 409 if name in hub.repositories else 200
                hub.repositories.setdefault(name, Repository(private=asked.get("visibility") == "private"))
                return self.tell({"url": f"{hub.endpoint}/{name}", "name": name}, status)
            preupload = re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/([^/]+)", path)
            batch = re.fullmatch(r"/([^/]+/[^/]+)\.git/info/lfs/objects/batch", path)
            commit = re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/([^/]+)", path)
            match = preupload or batch or commit
            if match is None or match[1] not in hub.repositories:
                return self.refuse(404, "RepoNotFound", "Repository not found")
            if preupload:
                files = [file["path"] for file in json.loads(body)["files"]]
                modes = {file: "lfs" if LARGE.fullmatch(file) else "regular" for file in files}
                return self.tell(
                    {"files": [{"path": file, "uploadMode": modes[file], "shouldIgnore": False} for file in files]}
                )
            if batch:
                wanted = json.loads(body)["objects"]
                places = {one["oid"]: {"upload": {"href": f"{hub.cdn}/upload/{one['oid']}"}} for one in wanted}
                return self.tell(
                    {"transfer": "basic", "objects": [{**one, "actions": places[one["oid"]]} for one in wanted]}
                )
            branch = match[2]
            repository = hub.repositories[match[1]]
            files = dict(repository.commits.get(repository.names.get(branch, ""), {}))
            for line in body.splitlines():
                entry = json.loads(line)
                value = entry["value"]
                if entry["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif entry["key"] == "lfsFile":
                    files[value["path"]] = hub.stored[value["oid"]]
            made = hub.publish(match[1], files, branch)
            self.tell({"commitUrl": f"{hub.endpoint}/{match[1]}/commit/{made}", "commitOid": made, "success": True})

        do_PUT = do_POST

        def tell(self, content: object, status: int = 200) -> None:
            self.answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

        def route(self, path: str, authorization: str | None) -> None:
            listing = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path)
            file = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
            match = listing or file
            repository = hub.repositories.get(match[1]) if match else None
            if authorization not in (None, f"Bearer {TOKEN}"):
                return self.refuse(401, None, "Invalid credentials in Authorization header")
            if match is None or repository is None or (repository.private and not authorization):
                return self.refuse(404 if authorization else 401, "RepoNotFound", "Repository not found")
            revision = match[2] or "main"
            commit = repository.names.get(revision, revision)
            files = repository.commits.get(commit)
            if files is None:
                return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            if listing:
                return self.listing(match[1], repository, commit, files)
            if repository.gated and not authorization:
                return self.refuse(401, "GatedRepo", "Access to model is restricted. You must be authenticated")
            content = files.get(match[3])
            if content is None:
                return self.refuse(404, "EntryNotFound", "Entry not found")
            headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
            if LARGE.fullmatch(match[3]):
                digest = hashlib.sha256(content).hexdigest()
                linked = {"X-Linked-ETag": f'"{digest}"', "X-Linked-Size": str(len(content))}
                where = f"{hub.cdn}/{match[1]}/{commit}/{match[3]}?signature=for-an-hour"
                return self.answer(302, b"", {**headers, **linked, "Location": where})
            self.send(content, {**headers, "ETag": f'"{blob_id(content)}"'})

        def listing(self, name: str, repository: Repository, commit: str, files: Mapping[str, bytes]) -> None:
            siblings = []
            for file, content in files.items():
                entry: dict[str, object] = {"rfilename": file}
                if "blobs" in parse_qs(urlsplit(self.path).query):
                    entry |= {"size": len(content), "blobId": blob_id(content)}
                    if LARGE.fullmatch(file):
                        digest = hashlib.sha256(content).hexdigest()
                        entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
                    entry |= repository.unlisted.get(file, {})  # type: ignore[operator]
                siblings.append(entry)
            body = {"id": name, "modelId": name, "sha": commit, "private": repository.private, "siblings": siblings}
            body |= {"gated": "manual" if repository.gated else False, "tags": [], "downloads": 0}
            self.answer(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

        def content(self, path: str) -> None:
            match = re.fullmatch(r"/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)", path)
            assert match, path
            self.send(hub.repositories[match[1]].commits[match[2]][match[3]], {"Accept-Ranges": "bytes"})

        def send(self, content: bytes, headers: Mapping[str, str]) -> None:
            """A file, or the rest of it that a range asks for."""
            size = len(content)
            if self.fault.corrupt:
                content = bytes([content[0] ^ 1]) + content[1:]
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if wanted and not self.fault.ignore_range:
                start = int(wanted[1])
                if start >= size:
                    return self.answer(416, b"", {"Content-Range": f"bytes */{size}"})
                part = {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
                return self.answer(206, content[start:], {**headers, **part})
            self.answer(200, content, headers)

        def refuse(self, status: int, code: str | None, message: str) -> None:
            headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
            self.answer(status, json.dumps({"error": message}).encode(), headers)

        def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            fault = self.fault
            kept = body if fault.cut_after is None else body[: fault.cut_after]
            for start in range(0, len(kept), 2**16):
                time.sleep(fault.seconds)
                try:
                    self.wfile.write(kept[start : start + 2**16])
                except OSError:  # the other side is gone
                    self.close_connection = True
                    return
            if len(kept) < len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def main() -> None:
    with LoopbackHub() as hub:
        for word in sys.argv[1:]:
            name, _, folder = word.partition("=")
            print(f"{name} at {hub.publish_folder(name, Path(folder))}")
        print(f"HF_ENDPOINT={hub.endpoint}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
