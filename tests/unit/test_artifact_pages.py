"""Pages and pictures are what their generators make, say what is true of the tree, and hold what they must."""

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

from finmath_grpo.release import notice, page, pictures, printed
from finmath_grpo.workflow.sources import from_head, revision

ROOT = Path(__file__).parents[2]
EXPERIMENTS = [path.stem for path in (ROOT / "config").glob("*.yaml")]


@pytest.mark.parametrize("stack", ["cpu", "cuda"])
def test_licences_cover_the_lock(stack: str):
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / f"envs/{stack}.lock").read_text(), flags=re.M))
    rows = [line.split("\t") for line in (ROOT / f"envs/{stack}.licences").read_text(encoding="utf-8").splitlines()]
    assert {name: version for name, version, _ in rows} == {notice.normal(name): pins[name] for name in pins}
    assert all(licence.strip() for _, _, licence in rows)


def test_notice_is_what_the_licences_give():
    tables = {stack: (ROOT / f"envs/{stack}.licences").read_text(encoding="utf-8") for stack in notice.STACKS}
    assert (ROOT / "NOTICE").read_text(encoding="utf-8") == notice.notice(tables)


def test_artifact_page_is_what_the_measurements_give():
    measurements = json.loads((ROOT / page.MEASUREMENTS).read_text(encoding="utf-8"))
    assert (ROOT / page.PAGE).read_text(encoding="utf-8") == page.page(measurements, EXPERIMENTS)


def test_what_the_record_measured_is_read_from_it_as_the_measurements_have_it(tmp_path: Path):
    claims = tmp_path / "claims.json"
    claims.write_text("[]", encoding="utf-8")
    measurements = json.loads((ROOT / page.MEASUREMENTS).read_text(encoding="utf-8"))
    (record,) = (ROOT / "data/recorded").glob("*.tar.zst")
    found = page.measure_record(record, claims)
    expected = next(run for run in measurements.values() if run["experiment"] == found["experiment"])
    assert found["seconds"]["grpo"]["wall"] > 0
    assert {key: value for key, value in found.items() if key != "claims"} == {
        key: value for key, value in expected.items() if key != "claims"
    }


