"""The public validator of RO-Crate on the metadata of an archive, by every profile that it names."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest
import requests_cache
import urllib3
from conftest import version_of
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from finmath_grpo.release.crate import metadata
from finmath_grpo.workflow.kinds import EXPERIMENT

Tell = Callable[[str, str, str], None]
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILES = ["ro-crate-1.1", "process-run-crate-0.5", "workflow-ro-crate-1.0", "workflow-run-crate-0.5"]
RESULTS = ["claims.json", "claims.md", "report/index.html", "provenance.json", "statistics/a.csv", "figures/a.png"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of the validator that holds the context, from the package `rocrate`: no network is used."""

    class FromPackage(HTTPAdapter):
        def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
            assert request.url == CONTEXT
            # The package itself is not imported: its own needs are not installed.
            body = Path(str(distribution("rocrate").locate_file("rocrate/data/ro-crate.jsonld"))).read_bytes()
            headers = {"Content-Type": "application/ld+json"}
            return self.build_response(
                request, urllib3.HTTPResponse(io.BytesIO(body), headers, 200, preload_content=False)
            )

    path = tmp_path_factory.mktemp("cache") / "http"
    session = requests_cache.CachedSession(str(path), backend="sqlite", expire_after=-1)
    session.mount("https://", FromPackage())
    assert session.get(CONTEXT, headers={"Accept": "application/ld+json"}).json()["@id"] == CONTEXT
    return path


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("crate")
    for name in [
        "README.md",
        "LICENSE",
        "Snakefile",
        "config/mine.yaml",
        "data/raw/q.jsonl",
        "src/a.py",
        "rules/a.smk",
    ]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n", encoding="utf-8")
    for name in RESULTS:
        (root / "results/mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "results/mine" / name).write_text("x\n", encoding="utf-8")
    run = EXPERIMENT.validate_python(
        {
            "kind": "run",
            "questions": "data/raw/q.jsonl",
            "device": "cpu",
            "split": {"by": "random", "test": 2, "seed": 1},
            "models": {"base": {"label": "x", "method": "fetch", "repository": "a/b", "revision": "main"}},
            "evaluation": {
                "engine": "transformers",
                "temperatures": [1.0],
                "samples": 1,
                "top_p": 1.0,
                "max_new_tokens": 8,
                "batch_size": 1,
            },
        }
    )
    job = {"rule": "clean", "started": "2026-01-02T03:04:05+00:00", "seconds": 1.5}
    versions = {"finmath-grpo": "0.1.0", "snakemake": "9.27.1"}
    content = metadata(root, {"mine": run}, {"mine": {"files": {"a": job}}}, versions)
    (root / "ro-crate-metadata.json").write_text(json.dumps(content), encoding="utf-8")
    return root


def validate(crate: Path, profile: str, cache: Path, report: Path) -> dict[str, object]:
    command = [str(Path(sys.executable).with_name("rocrate-validator")), "-y", "validate", "--no-paging", "-p", profile]
    command += ["-l", "required", "--offline", "--cache-path", str(cache), "-f", "json", "-o", str(report), str(crate)]
    subprocess.run(command, capture_output=True, check=False)
    found: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_the_validator_of_ro_crate_accepts_the_archive_s_metadata(
    crate: Path, cache: Path, profile: str, tmp_path: Path, tell: Tell
) -> None:
    report = validate(crate, profile, cache, tmp_path / "report.json")
    assert report["passed"], report["issues"]
    tell(f"the archive's metadata, {profile}", version_of("roc-validator"), "passed")


def test_the_validator_of_ro_crate_refuses_a_crate_without_its_workflow(
    crate: Path, cache: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    content = json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    content["@graph"] = [entity for entity in content["@graph"] if entity["@id"] != "Snakefile"]
    (broken / "ro-crate-metadata.json").write_text(json.dumps(content), encoding="utf-8")
    assert not validate(broken, "workflow-ro-crate-1.0", cache, tmp_path / "report.json")["passed"]
