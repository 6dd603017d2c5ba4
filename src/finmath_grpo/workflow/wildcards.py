"""The wildcards of a job, by which Snakemake asks what the job gets."""

from collections.abc import Mapping
from typing import Protocol

from finmath_grpo.workflow.kinds import Experiment, Run


class Wildcards(Protocol):
    """The wildcards of a job; a rule has those that its paths name."""

    experiment: str
    model: str
    figure: str
    test: str
    first: str


def run_of(experiments: Mapping[str, Experiment], wildcards: Wildcards) -> Run:
    """The experiment of a job that only a run from raw questions has."""
    experiment = experiments[wildcards.experiment]
    assert isinstance(experiment, Run), f"{wildcards.experiment} is not run from raw questions"
    return experiment