def test_artifact_page_fits_two_pages():
    # A page of A4 holds about 65 lines of 110 characters; a longer line wraps, and a table row is a line and a half.
    lines = (ROOT / page.PAGE).read_text(encoding="utf-8").splitlines()
    assert sum(max(1, -(-len(line) // 130)) for line in lines) <= 130


def test_results_fit_two_printed_pages(tmp_path: Path):
    pdf = tmp_path / "results.pdf"
    command = [sys.executable, "-m", "finmath_grpo.release.printed", "docs/results.md", str(pdf)]
    run = partial(subprocess.run, cwd=ROOT, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True)
    done = run([*command, "--pages", "2"])
    assert done.returncode == 0 and done.stdout.endswith("2 pages\n"), done.stderr
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "2 pages, expected 1 or fewer" in run([*command, "--pages", "1"]).stderr


def test_a_printed_page_has_tables_and_no_comments():
    html = printed.html_of("# A\n\n<!-- numbers: x -->\n| a | b |\n| --- | --- |\n| 1 | 2 |\n<!-- /numbers -->\n")
    assert html.count("<td>") == 2 and "numbers" not in html


def test_every_command_of_the_artifact_page_names_what_exists():
    text = (ROOT / page.PAGE).read_text(encoding="utf-8")
    targets = {*EXPERIMENTS, "all", "doctor"}
    assert set(re.findall(r"snakemake --cores ([a-z][a-z-]*)\b(?!/)", text)) <= targets
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{name}:", makefile, flags=re.M) for name in re.findall(r"`make ([a-z-]+)", text))


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    stated = {
        "Dockerfile": r'image\.version="([^"]+)"',
        "CITATION.cff": r"^version: (\S+)$",
        "CHANGELOG.md": r"\A# Changelog\n\n## (\S+) ",
    }
    for file, pattern in stated.items():
        found = re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"), flags=re.M)
        assert found == [version], f"{file}: pyproject.toml says {version}"


def test_first_page_is_short_and_its_links_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    for file in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "results/README.md",
        *(ROOT / "docs").glob("*.md"),
    ]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.name}: {link}"


def test_every_command_of_the_first_pages_names_what_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for file in ("README.md", "CONTRIBUTING.md", "results/README.md", "docs/architecture.md", "docs/container.md"):
        text = (ROOT / file).read_text(encoding="utf-8")
        for name in re.findall(r"(?:`|^)make ([a-z-]+)", text, flags=re.M):
            assert re.search(rf"^{name}:", makefile, flags=re.M), f"{file}: make {name}"
        targets = re.findall(r"snakemake (?:-n|--cores(?: all)?) ([a-z]+)\b(?!/)", text)
        assert {*targets} <= {*EXPERIMENTS, "all", "doctor"}, file


def test_the_architecture_names_every_module_of_workflow_and_every_rule_that_its_picture_has_not():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    cells = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    listed = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    modules = {path.stem for path in (ROOT / "src/finmath_grpo/workflow").glob("[!_]*.py")}
    rules = {
        name for file in (ROOT / "rules").glob("*.smk") for name in re.findall(r"^rule (\w+):", file.read_text(), re.M)
    }
    pictured = re.findall(r"<title>(\w+)</title>", (ROOT / pictures.FIGURES / pictures.RULES).read_text())
    assert modules <= listed
    assert rules - pictures.LEFT_OUT - {*pictured} <= listed


def test_the_picture_of_the_rules_is_that_of_the_rules():
    drawn = re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", (ROOT / pictures.FIGURES / pictures.RULES).read_text())
    printed = subprocess.run(
        [sys.executable, "-m", "snakemake", pictures.EXPERIMENT, "--rulegraph", "dot"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {*drawn} == pictures.drawn_edges(printed), "run: make pictures"


def test_an_arrow_that_a_longer_way_says_is_not_drawn():
    chain = {("a", "b"), ("b", "c"), ("c", "d")}
    assert pictures.reduced(chain | {("a", "c"), ("a", "d"), ("b", "d")}) == chain


def test_seconds_are_summed_by_stage(tmp_path: Path):
    header = "s\th:m:s\tcpu_time\n"
    (tmp_path / "grpo").mkdir()
    (tmp_path / "grpo" / "a.tsv").write_text(f"{header}10.5\t0:00:10\t8.0\n")
    (tmp_path / "grpo" / "b.tsv").write_text(f"{header}2.0\t0:00:02\t1.5\n")
    (tmp_path / "clean.tsv").write_text(f"{header}0.2\t0:00:00\t0.1\n")
    assert page.seconds_by_stage(tmp_path) == {
        "clean": {"wall": 0.2, "cpu": 0.1},
        "grpo": {"wall": 12.5, "cpu": 9.5},
    }


def test_hardware_is_read_from_the_provenance_of_a_record_of_old():
    machines = [{"gpus": [{"name": "a GPU"}]}, {"gpus": [], "cores": 2, "processor": "a processor"}]
    files = {
        "grpo": {"rule": "grpo", "run": 0},
        "clean": {"rule": "clean", "run": 1},
        "score": {"rule": "score", "run": 1},
    }
    provenance = {"runs": [{"machine": machine} for machine in machines], "files": files}
    assert page.hardware(provenance) == "a GPU"


def test_hardware_is_that_of_the_jobs_that_trained():
    machines = [
        {"gpus": [], "cores": 2, "processor": "a processor"},
        {"gpus": ["a GPU", "another"], "cores": 9, "processor": "a processor"},
    ]
    provenance = {
        "environments": [{"machine": machine} for machine in machines],
        "jobs": [{"environment": number, "variables": {}} for number in (0, 1, 0)],
        "files": {
            "clean": {"rule": "clean", "job": 0},
            "grpo": {"rule": "grpo", "job": 1},
            "lost": {"rule": "generate", "job": None, "why": "no record"},
            "score": {"rule": "score", "job": 2},
        },
    }
    assert page.hardware(provenance) == "a GPU and another"
    machines[1]["gpus"] = ["a GPU", "another", "a GPU"]
    assert page.hardware(provenance) == "2 × a GPU and another"
    variables = provenance["jobs"][1]["variables"]
    for told, expected in {"2": "a GPU", "1,2": "another and a GPU", "GPU-8f1c": "2 × a GPU and another"}.items():
        variables["CUDA_VISIBLE_DEVICES"] = told
        assert page.hardware(provenance) == expected
    del provenance["files"]["grpo"]
    assert page.hardware(provenance) == "2 cores (a processor)"
    provenance["files"] = {"lost": provenance["files"]["lost"]}
    assert page.hardware(provenance) == "–"


def test_commit_is_read_with_no_git(tmp_path: Path):
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert from_head(tmp_path) is None
    (tmp_path / ".git" / "packed-refs").write_text("# pack-refs\nabc refs/heads/other\ndef refs/heads/main\n")
    assert from_head(tmp_path) == ("def", None)
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text("123\n")
    assert from_head(tmp_path) == ("123", None)
    assert revision("123-dirty\n") == ("123", True) and revision("") is None
