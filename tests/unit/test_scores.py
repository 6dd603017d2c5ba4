"""Scorers and outcomes, and that a table of scores that is not whole is refused by name."""

import subprocess
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from answers import DEBATABLE, FAIR_RIGHT, FAIR_WRONG
from hypothesis import given
from hypothesis import strategies as st
from stages import run_stage

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.scores import COLUMNS, OUTCOMES, read_scores
from finmath_grpo.files import write_jsonl
from finmath_grpo.prompts import fill_template
from finmath_grpo.rewards import exact_match, numeric_match
from finmath_grpo.scorer import is_rounding, score

MODELS = ("llama-base", "llama-grpo")
QUESTIONS = ("q1", "q2", "q3")


@pytest.mark.parametrize(
    ("answer", "exact", "no_punctuation", "numeric", "outcome"),
    [
        # The recorded answer is 1.234,50 and the value 1234.50.
        ("1.234,50", 1, 1, 1, "right"),
        ("1234,50", 0, 1, 1, "right"),
        ("1234,5", 0, 0, 1, "right"),
        ("1.234,50 TL", 0, 0, 1, "right"),
        ("1,234.50", 0, 1, 0, "separators"),
        ("1234.5", 0, 0, 0, "separators"),
        ("123450", 0, 1, 0, "wrong"),
        ("1234,51", 0, 0, 0, "wrong"),
        ("1235", 0, 0, 0, "rounding"),
        ("1234", 0, 0, 0, "rounding"),
        ("1233", 0, 0, 0, "wrong"),
        ("1.234,6", 0, 0, 0, "wrong"),
        ("1234.6", 0, 0, 0, "wrong"),
        ("1.234,52", 0, 0, 0, "wrong"),
        ("1.234,5043", 0, 0, 0, "rounding"),
        ("1,234.5043", 0, 0, 0, "rounding"),
        ("12,345", 0, 0, 0, "wrong"),
        ("-1.234,50", 0, 1, 0, "wrong"),
        ("yaklaşık 1.234,50", 0, 0, 1, "right"),
        ("1.234,50 USD", 0, 0, 0, "unit"),
        ("%1.234,50", 0, 1, 0, "unit"),
        ("99 gün", 0, 0, 0, "unit"),
        ("1.234,50 ile 2", 0, 0, 0, "unreadable"),
        ("1.234,50.1", 0, 0, 0, "unreadable"),
        ("bin iki yüz otuz dört buçuk", 0, 0, 0, "unreadable"),
        ("½", 0, 0, 0, "unreadable"),
        ("bulunamadı", 0, 0, 0, "wrong"),
        ("bir cevap yok", 0, 0, 0, "wrong"),
        ("", 0, 0, 0, "wrong"),
    ],
)
def test_scorers_and_outcome_of_an_answer(answer, exact, no_punctuation, numeric, outcome) -> None:
    for text in (fill_template("Çözüm.", answer), f"<matematik>\nÇözüm.\n</matematik>\n<cevap>{answer}</cevap>"):
        found = score(text, "stop", "1.234,50", Decimal("1234.50"), "TL")
        assert (found["exact"], found["no_punctuation"], found["numeric"]) == (exact, no_punctuation, numeric)
        assert found["outcome"] == outcome
        assert found["extracted"] == answer


@pytest.mark.parametrize(
    ("text", "finish", "outcome"),
    [
        ("uzun bir çözüm", "length", "cut_off"),
        ("<matematik>\nuzun bir çözüm", "length", "cut_off"),
        ("<matematik>\nx\n</matematik>\n<cevap>\n12", "length", "cut_off"),
        ("<cevap>7</cevap> ve yine <cevap>12", "length", "cut_off"),
        ("<cevap>8</cevap> ve devamı", "length", "wrong"),
        ("<cevap>7</cevap> ve devamı", "length", "right"),
        ("<cevap>\n7", "length", "right"),
        ("Hesapladım, 7 çıktı.", "stop", "no_answer"),
        ("", "stop", "no_answer"),
        ("7", "stop", "right"),  # no tag, but the whole text is the answer, as in the post's extraction
        ("<cevap>8", "stop", "wrong"),
    ],
)
def test_what_has_no_answer_and_what_was_cut_off(text: str, finish: str, outcome: str) -> None:
    assert score(text, finish, "7", Decimal(7))["outcome"] == outcome


