"""The tables of docs/reliability.md, from what was measured last: `python benchmarks/reliability.py [--check]`.

`benchmarks/kills.py`, `plants.py` and `limits.py` measure, and each leaves what it found in docs/reliability.json. With
`--check` nothing is written, and the exit status is 1 where the page is not up to date.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RECORDS = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
WIDTH = 110
"""Characters of a plant's words that are shown."""
Records = dict[str, Any]


def record(name: str, found: Any) -> None:
    """Keep what a benchmark found in place of what it found before."""
    records = json.loads(RECORDS.read_text(encoding="utf-8")) if RECORDS.exists() else {}
    text = json.dumps(records | {name: found}, indent=1, ensure_ascii=False, sort_keys=True)
    RECORDS.write_text(text + "\n", encoding="utf-8")


def table(*rows: list[Any]) -> Iterator[str]:
    """A table in Markdown; the first row is its head."""
    for number, row in enumerate(rows):
        yield f"| {' | '.join(str(cell) for cell in row)} |".replace("|  |", "| |")
        if number == 0:
            yield "| " + "--- | " * (len(row) - 1) + "--- |"


def kills(records: Records) -> Iterator[str]:
    found = records["kills"]
    whom = ["job", "snakemake", "both"]
    # Stages have a dot in their names.
    ordered = sorted(found["stages"].items(), key=lambda entry: ("." not in entry[0], entry[0]))
    stages = {stage: [row[name] for name in whom] for stage, row in ordered}
    total = [sum(column) for column in zip(*stages.values(), strict=True)]
    yield from table(
        ["stage", "its job", "Snakemake", "both at once"],
        *([f"`{stage}`" if "." in stage else stage, *row] for stage, row in stages.items()),
        ["all", *total],
    )
    differ = found["differ"]
    yield ""
    yield (
        f"{sum(total)} kills in {found['minutes']} minutes. Of {found['files']} files, {len(differ)}"
        f" {'differs' if len(differ) == 1 else 'differ'}{': ' + ', '.join(differ) if differ else ''};"
        f" {found['compared']} were compared by content, logs and the cache by name."
    )


def plants(records: Records) -> Iterator[str]:
    found = records["plants"]
    stopped = [row for row in found["plants"] if row["good"]]
    through = [row for row in found["edits"] if row["good"]]
    rows = (
        [row["name"], row["result"], textwrap.shorten(row["words"], WIDTH, placeholder=" …")] for row in found["plants"]
    )
    yield from table(["planted", "what becomes of it", "words"], *rows)
    yield ""
    edits = ", ".join(row["name"] for row in found["edits"])
    yield (
        f"{len(stopped)} of {len(found['plants'])} plants stopped or made anew, {len(through)} of"
        f" {len(found['edits'])} legitimate edits go through ({edits}), in {found['seconds']} s."
    )


def bad_inputs(records: Records) -> Iterator[str]:
    found = records["bad-inputs"]
    columns = ["refused", "rejected", "accepted", "traceback", "hang"]
    rows = {kind: [counts.get(name, 0) for name in columns] for kind, counts in found.items()}
    rows["all"] = [sum(column) for column in zip(*rows.values(), strict=True)]
    yield from table(
        ["input", "cases", "refused in words", "row rejected and counted", "accepted", "traceback", "hang"],
        *([kind, sum(row), *row] for kind, row in rows.items()),
    )


def growth(records: Records) -> Iterator[str]:
    yield from table(
        ["what", "small", "middle", "large"],
        *(
            [what, *(f"{size}: {seconds:.2f} s" for size, seconds in sizes)]
            for what, sizes in records["growth"].items()
        ),
    )


TABLES = {"kills": kills, "plants": plants, "bad-inputs": bad_inputs, "growth": growth}


def page(text: str, records: Records) -> str:
    """The page with its tables made again. Raises ValueError for a page without the marks of one."""
    for name, rows in TABLES.items():
        mark = rf"(<!-- numbers: {name} -->\n).*?(<!-- /numbers -->)"
        made = "\n".join(rows(records)) + "\n"
        text, found = re.subn(mark, lambda parts, made=made: parts[1] + made + parts[2], text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"{PAGE.name}: expected one part between <!-- numbers: {name} --> and <!-- /numbers -->")
    return text


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made = page(text, json.loads(RECORDS.read_text(encoding="utf-8")))
    if "--check" in sys.argv[1:]:
        sys.exit(made != text)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
