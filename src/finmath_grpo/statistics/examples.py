"""The two examples of the post: a question that only the trained model got right, and one that only the base did."""

import argparse
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.evaluation.scores import read_scores
from finmath_grpo.files import read_jsonl, write_json
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.settings import StatisticsSettings


def choose(scores: pd.DataFrame, questions: list[str], winner: str, loser: str) -> tuple[float, str] | None:
    """The temperature and question id of the example, or None if the loser never was behind.

    The first test question that only the winner got right (first sample, numeric scorer), at the lowest temperature
    where that holds: a rule that leaves nothing to choose.
    """
    first = scores[scores["sample"] == 0].set_index(["model", "temperature", "question_id"])["numeric"]
    won, lost = first.loc[winner], first.loc[loser]
    candidates = won.index[(won == 1) & (lost.reindex(won.index) == 0)]
    place = {question: position for position, question in enumerate(questions)}
    return min(candidates, key=lambda cell: (place[cell[1]], cell[0]), default=None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--models", nargs="+", required=True, help="every model that the scores must hold")
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument(
        "--completions", type=Path, nargs=2, required=True, help="of the two models of the first contrast"
    )
    parser.add_argument("--examples", type=Path, required=True, help="the file to write")
    options = parser.parse_args()

    questions = {row.id: row for row in read_jsonl(options.test, Question)}
    scores = read_scores(options.scores, options.models, list(questions))
    trained, base = options.settings.contrasts[0]
    pairs = {"example_question1": (trained, base), "example_question2": (base, trained)}
    chosen = {figure: choose(scores, list(questions), winner, loser) for figure, (winner, loser) in pairs.items()}
    texts = {
        (row.model, row.temperature, row.question_id): row.text
        for path in options.completions
        for row in read_jsonl(path, Completion)
        if row.test == "t1" and row.sample == 0 and (row.temperature, row.question_id) in chosen.values()
    }
    first = scores[scores["sample"] == 0].set_index(["model", "temperature", "question_id"])
    examples: list[dict[str, object]] = []
    for figure, (winner, loser) in pairs.items():
        cell = chosen[figure]
        if cell is None:
            examples.append({"figure": figure, "reason": f"{winner} solved no question at which {loser} failed"})
            continue
        temperature, question = cell
        examples.append(
            {
                "figure": figure,
                "question_id": question,
                "question": questions[question].question,
                "gold": questions[question].answer,
                "temperature": temperature,
                "sides": [
                    {
                        "model": model,
                        "text": texts[model, temperature, question],
                        "right": model == winner,
                        "outcome": first["outcome"][model, temperature, question],
                        # Also where there is no answer tag.
                        "value_right": bool(first["tag_optional"][model, temperature, question]),
                    }
                    for model in (trained, base)
                ],
            }
        )
    write_json(options.examples, examples)


if __name__ == "__main__":
    run_stage(main)
