"""Completions of the tests' questions by one model: every temperature, every sample, one engine load."""

import argparse
from pathlib import Path

from pydantic import TypeAdapter

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.cells import Cell, add_arguments, asked_model, completed, prepare
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import read_jsonl, write_jsonl
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.processes import seconds_since_start
from finmath_grpo.prompts import PromptSettings, prompt_tokens
from finmath_grpo.questions.rows import Question

TESTS = TypeAdapter(dict[str, EvaluationSettings])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="EvaluationSettings of each test by its name, as JSON")
    parser.add_argument(
        "--tests", type=Path, nargs="+", required=True, help="the questions of each test, in the order of --settings"
    )
    add_arguments(parser)
    arguments = parser.parse_args()
    print(f"imported {seconds_since_start():.1f} s after the start", flush=True)
    tests = TESTS.validate_json(arguments.settings)
    prompt = PromptSettings.model_validate_json(arguments.prompt)
    prepare(next(iter(tests.values())).engine)
    tokenizer = load_tokenizer(arguments.weights[0])
    cells = []
    for (test, settings), path in zip(tests.items(), arguments.tests, strict=True):
        questions = list(read_jsonl(path, Question))
        prompts = prompt_tokens(tokenizer, prompt, path, questions, settings.max_new_tokens)
        cells += [
            Cell(test, temperature, settings, questions, prompts) for temperature in sorted(settings.temperatures)
        ]
    write_jsonl(arguments.completions, completed(cells, tokenizer, asked_model(arguments)))


if __name__ == "__main__":
    run_stage(main)
