"""The split: its sizes, that nothing can move it unseen, and what contamination is."""

import json
import sys

import pydantic
import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.questions import contamination as contamination_stage
from finmath_grpo.questions import split
from finmath_grpo.questions.contamination import Contamination, masked, normalised, seen_shapes
from finmath_grpo.questions.families import course, elementary
from finmath_grpo.questions.ideas import IDEAS, idea_or_family
from finmath_grpo.questions.rows import Question
from finmath_grpo.questions.settings import SplitSettings
from finmath_grpo.questions.split import check_committed, draw_test_ids


def questions(sizes):
    """Questions of families with the given sizes."""
    return [
        Question(
            id=f"{family}-{k}", unit="u", family=f"f{family}", question="Kaç TL?", answer="1", answer_unit="", value="1"
        )
        for family, size in enumerate(sizes)
        for k in range(size)
    ]


def settings(by="random", test=10, seed=3407):
    return SplitSettings(by=by, test=test, seed=seed)


def test_the_random_draw_depends_on_seed_and_ids_only():
    rows = questions([20, 20])
    drawn = draw_test_ids(rows, settings())
    assert len(drawn) == 10 and draw_test_ids(rows[::-1], settings()) == drawn[::-1]
    assert drawn != draw_test_ids(rows, settings(seed=1))
    # Written down, so that another hash, sort or Python can't move it.
    assert drawn == ["0-2", "0-4", "0-13", "0-14", "0-15", "0-17", "1-0", "1-4", "1-15", "1-19"]


@pytest.mark.parametrize("seed", range(5))
def test_the_draw_by_idea_takes_whole_ideas_up_to_the_exact_size(seed):
    """Families that no table knows, as in a file of one's own, are ideas by themselves."""
    rows = questions([4, 5, 4, 5, 4, 5, 3])
    drawn = set(draw_test_ids(rows, settings(by="idea", test=13, seed=seed)))
    families = {row.family for row in rows if row.id in drawn}
    assert len(drawn) == 13 and drawn == {row.id for row in rows if row.family in families}


@pytest.mark.parametrize("seed", range(5))
def test_families_that_are_solved_alike_are_held_out_together(seed):
    names = ["compound-rate", "irr-one-flow", "perpetuity", "share-constant-dividend", "payback", "mine"]
    rows = [row.model_copy(update={"family": names[int(row.family[1:])]}) for row in questions([3] * len(names))]
    drawn = set(draw_test_ids(rows, settings(by="idea", test=6, seed=seed)))
    held_out = {row.family for row in rows if row.id in drawn}
    assert len(drawn) == 6
    for pair in (names[:2], names[2:4]):
        assert len(held_out & set(pair)) in (0, 2)


def test_a_size_that_no_ideas_add_up_to_is_refused_with_the_nearest():
    with pytest.raises(UserError, match="no set of whole ideas has 7 questions; the nearest is 8"):
        draw_test_ids(questions([4, 4, 4]), settings(by="idea", test=7))


def test_a_split_by_family_is_refused_with_the_word_to_write_instead():
    with pytest.raises(pydantic.ValidationError, match="write 'idea'"):
        settings(by="family")


def test_every_family_of_the_project_has_exactly_one_idea():
    listed = [family for families in IDEAS.values() for family in families]
    assert len(listed) == len(set(listed)), "a family stands in two ideas"
    without = {family.name for family in course.FAMILIES + elementary.FAMILIES} - {*listed}
    assert not without, "add it to IDEAS in questions/ideas.py, beside those solved alike"


