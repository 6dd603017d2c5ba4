"""The two examples of the post: a question that only the trained model got right, and one that only the base did."""

import argparse
from pathlib import Path

import pandas as pd
import pydantic

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.scores import read_scores
from finmath_grpo.files import read_jsonl, write_json
from finmath_grpo.statistics.settings import StatisticsSettings


class Question(pydantic.BaseModel):
    """What an example shows of a test question."""

    id: str
    question: str
    answer: str


class Completion(pydantic.BaseModel):
    """What an example shows of a completion."""

    model: str
    question_id: str
    temperature: float
    sample: int
    text: str


def choose(scores: pd.DataFrame, winner: str, loser: str) -> tuple[float, str] | None:
    """The temperature and question id of the example, or None if the loser never was behind.

    Of all first samples that only the winner got right (numeric scorer), those first in which the loser did give an
    answer; of these the middle one by the tokens of both, so that it is neither trivial nor endless.
    """
    first = scores[scores["sample"] == 0].set_index(["temperature", "question_id"])
    both = first[first["model"] == winner].add_suffix("_won").join(first[first["model"] == loser].add_suffix("_lost"))
    both = both[(both["numeric_won"] == 1) & (both["numeric_lost"] == 0)]
    answered = both[~both["outcome_lost"].isin(["no_answer", "cut_off"])]
    candidates = answered if len(answered) else both
    if candidates.empty:
        return None
    length = (candidates["tokens_won"] + candidates["tokens_lost"]).sort_values(kind="stable")
    return length.index[len(length) // 2]


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
    chosen = {figure: choose(scores, winner, loser) for figure, (winner, loser) in pairs.items()}
    texts = {
        (row.model, row.temperature, row.question_id): row.text
        for path in options.completions
        for row in read_jsonl(path, Completion)
        if row.sample == 0 and (row.temperature, row.question_id) in chosen.values()
    }
    examples = []
    for figure, (winner, loser) in pairs.items():
        if chosen[figure] is None:
            examples.append({"figure": figure, "reason": f"{winner} solved no question at which {loser} failed"})
            continue
        temperature, question = chosen[figure]
        examples.append(
            {
                "figure": figure,
                "question_id": question,
                "question": questions[question].question,
                "gold": questions[question].answer,
                "temperature": temperature,
                "sides": [
                    {"model": model, "text": texts[model, temperature, question], "right": model == winner}
                    for model in (trained, base)
                ],
            }
        )
    write_json(options.examples, examples)


if __name__ == "__main__":
    run_stage(main)
