"""What `fetch` takes from the Hub, what it keeps of a broken try, and the words for each cause of a failure."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from loopback_hub import TOKEN, Fault, LoopbackHub, blob_id
from stages import in_fork

import finmath_grpo.models.fetch  # noqa: F401  its libraries are for the forks

NAME = "someone/a-model-Instruct"
TEMPLATE = {"chat_template": "{% for message in messages %}{{ message.content }}{% endfor %}"}
SMALL = {
    "config.json": b'{"model_type": "llama"}',
    "tokenizer_config.json": json.dumps(TEMPLATE).encode(),
    "tokenizer.json": b'{"version": "1.0"}',
    "generation_config.json": b"{}",
}
WEIGHTS = bytes(range(256)) * 4096
SINGLE = {**SMALL, "model.safetensors": WEIGHTS}
SHARDS = [f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)]
INDEX = {"model.safetensors.index.json": json.dumps({"weight_map": {f"w{n}": n for n in SHARDS}}).encode()}
SHARDED = {**SMALL, **INDEX, **{name: bytes([place]) * 500_000 for place, name in enumerate(SHARDS)}}
# Where the CDN has a file, to which the Hub redirects.
CDN = r"Instruct/\w{40}/"
# As the stage is run, with no time between tries.
STAGE = "from finmath_grpo.models import fetch, hub; hub.WAITS = (0.0,) * 4; fetch.run_stage(fetch.main)"
ANEW = ("finmath_grpo", "huggingface_hub")
"""The Hub's client reads its settings as it is imported."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as loopback:
        yield loopback


def without_hub_settings() -> dict[str, str]:
    """The environment as on a machine where nobody set the Hub's client up: offline, a token, a mirror."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}


@dataclass(frozen=True)
class Client:
    """A user's machine: a folder with results, and a Hub to ask."""

    path: Path
    endpoint: str
    environment: tuple[tuple[str, str], ...] = ()
    stage: str = STAGE

    @property
    def manifest(self) -> Path:
        return self.path / "results/mine/models/base/MANIFEST.sha256"

    @property
    def model(self) -> Path:
        return self.manifest.parent

    @property
    def store(self) -> Path:
        return self.path / "results/cache/hub/someone--a-model-Instruct"

    def words(self, revision: str = "main", *options: str, name: str = NAME) -> list[str]:
        return [name, revision, "--cache", str(self.store.parent), "--manifest", str(self.manifest), *options]

    def variables(self) -> dict[str, str]:
        home = {"HF_HOME": str(self.path / "home"), "HF_ENDPOINT": self.endpoint}
        home |= {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}  # as the workflow sets them
        return {**without_hub_settings(), **home, "PYTHONPATH": "src", **dict(self.environment)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", self.stage, *self.words(*arguments)],
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, *arguments: str, name: str = NAME) -> tuple[int, str]:
        """The exit status and the words of a fetch, in a fork: a new Python would take three times as long."""

        def stage() -> None:
            os.environ.clear()
            os.environ.update(self.variables())
            sys.argv = ["-c", *self.words(*arguments, name=name)]
            exec(self.stage, {})

        done = in_fork(stage, ANEW)
        return done.returncode, done.stdout + done.stderr

    def fetch(self, *arguments: str, name: str = NAME) -> str:
        status, words = self.end(*arguments, name=name)
        assert status == 0, words
        return words

    def refused(self, *arguments: str, name: str = NAME) -> str:
        """The one line that a failed fetch says, which leaves no manifest of what is not whole."""
        status, words = self.end(*arguments, name=name)
        assert status == 2, words
        assert "Traceback" not in words
        assert not self.manifest.exists()
        return words[words.index("error: ") :].strip()

    def with_environment(self, **variables: str) -> "Client":
        return replace(self, environment=tuple(variables.items()))

    def full_disk(self) -> "Client":
        """This machine with no check of the disk beforehand."""
        return replace(self, stage=f"from finmath_grpo.models import hub; hub.SPARE = -(2**60); {STAGE}")

    def in_manifest(self) -> set[str]:
        return {line.partition("  ")[2] for line in self.manifest.read_text(encoding="utf-8").splitlines()}


