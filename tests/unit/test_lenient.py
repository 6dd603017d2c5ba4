"""The lenient reading: what a completion answers, whether or not it says so in the tag."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.evaluation.lenient import Reading, lenient_answer, read
from finmath_grpo.prompts import fill_template
from finmath_grpo.scorer import score, shortest

WORKING = "1.314 / 21.900 = 0,06\n0,06 × 100 = 6\n"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"{WORKING}Cevap: 6 %", "6"),
        (f"{WORKING}Cevap: 6 %\n\nTeşekkürler!", "6"),
        (f"{WORKING}", "6"),
        ("Sonuç 12.500 TL olarak bulunur, umarım yardımcı olmuştur.", "12.500"),
        ("**Cevap:** 12 500,50 TL", "12500,50"),
        ("5.000 + 1.000 = 6.000", "6.000"),
        ("zarar = -5", "-5"),
        ("fark 10 - 5", "5"),
        ("fark eder ki -5 çıkar", "-5"),
        ("Cevap: 2/3", None),
        ("o hâlde cevap 2/3 olur mu", None),
        ("yaklaşık 12,5 bin lira eder mi", None),
        ("Toplam 5 bin 300 TL eder", None),
        ("Sonuç 2 milyar 5 yüz", None),
        ("Toplam 5 yüz 20 TL eder", None),
        ("Fiyatın yüzde 20 eksiği", "20"),
        ("Kabin 12 numara", "12"),
        ("2 üssü 10² olur mu", None),
        ("Cevap: on iki", None),
        ("", None),
        # A tag's content alone counts, whatever stands around it.
        (fill_template(WORKING, "12"), "12"),
        (fill_template(WORKING, "2 + 3 = 5"), None),
        (fill_template(WORKING, "bilmiyorum") + "Cevap: 6", None),
    ],
)
def test_the_number_that_a_text_answers(text: str, number: str | None) -> None:
    found = lenient_answer(text)
    assert (found and found.number) == number


def test_a_text_that_was_cut_off_without_a_tag_answers_nothing() -> None:
    assert read(f"{WORKING}Cevap: 6", "length", Decimal(6), "%") == Reading(False, False, False, False)
    assert read("<cevap>\n6", "length", Decimal(6), "%") == Reading(True, True, True, True)


@pytest.mark.parametrize(
    ("text", "tag_optional", "lenient"),
    [
        ("Cevap: 1.234,5", True, True),
        ("Cevap: 1,234.5", False, True),
        ("Cevap: 1234.5", False, True),
        ("Cevap: 1.234,5 ay", False, False),
        ("Cevap: 1.235", False, False),
        (fill_template("x", "1,234.5"), False, True),
        (fill_template("x", "1.234,5 ay"), False, False),
    ],
)
def test_separators_are_forgiven_and_a_contradicting_unit_is_not(text: str, tag_optional: bool, lenient: bool) -> None:
    found = read(text, "stop", Decimal("1234.5"), "TL")
    assert (found.tag_optional, found.lenient) == (tag_optional, lenient)


def test_a_right_value_counts_as_tag_optional_in_a_tag_and_without() -> None:
    for text in ("Cevap: 6 TL", fill_template("x", "6 TL")):
        found = score(text, "stop", "6", Decimal(6), "TL")
        assert (found["tagged"], found["tag_optional"]) == ("<cevap>" in text, 1)


PIECES = [*"0123456789.,-%=:/ \nTLx₺", "6", "12,5", "12.5", "<cevap>", "</cevap>", " bin", "²"]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.booleans())
def test_what_the_scorer_calls_right_is_right_in_every_weaker_reading(text: str, cut: bool) -> None:
    for value in (Decimal(6), Decimal("12.5")):
        found = score(text, "length" if cut else "stop", "6", value, "TL")
        assert found["numeric"] <= found["tag_optional"] <= found["lenient"] <= found["readable"]
        if found["tagged"]:
            assert found["numeric"] == found["tag_optional"]


@pytest.mark.parametrize("piece", ["1", "1 ", "1.000.", "-", "=", "1/", "6 %\n", "1:", " ", "**", "\\boxed{"])
def test_hostile_text_takes_time_in_step_with_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece)) + "x"
        started = time.process_time()
        for _ in range(3):
            lenient_answer(text)
        return time.process_time() - started

    assert seconds(200_000) < 0.05 + 30 * max(seconds(20_000), 1e-4)


@pytest.mark.parametrize(
    ("number", "text"), [("6.000", "6"), ("-0.0", "0"), ("1200", "1200"), ("1E+3", "1000"), ("12.50", "12.5")]
)
def test_one_number_has_one_text(number: str, text: str) -> None:
    assert shortest(Decimal(number)) == text
