"""Results in the form of EleutherAI's lm-evaluation-harness: `results_*.json` and `samples_*.jsonl`.

One folder per model and temperature, as the harness writes one per run. A sample is one question with all its
completions (`repeats`); its scores are means over them. The intervals of this project stand under `metadata` of a task.
"""

import hashlib
import json
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from finmath_grpo.files import atomic_write, write_json
from finmath_grpo.sharing import VERSION
from finmath_grpo.sharing.results import SCORERS, Accuracy, Results, Scored, json_line

FORMAT = "0.4.13"
"""The version of the harness whose files these are like."""


def write(results: Results, folder: Path) -> list[Path]:
    """Write the files of every model and temperature below `folder`; the files that were written."""
    files = []
    date = datetime.fromtimestamp(results.scored_at, UTC).strftime("%Y-%m-%dT%H-%M-%S")
    for model in results.completions:
        cells: dict[float, dict[str, list[Scored]]] = {}
        for found in results.scored(model):
            cells.setdefault(found.temperature, {}).setdefault(found.test, []).append(found)
        for temperature, tests in cells.items():
            place = folder / f"temperature-{temperature:g}" / results.model_id(model).replace("/", "__")
            rows = {test: _samples(results, found) for test, found in tests.items()}
            for test, lines in rows.items():
                files.append(place / f"samples_{results.task(test)}_{date}.jsonl")
                with atomic_write(files[-1]) as file:
                    file.writelines(json_line(line) for line in lines)
            files.append(place / f"results_{date}.json")
            write_json(files[-1], _results(results, model, temperature, rows))
    return files


def _samples(results: Results, completions: list[Scored]) -> list[dict[str, Any]]:
    """One row per question, in the order of the file."""
    rows = []
    for number, (_, group) in enumerate(groupby(completions, key=lambda found: found.question.id)):
        found = sorted(group, key=lambda one: one.sample)
        question = found[0].question
        doc = question.model_dump(mode="json")
        prompt, texts = results.prompt(question.question), [one.text for one in found]
        rows.append(
            {
                "doc_id": number,
                "doc": doc,
                "target": question.answer,
                "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {"temperature": found[0].temperature}}},
                "resps": [texts],
                "filtered_resps": texts,
                "filter": "none",
                "metrics": list(SCORERS),
                "doc_hash": _sha256(json.dumps(doc, indent=2, ensure_ascii=False)),
                "prompt_hash": _sha256(prompt),
                "target_hash": _sha256(question.answer),
                **{scorer: fmean(one.scores[scorer] for one in found) for scorer in SCORERS},
            }
        )
    return rows


def _results(results: Results, model: str, temperature: float, rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    intervals = {(row.test, row.scorer): row for row in results.of_model(model) if row.temperature == temperature}
    tasks = {test: results.task(test) for test in rows}
    settings = results.settings
    return {
        "results": {tasks[test]: _scores(tasks[test], lines) for test, lines in rows.items()},
        "group_subtasks": {task: [] for task in tasks.values()},
        "configs": {
            tasks[test]: _config(results, test, temperature, {scorer: intervals[test, scorer] for scorer in SCORERS})
            for test in rows
        },
        "versions": dict.fromkeys(tasks.values(), 2.0),
        "n-shot": dict.fromkeys(tasks.values(), 0),
        "higher_is_better": {task: dict.fromkeys(SCORERS, True) for task in tasks.values()},
        "n-samples": {tasks[test]: {"original": len(lines), "effective": len(lines)} for test, lines in rows.items()},
        "config": {
            "model": {"transformers": "hf"}.get(settings.engine, settings.engine),
            "model_args": f"pretrained={results.model_id(model)}",
            "model_revision": results.revision(model),
            "gen_kwargs": {"temperature": temperature, "top_p": settings.top_p},
            "bootstrap_iters": 0,
        },
        "git_hash": results.commit,
        "date": float(results.scored_at),
        "lm_eval_version": f"{FORMAT} (written by finmath-grpo {VERSION})",
        "model_source": settings.engine,
        "model_name": results.model_id(model),
        "model_name_sanitized": results.model_id(model).replace("/", "__"),
    }


def _scores(task: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over questions, with the harness's standard error: it takes questions as independent of each other."""
    found: dict[str, Any] = {"alias": task}
    for scorer in SCORERS:
        scores = [row[scorer] for row in rows]
        found[f"{scorer},none"] = fmean(scores)
        found[f"{scorer}_stderr,none"] = stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else "N/A"
    return found


def _config(results: Results, test: str, temperature: float, rows: dict[str, Accuracy]) -> dict[str, Any]:
    return {
        "task": results.task(test),
        "dataset_path": "json",
        "test_split": test,
        "doc_to_text": results.prompt("{{question}}"),
        "doc_to_target": "answer",
        "output_type": "generate_until",
        "repeats": results.samples[test],
        "num_fewshot": 0,
        "generation_kwargs": {
            "temperature": temperature,
            "top_p": results.settings.top_p,
            "max_gen_toks": results.settings.max_new_tokens,
            "do_sample": True,
            "until": [],
        },
        "metric_list": [{"metric": scorer, "aggregation": "mean", "higher_is_better": True} for scorer in SCORERS],
        "metadata": {
            "version": 2.0,
            "scorer": "finmath_grpo.scorer",
            "revision": results.commit,
            "test": test,
            "samples_per_question": results.samples[test],
            "confidence": results.settings.confidence,
            "intervals": {scorer: [row.low, row.high, row.interval] for scorer, row in rows.items()},
        },
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
