"""Forms of the first and last completions of training, by question: `python -m finmath_grpo.claims.forms_by_question`.

The completions of a step answer few questions, so a share of them is no better known than those few questions allow.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import run_stage
from finmath_grpo.rollouts import Rollout, read_rollouts
from finmath_grpo.statistics.forms import FORMS, form
from finmath_grpo.statistics.tables import write_table

TENTH = 10


def forms_table(model: str, rollouts: Iterable[Rollout]) -> pd.DataFrame:
    """One row per part of the run (`start` and `end`, a tenth of the steps each), question and form, with its count."""
    rows = list(rollouts)
    first, last = min(row.step for row in rows), max(row.step for row in rows)
    tenth = (last - first + 1) / TENTH
    parts = {
        "start": [row for row in rows if row.step < first + tenth],
        "end": [row for row in rows if row.step > last - tenth],
    }
    table = []
    for part, chosen in parts.items():
        counts = Counter((row.question_id, form(row.completion)) for row in chosen)
        questions = dict.fromkeys(row.question_id for row in chosen)
        table += [(model, part, name, kind, counts[name, kind]) for name in questions for kind in FORMS]
    return pd.DataFrame(table, columns=["model", "part", "question_id", "form", "count"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--completions",
        type=Path,
        nargs="+",
        required=True,
        help="training/{model}/completions.jsonl.zst of each model",
    )
    parser.add_argument("--table", type=Path, required=True, help="the table to write")
    options = parser.parse_args()
    tables = [forms_table(path.parent.name, read_rollouts(path)) for path in options.completions]
    write_table(options.table, pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run_stage(main)
