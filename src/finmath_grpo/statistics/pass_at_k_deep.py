"""pass@k at large k, and where a trained model's curve crosses its base's: `python -m …statistics.pass_at_k_deep`.

Does training add answers that the base can't give, or does it make likely what the base can do? At k = 1 a trained
model may be ahead and at large k behind (Yue et al. 2025, arXiv 2504.13837).
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.deep_counts import COLUMNS
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import difference_interval, share_interval
from finmath_grpo.statistics.sampling import pass_at_k
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table

TEST = "t1"
KINDS = dict(zip(COLUMNS, (str, str, float, int, int, int), strict=True))
"""What the columns of deep.csv hold."""


def ks_up_to(samples: int) -> list[int]:
    """The k of the table: powers of two, and the number of completions itself."""
    return sorted({*(2**power for power in range(samples.bit_length())), samples})


def crossing(ks: Sequence[int], highs: Sequence[float]) -> int | None:
    """The smallest k from which on, up to the largest, the upper end of a difference is below 0; None if there is none.

    The largest k is asked first, the others only as long as each larger one is below 0. Such an order, fixed
    beforehand, needs no correction for asking at several k (Maurer, Hothorn and Lehmacher 1995).
    """
    found = None
    for k, high in sorted(zip(ks, highs, strict=True), reverse=True):
        if not high < 0:
            break
        found = k
    return found


def table_of(
    correct: Mapping[str, np.ndarray], samples: int, temperature: float, families: Families, confidence: float
) -> pd.DataFrame:
    """pass@k of each model, and of each but the first its difference to the first, the base.

    `correct` has by model the right completions, of `samples`, of each question: (questions,). The estimator is the one
    of Chen et al. 2021 (`finmath_grpo.statistics.sampling.pass_at_k`). A row with `against` is a difference on the same
    questions, paired; its `crossing` is that of :func:`crossing`, empty if there is none. Intervals are over families.
    """
    ks = ks_up_to(samples)
    chances = {model: np.column_stack([pass_at_k(right, samples, k) for k in ks]) for model, right in correct.items()}
    base, *others = chances
    given = {"temperature": temperature, "questions": len(families.codes), "samples": samples, "k": ks}
    parts = []
    for model, values in chances.items():
        low, high = share_interval(families, values, confidence)
        ends = {"value": values.mean(axis=0), "low": low, "high": high, "interval": f"wilson, {families.unit}"}
        parts.append(pd.DataFrame({"model": model, "against": "", **given, **ends}))
    for model in others:
        differences = chances[model] - chances[base]
        low, high = difference_interval(families, differences, confidence)
        ends = {"value": differences.mean(axis=0), "low": low, "high": high, "interval": f"t, {families.unit}"}
        parts.append(
            pd.DataFrame({"model": model, "against": base, **given, **ends, "crossing": crossing(ks, high.tolist())})
        )
    table = pd.concat(parts, ignore_index=True)
    table["crossing"] = table["crossing"].astype("Int64")
    table.insert(0, "test", TEST)
    return table


def read_counts(
    path: Path, models: Sequence[str], questions: Sequence[str]
) -> tuple[dict[str, np.ndarray], int, float]:
    """Right completions by model, (questions,), then how many completions there are of a question, and the temperature.

    Raises UserError for a column or row missing, and for counts that can't be.
    """
    try:
        # A question may be named NA, or 001.
        counts = pd.read_csv(path, dtype=KINDS, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table: {error}") from None
    if list(counts.columns) != list(COLUMNS):
        raise UserError(f"{path}: expected the columns {', '.join(COLUMNS)}; make the file again")
    expected = [(model, question) for model in models for question in questions]
    if list(zip(counts["model"], counts["question_id"], strict=True)) != expected:
        raise UserError(f"{path}: expected a row for each of {len(questions)} questions by {', '.join(models)}")
    same = counts[["samples", "temperature"]].drop_duplicates()
    if len(same) != 1 or not (counts["correct"].ge(0) & counts["correct"].le(counts["samples"])).all():
        raise UserError(f"{path}: expected one number of samples, one temperature, and counts from 0 to that number")
    by_model = counts["correct"].to_numpy(int).reshape(len(models), -1)
    return dict(zip(models, by_model, strict=True)), int(same["samples"].iloc[0]), float(same["temperature"].iloc[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--models", nargs="+", required=True, help="the models, the base first")
    parser.add_argument("--test", type=Path, required=True, help="the questions of T1")
    parser.add_argument("--counts", type=Path, required=True, help="deep.csv")
    parser.add_argument("--table", type=Path, required=True, help="the table to write")
    options = parser.parse_args()
    questions = list(read_jsonl(options.test, Question))
    found = read_counts(options.counts, options.models, [question.id for question in questions])
    families = Families.of([question.family for question in questions])
    write_table(options.table, table_of(*found, families, options.settings.confidence))


if __name__ == "__main__":
    run_stage(main)
