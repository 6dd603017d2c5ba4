"""Plant errors in a finished run, one at a time, and see which check stops the DAG, and with what words.

    python benchmarks/plants.py [--finished /tmp/finmath-reliability/undisturbed]

`--finished` is a checkout in which `tiny` has run; `benchmarks/kills.py` leaves one. Each plant and each edit gets a
copy of it, and Snakemake is asked for what is built from the edited file, in a process that forks from one with
Snakemake loaded. A plant is stopped if the run fails with the words expected, or, in the cache, if what was planted is
not used and the bytes come out right. A legitimate edit has to go through. What was found goes to
docs/reliability.json; ends with 1 if a plant passes or an edit is refused.
"""

import argparse
import io
import json
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# What a run loads before it reads the Snakefile. Nothing of `finmath_grpo`, which each copy has for itself.
import pandas  # noqa: F401
import pydantic  # noqa: F401
import snakemake.api
import snakemake.cli
import snakemake.workflow
import yaml
import zstandard
from kills import FOLDER
from reliability import record

RUN = Path("results/tiny")
RAW = Path("data/raw/smoke.jsonl")
TRAINING = RUN / "training"
MERGED = RUN / "models/llama-grpo"
CELLS = Path("results/cache/completions")
WORDS = re.compile(r"error: .*|\S+: (?:is the cell|not the work of) .*")


@dataclass(frozen=True)
class Plant:
    """An edit of a finished checkout, what is asked for afterwards, and the words that must come (None: success)."""

    name: str
    edit: Callable[[Path], None]
    target: str
    words: str | None = None
    same: bool = False
    """Whether the target has to come out with the bytes that it had, and the words stand in its job's log."""


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def write_rows(path: Path, content: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")


def shift_answers(root: Path) -> None:
    content = rows(root / RAW)
    answers = [row["answer"] for row in content if not row.get("choices")]
    shifted = iter([*answers[1:], answers[0]])
    write_rows(root / RAW, [row if row.get("choices") else {**row, "answer": next(shifted)} for row in content])


def swap_answers(root: Path) -> None:
    content = rows(root / RAW)
    one, two = [row for row in content if not row.get("choices") and row["answer_unit"] == "TL"][:2]
    one["answer"], two["answer"] = two["answer"], one["answer"]
    write_rows(root / RAW, content)


def swap(one: Path, two: Path) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / one).rename(root / "swapped")
        (root / two).rename(root / one)
        (root / "swapped").rename(root / two)

    return edit


def replace(path: Path, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def flip(path: Path) -> Callable[[Path], None]:
    """Change the last byte of a file."""

    def edit(root: Path) -> None:
        content = (root / path).read_bytes()
        (root / path).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    return edit


def remove(*paths: Path) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        for path in paths:
            if (root / path).is_dir():
                shutil.rmtree(root / path)
            else:
                (root / path).unlink()

    return edit


def both(*edits: Callable[[Path], None]) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        for each in edits:
            each(root)

    return edit


def copy(source: Path, target: Path, *names: str) -> Callable[[Path], None]:
    """Copy files of one folder over those of another."""

    def edit(root: Path) -> None:
        for name in names or [path.name for path in (root / source).iterdir()]:
            shutil.copy(root / source / name, root / target / name)

    return edit


def manifest(folder: Path) -> Callable[[Path], None]:
    """Write a folder's manifest anew, as of the files that lie there."""

    def edit(root: Path) -> None:
        names = [line.split("  ")[1] for line in (root / folder / "MANIFEST.sha256").read_text().splitlines()]
        command = ["sha256sum", *names]
        done = subprocess.run(command, cwd=root / folder, check=True, capture_output=True, text=True)
        (root / folder / "MANIFEST.sha256").write_text(done.stdout)

    return edit


def test_question_in_train(root: Path) -> None:
    with (root / RUN / "data/train.jsonl").open("a", encoding="utf-8") as file:
        file.write((root / RUN / "data/test.jsonl").read_text(encoding="utf-8").split("\n")[0] + "\n")


def other_cell(root: Path) -> None:
    one, two = sorted((root / CELLS).glob("*.jsonl"))[:2]
    for cell in sorted((root / CELLS).glob("*.jsonl")):
        shutil.copy(two if cell == one else one, cell)


def other_training(root: Path) -> None:
    finished = sorted((root / "results/cache/training").glob("*/finished/completions.jsonl.zst"))
    contents = {path.parent: {file.name: file.read_bytes() for file in path.parent.iterdir()} for path in finished}
    for folder, other in zip(contents, reversed(contents), strict=True):
        for name, content in contents[other].items():
            (folder / name).write_bytes(content)


def edit_record_of_job(root: Path) -> None:
    path = root / RUN / "logs/score.job.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["outputs"] = dict.fromkeys(record["outputs"], "0" * 64)
    path.write_text(json.dumps(record), encoding="utf-8")


def edit_shipped_record(root: Path) -> None:
    path = root / yaml.safe_load((root / "config/recorded.yaml").read_text(encoding="utf-8"))["record"]
    plain = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    edited = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(plain)) as before, tarfile.open(fileobj=edited, mode="w") as after:
        for entry in before:
            content = before.extractfile(entry).read()
            if entry.name == "data/test.jsonl":
                content = content.replace(b'"value": "', b'"value": "1', 1)
                entry.size = len(content)
            after.addfile(entry, io.BytesIO(content))
    path.write_bytes(zstandard.ZstdCompressor().compress(edited.getvalue()))


