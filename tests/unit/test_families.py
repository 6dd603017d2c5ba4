"""Every family of questions: right by an independent formula, right line by line, and written as Turkish is."""

import functools
import re
import unicodedata
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest
from equations import equations, holds, last_number
from formulas import FORMULAS as FORMULAS_OF_COURSE
from formulas_transfer import FORMULAS as FORMULAS_OF_TRANSFER

from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions.contamination import masked
from finmath_grpo.questions.families import transfer, transfer_elementary
from finmath_grpo.questions.families.course import FAMILIES as COURSE
from finmath_grpo.questions.families.dates import on
from finmath_grpo.questions.families.elementary import FAMILIES as ELEMENTARY
from finmath_grpo.questions.families.suffix import suffixed
from finmath_grpo.questions.families.writing import (
    capital,
    exact,
    given,
    half_up,
    log,
    near,
    raised,
    root,
    root_of,
    show,
)

TRANSFER = transfer.FAMILIES + transfer_elementary.FAMILIES
ALL = COURSE + ELEMENTARY + TRANSFER
FORMULAS = FORMULAS_OF_COURSE | FORMULAS_OF_TRANSFER
DRAWS = 200
SIGNED = {"npv-unequal-flows", "npv-by-factors", "npv-equal-flows", "share-return"}
"""The families whose answers may be negative."""


def draw_many(family, number):
    draw = Random(family.name)
    return [family.draw(draw) for _ in range(number)]


@functools.cache
def draws(family):
    return draw_many(family, DRAWS)


@pytest.fixture(scope="module", params=ALL, ids=lambda family: family.name)
def family(request):
    """Family by family, so that one worker draws what all tests of a family look at."""
    return request.param


def test_the_answer_is_that_of_an_independent_formula(family):
    for problem in draws(family):
        numbers = [part if isinstance(part, str) else float(part) for part in problem.numbers]
        expected = FORMULAS[family.name](*numbers)
        expected, tolerance = expected if isinstance(expected, tuple) else (expected, 0.00501)
        assert float(problem.value) == pytest.approx(expected, abs=tolerance), problem
        if family in TRANSFER:
            assert abs(expected * 100 % 1 - 0.5) > 1e-7, "the answer would hang on how halves are rounded"


def test_the_solution_is_right_line_by_line_and_ends_in_the_answer(family):
    for problem in draws(family):
        found = equations(problem.solution)
        assert found, problem.solution
        wrong = [equation for equation in found if not holds(*equation)]
        assert not wrong, (wrong, problem.solution)
        assert last_number(problem.solution) == problem.value, problem


def test_no_equation_between_numbers_goes_unread(family):
    """A line that the evaluator can't read would be a line that no test checks."""
    for problem in draws(family):
        for line in problem.solution.splitlines():
            right_sides = re.findall(r"[=≈] *-?[0-9]", line)
            if family in TRANSFER:
                assert len(equations(line)) == len(right_sides), line
                continue
            unread = re.findall(r"(?:[A-Za-zöıI] |[A-Za-zöı]\)(?:\^2|[⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]+) |√[^=]*|Δ )[=≈] *-?[0-9]", line)
            with_unknown = re.search(r"\bx\b.*[=≈]", line)
            if not with_unknown:
                assert len(equations(line)) + len(unread) >= len(right_sides), line


def test_given_powers_are_right_to_their_four_places_and_printed_as_in_a_book(family):
    for problem in draws(family):
        found = re.findall(r"\[\(([0-9,]+)\)(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+) = ([0-9.]+,[0-9]{4}) alınız\.\]", problem.question)
        if family not in TRANSFER:  # where what is given may be another factor, as that of a continuous rate
            assert len(found) == len(re.findall(r"\^|alınız", problem.question)), problem.question
        for base, minus, exponent, value in found:
            assert len(base.partition(",")[2]) >= 2, problem.question
            with localcontext() as context:
                context.prec = 60
                power = parse_turkish(base) ** (int(unicodedata.normalize("NFKC", exponent)) * (-1 if minus else 1))
                assert abs(power - parse_turkish(value)) <= Decimal("0.00005"), problem.question


def test_texts_are_written_as_textbooks_do(family):
    problems = draws(family)
    assert len({masked(problem.question) for problem in problems}) >= 3, "at least three phrasings"
    if family not in TRANSFER:
        assert len({masked(problem.solution) for problem in problems}) >= 2, "more than one wording of the solution"
    for problem in problems:
        text = f"{problem.question} {problem.solution}"
        assert not re.search(r"(?<![0-9,])[0-9]{4,}(?![0-9])", re.sub(r",[0-9]+", "", text)), f"no group dots: {text}"
        assert "  " not in text and problem.question[-1] in "?.)]"
        assert problem.question[0].upper() == problem.question[0] != "I", "the capital of i is İ"
        assert len(problem.solution.split()) <= 250
        assert problem.answer_unit in ("TL", "%", "yıl", "ay", "gün", "")
        assert f"{problem.value:f}" == str(problem.value) and (problem.value > 0 or family.name in SIGNED)
        assert problem.value.as_tuple().exponent >= -2, "more decimals than an answer has"
        assert "((" not in problem.question and "^-" not in text
        if family in TRANSFER and problem.solution.splitlines()[-1].rpartition(" ")[0].endswith("≈"):
            assert re.search(r"iki ondalık haneye yuvarla(yınız|nacaktır)", problem.question), problem