@pytest.mark.parametrize(
    "twins",
    [
        # Found by a reader of the first edition: the same solution in another dress.
        ("compound-principal", "compound-inner-present-value"),
        ("compound-rate", "irr-one-flow"),
        ("perpetuity", "share-constant-dividend"),
        ("compound-outer-present-value", "depreciation-declining-book-value"),
        ("percent-two-discounts", "inflation-price", "compound-changing-rates"),
        ("ratio-mixture-price", "ratio-alloy-fineness", "bills-average-maturity"),
        ("npv-equal-flows", "annuity-present-value"),
    ],
    ids=lambda twins: twins[0],
)
def test_twins_share_an_idea(twins):
    assert len({idea_or_family(family) for family in twins}) == 1


def test_a_test_set_as_large_as_the_file_is_refused():
    with pytest.raises(UserError, match=r"split\.test: 10 of 10"):
        draw_test_ids(questions([10]), settings())


def test_families_must_be_named_for_a_split_by_idea():
    rows = [row.model_copy(update={"family": ""}) for row in questions([20])]
    with pytest.raises(UserError, match="needs a family in every row; the row '0-0' has none"):
        draw_test_ids(rows, settings(by="idea"))


def test_a_moved_split_is_noticed(tmp_path):
    path = tmp_path / "raw.test-ids.json"
    path.write_text(json.dumps({"random 10 3407": ["a", "b"]}))
    assert check_committed(path, settings(), ["a", "b"])
    assert not check_committed(path, settings(seed=1), ["a", "c"])
    with pytest.raises(UserError, match=r"the split moved: 1 of the committed test ids .*\(b .*1 others are \(c"):
        check_committed(path, settings(), ["a", "c"])


def ask(id, text):
    return Question(id=id, unit="", family="", question=text, answer="1", answer_unit="", value="1")


def test_each_overlap_is_found_where_it_is_and_not_where_it_is_not():
    base = "Bir esnaf 2.000 TL borcunu yıllık %12 basit faizle 3 yıl sonra ödüyor. Faiz kaç TL'dir?"
    train = [ask("same", base), ask("other", "Deniz bir bankaya para yatırıyor.")]
    test = [
        ask("exact", base),
        ask("normal", base.replace("Faiz kaç", "FAİZ KAÇ") + " !"),
        ask("masked", base.replace("2.000", "45.500").replace("%12", "%40,5")),
        ask("runs", "Soru: Bir esnaf 2.000 TL borcunu yıllık %12 basit faizle kapatır. Ne öder?"),
        ask("none", "Tahvilin fiyatı kaç TL'dir?"),
    ]
    report = Contamination(train).of(test)
    by_id = {row["id"]: row for row in report["questions"]}
    flags = {id: [row["exact"], row["normalised"], row["masked"]] for id, row in by_id.items()}
    assert flags == {
        "exact": [True, True, True],
        "normal": [False, True, True],
        "masked": [False, False, True],
        "runs": [False, False, False],
        "none": [False, False, False],
    }
    assert by_id["exact"]["share_of_8_grams"] == 1
    # Of the seven runs of its 14 words those that begin at the second to the fourth: "bir esnaf … yıllık 12".
    assert by_id["runs"]["share_of_8_grams"] == pytest.approx(3 / 7, abs=0.001)
    assert by_id["none"]["share_of_8_grams"] is None, "a question of fewer than eight words has no run"
    assert by_id["masked"]["nearest"] == "same" and by_id["exact"]["similarity"] == 1
    assert report["test_questions_seen"] == {"exact": 1, "normalised": 2, "masked": 3, "any_8_gram": 4}
    assert seen_shapes(train, test) == {row["id"]: row["masked"] for row in report["questions"]}


