"""Pages take their numbers from tables and claims by key: another number is another text, what a page says otherwise is
refused, and where a number can go either way the wording follows it.
"""

import copy
import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from finmath_grpo import numerals
from finmath_grpo.errors import UserError
from finmath_grpo.release.texts import pages, picture, tables, words

ROOT = Path(__file__).parents[2]
NUMBERS = json.loads((ROOT / tables.NUMBERS).read_text(encoding="utf-8"))


@pytest.fixture
def numbers() -> dict[str, Any]:
    return copy.deepcopy(NUMBERS)


def moved(numbers: dict[str, Any], table: str, key: str, value: float, low: float, high: float) -> dict[str, Any]:
    numbers["recorded"][table][key] |= {"value": value, "low": low, "high": high}
    return numbers


def test_the_record_asks_questions_of_the_bank_also_those_whose_choices_were_taken_away(tmp_path: Path) -> None:
    bank = ROOT / "data/raw/questions.jsonl"
    record = tables.record_of(Path("recorded"))
    assert tables.of_run(record, bank)["of_bank"]
    changed = tmp_path / "bank.jsonl"
    changed.write_text(bank.read_text(encoding="utf-8").replace('"73610"', '"73611"'), encoding="utf-8")
    assert not tables.of_run(record, changed)["of_bank"]


def test_the_pages_are_what_the_numbers_give() -> None:
    pages.check(NUMBERS, pages.read_pages(ROOT))


@pytest.mark.parametrize("path", sorted({path for path, _ in pages.PARTS.values() if path.name != "scorers.md"}))
def test_a_number_changed_in_a_page_is_refused_with_its_line(path: Path) -> None:
    contents = pages.read_pages(ROOT)
    lines = contents[path].splitlines(keepends=True)
    places = [place for place, line in enumerate(lines) if re.search(r"mathematics.*\d\.\d|\d\.\d.*mathematics", line)]
    marks = [place for place, line in enumerate(lines) if line.startswith("<!-- numbers")]
    place = next(place for place in places if place > marks[0])
    lines[place] = re.sub(r"(\d)\.(\d)", lambda found: f"{found[1]}.{(int(found[2]) + 1) % 10}", lines[place], count=1)
    contents[path] = "".join(lines)
    with pytest.raises(UserError, match=rf"{path}, line {place + 1}: "):
        pages.check(NUMBERS, contents)


def test_one_changed_number_changes_its_words_and_no_others(numbers: dict[str, Any]) -> None:
    before = pages.text("by-part", numbers)
    separators = words.interval(pages.Tables(numbers["recorded"]).part("t1", "llama-grpo", "separators"))
    assert f"{separators} separators" in before.replace("\n", " ")
    moved(numbers, "decomposition", "t1/llama-grpo/llama-base/separators", 0.2149, -0.01, 0.305)
    after = pages.text("by-part", numbers).replace("\n", " ")
    assert after == before.replace("\n", " ").replace(f"{separators} separators", "21.5 (−1.0 to 30.5) separators")


GAIN = "decomposition", "t1/llama-grpo/llama-base/total"
MATHEMATICS = "decomposition", "t1/llama-grpo/llama-base/mathematics"
ANY = "contrasts", "t1/llama-grpo/llama-base/any"
DPO = "decomposition", "t1/gemma-dpo/gemma-it/total"


