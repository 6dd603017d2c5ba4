"""Snakemake's records of how files were made: a torn one stops nobody; what was edited is found whatever its date."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from finmath_grpo.workflow.metadata import edited, read_makings


def recorded(folder: Path, output: str, **inputs: str) -> str:
    """Write the record of an output that was made from files, given with the text that they had; its name."""
    checksums = {name: f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for name, text in inputs.items()}
    fields = {
        "rule": "r",
        "starttime": 1.0,
        "endtime": 2.0,
        "input": list(inputs),
        "log": [],
        "input_checksums": checksums,
    }
    name = base64.urlsafe_b64encode(output.encode()).decode()
    (folder / name).write_text(json.dumps(fields), encoding="utf-8")
    return name


@pytest.mark.parametrize("torn", [lambda text: "", lambda text: text[:40], lambda text: "null", lambda text: "[]"])
def test_a_record_that_a_kill_cut_counts_for_nothing_and_stops_nobody(tmp_path: Path, torn):
    recorded(tmp_path, "results/a/whole.csv")
    cut = tmp_path / recorded(tmp_path, "results/a/cut.csv")
    cut.write_text(torn(cut.read_text(encoding="utf-8")), encoding="utf-8")
    (tmp_path / "no-name-in-base64").touch()
    assert list(read_makings("results/a/", tmp_path)) == ["results/a/whole.csv"]


def test_what_was_edited_since_something_was_made_of_it_is_found_whatever_its_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for name, text in {"as_it_was": "one", "other": "three", "of_one_alone": "four"}.items():
        Path(name).write_text(text)
        os.utime(name, (1, 1))
    records = tmp_path / "records"
    records.mkdir()
    recorded(records, "results/a/1", as_it_was="one", other="two", of_one_alone="four", gone="five")
    recorded(records, "results/a/2", as_it_was="one", of_one_alone="before")
    assert edited(read_makings("results/", records).values()) == {"other", "of_one_alone"}
