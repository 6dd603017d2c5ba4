"""The code that a run was planned with is the code that its dear stages run: all whose command has `--code`.

The planner takes fingerprints before the first job, and a job may start hours later. Code that was edited in between
would leave its results, in `results/cache` too, under the name of the code before: with the edit taken back they would
stand for it, and nothing would run again. So the planner notes what each fingerprint is of, and a job takes it anew.
"""

import json
from contextlib import suppress
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.files import write_json
from finmath_grpo.workflow.closure import fingerprint

NOTES = Path("results/.snakemake/code")
"""What each fingerprint is of. Safe to delete."""
OPTION = "--code"
"""The option by which a stage gets the fingerprint of its code."""


def planned(*entries: str) -> str:
    """The fingerprint of the entries, as in :mod:`finmath_grpo.workflow.closure`, noted for :func:`check`."""
    found = fingerprint(*entries)
    note = NOTES / f"{found}.json"
    if not note.is_file():
        with suppress(OSError):  # a run that may not write here is told so by `workflow.hold`
            write_json(note, entries)
    return found


def check(command: list[str]) -> None:
    """Raise UserError where a stage's code is another than the fingerprint in its command says. Unnoted ones pass."""
    if OPTION not in command[:-1]:
        return
    wanted = command[command.index(OPTION) + 1]
    try:
        entries = json.loads((NOTES / f"{wanted}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    try:
        same = fingerprint(*entries) == wanted
    except (KeyError, SyntaxError, ValueError, OSError):  # a definition or a file is gone, or half of an edit is there
        same = False
    if not same:
        raise UserError(
            f"{command[0]}: its code was edited since this run was planned; run the same command again, and it is"
            " planned with the code as it is then"
        )
