"""The audit of other tools' scorers: their rules on known answers, and the table on known completions."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from finmath_grpo import scorer_audit
from finmath_grpo.errors import UserError
from finmath_grpo.scorer_audit import RULES, audit, judged, read_rows
from finmath_grpo.statistics.settings import StatisticsSettings

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data/recorded/scorer_audit.csv"
OTHERS = {name: rule for name, rule in RULES.items() if name != "math-verify"}


def accepting(text: str, gold: str) -> set[str]:
    """The rules that accept an answer which stands alone."""
    return {name for name in OTHERS if judged(name, f"<cevap>{text}</cevap>", "answer", gold)}


STRICT, FLEXIBLE, MGSM, INSPECT, LIGHTEVAL, NORMALIZER = OTHERS


@pytest.mark.parametrize(
    ("text", "gold", "rules"),
    [
        ("12500", "12500", set(OTHERS)),
        ("12.500", "12500", {MGSM}),  # deletes the dot; 12.5 to all others
        ("12,500", "12500", set(OTHERS)),  # an English comma, and 12.5 in Turkish: accepted though wrong
        ("12,5", "12.5", {MGSM, LIGHTEVAL}),
        ("12,5", "125", {STRICT, FLEXIBLE, MGSM, INSPECT, NORMALIZER}),  # the comma is deleted
        ("12500 TL", "12500", set(OTHERS)),
        ("%12", "12", {FLEXIBLE, MGSM}),
        ("12 %", "12", set(OTHERS)),
        ("60%", "60", set(OTHERS) - {INSPECT}),
        ("-5", "5", {MGSM}),
        ("99999.4", "99999.2", {INSPECT}),  # five digits
        ("7", "8", set()),
        ("", "8", set()),
    ],
)
def test_other_scorers_on_turkish_answers(text: str, gold: str, rules: set[str]) -> None:
    assert accepting(text, gold) == rules


def test_the_whole_completion_has_no_hashes_and_no_tag_no_answer() -> None:
    whole = "<matematik>\n5 - 2\n</matematik>\n<cevap>\n7\n</cevap>\n"
    assert {name for name in OTHERS if judged(name, whole, "completion", "7")} == set(OTHERS) - {STRICT, NORMALIZER}
    assert not any(judged(name, "Cevap: 7", "answer", "7") for name in OTHERS)
    assert judged(FLEXIBLE, "Cevap: 7", "completion", "7")


def test_the_table_counts_what_is_rejected_and_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer_audit, "RULES", {"flexible": RULES[FLEXIBLE]})
    scorer_audit._cached.cache_clear()
    answers = {"llama-base": ["12.500", "7", "8"], "llama-grpo": ["12500", "3,00", "7"]}  # 12500, 300 and 7 are asked
    rows = pd.DataFrame(
        [
            {"test": "t1", "model": model, "temperature": 1.0, "sample": 0, "question_id": question, "family": ""}
            | {"text": f"<cevap>{answer}</cevap>", "value": value, "answer": value}
            | {
                "exact": int(answer == value),
                "no_punctuation": 0,
                "numeric": int(answer in ("12.500", "12500") or answer == value),
            }
            for model, given in answers.items()
            for question, answer, value in zip("abc", given, ("12500", "300", "7"), strict=True)
        ]
    )
    table = audit(rows, StatisticsSettings(bootstrap_draws=500)).set_index(["scorer", "text", "gold"])
    row = table.loc[("flexible", "answer", "value")]
    # Right are 12.500, 12500 and the last 7, of which the first is rejected; of the wrong ones, 3,00 is accepted.
    counts = row[["right", "right_rejected", "rejected_share", "wrong", "wrong_accepted", "accepted_share"]]
    assert list(counts) == [3, 1, 1 / 3, 3, 1, 1 / 3]
    assert (row["accuracy llama-base"], row["accuracy llama-grpo"]) == (0, 1)
    assert (row["trained"], row["base"], row["difference"]) == ("llama-grpo", "llama-base", 1)
    assert table.loc[("numeric", "answer", "value"), "difference"] == pytest.approx(1 / 3)


def test_the_shipped_table_is_that_of_the_record() -> None:
    table = pd.read_csv(SHIPPED).set_index(["scorer", "text", "gold"])
    assert set(table.index.get_level_values("scorer")) == {*RULES, *scorer_audit.OURS}
    recorded = json.loads((ROOT / "docs/numbers.json").read_text(encoding="utf-8"))["recorded"]
    t1 = recorded["tests"]["t1"]
    models = sum(column.startswith("accuracy ") for column in table.columns)
    assert (table["right"] + table["wrong"] == models * t1["questions"] * len(t1["temperatures"]) * t1["samples"]).all()
    ours = table.loc[("numeric", "answer", "value")]
    assert ours["right_rejected"] == ours["wrong_accepted"] == 0
    base = recorded["contrasts"]["t1/llama-grpo/llama-base/mean"]["base"]
    assert ours["accuracy llama-base"] == pytest.approx(base, abs=1e-5), (
        "of another record: docs/scorers.md has the command"
    )
    assert table.loc[("math-verify", "answer", "value"), "right_rejected"] > 0


def files(tmp_path: Path, samples: int = 1) -> tuple[list[str], list[Path], list[Path], Path]:
    question = {"id": "a", "unit": "", "family": "", "question": "?", "answer": "7", "answer_unit": "", "value": "7"}
    row = {"model": "m", "question_id": "a", "temperature": 1.0, "text": "<cevap>7</cevap>", "tokens": 1}
    (tmp_path / "test.jsonl").write_text(json.dumps(question) + "\n")
    (tmp_path / "m.jsonl").write_text(
        "".join(json.dumps({**row, "finish": "stop", "sample": sample}) + "\n" for sample in range(samples))
    )
    (tmp_path / "scores.csv").write_text(
        "model,temperature,sample,question_id,exact,no_punctuation,numeric\nm,1.0,0,a,1,1,1\n"
    )
    return ["t1"], [tmp_path / "test.jsonl"], [tmp_path / "m.jsonl"], tmp_path / "scores.csv"


def test_scores_that_lack_a_completion_are_refused(tmp_path: Path) -> None:
    assert len(read_rows(*files(tmp_path))) == 1
    with pytest.raises(UserError, match=r"scores\.csv: 1 samples are missing.*sample 1, question_id a"):
        read_rows(*files(tmp_path, samples=2))


def test_other_tests_and_models_of_a_record_are_left_out_and_counted(tmp_path: Path, capsys) -> None:
    names, tests, (completions,), scores = files(tmp_path)
    row = json.loads(completions.read_text())
    completions.write_text(completions.read_text() + json.dumps({**row, "test": "t2", "question_id": "z"}) + "\n")
    scores.write_text(
        "model,test,temperature,sample,question_id,exact,no_punctuation,numeric\n"
        "m,t1,1.0,0,a,1,1,1\nm,t2,1.0,0,z,0,0,0\nother,t1,1.0,0,a,0,0,0\n"
    )
    rows = read_rows(names, tests, [completions], scores)
    assert list(zip(rows["model"], rows["question_id"], rows["numeric"], strict=True)) == [("m", "a", 1)]
    assert "left out: 1 completions of tests other than t1" in capsys.readouterr().out


def test_without_math_verify_the_command_says_where_it_is(tmp_path: Path) -> None:
    _, (test,), (completions,), scores = files(tmp_path)
    code = (
        "import sys; sys.modules['math_verify'] = None\nfrom finmath_grpo import scorer_audit as a; a.run_stage(a.main)"
    )
    command = [sys.executable, "-c", code, "--tests", str(test), "--completions", str(completions)]
    command += ["--scores", str(scores), "--output", str(tmp_path / "audit.csv")]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True)
    assert done.returncode == 2 and "math-verify is not installed" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "audit.csv").exists()
