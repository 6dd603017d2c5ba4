"""docs/reliability.md shows what was measured last, and that is what the project promises."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from reliability import PAGE, RECORDS, page  # noqa: E402


def test_the_tables_of_the_page_are_made_from_the_records():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, json.loads(RECORDS.read_text(encoding="utf-8"))) == text


def test_every_stage_was_killed_in_all_ways_and_nothing_differed():
    kills = json.loads(RECORDS.read_text(encoding="utf-8"))["kills"]
    stages = {stage: row for stage, row in kills["stages"].items() if "." in stage}
    assert len(stages) >= 20 and all(set(row.values()) == {1} for row in stages.values())
    assert sum(sum(row.values()) for row in kills["stages"].values()) >= 40
    assert kills["differ"] == [] and kills["compared"] > 100


def test_all_plants_were_stopped_and_all_legitimate_edits_went_through():
    plants = json.loads(RECORDS.read_text(encoding="utf-8"))["plants"]
    assert len(plants["plants"]) >= 17 and len(plants["edits"]) >= 10
    assert all(row["good"] for kind in ("plants", "edits") for row in plants[kind])


def test_no_bad_input_ended_in_a_traceback_a_hang_or_passed():
    counts = json.loads(RECORDS.read_text(encoding="utf-8"))["bad-inputs"]
    assert sum(sum(row.values()) for row in counts.values()) >= 250
    assert {name for row in counts.values() for name in row} <= {"refused", "rejected"}