@pytest.fixture
def client(hub: LoopbackHub, tmp_path: Path) -> Client:
    return Client(tmp_path, hub.endpoint)


# ---- what is taken


@pytest.mark.parametrize("files", [SINGLE, SHARDED], ids=["one file", "shards"])
def test_a_model_comes_whole_and_stands_in_the_manifest(hub, client, files):
    template = {"chat_template.jinja": b"{{ messages }}", "vocab.txt": b"a\nb\n"}
    commit = hub.publish(NAME, {**files, **template})
    client.fetch()
    wanted = {**files, **template}
    assert client.in_manifest() == {*wanted, "SOURCE.json"}
    assert {name: (client.model / name).read_bytes() for name in wanted} == wanted
    source = json.loads((client.model / "SOURCE.json").read_text(encoding="utf-8"))
    assert source == {"repository": NAME, "commit": commit}
    subprocess.run(["sha256sum", "--quiet", "-c", client.manifest.name], cwd=client.model, check=True)


def test_code_pickles_other_weights_and_folders_stay_on_the_hub(hub, client):
    strange = ["modeling_x.py", "pytorch_model.bin", "onnx/model.onnx", "original/params.json", "README.md"]
    strange += ["consolidated.safetensors", *SHARDS, *INDEX]
    hub.publish(NAME, {**SINGLE, **dict.fromkeys(strange, b"strange")})
    client.fetch()
    assert client.in_manifest() == {*SINGLE, "SOURCE.json"}
    asked = [request.path.partition("/resolve/")[2][41:] for request in hub.requests if "/resolve/" in request.path]
    assert sorted(asked) == sorted(SINGLE)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"pytorch_model.bin": b"x", **SMALL}, r"no model\.safetensors .* only pickles: pytorch_model\.bin\. "),
        ({"adapter_model.safetensors": b"x", **SMALL}, r"only an adapter: adapter_model\.safetensors\."),
        ({"SmolLM2.Q4_1.gguf": b"x"}, r"only GGUF: SmolLM2\.Q4_1\.gguf\."),
        ({"README.md": b"x"}, r"It has: README\.md\."),
        ({}, r"It is empty\."),
        ({name: file for name, file in SHARDED.items() if name != SHARDS[1]}, rf"not whole, there is no {SHARDS[1]}"),
        ({name: file for name, file in SHARDED.items() if name not in INDEX}, r"no model\.safetensors\.index\.json"),
        ({name: file for name, file in SINGLE.items() if name != "config.json"}, r"has weights and no config\.json"),
    ],
)
def test_a_repository_without_a_whole_model_is_refused_with_what_it_has(hub, client, files, message):
    hub.publish(NAME, files)
    assert re.search(message, client.refused())
    assert len(hub.requests) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tokenizer_config.json": b"{}"}, r"has no chat template"),
        ({"config.json": b'{"model_type": "new", "auto_map": {}}'}, r"type 'new' needs code from its repository"),
    ],
)
def test_a_model_that_can_not_be_asked_is_refused_before_its_weights_come(hub, client, changed, message):
    hub.publish(NAME, {**SINGLE, **changed})
    assert re.search(message, client.refused())
    assert not any("model.safetensors" in request.path for request in hub.requests)


def test_what_lay_in_the_folder_before_is_gone_and_stands_in_no_manifest(hub, client):
    client.model.mkdir(parents=True)
    for name in [*SHARDS, *INDEX, "adapter_config.json", "chat_template.jinja"]:
        (client.model / name).write_text("of another revision", encoding="utf-8")
    hub.publish(NAME, SINGLE)
    client.fetch()
    assert client.in_manifest() == {*SINGLE, "SOURCE.json"}
    assert {path.name for path in client.model.iterdir()} == {
        *client.in_manifest(),
        "MANIFEST.sha256",
        "REVISION.json",
    }


