"""Pages take their numbers from tables and claims by key: another number is another text, and a sentence that no longer
holds stops everything by its name.
"""

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.release import texts

ROOT = Path(__file__).parents[2]
NUMBERS = json.loads((ROOT / texts.NUMBERS).read_text(encoding="utf-8"))


@pytest.fixture
def numbers() -> dict[str, Any]:
    return copy.deepcopy(NUMBERS)


def test_the_pages_are_what_the_numbers_give() -> None:
    contents = {path: (ROOT / path).read_text(encoding="utf-8") for path, _ in texts.PARTS.values()}
    assert texts.pages(NUMBERS, contents) == contents, "run: python -m finmath_grpo.release.texts"


def test_one_changed_number_changes_its_words_and_no_others(numbers: dict[str, Any]) -> None:
    before = texts.text("headline", numbers)
    assert "GRPO raised accuracy by 15.8 points" in before
    numbers["recorded"]["contrasts"]["llama-grpo/llama-base/mean"]["difference"] = 0.2149
    assert texts.text("headline", numbers) == before.replace("by 15.8 points", "by 21.5 points")
    table = texts.text("table", numbers)
    assert "| Llama + GRPO, rewards of the post | 49.4 % | +21.5 (11.6 to 19.7) |" in table


@pytest.mark.parametrize(
    ("change", "part", "sentence"),
    [
        (("contrasts", "llama-grpo/llama-base/mean", "low", -0.01), "headline", "GRPO raised accuracy"),
        (("decomposition", "llama-grpo/llama-base/format", "value", 0.01), "headline", "the answer's format"),
        (
            ("decomposition", "llama-grpo/llama-base/mathematics", "low", 0.01),
            "headline",
            "mathematics is a null result",
        ),
        (("contrasts", "llama-grpo/llama-base/any", "high", -0.01), "recorded-run", "no new skill, a null result"),
    ],
)
def test_a_sentence_that_no_longer_holds_is_named(
    numbers: dict[str, Any], change: tuple[str, str, str, float], part: str, sentence: str
) -> None:
    table, row, column, value = change
    numbers["recorded"][table][row][column] = value
    with pytest.raises(UserError, match=sentence):
        texts.text(part, numbers)


def test_a_flipped_verdict_is_named(numbers: dict[str, Any]) -> None:
    numbers["published"]["claims"]["template-by-reward"] = "supported"
    with pytest.raises(UserError, match="fines the template"):
        texts.text("headline", numbers)


def test_numbers_are_read_from_the_tables_by_key(tmp_path: Path) -> None:
    tables = {
        "recorded/statistics/contrasts.csv": [
            (
                "test",
                "trained",
                "base",
                "scorer",
                "at",
                "trained_accuracy",
                "base_accuracy",
                "difference",
                "low",
                "high",
            ),
            ("t1", "a", "b", "numeric", "mean", 0.5, 0.25, 0.25, 0.125, 0.375),
            ("t2", "a", "b", "numeric", "mean", 1, 1, 1, 1, 1),
            ("t1", "a", "b", "exact", "mean", 1, 1, 1, 1, 1),
        ],
        "recorded/statistics/decomposition.csv": [
            ("test", "model", "against", "at", "part", "value", "low", "high"),
            ("t1", "a", "b", "mean", "format", 0.5, 0.25, 0.75),
        ],
        "recorded/statistics/readability.csv": [("test", "model", "measure", "value"), ("t1", "a", "tagged", 0.75)],
    }
    for name, rows in tables.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    (tmp_path / "recorded/claims.json").write_text("[]", encoding="utf-8")
    found = texts.numbers_of(tmp_path, {"published": {"facts": {}}})
    assert found["recorded"] == {
        "contrasts": {"a/b/mean": {"trained": 0.5, "base": 0.25, "difference": 0.25, "low": 0.125, "high": 0.375}},
        "decomposition": {"a/b/format": {"value": 0.5, "low": 0.25, "high": 0.75}},
        "tagged": {"a": 0.75},
    }
    assert found["published"] == {"facts": {}}, "what is not under results/ stays"
