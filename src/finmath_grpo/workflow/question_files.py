"""The rows of the question files that a config names: what no stage could read, and what no test may have.

Snakemake would show what a parameter function raises with a traceback. So the questions of the experiments that a run
asks for are looked at before it plans.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.numerals import count
from finmath_grpo.workflow import cutoff, named_files
from finmath_grpo.workflow.contradictions import alike
from finmath_grpo.workflow.kinds import Experiment, Run


def check_questions(name: str, experiment: Experiment) -> None:
    """Raise UserError for a row of an experiment's questions that no stage could read, for a file that is two of
    questions, validation and tests or repeats the questions, and for a T3 of other questions."""
    if not isinstance(experiment, Run):
        return
    files = dict(named_files.named(experiment))
    for raw in map(Path, files.values()):
        if raw.is_file():
            cutoff.cleaned_rows(raw)
    if Path(experiment.questions).is_file():
        cutoff.split_rows(Path(experiment.questions), experiment.split)
    for fault in _faults(experiment, files):
        raise UserError(f"config/{name}.yaml: {fault}")


def _faults(run: Run, files: Mapping[str, str]) -> Iterator[str]:
    """The faults of the files of a run's questions, given by the keys that name them.

    A test says nothing of what was trained on, and T3 nothing of questions that it does not have.
    """
    for first, second in alike({key: os.path.realpath(file) for key, file in files.items()}):
        yield f"{second}: {files[second]} is the file of `{first}` too; name another"
    there = {key: Path(file) for key, file in files.items() if Path(file).is_file()}
    further = {key: file for key, file in there.items() if key != "questions" and "questions" in there}
    for key, file in further.items():
        if twice := cutoff.repeated(file, there["questions"]):
            yield (
                f"{key}: {count(len(twice), 'question')} of {file}, the first {twice[0]!r}, can be found word for word"
                f" in {run.questions}, which T1 and the training questions come from; take them out of one of the files"
            )
    instances = files.get(key := "tests.t3.questions", "")
    if Path(instances).is_file() and Path(run.questions).is_file():
        strange = cutoff.strangers(Path(instances), Path(run.questions))
        if strange:
            yield (
                f"{key}: {instances} was made from other questions than {run.questions}: {len(strange)} rows name a"
                f" question (`of`) that is not there, the first {strange[0]!r}; name a file of your own, or write"
                " `tests: {t3: null}`"
            )
