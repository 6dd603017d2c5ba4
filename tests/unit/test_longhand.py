"""The sums that the pre-training text works out by hand: right in every line, and nothing else is changed."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families import course, drills, longhand
from finmath_grpo.report.arithmetic import equations
from finmath_grpo.report.expressions import WRONG

STEP = re.compile(r"(\S+) × (\S+) = ([\d.,]+)(?:, (toplam|kalan) ([\d.,]+))?")
ONE_STEP = re.compile(r"(\S+) ([×/+-]) (\S+) = ([\d.,]+)")
"""An operation that is no more than one step."""
DRAWS = 400


def number(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


@pytest.fixture(scope="module")
def drawn() -> list[tuple[str, str]]:
    """Solutions of the course, and the same with their sums worked out."""
    source = Random(26)
    solutions = [course.FAMILIES[at % len(course.FAMILIES)].draw(source).solution for at in range(DRAWS)]
    return [(plain, longhand.by_hand(plain).text) for plain in solutions]


def test_the_families_are_those_of_the_course_and_a_quarter_drills():
    names = [family.name for family in longhand.FAMILIES]
    drilled = [name for name in names if name.startswith("drill-")]
    assert [name for name in names if name not in drilled] == [family.name for family in course.FAMILIES]
    assert 0.2 < len(drilled) / len(names) < 0.3


def test_a_family_draws_again_where_its_problem_would_have_a_step_that_is_too_large():
    source = Random(3)
    drawn = [family.draw(source).solution for family in longhand.FAMILIES for _ in range(3)]
    once = [family.draw(source).solution for family in course.FAMILIES for _ in range(3)]
    large = [solution for solution in drawn if not longhand.by_hand(solution).in_small_steps]
    # Powers and long solutions stay, or the base would not know such questions.
    assert 0.3 < len(large) / len(drawn) < 0.45
    assert sum(longhand.by_hand(solution).in_small_steps for solution in once) / len(once) < 1 - 1.1 * len(large) / len(
        drawn
    )


@pytest.mark.parametrize(
    "stated",
    [
        # Powers and roots, a quotient without an end within a sum, what would be long, what does not come out.
        "(1,19)¹² ≈ 8,0642417",
        "Yeni vadeye taşınır: 84.850 / (1 + 35,25 × 6 / 1.200) × (1 + 35,25 × 4 / 1.200) ≈ 80.612,01",
        "Peşin değer: 54.600 × (1 - 28,25 × 1 / 1.200) ≈ 53.314,63",
        "Çarpım: 123.456.789 × 987.654.321 × 192.837.465 = 23.513.184.144.326.022.500.000.000",
        "Toplam: 12 × 345 = 4.000",
    ],
)
def test_what_no_small_steps_lead_to_is_known(stated):
    assert not longhand.by_hand(stated).in_small_steps
    for small in ("Kâr: 62.930 - 43.400 = 19.530", "Formül: a / b"):
        assert longhand.by_hand(small).in_small_steps


def test_drills_are_right_by_the_arithmetic_that_the_page_checks_with():
    source = Random(9)
    for family in drills.FAMILIES * 50:
        problem = family.draw(source)
        found = equations(longhand.by_hand(problem.solution).text)
        assert found and not [equation for equation in found if equation.verdict == WRONG]
        assert problem.solution.endswith(f" {format_turkish(problem.value)}")


def test_the_working_stands_before_the_lines_of_the_course(drawn):
    longer = 0
    for plain, worked in drawn:
        added = [line for line in worked.split("\n") if line not in plain.split("\n")]
        kept = [line for line in worked.split("\n") if line in plain.split("\n")]
        assert kept == plain.split("\n") and worked.endswith(kept[-1])
        assert all(STEP.fullmatch(line) or ONE_STEP.fullmatch(line) for line in added)
        assert not added or len(worked) <= longhand.LONGEST
        longer += bool(added)
    assert 0.4 * DRAWS < longer < 0.7 * DRAWS


def test_every_line_of_the_working_is_right(drawn):
    totals = rests = 0
    for plain, worked in drawn:
        before = {equation.value for equation in equations(plain) if equation.verdict == WRONG}
        assert {equation.value for equation in equations(worked) if equation.verdict == WRONG} == before
        for line in set(worked.split("\n")) - set(plain.split("\n")):
            if one := ONE_STEP.fullmatch(line):
                first, second, stated = (Fraction(number(one[group])) for group in (1, 3, 4))
                assert {"×": first * second, "/": first / second, "+": first + second, "-": first - second}[
                    one[2]
                ] == stated
        steps = [STEP.fullmatch(line) for line in worked.split("\n")]
        for first, second in pairwise(steps):
            assert second is None or number(second[1]) * number(second[2]) == number(second[3])
            if second and second[4] == "toplam":
                so_far = number(first[5]) if first[4] else number(first[3])
                assert number(second[5]) == so_far + number(second[3])
                totals += 1
            if first and second and first[4] == second[4] == "kalan" and first[2] == second[2]:
                assert number(second[5]) == number(first[5]) - number(second[3])
                rests += 1
    assert totals > 100 and rests > 200


@pytest.mark.parametrize(
    ("stated", "worked"),
    [
        (
            "Yüzde 20,75 için: 498,15 × 20,75 ≈ 10.336,61",
            [
                "498,15 × 20 = 9.963",
                "498,15 × 0,7 = 348,705, toplam 10.311,705",
                "498,15 × 0,05 = 24,9075, toplam 10.336,6125",
            ],
        ),
        ("P = 100.000 / 12 ≈ 8.333,33", [
            "8.000 × 12 = 96.000, kalan 4.000",
            "300 × 12 = 3.600, kalan 400",
            "30 × 12 = 360, kalan 40",
            "3 × 12 = 36, kalan 4",
            "0,3 × 12 = 3,6, kalan 0,4",
            "0,03 × 12 = 0,36, kalan 0,04",
            "0,003 × 12 = 0,036, kalan 0,004",
        ]),
        ("Oran: 4.250 / 32.630 × 100 ≈ 13,02", [
            "0,1 × 32.630 = 3.263, kalan 987",
            "0,03 × 32.630 = 978,9, kalan 8,1",
            "0,0002 × 32.630 = 6,526, kalan 1,574",
            "0,00004 × 32.630 = 1,3052, kalan 0,2688",
        ]),
        ("Oran: 19.530 / 43.400 × 100 = 45", [
            "0,4 × 43.400 = 17.360, kalan 2.170",
            "0,05 × 43.400 = 2.170, kalan 0",
        ]),
        ("Kârlı fiyat: 24.800 / (1 - 0,2) × 1,35 = 41.850", [
            "1 - 0,2 = 0,8",
            "24.800 / 0,8 = 31.000",
            "1,35 × 30.000 = 40.500",
            "1,35 × 1.000 = 1.350, toplam 41.850",
        ]),
        ("Paylar toplamı: 2 + 6 + 10 = 18", ["2 + 6 = 8"]),
        ("Her ay 198.000 / 24 = 8.250 TL anapara ödenir.", [
            "8.000 × 24 = 192.000, kalan 6.000",
            "200 × 24 = 4.800, kalan 1.200",
            "50 × 24 = 1.200, kalan 0",
        ]),
        ("Pay: 20 / 73 × 40 ≈ 10,96", []),
        # What has no end is worked out by any divisor, wherever it stands: to state it would be false.
        ("Oran: 9,7 / 60 × 100 ≈ 16,17", [
            "0,1 × 60 = 6, kalan 3,7",
            "0,06 × 60 = 3,6, kalan 0,1",
            "0,001 × 60 = 0,06, kalan 0,04",
            "0,0006 × 60 = 0,036, kalan 0,004",
            "0,00006 × 60 = 0,0036, kalan 0,0004",
        ]),
        ("5 + 10 / 3 ≈ 8,3", [
            "3 × 3 = 9, kalan 1",
            "0,3 × 3 = 0,9, kalan 0,1",
            "0,03 × 3 = 0,09, kalan 0,01",
        ]),
        ("5 + 1 / 9.000 ≈ 5", []),
        ("12 × 34 + 12 × 34 = 816", ["12 × 30 = 360", "12 × 4 = 48, toplam 408"]),
        ("Anapara: 46.500 × 2 / 100 = 930", ["46.500 × 2 = 93.000"]),
        ("(1,19)¹² ≈ 8,0642417", []),
        ("43.610 × (0,9525)⁵ ≈ 34.190,94", []),
        ("Toplam: 12 × 345 = 4.000", []),
        ("Formül: a / b", []),
    ],
)  # fmt: skip
def test_products_and_quotients_are_worked_out_and_what_is_short_or_no_sum_or_wrong_is_not(stated, worked):
    assert longhand.by_hand(stated).text == "\n".join([*worked, stated])


def test_a_working_is_left_out_whole_or_not_at_all_so_that_no_total_comes_from_nowhere():
    solution = "Önce: 12 × 34 = 408\nSonra: 12 × 34 + 1 = 409\nDaha: 12 × 35 = 420"
    assert longhand.by_hand(solution).text.split("\n") == [
        "12 × 30 = 360",
        "12 × 4 = 48, toplam 408",
        "Önce: 12 × 34 = 408",
        "Sonra: 12 × 34 + 1 = 409",
        "12 × 30 = 360",
        "12 × 5 = 60, toplam 420",
        "Daha: 12 × 35 = 420",
    ]


def test_no_quotient_drill_asks_for_a_number_below_one():
    source = Random(5)
    family = next(family for family in drills.FAMILIES if family.name == "drill-quotient")
    assert all(family.draw(source).value >= 1 for _ in range(2000))
