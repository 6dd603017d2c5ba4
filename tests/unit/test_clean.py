"""Cleaning: what is kept, how it is rewritten, why a row is rejected, and what the audit says."""

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.errors import UserError
from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions.audit import audit
from finmath_grpo.questions.clean import clean, clean_answer, clean_file
from finmath_grpo.questions.opening import Reject, open_question
from finmath_grpo.questions.rows import Question, RawQuestion


def raw(**changes):
    return RawQuestion(**{"id": "1", "question": "Faiz kaç TL'dir?", "answer": "12 TL", "answer_unit": "TL", **changes})


@pytest.mark.parametrize(
    ("recorded", "bare"),
    [
        ("6.615 TL", "6.615"),
        ("₺6.615", "6.615"),
        ("6615 lira", "6615"),
        (" 6.615 TL. ", "6.615"),
        ("= 6.615,50 TL", "6.615,50"),
        ("%12,5", "12,5"),
        ("yüzde 12", "12"),
        ("15 ay", "15"),
        ("6.615 TL'dir.", "6.615"),
        ("-1.250 TL", "-1.250"),
        ("−1.250", "-1.250"),
        ("5514.28", "5514.28"),
        ("36,919", "36,919"),
        ("1,250.00 TL", "1,250.00"),
        ("6\u00a0615\u00a0TL", "6615"),
        ("6\u2009615", "6615"),
        ("yaklaşık 12", "12"),
        ("**12.500 TL**", "12.500"),
        ("-%5", "-5"),
        ("%-5", "-5"),
        ("-₺500", "-500"),
        ("₺ −1.250,75", "-1.250,75"),
        ("eksi 500 TL", "-500"),
        ("+5", "5"),
    ],
)
def test_answers_keep_digits_and_their_own_separators(recorded, bare):
    assert clean_answer(recorded) == bare


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.booleans(),
    st.sampled_from(["{} TL", "₺{}", "{}", "%{}", "{} lira.", " = {} ay", "{} yıl", "{}'dir"]),
)
def test_a_turkish_number_comes_out_of_any_recording_unchanged(value, grouping, recording):
    written = format_turkish(value, grouping=grouping)
    assert clean_answer(recording.format(written)) == written
    assert parse_turkish(written) == value


@pytest.mark.parametrize(
    ("recorded", "why"),
    [
        ("bilinmiyor", "no number"),
        ("12 ile 15", "2 numbers"),
        ("12 bin TL", "more than a number and a unit"),
        ("en az 12", "more than a number and a unit"),
        ("12 elma", "more than a number and a unit"),
        ("(500)", "in brackets"),
        ("(500) TL", "in brackets"),
        ("(₺500)", "in brackets"),
        ("on iki", "no number"),
        ("1.25.0", "neither in Turkish nor in English"),
        ("2/3", "2 numbers"),
    ],
)
def test_answers_that_may_mean_something_else_are_rejected(recorded, why):
    with pytest.raises(Reject, match=why):
        clean_answer(recorded)


@pytest.mark.parametrize(
    ("question", "unit", "opened"),
    [
        ("Senedin değeri aşağıdakilerden hangisidir?", "TL", "Senedin değeri kaç TL'dir?"),
        ("Faiz oranı aşağıdaki seçeneklerden hangisidir?", "%", "Faiz oranı yüzde kaçtır?"),
        ("Vade aşağıdakilerden hangisine eşittir? (1 yıl 360 gün)", "gün", "Vade kaç gündür? (1 yıl 360 gün)"),
        ("Süre yukarıdakilerden hangisidir?", "ay", "Süre kaç aydır?"),
        ("Ayar aşağıdakilerden hangisidir?", "", "Ayar kaçtır?"),
        ("Faiz kaç TL'dir? Doğru seçeneği işaretleyiniz.", "TL", "Faiz kaç TL'dir?"),
        ("Faiz kaç TL'dir? Doğru cevap hangisidir?", "TL", "Faiz kaç TL'dir?"),
        ("Faiz  kaç\nTL'dir?", "TL", "Faiz kaç TL'dir?"),
        ("Faiz aşağıdakilerden hangisidir ?", "TL", "Faiz kaç TL'dir?"),
        *(
            (text, "TL", text)
            for text in (
                "İki yatırım seçeneğinden kârlı olanın NBD'si kaç TL'dir?",
                "A A.Ş. ile B A.Ş. ortaktır. A'nın payı kaç TL'dir?",
                "Bir sınavdaki 40 sorunun %30'u kolaydır. Bu soruda faiz basittir. Kaç TL'dir?",
                "Ödemeler aşağıdaki şekildedir: 1. yıl 100 TL, 2. yıl 200 TL. Toplam kaç TL'dir?",
            )
        ),
        (
            "Aşağıdaki tabloya göre\n1. yıl: 5 TL\n2. yıl: 6 TL\ntoplam?",
            "",
            "Aşağıdaki tabloya göre 1. yıl: 5 TL 2. yıl: 6 TL toplam?",
        ),
        (
            "Nakit akışları aşağıda verilmiştir. NBD kaç TL'dir?",
            "TL",
            "Nakit akışları aşağıda verilmiştir. NBD kaç TL'dir?",
        ),
    ],
)
def test_choice_stems_become_open_questions(question, unit, opened):
    assert open_question(question, unit) == opened


