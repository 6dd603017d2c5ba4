"""What shows that a run is sound: the audit of its questions, what tests and training have in common, its merges."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError

OVERLAPS = {
    "exact": "in the same words",
    "normalised": "in the same words but for case, spaces and punctuation",
    "masked": "in the same words but for numbers, names and goods",
    "any_8_gram": "with eight words in a row in common",
}
"""How a test question may have been seen, by its name in contamination.json."""


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as JSON: {error}; make it again") from None


def audit(path: Path) -> dict[str, Any]:
    """The counts of audit.json: single ones, and those by unit, kind and so on, each with its name in words."""
    found = read_json(path)
    counts = [(name, found[name]) for name in ("rows", "kept", "rejected")]
    groups = [(key[3:].replace("_", " "), value) for key, value in found.items() if key.startswith("by_") and value]
    unlike = found.get("answers_that_do_not_read_as_value", [])
    return {"counts": counts, "groups": groups, "unlike": len(unlike)}


def overlaps(path: Path) -> dict[str, Any]:
    """By test, of how many questions training has seen how much; the columns are those of `OVERLAPS`."""
    found: Mapping[str, Any] = read_json(path)
    return {
        test: {
            "test": row["test"],
            "train": row["train"],
            "seen": [row["test_questions_seen"][key] for key in OVERLAPS],
            "redrawn": row["training_questions_with_new_numbers"],
        }
        for test, row in found.items()
    }


def merges(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The proof of each merge, by model: the summary of merge_check.json."""
    rows = []
    for path in paths:
        found = read_json(path)
        hashes = found["base_sha256"]
        rows.append(
            {
                "model": path.parent.name,
                "unchanged": len(set(hashes.values())) == 1,
                "sha256": hashes["on_disk"],
                "tensors": len(found["tensors"]),
                "repairs": len(found["repairs"]),
                **found["summary"],
                **found["greedy"],
            }
        )
    return rows
