"""Tables from the scores: `python -m finmath_grpo.statistics.from_scores`.

Every table has a first column `test`: the rows of T1 and then those of the other tests that the run has.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.contamination import seen_shapes
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.accuracy import (
    accuracy_table,
    any_temperature_table,
    disagreement_table,
    outcomes_table,
    solved_table,
)
from finmath_grpo.statistics.agreement import agreement_table, panel_table
from finmath_grpo.statistics.contrasts import contrasts_table, power_table
from finmath_grpo.statistics.decomposition import decomposition_table, readability_table
from finmath_grpo.statistics.grid import Grid, read_grid
from finmath_grpo.statistics.of_questions import SHAPE_COLUMNS, ceiling_table, shapes_table
from finmath_grpo.statistics.runs import ONE_RUN, Runs
from finmath_grpo.statistics.runs_table import runs_table
from finmath_grpo.statistics.sampling import sampling_table
from finmath_grpo.statistics.settings import StatisticsSettings, check_models
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.statistics.temperature import temperature_table

T1 = "t1"
"""The test of the post's protocol."""


def tables_of(test: str, grid: Grid, settings: StatisticsSettings, runs: Runs = ONE_RUN) -> dict[str, pd.DataFrame]:
    """The tables that come from the scores of one test, by name, without the column `test`."""
    confidence = settings.confidence
    solved = {scorer: grid.any_temperature(scorer) for scorer in SCORERS}
    judges = tuple(model for model in grid.models if model not in runs.further)
    judged = {scorer: marks[[grid.models.index(model) for model in judges]] for scorer, marks in solved.items()}
    panel = tuple(model for model in settings.panel if model in judges)
    return {
        "accuracy": accuracy_table(grid, confidence),
        "any_temperature": any_temperature_table(
            solved, grid.models, confidence, None if test == T1 else grid.families
        ),
        "solved": solved_table(solved["exact"], grid.models, grid.questions),
        "outcomes": outcomes_table(grid),
        "disagreement": disagreement_table(grid),
        "contrasts": contrasts_table(grid, settings, primary=test == T1, runs=runs),
        "decomposition": decomposition_table(grid, settings, primary=test == T1, runs=runs),
        "readability": readability_table(grid, confidence),
        "power": power_table(grid, settings.contrasts),
        "pass_and_majority": sampling_table(grid, confidence),
        "agreement": agreement_table(judged, judges, grid.families, confidence),
        "panel": panel_table(judged, judges, panel, grid.families, confidence),
        "temperature_effect": temperature_table(grid, runs.further),
        "runs": runs_table(grid, settings.contrasts, runs, confidence, of_post=test == T1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--models", nargs="+", required=True, help="every model that the scores must hold")
    parser.add_argument(
        "--runs",
        type=json.loads,
        default={},
        help="JSON: by entry with several training runs, its models, each with the one that its run made; all but the"
        " first of an entry are no judges of agreement and temperatures",
    )
    parser.add_argument("--names", nargs="+", required=True, help="the names of the tests, t1 first")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="the questions of each, in the same order")
    parser.add_argument("--train", type=Path, nargs="?", help="train.jsonl, for accuracy by whether a shape was seen")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument("--tables", type=Path, required=True, help="the folder to write the tables to")
    options = parser.parse_args()

    settings, models, runs = options.settings, options.models, Runs(options.runs)
    check_models(settings, models)
    train = list(read_jsonl(options.train, Question)) if options.train else []
    parts: dict[str, list[pd.DataFrame]] = {"shapes": [pd.DataFrame(columns=["test", *SHAPE_COLUMNS])]}
    for test, path in zip(options.names, options.tests, strict=True):
        questions = list(read_jsonl(path, Question))
        grid = read_grid(options.scores, models, questions, test)
        tables = tables_of(test, grid, settings, runs)
        tables["ceiling"] = ceiling_table(questions)
        if train and test == T1:
            tables["shapes"] = shapes_table(grid, seen_shapes(train, questions), settings.confidence)
            parts["shapes"].clear()
        for name, table in tables.items():
            table.insert(0, "test", test)
            parts.setdefault(name, []).append(table)
    for name, tables_by_test in parts.items():
        whole = [table for table in tables_by_test if len(table)] or tables_by_test[:1]
        write_table(options.tables / f"{name}.csv", pd.concat(whole, ignore_index=True))


if __name__ == "__main__":
    run_stage(main)