def add_question(root: Path) -> None:
    row = {"id": "mine-1", "question": "100 TL'nin %7'si kaç TL'dir?", "answer": "7", "answer_unit": "TL", "value": "7"}
    with (root / RAW).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def touch_all(root: Path) -> None:
    for path in (root / "results").rglob("*"):
        if path.is_file():
            path.touch()


def carry(root: Path) -> None:
    """As rsync without times: every file is dated anew, in whatever order."""
    shutil.copytree(root / "results", root / "carried", symlinks=True, copy_function=shutil.copyfile)
    shutil.rmtree(root / "results")
    (root / "carried").rename(root / "results")


COMPLETIONS = RUN / "completions"
ALL_COMPLETIONS = f"{COMPLETIONS}/llama-grpo.jsonl"
ADAPTER = ("adapter_config.json", "adapter_model.safetensors", "MANIFEST.sha256")
LEFT = "not as the job {} left it"
GENERATE_AGAIN = remove(CELLS, Path(ALL_COMPLETIONS))
PLANTS = [
    Plant("answers shifted by one row", shift_answers, f"{RUN}/data/questions.jsonl", "contradict the `value`"),
    Plant("two answers swapped", swap_answers, f"{RUN}/data/questions.jsonl", "have each other's"),
    Plant("a mistyped file of questions", replace(Path("config/tiny.yaml"), "extends: smoke",
        "extends: smoke\nquestions: data/raw/smokee.jsonl"), "tiny", "questions: data/raw/smokee.jsonl: no such file"),
    Plant("a test question in train.jsonl", test_question_in_train, f"{TRAINING}/llama-grpo/log.csv",
        LEFT.format("split")),
    Plant("another gold answer in test.jsonl", replace(RUN / "data/test.jsonl", '"value": "', '"value": "1'),
        f"{RUN}/scores.csv", LEFT.format("split")),
    Plant("a cleaned answer edited", replace(RUN / "data/questions.jsonl", '"value":"', '"value":"1'),
        f"{RUN}/data/train.jsonl", LEFT.format("clean")),
    Plant("two models' completions swapped", swap(COMPLETIONS / "llama-base.jsonl", COMPLETIONS / "gemma-it.jsonl"),
        f"{RUN}/scores.csv", LEFT.format("generate gemma-it")),
    Plant("adapter and manifest of another run", copy(TRAINING / "llama-grpo-fixed", TRAINING / "llama-grpo", *ADAPTER),
        f"{MERGED}/MANIFEST.sha256", LEFT.format("grpo llama-grpo")),
    Plant("adapter of another run, not merged yet", both(copy(TRAINING / "llama-grpo-fixed", TRAINING / "llama-grpo",
        ADAPTER[1]), remove(MERGED / "MANIFEST.sha256")), f"{MERGED}/MANIFEST.sha256", "differs from MANIFEST"),
    Plant("config of another run", copy(TRAINING / "llama-grpo-fixed", TRAINING / "llama-grpo", "config.json"),
        f"{MERGED}/MANIFEST.sha256", LEFT.format("grpo llama-grpo")),
    Plant("an adapter merged twice", both(copy(MERGED, RUN / "models/llama-base", "model.safetensors"),
        manifest(RUN / "models/llama-base")), f"{MERGED}/MANIFEST.sha256", LEFT.format("pretrain llama-base")),
    Plant("weights edited", both(flip(MERGED / "model.safetensors"), GENERATE_AGAIN), ALL_COMPLETIONS,
        "model.safetensors: differs from MANIFEST"),
    Plant("weights edited, manifest too", both(flip(MERGED / "model.safetensors"), manifest(MERGED)), ALL_COMPLETIONS,
        LEFT.format("merge llama-grpo")),
    Plant("chat template edited", both(replace(MERGED / "chat_template.jinja", "assistant", "User"), GENERATE_AGAIN),
        ALL_COMPLETIONS, "chat_template.jinja: differs from MANIFEST"),
    Plant("a cached cell of another model", both(other_cell, remove(Path(ALL_COMPLETIONS))), ALL_COMPLETIONS,
        "is the cell", same=True),
    Plant("a cached training of another run", both(other_training, remove(TRAINING / "llama-grpo")),
        f"{TRAINING}/llama-grpo/MANIFEST.sha256", "not the work of", same=True),
    Plant("scores edited", replace(RUN / "scores.csv", ",0,0,0,", ",1,1,1,"), f"{RUN}/statistics/accuracy.csv",
        LEFT.format("score")),
    Plant("a training log edited", replace(TRAINING / "llama-grpo/log.csv", "\n1,", "\n9,"),
        f"{RUN}/statistics/training.csv", LEFT.format("grpo llama-grpo")),
    Plant("rollouts edited", flip(TRAINING / "llama-grpo/completions.jsonl.zst"), f"{RUN}/statistics/reward_audit.csv",
        LEFT.format("grpo llama-grpo")),
    Plant("a merge check edited", replace(MERGED / "merge_check.json", '"gain": ', '"gain": 1'),
        f"{RUN}/statistics/merge.csv", LEFT.format("merge llama-grpo")),
    Plant("a table edited", replace(RUN / "statistics/any_temperature.csv", ",0", ",1"),
        f"{RUN}/figures/all_models.png", LEFT.format("statistics")),
    Plant("a verdict edited", replace(RUN / "claims.json", "inconclusive", "supported"), f"{RUN}/report/index.html",
        LEFT.format("claims")),
    Plant("a job's record edited", both(edit_record_of_job, remove(RUN / "statistics/accuracy.csv")),
        f"{RUN}/statistics/accuracy.csv", LEFT.format("score")),
    Plant("the shipped record edited", edit_shipped_record, "results/recorded/data/test.jsonl",
        "data/test.jsonl is not as its job left it"),
]  # fmt: skip
LEGITIMATE = [
    Plant("nothing", lambda root: None, "tiny"),
    Plant("another title of a figure", replace(Path("src/finmath_grpo/figures/catalogue.py"), 'title="', 'title="Our '),
        f"{RUN}/figures/training_run_metrics.html"),
    Plant("another label", replace(Path("config/tiny.yaml"), "label: Gemma,", "label: Ours,"),
        f"{RUN}/figures/all_models.html"),
    Plant("one more temperature", replace(Path("config/tiny.yaml"), "[0.2, 1.0]", "[0.2, 0.6, 1.0]"),
        f"{COMPLETIONS}/gemma-it.jsonl"),
    Plant("a comment in the scorer", replace(Path("src/finmath_grpo/scorer.py"), "_EXACT = ",
        "# A comment.\n_EXACT = "), f"{RUN}/statistics/accuracy.csv"),
    Plant("every result touched", touch_all, "tiny"),
    Plant("results carried without times", carry, "tiny"),
    Plant("a question added", add_question, f"{RUN}/data/train.jsonl"),
    Plant("the cache deleted", remove(Path("results/cache")), "tiny"),
    Plant("a table deleted", remove(RUN / "statistics/accuracy.csv"), f"{RUN}/statistics/accuracy.csv"),
    Plant("edited scores deleted", both(replace(RUN / "scores.csv", ",0,0,0,", ",1,1,1,"), remove(RUN / "scores.csv")),
        f"{RUN}/statistics/accuracy.csv"),
    Plant("logs and records deleted, a comment in the scorer", both(remove(RUN / "logs"), replace(
        Path("src/finmath_grpo/scorer.py"), "_EXACT = ", "# A comment.\n_EXACT = ")),
        f"{RUN}/statistics/accuracy.csv"),
    Plant("another confidence", replace(Path("config/tiny.yaml"), "bootstrap_draws: 200",
        "bootstrap_draws: 200\n  confidence: 0.9"), f"{RUN}/statistics/accuracy.csv"),
]  # fmt: skip


