"""The committed question files: the bank draws them again byte for byte, and they are what the data card says."""

import dataclasses
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from finmath_grpo.files import read_jsonl
from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions import rows
from finmath_grpo.questions.audit import audit
from finmath_grpo.questions.bank import BANKS, FILES, ROWS, draw_rows
from finmath_grpo.questions.card import tables, with_tables
from finmath_grpo.questions.clean import clean, clean_file
from finmath_grpo.questions.contamination import masked
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import draw_test_ids, read_committed

RAW = Path("data/raw")
AGAIN = {"questions": ("instances", "validation"), "smoke": ("smoke-instances", "smoke-validation")}
"""The files of fresh draws that each bank has beside its own."""


def read(name):
    return list(read_jsonl(RAW / f"{name}.jsonl", RawQuestion))


@pytest.fixture(scope="module", params=["questions", "smoke"])
def bank(request, tmp_path_factory):
    """(name, raw rows, cleaned rows, audit) of a committed file."""
    folder = tmp_path_factory.mktemp(request.param)
    source = RAW / f"{request.param}.jsonl"
    outputs = [folder / "questions.jsonl", folder / "rejected.jsonl"]
    clean_file(source, *outputs)
    return request.param, read(request.param), list(read_jsonl(outputs[0], Question)), audit(source, *outputs)


@pytest.fixture(scope="module")
def course():
    """The raw rows of the course's file."""
    return read("questions")


def test_ids(name):
    return read_committed(RAW / f"{name}.test-ids.json")["random 100 3407"]


test_ids.__test__ = False


@pytest.mark.parametrize("name", FILES)
def test_the_bank_draws_the_committed_file_again(name):
    drawn = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in FILES[name]())
    assert drawn == (RAW / f"{name}.jsonl").read_text(encoding="utf-8")


def test_all_542_rows_are_kept_and_answer_to_their_value(bank):
    _, raw, cleaned, counts = bank
    assert len(raw) == len(cleaned) == ROWS == 542 and counts["rejected"] == 0
    assert len({row.question for row in cleaned}) == 542, "no question stands twice"
    for row in counts["answers_that_do_not_read_as_value"]:
        assert row["difference"] == "separators", row
    for row in cleaned:
        digits = row.answer.replace(".", "").replace(",", "").lstrip("0")
        assert digits == row.value.replace(".", "").lstrip("0"), row


def test_no_open_question_speaks_of_choices_or_ends_within_a_sentence(bank):
    for row in bank[2]:
        assert "hangi" not in row.question.lower() and row.question[-1] in "?.)]", row


def test_the_test_ids_are_the_committed_ones(bank):
    name, _, cleaned, _ = bank
    committed = read_committed(RAW / f"{name}.test-ids.json")
    assert "random 100 3407" in committed
    for key, ids in committed.items():
        by, test, seed = key.split()
        assert draw_test_ids(cleaned, SplitSettings(by=by, test=int(test), seed=int(seed))) == ids and len(ids) == 100


def test_the_course_file_is_raw_as_the_posts_was(course):
    assert [row.id for row in course] == [f"fm-{number:03d}" for number in range(1, 543)]
    families = Counter(row.family for row in course)
    assert len(families) >= 60 and max(families.values()) <= 12
    assert sum(row.choices is not None for row in course) == 90, "a sixth is multiple choice"
    differ = [row for row in course if parse_turkish(clean(row).answer) != Decimal(row.value)]
    assert 15 <= len(differ) <= 22, "a twenty-fifth has sloppy separators, some of them such as read the same"
    endings = Counter(
        end
        for row in course
        for end in ("TL", "₺", "lira", "yıl", "ay", "gün")
        if row.answer.rstrip(" .").endswith(end)
    )
    assert all(endings[end] >= 3 for end in ("TL", "₺", "lira", "yıl", "ay")), endings
    assert sum(row.answer.startswith("%") for row in course) >= 20
    assert sum(row.answer.startswith("₺") for row in course) >= 20


def test_at_least_90_test_answers_are_what_a_turkish_writer_types_and_not_all(course):
    chosen = set(test_ids("questions"))
    for part, least in ((chosen, 90), ({row.id for row in course}, 488)):
        clean_rows = [clean(row) for row in course if row.id in part]
        canonical = sum(row.answer == format_turkish(Decimal(row.value)) for row in clean_rows)
        assert least <= canonical < len(clean_rows)


