"""Put the page's script and style beside it: `python -m finmath_grpo.report.scripts`.

The script is the files of `script/` one after another, in one function: modules can't be loaded from a disk.
"""

import argparse
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write

HERE = Path(__file__).parent
PARTS = (
    *("data", "elements", "fold", "differences", "address"),
    *("filters", "search", "reader", "training", "record", "start"),
)
"""Files of `script/` in the order in which they stand in report.js."""


def script() -> str:
    """The page's script."""
    return "\n".join((HERE / "script" / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", type=Path, required=True, help="report.js to write")
    parser.add_argument("--style", type=Path, required=True, help="report.css to write")
    options = parser.parse_args()
    for path, text in (
        (options.script, f'"use strict";\n\n{script()}'),
        (options.style, (HERE / "report.css").read_text(encoding="utf-8")),
    ):
        with atomic_write(path) as file:
            file.write(text)


if __name__ == "__main__":
    run_stage(main)