def run(root: Path, target: str) -> tuple[int, str]:
    """`snakemake --cores 1 TARGET` in this process and this folder: its exit status and what it said."""
    os.chdir(root)
    said = root.with_suffix(".txt")
    file = os.open(said, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["snakemake", "--cores", "1", target]
    try:
        snakemake.cli.main(sys.argv[1:])
        status = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    return status, said.read_text(encoding="utf-8", errors="replace")


def try_it(name: str, finished: Path, folder: Path) -> dict[str, Any]:
    """What becomes of a plant, whether that is as it has to be, and the words that came."""
    (plant,) = (plant for plant in [*PLANTS, *LEGITIMATE] if plant.name == name)
    root = folder / re.sub(r"\W+", "-", plant.name)
    shutil.copytree(finished, root, symlinks=True)
    target = root / plant.target
    before = target.read_bytes() if plant.same else b""
    plant.edit(root)
    status, said = run(root, plant.target)
    if plant.same:
        said += "".join(
            log.read_text(encoding="utf-8", errors="replace") for log in (root / RUN / "logs").rglob("*.log")
        )
    words = next((line for line in WORDS.findall(said) if plant.words and re.search(plant.words, line)), "")
    if plant.words is None:
        good, results = status == 0, ("goes through", "**refused**")
    elif plant.same:
        good, results = status == 0 and bool(words) and target.read_bytes() == before, ("made anew", "**passes**")
    else:
        good, results = status != 0 and bool(words), ("stopped", "**passes**")
    os.chdir(folder)
    shutil.rmtree(root)
    words = re.sub("[0-9a-f]{12}…", "…", words.replace(f"{root}/", "").removeprefix("error: "))
    return {"name": plant.name, "good": good, "result": results[not good], "words": words, "said": said[-3000:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--finished", type=Path, default=FOLDER / "undisturbed")
    parser.add_argument("--only", default="", help="those whose name has this in it; nothing is recorded then")
    arguments = parser.parse_args()
    finished, started = arguments.finished.resolve(), time.monotonic()
    found: list[list[dict[str, Any]]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0)), maxtasksperchild=1) as pool,
    ):
        for kind in (PLANTS, LEGITIMATE):
            tried = [plant.name for plant in kind if arguments.only in plant.name]
            found.append([])
            for row in pool.imap(partial(try_it, finished=finished, folder=Path(folder)), tried):
                print(f"{row['name']}: {row['result']}: {row['words']}", flush=True)
                if not row["good"]:
                    print(row["said"], file=sys.stderr)
                found[-1].append({key: value for key, value in row.items() if key != "said"})
            print(f"{time.monotonic() - started:.0f} s", flush=True)
        pool.close()
        pool.join()
    seconds, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    plants, edits = (f"{sum(row['good'] for row in rows)} of {len(rows)}" for rows in found)
    print(f"{plants} plants stopped, {edits} legitimate edits go through")
    print(f"{seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of the processor")
    if not arguments.only:
        record("plants", {"plants": found[0], "edits": found[1], "seconds": round(seconds)})
    sys.exit(not all(row["good"] for rows in found for row in rows))


if __name__ == "__main__":
    main()
