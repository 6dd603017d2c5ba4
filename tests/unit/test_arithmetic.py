"""The sums of a working done again: true ones hold, false ones do not, and what can't be read is left alone."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finmath_grpo.report import arithmetic
from finmath_grpo.report.arithmetic import equations
from finmath_grpo.report.expressions import RIGHT, ROUNDED, WRONG


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("3.600 × 25 / 100 = 900", [("3.600 × 25 / 100 = 900", RIGHT, "")]),
        ("Son fiyat: 6.400 - 320 = 5.080", [("6.400 - 320 = 5.080", WRONG, "6.080")]),
        ("Faiz: 3.600 TL × %25 = 900 TL", [("3.600 TL × %25 = 900 TL", RIGHT, "")]),
        ("10 / 3 = 3,33", [("10 / 3 = 3,33", ROUNDED, "")]),
        ("10 / 3 = 3,34", [("10 / 3 = 3,34", WRONG, "3,333333")]),
        ("7 / 2 = 3", [("7 / 2 = 3", WRONG, "3,5")]),
        ("2 + 3 × 4 = 14", [("2 + 3 × 4 = 14", RIGHT, "")]),
        ("8 - 2 - 1 = 5", [("8 - 2 - 1 = 5", RIGHT, "")]),
        ("(1 + 0,02)^2 = 1,0404", [("(1 + 0,02)^2 = 1,0404", RIGHT, "")]),
        ("50 / 200 × 100 = %25", [("50 / 200 × 100 = %25", RIGHT, "")]),
        ("12.000 * 0.25 = 3.000", [("12.000 * 0.25 = 3.000", RIGHT, "")]),
        ("5 x 3 = 15 x 2 = 30", [("5 x 3 = 15", RIGHT, ""), ("15 x 2 = 30", RIGHT, "")]),
        ("- 5 × 3 = 16", [("5 × 3 = 16", WRONG, "15")]),
        ("P × 5 = 10", []),
        ("Kâr = 5", []),
        ("5 / 0 = 1", []),
        ("9^99999999 = 1", []),
        ("1.25.0 × 2 = 3", []),
    ],
)
def test_an_equation_has_the_verdict_of_its_numbers(line: str, expected: list[tuple[str, int, str]]):
    text = f"<matematik>\n{line}\n</matematik>"
    found = [(text[one.start : one.end].strip(), one.verdict, one.value) for one in equations(text)]
    assert found == expected


SIGNS = {"+": Fraction.__add__, "-": Fraction.__sub__, "×": Fraction.__mul__, "/": Fraction.__truediv__}


@given(st.integers(0, 10**6), st.integers(1, 9999), st.sampled_from(sorted(SIGNS)), st.integers(-2, 2))
@example(3, 2, "/", -1)
@example(5, 2, "/", 1)
def test_two_numbers_and_a_sign_hold_where_their_fraction_does(one: int, other: int, sign: str, off: int):
    value = SIGNS[sign](Fraction(one), Fraction(other))
    stated = round(value) + off
    # Nothing here writes `10 - 12 = -2`, whose minus stands before its number.
    if stated < 0:
        return
    (found,) = equations(f"sonuç: {one} {sign} {other} = {stated}")
    assert (found.verdict == RIGHT) == (value == stated)
    # A half may be rounded up, or to the even number, but never down to the odd one: 5 / 2 is 2 or 3, and 3 / 2 is 2.
    assert (found.verdict == WRONG) == (stated not in {floor(value + Fraction(1, 2)), round(value)})


@given(st.lists(st.tuples(st.sampled_from("+-×/"), st.integers(1, 500)), min_size=1, max_size=4), st.integers(0, 500))
def test_the_short_way_says_what_the_long_one_says(parts: list[tuple[str, int]], stated: int):
    line = "Toplam: 7" + "".join(f" {sign} {number}" for sign, number in parts) + f" = {stated}"
    short = arithmetic._plain_equation(line)
    assert short is not None
    assert tuple(short) == arithmetic._equations_of_line(line)


@given(st.text(alphabet="0123456789.,()+-−×x*·/÷:^%=≈ TL₺\n\\{}", max_size=300))
def test_no_text_breaks_it(text: str):
    for one in equations(text):
        assert 0 <= one.start < one.end <= len(text)
        assert (
            one.verdict != WRONG
            or Decimal(one.value.replace(".", "").replace(",", ".") if "e" not in one.value else one.value).is_finite()
        )
