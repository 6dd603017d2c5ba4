"""DPO with other settings, judged on the validation questions, so that a choice among them touches no test.

    python benchmarks/dpo_sweep.py small gemma-dpo [--variants today sft …] [--jobs 3] [--folder F]

Each variant trains the entry of an experiment once, with one or two settings changed, and answers the validation
questions with base and adapter, not merged. For the base and each variant it prints, and writes to F/sweep.csv:
accuracy by the value of the number with its paired difference to the base, the share of answers that can be read, of
completions that were cut off, and of those that repeat a word ten times or more in a row.

The variants are what is known to help against DPO that forgets how to write: a likelihood term on the better side
(Pang et al. 2024, arXiv 2404.19733; TRL issue 2382), a larger beta, a smaller learning rate; and what is known to
harm it, a worse side that we write instead of the model.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from benchmarks.one_run import OneRun, needed  # noqa: E402
from finmath_grpo.evaluation.completions import Completion  # noqa: E402
from finmath_grpo.files import canonical_json, read_jsonl  # noqa: E402
from finmath_grpo.numerals import rounded, signed  # noqa: E402
from finmath_grpo.statistics.families import Families  # noqa: E402
from finmath_grpo.statistics.intervals import difference_interval, share_interval  # noqa: E402
from finmath_grpo.training.settings import DpoJob, DpoSettings  # noqa: E402
from finmath_grpo.workflow import paths, slices  # noqa: E402

VARIANTS: dict[str, dict[str, Any]] = {
    "today": {},
    "sft": {"loss_type": ["sigmoid", "sft"]},
    "beta": {"beta": 0.5},
    "rate": {"learning_rate": 0.1},
    "written": {"rejected": "written"},
    "written-sft": {"rejected": "written", "loss_type": ["sigmoid", "sft"]},
}
"""What a variant changes under `training.dpo`; the learning rate is a factor of the experiment's."""
REPEATED = re.compile(r"(?<!\S)(\S+)(?:\s+\1){9}(?!\S)")
"""A word ten times in a row."""


def settings_of(today: DpoSettings, changes: Mapping[str, Any]) -> DpoSettings:
    """The settings of a variant."""
    values = today.model_dump(mode="json") | dict(changes)
    if "learning_rate" in changes:
        values["learning_rate"] = today.learning_rate * changes["learning_rate"]
    return DpoSettings.model_validate(values)


def trained(one: OneRun, model: str, base: str, name: str) -> Path:
    """The manifest of the adapter of a variant, trained as the job `dpo` would."""
    job = DpoJob.model_validate_json(slices.training_settings(one.run, model))
    job = job.model_copy(update={"training": settings_of(job.training, VARIANTS[name])})
    folder = one.folder / name
    one.stage(
        f"dpo-{name}",
        "training.dpo",
        *("--settings", canonical_json(job.model_dump(mode="json")), "--code", one.plan.dpo_code(one.job(model))),
        *(
            "--held-out",
            *one.plan.held_out(one.job(model)),
            "--base",
            base,
            "--cache",
            one.folder / "cache-of-training",
        ),
        *("--manifest", folder / "MANIFEST.sha256", "--log", folder / "log.csv"),
        *("--config", folder / "config.json", "--pairs", folder / "pairs.jsonl"),
    )
    return folder / "MANIFEST.sha256"


def of_completions(path: Path) -> dict[str, float]:
    """Shares of a file of completions: cut off, and with a word ten times in a row."""
    rows = list(read_jsonl(path, Completion))
    cut, repeated = (sum(map(test, rows)) / len(rows) for test in (is_cut_off, is_repetitive))
    return {"cut_off": cut, "repeats_a_word": repeated}


def is_cut_off(row: Completion) -> bool:
    return row.finish == "length"


def is_repetitive(row: Completion) -> bool:
    return REPEATED.search(row.text) is not None


def table_of(one: OneRun, test: str, files: Mapping[str, Path]) -> pd.DataFrame:
    """One row for the base and each variant; intervals are over families."""
    scores, questions = one.scores(test, list(files.values()))
    families, confidence = Families.of([row.family for row in questions]), one.run.statistics.confidence
    by_question = scores.pivot_table(["numeric", "readable"], "question_id", "model", "mean", observed=True)
    right = {name: by_question["numeric"][name].to_numpy()[:, None] for name in files}
    rows = []
    for name, path in files.items():
        low, high = share_interval(families, right[name], confidence)
        row = {"variant": name, "accuracy": right[name].mean(), "low": low[0], "high": high[0]}
        if name != "base":
            apart = right[name] - right["base"]
            asked = len(scores) / len(files) / len(questions)
            ends = difference_interval(families, apart, confidence, asked)
            row |= {"difference": apart.mean(), "difference_low": ends[0][0], "difference_high": ends[1][0]}
        rows.append(row | {"readable": by_question["readable"][name].mean()} | of_completions(path))
    return pd.DataFrame(rows).assign(questions=len(questions), completions=len(scores) // len(files))


def markdown(table: pd.DataFrame) -> list[str]:
    """The table for a page."""
    lines = ["| variant | accuracy | less the base | readable | cut off | repeats a word |", "| --- |" + " ---: |" * 5]
    for row in table.to_dict("records"):
        apart = (
            ""
            if np.isnan(row["difference"])
            else (
                f"{signed(100 * row['difference'])} ({signed(100 * row['difference_low'])} to"
                f" {signed(100 * row['difference_high'])})"
            )
        )
        shares = [f"{rounded(100 * row[name], 1)} %" for name in ("accuracy", "readable", "cut_off", "repeats_a_word")]
        lines.append(f"| {row['variant']} | {shares[0]} | {apart} | {' | '.join(shares[1:])} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("model", help="an entry by DPO")
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--temperatures", nargs="+", type=float, help="default: those of the experiment")
    parser.add_argument("--samples", type=int, default=1, help="completions per question and temperature")
    parser.add_argument("--jobs", type=int, default=1, help="trainings and generations at once")
    parser.add_argument("--folder", type=Path, help="default: results/dpo-sweep/EXPERIMENT/MODEL")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    one = OneRun(
        arguments.experiment, arguments.folder or Path("results/dpo-sweep", arguments.experiment, arguments.model)
    )
    if arguments.model not in {name for name, entry in one.run.models.items() if entry.method == "dpo"}:
        sys.exit(f"error: {arguments.model}: expected an entry by dpo in config/{one.name}.yaml")
    if one.run.validation is None:
        sys.exit(f"error: config/{one.name}.yaml names no `validation` questions, and tests are not to choose by")
    base, test = str(one.plan.base(one.job(arguments.model))), paths.questions(one.name, "v")
    needed(base, *one.plan.held_out(one.job(arguments.model)))
    asked = {"samples": arguments.samples}
    asked |= {"temperatures": tuple(arguments.temperatures)} if arguments.temperatures else {}
    settings = one.run.evaluation.model_copy(update=asked)

    def answered(name: str) -> Path:
        weights = [base] if name == "base" else [base, trained(one, arguments.model, base, name)]
        return one.answers(name, weights, test, settings)

    started = time.perf_counter()
    names = ["base", *arguments.variants]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        files = dict(zip(names, pool.map(answered, names), strict=True))
    table = table_of(one, test, files)
    table.to_csv(one.folder / "sweep.csv", index=False, lineterminator="\n", float_format="%.6g")
    print(*markdown(table), sep="\n")
    row = table.iloc[0]
    print(
        f"\n{row.questions} validation questions, {row.completions} completions of each variant, one training each;"
        f" {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
