"""The four rewards: the post's two to the last digit, and ours, which every right answer in the template maximises."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.numbers import format_turkish, parse_turkish
from finmath_grpo.prompts import fill_template
from finmath_grpo.rewards import REWARDS, exact_match, numeric_match, template_match, xmlcount

RAW = sorted(Path(__file__).parents[2].glob("data/raw/*.jsonl"))

S = "<matematik>\n3 + 4 = 7\n</matematik>\n"
LONG = "<matematik>\n" + "x" * 961 + "\n</matematik>\n"  # 987 characters

# text, xmlcount, exact_match with answer "7", template_match, numeric_match with value 7
TABLE = [
    ("", 0.0, 0, 0.0, 0),
    ("7", 0.0, 2, 0.0, 2),
    ("7 TL", 0.0, 0, 0.0, 2),
    ("yedi", 0.0, 0, 0.0, 0),
    (f"{S}<cevap>\n7\n</cevap>\n", 0.5, 2, 0.5, 2),
    (f"{S}<cevap>\n7\n</cevap>", 0.448, 2, 0.5, 2),
    (f"{S}<cevap>\n8\n</cevap>\n", 0.5, 0, 0.5, 0),
    (f"{S}<cevap>\n7,0\n</cevap>\n", 0.5, 0, 0.5, 2),
    (f"{S}<cevap>\n7.0\n</cevap>\n", 0.5, 0, 0.5, 0),
    (f"{S}<cevap>7</cevap>", 0.25, 2, 0.2, 2),
    (f"{S}<cevap>7</cevap>\n", 0.25, 2, 0.2, 2),
    (f"{S}\n<cevap> 7 </cevap>", 0.25, 2, 0.2, 2),
    (f"{S}<cevap>7\n</cevap>", 0.376, 2, 0.3, 2),
    (f"{S}<cevap>\n7</cevap>", 0.323, 2, 0.3, 2),
    (f"{LONG}<cevap>\n7\n</cevap>", -0.504, 2, 0.5, 2),
    (f"{LONG}<cevap>\n7\n</cevap>\n", 0.5, 2, 0.5, 2),
    (f"{LONG}<cevap>7</cevap>", 0.25, 2, 0.2, 2),
    (f"Çözüm: {S}<cevap>\n7\n</cevap>\n", 0.5, 2, 0.3, 2),
    (f"{S}<cevap>\n7\n</cevap>\nUmarım yardımcı olmuştur.", 0.45, 2, 0.4, 2),
    (f"{S}<cevap>\n8\n</cevap>\n<cevap>\n7\n</cevap>\n", 0.25, 2, 0.2, 2),
    (f"{S}<cevap>\n7\n</cevap>\n<cevap>\n8\n</cevap>\n", 0.25, 0, 0.2, 0),
    ("<cevap>\n7\n</cevap>\n<matematik>\n3 + 4 = 7\n</matematik>\n", 0.34, 2, 0.4, 2),
    ("<matematik>\n3 + 4 = 7", 0.125, 0, 0.1, 0),
    ("<matematik>3 + 4 = 7</matematik><cevap>7</cevap>", 0.0, 2, 0.0, 2),
    (f"{S}<cevap>\n7", 0.331, 2, 0.3, 2),
    ("<matematik>\n\n</matematik>\n<cevap>\n7\n</cevap>\n", 0.5, 2, 0.4, 2),
]


@pytest.mark.parametrize(("text", "xml", "exact", "template", "numeric"), TABLE)
def test_rewards_of_known_texts(text: str, xml: float, exact: float, template: float, numeric: float) -> None:
    for completion in (text, [{"role": "assistant", "content": text}]):
        assert xmlcount([completion]) == [pytest.approx(xml, abs=1e-12)]
        assert exact_match([completion], answer=["7"]) == [exact]
        assert template_match([completion]) == [template]
        assert numeric_match([completion], value=["7"]) == [numeric]


def post_count_xml(text) -> float:
    # The function of the post, to compare with bit for bit.
    count = 0.0
    if text.count("<matematik>\n") == 1:
        count += 0.125
    if text.count("\n</matematik>\n") == 1:
        count += 0.125
    if text.count("\n<cevap>\n") == 1:
        count += 0.125
        count -= len(text.split("\n</cevap>\n")[-1]) * 0.001
    if text.count("\n</cevap>") == 1:
        count += 0.125
        count -= (len(text.split("\n</cevap>")[-1]) - 1) * 0.001
    return count


PIECES = st.sampled_from(["<matematik>", "</matematik>", "<cevap>", "</cevap>", "\n", " ", "7", "12,5", "a" * 50, "ş"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS)
def test_xmlcount_is_the_posts_function_to_the_last_bit(text: str) -> None:
    assert xmlcount([text]) == [post_count_xml(text)]


@given(TEXTS, st.sampled_from(["7", "12,5", ""]))
def test_rewards_are_bounded_as_documented(text: str, answer: str) -> None:
    assert xmlcount([text])[0] <= 0.5
    assert template_match([text])[0] in [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert exact_match([text], answer=[answer])[0] in (0.0, 2.0)
    assert numeric_match([text], value=["12.5"])[0] in (0.0, 2.0)


@pytest.mark.parametrize("length", [100, 1000, 4000])
def test_the_template_as_asked_is_fined_by_xmlcount_alone(length: int) -> None:
    text = fill_template("x" * length, "7").rstrip("\n")
    assert xmlcount([text])[0] == pytest.approx(0.501 - 0.001 * len(text))
    assert template_match([text]) == [0.5]


def test_trl_passes_whole_batches_and_columns_that_a_reward_does_not_use() -> None:
    completions = [[{"role": "assistant", "content": text}] for text, *_ in TABLE]
    columns = {"answer": ["7"] * len(TABLE), "value": ["7"] * len(TABLE), "prompts": [], "trainer_state": None}
    for place, name in enumerate(("xmlcount", "exact_match", "template_match", "numeric_match"), start=1):
        assert REWARDS[name](completions=completions, **columns) == pytest.approx([row[place] for row in TABLE])
        assert REWARDS[name].__name__ == name


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_every_gold_answer_in_the_template_earns_the_maximum(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        value = Decimal(json.loads(line)["value"])
        for grouping in (True, False):
            answer = format_turkish(value, grouping)
            text = fill_template("Çözüm.", answer)
            assert numeric_match([text, text.rstrip()], value=[str(value)] * 2) == [2.0, 2.0], line
            assert exact_match([text], answer=[answer]) == [2.0], line
            assert template_match([text, text.rstrip()]) == [0.5, 0.5], line
            assert xmlcount([text]) == [0.5], line


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_a_wrong_answer_earns_nothing_for_its_value(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        value = Decimal(json.loads(line)["value"])
        wrong = [value + 1, value * 10 + 1, -value - 1]
        texts = [fill_template("Çözüm.", format_turkish(other)) for other in wrong]
        assert numeric_match(texts, value=[str(value)] * len(texts)) == [0.0] * len(texts), line
        assert all(parse_turkish(format_turkish(other)) == other for other in wrong)