@pytest.mark.parametrize(
    ("part", "row", "sign", "said", "unsaid"),
    [
        ("results", GAIN, 1, "GRPO raised accuracy on T1", "lowered accuracy on T1** with"),
        ("results", GAIN, -1, "GRPO lowered accuracy on T1", "GRPO raised"),
        ("results", GAIN, 0, "GRPO did not change accuracy on T1 by more than chance", "GRPO raised"),
        (
            "results",
            MATHEMATICS,
            1,
            "*Mathematics* is above 0 ",
            "*Mathematics* is not told apart",
        ),
        (
            "results",
            MATHEMATICS,
            -1,
            "*Mathematics* is below 0 ",
            "*Mathematics* is not",
        ),
        (
            "results",
            MATHEMATICS,
            0,
            "*Mathematics* is not told apart from 0 ",
            "*Mathematics* is above",
        ),
        ("results", ANY, 1, "by the first completion at each, are more than before", "no new skill"),
        ("results", ANY, -1, "by the first completion at each, are fewer than before", "no new skill"),
        ("results", ANY, 0, "so that no new skill was shown", "than before."),
        ("results", DPO, 1, "DPO raised accuracy on T1** (+3.0, 2.0 to 4.0)", "DPO lowered"),
        ("results", DPO, 0, "DPO did not change accuracy on T1 by more than chance", "DPO lowered"),
        ("headline", MATHEMATICS, 1, "3.0 (2.0 to 4.0) mathematics.", "null result"),
        ("headline", MATHEMATICS, -1, "−3.0 (−4.0 to −2.0) mathematics, a loss", "null result"),
        ("headline", MATHEMATICS, 0, "0.5 (−4.0 to 4.0) mathematics, a null result", "a loss"),
        ("headline", ANY, 0, "no new skill is shown", "mathematics, a gain"),
        ("headline", ANY, 1, "(+3, 2 to 4).", "no new skill"),
    ],
)
def test_the_wording_follows_the_numbers(
    numbers: dict[str, Any], part: str, row: tuple[str, str], sign: int, said: str, unsaid: str
) -> None:
    value, low, high = {1: (0.03, 0.02, 0.04), -1: (-0.03, -0.04, -0.02), 0: (0.005, -0.04, 0.04)}[sign]
    table, key = row
    # What is said of several rows, of each test and reward, is said of all alike.
    same = (
        [name for name in numbers["recorded"][table] if name.endswith("/mathematics")] if row == MATHEMATICS else [key]
    )
    for name in same:
        moved(numbers, table, name, value, low, high)
    found = " ".join(pages.text(part, numbers).split())
    assert said in found and unsaid not in found


def test_what_is_above_0_but_not_once_corrected_is_told_so(numbers: dict[str, Any]) -> None:
    """Eleven contrasts are held on T3, so that an interval above 0 is no more than it says."""
    key = "t3/llama-grpo/llama-base/mathematics"
    row = moved(numbers, "decomposition", key, 0.005, 0.001, 0.009)["recorded"]["decomposition"][key]
    row["p_holm"] = 0.089
    found = " ".join(pages.text("headline", numbers).split())
    assert "it is 0.5 (0.1 to 0.9), small, p = 0.089 by Holm." in found
    assert "mathematics has p = 0.089 with the rewards of the post" in " ".join(pages.text("results", numbers).split())
    row["p_holm"] = 0.01
    assert "it is 0.5 (0.1 to 0.9), small, above 0." in " ".join(pages.text("headline", numbers).split())
    row["p_holm"], row["low"] = 0.01, -0.001
    assert "it is 0.5 (−0.1 to 0.9), a null result." in " ".join(pages.text("headline", numbers).split())


def test_where_intervals_are_over_single_questions_the_pages_say_so(numbers: dict[str, Any]) -> None:
    """`contrasts_table` takes questions one by one at any temperature of T1, whose counts both pages show."""
    for part, said in (
        ("table", "first completion at each temperature, as the post did, but by value; its intervals are over single"),
        ("results", "(at any temperature of T1 over single questions in place of families)"),
    ):
        assert said in " ".join(pages.text(part, numbers).split())


def test_most_of_a_change_is_named_only_where_it_is_most_of_it(numbers: dict[str, Any]) -> None:
    moved(numbers, *GAIN, 0.10, 0.08, 0.12)
    moved(numbers, "decomposition", "t1/llama-grpo/llama-base/format", 0.02, 0.01, 0.03)
    moved(numbers, *MATHEMATICS, 0.08, 0.06, 0.10)
    assert "mostly by mathematics." in pages.text("results", numbers).replace("\n", " ")
    moved(numbers, *MATHEMATICS, 0.08, -0.01, 0.17)  # more than half, but it may be none
    assert "mostly" not in pages.text("results", numbers)


