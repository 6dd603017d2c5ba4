"""Tables from the scores: `python -m finmath_grpo.statistics.from_scores`."""

import argparse
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.evaluation.scores import SCORERS
from finmath_grpo.files import read_jsonl
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
from finmath_grpo.statistics.grid import read_grid
from finmath_grpo.statistics.resampling import question_weights
from finmath_grpo.statistics.sampling import sampling_table
from finmath_grpo.statistics.settings import StatisticsSettings, check_models
from finmath_grpo.statistics.tables import write_table
from finmath_grpo.statistics.temperature import temperature_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--models", nargs="+", required=True, help="every model that the scores must hold")
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument("--tables", type=Path, required=True, help="the folder to write the tables to")
    options = parser.parse_args()

    settings, models = options.settings, options.models
    check_models(settings, models)
    grid = read_grid(options.scores, models, [row.id for row in read_jsonl(options.test, Question)])
    weights = question_weights(len(grid.questions), settings.bootstrap_draws, settings.seed)
    solved = {scorer: grid.any_temperature(scorer) for scorer in SCORERS}
    tables = {
        "accuracy": accuracy_table(grid, weights, settings.confidence),
        "any_temperature": any_temperature_table(solved, grid.models, settings.confidence),
        "solved": solved_table(solved["exact"], grid.models, grid.questions),
        "outcomes": outcomes_table(grid),
        "disagreement": disagreement_table(grid),
        "contrasts": contrasts_table(grid, weights, settings),
        "power": power_table(grid, settings.contrasts),
        "pass_and_majority": sampling_table(grid, weights, settings.confidence),
        "agreement": agreement_table(solved, grid.models, weights, settings.confidence),
        "panel": panel_table(solved, grid.models, settings.panel, weights, settings.confidence),
        "temperature_effect": temperature_table(grid, settings.bootstrap_draws, settings.seed),
    }
    for name, table in tables.items():
        write_table(options.tables / f"{name}.csv", table)


if __name__ == "__main__":
    run_stage(main)
