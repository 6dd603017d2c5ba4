"""What a run on a cluster needs beside `profiles/slurm`: sizes to ask for, a check of the node, and who still works.

A job's node may be another machine than the one that submits. So what the doctor says before a local run is said on
the node, by the job itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import doctor
from finmath_grpo.workflow.experiments import load_all
from finmath_grpo.workflow.kinds import Needs
from finmath_grpo.workflow.machine import this_machine

SCHEDULED = "SLURM_JOB_ID"
"""Slurm sets it for its jobs."""
UNSTATED = Needs(memory=32, disk=1, hours=24)
"""What is asked for where an experiment states nothing."""
SLACK = 3
"""No job takes as long as its whole experiment, but a node may be slower than the one that was measured."""
PATIENCE = 20
"""Seconds that Slurm has to say which jobs it has."""
RULES = {"grpo_unsloth": "grpo", "draw": "figure"}
"""Rules by the module that they run, where the two names differ."""


def memory_mb(needs: Needs | None) -> int:
    """Megabytes for a job that holds a model: what the experiment states for its largest."""
    return int(1000 * (needs or UNSTATED).memory)


def minutes(needs: Needs | None) -> int:
    """Minutes after which a scheduler may end a job that holds a model."""
    hours = (needs.hours if needs else None) or UNSTATED.hours
    assert hours is not None
    return max(30, int(60 * SLACK * hours))


def check_node(log: Path, command: list[str], gpus: int) -> None:
    """On a node of a cluster, end a job in words where the node can't do it, as the doctor does before a local run.

    `command` is the job's module with its arguments, `log` the log that gets the words too.
    """
    if SCHEDULED not in os.environ:
        return
    module = command[0].rpartition(".")[2]
    experiment = log.parts[1] if log.parts[0] == "results" else None
    job = (RULES.get(module, module), experiment, gpus > 0)
    free = shutil.disk_usage(".").free
    refused, warned = doctor.before_the_first_job(
        this_machine(), free, [job], load_all(Path("config")).good, os.environ
    )
    for warning in warned:
        print(f"warning: {warning}", file=sys.stderr)
    if refused:
        words = "\n".join(f"error: node {os.uname().nodename}: {sentence}" for sentence in refused)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(words + "\n", encoding="utf-8")
        sys.exit(words)


def refuse_beside_orphans(folder: Path) -> None:
    """Raise UserError where jobs of another run in this folder are with Slurm.

    They outlive a killed main process and write the files that a new one would make, temporary ones too.
    """
    if shutil.which("squeue") is None or SCHEDULED in os.environ:
        return
    command = ["squeue", "--noheader", "--user", str(os.getuid()), "--format", "%A %Z"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout
    except subprocess.TimeoutExpired:
        print(f"warning: squeue gave no answer in {PATIENCE} s; a killed run may have jobs with it", file=sys.stderr)
        return
    words = (line.split(" ", 1) for line in listed.splitlines())
    jobs = [number for number, where in words if Path(where).resolve() == folder.resolve()]
    if jobs:
        raise UserError(
            f"Slurm has jobs of another run in this folder: {', '.join(jobs)}; wait for them, or end them with"
            f" scancel {' '.join(jobs)}, then run again"
        )
