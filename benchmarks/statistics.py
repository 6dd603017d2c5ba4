"""How long tables, claims and the reading of numbers take: `python benchmarks/statistics.py`.

Five models × ten temperatures × 100 questions × 16 samples (80,000 rows), T3 with 1,000 questions beside it, 10,000
draws, and two GRPO runs of 1326 steps; each stage in a process of its own, as Snakemake runs it. Prints what was
reached beside what is asked for.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import zstandard

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from finmath_grpo.evaluation.scores import COLUMNS  # noqa: E402
from finmath_grpo.files import write_jsonl  # noqa: E402
from finmath_grpo.number_format import format_turkish  # noqa: E402
from finmath_grpo.numbers import LONGEST, parse_lenient, parse_turkish  # noqa: E402
from finmath_grpo.prompts import fill_template  # noqa: E402
from finmath_grpo.scorer import score  # noqa: E402

MODELS = ("llama-base", "llama-grpo", "gemma-it", "gemma-dpo", "llama-grpo-fixed")
TEMPERATURES = tuple(round(0.1 * step, 1) for step in range(1, 11))
QUESTIONS, NEW_NUMBERS, SAMPLES, STEPS, GROUP, DRAWS, ANSWERS = 100, 1_000, 16, 1326, 6, 10_000, 1_000_000


def write_inputs(folder: Path) -> None:
    """Scores as of models of different skill, each question with its own difficulty, and logs of two runs."""
    rng = np.random.default_rng(0)
    golds = [Decimal(int(number)) / 100 for number in rng.integers(100, 5_000_000, size=QUESTIONS)]
    easy = rng.beta(0.5, 2, size=QUESTIONS)
    same = {"unit": "", "question": "?", "answer": "1", "answer_unit": "", "value": "1"}
    for test, count in (("test", QUESTIONS), ("t3", NEW_NUMBERS)):
        rows_of_test = [{"id": f"q{place}", "family": f"f{place % 65}", **same} for place in range(count)]
        write_jsonl(folder / f"{test}.jsonl", rows_of_test)
    scored, rows = {}, []
    for (place, model), temperature, question in product(enumerate(MODELS), TEMPERATURES, range(QUESTIONS)):
        gold = golds[question]
        for sample, draw in enumerate(rng.random(SAMPLES)):
            kind = 0 if draw < easy[question] * (1 + 0.1 * place) else int(draw * 12)
            if (question, kind) not in scored:
                answer = format_turkish(gold + kind) if kind != 3 else f"{gold:,f}"
                scored[question, kind] = score(fill_template("", answer), "stop", format_turkish(gold), gold)
            values = scored[question, kind]
            key = {"model": model, "test": "t1", "temperature": temperature, "sample": sample}
            key |= {"question_id": f"q{question}"}
            rows.append({**key, **values, "gold": format_turkish(gold), "value": str(gold), "tokens": 300})
    template = [row for row in rows if row["temperature"] == TEMPERATURES[0] and row["sample"] == 0]
    rows += [
        {**row, "test": "t3", "question_id": f"q{QUESTIONS * copy + int(str(row['question_id'])[1:])}"}
        for row in template
        for copy in range(NEW_NUMBERS // QUESTIONS)
    ]
    pd.DataFrame(rows)[list(COLUMNS)].to_csv(folder / "scores.csv", index=False)

    rollout = {"question_id": "q0", "rewards": {"exact_match": 0.0}, "advantage": 0.0}
    for model in ("llama-grpo", "llama-grpo-fixed"):
        (folder / model).mkdir()
        curves = rng.random((STEPS, 9))
        names = ["completion_length", "rewards/xmlcount/mean", "rewards/exact_match/mean", "reward", "reward_std", "kl"]
        names += ["clipped_ratio", "frac_reward_zero_std", "loss"]
        pd.DataFrame(curves, columns=names).rename_axis("step").to_csv(folder / model / "log.csv")
        with zstandard.open(folder / model / "completions.jsonl.zst", "wt", encoding="utf-8") as file:
            for step in range(STEPS):
                for _ in range(GROUP):
                    text = fill_template("adım " * int(rng.integers(20, 300)), "7")
                    file.write(json.dumps({**rollout, "step": step, "completion": text}) + "\n")


def run(module: str, *options: object) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, and peak MiB of one stage."""
    started = time.perf_counter()
    command = [sys.executable, "-m", f"finmath_grpo.{module}", *map(str, options)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{module} failed")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def stages(folder: Path) -> None:
    tables = folder / "tables"
    settings = ("--settings", json.dumps({"bootstrap_draws": DRAWS}))
    runs = [folder / "llama-grpo", folder / "llama-grpo-fixed"]
    tests = ("--names", "t1", "t3", "--tests", folder / "test.jsonl", folder / "t3.jsonl")
    scores = ("--scores", folder / "scores.csv")
    logs, rollouts = [run / "log.csv" for run in runs], [run / "completions.jsonl.zst" for run in runs]
    curves = ("--table", tables / "training.csv", "--facts", tables / "reward_facts.csv")
    audits = ("--audit", tables / "reward_audit.csv", "--forms", tables / "reward_forms.csv")
    measured = {
        "statistics.from_scores": run(
            "statistics.from_scores", *settings, "--models", *MODELS, *tests, *scores, "--tables", tables
        ),
        "statistics.training_table": run(
            "statistics.training_table", *settings, "--logs", *logs, "--rollouts", *rollouts, *curves
        ),
        "statistics.reward_audit": run("statistics.reward_audit", "--completions", *rollouts, *audits),
    }
    outputs = ("--experiment", "benchmark", "--json", folder / "claims.json", "--markdown", folder / "claims.md")
    claims = ("--claims", ROOT / "data" / "claims.yaml", "--kind", "run", *settings)
    measured["claims.evaluate"] = run("claims.evaluate", *claims, "--tables", *sorted(tables.glob("*.csv")), *outputs)
    for module, (seconds, cpu, memory) in measured.items():
        print(f"  {module:28} {seconds:6.1f} s, {cpu:5.1f} s of CPU, {memory:5.0f} MiB")
    seconds, cpu, _ = (sum(column) for column in zip(*measured.values(), strict=True))
    peak = max(memory for *_, memory in measured.values())
    rows = len(MODELS) * (len(TEMPERATURES) * QUESTIONS * SAMPLES + NEW_NUMBERS)
    print(
        f"all tables and claims of {rows:,} rows: {seconds:.1f} s (asked for: under 15), {peak:.0f} MiB (under 1024);"
        f" {cpu:.1f} s of CPU"
    )


def numbers() -> None:
    """Answers as models write them, all distinct, half of them bare; and text that is made to be slow."""
    generator = random.Random(0)
    wrappings = (
        "{} TL",
        "{} TL'dir.",
        "**{} TL**",
        "Cevap: {} TL",
        "%{}",
        "$\\boxed{{{}}}$",
        "yaklaşık {} TL olur",
        "≈ {} ₺",
    )
    texts = set()
    while len(texts) < ANSWERS:
        text = format_turkish(Decimal(generator.randint(0, 10**9)) / 100, grouping=generator.random() < 0.6)
        texts.add(generator.choice(wrappings).format(text) if generator.random() < 0.5 else text)
    started = time.process_time()
    read = sum(parse_turkish(text) is not None for text in texts)
    seconds = time.process_time() - started
    print(f"{ANSWERS:,} distinct answers normalised and parsed: {seconds:.1f} s of CPU (asked for: 15); {read:,} read")
    for piece in (" ", "1", "1 000 ", "'000", "%", "-", "a", "cevap ", "\\text{", "\u0315\u0300"):
        spent = []
        for length in (LONGEST, 1_000_000):
            text = piece * (length // len(piece))
            started = time.process_time()
            for _ in range(20):
                parse_lenient(text)
            spent.append((time.process_time() - started) / 20 * 1e6)
        print(
            f"  {piece!r:>14} repeated: {spent[0]:6.0f} µs for {LONGEST:,} characters, {spent[1]:6.0f} µs for 1,000,000"
        )


def main() -> None:
    print(f"{len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}, numpy {np.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(Path(folder))
        stages(Path(folder))
    numbers()


if __name__ == "__main__":
    main()
