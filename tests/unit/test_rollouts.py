"""What was sampled in training is read back as it was written, and a torn file never passes for a shorter one."""

import json
import tracemalloc

import pytest
import zstandard

from finmath_grpo.errors import UserError
from finmath_grpo.rollouts import read_rollouts, write_rollouts

ROWS = [
    {
        "step": step,
        "question_id": f"q{step}",
        "completion": f"ığüşöç\u2028\n{step}" * 20,
        "rewards": {"numeric_match": 2.0, "xmlcount": None},
        "advantage": -0.5,
    }
    for step in range(40)
]


def test_rows_come_back_as_they_were_written(tmp_path):
    write_rollouts(tmp_path / "rollouts", iter(ROWS))
    assert [row.model_dump() for row in read_rollouts(tmp_path / "rollouts")] == ROWS


def test_no_cut_of_a_file_is_taken_for_a_whole_one(tmp_path):
    write_rollouts(tmp_path / "rollouts", iter(ROWS))
    whole = (tmp_path / "rollouts").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "rollouts").write_bytes(whole[:length])
        with pytest.raises(UserError, match="train the model again"):
            list(read_rollouts(tmp_path / "rollouts"))


def test_a_row_that_is_not_as_expected_is_named_by_its_line(tmp_path):
    rows = [*ROWS[:2], {**ROWS[2], "step": "three"}]
    packed = zstandard.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    (tmp_path / "rollouts").write_bytes(packed)
    with pytest.raises(UserError, match=r"line 3: step"):
        list(read_rollouts(tmp_path / "rollouts"))


def test_a_file_that_unpacks_into_more_than_memory_is_refused_at_a_bound(tmp_path, monkeypatch):
    path = tmp_path / "bomb.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(b"x" * 200_000_000))
    assert path.stat().st_size < 20_000
    monkeypatch.setattr("finmath_grpo.rollouts.PLAIN_LIMIT", 10_000_000)
    tracemalloc.start()
    with pytest.raises(UserError, match="unpacks into more than 10,000,000 bytes"):
        list(read_rollouts(path))
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
