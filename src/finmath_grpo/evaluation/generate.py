"""Completions of the test questions by one model: every temperature, every sample, one engine load.

A finished cell (model, temperature) is kept in a store outside the declared outputs, under a hash of everything that
changes its text: weights, prompt tokens, sampling settings, engine and its version. So a new temperature generates that
temperature only, and a killed job goes on from its finished cells.
"""

import argparse
import importlib
import importlib.metadata
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.engine import Completion, Generate, Request, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import digest, read_jsonl, sha256, write_jsonl
from finmath_grpo.gpu_environment import require, set_environment
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.prompts import PromptSettings, prompt_messages
from finmath_grpo.questions.rows import Question


def load_engine(manifests: list[Path], device: str, settings: EvaluationSettings) -> Generate:
    """The engine that the settings name, with the model loaded; the other engine's module is not imported."""
    module = importlib.import_module(f"finmath_grpo.evaluation.{settings.engine}_engine")
    engine = getattr(module, f"{settings.engine}_engine")
    return engine(manifests, device, settings)


def prompt_tokens(manifest: Path, questions: list[Question], prompt: PromptSettings) -> list[tuple[int, ...]]:
    """The token ids of each question's prompt, by the model's own chat template: exactly one BOS each."""
    tokenizer = load_tokenizer(manifest)
    prompts = []
    for question in questions:
        messages = prompt_messages(prompt, question.question)
        ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        if ids.count(tokenizer.bos_token_id) != 1:
            raise RuntimeError(f"{manifest}: the prompt has {ids.count(tokenizer.bos_token_id)} BOS tokens, not one")
        prompts.append(tuple(ids))
    return prompts


def cell_file(
    store: Path,
    manifests: list[Path],
    device: str,
    settings: EvaluationSettings,
    temperature: float,
    questions: list[Question],
    prompts: list[tuple[int, ...]],
) -> Path:
    """Where the completions of a cell are kept, named by a hash of everything that changes their text."""
    package = settings.engine
    key = digest(
        {
            "weights": [sha256(manifest) for manifest in manifests],
            "questions": [question.id for question in questions],
            "prompts": prompts,
            "temperature": temperature,
            "sampling": settings.model_dump(mode="json", exclude={"temperatures"}),
            "device": device,
            "versions": {name: importlib.metadata.version(name) for name in (package, "torch")},
        }
    )
    return store / f"{key[:32]}.jsonl"


def cell_rows(
    model: str, temperature: float, questions: list[Question], samples: int, completions: list[Completion]
) -> Iterator[dict[str, Any]]:
    """The rows of a cell: question by question, sample by sample."""
    names = ((question.id, sample) for question in questions for sample in range(samples))
    for (question_id, sample), done in zip(names, completions, strict=True):
        yield {
            "model": model,
            "question_id": question_id,
            "temperature": temperature,
            "sample": sample,
            "text": done.text,
            "tokens": done.tokens,
            "finish": done.finish,
        }


def read_cell(path: Path, model: str) -> list[dict[str, Any]]:
    """The rows of a kept cell, under this model's name: the same weights may have another name elsewhere."""
    with path.open(encoding="utf-8") as file:
        return [{**json.loads(line), "model": model} for line in file]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="EvaluationSettings as JSON")
    parser.add_argument("--prompt", required=True, help="PromptSettings as JSON")
    parser.add_argument("--device", required=True)
    parser.add_argument("--model", required=True, help="the model's name in the config")
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument(
        "--weights", type=Path, nargs="+", required=True, help="manifest of the model, or of base, adapter"
    )
    parser.add_argument("--cache", type=Path, required=True, help="store of finished cells, safe to delete")
    parser.add_argument("--completions", type=Path, required=True)
    arguments = parser.parse_args()
    settings = EvaluationSettings.model_validate_json(arguments.settings)
    prompt = PromptSettings.model_validate_json(arguments.prompt)
    if settings.engine == "vllm":
        set_environment()
        require("evaluation.engine: vllm", "vllm")
    questions = list(read_jsonl(arguments.test, Question))
    prompts = prompt_tokens(arguments.weights[0], questions, prompt)

    files = {
        temperature: cell_file(
            arguments.cache, arguments.weights, arguments.device, settings, temperature, questions, prompts
        )
        for temperature in settings.temperatures
    }
    missing = [temperature for temperature, file in files.items() if not file.exists()]
    print(f"{len(files) - len(missing)} of {len(files)} cells are kept from before")
    if missing:
        cells = [
            [
                Request(tokens, temperature, completion_seed(question.id, temperature, sample))
                for question, tokens in zip(questions, prompts, strict=True)
                for sample in range(settings.samples)
            ]
            for temperature in missing
        ]
        generate = load_engine(arguments.weights, arguments.device, settings)
        for temperature, completions in zip(missing, generate(cells), strict=True):
            rows = cell_rows(arguments.model, temperature, questions, settings.samples, completions)
            write_jsonl(files[temperature], rows)
    kept = (read_cell(files[temperature], arguments.model) for temperature in sorted(files))
    write_jsonl(arguments.completions, chain.from_iterable(kept))


if __name__ == "__main__":
    run_stage(main)
