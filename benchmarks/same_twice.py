"""One GRPO training once more, from the same inputs: is it the same, and if not, from where on?

    python benchmarks/same_twice.py small llama-grpo [--folder F] [--accuracy]

Takes the training of an experiment that was built, runs it again with a cache of its own, and compares: the bytes of
the adapter, the first step whose rollouts differ, the first token at which the completions of that step part, and with
`--accuracy` both adapters (unmerged) on T1. It prints what it found and writes F/same_twice.json.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

from benchmarks.one_run import OneRun, needed, sha256_of_adapter  # noqa: E402
from finmath_grpo.files import write_json  # noqa: E402
from finmath_grpo.models.weights import load_tokenizer  # noqa: E402
from finmath_grpo.rollouts import Rollout, read_rollouts  # noqa: E402
from finmath_grpo.statistics.families import Families  # noqa: E402
from finmath_grpo.statistics.intervals import difference_interval  # noqa: E402
from finmath_grpo.workflow import paths  # noqa: E402

FILES = ("MANIFEST.sha256", "config.json", "log.csv", "completions.jsonl.zst")
WEIGHTS = "adapter_model.safetensors"


def train_again(one: OneRun, model: str, base: str, folder: Path) -> None:
    """The job `grpo` of a model, with the files of :data:`FILES` in `folder` and no cache but there."""
    # What an earlier call trained is no second training.
    shutil.rmtree(one.folder / "cache-of-training", ignore_errors=True)
    job = one.job(model)
    validation = one.plan.validation(job)
    one.stage(
        "grpo",
        f"training.{one.plan.grpo_module(job)}",
        *("--settings", one.plan.training_settings(job), "--code", one.plan.grpo_code(job)),
        *("--train", paths.questions(one.name, "train"), "--validation", *([validation] if validation else [])),
        *("--base", base, "--cache", one.folder / "cache-of-training", "--manifest", folder / FILES[0]),
        *("--config", folder / FILES[1], "--log", folder / FILES[2], "--completions", folder / FILES[3]),
    )


def first_difference(first: Sequence[Rollout], second: Sequence[Rollout], tokenizer: Any) -> dict[str, Any] | None:
    """The first step whose rollouts differ, in how many completions, and at which token these part; None: none does."""
    steps = zip(groupby(first, lambda row: row.step), groupby(second, lambda row: row.step), strict=True)
    for (step, ours), (other, theirs) in steps:
        pairs = list(zip(ours, theirs, strict=True))
        assert step == other and all(a.question_id == b.question_id for a, b in pairs), f"step {step}: other questions"
        texts = [(a.completion, b.completion) for a, b in pairs if a.completion != b.completion]
        if texts:
            ids = ([tokenizer(text, add_special_tokens=False)["input_ids"] for text in pair] for pair in texts)
            parts = [part_at(*pair) for pair in ids]
            return {
                "step": step,
                "completions": len(pairs),
                "differ": len(texts),
                "first_token": min(parts),
                "median_token": float(np.median(parts)),
            }
        if any(a.rewards != b.rewards or a.advantage != b.advantage for a, b in pairs):
            return {"step": step, "completions": len(pairs), "differ": 0}
    return None


def part_at(first: Sequence[int], second: Sequence[int]) -> int:
    """The place, from 0, of the first token that differs; where one is the beginning of the other, its length."""
    return next((at for at, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))  # noqa: B905


def of_logs(first: Path, second: Path) -> dict[str, int | None]:
    """By column of the step log that is no time: the first step that differs, None if none does."""
    one, other = pd.read_csv(first), pd.read_csv(second)
    found = {}
    for name in ("loss", "grad_norm", "reward", "entropy", "validation/accuracy"):
        if name in one and name in other:
            differ = ~((one[name] == other[name]) | (one[name].isna() & other[name].isna()))
            found[name] = int(one["step"][differ].iloc[0]) if differ.any() else None
    return found


def of_weights(first: Path, second: Path) -> dict[str, float]:
    """How far two adapters are apart: the norm of the difference over that of the first, and the largest difference."""
    one, other = (load_file(folder / WEIGHTS) for folder in (first, second))
    assert one.keys() == other.keys(), "the adapters have other tensors"
    apart = [one[name].double() - other[name].double() for name in one]
    norms = [sum(float((part.double() ** 2).sum()) for part in parts) ** 0.5 for parts in (apart, one.values())]
    return {"relative_norm": norms[0] / norms[1], "largest": max(float(part.abs().max()) for part in apart)}


def of_accuracy(one: OneRun, base: str, first: Path, second: Path) -> dict[str, Any]:
    """Both adapters on T1: accuracy by the scorer `numeric`, the paired difference, the share of equal completions."""
    test = paths.questions(one.name, "t1")
    files = [
        one.answers(name, [base, folder / FILES[0]], test, one.run.evaluation)
        for name, folder in (("first", first), ("second", second))
    ]
    scores, questions = one.scores(test, files)
    by_question = scores.pivot_table("numeric", "question_id", "model", "mean", observed=True)
    differences = (by_question["second"] - by_question["first"]).to_numpy()[:, None]
    families = Families.of([row.family for row in questions])
    asked = len(scores) / by_question.size
    low, high = difference_interval(families, differences, one.run.statistics.confidence, asked)
    texts = [file.read_text(encoding="utf-8").replace(f'"model": "{file.stem}"', "").split("\n") for file in files]
    same = sum(a == b for a, b in zip(*texts, strict=True) if a) / (len(texts[0]) - 1)
    return {
        "first": float(by_question["first"].mean()),
        "second": float(by_question["second"].mean()),
        "difference": float(differences.mean()),
        "interval": [float(low[0]), float(high[0])],
        "same_completions": same,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("model", help="an entry by GRPO")
    parser.add_argument("--folder", type=Path, help="default: results/same-twice/EXPERIMENT/MODEL")
    parser.add_argument("--accuracy", action="store_true", help="both adapters on T1, which takes two generations")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    one = OneRun(
        arguments.experiment, arguments.folder or Path("results/same-twice", arguments.experiment, arguments.model)
    )
    if arguments.model not in {name for name, entry in one.run.models.items() if entry.method == "grpo"}:
        sys.exit(f"error: {arguments.model}: expected an entry by grpo in config/{one.name}.yaml")
    base = str(one.plan.base(one.job(arguments.model)))
    first, second = Path(paths.training(one.name, arguments.model, "")), one.folder / "again"
    needed(base, *(first / file for file in FILES), paths.questions(one.name, "train"))
    started = time.perf_counter()
    train_again(one, arguments.model, base, second)
    hashes = [sha256_of_adapter(folder / "config.json") for folder in (first, second)]
    rollouts = [list(read_rollouts(folder / FILES[3])) for folder in (first, second)]
    found: dict[str, Any] = {
        "experiment": one.name,
        "model": arguments.model,
        "seconds": round(time.perf_counter() - started, 1),
        "devices": [pd.read_json(folder / "config.json", typ="series")["device"] for folder in (first, second)],
        "adapter": hashes,
        "same_adapter": hashes[0] == hashes[1],
        "weights_apart": of_weights(first, second),
        "first_step_of_log_that_differs": of_logs(first / FILES[2], second / FILES[2]),
        "rollouts": len(rollouts[0]),
        "first_difference": first_difference(*rollouts, load_tokenizer(Path(base))),
    }
    if arguments.accuracy:
        found["accuracy"] = of_accuracy(one, base, first, second)
    write_json(one.folder / "same_twice.json", found)
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
