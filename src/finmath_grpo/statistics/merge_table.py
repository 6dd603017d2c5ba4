"""How much of each update the merged models kept, tensor by tensor: `python -m finmath_grpo.statistics.merge_table`."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.statistics.tables import write_table

WEIGHT = re.compile(r"\.layers\.(\d+)\..*?(\w+)\.weight$")
COLUMNS = ("relative_update", "unchanged_share", "gain", "cosine", "largest_error_in_ulps")


def merge_table(checks: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """One row per model and adapted weight: its layer and projection, and the measures of `merge_check.json`.

    `checks` are the parsed files by model. Raises UserError for a weight whose name says no layer.
    """
    rows = []
    for model, check in checks.items():
        for name, measured in check["tensors"].items():
            place = WEIGHT.search(name)
            if place is None:
                raise UserError(f"{model}: merge_check.json: no layer and projection in the name {name}")
            values = {column: measured[column] for column in COLUMNS}
            rows.append({"model": model, "layer": int(place[1]), "projection": place[2], **values})
    table = pd.DataFrame(rows, columns=["model", "layer", "projection", *COLUMNS])
    # Models as given, and in each the order of layers; projections in the order of the files.
    return table.sort_values("layer", kind="stable").sort_values(
        "model", key=lambda models: models.map(list(checks).index), kind="stable", ignore_index=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=Path, nargs="+", required=True, help="models/{model}/merge_check.json")
    parser.add_argument("--table", type=Path, required=True)
    options = parser.parse_args()
    checks = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in options.checks}
    write_table(options.table, merge_table(checks))


if __name__ == "__main__":
    run_stage(main)
