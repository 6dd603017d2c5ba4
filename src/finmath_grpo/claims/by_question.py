"""What the completions of each question were, for claims: `python -m finmath_grpo.claims.by_question`.

One row per model and question of T1, over all temperatures and samples: the claims that are about completions, and
those that compare two ways to use them, resample questions, and so need them one by one.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.scores import read_scores
from finmath_grpo.files import read_jsonl
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.sampling import any_of_k_temperatures, pass_at_k, vote, vote_counts
from finmath_grpo.statistics.tables import write_table


def by_question_table(scores: pd.DataFrame, models: Sequence[str], families: dict[str, str]) -> pd.DataFrame:
    """Counts of completions, and shares by the numeric scorer.

    `scores` is complete and in the order model, temperature, question, sample; `families` has the questions in their
    order, each with its family.

    - completions, exact, numeric, separators: how many there are, are right by each scorer, have swapped separators.
    - value_only: right by value but not as text.
    - unpunctuated: right only once punctuation is removed; unpunctuated_separators, those with swapped separators.
    - any_temperature: 1 if solved at any temperature by the first completion of each.
    - vote: points of the vote over all completions, ties shared.
    - k, any_of_k, pass_k: chance that one of k completions is right, at k temperatures and at one of them, for the
      largest k that there are samples and temperatures for.
    """
    temperatures, questions = scores["temperature"].nunique(), len(families)
    shape = (len(models), temperatures, questions, -1)
    exact, plain, numeric = (scores[name].to_numpy().reshape(shape) for name in ("exact", "no_punctuation", "numeric"))
    samples = exact.shape[3]
    k = min(samples, temperatures)
    swapped = (scores["outcome"].astype(str) == "separators").to_numpy().reshape(shape)
    unpunctuated = (exact == 0) & (plain == 1)
    counts = {
        "exact": exact,
        "numeric": numeric,
        "value_only": (numeric == 1) & (exact == 0),
        "separators": swapped,
        "unpunctuated": unpunctuated,
        "unpunctuated_separators": unpunctuated & swapped,
    }
    codes = _number_codes(scores).reshape(shape)
    votes = [
        vote(*count[:2])
        for answers, right in zip(codes, numeric, strict=True)
        for count in vote_counts(*(np.moveaxis(part, 1, 0).reshape(questions, -1) for part in (answers, right)))
    ]
    columns = {
        "test": "t1",
        "model": np.repeat(list(models), questions),
        "question_id": list(families) * len(models),
        "family": list(families.values()) * len(models),
        "completions": temperatures * samples,
        **{name: marks.sum(axis=(1, 3)).ravel() for name, marks in counts.items()},
        "any_temperature": numeric[..., 0].max(axis=1).ravel(),
        "vote": votes,
        "k": k,
        "any_of_k": any_of_k_temperatures(np.moveaxis(numeric.mean(axis=3), 1, 0), k).ravel(),
        "pass_k": pass_at_k(numeric.sum(axis=3), samples, k).mean(axis=1).ravel(),
    }
    return pd.DataFrame(columns)


def _number_codes(scores: pd.DataFrame) -> np.ndarray:
    """A code for the number that each completion answers, -1 for none: (completions,)."""
    if "number" in scores:  # as the scoring stage read it
        codes, _ = pd.factorize(scores["number"].where(scores["number"] != ""))
        return np.asarray(codes)
    texts, unique = pd.factorize(scores["extracted"])
    codes_of: dict[object, int] = {None: -1}
    codes = np.array([codes_of.setdefault(parse_turkish(text), len(codes_of)) for text in unique])
    return np.asarray(codes[texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", required=True, help="every model that the scores must hold")
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument("--table", type=Path, required=True, help="the table to write")
    options = parser.parse_args()
    families = {row.id: row.family for row in read_jsonl(options.test, Question)}
    scores = read_scores(options.scores, options.models, list(families))
    write_table(options.table, by_question_table(scores, options.models, families))


if __name__ == "__main__":
    run_stage(main)
