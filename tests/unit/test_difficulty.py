"""The rule of difficulty, on worked solutions written by hand."""

import pytest

from finmath_grpo.questions.difficulty import difficulty

GIVEN = "5 yıl sonraki 1.000 TL'nin bugünkü değeri kaç TL'dir? [(1,10)⁻⁵ = 0,6209 alınız.]"


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("49.600 × 4 / 100 = 1.984", "easy"),
        ("İndirim: 2.000 × 15 / 100 = 300\nFiyat: 2.000 - 300 = 1.700", "easy"),
        ("(815.000 - 45.000) / 7 ≈ 110.000", "easy"),
        ("900 / 12 = 75\n75 × 5 = 375\n900 - 375 = 525", "middle"),
        ("1.000 × 1,1^2 = 1.210", "easy"),
        ("1.000 × 1,1³ = 1.331", "middle"),
        ("1,08^2 = 1,1664\n5.000 × 1,1664 = 5.832\n5.832 - 5.000 = 832", "middle"),
        ("35.000 / 1,215^4 ≈ 16.060,64", "hard"),
        ("35.000 / 1,215⁴ ≈ 16.060,64", "hard"),
        ("35.000 × (1,215)^-12 ≈ 3.382,56", "hard"),
        ("35.000 × (1,215)⁻¹² ≈ 3.382,56", "hard"),
        ("1 + r = √1,44 = 1,2", "hard"),
        ("2,5^(1/3) ≈ 1,35720881", "hard"),
        ("n = ln 2 / ln 1,05 ≈ 14,21", "hard"),
        ("Fiyat = N × (1 + i)^-12\n5.000 × 0,5 = 2.500", "easy"),
        ("4 × 5 = 20\n20 × 5 = 100\n100 × 5 = 500\n500 × 5 = 2.500", "hard"),
        ("4 × 5 = 20\n20 × 5 = 100\n100 × 5 = 500\n500 - 5 = 495", "middle"),
        ("4 × 5 = 20\n6 × 5 = 30\n7 × 5 = 35\n8 × 5 = 40", "middle"),
        ("9.000 - 1.000 = 8.000\n8.000 × 2 / 100 = 160\n8.000 - 160 = 7.840\n7.840 × 2 / 100 = 156,80", "middle"),
    ],
)
def test_powers_roots_logarithms_and_schedules_make_a_question_hard(solution, expected):
    assert difficulty("Kaç TL'dir?", [solution]) == expected


@pytest.mark.parametrize("power", ["1,1^-5", "(1,10)⁻⁵", "(1 + 0,1)^5"])
def test_a_power_that_the_text_gives_is_not_needed(power):
    assert difficulty(GIVEN, [f"{power} ≈ 0,6209\n1.000 × 0,6209 = 620,90"]) == "easy"
    assert difficulty(GIVEN.partition("[")[0], [f"{power} ≈ 0,6209\n1.000 × 0,6209 = 620,90"]) == "hard"


def test_the_easiest_way_counts():
    assert difficulty("Kaç?", ["√1,44 = 1,2", "1,2 × 1,2 = 1,44"]) == "easy"
