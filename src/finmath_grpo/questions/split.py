"""Hold questions out for the test.

The draw orders questions by a hash of seed and id, so that no library's random numbers can move it; where the test ids
of a seed are committed beside the raw file, the stage checks itself against them. What training shows of the test is
counted by :mod:`finmath_grpo.questions.contamination`.
"""

import argparse
import codecs
import hashlib
from collections import Counter
from pathlib import Path

import pydantic

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import LINE_LIMIT, explain, open_regular, read_jsonl, write_json, write_jsonl
from finmath_grpo.questions.ideas import idea_or_family
from finmath_grpo.questions.rows import Question
from finmath_grpo.questions.settings import SplitSettings

TEST_IDS = pydantic.TypeAdapter(dict[str, list[str]], config=pydantic.ConfigDict(strict=True))


def draw_test_ids(questions: list[Question], settings: SplitSettings) -> list[str]:
    """The ids of the test questions, in the order of `questions`.

    Raises UserError if there are too few questions or no set of whole ideas has the size that is asked for.
    """
    if settings.test >= len(questions):
        raise UserError(
            f"split.test: {settings.test} of {len(questions)} questions (those of `questions` that could be cleaned)"
            " leave none to train on; choose a smaller number"
        )
    if settings.by == "random":
        drawn = sorted((row.id for row in questions), key=lambda id: _rank(settings.seed, id))[: settings.test]
    else:
        ideas = _draw_ideas(questions, settings)
        drawn = [row.id for row in questions if idea_or_family(row.family) in ideas]
    chosen = set(drawn)
    return [row.id for row in questions if row.id in chosen]


def _rank(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def _draw_ideas(questions: list[Question], settings: SplitSettings) -> tuple[str, ...]:
    """Whole ideas, taken in drawn order, whose sizes add up to the test size: the first such set that is met."""
    sizes: Counter[str] = Counter()
    for row in questions:
        if not row.family:
            raise UserError(f"split.by: idea needs a family in every row; the row {row.id!r} has none")
        sizes[idea_or_family(row.family)] += 1
    sets: dict[int, tuple[str, ...]] = {0: ()}
    for idea in sorted(sizes, key=lambda name: _rank(settings.seed, name)):
        for total, members in list(sets.items()):
            sets.setdefault(total + sizes[idea], (*members, idea))
        if settings.test in sets:
            return sets[settings.test]
    nearest = min(set(sets) - {0}, key=lambda total: abs(total - settings.test))
    raise UserError(f"split.test: no set of whole ideas has {settings.test} questions; the nearest is {nearest}")


def check_committed(path: Path, settings: SplitSettings, test_ids: list[str]) -> bool:
    """Compare the drawn ids with those committed for these settings; False if the file has none for them.

    Raises UserError if they differ.
    """
    expected = read_committed(path).get(_key(settings))
    if expected is None:
        return False
    if expected != test_ids:
        lost, new = sorted(set(expected) - set(test_ids)), sorted(set(test_ids) - set(expected))
        raise UserError(
            f"{path}: the split moved: {len(lost)} of the committed test ids are not drawn ({', '.join(lost[:3])} …), "
            f"{len(new)} others are ({', '.join(new[:3])} …). "
            "If the questions were meant to change, run this stage with --write-ids"
        )
    return True


def read_committed(path: Path) -> dict[str, list[str]]:
    """The committed test ids by settings (`random 100 3407`). Raises UserError for a file that has no such ids."""
    if not path.exists():
        return {}
    with open_regular(path) as file:
        content = file.read(LINE_LIMIT)
    try:
        return TEST_IDS.validate_json(content.removeprefix(codecs.BOM_UTF8))
    except pydantic.ValidationError as error:
        raise UserError(
            f"{path}: {explain(error)}; expected lists of ids by settings, as --write-ids writes them"
        ) from None


def _key(settings: SplitSettings) -> str:
    return f"{settings.by} {settings.test} {settings.seed}"


def split_file(questions: list[Question], test_ids: list[str], train: Path, test: Path) -> tuple[int, int]:
    """Write the training and the test questions; how many there are of each."""
    chosen = set(test_ids)
    kept = [row for row in questions if row.id not in chosen]
    held_out = [row for row in questions if row.id in chosen]
    write_jsonl(train, (row.model_dump() for row in kept))
    write_jsonl(test, (row.model_dump() for row in held_out))
    return len(kept), len(held_out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=SplitSettings.model_validate_json, required=True)
    for name in ("questions", "train", "test"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument(
        "--committed", type=Path, nargs="?", help="committed test ids to check against, if the file has any"
    )
    parser.add_argument("--write-ids", action="store_true", help="write the drawn ids to the committed file instead")
    arguments = parser.parse_args()
    questions = list(read_jsonl(arguments.questions, Question))
    test_ids = draw_test_ids(questions, arguments.settings)
    if arguments.committed and arguments.write_ids:
        write_json(arguments.committed, read_committed(arguments.committed) | {_key(arguments.settings): test_ids})
    elif arguments.committed:
        found = check_committed(arguments.committed, arguments.settings, test_ids)
        print("as committed" if found else f"{arguments.committed} has no test ids for these settings: not checked")
    train, test = split_file(questions, test_ids, arguments.train, arguments.test)
    print(f"{train} training and {test} test questions")


if __name__ == "__main__":
    run_stage(main)
