"""What a second GPU is good for: one training on both, and two jobs of `small` side by side.

    python benchmarks/two_gpus.py PIECE… [--folder F] [--tiny]

Pieces; each appends what it measured to F/benchmark.json:

    base              an 8 B shape from a seed, 16 GB, as in benchmarks/rehearsal.py, and the questions
    train:1 train:2   GRPO by `engine: trl` and `paper`'s settings on one GPU and on two: 16 prompts per update
    generate:1 :2     400 completions by the model on one GPU and split over two (`tensor_parallel_size: 2`)
    small:1 small:2   `small` up to its scores, in a checkout of its own, three jobs at once on each GPU (80 GB)

Once both pieces of a pair are there, their ratio is printed, and for `small` the results that are the same. `--tiny`
takes tiny shapes and a CPU, for all but `generate:2`. Random weights hardly ever end a completion: nearly all run to
their limit.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tests/workflow")]

from conftest import new_checkout  # noqa: E402

from benchmarks import rehearsal  # noqa: E402
from benchmarks.rehearsal import Setting, manifest, watch  # noqa: E402
from finmath_grpo.files import canonical_json, sha256  # noqa: E402
from finmath_grpo.release.compare import COMPARED  # noqa: E402
from finmath_grpo.workflow import slices  # noqa: E402

PROMPTS = 16
"""Prompts per update: one generation each, so that one GPU and two take the same steps."""
UPDATES = 3
"""The first is left out, as kernels are loaded in it."""
WANTED = [f"results/small/{name}" for name in ("scores.csv", "statistics/training.csv", "statistics/reward_audit.csv")]
"""What needs the GPU: all trainings, merges and completions. Figures need a browser, which such a machine may lack."""
JOBS_PER_GPU = 3
"""A job of `small` leaves most of a card of 80 GB idle."""


def base(setting: Setting) -> None:
    from benchmarks.shapes import new_model

    raw = ROOT / "data/raw/questions.jsonl"
    asked = [json.loads(row)["question"] for row in raw.read_text(encoding="utf-8").splitlines()]
    new_model("llama", "tiny" if setting.tiny else "full", asked, setting.folder / "llama", setting.device)
    rehearsal.data(setting)


def train(setting: Setting, processes: int) -> None:
    """A few updates of the `llama-grpo` of `paper`, each process with its share of every group."""
    job = json.loads(slices.training_settings(rehearsal.experiment("paper"), "llama-grpo"))
    training: dict[str, Any] = job["training"]
    group, prompts = training["num_generations"], 2 if setting.tiny else PROMPTS
    training |= {"engine": "trl", "load_in_4bit": False, "processes": processes}
    training |= {"max_steps": UPDATES, "optimizer_steps": UPDATES, "save_steps": 10_000, "validate_every": None}
    training |= {"per_device_train_batch_size": group // processes}
    training |= {"steps_per_generation": prompts, "gradient_accumulation_steps": prompts}
    if setting.tiny:
        job["device"] = "cpu"
        training |= {"optim": "adamw_torch", "max_completion_length": 12, "gradient_checkpointing": False}
    out = setting.folder / f"trained-{processes}"
    for folder in (out, setting.folder / "cache"):
        shutil.rmtree(folder, ignore_errors=True)
    stage = [sys.executable, "-m", "finmath_grpo.training.grpo", "--settings", canonical_json(job), "--code", "two"]
    stage += ["--train", str(setting.folder / "data/train.jsonl"), "--base", manifest(setting.folder / "llama")]
    stage += ["--cache", str(setting.folder / "cache"), "--manifest", manifest(out)]
    for name, file in {"log": "log.csv", "config": "config.json", "completions": "completions.jsonl.zst"}.items():
        stage += [f"--{name}", str(out / file)]
    done = watch(setting, f"train:{processes}", stage)
    steps = rehearsal.read_csv(out / "log.csv", "step_time")
    setting.record(
        f"train:{processes}",
        seconds_per_prompt=round(rehearsal.mean(steps[1:]) / prompts, 3),
        seconds_per_update=[round(seconds, 2) for seconds in steps],
        seconds_to_first_step=round(done.found(rehearsal.READY)[0][0], 1),
        prompts_per_update=prompts,
        completions_per_prompt=group,
        seconds=round(done.seconds, 1),
    )
    compare(setting, "train", "seconds_per_prompt")


def generate(setting: Setting, gpus: int) -> None:
    """The requests of the rehearsal by a model that is split over the GPUs; random numbers of a row are the same."""
    if setting.tiny and gpus > 1:
        sys.exit("generate:2 needs two GPUs: a CPU has nothing to split a model over; leave out --tiny")
    split = {"tensor_parallel_size": gpus} if gpus > 1 else {}
    rehearsal.answer(setting, f"generate:{gpus}", ["llama"], rehearsal.asked(setting) | split)
    compare(setting, "generate", "generating_seconds")


def small(setting: Setting, gpus: int) -> None:
    """`small` from raw questions to the scores of all completions."""
    folder = setting.folder / f"small-{gpus}"
    shutil.rmtree(folder, ignore_errors=True)
    new_checkout(folder)
    # A job asks for 12 cores, and uses one or two.
    command = [sys.executable, "-m", "snakemake", "--cores", str(12 * JOBS_PER_GPU * gpus)]
    command += ["--resources", f"gpu={JOBS_PER_GPU * gpus}", "--retries", "2"]
    started = time.perf_counter()
    # The Snakefile puts the checkout's own sources first.
    done = subprocess.run([*command, *WANTED], cwd=folder)
    if done.returncode:
        sys.exit(f"small:{gpus} ended with {done.returncode}; {folder}/results/small/logs says why")
    setting.record(f"small:{gpus}", seconds=round(time.perf_counter() - started, 1))
    compare(setting, "small", "seconds")
    one, two = (results(setting.folder / f"small-{number}/results/small") for number in (1, 2))
    if one and two:
        other = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
        print(f"small: {len(one) - len(other)} of {len(one)} results have the same bytes; others: {', '.join(other)}")


def results(folder: Path) -> dict[str, str]:
    """The hashes of what `small` made, by path, but for what belongs to one run, such as times."""
    return {str(file.relative_to(folder)): sha256(file) for pattern in COMPARED for file in folder.glob(pattern)}


def compare(setting: Setting, pieces: str, measured: str) -> None:
    """Print the latest two of a pair, on the same GPU."""
    last = {row["piece"]: row for row in setting.records}
    pair = [last.get(f"{pieces}:{number}") for number in (1, 2)]
    if pair[0] and pair[1] and pair[0]["gpu"] == pair[1]["gpu"]:
        one, two = pair[0][measured], pair[1][measured]
        print(f"{pieces}: {measured} {one} on one, {two} on two of {pair[0]['gpu']}: {one / two:.2f} times as fast")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measured = {"train": train, "generate": generate, "small": small}
    known = ["base", *(f"{kind}:{gpus}" for kind in measured for gpus in (1, 2))]
    parser.add_argument("pieces", nargs="+", metavar="PIECE", choices=known)
    parser.add_argument("--folder", type=Path, default=Path("results/two-gpus"))
    parser.add_argument("--tiny", action="store_true", help="tiny shapes on a CPU")
    arguments = parser.parse_args()
    setting = Setting(arguments.folder.resolve(), arguments.tiny, memory=None)
    setting.folder.mkdir(parents=True, exist_ok=True)
    if (file := setting.folder / "benchmark.json").exists():
        setting.records = json.loads(file.read_text(encoding="utf-8"))
    for piece in arguments.pieces:
        kind, _, number = piece.partition(":")
        if kind == "base":
            base(setting)
        else:
            measured[kind](setting, int(number))


if __name__ == "__main__":
    main()