@pytest.mark.parametrize(
    "question", ["Aşağıdakilerden hangisi yanlıştır?", "Hangisi en kârlıdır?", "Hangi şıkkı seçersiniz?"]
)
def test_questions_that_need_their_choices_are_rejected(question):
    with pytest.raises(Reject, match="refers to choices"):
        open_question(question, "TL")


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Faiz kaç TL'dir? A) 100 TL B) 150 TL C) 200 TL", "options typed"),
        ("Faiz kaç TL'dir?\nA. 100 TL\nB. 150 TL\nC. 200 TL", "options typed"),
        ("Faiz kaç TL'dir? a)100 b)150", "options typed"),
        ("Faiz kaç TL'dir? (A) 100 (B) 150", "options typed"),
        ("Faiz kaç TL'dir? A-) 100 B-) 150 C-) 200", "options typed"),
        ("Üçüncü sorudaki verileri kullanarak faizi bulunuz.", "another text"),
        ("3. sorudaki verilere göre faiz kaç TL'dir?", "another text"),
        ("Bir önceki soruda verilen faiz kaç TL'dir?", "another text"),
        ("İkinci sorudaki faiz kaç TL'dir?", "another text"),
        ("Soru 3'teki faiz kaç TL'dir?", "another text"),
        ("Yukarıda verilen bilgilere göre faiz kaç TL'dir?", "another text"),
        ("Aşağıdaki tabloya göre faiz kaç TL'dir?", "needs a table"),
        ("Verilen ödeme tablosundaki faiz kaç TL'dir?", "needs a table"),
        ("Grafiğe göre faiz kaç TL'dir?", "needs a table"),
    ],
)
def test_questions_that_need_what_is_not_there_are_rejected(question, why):
    with pytest.raises(Reject, match=why):
        open_question(question, "TL")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"answer": "100 TL", "value": "250"}, "answer '100 TL' contradicts value '250'"),
        ({"answer": "-%5", "answer_unit": "%", "value": "5"}, "contradicts value"),
        ({"answer": "17 yıl", "answer_unit": "ay"}, "another unit than answer_unit 'ay'"),
        ({"choices": {"A": "%5", "B": "6"}, "answer": "A"}, "another unit than answer_unit 'TL'"),
    ],
)
def test_a_row_that_contradicts_itself_is_rejected(row, why):
    with pytest.raises(Reject, match=why):
        clean(raw(**row))


@pytest.mark.parametrize(
    ("unit", "answer", "kept"),
    [
        ("yil", "17 yıl", True),
        ("Yıl", "17 yıl", True),
        ("Yıl", "17 ay", False),
        ("yil", "17 ay", False),
        ("usd", "17 $", True),
        ("usd", "17 TL", False),
        ("puan", "17 TL", True),
    ],
)
def test_other_units_and_spellings_are_taken_as_the_data_card_says(unit, answer, kept):
    row = raw(answer=answer, answer_unit=unit)
    if kept:
        assert clean(row).answer == "17"
    else:
        with pytest.raises(Reject, match="another unit than answer_unit"):
            clean(row)


def test_a_slip_of_separators_is_kept_and_said(tmp_path):
    counts, (questions, *_) = run(tmp_path, line(answer="5514.28", value="5514.28"))
    assert json.loads(questions)["answer"] == "5514.28"
    assert counts["answers_that_do_not_read_as_value"] == [
        {"id": "1", "answer": "5514.28", "read_as": None, "value": "5514.28", "difference": "separators"}
    ]


def test_an_answer_that_may_be_english_thousands_is_said_where_no_value_tells(tmp_path):
    rows = [line(answer="36,919 TL", value=None), line(answer="36,919", value="36.919", id="2")]
    rows += [line(answer=answer, value=None, id=answer) for answer in ("0,125", "36,9", "36.919", "1.036,919")]
    counts, _ = run(tmp_path, "".join(rows))
    assert counts["answers_of_three_decimals_without_value"] == [{"id": "1", "answer": "36,919", "read_as": "36.919"}]


