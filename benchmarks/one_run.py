"""What programs share that train once more, outside of the DAG, from the inputs of an experiment that was built.

Nothing of it writes to the experiment's folder: outputs and caches lie in a folder of the program.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from finmath_grpo import gpu_environment
from finmath_grpo.evaluation.scores import read_scores
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import canonical_json, read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.workflow import experiments
from finmath_grpo.workflow.kinds import Run
from finmath_grpo.workflow.plan import Plan


class OneRun:
    """An experiment of `config/`, and the folder for what is made of it here."""

    def __init__(self, experiment: str, folder: Path) -> None:
        found = experiments.load_all(Path("config")).good.get(experiment)
        if not isinstance(found, Run):
            sys.exit(f"error: {experiment}: expected an experiment of config/ that is run from raw questions")
        self.name, self.run, self.folder = experiment, found, folder
        self.plan = Plan({experiment: found})
        gpu_environment.set_environment()
        os.environ.setdefault("PYTHONHASHSEED", "0")
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path("src").resolve()), os.environ.get("PYTHONPATH")])
        )

    def job(self, model: str) -> SimpleNamespace:
        """The wildcards of a model's job, as the plan takes them."""
        return SimpleNamespace(experiment=self.name, model=model, figure="", test="")

    def stage(self, name: str, module: str, *options: object) -> None:
        """Run a stage as its job would; its output goes to a log. Ends the program where it fails."""
        log = self.folder / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", f"finmath_grpo.{module}", *map(str, options)]
        # Under one core on a CPU, as in the DAG, sums have one order.
        threads = {} if self.run.device == "cuda" else {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        with log.open("w") as file:
            done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, **threads})
        if done.returncode:
            sys.exit(f"error: {name} failed; the end of {log}:\n" + "\n".join(log.read_text().splitlines()[-8:]))

    def answers(self, name: str, weights: Sequence[str | Path], test: str, settings: EvaluationSettings) -> Path:
        """The file of a model's completions of one file of questions, asked as T1 is; cells are kept in the folder."""
        completions = self.folder / f"{name}.jsonl"
        self.stage(
            f"generate-{name}",
            "evaluation.generate",
            *("--settings", canonical_json({"t1": settings.model_dump(mode="json")})),
            *("--prompt", canonical_json(self.run.prompt.model_dump(mode="json")), "--device", self.run.device),
            *("--code", self.plan.sampling_code("evaluation.generate")(self.job(name))),
            *("--model", name, "--tests", test, "--weights", *weights),
            *("--cache", self.folder / "cache", "--completions", completions),
        )
        return completions

    def scores(self, test: str, completions: Sequence[Path]) -> tuple[pd.DataFrame, list[Question]]:
        """The scores of such files, and the questions."""
        table = self.folder / "scores.csv"
        self.stage(
            "score",
            "evaluation.score",
            *("--names", "t1", "--tests", test, "--completions", *completions, "--scores", table),
        )
        questions = list(read_jsonl(Path(test), Question))
        return read_scores(table, [path.stem for path in completions], [row.id for row in questions]), questions


def needed(*files: str | Path) -> None:
    """End the program where a file is not built yet, with the command that builds it."""
    absent = [str(file) for file in files if not Path(file).is_file()]
    if absent:
        sys.exit(f"error: not built yet; first say\n  snakemake --cores all {' '.join(absent)}")


def sha256_of_adapter(config: str | Path) -> dict[str, str]:
    """The hashes of the adapter's files, as the training wrote them into its `config.json`."""
    hashes: dict[str, str] = json.loads(Path(config).read_text(encoding="utf-8"))["adapter_sha256"]
    return hashes
