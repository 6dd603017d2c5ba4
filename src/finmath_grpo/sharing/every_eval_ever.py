"""Results in the form of Every Eval Ever (schema 0.3.0): one record per model, and one line per completion and scorer.

https://github.com/evaleval/every_eval_ever; its package `every-eval-ever` (MIT) has the schema and the validator. The
files lie under `data/{collection}/{developer}/{model}/`, as its data store wants them.
"""

import hashlib
from pathlib import Path
from typing import Any

from finmath_grpo.files import atomic_write, sha256, write_json
from finmath_grpo.sharing import VERSION
from finmath_grpo.sharing.results import SCORERS, Accuracy, Results, fingerprint, json_line

SCHEMA = "0.3.0"
COLLECTION = "finmath-tr"
DESCRIPTIONS = {
    "exact": "The extracted answer equals the recorded one, letter by letter",
    "no_punctuation": "The same with all punctuation removed",
    "numeric": "The extracted answer states the question's value in Turkish, in no other unit",
}


def write(results: Results, folder: Path) -> list[Path]:
    """Write the records of every model below `folder/data`; the files that were written."""
    files = []
    for model in results.completions:
        developer, name = results.model_id(model).split("/")
        # The names must be UUIDs of version 4; these are functions of what they name.
        name_of = _uuid4(f"{results.experiment} {model} {results.scored_at}")
        place = Path("data", COLLECTION, developer, name)
        samples = folder / place / f"{name_of}_samples.jsonl"
        rows = _write_samples(results, model, samples)
        record = {
            **_record(results, model),
            "detailed_evaluation_results": {
                "format": "jsonl",
                "file_path": str(place / samples.name),
                "hash_algorithm": "sha256",
                "checksum": sha256(samples),
                "total_rows": rows,
            },
        }
        write_json(folder / place / f"{name_of}.json", record)
        files += [samples, folder / place / f"{name_of}.json"]
    return files


def _record(results: Results, model: str) -> dict[str, Any]:
    entry = results.settings.models[model]
    return {
        "schema_version": SCHEMA,
        "evaluation_id": _evaluation_id(results, model),
        "evaluation_timestamp": str(results.scored_at),
        "retrieved_timestamp": str(results.scored_at),
        "source_metadata": {
            "source_name": "finmath-grpo",
            "source_type": "evaluation_run",
            "source_organization_name": "The finmath-grpo authors",
            "evaluator_relationship": "third_party" if entry.method in ("fetch", "folder") else "first_party",
            "additional_details": {"experiment": results.experiment},
        },
        "eval_library": {
            "name": "finmath-grpo",
            "version": VERSION,
            "additional_details": {"revision": results.commit, "scorer": "finmath_grpo.scorer"},
        },
        "model_info": {
            "name": entry.label,
            "id": results.model_id(model),
            "developer": results.model_id(model).split("/")[0],
            "inference_engine": {"name": results.settings.engine},
            "additional_details": {
                "deployment_type": "self_deployed",
                "model_availability": "open_weights" if entry.repository else "unknown",
                "method": entry.method,
                "revision": results.revision(model),
            },
        },
        "evaluation_results": [_result(results, row) for row in results.of_model(model)],
    }


def _result(results: Results, row: Accuracy) -> dict[str, Any]:
    task = results.task(row.test)
    return {
        "evaluation_result_id": _result_id(row.test, row.temperature, row.scorer),
        "evaluation_name": task,
        "source_data": {
            "dataset_name": task,
            "source_type": "other",
            "additional_details": {
                "test": row.test,
                "questions": str(len(results.tests[row.test])),
                "sha256": fingerprint(results.tests[row.test]),
                **({"licence": "CC-BY-4.0"} if results.is_shipped(row.test) else {}),
            },
        },
        "metric_config": {
            "evaluation_description": DESCRIPTIONS[row.scorer],
            "metric_id": f"{COLLECTION}.{row.scorer}",
            "metric_name": row.scorer,
            "metric_kind": "accuracy",
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": {
            "score": row.accuracy,
            "details": {"scorer": row.scorer, "samples_per_question": str(results.samples[row.test])},
            "uncertainty": {
                "confidence_interval": {
                    "lower": row.low,
                    "upper": row.high,
                    "confidence_level": results.settings.confidence,
                    "method": row.interval,
                },
                "num_samples": row.n,
            },
        },
        "generation_config": {
            "generation_args": {
                "temperature": row.temperature,
                "top_p": results.settings.top_p,
                **({"max_tokens": results.settings.max_new_tokens} if results.settings.max_new_tokens else {}),
                "prompt_template": results.prompt(),
            }
        },
    }


def _write_samples(results: Results, model: str, path: Path) -> int:
    """One line per completion and scorer, as the schema asks: a line belongs to one result. How many there are."""
    count = 0
    common = {
        "schema_version": SCHEMA,
        "evaluation_id": _evaluation_id(results, model),
        "model_id": results.model_id(model),
    }
    tasks = {test: results.task(test) for test in results.tests}
    with atomic_write(path) as file:
        for found in results.scored(model):
            question = found.question
            reference = question.value
            row: dict[str, Any] = {
                **common,
                "evaluation_name": tasks[found.test],
                "sample_id": question.id,
                "sample_hash": hashlib.sha256((question.question + reference).encode()).hexdigest(),
                "interaction_type": "single_turn",
                "input": {"raw": question.question, "reference": [reference, question.answer]},
                "output": {"raw": [found.text]},
                "answer_attribution": [
                    {
                        "turn_idx": 0,
                        "source": "output.raw",
                        "extracted_value": found.extracted,
                        "extraction_method": "custom: the text after the last <cevap>",
                        "is_terminal": True,
                    }
                ],
                "metadata": {
                    "test": found.test,
                    "temperature": f"{found.temperature:g}",
                    "sample": str(found.sample),
                    "outcome": found.outcome,
                    "output_tokens": str(found.tokens),
                },
            }
            for scorer in SCORERS:
                row["evaluation_result_id"] = _result_id(found.test, found.temperature, scorer)
                row["evaluation"] = {"score": found.scores[scorer], "is_correct": bool(found.scores[scorer])}
                file.write(json_line(row))
                count += 1
    return count


def _result_id(test: str, temperature: float, scorer: str) -> str:
    return f"{test}/{temperature:g}/{scorer}"


def _evaluation_id(results: Results, model: str) -> str:
    return f"{COLLECTION}/{results.model_id(model)}/{results.scored_at}"


def _uuid4(text: str) -> str:
    digits = list(hashlib.sha256(text.encode()).hexdigest()[:32])
    digits[12] = "4"
    digits[16] = "89ab"[int(digits[16], 16) % 4]
    whole = "".join(digits)
    return "-".join((whole[:8], whole[8:12], whole[12:16], whole[16:20], whole[20:]))
