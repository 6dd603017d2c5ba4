"""How long to pre-train: base models of other lengths, judged on the validation questions, so that no test is touched.

    python benchmarks/pretraining_sweep.py small --steps 500 700 1000 [--models M …] [--jobs 3] [--folder F]

Pre-trains each entry of an experiment for each number of steps, asks the validation questions, prints and writes to
F/sweep.csv: the share of answers that can be read, of completions in the template, accuracy by the value of the number
with its interval, and the accuracy at each temperature.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

import pandas as pd  # noqa: E402

from benchmarks.one_run import OneRun, needed  # noqa: E402
from finmath_grpo.files import canonical_json  # noqa: E402
from finmath_grpo.models.settings import PretrainingJob  # noqa: E402
from finmath_grpo.numerals import rounded  # noqa: E402
from finmath_grpo.statistics.families import Families  # noqa: E402
from finmath_grpo.statistics.intervals import share_interval  # noqa: E402
from finmath_grpo.workflow import paths, slices  # noqa: E402


def pretrained(one: OneRun, model: str, steps: int) -> Path:
    """The manifest of the entry, pre-trained for so many steps as the job `pretrain` would."""
    job = PretrainingJob.model_validate_json(slices.pretraining_settings(one.run, model))
    job = job.model_copy(update={"pretraining": job.pretraining.model_copy(update={"steps": steps})})
    manifest = one.folder / f"{model}-{steps}" / "MANIFEST.sha256"
    one.stage(
        f"pretrain-{model}-{steps}",
        "models.pretrain",
        *(
            "--settings",
            canonical_json(job.model_dump(mode="json")),
            "--code",
            one.plan.pretraining_code(one.job(model)),
        ),
        *("--held-out", *one.plan.held_out(one.job(model)), "--cache", one.folder / "cache-of-models"),
        *("--manifest", manifest),
    )
    return manifest


def rows_of(one: OneRun, test: str, files: dict[tuple[str, int], Path]) -> pd.DataFrame:
    """One row for each model and number of steps; the interval is over families of questions."""
    scores, questions = one.scores(test, list(files.values()))
    families, confidence = Families.of([row.family for row in questions]), one.run.statistics.confidence
    rows: list[dict[str, Any]] = []
    for (model, steps), path in files.items():
        mine = scores[scores["model"] == path.stem]
        right = mine.groupby("question_id", observed=True)["numeric"].mean().to_numpy()[:, None]
        low, high = share_interval(families, right, confidence)
        row = {"model": model, "steps": steps, "accuracy": right.mean(), "low": low[0], "high": high[0]}
        row |= {"readable": mine["readable"].mean(), "tagged": mine["tagged"].mean()}
        row |= {
            f"at_{at:g}": value for at, value in mine.groupby("temperature", observed=True)["numeric"].mean().items()
        }
        rows.append(row)
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> list[str]:
    """The table for a page."""
    lines = ["| base | steps | readable | in a tag | accuracy | by temperature |", "| --- |" + " ---: |" * 5]
    for row in table.to_dict("records"):
        share = {name: rounded(100 * value, 1) for name, value in row.items() if isinstance(value, float)}
        by_temperature = ", ".join(share[name] for name in row if name.startswith("at_"))
        lines.append(
            f"| {row['model']} | {row['steps']} | {share['readable']} % | {share['tagged']} % |"
            f" {share['accuracy']} % ({share['low']} to {share['high']}) | {by_temperature} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("--steps", nargs="+", type=int, required=True)
    parser.add_argument("--models", nargs="+", help="entries by pre-training; default: all")
    parser.add_argument("--temperatures", nargs="+", type=float, help="default: those of the experiment")
    parser.add_argument("--jobs", type=int, default=1, help="models at once")
    parser.add_argument("--folder", type=Path, help="default: results/pretraining-sweep/EXPERIMENT")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    one = OneRun(arguments.experiment, arguments.folder or Path("results/pretraining-sweep", arguments.experiment))
    entries = [name for name, entry in one.run.models.items() if entry.method == "pretrain"]
    if other := set(arguments.models or []) - set(entries):
        sys.exit(f"error: {', '.join(sorted(other))}: expected entries by pre-training: {', '.join(entries)}")
    if one.run.validation is None:
        sys.exit(f"error: config/{one.name}.yaml names no `validation` questions, and tests are not to choose by")
    test = paths.questions(one.name, "v")
    needed(test, *one.plan.held_out(one.job(entries[0])))
    asked: dict[str, Any] = {"samples": 1}
    asked |= {"temperatures": tuple(arguments.temperatures)} if arguments.temperatures else {}
    settings = one.run.evaluation.model_copy(update=asked)

    def answered(what: tuple[str, int]) -> Path:
        model, steps = what
        return one.answers(f"{model}-{steps}", [pretrained(one, model, steps)], test, settings)

    started = time.perf_counter()
    wanted = [(model, steps) for steps in arguments.steps for model in arguments.models or entries]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        files = dict(zip(wanted, pool.map(answered, wanted), strict=True))
    table = rows_of(one, test, files)
    table.to_csv(one.folder / "sweep.csv", index=False, lineterminator="\n", float_format="%.6g")
    print(*markdown(table), sep="\n")
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
