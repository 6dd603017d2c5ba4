"""Turkish numbers: what is read as what, and that nothing breaks the reader."""

import importlib
import re
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import names_a_number, parse_english, parse_lenient, parse_turkish

ROOT = Path(__file__).parents[2]
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)
NUMERIC_TEXT = st.text(alphabet="0123456789.,-+−%₺TL yılayg ün\u00a0\u2009\u202f", max_size=40)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("6615", "6615"),
        ("5514,28", "5514.28"),
        ("12.500", "12500"),
        ("12,5", "12.5"),
        ("12,500", "12.5"),
        ("1.234,56", "1234.56"),
        ("1.234.567,89", "1234567.89"),
        ("0,500", "0.5"),
        ("0,05", "0.05"),
        ("007", "7"),
        ("%5", "5"),
        ("5%", "5"),
        ("% 12,5", "12.5"),
        ("19.200 TL", "19200"),
        ("₺1.000", "1000"),
        ("1.000₺", "1000"),
        ("1000 tl", "1000"),
        ("250 lira", "250"),
        ("250 LİRA", "250"),
        ("3 yıl", "3"),
        ("18 AY", "18"),
        ("90 gün", "90"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("–5", "-5"),
        ("+5", "5"),
        ("- 5 TL", "-5"),
        ("-%5", "-5"),
        ("%-5", "-5"),
        ("₺ -1.250,75", "-1250.75"),
        ("6615.", "6615"),
        ("12.500.", "12500"),
        ("12,5 .", "12.5"),
        ("1000 TL.", "1000"),
        ("\n 768 \t", "768"),
        ("\u00a0768\u00a0TL", "768"),
        ("768\u2009%", "768"),
        ("12\u00a0500", "12500"),
        ("1\u202f234\u202f567,8", "1234567.8"),
        # One of each line of the list in the docstring.
        ("１２", "12"),
        ("1\u200b2\u00ad,\ufeff5", "12.5"),
        ("**12.500** TL'dir.", "12500"),
        ("```\n12\n```", "12"),
        (r"$\boxed{12.500\ \text{TL}}$", "12500"),
        (r"\(33{,}75\%\)", "33.75"),
        (r"\[12\,500\]", "12500"),
        ("Cevap: x = 12", "12"),
        ("≅ yaklaşık olarak 12", "12"),
        ("YÜZDE 12,5", "12.5"),
        ("12.500 euro", "12500"),
        ("240 TL/kg", "240"),
        ("17 aydır", "17"),
        ("17 ayda", "17"),
        ("[12]", "12"),
        ("x ≈ 12", "12"),
        # An arrow of two characters is an arrow, and its `>` is no "greater than".
        ("=> 12", "12"),
        ("Cevap => 12,5", "12.5"),
        ("x -> -5", "-5"),
        ("Satış fiyatı 12 TL olmalıdır.", "12"),
        ("12.500 TL'ye satılmalıdır", "12500"),
        ("12'500,5", "12500.5"),
        ("12 500,00", "12500"),
        ("12.500,-", "12500"),
        ("12.500 TL (yaklaşık);", "12500"),
        ("—5", "-5"),
        ("eksi %5", "-5"),
        ("Cevap –12", "-12"),
        ("Cevap: – 12 TL", "-12"),
    ],
)
def test_turkish_numbers_are_read(text: str, value: str) -> None:
    assert parse_turkish(text) == Decimal(value)
    assert parse_lenient(text) == (Decimal(value), "turkish")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("12.5", "12.5"),
        ("0.500", "0.5"),
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("%3.25", "3.25"),
        ("12.5000", "12.5"),
        ("-1,234.5 TL.", "-1234.5"),
        ("12\u00a0500.000", "12500"),
    ],
)
def test_english_numbers_are_not_turkish_but_are_told_apart(text: str, english: str) -> None:
    assert parse_turkish(text) is None
    assert parse_lenient(text) == (Decimal(english), "english")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ",", "-", "%", "TL", "1.234.56", "1,2,3", "12.34.567", "1..000", "1,,5", ",5", "5,", "12 50"),
        *("--5", "-%-5", "1e5", "½", "٣", "²", "12a", "x = y", "5 elma", "5 TL 6", "1.000 ile 2.000", "1.23 4,5", "∞"),
        # Nothing is guessed where digits stand apart, or a word or sign may change the value.
        *("5²", "10³", "1½", "12⁄5", "⑫5", "12**5", "12_5", "12\n500", "1 234 56", "12'50", "1 2345", "12~500"),
        *("12,5 bin", "12,5 (bin TL)", "on iki", "2/3", "2 yıl 6 ay", "5 × 2 = 10", "(500)", "500-", "5!", "> 5"),
        *(r"\frac{1}{2}", r"10^{3}", r"\sqrt{4}", r"12{3}", "12 değil", "12 (değil)", "yanlış cevap: 12", "~~12~~"),
        *(
            "aylık 12",
            "net 12",
            "12 TL kâr",
            "12 (13)",
            "en az 12",
            "12'den fazla",
            "12 TL'ye kadar",
            "zarar: 12",
            "zarar => 12",
            ">= 12",
            "Cevap – 12",
            "Faiz tutarı - 12 TL",
            "12.500 (−)",
            "A) 12",
            "faizi bulalım 12",
            "≠ 5",
            "1" * 1001,
        ),
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_turkish(text) is None
    assert parse_lenient(text) is None