def test_the_letter_of_a_choice_becomes_its_number():
    row = raw(choices={"A": "11.000 TL", "B": "12.500 TL"}, answer="B)")
    cleaned = clean(row)
    assert (cleaned.answer, cleaned.value) == ("12.500", "12500")
    with pytest.raises(Reject, match="letter of none"):
        clean(row.model_copy(update={"answer": "D"}))


def test_without_a_value_the_answer_must_be_a_turkish_number():
    assert clean(raw(answer="12.500 TL")).value == "12500"
    with pytest.raises(Reject, match="no value that says what it means"):
        clean(raw(answer="5514.28 TL"))
    assert clean(raw(answer="5514.28 TL", value="5514.28")).answer == "5514.28"


def run(tmp_path, text):
    source = tmp_path / "raw.jsonl"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    outputs = [tmp_path / name for name in ("questions.jsonl", "rejected.jsonl")]
    clean_file(source, *outputs)
    return audit(source, *outputs), [path.read_text() for path in outputs]


def line(id="1", **changes):
    return json.dumps({"id": id, "question": f"{id} numaralı faiz kaç TL'dir?", "answer": "12", **changes}) + "\n"


def test_a_question_that_is_asked_twice_is_counted_once(tmp_path):
    """Of two such rows one could be tested and the other one trained on, and rollouts would be told of one of them."""
    text = line(id="a", question="Faiz kaç TL'dir?", answer="12,50") + line(id="b")
    text += line(id="c", question=" Faiz  kaç\nTL'dir? ", answer="12,5 TL", answer_unit="TL")
    text += line(id="d", question="Faiz kaç TL'dir?", answer="iki") + line(id="e", question="FAİZ kaç TL'dir?")
    counts, (questions, rejected) = run(tmp_path, text)
    assert [json.loads(row)["id"] for row in questions.splitlines()] == ["a", "b", "e"]
    reasons = {row["id"]: row["reason"] for row in map(json.loads, rejected.splitlines())}
    assert reasons["c"] == "the question is that of 'a', word for word" and "no number" in reasons["d"]
    assert counts["by_rejected"]["the question is that of '…', word for word"] == 1


def test_a_question_with_two_answers_is_refused_by_both_ids(tmp_path):
    text = line(id="a", question="Faiz kaç TL'dir?") + line(id="b", question="Faiz kaç TL'dir?", answer="13")
    with pytest.raises(UserError, match=r"raw\.jsonl: 'a' and 'b' ask the same and have other answers, 12 and 13;"):
        run(tmp_path, text)
    assert [path.name for path in tmp_path.iterdir()] == ["raw.jsonl"]


@pytest.mark.parametrize("digits", ["9" * 101, "-" + "9" * 100, "0," + "1" * 99])
def test_an_answer_too_long_for_a_value_is_rejected_with_a_reason(tmp_path, digits):
    counts, (_, rejected) = run(tmp_path, line(id="a", answer=digits) + line(id="b") + line(id="c", answer="9" * 100))
    assert (counts["kept"], counts["rejected"]) == (2, 1)
    assert "has more than 100 digits and signs" in json.loads(rejected)["reason"]


def test_nothing_is_dropped_in_silence(tmp_path):
    text = (
        line(id="a", unit="Basit faiz", family="f", answer_unit="TL", answer="1,250.00 TL", value="1250")
        + line(id="b", answer="12 ile 15")
        + line(id="c", answer="36,919", value="36919")
        + line(id="d", choices={"A": "5 TL", "B": "6 TL"}, answer="A", answer_unit="TL")
        + line(id="e", answer="10", value="11")
    )
    counts, (questions, rejected) = run(tmp_path, text)
    assert [json.loads(row)["id"] for row in questions.splitlines()] == ["a", "c", "d"]
    rejects = {row["id"]: row["reason"] for row in map(json.loads, rejected.splitlines())}
    assert rejects.keys() == {"b", "e"} and "2 numbers" in rejects["b"] and "contradicts" in rejects["e"]
    assert (counts["rows"], counts["kept"], counts["rejected"]) == (5, 3, 2)
    assert counts["by_kind"] == {"choice": 1, "open": 2}
    assert counts["by_separators"] == {"comma groups": 1, "comma groups, dot before decimals": 1, "digits only": 1}
    assert counts["by_rejected"] == {
        "answer '…' contradicts value '…', in Turkish as in English": 1,
        "answer '…' has 2 numbers, expected one": 1,
    }
    differ = counts["answers_that_do_not_read_as_value"]
    assert [(row["id"], row["read_as"]) for row in differ] == [("a", None), ("c", "36.919")]
    assert Question.model_validate_json(questions.splitlines()[0]).value == "1250"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        pytest.param(line() + "{not json\n", r"raw.jsonl, line 2: .*JSON", id="a line that is no JSON"),
        pytest.param(
            line() + '{"id": "2", "answer": "1"}\n', r"line 2: question: Field required", id="a missing field"
        ),
        pytest.param(line(answer=12), r"line 1: answer: .*string \(found 12\)", id="a number in place of a text"),
        pytest.param(line(cevap="12"), r"line 1: cevap: Extra inputs", id="an unknown field"),
        pytest.param(line(value="1.234,5"), r"line 1: value: ", id="a value in Turkish notation"),
        pytest.param(line(choices={"A": "1", "F": "2"}), r"line 1: choices\.F", id="a choice beyond E"),
        pytest.param(line() + "\n" + line(), r"line 3: id: '1' is also in line 1", id="an id that stands twice"),
        pytest.param(line().encode() + b"\xff\n", r"not UTF-8", id="another encoding"),
        pytest.param("", r"no question is left", id="an empty file"),
        pytest.param(line(answer="?"), r"no question is left to ask; rejected: .*no number", id="only rejects"),
    ],
)
def test_bad_files_are_refused_with_line_and_field_and_leave_no_output(tmp_path, bad, says):
    with pytest.raises(UserError, match=says):
        run(tmp_path, bad)
    assert [path.name for path in tmp_path.iterdir()] == ["raw.jsonl"]