def test_a_flipped_verdict_that_no_wording_covers_is_named(numbers: dict[str, Any]) -> None:
    numbers["published"]["claims"]["template-by-reward"] = "supported"
    with pytest.raises(UserError, match="fines the template"):
        pages.text("headline", numbers)


def test_what_was_not_run_is_said_and_what_was_is_shown(numbers: dict[str, Any]) -> None:
    audit = numbers["measured"]["scorer_audit"]
    numbers["measured"] = dict.fromkeys(numbers["measured"])
    absent = " ".join(pages.text("results", numbers).split())
    for said in (
        "settings were not tried from these bases",
        "Not tried with a training of this record",
        "were not compared",
    ):
        assert said in absent
    shares = {"accuracy": 0.5, "readable": 0.9, "cut_off": 0.125, "repeats_a_word": 0.25}
    right = {"accuracy": 0.2, "low": 0.15, "high": 0.25}
    numbers["measured"] = {
        "scorer_audit": audit,
        "dpo_sweep": [
            {"variant": "base", **shares, "difference": None, "difference_low": None, "difference_high": None},
            {"variant": "sft", **shares, "difference": 0.02, "difference_low": 0.01, "difference_high": 0.03},
        ],
        "same_twice": {
            "model": "llama-grpo",
            "devices": ["a GPU", "a GPU"],
            "same_adapter": False,
            "weights_apart": {"relative_norm": 0.125},
            "rollouts": 9,
            "first_difference": {"step": 3, "completions": 192, "differ": 7},
            "accuracy": {"difference": 0.01, "interval": [-0.01, 0.03], "same_completions": 0.5},
        },
        "pretraining_sweep": [
            {"model": "llama-base", "steps": 1200.0, "readable": 0.9, "tagged": 0.8, **right},
            {"model": "llama-base", "steps": 600.0, "readable": 0.7, "tagged": 0.6, **right},
        ],
    }
    numbers["recorded"]["run"]["pretraining_steps"] = 600
    found = " ".join(pages.text("results", numbers).split())
    assert "| sft | 50.0 | +2.0 (1.0 to 3.0) | 90.0 | 12.5 | 25.0 |" in found
    assert "above 0 for sft (+2.0, 1.0 to 3.0)" in found
    assert "part at step 3, in 7 of 192 completions" in found and "has 12.5 % of the norm" in found
    assert "50 % of their completions are the same" in found
    del numbers["measured"]["same_twice"]["accuracy"]
    assert "of their completions are the same" not in " ".join(pages.text("results", numbers).split())
    assert "| Llama, 600 steps (taken) | 70.0 | 60.0 | 20.0 (15.0 to 25.0) |" in found
    assert "not tried" not in found.lower() and "not compared" not in found