@pytest.mark.parametrize(
    ("answer", "value", "rounded"),
    [
        ("12.35", "12.345", True),
        ("12.34", "12.345", True),  # cut, as the course's keys often are
        ("12.3", "12.345", True),
        ("12.36", "12.345", False),
        ("12.344", "12.345", False),
        ("12.3449", "12.34", True),
        ("12.3549", "12.34", False),
        ("46", "46.41", True),
        ("47", "46.41", False),
        ("6615", "6615.4", True),
        ("6616", "6615.4", False),
        ("6616", "6615.50", True),
        ("6615.4", "6615", False),
        ("6615.00", "6615.4", True),
        ("2.52", "2.5", False),
        ("1234.51", "1234.50", False),
        ("3166.6667", "3166.67", True),
        ("6616", "6615", False),
        ("12.50", "12.5", False),
        ("0.3", "0.333", True),
        ("0", "0.12", False),
        ("1", "0.91", True),
        ("1", "0.9", False),
        ("-12.35", "-12.345", True),
        ("12.35", "-12.345", False),
        ("0." + "3" * 400, "0.33", True),
    ],
)
def test_rounding_gives_one_number_from_the_other(answer: str, value: str, rounded: bool) -> None:
    assert is_rounding(Decimal(answer), Decimal(value)) is rounded


@pytest.mark.parametrize(
    ("answer", "unit", "outcome"),
    [
        ("12 TL", "TL", "right"),
        ("12", "TL", "right"),
        ("12 TL/kg", "TL", "right"),
        ("12 TL", "TL/kg", "right"),
        ("12 TL", "Türk lirası", "right"),
        ("12 ay", "ay", "right"),
        ("12 yıl", "ay", "unit"),
        ("Vade (yıl): 12", "ay", "unit"),
        ("%12", "TL", "unit"),
        ("12 TL", "%", "unit"),
        ("binde 12", "%", "unit"),
        ("12 milyem", "milyem", "right"),
        ("12 adet hisse", "adet", "right"),
        ("12 TL", "adet", "unit"),
        ("12 adet", "TL", "unit"),
        ("Taksit: 12 TL", "TL", "right"),
        ("12 TL", "", "right"),  # nothing says what was asked
        ("12 TL", "koyun", "right"),
    ],
)
def test_a_unit_that_contradicts_the_question_s_is_not_right_and_earns_nothing(answer, unit, outcome) -> None:
    text = fill_template("Çözüm.", answer)
    assert score(text, "stop", "12", Decimal(12), unit)["outcome"] == outcome
    assert numeric_match([text], value=["12"], answer_unit=[unit]) == [2.0 * (outcome == "right")]


def is_right(answer: str, unit: str, value: str) -> bool:
    text = f"<matematik>\nÇözüm.\n</matematik>\n<cevap>\n{answer}\n</cevap>"
    return score(text, "stop", "x", Decimal(value), unit)["numeric"] == 1


def test_the_spellings_of_real_models_are_read_and_no_wrong_answer_is_right() -> None:
    assert len(FAIR_RIGHT) + len(FAIR_WRONG) + len(DEBATABLE) >= 150
    assert [entry for entry in FAIR_WRONG if is_right(*entry)] == []
    unread = [entry for entry in FAIR_RIGHT if not is_right(*entry)]
    assert len(unread) <= 0.07 * len(FAIR_RIGHT), unread


TEXTS = st.lists(
    st.sampled_from(["<cevap>", "</cevap>", "\n", "7", "7,0", "7.0", "\x00", "\r", ",", "x" * 60, "\u00a0"]), max_size=8
).map("".join)