def test_a_row_that_is_nowhere_is_told_by_the_audit(tmp_path):
    _, (questions, _) = run(tmp_path, line(id="a") + line(id="b"))
    (tmp_path / "questions.jsonl").write_text(questions.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="'b' is neither in"):
        audit(*(tmp_path / name for name in ("raw.jsonl", "questions.jsonl", "rejected.jsonl")))


def test_a_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.jsonl: can't be read"):
        clean_file(tmp_path / "nowhere.jsonl", *(tmp_path / name for name in "ab"))


def test_values_are_kept_as_they_are_written():
    assert Decimal(clean(raw(answer="12,50", value="12.50")).value) == Decimal("12.5")


def values_and(*answers: tuple[str, str]) -> str:
    return "".join(line(id=str(n), answer=answer, value=value) for n, (answer, value) in enumerate(answers))


def test_a_column_of_answers_that_is_shifted_by_one_row_is_refused_and_leaves_no_output(tmp_path):
    values = [f"{100 + n}" for n in range(50)]
    text = values_and(*zip([*values[1:], values[0]], values, strict=True))
    with pytest.raises(UserError, match=r"50 of 50 answers contradict the `value` .*that of '0' is the value of '1'"):
        run(tmp_path, text)
    assert [path.name for path in tmp_path.iterdir()] == ["raw.jsonl"]


def test_two_answers_that_are_swapped_are_refused_in_a_file_of_any_length(tmp_path):
    pairs = [(f"{100 + n},5", f"{100 + n}.5") for n in range(400)]
    pairs[7], pairs[300] = (pairs[300][0], pairs[7][1]), (pairs[7][0], pairs[300][1])
    with pytest.raises(UserError, match=r"2 of 400 answers contradict .*'7' and '300' have each other's"):
        run(tmp_path, values_and(*pairs))


def test_slips_of_a_hand_are_rejected_and_counted(tmp_path):
    pairs = [(f"{100 + n}", f"{100 + n}") for n in range(400)]
    pairs[7], pairs[300] = ("9", "107"), ("8", "400")
    counts, _ = run(tmp_path, values_and(*pairs))
    assert (counts["kept"], counts["rejected"]) == (398, 2)


def test_letters_typed_as_two_characters_are_the_same_words_and_the_same_id(tmp_path):
    row = {"question": "Süre aşağıdakilerden hangisidir?", "choices": {"A": "5 gün", "B": "6 gün"}, "answer": "A"}
    rows = [{"id": unicodedata.normalize(form, "ğ1"), "answer_unit": "gün", **row} for form in ("NFC", "NFD")]
    typed = json.loads(unicodedata.normalize("NFD", json.dumps(rows[0], ensure_ascii=False)))
    cleaned = clean(RawQuestion.model_validate(typed))
    assert (cleaned.id, cleaned.question, cleaned.answer_unit) == ("ğ1", "Süre kaç gündür?", "gün")
    raw = tmp_path / "raw.jsonl"
    raw.write_text("".join(json.dumps(found) + "\n" for found in rows), encoding="utf-8")
    with pytest.raises(UserError, match=r"line 2: id: 'ğ1' is also in line 1"):
        clean_file(raw, tmp_path / "kept", tmp_path / "rejected")