def test_two_experiments_fetch_a_model_once(hub, client, tmp_path):
    hub.publish(NAME, SHARDED)
    hub.faults.append(Fault(CDN + SHARDS[1], seconds=0.1))
    first, second = client.start(), client.start("main", "--manifest", str(tmp_path / "other/MANIFEST.sha256"))
    for process in (first, second):
        words = process.communicate(timeout=100)[0]
        assert process.returncode == 0, words
    assert len([request for request in hub.asked(cdn=True) if ".safetensors" in request.path]) == 3
    assert (tmp_path / "other/MANIFEST.sha256").read_bytes() == client.manifest.read_bytes()
    # Links to the same bytes, where the disk is the same.
    assert os.path.samefile(tmp_path / "other" / SHARDS[0], client.model / SHARDS[0])


# ---- what is kept of a broken try


def test_a_killed_fetch_goes_on_with_finished_shards_and_the_begun_one(hub, client):
    hub.publish(NAME, SHARDED)
    hub.faults.append(Fault(CDN + SHARDS[1], seconds=0.5))
    process = client.start()
    second = client.store / f"sha256-{sha256(SHARDED[SHARDS[1]])}.partial"
    until = time.monotonic() + 60
    while not (second.exists() and second.stat().st_size > 100_000):
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    begun = second.stat().st_size
    assert 100_000 < begun < 500_000
    assert not client.manifest.exists()
    hub.requests.clear()
    client.fetch()
    weights = [(request.path.rpartition("/")[2], request.range) for request in hub.asked(cdn=True)]
    assert weights == [(SHARDS[1], f"bytes={begun}-"), (SHARDS[2], None)]
    assert {name: (client.model / name).read_bytes() for name in SHARDS} == {n: SHARDED[n] for n in SHARDS}
    assert not list(client.store.glob("*.partial"))


def test_a_broken_line_is_taken_up_where_it_broke(hub, client):
    hub.publish(NAME, SINGLE)
    hub.faults.append(Fault(CDN + "model.safetensors", cut_after=300_000, times=3))
    client.fetch()
    asked = [request.range for request in hub.asked(cdn=True) if "model.safetensors" in request.path]
    assert asked == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    assert (client.model / "model.safetensors").read_bytes() == WEIGHTS


def test_a_line_that_stays_broken_is_told_and_what_came_stays(hub, client):
    hub.publish(NAME, SINGLE)
    hub.faults += [
        Fault(CDN + "model.safetensors", cut_after=300_000),
        Fault(CDN + "model.safetensors", cut_after=0, times=9),
    ]
    assert re.search(
        r"a-model-Instruct, model\.safetensors: the connection broke off and did not come back \(\w+\); run again: what"
        r" has come stays",
        client.refused(),
    )
    hub.faults.clear()
    client.fetch()
    assert hub.asked(cdn=True)[-1].range == "bytes=300000-"


