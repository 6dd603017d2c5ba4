"""What can be built, and how: what the image says when it is run with no command.

The words of an experiment are the comment at the top of its file in `config/`.
"""

import argparse
import re
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.workflow.config_file import NO_EXPERIMENTS

HOW = """\
Build the default experiment, one experiment, or one file:

  docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/results:/artifact/results" IMAGE snakemake --cores
  docker run … IMAGE snakemake --cores published
  docker run … IMAGE snakemake --cores results/published/figures/grpo_vs_base.png

On a GPU add --gpus all --shm-size 8g. With -n it says what it would do; with no cores given it takes all.
The default is `smoke` in the CPU image; in the CUDA image it is `small`, or `recorded` where no GPU is visible.
`snakemake --cores doctor` says what this machine has and what each experiment needs.
"""


HINT = "# yaml-language-server:"
"""The first line of our config files tells editors where the schema is."""


def first_comment(text: str) -> str:
    """The comment at the top of a config file, without the hint for editors."""
    words = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith(HINT):
            words += line.replace("#", " ").split()
    return " ".join(words)


def first_line(text: str) -> str:
    """A text up to its first full stop or colon."""
    return re.split(r"[.:](?:\s|$)", text)[0]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print("finmath-grpo: GRPO on Turkish finance mathematics, from raw questions to every figure.\n")
    print("What can be built (each is a target; its figures, tables, claims and report lie in results/NAME/):\n")
    for file in sorted(Path("config").glob("*.yaml"), key=lambda file: file.stem):
        if file.name in NO_EXPERIMENTS:
            continue
        print(f"  {file.stem:<11} {first_line(first_comment(file.read_text(encoding='utf-8')))}")
    print(f"  {'doctor':<11} What was found on this machine, and what each experiment needs.")
    print(f"\n{HOW}")


if __name__ == "__main__":
    run_stage(main)
