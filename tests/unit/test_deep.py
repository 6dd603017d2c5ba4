"""pass@k at large k: the counts of many completions, the estimator, and where two curves cross."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from finmath_grpo.claims.checks import CHECKS
from finmath_grpo.claims.tables import Tables
from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.cells import Asked, cell_file
from finmath_grpo.evaluation.deep import cells_of
from finmath_grpo.evaluation.deep_counts import COLUMNS, counts_of
from finmath_grpo.evaluation.engine import Output, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import write_jsonl
from finmath_grpo.prompts import fill_template
from finmath_grpo.questions.rows import Question
from finmath_grpo.rollouts import write_rollouts
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.pass_at_k_deep import crossing, ks_up_to, read_counts, table_of
from finmath_grpo.statistics.tables import write_table


def question(name: str, value: str, family: str = "") -> Question:
    return Question(id=name, family=family, question=name, answer=value, answer_unit="", unit="", value=value)


QUESTIONS = [question("q1", "7", "f"), question("q2", "12", "f"), question("q3", "3")]


def completion(name: str, sample: int, text: str, **other: object) -> dict[str, object]:
    row = {"model": "m", "test": "t1", "question_id": name, "temperature": 1.0, "sample": sample, "text": text}
    return {**row, "tokens": 5, "finish": "stop", **other}


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    write_rollouts(path, rows)
    return path


WHOLE = [
    *(completion("q1", sample, fill_template("x", answer)) for sample, answer in enumerate(["7", "8", "7,0"])),
    *(completion("q2", sample, fill_template("x", answer)) for sample, answer in enumerate(["on iki", "1", "2"])),
    *(completion("q3", sample, "hiç") for sample in range(3)),
]


def test_right_and_readable_answers_of_each_question_are_counted(tmp_path: Path) -> None:
    parts = [written(tmp_path / "0.zst", WHOLE[::2]), written(tmp_path / "1.zst", WHOLE[1::2])]
    counts = counts_of(parts, "m", QUESTIONS)
    assert list(counts.columns) == list(COLUMNS)
    assert counts.values.tolist() == [
        ["m", "q1", 1.0, 3, 2, 3],
        ["m", "q2", 1.0, 3, 0, 2],
        ["m", "q3", 1.0, 3, 0, 0],
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (WHOLE[:-1], "each of 3 questions as often"),
        ([*WHOLE[:-1], WHOLE[0]], "each of 3 questions as often"),
        ([*WHOLE[:-1], {**WHOLE[-1], "temperature": 0.5}], "at one temperature"),
        ([], "each of 3 questions as often"),
        ([{**WHOLE[0], "model": "other"}, *WHOLE[1:]], "line 1: q1 by other is not of m"),
        ([*WHOLE[:2], {**WHOLE[2], "question_id": "q9"}], "line 3: q9 by m is not of m on T1"),
        ([{**WHOLE[0], "finish": "no"}], "line 1: finish"),
    ],
)
def test_completions_that_are_not_whole_are_refused(
    rows: list[dict[str, object]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        counts_of([written(tmp_path / "m.zst", rows)], "m", QUESTIONS)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    first, torn = written(tmp_path / "m.0.zst", WHOLE[:5]), written(tmp_path / "m.5.zst", WHOLE[5:])
    torn.write_bytes(torn.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"found 5 rows in .*m\.0\.zst, 0 rows in .*m\.5\.zst; delete the file"):
        counts_of([first, torn], "m", QUESTIONS)


def test_cells_hold_every_question_once_with_the_seeds_of_the_tests() -> None:
    settings = EvaluationSettings(
        engine="vllm", temperatures=(0.7,), samples=5000, top_p=1, max_new_tokens=9, batch_size=1
    )
    cells = cells_of(QUESTIONS, [(1,), (2,), (3,)], settings, 256)
    assert [[asked.id for asked in cell.questions] for cell in cells] == [["q1"], ["q2"], ["q3"]]
    requests = cells[1].requests()
    assert [request.prompt for request in requests] == [(2,)] * 5000
    assert requests[4999].seed == completion_seed("q2", 0.7, 5255)
    assert [row["sample"] for row in cells[1].rows("m", [Output("", 0, "stop")] * 5000)] == list(range(256, 5256))
    few = settings.model_copy(update={"samples": 4096})
    assert [len(cell.questions) for cell in cells_of(QUESTIONS, [(1,), (2,), (3,)], few, 0)] == [2, 1]


def test_the_parts_of_a_model_are_other_cells_in_the_store(tmp_path: Path) -> None:
    settings = EvaluationSettings(
        engine="transformers", temperatures=(0.7,), samples=4, top_p=1, max_new_tokens=9, batch_size=1
    )
    model = Asked("m", [], "cpu", "code", tmp_path)
    parts = [cells_of(QUESTIONS, [(1,), (2,), (3,)], settings, first) for first in (0, 4)]
    assert len({cell_file(model, [2], cell) for cells in parts for cell in cells}) == 2


def test_ks_are_powers_of_two_and_all() -> None:
    assert (ks_up_to(8), ks_up_to(10), ks_up_to(2)) == ([1, 2, 4, 8], [1, 2, 4, 8, 10], [1, 2])


def test_pass_at_k_of_a_thousand_is_the_hypergeometric_chance_and_a_difference_is_paired() -> None:
    base, trained = np.array([0, 1, 40, 1024, 512, 3]), np.array([0, 0, 700, 1024, 1000, 9])
    families = Families.of(["a", "a", "b", "c", "", ""])
    table = table_of({"base": base, "trained": trained}, 1024, 0.7, families, 0.95)
    for model, right in (("base", base), ("trained", trained)):
        rows = table[(table["model"] == model) & (table["against"] == "")]
        assert rows["k"].tolist() == [2**power for power in range(11)]
        truth = [1 - stats.hypergeom(1024, right, k).pmf(0).mean() for k in rows["k"]]
        assert rows["value"].to_numpy() == pytest.approx(np.array(truth))
        assert rows["value"].iloc[-1] == pytest.approx((right > 0).mean())
    of_difference = table[table["against"] == "base"]
    of_each = [
        table[(table["model"] == model) & (table["against"] == "")]["value"].to_numpy() for model in ("base", "trained")
    ]
    assert of_difference["value"].to_numpy() == pytest.approx(of_each[1] - of_each[0])
    assert (of_difference["low"] <= of_difference["value"]).all() and (
        of_difference["value"] <= of_difference["high"]
    ).all()


def test_curves_cross_where_every_larger_k_is_below_zero() -> None:
    ks = [1, 2, 4, 8]
    assert crossing(ks, [0.1, -0.1, -0.1, -0.2]) == 2
    assert crossing(ks, [-0.1, 0.0, -0.1, -0.2]) == 4
    assert crossing(ks, [-0.1, -0.1, -0.1, 0.1]) is None
    assert crossing(ks, [-0.1, -0.1, -0.1, -0.1]) == 1


def of_many(trained: list[int], base: list[int], folder: Path) -> Tables:
    """The tables of claims for a question each with so many right ones of 64."""
    table = table_of({"b": np.array(base), "t": np.array(trained)}, 64, 1.0, Families.single(len(base)), 0.95)
    write_table(folder / "pass_at_k_deep.csv", table)
    return Tables([folder / "pass_at_k_deep.csv"])


@pytest.mark.parametrize(
    ("trained", "base", "verdict", "words"),
    [
        # Surer of what both can do: ahead at k = 1, level at k = 64.
        ([60] * 50 + [0] * 50, [9] * 50 + [0] * 50, "supported", "no crossing"),
        # Ahead at k = 1, and at k = 64 behind on a third of the questions.
        ([60] * 50 + [0] * 50, [9] * 80 + [0] * 20, "supported", "behind from k = "),
        # It solves what the base never does.
        ([60] * 80 + [0] * 20, [30] * 50 + [0] * 50, "contradicted", "no crossing"),
        ([60] * 54 + [0] * 46, [30] * 50 + [0] * 50, "inconclusive", "no crossing"),
    ],
)
def test_what_is_within_reach_of_the_base_is_judged_at_the_largest_k(
    trained: list[int], base: list[int], verdict: str, words: str, tmp_path: Path
) -> None:
    found = CHECKS["within_reach"](of_many(trained, base, tmp_path), "t", "b", margin=0.03)
    assert found.verdict == verdict and words in found.detail and "k = 64 at temperature 1" in found.detail
    assert found.effect == pytest.approx(np.mean(np.array(trained) > 0) - np.mean(np.array(base) > 0))


def test_counts_of_other_questions_or_beyond_the_completions_are_refused(tmp_path: Path) -> None:
    counts = pd.DataFrame([["m", "q1", 1.0, 8, 3, 8], ["n", "q1", 1.0, 8, 8, 8]], columns=list(COLUMNS))

    def read(table: pd.DataFrame, *questions: str) -> object:
        table.to_csv(tmp_path / "deep.csv", index=False)
        return read_counts(tmp_path / "deep.csv", ["m", "n"], questions)

    by_model, samples, temperature = read(counts, "q1")
    assert ({name: list(found) for name, found in by_model.items()}, samples, temperature) == (
        {"m": [3], "n": [8]},
        8,
        1.0,
    )
    # A question may be named so, and is a question all the same.
    assert read(counts.assign(question_id="NA"), "NA") and read(counts.assign(question_id="001"), "001")
    for table, questions, message in (
        (counts, ("q1", "q2"), "a row for each of 2 questions"),
        (counts.assign(correct=9), ("q1",), "counts from 0"),
        (counts.assign(correct=1.5), ("q1",), "can't be read as a table"),
        (counts.assign(correct=None), ("q1",), "can't be read as a table"),
        (counts.assign(samples=[8, 9]), ("q1",), "one number of samples"),
        (counts.drop(columns="readable"), ("q1",), "expected the columns"),
    ):
        with pytest.raises(UserError, match=message):
            read(table, *questions)


def test_the_stages_make_the_table_from_the_completions(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "test.jsonl", [asked.model_dump(mode="json") for asked in QUESTIONS])
    other = [{**row, "model": "n", "text": fill_template("x", "7")} for row in WHOLE]
    files = [
        written(tmp_path / f"{model}.{part}.zst", rows[part::2])
        for model, rows in (("m", WHOLE), ("n", other))
        for part in (0, 1)
    ]
    counts = ["evaluation.deep_counts", "--models", "m", "n", "--counts", tmp_path / "deep.csv", "--completions"]
    table = ["statistics.pass_at_k_deep", "--settings", "{}", "--models", "m", "n", "--counts", tmp_path / "deep.csv"]
    for command, fault in (
        ([*counts, *files[:3]], "expected as many files for each of 2 models, found 3"),
        ([*counts, *files], ""),
        ([*table, "--table", tmp_path / "table.csv"], ""),
    ):
        module, *options = [*command, "--test", tmp_path / "test.jsonl"]
        done = subprocess.run(
            [sys.executable, "-m", f"finmath_grpo.{module}", *map(str, options)], capture_output=True, text=True
        )
        assert done.returncode == (2 if fault else 0) and fault in done.stderr, done.stderr
    table = pd.read_csv(tmp_path / "table.csv")
    at_one = table[table["k"] == 1].set_index(["model", table[table["k"] == 1]["against"].fillna("")])["value"]
    assert at_one["m", ""] == pytest.approx(2 / 9, abs=1e-5)
    assert at_one["n", "m"] == pytest.approx(3 / 9 - 2 / 9, abs=1e-5)
