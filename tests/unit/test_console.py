"""What a run prints: one short line per job, the whole log of a failed one, and where the results are."""

import re
from pathlib import Path

import pytest
import stages

ROOT = Path(__file__).parents[2]
SNAKEFILE = """
import sys
from snakemake.logging import logger
from finmath_grpo.workflow import console

console.be_brief(logger, "-n" in sys.argv, lambda: console.where(workflow.dag.jobs))

onsuccess:
    print(console.where(workflow.dag.jobs), file=sys.stderr)

rule page:
    input: ["source" + "x" * 150 + str(number) for number in range(2)]
    output: "results/{experiment}/report/index.html"
    params: settings="s" * 900
    log: "results/{experiment}/page.log"
    shell: "echo {params.settings} > {log}; test ! -e broken; touch {output}"
"""
PAGE = "results/mine/report/index.html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    for number in range(2):
        (tmp_path / f"source{'x' * 150}{number}").touch()
    return tmp_path


def snakemake(folder: Path, *arguments: str) -> stages.Done:
    done = stages.snakemake(folder, "--cores", "1", "--show-failed-logs", "--quiet=host", *arguments)
    done.stdout += done.stderr
    return done


def test_a_finished_job_is_one_short_line_and_the_results_are_named(folder: Path):
    done = snakemake(folder, PAGE)
    assert done.returncode == 0, done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "steps" in line]
    assert re.fullmatch(r"1 of 1 steps: page mine( \(\d+ s\))?", line)
    assert f"report   {PAGE}" in done.stdout and "claims" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 160
    # The log file of the run has what the terminal has not.
    assert "s" * 900 not in done.stdout
    assert "source" + "x" * 150 in next((folder / ".snakemake/log").glob("*.log")).read_text()


def test_where_the_results_are_is_said_when_nothing_is_to_be_done(folder: Path):
    snakemake(folder, PAGE)
    again = snakemake(folder, PAGE).stdout
    assert "Nothing to be done" in again and f"report   {PAGE}" in again


def test_a_failed_job_shows_its_whole_log_and_its_command_cut(folder: Path):
    (folder / "broken").touch()
    failed = snakemake(folder, PAGE)
    assert failed.returncode == 1 and "Error in rule page" in failed.stdout
    long = [line for line in failed.stdout.splitlines() if len(line) > 160]
    assert long == ["s" * 900]


def test_a_dry_run_says_why_each_job_runs(folder: Path):
    looked = snakemake(folder, "-n", PAGE).stdout
    assert re.search(r"Job stats:\njob +count\n-+ +-+\npage +1\ntotal +1\n", looked)
    assert f"page mine: Missing output files: {PAGE}" in looked
