"""The numbers in README.md and docs, by key, from the tables and claims of `recorded` and `published`.

    python -m finmath_grpo.release.texts            write docs/numbers.json and the marked parts of the pages
    python -m finmath_grpo.release.texts --check    refuse pages that do not say what docs/numbers.json has

What the pages use of the tables goes to `docs/numbers.json`; a run that is not under `results/` keeps what stands
there. Then each part, from `<!-- numbers: NAME … -->` to `<!-- /numbers -->`, that has a template is made again.
"""

import argparse
import json
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write, write_json
from finmath_grpo.release.texts.pages import check, pages, read_pages
from finmath_grpo.release.texts.tables import NUMBERS, numbers_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    checks = parser.parse_args().check
    former = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else {}
    if checks:
        check(former, read_pages())
        return
    numbers = numbers_of(Path("results"), former)
    made = pages(numbers, read_pages())
    write_json(NUMBERS, numbers)
    for path, content in made.items():
        with atomic_write(path) as file:
            file.write(content)


if __name__ == "__main__":
    run_stage(main)