@given(TEXTS, st.sampled_from(["stop", "length"]))
def test_reward_and_score_are_one_and_a_sample_has_one_outcome(text: str, finish: str) -> None:
    found = score(text, finish, "7", Decimal(7))
    assert exact_match([text], answer=["7"]) == [2.0 * found["exact"]]
    assert numeric_match([text], value=["7"]) == [2.0 * found["numeric"]]
    assert found["exact"] <= found["no_punctuation"]
    assert found["outcome"] in OUTCOMES
    assert (found["outcome"] == "right") == (found["numeric"] == 1)
    assert found["extracted"].isprintable() or "\u00a0" in found["extracted"]


def whole_table(samples: int = 2) -> pd.DataFrame:
    rows = [
        (model, "t1", temperature, sample, question, 1, 1, 0, 1, 1, 0, 1, "separators", "12.5", "", "12.5", "12.5", 40)
        for model in MODELS
        for temperature in (0.1, 1.0)
        for question in QUESTIONS
        for sample in range(samples)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_back(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    path = folder / "scores.csv"
    table.to_csv(path, index=False)
    return read_scores(path, MODELS, QUESTIONS)


def test_rows_are_put_in_order_whatever_order_the_file_has(tmp_path: Path) -> None:
    table = whole_table()
    shuffled = table.sample(frac=1, random_state=7)
    pd.testing.assert_frame_equal(read_back(shuffled, tmp_path), read_back(table, tmp_path))


def test_numbers_as_text_are_not_changed_by_reading(tmp_path: Path) -> None:
    table = whole_table().assign(extracted="007", gold="nan")
    read = read_back(table, tmp_path)
    assert set(read["extracted"]) == {"007"} and set(read["gold"]) == {"nan"}


def test_a_test_is_read_by_itself_and_its_faults_keep_their_line(tmp_path: Path) -> None:
    t1 = whole_table()
    t2 = whole_table().replace({"question_id": {name: f"ft-{name}" for name in QUESTIONS}}).assign(test="t2")
    both = pd.concat([t1, t2], ignore_index=True)
    pd.testing.assert_frame_equal(read_back(both, tmp_path), read_back(t1, tmp_path))
    names = [f"ft-{name}" for name in QUESTIONS]
    both.to_csv(tmp_path / "scores.csv", index=False)
    assert len(read_scores(tmp_path / "scores.csv", MODELS, names, "t2")) == len(t2)
    both.loc[len(t1), "outcome"] = "good"
    both.to_csv(tmp_path / "scores.csv", index=False)
    with pytest.raises(UserError, match=f"line {len(t1) + 2}: outcome is 'good'"):
        read_scores(tmp_path / "scores.csv", MODELS, names, "t2")


def test_a_file_of_an_older_run_has_t1_alone_and_does_not_say_so(tmp_path: Path) -> None:
    table = whole_table()
    pd.testing.assert_frame_equal(read_back(table.drop(columns="test"), tmp_path), read_back(table, tmp_path))


def spoiled(change: str) -> pd.DataFrame:
    table = whole_table()
    if change == "missing cell":
        return table.drop(index=5)
    if change == "missing model":
        return table[table["model"] != "llama-grpo"]
    if change == "missing question":
        return table[table["question_id"] != "q3"]
    if change == "missing temperature of one model":
        return table[(table["model"] != "llama-grpo") | (table["temperature"] != 1.0)]
    if change == "no row":
        return table.head(0)
    if change == "doubled":
        return pd.concat([table, table.iloc[[3]]])
    if change == "doubled in place of another":
        return pd.concat([table.drop(index=5), table.iloc[[3]]])
    if change == "unknown model":
        return table.assign(model=table["model"].replace("llama-grpo", "llama-gpro"))
    if change == "unknown question":
        return table.assign(question_id=table["question_id"].replace("q3", "q4"))
    if change == "score of 2":
        return table.assign(numeric=[2] + [0] * (len(table) - 1))
    if change == "no score":
        return table.assign(exact=["", *[1] * (len(table) - 1)])
    if change == "odd outcome":
        return table.assign(outcome="lucky")
    if change == "temperature is a word":
        return table.assign(temperature="warm")
    if change == "outcome against score":
        return table.assign(outcome=["right", *table["outcome"][1:]])
    if change == "right, but not leniently":
        return table.assign(tag_optional=[1, *table["tag_optional"][1:]], lenient=[0, *table["lenient"][1:]])
    if change == "samples from 1":
        return table.assign(sample=table["sample"] + 1)
    assert change == "no column"
    return table.drop(columns="numeric")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("missing cell", "model llama-base, temperature 0.1, question q3, sample 1 is missing"),
        ("missing model", "model llama-grpo, temperature 0.1, question q1, sample 0 is missing"),
        ("missing question", "question q3, sample 0 is missing"),
        ("missing temperature of one model", "model llama-grpo, temperature 1, question q1, sample 0 is missing"),
        ("no row", "is missing"),
        ("doubled", "model llama-base, temperature 0.1, question q2, sample 1 is there more than once"),
        ("doubled in place of another", "question q2, sample 1 is there more than once"),
        ("unknown model", "line 14: model is 'llama-gpro'; expected one of: llama-base, llama-grpo"),
        ("unknown question", "question_id is 'q4'"),
        ("score of 2", "line 2: numeric is '2'"),
        ("no score", "line 2: exact is ''"),
        ("odd outcome", "outcome is 'lucky'"),
        ("temperature is a word", "line 2: temperature is 'warm'"),
        ("samples from 1", "sample 0 is missing"),
        ("outcome against score", "line 2: outcome contradicts numeric"),
        ("right, but not leniently", "line 2: tag_optional is 1 and lenient is 0"),
        ("no column", "no column numeric"),
    ],
)
def test_a_table_that_is_not_whole_is_refused_by_name(change: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        read_back(spoiled(change), tmp_path)
    assert says in str(error.value)
    assert "scores.csv" in str(error.value)


def completions(folder: Path, samples: int = 2) -> list[Path]:
    same = {"unit": "", "family": "", "question": "?", "answer": "12,5", "answer_unit": "TL", "value": "12.50"}
    rows = [{"id": q, **same} for q in QUESTIONS]
    write_jsonl(folder / "test.jsonl", rows)
    paths = []
    for model in MODELS:
        rows = [
            {
                "model": model,
                "question_id": question,
                "temperature": temperature,
                "sample": sample,
                "text": fill_template("Çözüm\t\r\n", "12,5"),
                "tokens": 9,
                "finish": "stop",
            }
            for temperature in (0.1, 1.0)
            for question in QUESTIONS
            for sample in range(samples)
        ]
        paths.append(folder / f"{model}.jsonl")
        write_jsonl(paths[-1], rows)
    return paths


def run_score(folder: Path, paths: list[Path]) -> subprocess.CompletedProcess:
    words = ("--names", "t1", "--tests", folder / "test.jsonl", "--completions", *paths)
    return run_stage("evaluation.score", *words, "--scores", folder / "scores.csv")


def test_the_stage_scores_every_sample(tmp_path: Path) -> None:
    done = run_score(tmp_path, completions(tmp_path, samples=3))
    assert done.returncode == 0, done.stderr
    scores = read_scores(tmp_path / "scores.csv", MODELS, QUESTIONS)
    assert len(scores) == 2 * 2 * 3 * 3
    assert set(scores["outcome"]) == {"right"} and set(scores["value"]) == {"12.50"}


@pytest.mark.parametrize("fault", ["cut", "doubled", "stranger", "torn"])
def test_the_stage_names_what_is_wrong_with_the_completions(fault: str, tmp_path: Path) -> None:
    paths = completions(tmp_path)
    lines = paths[1].read_text(encoding="utf-8").splitlines(keepends=True)
    changed, says = {
        "cut": (lines[:-1], "llama-grpo, temperature 1, question q3, sample 1 is missing"),
        "doubled": (
            [*lines, lines[0]],
            "model llama-grpo, temperature 0.1, question q1, sample 0 is there more than once",
        ),
        "stranger": (
            [lines[0].replace('"q1"', '"q9"'), *lines[1:]],
            "line 1: question_id 'q9' is not in the test t1",
        ),
        "torn": ([*lines[:-1], lines[-1][:30]], "llama-grpo.jsonl, line 12"),
    }[fault]
    paths[1].write_text("".join(changed), encoding="utf-8")
    done = run_score(tmp_path, paths)
    assert done.returncode == 2
    assert says in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "scores.csv").exists()
