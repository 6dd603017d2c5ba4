"""The workflow of a release, and what it says of itself elsewhere: .zenodo.json, docs/release.json, ARTIFACT.md."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from finmath_grpo.release import page
from finmath_grpo.sharing import VERSION

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github/workflows/release.yml"
if not FILE.exists():
    pytest.skip("an image holds no workflow files", allow_module_level=True)
WORKFLOW = yaml.safe_load(FILE.read_text(encoding="utf-8"))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
RUNS = [step["run"] for step in STEPS if "run" in step]
VERSION_STATED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_version_is_that_of_the_project() -> None:
    assert VERSION_STATED == VERSION
    assert json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))["version"] == VERSION_STATED


@pytest.mark.parametrize(("tag", "passes"), [(f"v{VERSION_STATED}", True), ("v9.9.9", False)])
def test_a_tag_that_is_not_the_version_makes_no_release(tag: str, passes: bool) -> None:
    steps = [step["run"] for step in WORKFLOW["jobs"]["tag"]["steps"] if "run" in step]
    assert len(steps) == 2
    for step in steps:
        done = subprocess.run(
            ["bash", "-e", "-c", step], cwd=ROOT, env={**os.environ, "GITHUB_REF_NAME": tag}, check=False
        )
        assert (done.returncode == 0) is passes
    assert WORKFLOW["jobs"]["image"]["needs"] == "tag"


def test_the_registry_is_a_variable_and_no_host_stands_in_the_file() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "${{ vars.REGISTRY }}" in text
    assert not re.findall(r"\b[\w-]+(?:\.[\w-]+)*\.(?:io|com|org|net|dev)\b", text)


def test_what_is_pushed_was_run_before_and_carries_sbom_and_provenance() -> None:
    (tried,) = (place for place, run in enumerate(RUNS) if run.startswith("mkdir -p results && docker run"))
    (pushed,) = (place for place, run in enumerate(RUNS) if "--push" in run)
    assert tried < pushed and "--sbom=true" in RUNS[pushed] and "--provenance=mode=max" in RUNS[pushed]
    assert WORKFLOW["jobs"]["image"]["strategy"]["matrix"]["stack"] == ["cpu", "cuda"]
    # A change of the one build is one of the other.
    built = next(run for run in RUNS if "buildx build --load" in run)
    for option in ('--build-arg STACK="$STACK"', '--build-arg REVISION="$GITHUB_SHA"'):
        assert option in built and option in RUNS[pushed]


def test_every_target_that_the_workflow_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = [run.removeprefix("make ") for run in RUNS if run.startswith("make ")]
    assert made == ["test", "run", "archive"]
    assert all(re.search(rf"^{target}:", makefile, flags=re.M) for target in made)
    assert any("finmath-grpo.tar.zst" in run and run.startswith("gh release create") for run in RUNS)


def test_the_artifact_page_names_digest_and_doi_once_and_says_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measurements = json.loads((ROOT / page.MEASUREMENTS).read_text(encoding="utf-8"))
    stated = json.loads((ROOT / page.RELEASE).read_text(encoding="utf-8"))
    assert stated == {"doi": None, "images": None}
    text = page.page(measurements, ["smoke", "published", "recorded"])
    assert text.count("there is no digest") == text.count("there is no DOI") == 1
    digest = f"host/finmath-grpo@sha256:{'a' * 64}"
    made = {"doi": "10.5281/zenodo.1", "images": {"cpu": digest, "cuda": digest}}
    (tmp_path / "release.json").write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.setattr(page, "RELEASE", tmp_path / "release.json")
    text = page.page(measurements, ["smoke", "published", "recorded"])
    assert f"`{digest}` (cpu), `{digest}` (cuda)" in text and text.count("10.5281/zenodo.1") == 1
    assert "no digest" not in text and "no DOI" not in text
