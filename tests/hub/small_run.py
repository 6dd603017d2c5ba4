"""A small finished run with the questions that are shipped, whose texts the test knows: what exports are made from."""

import csv
import json
from decimal import Decimal
from pathlib import Path

from stages import run_stage

from finmath_grpo.files import write_json, write_jsonl
from finmath_grpo.models.manifest import write_manifest
from finmath_grpo.number_format import format_turkish
from finmath_grpo.prompts import fill_template
from finmath_grpo.questions.asked import read_part

Tests = dict[str, tuple[tuple[float, ...], int]]
TESTS: Tests = {"t1": ((0.2, 0.7), 2), "t2": ((0.7,), 2), "t3": ((0.7,), 1)}
"""Temperatures and samples of each test."""
MODELS = {
    "base": {"label": "A base", "method": "fetch", "repository": "someone/base", "revision": "0" * 40},
    "grpo": {
        "label": "A base + GRPO",
        "method": "grpo",
        "base": "base",
        "rewards": ["xmlcount", "exact_match"],
        "seed": 3407,
    },
}
CONFIG = {
    "questions": "data/raw/questions.jsonl",
    "models": MODELS,
    "training": {"grpo": {"learning_rate": 1e-5, "lora": {"r": 32, "target_modules": ["q_proj"]}}},
    "evaluation": {"engine": "transformers", "top_p": 1.0, "max_new_tokens": 64},
    "statistics": {"confidence": 0.95, "contrasts": [["grpo", "base"]]},
}
# Ends of lines that are none in JSON Lines, and what else a model writes.
ODD = "satır\u2028sonu\u0085 \U0001f600 \t\x0c"
CLAIM = {"id": "grpo-learned", "reading": "It learned.", "verdict": "supported", "effect": 0.25, "low": 0.1}


def text_of(model: str, number: int, sample: int, value: str) -> str:
    """Right for every third question of the base, and for every second one of the trained model."""
    right = number % (3 if model == "base" else 2) == sample
    return fill_template(ODD, format_turkish(Decimal(value) if right else Decimal(value) + 1))


def write_run(folder: Path, tests: Tests = TESTS) -> Path:
    """Write the run to `folder/results/shared`, scores and accuracies by the DAG's own stages; its folder."""
    run = folder / "results/shared"
    for name in tests:
        rows = [question.model_dump(mode="json") for question in read_part(name)]
        write_jsonl(run / f"data/{name}.jsonl", rows)
    for model in MODELS:
        write_jsonl(
            run / f"completions/{model}.jsonl",
            [
                {
                    "model": model,
                    "test": test,
                    "question_id": question.id,
                    "temperature": temperature,
                    "sample": sample,
                    "text": text_of(model, number, sample, question.value),
                    "tokens": 9,
                    "finish": "stop",
                }
                for test, (temperatures, samples) in tests.items()
                for temperature in temperatures
                for number, question in enumerate(read_part(test))
                for sample in range(samples)
            ],
        )
    asked = ["--names", *tests, "--tests", *(f"{run}/data/{name}.jsonl" for name in tests)]
    completions = [f"{run}/completions/{model}.jsonl" for model in MODELS]
    stage("evaluation.score", *asked, "--completions", *completions, "--scores", f"{run}/scores.csv")
    settings = {"bootstrap_draws": 100, "contrasts": [["grpo", "base"]], "panel": list(MODELS)}
    tables = ["--scores", f"{run}/scores.csv", "--tables", f"{run}/statistics"]
    stage("statistics.from_scores", "--settings", json.dumps(settings), "--models", *MODELS, *asked, *tables)
    claim = {**CLAIM, "high": 0.4, "unit": "percentage points"}
    write_json(run / "claims.json", [claim])
    training, merged = run / "training/grpo", run / "models/grpo"
    training.mkdir(parents=True)
    with (training / "log.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("step", "reward"), (1, 0.25), (2, 1.25)])
    summary = {"largest_error_in_ulps": 0.5, "kept_share": 0.875, "update": "kept"}
    greedy = {"prompts": 4, "identical": 3, "first_difference_at_token": [7]}
    hashes = dict.fromkeys(("on_disk", "before_training", "after_training"), "a" * 64)
    write_json(merged / "merge_check.json", {"base_sha256": hashes, "summary": summary, "greedy": greedy})
    adapter = json.dumps({"base_model_name_or_path": "results/shared/models/base", "r": 32}).encode()
    for place, files in (
        (merged, {"model.safetensors": b"weights", "config.json": b"{}"}),
        (training, {"adapter_model.safetensors": b"lora", "adapter_config.json": adapter}),
    ):
        for name, content in files.items():
            (place / name).write_bytes(content)
        write_manifest(place / "MANIFEST.sha256", [place / name for name in files])
    record = {"started": "2026-01-02T03:04:05+00:00", "environment": {"sources": {"commit": "c" * 40, "dirty": False}}}
    write_json(run / "logs/score.job.json", record)
    return run


def export(run: Path, tests: Tests = TESTS, config: dict[str, object] = CONFIG) -> Path:
    """Export the run by the DAG's own stage; the folder."""
    options = ["--experiment", "shared", "--config", json.dumps(config)]
    options += ["--names", *tests, "--tests", *(f"{run}/data/{name}.jsonl" for name in tests)]
    options += ["--completions", *(f"{run}/completions/{model}.jsonl" for model in MODELS)]
    options += ["--scores", f"{run}/scores.csv", "--accuracy", f"{run}/statistics/accuracy.csv"]
    options += ["--claims", f"{run}/claims.json", "--manifests", f"{run}/models/grpo/MANIFEST.sha256"]
    stage("sharing.export", *options, "--manifest", f"{run}/export/MANIFEST.sha256")
    return run / "export"


def stage(module: str, *arguments: str) -> None:
    done = run_stage(module, *arguments)
    assert done.returncode == 0, done.stderr[-3000:]
