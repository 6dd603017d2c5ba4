"""The four rewards: the post's two to the last digit, and ours, which every right answer in the template maximises."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from committed import committed
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.number_format import format_turkish
from finmath_grpo.numbers import parse_turkish
from finmath_grpo.prompts import PromptSettings, fill_template
from finmath_grpo.questions.rows import Question
from finmath_grpo.rewards import exact_match, numeric_match, template_match, xmlcount
from finmath_grpo.statistics.forms import form
from finmath_grpo.training.grpo import reward_functions, training_dataset

RAW = committed("data/raw/*.jsonl")

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
    # A blank solution or answer: the shell's 0.4, and nothing for content.
    ("<matematik>\n\n</matematik>\n<cevap>\n7\n</cevap>\n", 0.5, 2, 0.4, 2),
    ("<matematik>\n \t\n</matematik>\n<cevap>\n7\n</cevap>\n", 0.5, 2, 0.4, 2),
    (f"{S}<cevap>\n \n</cevap>\n", 0.5, 0, 0.4, 0),
    (f"{S}<cevap>\n\n</cevap>\n", 0.5, 0, 0.4, 0),
    # An answer of two lines is not the template.
    (f"{S}<cevap>\n7\n8\n</cevap>\n", 0.5, 0, 0.4, 0),
    (f"{S}<cevap>\n\n7\n</cevap>\n", 0.5, 2, 0.4, 2),
    (f"{S}\n<cevap>\n7\n</cevap>\n", 0.5, 2, 0.5, 2),
    (f"{S}<cevap>\n**7 TL'dir**\n</cevap>\n", 0.5, 0, 0.5, 2),
]


@pytest.mark.parametrize(("text", "xml", "exact", "template", "numeric"), TABLE)
def test_rewards_of_known_texts(text: str, xml: float, exact: float, template: float, numeric: float) -> None:
    for completion in (text, [{"role": "assistant", "content": text}]):
        assert xmlcount([completion]) == [pytest.approx(xml, abs=1e-12)]
        assert exact_match([completion], answer=["7"]) == [exact]
        assert template_match([completion]) == [template]
        assert numeric_match([completion], value=["7"]) == [numeric]


def format_reward(text: str) -> float:
    """The post's format reward in words of our own, in thousandths so that no order of additions matters.

    The post took it from Unsloth's notebook `Llama3.1_(8B)-GRPO.ipynb` (February 2025) and renamed the tags. An
    eighth for each of four marks that occurs once. If the third does, a thousandth is taken per character after the
    last `</cevap>` between newlines, or of the whole text where there is none. If the fourth occurs once, the same for
    `</cevap>` after a newline, less one character.
    """
    marks = ("<matematik>\n", "\n</matematik>\n", "\n<cevap>\n", "\n</cevap>")
    once = [len(re.findall(re.escape(mark), text)) == 1 for mark in marks]
    points = 125 * sum(once)
    for counted, closing, free in ((once[2], "\n</cevap>\n", 0), (once[3], "\n</cevap>", 1)):
        if counted:
            place = text.rfind(closing)
            points -= len(text) - (place + len(closing) if place >= 0 else 0) - free
    return points / 1000


PIECES = st.sampled_from(["<matematik>", "</matematik>", "<cevap>", "</cevap>", "\n", " ", "7", "12,5", "a" * 50, "ş"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS)
def test_xmlcount_is_the_posts_format_reward(text: str) -> None:
    assert xmlcount([text]) == [pytest.approx(format_reward(text), abs=1e-12)]


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
    columns = {name: ["7"] * len(TABLE) for name in ("answer", "value")}
    columns |= {"answer_unit": ["TL"] * len(TABLE), "prompts": [], "trainer_state": None}
    names = ("xmlcount", "exact_match", "template_match", "numeric_match")
    for place, (name, reward) in enumerate(zip(names, reward_functions(names), strict=True), start=1):
        assert reward(completions=completions, **columns) == pytest.approx([row[place] for row in TABLE])
        assert reward.__name__ == name


def test_the_trainer_s_rows_carry_the_unit_that_numeric_match_compares() -> None:
    question = Question(id="1", unit="", family="", question="Kaç ay?", answer="17", answer_unit="ay", value="17")
    columns = training_dataset([question] * 2, PromptSettings(system="Çöz.")).to_dict()
    texts = [fill_template("x", "17 ay"), fill_template("x", "17 yıl")]
    assert numeric_match(texts, **columns) == [2.0, 0.0]


@pytest.mark.parametrize(
    ("text", "kind", "earned"),
    [
        (f"{S}<cevap>\n7\n</cevap>", "template", 0.5),
        (f"{S}<cevap>\n7\n</cevap>  ", "template", 0.5),
        (f"{S}\n<cevap>\n7\n</cevap>\n", "template_newline", 0.5),
        (f"{S}<cevap>\n7\n8\n</cevap>", "other", 0.4),
        (f"{S}<cevap>\n \n</cevap>", "other", 0.4),
        ("<matematik>\n\n</matematik>\n<cevap>\n7\n</cevap>\n", "other", 0.4),
        (f"Çözüm: {S}<cevap>\n7\n</cevap>\n", "other", 0.3),
        (f"{S}<cevap>7\n</cevap>", "half_inline", 0.3),
        (f"{S}<cevap></cevap>", "other", 0.2),
    ],
)
def test_the_reward_and_its_audit_mean_the_same_template(text: str, kind: str, earned: float) -> None:
    assert form(text) == kind
    assert template_match([text]) == [earned]


@given(TEXTS)
def test_the_audit_calls_a_text_the_template_where_the_reward_is_whole(text: str) -> None:
    assert form(text).startswith("template") == (template_match([text]) == [0.5])


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