class TestWhatOtherToolsGetWrong:
    """Math-Verify 0.9 equates 12.500 and 12,5; rules that delete the comma read 12,5 as 125."""

    def test_grouped_decimal_is_one_number(self) -> None:
        assert parse_turkish("1.234,56") == parse_turkish("1234,56") == Decimal("1234.56")

    def test_twelve_thousand_five_hundred_is_not_twelve_and_a_half(self) -> None:
        assert parse_turkish("12.500") == 12500
        assert parse_turkish("12,5") == Decimal("12.5")

    def test_three_thousand_is_not_three(self) -> None:
        assert parse_turkish("3.000,00") == parse_turkish("3.000") == 3000

    def test_a_decimal_comma_is_not_a_group(self) -> None:
        assert parse_turkish("1,234") == Decimal("1.234")


@given(DECIMALS, st.booleans())
def test_what_is_formatted_is_read_back(value: Decimal, grouping: bool) -> None:
    assert parse_turkish(format_turkish(value, grouping)) == value


@given(st.integers(-(10**60), 10**60), st.integers(0, 400), st.booleans())
def test_no_digit_is_lost_however_many_there_are(digits: int, places: int, grouping: bool) -> None:
    value = Decimal(f"{digits}e-{places}")
    text = format_turkish(value, grouping)
    assert str(parse_turkish(text)) == str(Decimal(format(value, "f")))


@given(DECIMALS)
def test_english_text_of_a_number_is_never_read_as_another_turkish_number_silently(value: Decimal) -> None:
    text = f"{value:,f}"
    assert parse_english(text) == value
    reading = parse_lenient(text)
    # A text that both conventions can read is Turkish: the price of a rule that never guesses.
    assert reading == (value, "english") or (reading.convention == "turkish" and parse_turkish(text) == reading.value)


@given(st.text(max_size=10_000) | NUMERIC_TEXT)
def test_no_text_raises_and_lenient_agrees_with_turkish(text: str) -> None:
    value, reading = parse_turkish(text), parse_lenient(text)
    if value is not None:
        assert reading == (value, "turkish")
    elif reading is not None:
        assert reading == (parse_english(text), "english")


HOSTILE = (
    *(" ", "1", "1.000.", "1 000 ", "'000", "-", "%", "\u00a0", "TL", "1,", "\n", "a", "a:", "cevap ", "tam olarak "),
    *("(", "()", "\\", r"\text{", "{", "$", "olur ", "'dir", "İ", "\u0315\u0300", "\u200b", "½", "\ufdfa", "yüz"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    many = piece * (1_000_000 // len(piece))
    longest = piece * (990 // len(piece))  # as long as is still read
    started = time.process_time()
    for text in (many, many + "x", "5" + many, longest, longest + "x", "5" + longest + "x", "5 (" + longest):
        parse_lenient(text)
        names_a_number(text)
    assert time.process_time() - started < 2


@given(NUMERIC_TEXT)
def test_spaces_around_change_nothing(text: str) -> None:
    assert parse_turkish(f" \u00a0{text}\u2009\n") == parse_turkish(text)


WRAPPINGS = ("{} TL'dir.", "**{}**", "$\\boxed{{{}}}$", "Cevap: {} TL", "%{}", "x = {} olur", "≈ {} ₺")


@given(DECIMALS, st.sampled_from(WRAPPINGS))
def test_no_wrapping_changes_the_value(value: Decimal, wrapping: str) -> None:
    assert parse_turkish(wrapping.format(format_turkish(value))) == value


@pytest.mark.parametrize(
    ("value", "text"), [("1234.50", "1.234,50"), ("-0.5", "-0,5"), ("1E+3", "1.000"), ("12", "12")]
)
def test_format_keeps_all_digits(value: str, text: str) -> None:
    assert format_turkish(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_format_refuses_what_is_no_number(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        format_turkish(Decimal(value))


def possessive_groups(pattern: str) -> list[str]:
    """The possessive repeats of groups, and the atomic groups, of a pattern."""
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\.", "x", pattern, flags=re.DOTALL))
    return re.findall(r"\)[*+?]\+|\)\{[^}]*\}\+|\(\?>", bare)


def test_no_pattern_has_a_possessive_group_which_python_3_11_2_of_debian_matches_wrongly():
    assert (
        possessive_groups(r"a(?:[.,][0-9]++)*+|b") and possessive_groups(r"(?:ab){2,3}+") and possessive_groups("(?>a)")
    )
    assert not possessive_groups(r"(?=(?P<x>(?:a|bc)*))(?P=x)[0-9]++[)*+]\)*+")
    sources = [
        path for path in (ROOT / "src/finmath_grpo").rglob("*.py") if re.search(r"[*+?}]\+|\?>", path.read_text())
    ]
    assert ROOT / "src/finmath_grpo/numbers.py" in sources
    patterns = [
        value.pattern
        for path in sources
        for value in vars(importlib.import_module(module_of(path))).values()
        if isinstance(value, re.Pattern)
    ]
    assert len(patterns) > 10 and not {pattern for pattern in patterns if possessive_groups(pattern)}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