ONES = ["", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"]
TENS = ["", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan"]


def in_words(number):
    """A whole number read aloud in Turkish."""
    words = []
    for scale, name in ((10**9, "milyar"), (10**6, "milyon"), (1000, "bin")):
        if number >= scale:
            words += [name] if (number // scale, name) == (1, "bin") else [*in_words(number // scale), name]
            number %= scale
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words += [ONES[hundreds]] * (hundreds > 1) + ["yüz"] * (hundreds > 0)
    return [word for word in (*words, TENS[tens], ONES[ones]) if word]


def last_spoken(written):
    whole_or_decimals = written.lstrip("%").replace(".", "").split(",")[-1]
    return (in_words(int(whole_or_decimals)) or ["sıfır"])[-1]


def test_suffixes_follow_the_number_read_aloud(family):
    """Vowels by harmony, t after a voiceless consonant, and a letter between two vowels only."""
    for problem in draws(family):
        text = f"{problem.question} {problem.solution}"
        for written, ending in re.findall(r"(TL|%?[0-9][0-9.,]*)['’]([a-zçğıöşü]+)", text):
            word = "tele" if written == "TL" else last_spoken(written)
            heard = [letter for letter in word if letter in "aıoueiöü"][-1]
            vowel = next(letter for letter in ending if letter in "aıoueiöü")
            harmony = {"a": "aı", "ı": "aı", "o": "au", "u": "au", "e": "ei", "i": "ei", "ö": "eü", "ü": "eü"}
            assert vowel in harmony[heard], (written, ending, problem.question)
            if ending[0] in "dt":
                assert (ending[0] == "t") == (word[-1] in "fstkçşhp"), (written, ending, problem.question)
            elif ending[0] in "yns" or ending[0] == vowel:
                assert (ending[0] == vowel) == (word[-1] not in "aıoueiöü"), (written, ending, problem.question)


def test_numbers_are_read_aloud_as_in_speech():
    spoken = ((0, ""), (7, "yedi"), (100, "yüz"), (1000, "bin"), (1999, "bin dokuz yüz doksan dokuz"),
              (10_000, "on bin"), (200_000, "iki yüz bin"), (1_050_300, "bir milyon elli bin üç yüz"))  # fmt: skip
    assert [" ".join(in_words(number)) for number, _ in spoken] == [words for _, words in spoken]


def test_a_draw_is_a_function_of_the_seed_and_numbers_identify_the_problem(family):
    assert draw_many(family, 40) == draws(family)[:40]
    values = {}
    for problem in draws(family):
        assert values.setdefault(problem.numbers, problem.value) == problem.value


def test_the_families_cover_the_course():
    names = [family.name for family in ALL]
    assert len(set(names)) == len(names) and len(COURSE) >= 60
    assert set(FORMULAS) == set(names)
    units = " ".join(sorted({family.unit for family in COURSE}))
    for part in (
        "Yüzde", "Maliyet", "Basit faiz", "Basit iskonto", "Senetler", "Bileşik faiz", "Bileşik iskonto", "efektif",
        "enflasyon", "Anüiteler", "Borç ödeme", "Tahvil", "hisse", "NBD", "Amortismanlar", "alaşım",
    ):  # fmt: skip
        assert part in units


@pytest.mark.parametrize(
    ("written", "suffix", "expected"),
    [
        ("%5", "si", "%5'i"),
        ("6", "si", "6'sı"),
        ("%12,5", "si", "%12,5'i"),
        ("%40", "si", "%40'ı"),
        ("%20", "sini", "%20'sini"),
        ("%9", "sine", "%9'una"),
        ("3", "lik", "3'lük"),
        ("2.000 TL", "nin", "2.000 TL'nin"),
        ("2.000 TL", "lik", "2.000 TL'lik"),
        ("2.000", "nin", "2.000'in"),
        ("1.000.000", "si", "1.000.000'u"),
        ("%100", "den", "%100'den"),
        ("%40", "den", "%40'tan"),
        ("%70", "den", "%70'ten"),
        ("%15", "dir", "%15'tir"),
        ("%30", "dir", "%30'dur"),
        ("%18", "dir", "%18'dir"),
        ("850", "ye", "850'ye"),
        ("900", "ye", "900'e"),
        ("%6", "yi", "%6'yı"),
        ("0", "den", "0'dan"),
        ("10.000", "nin", "10.000'in"),
        ("30.000", "ye", "30.000'e"),
        ("60.000", "den", "60.000'den"),
        ("100.000", "si", "100.000'i"),
        ("400.000", "de", "400.000'de"),
        ("10.000.000", "nin", "10.000.000'un"),
        ("200.000.000", "den", "200.000.000'dan"),
        ("4.000.000.000", "ye", "4.000.000.000'a"),
        ("120.050", "si", "120.050'si"),
        ("1.400", "si", "1.400'ü"),
        ("%2,49", "si", "%2,49'u"),
        ("%3,15", "den", "%3,15'ten"),
        ("%4,05", "sini", "%4,05'ini"),
        ("%37,5", "lik", "%37,5'lik"),
        ("12,50", "si", "12,50'si"),
    ],
)
def test_suffixes(written, suffix, expected):
    assert suffixed(written, suffix) == expected


def test_dates_take_the_suffix_of_their_month():
    assert [on(f"5 {month}") for month in ("Ocak", "Nisan", "Mayıs", "Temmuz", "Eylül", "Kasım")] == [
        "5 Ocak'ta", "5 Nisan'da", "5 Mayıs'ta", "5 Temmuz'da", "5 Eylül'de", "5 Kasım'da",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Faiz: 2.000 × 5 / 100 = 100", True),
        ("Faiz: 2.000 × 5 / 100 = 101", False),
        ("Bir yılın payı 900 / 12 = 75 TL'dir.", True),
        ("Bir yılın payı 900 / 12 = 76 TL'dir.", False),
        ("1.000 / 3 ≈ 333,33", True),
        ("1.000 / 3 = 333,33", False),
        ("1.000 / 3 ≈ 333,34", False),
        ("900 / 12 ≈ 75", False),
        ("P = 2.000 / (1 - 0,2)^2 = 3.125", True),
        ("1 + r = √1,44 = 1,2", True),
        ("√1,44 = 1,1", False),
        ("(1,10)⁻² = 0,83", False),
        ("(1,10)⁻² ≈ 0,83", True),
        ("(1,02)¹² ≈ 1,268242", True),
        ("(1,02)¹² ≈ 1,268241", False),
        ("(1,02)¹² = 1,268242", False),
        ("(1,02)¹¹ ≈ 1,268242", False),
        ("S = 5.000 × (1,10)² = 6.050", True),
        ("S = 5.000 × ((1,10)² - 1) = 1.050", True),
        ("1 + i = ³√1,331 = 1,1", True),
        ("1 + i = ⁶√2,5 ≈ 1,164993", True),
        ("1 + i = ⁶√2,5 ≈ 1,164992", False),
        ("n = log 2,5 / log 1,24 ≈ 4,26", True),
        ("n = log 2,5 / log 1,24 ≈ 4,27", False),
        ("n = log 1.000 / log 10 = 3", True),
        ("Kâr 5 × 4 = 20 TL, toplam 20 + 5 = 26 TL", False),
    ],
)
def test_the_evaluator_of_solutions_tells_right_from_wrong(line, right):
    found = equations(line)
    assert found and all(holds(*equation) for equation in found) == right


def test_numbers_are_written_and_rounded_as_textbooks_do():
    assert [half_up(value, 2) for value in (Fraction(1, 3), Fraction(1, 8), Fraction(-1, 8), Fraction(5))] == [
        Decimal(text) for text in ("0.33", "0.13", "-0.13", "5.00")
    ]
    assert [show(Fraction(text)) for text in ("1234.5", "12", "0.125", "-4500")] == [
        "1.234,50",
        "12",
        "0,125",
        "-4.500",
    ]
    with pytest.raises(ValueError, match="no end in decimals"):
        exact(Fraction(1, 3))


def test_powers_roots_and_logarithms_are_printed_as_in_a_book_and_exact_where_they_end():
    assert given(10, -8) == "[(1,10)⁻⁸ = 0,4665 alınız.]"
    assert given(Fraction("2.49"), 12) == "[(1,0249)¹² = 1,3433 alınız.]"
    assert raised(Fraction("1.4"), 20) == "(1,40)²⁰"
    assert (root_of(2, "1,44"), root_of(12, "2,5")) == ("√1,44", "¹²√2,5")
    assert root(Fraction("1.331"), 3) == Fraction("1.1") and log(Fraction(1000)) == 3
    assert abs(root(Fraction(2), 7) ** 7 - 2) < Fraction(1, 10**28)
    assert capital("iki ayda") == "İki ayda"


def test_a_rounded_factor_keeps_the_digits_that_the_result_needs():
    growth = Fraction("1.0249") ** 36
    assert near(growth, lambda factor: half_up(1000 * factor, 2)) == Decimal("2.424006")
    shown = near(growth, lambda factor: half_up(3_750_000 * factor, 2))
    assert -shown.as_tuple().exponent > 6
    assert half_up(3_750_000 * Fraction(shown), 2) == half_up(3_750_000 * growth, 2)
    assert near(Fraction(5, 2), lambda factor: half_up(7 * factor, 2)) == Decimal("2.5")