def test_a_server_without_ranges_sends_the_file_from_its_start(hub, client):
    hub.publish(NAME, SINGLE)
    hub.faults += [
        Fault(CDN + "model.safetensors", cut_after=300_000, ignore_range=True),
        Fault(CDN + "model.safetensors", ignore_range=True),
    ]
    client.fetch()
    assert (client.model / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("damage", ["stored", "partial"])
def test_damaged_files_of_the_store_are_fetched_anew(hub, client, damage):
    hub.publish(NAME, SINGLE)
    client.fetch()
    kept = client.store / f"sha256-{sha256(WEIGHTS)}"
    shutil.copy(client.model / "model.safetensors", kept.with_name("copy"))
    kept.unlink()
    if damage == "stored":
        kept.write_bytes(b"x" + WEIGHTS[1:])
    else:
        kept.with_name(f"{kept.name}.partial").write_bytes(b"x" * 1000)
    client.manifest.unlink()
    client.fetch()
    assert (client.model / "model.safetensors").read_bytes() == kept.read_bytes() == WEIGHTS


def test_what_is_whole_is_not_asked_for_again(hub, client):
    hub.publish(NAME, SHARDED)
    client.fetch()
    before = client.manifest.read_bytes()
    hub.requests.clear()
    client.fetch()
    assert [request.path for request in hub.requests] == [f"/api/models/{NAME}/revision/main"]
    assert client.manifest.read_bytes() == before


# ---- hashes and revisions


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_with_another_hash_than_the_hub_lists_is_refused(hub, client, name):
    hub.publish(NAME, SINGLE)
    hub.faults.append(Fault(name.replace(".", r"\.") + "$", corrupt=True, times=9))
    right = f"sha256:{sha256(WEIGHTS)}" if name == "model.safetensors" else f"git:{blob_id(SINGLE[name])}"
    assert re.search(rf"{name} came with the hash \w+:\w+, and the Hub lists {right}", client.refused())
    assert not any(path.name == right.replace(":", "-") for path in client.store.iterdir())


def test_a_moved_revision_is_refused_with_both_commits(hub, client, tmp_path):
    first = hub.publish(NAME, SINGLE)
    hub.faults.append(Fault("model.safetensors", status=404))
    client.refused()  # The first try counts, also one that fails.
    second = hub.publish(NAME, {**SINGLE, "config.json": b'{"model_type": "llama", "new": 1}'})
    words = client.refused()
    assert first in words and second in words and "'main'" in words
    # The former by its commit, and then as if `main` had never moved.
    client.fetch(first)
    by_commit = client.manifest.read_bytes()
    hub.repositories[NAME].names["main"] = first
    client.fetch()
    assert client.manifest.read_bytes() == by_commit


def test_the_record_of_a_revision_outlives_a_deleted_store(hub, client):
    first = hub.publish(NAME, SINGLE)
    client.fetch()
    shutil.rmtree(client.store)
    second = hub.publish(NAME, {**SINGLE, "generation_config.json": b"{ }"})
    client.manifest.unlink()
    words = client.refused()
    assert first in words and second in words


def locked(commit: str, files: dict[str, bytes]) -> str:
    listed = {}
    for name, content in files.items():
        large = name.endswith(".safetensors") or name == "tokenizer.json"
        digest = f"sha256:{sha256(content)}" if large else f"git:{blob_id(content)}"
        listed[name] = {"size": len(content), "hash": digest}
    return json.dumps({"repository": NAME, "revision": "main", "commit": commit, "files": listed})


def test_a_lock_holds_to_its_commit_whatever_the_branch_is_now(hub, client):
    commit = hub.publish(NAME, SINGLE)
    hub.publish(NAME, {**SINGLE, "config.json": b"{}"})
    client.fetch("main", "--locked", locked(commit, SINGLE))
    assert (client.model / "config.json").read_bytes() == SINGLE["config.json"]
    assert json.loads((client.model / "SOURCE.json").read_text(encoding="utf-8"))["commit"] == commit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"config.json": b"other"},
            r"config/models\.lock has config\.json at \w+ as git:\w+, and the Hub lists git:\w+\.",
        ),
        ({"more.json": b"{}"}, r"has more\.json at \w+ as git:\w+, and the Hub lists no such file\."),
    ],
)
def test_a_hub_that_lists_other_files_than_the_lock_is_refused(hub, client, change, message):
    commit = hub.publish(NAME, SINGLE)
    assert re.search(message, client.refused("main", "--locked", locked(commit, {**SINGLE, **change})))