def test_choices_are_amounts_with_their_unit_and_the_right_one_stands_anywhere(course):
    ranks, letters, digits = Counter(), Counter(), 0
    for row in (row for row in course if row.choices):
        asked = clean(row.model_copy(update={"choices": None, "answer": row.value.replace(".", ",")})).question
        numbers = []
        for text in row.choices.values():
            bare = text.removeprefix("%").removesuffix(f" {row.answer_unit}")
            assert bare != text or not row.answer_unit or asked in row.question, f"no unit: {row}"
            if row.answer_unit == "TL":
                assert len(bare.rpartition(",")[2]) in (2, 3) or "," not in bare, f"no money: {row}"
            numbers.append(parse_turkish(bare) or Decimal(bare.replace(",", "")))
        assert len(set(numbers)) == 5, row
        right = numbers["ABCDE".index(row.answer)]
        ranks[sorted(numbers).index(right)] += 1
        letters[row.answer] += 1
        digits += len({f"{number:f}".replace(".", "").rstrip("0") for number in numbers}) < 5
    assert set(ranks) == {0, 1, 2, 3, 4} and min(ranks.values()) >= 7, ranks
    assert set(letters) == set("ABCDE") and min(letters.values()) >= 7, letters
    assert digits >= 5, "some options differ in separators only"


def test_a_third_of_the_course_is_hard_and_half_of_its_answers_are_no_whole_numbers(course):
    levels = Counter(row.difficulty for row in course)
    assert set(levels) == {"easy", "middle", "hard"} and levels["hard"] >= 181, levels
    assert sum(Decimal(row.value) % 1 == 0 for row in course) <= 271
    assert sum(Decimal(row.value) < 0 for row in course) >= 2, "some net present values are negative"


@pytest.mark.parametrize("name", AGAIN)
def test_fresh_draws_have_the_sentence_of_their_question_and_numbers_of_their_own(name):
    by_id = {row.id: row for row in read(name)}
    test = set(test_ids(name))
    instances, validation = (read(other) for other in AGAIN[name])
    copies = Counter(row.of for row in instances)
    assert set(copies.values()) == {10} and set(copies) <= test
    assert len(copies) == (100 if name == "questions" else 10)
    assert len({row.of for row in validation} - test) == len(validation) == 100
    for row in (*instances, *validation):
        of = by_id[row.of]
        assert row.id.startswith(f"{of.id}-") and row.choices is None
        assert (row.family, row.unit, row.answer_unit, row.difficulty) == (
            of.family,
            of.unit,
            of.answer_unit,
            of.difficulty,
        )
        assert masked(row.question) == masked(clean(of).question) and Decimal(row.value) != Decimal(of.value)
    everything = [*by_id.values(), *instances, *validation]
    for what in (
        lambda row: row.id,
        lambda row: (row.family, row.numbers),
        lambda row: clean(row).question,
    ):
        assert len({what(row) for row in everything}) == len(everything)


def test_a_family_less_leaves_the_problems_of_the_others():
    bank = BANKS["questions"]
    drawn, less = (
        {(row["family"], row["numbers"]): row for row in draw_rows(one)}
        for one in (bank, dataclasses.replace(bank, families=bank.families[1:]))
    )
    common = [key for key in drawn if key in less]
    assert len(common) >= 542 - 12
    raw = ("question", "choices", "answer", "value", "difficulty")
    changed = [key for key in common if any(drawn[key][field] != less[key][field] for field in raw)]
    assert len(changed) <= 8, "only who is multiple choice or sloppy moves a little"


def test_rows_that_do_not_say_their_difficulty_go_through():
    row = RawQuestion(id="a", question="Faiz kaç TL'dir?", answer="12 TL", answer_unit="TL")
    assert (clean(row).difficulty, clean(row).of) == ("", "")
    told = clean(row.model_copy(update={"difficulty": "hard", "of": "b"}))
    assert (told.difficulty, told.of) == ("hard", "b")


def test_the_tables_of_the_data_card_are_those_of_the_files():
    card = (RAW / "README.md").read_text(encoding="utf-8")
    assert with_tables(card, tables(RAW)) == card, "python -m finmath_grpo.questions.card --write makes them anew"


def test_the_documented_schema_is_that_of_the_rows():
    assert json.loads((RAW / "schema.json").read_text(encoding="utf-8")) == rows.RawQuestion.model_json_schema()
