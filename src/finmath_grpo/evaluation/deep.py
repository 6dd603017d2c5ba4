"""Many completions of each question of T1 by one model, for pass@k at large k: `deep/{model}.{first}.jsonl.zst`.

Engine, prompts and seeds are those of `finmath_grpo.evaluation.generate`: completion 0 of a question at a temperature
is the same draw here and there. Many completions take long. So a job samples a part of them for every question, from
number `first` on, and the jobs of a model may run side by side. Each job cuts its part into cells of some questions; a
killed one goes on from its finished cells.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.cells import Cell, add_arguments, asked_model, completed, prepare
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import read_jsonl, replacing
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.prompts import PromptSettings, prompt_tokens
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import write_rollouts

TEST = "t1"
COMPLETIONS = 8192
"""Completions of a cell, about: what a killed job loses at most, some seconds on a GPU."""


def cells_of(
    questions: Sequence[Question], prompts: Sequence[tuple[int, ...]], settings: EvaluationSettings, first: int
) -> list[Cell]:
    """The questions, each with the token ids of its prompt, in cells of about :data:`COMPLETIONS` completions.

    Each question has `settings.samples` completions, numbered from `first` on.
    """
    size = max(1, COMPLETIONS // settings.samples)
    (temperature,) = settings.temperatures
    return [
        Cell(TEST, temperature, settings, list(questions[start:end]), list(prompts[start:end]), first)
        for start, end in ((start, start + size) for start in range(0, len(questions), size))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="EvaluationSettings with one temperature, as JSON")
    parser.add_argument("--first", type=int, required=True, help="number of the first completion of each question")
    parser.add_argument("--test", type=Path, required=True, help="the questions of T1")
    add_arguments(parser)
    arguments = parser.parse_args()
    settings = EvaluationSettings.model_validate_json(arguments.settings)
    prompt = PromptSettings.model_validate_json(arguments.prompt)
    prepare(settings.engine)
    questions = list(read_jsonl(arguments.test, Question))
    tokenizer = load_tokenizer(arguments.weights[0])
    prompts = prompt_tokens(tokenizer, prompt, arguments.test, questions, settings.max_new_tokens)
    cells = cells_of(questions, prompts, settings, arguments.first)
    found = completed(cells, tokenizer, asked_model(arguments))
    with replacing(arguments.completions) as temporary:
        write_rollouts(temporary, found)


if __name__ == "__main__":
    run_stage(main)
