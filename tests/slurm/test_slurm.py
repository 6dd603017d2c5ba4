"""The reduced experiment on a cluster of two nodes, started here: the same bytes as a local run, whatever is killed.

By `make test-slurm`; needs Debian's slurm-wlm and munge, envs/slurm.lock, root, and some twenty minutes on two cores.
"""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster import Cluster, missing
from conftest import Checkout, new_checkout
from killed import has_whole
from test_killed import contents

if missing():
    pytest.skip(f"not installed: {', '.join(missing())} (apt-get install slurm-wlm munge)", allow_module_level=True)
if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
    pytest.skip("not installed: envs/slurm.lock", allow_module_level=True)
if os.getuid() != 0:
    pytest.skip("Slurm's daemons are started by root", allow_module_level=True)

PROFILE = ("--workflow-profile", "profiles/slurm", "--slurm-status-command", "squeue")
PATIENCE = 1200
COMPARED = ("data", "models", "training", "completions", "statistics", "figures", "report")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


def start(checkout: Checkout, cluster: Cluster, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", *PROFILE, *arguments],
        cwd=checkout.path,
        env={**os.environ, **cluster.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def running(cluster: Cluster, rule: str) -> list[str]:
    """The numbers of Slurm's running jobs of a rule, which the plugin names in their comment."""
    listed = cluster.command("squeue", "--noheader", "--states=RUNNING", "--format=%i %k").stdout
    return [line.split()[0] for line in listed.splitlines() if f"rule_{rule}" in line]


def wait_for(condition: Callable[[], object], run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_cancelled_and_killed_run_ends_with_the_bytes_of_a_local_run(cluster: Cluster, tmp_path: Path):
    checkout = new_checkout(tmp_path / "cluster")
    run = start(checkout, cluster, "--jobs", "2", "tiny")
    # A training is cancelled, and done again by the same run, from its checkpoint.
    checkpoints = checkout.path / "results/cache/training"
    wait_for(lambda: running(cluster, "grpo") and has_whole(checkpoints, "*/checkpoint-2/trainer_state.json"), run)
    trainings = running(cluster, "grpo")
    cluster.command("scancel", *trainings)
    wait_for(lambda: set(running(cluster, "grpo")) - set(trainings), run)
    again = set(running(cluster, "grpo")) - set(trainings)
    # The main process is killed while that job runs.
    run.send_signal(signal.SIGKILL)
    words = run.communicate()[0]
    assert f"SLURM-job '{trainings[0]}' failed" in words
    refused = start(checkout, cluster, "--jobs", "2", "tiny")
    words = refused.communicate()[0]
    (orphans,) = re.findall(r"Slurm has jobs of another run in this folder: ([\d, ]+); .* scancel", words)
    assert refused.returncode == 1 and again <= set(orphans.split(", "))
    cluster.command("scancel", *orphans.split(", "))
    wait_for(lambda: not cluster.command("squeue", "--noheader").stdout, subprocess.Popen(["sleep", str(PATIENCE)]))
    last = start(checkout, cluster, "--jobs", "2", "tiny")
    words = last.communicate()[0]
    assert last.returncode == 0, words

    records = [json.loads(path.read_text()) for path in (checkout.path / "results/tiny/logs").rglob("*.job.json")]
    # Each job ran on a node, and most shared its start with others.
    assert all("SLURM_JOB_ID" in record["variables"] for record in records)
    assert len({record["variables"]["SLURM_JOB_ID"] for record in records}) < len(records) / 2
    assert checkout.planned() == {}

    # One job with a Snakemake of its own, which starts no other for each figure.
    (checkout.path / "results/tiny/figures/agreement.png").unlink()
    of_its_own = ("srun", "--cpus-per-task=2", "--mem=6G", f"--chdir={checkout.path}")
    done = cluster.command(*of_its_own, sys.executable, "-m", "snakemake", "--cores", "2", "tiny")
    assert done.returncode == 0 and "figure tiny agreement" in done.stdout + done.stderr, done.stderr

    local = new_checkout(tmp_path / "local")
    local.snakemake("tiny")
    for folder in COMPARED:
        there, here = (contents(run.path / "results/tiny" / folder) for run in (checkout, local))
        # What the page says of when and where the jobs ran.
        assert there.pop("data/run.js", None) == here.pop("data/run.js", None) or folder == "report"
        assert there == here
    for name in ("scores.csv", "claims.json", "claims.md"):
        assert (checkout.path / "results/tiny" / name).read_bytes() == (local.path / "results/tiny" / name).read_bytes()
    there, here = (made(run.path) for run in (checkout, local))
    assert there == here


def made(checkout: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Rule of each file, hashes of it and its inputs, by provenance; every file's job has to be known."""
    files = json.loads((checkout / "results/tiny/provenance.json").read_text())["files"]
    assert {path: file["why"] for path, file in files.items() if file["job"] is None} == {}
    # Step logs hold the seconds of a step.
    found = {}
    for path, file in files.items():
        hashes = {path: file["sha256"], **file["inputs"]}
        found[path] = file["rule"], {name: hashes[name] for name in hashes if not name.endswith("log.csv")}
    return found


def test_gpu_jobs_ask_for_one_gpu_and_twelve_cores_and_are_refused_where_there_is_none(
    cluster: Cluster, tmp_path: Path
):
    checkout = new_checkout(tmp_path / "gpu")
    checkout.replace("config/tiny.yaml", "split:", "device: cuda\nsplit:")
    targets = [f"results/tiny/models/{model}/MANIFEST.sha256" for model in ("llama-base", "gemma-it")]
    run = start(checkout, cluster, "--retries", "0", "--keep-going", *targets)
    words = run.communicate()[0]
    assert run.returncode == 1
    assert len(re.findall(r"error: node .*this is the CPU stack, and a GPU experiment was asked for", words)) >= 2
    shown = cluster.command("scontrol", "show", "job").stdout.split("\n\n")
    jobs = [job for job in shown if "rule_pretrain" in job and str(checkout.path) in job]
    assert len(jobs) == 2
    for job in jobs:
        asked = ("TresPerJob=gres:gpu:1", "NumCPUs=12", "MinMemoryNode=8000M")
        assert [part for part in asked if part not in job] == [], job
    # Both at once: one GPU of each node.
    assert {re.search(r"\bNodeList=(\w+)", job)[1] for job in jobs} == {"a", "b"}