def test_texts_are_compared_as_turkish_writes_them():
    assert normalised("KIRK İKİ") == normalised("kırk iki") == "kırkiki"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paranın %4'ü kaç TL'dir?", "Paranın %18'i kaç TL'dir?"),
        ("Faizi yüzde 10'u bulur.", "Faizi %7,5'i bulur."),
        ("2.000 TL'nin 3. yıl sonundaki değeri", "10.000 TL'nin 12. yıl sonundaki değeri"),
        ("Ayşe Hanım'ın borcu", "Kerem Bey'in borcu"),
        ("Bir esnafın alacağı", "Bir memurun alacağı"),
        ("Bugün Bir kooperatif ödüyor.", "Bugün bir şirket ödüyor."),
        ("Ege Tekstil'in geliri", "Bir fabrikanın geliri"),
        ("Bir buzdolabının fiyatı", "Bir koltuk takımının fiyatı"),
        ("5 Ocak'ta çekilen para", "28 Mayıs'ta çekilen para"),
        ("Araç temmuz ayında alınmıştır.", "Araç mart ayında alınmıştır."),
        ("Faiz üç ayda bir eklenir.", "Faiz altı ayda bir eklenir."),
        ("[(1,10)⁻⁸ = 0,4665 alınız.]", "[(1,02)¹² = 1,2682 alınız.]"),
        ("Faiz kaç TL'dir?", "Faiz kaç TL'dir? Sonucu iki ondalık basamağa yuvarlayınız."),
        ("Faiz kaç TL'dir?", "Faiz kaç TL'dir? (Sonucu iki ondalık basamağa yuvarlayınız.)"),
        ("Faiz kaç TL'dir?", "Faiz yaklaşık kaç TL'dir? Cevabınızı virgülden sonra iki basamağa yuvarlayınız."),
        ("Tutarı bulunuz.", "Tutarı virgülden sonra iki basamağa yuvarlayarak bulunuz."),
    ],
)
def test_a_shape_has_no_numbers_names_goods_suffixes_or_rounding_notes(one, other):
    assert masked(one) == masked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Faiz kaç TL'dir?", "Anapara kaç TL'dir?"),
        ("Yıllık %10 iç iskonto", "Yıllık %10 dış iskonto"),
        (
            "Ödeme yıl sonunda yapılır. Tutarı yuvarlamadan bulunuz.",
            "Ödeme yıl başında yapılır. Tutarı yuvarlamadan bulunuz.",
        ),
        ("Sonuç kaç TL'dir? Yuvarlanmış fiyat kaç TL olur?", "Sonuç kaç TL'dir?"),
    ],
)
def test_what_tells_two_exercises_apart_stays_in_the_shape(one, other):
    assert masked(one) != masked(other)


def test_the_stage_reports_every_test_against_the_training_questions(tmp_path, monkeypatch):
    rows = [
        row.model_copy(update={"question": f"Soru {row.id}: bir esnaf borcunu kaç yılda öder?"})
        for row in questions([30])
    ]
    own, others = tmp_path / "questions.jsonl", tmp_path / "transfer.jsonl"
    own.write_text("".join(row.model_dump_json() + "\n" for row in rows))
    further = [ask("ft-1", "Kira ne kadardır?"), *(rows[0].model_copy(update={"of": row.id}) for row in rows)]
    others.write_text("".join(row.model_dump_json() + "\n" for row in further))
    train, test = (tmp_path / name for name in ("train.jsonl", "test.jsonl"))
    command = [
        "split",
        "--settings",
        settings().model_dump_json(),
        "--questions",
        own,
        "--train",
        train,
        "--test",
        test,
    ]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    split.main()
    command = ["contamination", "--train", train, "--names", "t1", "t2", "--tests", test, others]
    command += ["--contamination", tmp_path / "contamination"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    contamination_stage.main()
    report = json.loads((tmp_path / "contamination").read_text())
    assert list(report) == ["t1", "t2"] and [part["train"] for part in report.values()] == [20, 20]
    assert report["t1"]["test_questions_seen"] == {"exact": 0, "normalised": 0, "masked": 10, "any_8_gram": 0}
    assert report["t2"]["test"] == 31 and report["t2"]["test_questions_seen"]["masked"] == 30
    # Each of the 30 questions once with other numbers: 20 of them are trained on.
    assert [part["training_questions_with_new_numbers"] for part in report.values()] == [0, 20]
