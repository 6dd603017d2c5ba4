"""The questions as models are asked them: the training set, the three tests and the validation set.

They lie in `data/raw/asked`, cleaned and split by the DAG's own stages as `config/paper.yaml` says, so that who has no
DAG gets the same questions: `datasets.load_dataset("data/raw")`, the tasks for other harnesses, and this
package where it is installed. `python -m finmath_grpo.questions.asked` makes the files again; a test compares.
"""

import argparse
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import read_jsonl, write_jsonl
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.split import read_committed

# A link to data/raw in a checkout; the folder itself in an installed package.
DATA = Path(__file__).resolve().parent.parent / "data"
SPLIT = "random 100 3407"
"""The committed test ids that make T1."""
OTHERS = {"t2": "transfer", "t3": "instances", "v": "validation"}
"""The raw files of the other tests and of the validation set."""
PARTS = ("train", "t1", *OTHERS)


def read_part(name: str) -> list[Question]:
    """The questions of one of `PARTS`, in the order of the file. Raises UserError for another name."""
    if name not in PARTS:
        raise UserError(f"no questions {name!r}; expected one of {', '.join(PARTS)}")
    return list(read_jsonl(DATA / "asked" / f"{name}.jsonl", Question))


def parts(raw: Path) -> dict[str, list[Question]]:
    """The questions of every part, from the folder of raw files."""
    rows = [clean(row) for row in read_jsonl(raw / "questions.jsonl", RawQuestion)]
    held_out = set(read_committed(raw / "questions.test-ids.json")[SPLIT])
    found = {
        "train": [row for row in rows if row.id not in held_out],
        "t1": [row for row in rows if row.id in held_out],
    }
    return found | {
        name: [clean(row) for row in read_jsonl(raw / f"{file}.jsonl", RawQuestion)] for name, file in OTHERS.items()
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for name, rows in parts(DATA).items():
        write_jsonl(DATA / "asked" / f"{name}.jsonl", (row.model_dump(mode="json") for row in rows))
        print(f"{name}: {len(rows)} questions")


if __name__ == "__main__":
    run_stage(main)
