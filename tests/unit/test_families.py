"""Every family of questions: right by an independent formula, right line by line, and written as Turkish is."""

import functools
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest
from equations import equations, holds, last_number
from formulas import FORMULAS

from finmath_grpo.numbers import parse_turkish
from finmath_grpo.questions.contamination import masked
from finmath_grpo.questions.families.course import FAMILIES as COURSE
from finmath_grpo.questions.families.dates import on
from finmath_grpo.questions.families.elementary import FAMILIES as ELEMENTARY
from finmath_grpo.questions.families.suffix import spoken_end, suffixed
from finmath_grpo.questions.families.writing import exact, half_up, show

ALL = COURSE + ELEMENTARY
DRAWS = 200
SIGNED = {"npv-unequal-flows", "npv-by-factors", "npv-equal-flows", "share-return"}
"""The families whose answers may be negative."""


def draw_many(family):
    draw = Random(family.name)
    return [family.draw(draw) for _ in range(DRAWS)]


@functools.cache
def draws(family):
    return draw_many(family)


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_the_answer_is_that_of_an_independent_formula(family):
    for problem in draws(family):
        numbers = [part if isinstance(part, str) else float(part) for part in problem.numbers]
        expected = FORMULAS[family.name](*numbers)
        expected, tolerance = expected if isinstance(expected, tuple) else (expected, 0.00501)
        assert float(problem.value) == pytest.approx(expected, abs=tolerance), problem


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_the_solution_is_right_line_by_line_and_ends_in_the_answer(family):
    for problem in draws(family):
        found = equations(problem.solution)
        assert found, problem.solution
        wrong = [equation for equation in found if not holds(*equation)]
        assert not wrong, (wrong, problem.solution)
        assert last_number(problem.solution) == problem.value, problem


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_no_equation_between_numbers_goes_unread(family):
    """A line that the evaluator can't read would be a line that no test checks."""
    for problem in draws(family):
        for line in problem.solution.splitlines():
            right_sides = re.findall(r"[=≈] *-?[0-9]", line)
            unread = re.findall(r"(?:[A-Za-zöıI] |[A-Za-zöı]\)\^2 |√[^=]*|Δ )[=≈] *-?[0-9]", line)
            with_unknown = re.search(r"\bx\b.*[=≈]", line)
            if not with_unknown:
                assert len(equations(line)) + len(unread) >= len(right_sides), line


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_given_powers_are_right_to_their_four_places(family):
    for problem in draws(family):
        for base, exponent, value in re.findall(r"\(\(([0-9,]+)\)\^(-?[0-9]+) = ([0-9,.]+) alınız", problem.question):
            with localcontext() as context:
                context.prec = 60
                power = parse_turkish(base) ** int(exponent)
                assert abs(power - parse_turkish(value)) <= Decimal("0.00005"), problem.question


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_texts_are_written_as_textbooks_do(family):
    problems = draws(family)
    assert len({masked(problem.question) for problem in problems}) >= 3, "at least three phrasings"
    assert len({masked(problem.solution) for problem in problems}) >= 2, "more than one wording of the solution"
    for problem in problems:
        text = f"{problem.question} {problem.solution}"
        assert not re.search(r"(?<![0-9,])[0-9]{4,}(?![0-9])", re.sub(r",[0-9]+", "", text)), f"no group dots: {text}"
        assert "  " not in text and problem.question[-1] in "?.)" and problem.question[0].upper() == problem.question[0]
        assert len(problem.solution.split()) <= 250
        assert problem.answer_unit in ("TL", "%", "yıl", "ay", "gün", "")
        assert f"{problem.value:f}" == str(problem.value) and (problem.value > 0 or family.name in SIGNED)


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_suffixes_follow_the_vowel_of_the_spoken_number(family):
    for problem in draws(family):
        for written, ending in re.findall(r"(TL|%?[0-9][0-9.,]*)['’]([a-zçğıöşü]+)", problem.question):
            heard = [letter in "aıou" for letter in spoken_end(written) if letter in "aıoueiöü"]
            follows = [letter in "aıou" for letter in ending if letter in "aıoueiöü"]
            assert follows[0] == heard[-1], problem.question


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_a_draw_is_a_function_of_the_seed_and_numbers_identify_the_problem(family):
    assert draw_many(family) == draw_many(family)
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