def test_the_lock_is_written_by_one_command_and_not_changed_by_chance(hub, client, tmp_path):
    config = {
        "models": {
            **{f"{model}-{part}": None for model in ("llama", "gemma") for part in ("grpo", "dpo")},
            "llama-grpo-fixed": None,
            "gemma-it": None,
            "llama-base": {
                **dict.fromkeys(["architecture", "seed"]),
                **{"method": "fetch", "repository": NAME, "revision": "main"},
            },
        },
        "statistics": {"contrasts": [], "panel": ["llama-base"]},
    }
    shutil.copytree("config", tmp_path / "config")
    text = json.dumps({"extends": "smoke", **config})
    (tmp_path / "config/mine.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "finmath_grpo.workflow.lock_models", "mine"]
    environment = {**without_hub_settings(), "HF_ENDPOINT": hub.endpoint, "PYTHONPATH": str(Path("src").resolve())}

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *options], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    hub.publish(NAME, {**SHARDED, "README.md": b""})
    first = run()
    assert first.returncode == 0, first.stderr
    from finmath_grpo.models.lock import entry_of, read_lock

    entry = entry_of(read_lock(tmp_path / "config/models.lock"), NAME, "main")
    assert entry is not None
    assert json.loads(entry.model_dump_json()) == json.loads(locked(entry.commit, SHARDED))
    assert not any("safetensors" in request.path for request in hub.requests)
    commit = hub.publish(NAME, SINGLE)
    again = run()
    assert again.returncode == 2
    assert commit in again.stderr and entry.commit in again.stderr
    assert run("--again").returncode == 0
    assert commit in (tmp_path / "config/models.lock").read_text(encoding="utf-8")


# ---- causes


@pytest.mark.parametrize(
    ("variables", "change", "message"),
    [
        (
            {},
            {"gated": True},
            r"is gated \(401\)\. Accept its licence on http://[\d.:]+/someone/a-model-Instruct, then set",
        ),
        (
            {},
            {"private": True},
            r"no such model, or hides it \(401\)\. Check the name; set HF_TOKEN .* \(none is set\)",
        ),
        ({"HF_TOKEN": "hf_wrong"}, {}, r"does not accept the token in HF_TOKEN \(401\)"),
    ],
    ids=["gated", "private", "token"],
)
def test_a_model_that_may_not_be_read_is_refused_with_what_to_do(hub, client, variables, change, message):
    hub.publish(NAME, SINGLE)
    for name, value in change.items():
        setattr(hub.repositories[NAME], name, value)
    assert re.search(message, client.with_environment(**variables).refused())


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("/api/", status=403), r"the token in HF_TOKEN has no right to read it \(403\)"),
        (
            Fault("model.safetensors", status=403, headers={"X-Error-Code": "GatedRepo"}),
            r"model\.safetensors: is gated \(403\)\. Accept .* then see that the token in HF_TOKEN is of that user",
        ),
        (
            Fault("/api/", status=403, headers={"X-Error-Message": "Access to this resource is disabled."}),
            r"the Hub has disabled this repository",
        ),
        (Fault("/api/", status=404, headers={"X-Error-Code": "RepoNotFound"}), r"no such model, or hides it \(404\)"),
        (
            Fault("config.json", status=404, headers={"X-Error-Code": "EntryNotFound"}),
            r"config\.json: is not in the repository at \w{40} \(404\)",
        ),
        (Fault("/api/", status=503, times=9), r"the Hub is in trouble \(503\); run again"),
        (Fault("model.safetensors", status=500, times=9), r"model\.safetensors: the Hub is in trouble \(500\)"),
        (
            Fault("/api/", status=429, headers={"Retry-After": "86400"}, times=9),
            r"too many requests \(429\)\. Run again in 86400 s, as the Hub asks",
        ),
        (Fault("/api/", status=418), r"the Hub refuses the request \(418\)"),
        (
            Fault("/api/", status=200, body=b"<html>Please log in to this network</html>"),
            r"does not list files with size and hash, as the Hub does",
        ),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Fault) else "",
)
def test_each_refusal_of_the_hub_has_its_words(hub, client, fault, message):
    hub.publish(NAME, SINGLE)
    hub.faults.append(fault)
    assert re.search(message, client.with_environment(HF_TOKEN=TOKEN).refused())


def test_an_unknown_revision_and_an_impossible_name_are_told(hub, client):
    hub.publish(NAME, SINGLE)
    assert re.search(r"has no revision 'v9' \(404\); see \S+/commits/main", client.refused("v9"))
    assert re.search(r"some--one/x: is no name of a repository", client.refused(name="some--one/x"))


