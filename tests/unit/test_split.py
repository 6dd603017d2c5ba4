"""The split: its sizes, that nothing can move it unseen, and what contamination is."""

import json

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.questions.contamination import contamination, masked, normalised
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
def test_the_family_draw_takes_whole_families_up_to_the_exact_size(seed):
    rows = questions([4, 5, 4, 5, 4, 5, 3])
    drawn = set(draw_test_ids(rows, settings(by="family", test=13, seed=seed)))
    families = {row.family for row in rows if row.id in drawn}
    assert len(drawn) == 13 and drawn == {row.id for row in rows if row.family in families}


def test_a_size_that_no_families_add_up_to_is_refused_with_the_nearest():
    with pytest.raises(UserError, match="no set of whole families has 7 questions; the nearest is 8"):
        draw_test_ids(questions([4, 4, 4]), settings(by="family", test=7))


def test_a_test_set_as_large_as_the_file_is_refused():
    with pytest.raises(UserError, match=r"split\.test: 10 of 10"):
        draw_test_ids(questions([10]), settings())


def test_families_must_be_named_for_a_split_by_family():
    rows = [row.model_copy(update={"family": ""}) for row in questions([20])]
    with pytest.raises(UserError, match="needs a family in every row; the row '0-0' has none"):
        draw_test_ids(rows, settings(by="family"))


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
    report = contamination(train, test)
    by_id = {row["id"]: row for row in report["questions"]}
    flags = {id: [row["exact"], row["normalised"], row["numbers_masked"]] for id, row in by_id.items()}
    assert flags == {
        "exact": [True, True, True],
        "normal": [False, True, True],
        "masked": [False, False, True],
        "runs": [False, False, False],
        "none": [False, False, False],
    }
    assert by_id["exact"]["share_of_8_grams"] == 1 and 0 < by_id["runs"]["share_of_8_grams"] < 1
    assert by_id["none"]["share_of_8_grams"] is None, "a question of fewer than eight words has no run"
    assert by_id["masked"]["nearest"] == "same" and by_id["exact"]["similarity"] == 1
    assert report["test_questions_seen"] == {"exact": 1, "normalised": 2, "numbers_masked": 3, "any_8_gram": 4}


def test_texts_are_compared_as_turkish_writes_them():
    assert normalised("KIRK İKİ") == normalised("kırk iki") == "kırkiki"
    assert masked("%12,5'i 2.000 TL'nin") == masked("%40'ı 30 TL'nin").replace("ı", "i") == "# i # tl nin"
