"""The shell line of a job, in which nothing that fills a placeholder reaches the shell unquoted.

A file name of a config may hold anything: `data/raw/my questions.jsonl`, `$(touch x).jsonl`. To the shell each is one
word. Every rule writes its line by :func:`job`, so that no rule has to think of it.
"""

import re

PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}:!]+)\}(?!\})")
"""A placeholder of Snakemake's with no format of its own: `{input.raw}`."""
WRAPPER = "python -m finmath_grpo.workflow.job --log {log} --inputs {input} --outputs {output} --"
"""Runs a stage and writes its record (:mod:`finmath_grpo.workflow.job`)."""


def job(stage: str) -> str:
    """The line that runs a stage, such as `questions.clean --raw {input.raw}`, as a job."""
    return quoted(f"{WRAPPER} finmath_grpo.{stage}")


def gpu_job(stage: str, alone: bool = False) -> str:
    """The same for a stage that may use GPUs: it gets as many of its own as the rule asks for, or one `alone`."""
    asked = " --gpus {resources.gpu}" + alone * " --alone"
    return quoted(f"{WRAPPER.replace(' --log', f'{asked} --log')} finmath_grpo.{stage}")


def quoted(line: str) -> str:
    """A shell line whose placeholders are quoted (`:q` of Snakemake's, which is `shlex.quote` for each word)."""
    return PLACEHOLDER.sub(r"{\1:q}", line)
