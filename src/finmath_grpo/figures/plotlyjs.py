"""Write the `plotly.min.js` that all HTML figures of a folder load: a copy of the one in the plotly package."""

import argparse
from pathlib import Path

import plotly.offline

from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    with atomic_write(arguments.output) as file:
        file.write(plotly.offline.get_plotlyjs())


if __name__ == "__main__":
    run_stage(main)
