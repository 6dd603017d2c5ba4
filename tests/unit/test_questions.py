"""The committed question files: the bank draws them again byte for byte, and they are what the data card says."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from finmath_grpo.files import read_jsonl
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions import rows
from finmath_grpo.questions.bank import BANKS, ROWS, draw_rows
from finmath_grpo.questions.clean import clean, clean_file
from finmath_grpo.questions.contamination import contamination
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import draw_test_ids, read_committed

RAW = Path("data/raw")
FILES = sorted(BANKS)


@pytest.fixture(scope="module", params=FILES)
def bank(request, tmp_path_factory):
    """(name, raw rows, cleaned rows, audit) of a committed file."""
    folder = tmp_path_factory.mktemp(request.param)
    source = RAW / f"{request.param}.jsonl"
    audit = clean_file(source, folder / "questions.jsonl", folder / "rejected.jsonl", folder / "audit.json")
    return (
        request.param,
        list(read_jsonl(source, RawQuestion)),
        list(read_jsonl(folder / "questions.jsonl", Question)),
        audit,
    )


def test_the_bank_draws_the_committed_file_again(bank):
    name, raw, _, _ = bank
    assert [RawQuestion(**{**row, "numbers": tuple(row["numbers"])}) for row in draw_rows(BANKS[name])] == raw


def test_all_542_rows_are_kept_and_answer_to_their_value(bank):
    _, raw, cleaned, audit = bank
    assert len(raw) == len(cleaned) == ROWS == 542 and audit["rejected"] == 0
    assert len({row.question for row in cleaned}) == 542, "no question stands twice"
    for row in audit["answers_that_do_not_read_as_value"]:
        assert row["difference"] == "separators", row
    for row in cleaned:
        digits = row.answer.replace(".", "").replace(",", "").lstrip("0")
        assert digits == row.value.replace(".", "").lstrip("0"), row


def test_no_open_question_speaks_of_choices_or_ends_without_a_question_mark(bank):
    for row in bank[2]:
        assert "hangi" not in row.question.lower() and "seçene" not in row.question and "?" in row.question


def test_the_test_ids_are_the_committed_ones(bank):
    name, _, cleaned, _ = bank
    committed = read_committed(RAW / f"{name}.test-ids.json")
    assert "random 100 3407" in committed
    for key, ids in committed.items():
        by, test, seed = key.split()
        assert draw_test_ids(cleaned, SplitSettings(by=by, test=int(test), seed=int(seed))) == ids and len(ids) == 100


def test_the_course_file_is_raw_as_the_posts_was():
    raw = list(read_jsonl(RAW / "questions.jsonl", RawQuestion))
    families = Counter(row.family for row in raw)
    assert len(families) >= 60 and max(families.values()) <= 12
    assert sum(row.choices is not None for row in raw) == 90, "a sixth is multiple choice"
    differ = [row for row in raw if parse_turkish(clean(row).answer) != Decimal(row.value)]
    assert len(differ) == 45, "a twelfth has sloppy separators"
    endings = Counter(
        end for row in raw for end in ("TL", "₺", "lira", "yıl", "ay", "gün") if row.answer.rstrip(" .").endswith(end)
    )
    assert all(endings[end] >= 3 for end in ("TL", "₺", "lira", "yıl", "ay", "gün")), endings
    assert sum(row.answer.startswith("%") for row in raw) >= 20 and sum(row.answer.startswith("₺") for row in raw) >= 20
    digits = [
        {text.strip(" TL%").replace(".", "").replace(",", "") for text in row.choices.values()}
        for row in raw
        if row.choices
    ]
    assert sum(len(texts) < 5 for texts in digits) >= 10, "some options differ in separators only"


@pytest.mark.parametrize("by", ["random", "idea"])
def test_the_overlap_of_the_splits_is_as_the_data_card_says(by):
    cleaned = [clean(row) for row in read_jsonl(RAW / "questions.jsonl", RawQuestion)]
    chosen = set(draw_test_ids(cleaned, SplitSettings(by=by, test=100, seed=3407)))
    train, test = ([row for row in cleaned if (row.id in chosen) is wanted] for wanted in (False, True))
    report = contamination(train, test)
    seen = report["test_questions_seen"]
    assert (report["train"], report["test"]) == (442, 100)
    card = (RAW / "README.md").read_text(encoding="utf-8")
    label = {"random": "random", "idea": "by idea"}[by]
    assert f"| {label}, seed 3407 | {' | '.join(str(number) for number in seen.values())} |" in card
    if by == "idea":
        assert seen["exact"] == seen["normalised"] == seen["masked"] == 0


def test_the_documented_schema_is_that_of_the_rows():
    assert json.loads((RAW / "schema.json").read_text(encoding="utf-8")) == rows.RawQuestion.model_json_schema()
