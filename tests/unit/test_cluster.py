"""A job on a cluster asks for what its experiment states and checks its node; no run starts beside a killed one's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.cluster import memory_mb, minutes, refuse_beside_orphans
from finmath_grpo.workflow.kinds import Needs

ROOT = Path(__file__).parents[2]


def test_a_job_asks_for_the_memory_and_three_times_the_hours_that_its_experiment_states():
    assert (memory_mb(Needs(memory=48, disk=1)), minutes(Needs(memory=48, disk=1, hours=2))) == (48000, 360)


def test_no_job_asks_for_less_than_half_an_hour_and_without_a_statement_for_three_days():
    assert minutes(Needs(memory=1, disk=1, hours=0.01)) == 30
    assert (memory_mb(None), minutes(None), minutes(Needs(memory=1, disk=1))) == (32000, 4320, 4320)


def test_every_cheap_rule_of_an_experiment_is_in_a_group_of_the_profile():
    # One that is not, between two that are, and Snakemake refuses the whole graph.
    rules = {name: body for file in sorted((ROOT / "rules").glob("*.smk"))
             for name, body in re.findall(r"^rule (\w+):\n(.*?)(?=^\S|\Z)", file.read_text(), re.M | re.S)}  # fmt: skip
    profile = yaml.safe_load((ROOT / "profiles/slurm/profile.v9+.yaml").read_text())
    groups = dict(entry.split("=") for entry in profile["groups"])
    dear = {name for name, body in rules.items() if "gpu_job(" in body}
    assert dear == {"pretrain", "grpo", "dpo", "merge", "generate", "sample_deep"}
    # The first two wait for a network or a disk, the others are targets of their own.
    assert rules.keys() - dear - groups.keys() == {"fetch", "folder", "doctor", "export"}
    assert groups.keys() <= rules.keys() - dear


@pytest.mark.parametrize(("variables", "refused"), [({"SLURM_JOB_ID": "7"}, True), ({}, False)], ids=["node", "here"])
def test_gpu_job_on_a_node_that_can_not_do_it_is_refused_in_its_log(tmp_path: Path, variables: dict, refused: bool):
    log = tmp_path / "a.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")} | variables
    job = [sys.executable, "-m", "finmath_grpo.workflow.job", "--log", str(log), "--gpus", "1", "--", "this"]
    environment["PYTHONPATH"] = str(ROOT / "src")
    done = subprocess.run(job, cwd=ROOT, env=environment, capture_output=True, text=True)
    found = f"error: node {os.uname().nodename}: this is the CPU stack, and a GPU experiment was asked for"
    assert (found in done.stderr, found in log.read_text()) == (refused, refused)
    assert log.with_suffix(".job.json").exists() is not refused


def test_a_run_beside_jobs_of_a_killed_one_is_refused_by_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    here, elsewhere = tmp_path / "with space", tmp_path / "elsewhere"
    here.mkdir()
    squeue = tmp_path / "squeue"
    squeue.write_text(f"#!/bin/sh\nprintf '%s\\n' '12 {here}' '13 {elsewhere}' '14 {here}'\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with pytest.raises(UserError, match=r"another run in this folder: 12, 14; .* scancel 12 14, then"):
        refuse_beside_orphans(here)
    refuse_beside_orphans(tmp_path)