def test_no_network_is_told_at_once(client):
    off = replace(client, endpoint="http://127.0.0.1:9")
    assert re.search(r"http://127\.0\.0\.1:9 can't be reached \(ConnectError\)\. .* `smoke`", off.refused())
    nowhere = replace(client, endpoint="http://no.such.host.invalid")
    assert re.search(r"can't be reached \(ConnectError\)", nowhere.refused())
    assert re.search(r"HF_HUB_OFFLINE is set", client.with_environment(HF_HUB_OFFLINE="1").refused())


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("/api/", {"Retry-After": "2"}),
        ("/generation_config.json", {"ratelimit": '"api";r=0;t=2'}),
        ("/model.safetensors", {"Retry-After": "2"}),
    ],
    ids=["list", "file", "redirected file"],
)
def test_a_rate_limit_is_waited_for_as_long_as_the_hub_asks(hub, client, path, header):
    hub.publish(NAME, SINGLE)
    hub.faults.append(Fault(path, status=429, headers=header, times=2))
    words = client.fetch()
    assert words.count("the Hub answers 429; the next try is in 2 s") == 2
    times = [request.at for request in hub.asked(cdn=False) if path in request.path]
    assert len(times) == 3
    assert all(later - earlier >= 2 for earlier, later in pairwise(times))


def test_trouble_that_passes_stops_nothing(hub, client):
    hub.publish(NAME, SINGLE)
    hub.faults += [Fault("/api/", status=502), Fault("config.json", status=504), Fault("model.safe", status=500)]
    client.fetch()
    assert client.in_manifest() == {*SINGLE, "SOURCE.json"}


def test_too_little_disk_is_said_before_the_first_file(hub, client):
    hub.publish(NAME, SINGLE)
    hub.repositories[NAME].unlisted = {"model.safetensors": {"size": 10**16}}
    assert re.search(r"10000000\.00 GB are still to be written under \S+, where [\d.]+ GB are free", client.refused())
    assert len(hub.requests) == 1


def test_a_disk_that_fills_meanwhile_is_told_and_what_came_stays(hub, client):
    client.store.parent.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(client.store.parent)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system, which is what it takes to fill a disk")
    try:
        hub.publish(NAME, SINGLE)
        # As if the room that the check saw were gone.
        assert re.search(r"model\.safetensors: the disk is full; make room and run again", client.full_disk().refused())
        assert 100_000 < sum(path.stat().st_size for path in client.store.glob("sha256-*.partial")) < 400_000
        subprocess.run(["mount", "-o", "remount,size=4m", str(client.store.parent)], check=True)
        hub.requests.clear()
        client.full_disk().fetch()
        assert hub.asked(cdn=True)[-1].range is not None
    finally:
        subprocess.run(["umount", str(client.store.parent)], check=True)
    # Links do not reach another disk: the model folder has a copy.
    assert (client.model / "model.safetensors").read_bytes() == WEIGHTS


def test_the_token_goes_to_the_hub_and_nowhere_else(hub, client):
    hub.publish(NAME, SHARDED)
    hub.repositories[NAME].gated = True
    hub.faults += [
        Fault("/api/", status=503),
        Fault(CDN + SHARDS[1], seconds=0.2),
        Fault(SHARDS[2], status=500, times=9),
    ]
    process = client.with_environment(HF_TOKEN=TOKEN).start()
    time.sleep(1)
    assert TOKEN.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    words = process.communicate(timeout=100)[0]
    assert process.returncode == 2, words
    hub.faults.clear()
    words += client.with_environment(HF_TOKEN=TOKEN).fetch()
    assert TOKEN not in words
    assert all(request.authorization == f"Bearer {TOKEN}" for request in hub.asked(cdn=False))
    assert all(request.authorization is None for request in hub.asked(cdn=True))
    files = [path for path in client.path.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