def larger(numbers: dict[str, Any]) -> dict[str, Any]:
    """Numbers of a record with three runs of each training, T2, T3 and pass@k up to 1,024."""
    recorded = numbers["recorded"]
    recorded["run"] |= {"runs": 3, "of_bank": True}
    for test, questions, shift in (("t2", 60, 0.125), ("t3", 1000, 0.25)):
        recorded["tests"][test] = {"questions": questions, "temperatures": [0.7], "samples": 4}
        for table in ("contrasts", "decomposition"):
            for key in [key for key in recorded[table] if key.startswith("t1/")]:
                row = recorded[table][key]
                recorded[table][key.replace("t1", test, 1)] = {
                    name: value and value - shift for name, value in row.items()
                } | {"p_holm": 0.01}
    recorded["runs"] = {}
    for model, base in (("llama-grpo", "llama-base"), ("llama-grpo-fixed", "llama-base"), ("gemma-dpo", "gemma-it")):
        for metric in ("numeric", "mathematics"):
            rows = {"all": (0.05, -0.01, 0.11, 0.02), model: (0.03, 0.01, 0.05, None)}
            rows |= {f"{model}-seed1": (0.05, 0.03, 0.07, None), f"{model}-seed2": (0.07, 0.05, 0.09, None)}
            for run, (value, low, high, sd) in rows.items():
                key = f"t1/{model}/{base}/{metric}/{run}"
                recorded["runs"][key] = {"value": value, "low": low, "high": high, "sd": sd, "runs": 1}
    recorded["contrasts"]["t1/llama-grpo-adapter/llama-grpo/mean"] = {"value": 0.01, "low": -0.01, "high": 0.03}
    recorded["contrasts"]["t1/llama-grpo-adapter/llama-grpo/mean"] |= {"trained": 0.5, "base": 0.49}
    recorded["pass_at_k_deep"] = {
        f"{model}/{against}/{k}": {"value": value, "low": low, "high": high, "crossing": crossing, "temperature": 1.0}
        for k in (1, 2, 8, 64, 512, 1024)
        for model, against, value, low, high, crossing in (
            ("llama-base", "", 0.5, 0.4, 0.6, None),
            ("llama-grpo", "", 0.45, 0.35, 0.55, None),
            ("llama-grpo", "llama-base", *((-0.05, -0.09, -0.01) if k > 8 else (0.15, 0.1, 0.2)), 64),
        )
    }
    return numbers


def test_a_record_with_several_runs_further_tests_and_many_tries_is_told_whole(numbers: dict[str, Any]) -> None:
    numbers = moved(larger(numbers), *MATHEMATICS, 0.03, 0.02, 0.04)
    moved(numbers, "decomposition", "t2/llama-grpo/llama-base/mathematics", -0.03, -0.04, -0.02)
    numbers["recorded"]["contrasts"]["t2/llama-grpo/llama-base/mean"] |= {"trained": 0.4321, "base": 0.1234}
    found = " ".join(pages.text("results", numbers).split())
    for said in (
        "three training runs per method",
        "T2 has 60 questions of new ideas (4 completions at one temperature)",
        "T3 has the questions of T1 with new numbers, 1,000 in all",
        "| T2 | less its base | T3 | less its base |",
        "rewards of the post, less its base | 3.0, 5.0 and 7.0 | +5.0 (−1.0 to 11.0) | 2.0 | 1.0 to 5.0 |",
        "is 12.0 points wide; that of its first run alone, which says nothing of other seeds, 4.0",
        "| pass@k on T1, % | k = 1 | k = 8 | k = 64 | k = 512 | k = 1,024 |",
        "is above its base, and with 1,024 below it. The curves have crossed from k = 64 on.",
        "So it has lost answers that the base finds",
        "not told apart from 0 for Llama + GRPO, rewards of the post (+1.0, −1.0 to 3.0)",
        "points can't be told from chance",
    ):
        assert said in found, said
    (row,) = (line for line in pages.text("results", numbers).splitlines() if "| 43.2 |" in line)
    assert row.startswith("| Llama + GRPO, rewards of the post |")
    assert "first edition" not in found and "no pass@k" not in found
    assert re.search(
        r"Mathematics\* is above 0 on T1 with the rewards of the post.*; below 0 on T2 with the rewards of", found
    )
    headline = " ".join(pages.text("headline", numbers).split())
    assert "On new ideas (T2) mathematics is −3.0 (−4.0 to −2.0), a loss." in headline
    assert "On new numbers (T3) it is" in headline
    # All else in it is of our run.
    assert "% of its steps earn what six answers outside it do" in headline
    assert "On T3, which asks 1,000 questions and not 100, accuracy is" in found


def test_templates_hold_no_number_of_their_own() -> None:
    # Code, names, and what 0 and 95 % intervals are: the same whatever was measured.
    named = r"`[^`{]*`|T[123]|Gemma-2|100 M|95 %|(from|holds|is) 0|p under 0\.05"
    for name in pages.PARTS:
        source = (pages.TEMPLATES / f"{name}.md.j2").read_text(encoding="utf-8")
        said = re.sub(r"\{[{%#].*?[}%#]\}", "", source, flags=re.DOTALL)
        assert not re.findall(r".*\d.*", re.sub(named, "", said)), name


