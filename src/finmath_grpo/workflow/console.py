"""What a run of Snakemake prints on the terminal: one line per finished job, and at the end where the results are.

Snakemake's own output per job (all inputs, the reason) runs to thousands of characters. It stays in the file under
`results/.snakemake/log` that the last lines of a run name, and `--verbose` or `--printshellcmds` bring it back to the
terminal. The fields of the records are those that Snakemake documents for logger plugins.
"""

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

HANDLER = "DefaultStreamHandler"
"""The name of Snakemake's handler for the terminal."""
WIDTH = 160
"""Characters after which a line about a job is cut."""
CHATTER = ("Select jobs to execute", "Assuming unrestricted", "Using shell", "Singularity containers")
"""How messages begin that say nothing about the run."""
LANDMARKS = {"report": "report/index.html", "figures": "figures", "claims": "claims.md"}
"""What a reader looks at first, by name, below `results/{experiment}`."""


def experiments_of(jobs: Iterable[Any]) -> set[str]:
    """The experiments that jobs of Snakemake belong to, by their wildcard."""
    return {job.wildcards.experiment for job in jobs if "experiment" in dict(job.wildcards.items())}


def where(jobs: Iterable[Any], results: Path = Path("results")) -> str:
    """Lines that say where report, figures and claims of the jobs' experiments are; empty if none is there yet."""
    found = [
        f"  {name:<8} {results / experiment / path}"
        for experiment in sorted(experiments_of(jobs))
        for name, path in LANDMARKS.items()
        if (results / experiment / path).exists()
    ]
    return "\n".join(["Results:", *found]) if found else ""


class Console(logging.Formatter):
    """Formats the records of a run, and is the filter that drops those without news.

    `former` formats what this class does not. `dry`: nothing runs, so each job has its line with the reason. `places`
    gives the words to add where nothing is to be done.
    """

    def __init__(self, former: logging.Formatter, dry: bool, places: Callable[[], str]) -> None:
        super().__init__()
        self.former, self.dry, self.places = former, dry, places
        self.jobs: dict[int, tuple[str, float]] = {}
        self.finished: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is printed. Keeps what a later record of the same job does not say again."""
        fields: Any = record
        match getattr(record, "event", None):
            case LogEvent.JOB_INFO:
                name = " ".join([fields.rule_name, *fields.wildcards.values()])
                self.jobs[fields.jobid] = name, time.monotonic()
                return self.dry
            case LogEvent.JOB_FINISHED:
                name, begun = self.jobs.get(fields.job_id, (f"job {fields.job_id}", time.monotonic()))
                seconds = time.monotonic() - begun
                self.finished.append(f"{name} ({seconds:.0f} s)" if seconds >= 1 else name)
                return False
            case LogEvent.RESOURCES_INFO | LogEvent.JOB_STARTED:
                return False
            case None:
                return not str(record.msg).startswith(CHATTER)
        return True

    def format(self, record: logging.LogRecord) -> str:
        fields: Any = record
        match getattr(record, "event", None):
            case LogEvent.JOB_INFO:
                name, _ = self.jobs[fields.jobid]
                return cut(f"{name}: {fields.reason}")
            case LogEvent.PROGRESS:
                names, self.finished = ", ".join(self.finished), []
                return cut(f"{fields.done} of {fields.total} steps: {names}")
            case LogEvent.JOB_ERROR:
                # The job's log, which follows, is never cut.
                job, mark, log = self.former.format(record).partition("\nLogfile ")
                return "\n".join(map(cut, job.splitlines())) + mark + log
        words = self.former.format(record)
        if words.startswith("RuleException"):
            return "\n".join(map(cut, words.splitlines()))
        if not self.dry and str(record.msg).startswith("Nothing to be done"):
            return "\n".join(filter(None, [words, self.places()]))
        return words


def cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 2]} …"


def be_brief(logger: logging.Logger, dry: bool, places: Callable[[], str]) -> None:
    """Print one line per job on the terminal; the log file of the run is left as it is."""
    for handler in logger.handlers:
        if handler.name == HANDLER and handler.formatter is not None:
            console = Console(handler.formatter, dry, places)
            handler.setFormatter(console)
            handler.addFilter(console.filter)
