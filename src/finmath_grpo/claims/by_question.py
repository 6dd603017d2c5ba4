"""What the completions of each question were, for claims: `python -m finmath_grpo.claims.by_question`.

One row per model and question of T1, over all temperatures and samples: the claims that are about completions, and
those that compare two ways to use them, resample questions, and so need them one by one.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.grid import Grid, read_grid
from finmath_grpo.statistics.sampling import answer_codes, any_of_k_temperatures, pass_at_k, vote, vote_counts
from finmath_grpo.statistics.tables import write_table


def by_question_table(grid: Grid) -> pd.DataFrame:
    """Counts of completions, and shares by the numeric scorer.

    - completions, exact, numeric, separators: how many there are, are right by each scorer, have swapped separators.
    - value_only: right by value but not as text.
    - unpunctuated: right only once punctuation is removed; unpunctuated_separators, those with swapped separators.
    - any_temperature: 1 if solved at any temperature by the first completion of each.
    - vote: points of the vote over all completions, ties shared.
    - k, any_of_k, pass_k: chance that one of k completions is right, at k temperatures and at one of them, for the
      largest k that there are samples and temperatures for.
    """
    models, temperatures, questions, samples = grid.shape
    k = min(samples, temperatures)
    outcome = grid.column("outcome").astype(str)
    exact, plain, numeric = (grid.correct[scorer] for scorer in ("exact", "no_punctuation", "numeric"))
    swapped, unpunctuated = outcome == "separators", (exact == 0) & (plain == 1)
    codes = answer_codes(grid)
    votes = np.empty((models, questions))
    for place in range(models):
        answers, right = (np.moveaxis(part[place], 1, 0).reshape(questions, -1) for part in (codes, numeric))
        votes[place] = [vote(*counts[:2]) for counts in vote_counts(answers, right)]
    counts = {
        "exact": exact,
        "numeric": numeric,
        "value_only": (numeric == 1) & (exact == 0),
        "separators": swapped,
        "unpunctuated": unpunctuated,
        "unpunctuated_separators": unpunctuated & swapped,
    }
    columns = {
        "test": "t1",
        "model": np.repeat(grid.models, questions),
        "question_id": np.tile(grid.questions, models),
        "completions": temperatures * samples,
        **{name: marks.sum(axis=(1, 3)).ravel() for name, marks in counts.items()},
        "any_temperature": grid.any_temperature("numeric").ravel(),
        "vote": votes.ravel(),
        "k": k,
        "any_of_k": any_of_k_temperatures(np.moveaxis(numeric.mean(axis=3), 1, 0), k).ravel(),
        "pass_k": pass_at_k(numeric.sum(axis=3), samples, k).mean(axis=1).ravel(),
    }
    return pd.DataFrame(columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", required=True, help="every model that the scores must hold")
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument("--table", type=Path, required=True, help="the table to write")
    options = parser.parse_args()
    questions = [row.id for row in read_jsonl(options.test, Question)]
    write_table(options.table, by_question_table(read_grid(options.scores, options.models, questions)))


if __name__ == "__main__":
    run_stage(main)