def test_numbers_are_read_from_the_tables_by_key(tmp_path: Path) -> None:
    contrast = ("test", "trained", "base", "scorer", "at", "trained_accuracy", "base_accuracy")
    contents: dict[str, list[tuple[Any, ...]]] = {
        "contrasts": [
            (*contrast, "difference", "low", "high"),
            ("t1", "a", "b", "numeric", "mean", 0.5, 0.25, 0.25, 0.125, 0.375),
            ("t2", "a", "b", "numeric", "mean", 1, 0, 1, 1, 1),
            ("t1", "a", "b", "exact", "mean", 9, 9, 9, 9, 9),
            ("t1", "a", "b", "numeric", "0.5", 9, 9, 9, 9, 9),
        ],
        "accuracy": [
            ("test", "model", "temperature", "scorer", "n"),
            *(("t1", "a", t, "numeric", 8) for t in ("0.1", "0.5", "1")),
            ("t2", "a", "0.5", "numeric", 3),
        ],
        "solved": [("test", "question_id"), ("t1", "x"), ("t1", "y"), ("t1", "x"), ("t2", "z")],
        "decomposition": [
            ("test", "model", "against", "at", "part", "value", "low", "high", "p", "p_holm"),
            ("t1", "a", "b", "mean", "format", 0.5, 0.25, 0.75, 0.01, ""),
            ("t2", "a", "b", "mean", "format", 0.5, 0.25, 0.75, 0.01, 0.02),
        ],
        "outcomes": [
            ("test", "model", "temperature", "outcome", "n", "count"),
            ("t1", "a", "0.1", "cut_off", 8, 1),
            ("t1", "a", "0.1", "right", 8, 7),
            ("t1", "a", "1", "cut_off", 8, 3),
            ("t1", "a", "1", "right", 8, 5),
        ],
        "temperature_effect": [
            ("test", "model", "scorer", "best", "worst", "range", "p"),
            ("t1", "a", "numeric", 1, 2, 3, ""),
        ],
    }
    (tmp_path / "statistics").mkdir()
    for name, rows in contents.items():
        with (tmp_path / "statistics" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    found = tables.of_recorded(tmp_path)
    assert found["contrasts"] == {
        "t1/a/b/mean": {"trained": 0.5, "base": 0.25, "value": 0.25, "low": 0.125, "high": 0.375},
        "t2/a/b/mean": {"trained": 1, "base": 0, "value": 1, "low": 1, "high": 1},
    }
    part = {"value": 0.5, "low": 0.25, "high": 0.75, "p": 0.01}
    assert found["decomposition"] == {
        "t1/a/b/format": {**part, "p_holm": None},
        "t2/a/b/format": {**part, "p_holm": 0.02},
    }
    assert found["outcomes"] == {"a/t1/cut_off": {"value": 0.25}}
    assert found["temperature_effect"]["t1/a"]["p"] is None
    assert found["tests"] == {
        "t1": {"questions": 2, "temperatures": [0.1, 0.5, 1.0], "samples": 4},
        "t2": {"questions": 1, "temperatures": [0.5], "samples": 3},
    }
    assert found["pass_at_k_deep"] == {}, "a record without `deep`"


def test_the_picture_shows_a_question_that_only_the_trained_model_solves_and_the_words_say_how() -> None:
    def rows(question: str, base: str, trained: str, lenient: int = 0, at: str = "0.7") -> list[dict[str, str]]:
        row = {
            "test": "t1",
            "sample": "0",
            "question_id": question,
            "temperature": at,
            "lenient": str(lenient),
        }
        return [row | {"model": "llama-base", "outcome": base}, row | {"model": "llama-grpo", "outcome": trained}]

    scores = [*rows("a", "wrong", "right"), *rows("b", "right", "right"), *rows("c", "no_answer", "wrong", 1)]
    assert picture.pictured(scores) == {"question": "a", "temperature": 0.7, "kind": "wrong"}
    scores += [*rows("d", "no_answer", "right"), *rows("e", "no_answer", "right", 1), *rows("f", "separators", "right")]
    assert picture.pictured(scores)["question"] == "e"
    assert picture.pictured([*rows("b", "right", "right", at="0.9")])["kind"] is None
    assert picture.pictured([*rows("g", "wrong", "right", at="0.2"), *scores])["question"] == "e"
    # Nothing to show at 0.7: the nearest temperature at which there is.
    far, near = rows("h", "wrong", "right", at="0.2"), rows("i", "cut_off", "right", at="0.5")
    shown = picture.pictured([*rows("b", "right", "right"), *far, *near])
    assert shown == {"question": "i", "temperature": 0.5, "kind": "cut_off"}


def test_commits_are_those_that_trained_and_generated_and_say_where_files_were_changed() -> None:
    sources = [
        {"commit": "a" * 40, "dirty": False},
        {"commit": "a" * 40, "dirty": True},
        {"commit": "b" * 40, "dirty": None},
    ]
    sources += [{"commit": None, "dirty": None}, {"commit": "c" * 40, "dirty": False}]
    rules = ["grpo", "generate", "dpo", "generate", "statistics"]
    provenance = {
        "environments": [{"sources": source} for source in sources],
        "jobs": [{"environment": place} for place in range(5)],
        "files": {str(place): {"rule": rule, "job": place} for place, rule in enumerate(rules)}
        | {"lost": {"rule": "grpo", "job": None}},
    }
    assert tables.commits(provenance) == ["aaaaaaa with changes", "bbbbbbb"]


def test_results_made_from_another_record_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("config", "recorded"):
        Path(folder).mkdir()
    Path("config/recorded.yaml").write_text("record: a.zst\n", encoding="utf-8")
    Path("a.zst").write_bytes(b"a")
    for digest, inputs in ((hashlib.sha256(b"a").hexdigest(), "a.zst"), ("0", "a.zst"), ("0", "b.zst")):
        files = {"x": {"rule": "unpack", "inputs": {inputs: digest}}, "y": {"rule": "score", "inputs": {}}}
        Path("recorded/provenance.json").write_text(json.dumps({"files": files}), encoding="utf-8")
        if digest != "0":
            assert tables.record_of(Path("recorded")) == Path("a.zst")
            continue
        with pytest.raises(UserError, match=r"not made from a\.zst as it is"):
            tables.record_of(Path("recorded"))


def test_what_is_not_under_results_stays(tmp_path: Path) -> None:
    former = {"recorded": {"a": 1}, "published": {"facts": {}}}
    assert tables.numbers_of(tmp_path, former, tmp_path) == {
        **former,
        "measured": dict.fromkeys(("scorer_audit", "pretraining_sweep", "dpo_sweep", "same_twice")),
    }


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0499, "p = 0.0499"), (0.0501, "p = 0.05"), (0.05, "p = 0.05"), (0.389, "p = 0.39")]
)
def test_a_p_below_the_threshold_is_not_rounded_up_to_it(p: float, shown: str) -> None:
    assert numerals.p_value(p) == shown


def test_held_out_accuracy_of_each_training_is_its_first_and_its_change_by_the_last() -> None:
    log = [
        {"model": "a", "step": "0", "validation_accuracy": "0.23"},
        {"model": "a", "step": "1", "validation_accuracy": ""},
        {"model": "a", "step": "20", "validation_accuracy": "0.31"},
        {"model": "b", "step": "0", "validation_accuracy": "0.2"},
        {"model": "a", "step": "60", "validation_accuracy": "0.18"},
    ]
    assert tables.held_out(log) == {
        "a/start": {"value": 0.23},
        "a/change": {"value": -0.05},
        "b/start": {"value": 0.2},
        "b/change": {"value": 0.0},
    }
