"""What `results/{experiment}/export` holds, read by the tools that it is made for; the numbers are recounted here."""

import csv
import json
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import datasets
import huggingface_hub
import pytest
import yaml
from conftest import version_of
from small_run import MODELS, TESTS, export, text_of, write_run

from finmath_grpo.questions.asked import read_part

Tell = Callable[[str, str, str], None]
VALIDATE = [sys.executable, "-W", "ignore", "-m", "every_eval_ever.validator.validate"]
TASKS = {"t1": "finmath_tr", "t2": "finmath_tr_transfer", "t3": "finmath_tr_instances"}
IDS = {"base": "someone/base", "grpo": "finmath-grpo/shared-grpo"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = write_run(tmp_path_factory.mktemp("run"))
    export(found)
    return found


@pytest.fixture(scope="module")
def counted() -> dict[tuple[str, str], float]:
    """The share of right answers by model and test, by what `small_run` wrote; every temperature has the same texts."""
    return {
        (model, test): fmean(
            number % (3 if model == "base" else 2) == sample
            for number in range(len(read_part(test)))
            for sample in range(samples)
        )
        for model in MODELS
        for test, (_, samples) in TESTS.items()
    }


@pytest.fixture(scope="module")
def intervals(run: Path) -> dict[tuple[str, str, float, str], tuple[float, float]]:
    with (run / "statistics/accuracy.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["model"], row["test"], float(row["temperature"]), row["scorer"]): (
                float(row["low"]),
                float(row["high"]),
            )
            for row in csv.DictReader(file)
        }


def eee_files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.suffix in (".json", ".jsonl"))


def test_the_validator_of_every_eval_ever_accepts_every_file(run: Path, tell: Tell) -> None:
    files = eee_files(run / "export/every_eval_ever/data")
    done = subprocess.run([*VALIDATE, "--format", "json", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    reports = json.loads(done.stdout)
    assert len(reports) == 4 and all(report["valid"] and not report["warnings"] for report in reports)
    lines = sum(report["line_count"] for report in reports)
    tell("Every Eval Ever", version_of("every-eval-ever"), f"valid: 2 records, {lines:,} instances, no warning")


def test_the_validator_of_every_eval_ever_refuses_a_broken_file(run: Path, tmp_path: Path) -> None:
    (source,) = (run / "export/every_eval_ever/data/finmath-tr/someone").rglob("*[0-9a-f].json")
    place = tmp_path / "data/finmath-tr/someone/base"
    place.mkdir(parents=True)
    record = json.loads(source.read_text(encoding="utf-8"))
    record["evaluation_results"][0]["score_details"]["score"] = "many"
    (place / source.name).write_text(json.dumps(record), encoding="utf-8")
    done = subprocess.run([*VALIDATE, str(place / source.name)], capture_output=True, text=True, check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("model", MODELS)
def test_a_record_says_what_was_measured_and_its_instances_add_up_to_it(
    run: Path, model: str, counted: dict[tuple[str, str], float], intervals: dict[Any, tuple[float, float]]
) -> None:
    place = run / "export/every_eval_ever/data/finmath-tr" / IDS[model]
    (samples,) = place.glob("*_samples.jsonl")
    record = json.loads(Path(str(samples).replace("_samples.jsonl", ".json")).read_text(encoding="utf-8"))
    scores: dict[str, list[float]] = defaultdict(list)
    # Split as JSON Lines is: by newlines alone.
    for line in samples.read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        scores[row["evaluation_result_id"]].append(row["evaluation"]["score"])
    assert len(record["evaluation_results"]) == 3 * sum(len(temperatures) for temperatures, _ in TESTS.values())
    for result in record["evaluation_results"]:
        test = result["source_data"]["additional_details"]["test"]
        scorer, details = result["metric_config"]["metric_name"], result["score_details"]
        temperature = result["generation_config"]["generation_args"]["temperature"]
        assert result["evaluation_name"] == TASKS[test]
        assert fmean(scores[result["evaluation_result_id"]]) == pytest.approx(details["score"], abs=1e-6)
        if scorer == "numeric":
            assert details["score"] == pytest.approx(counted[model, test], abs=1e-6)
        between = details["uncertainty"]["confidence_interval"]
        assert (between["lower"], between["upper"]) == intervals[model, test, temperature, scorer]
        assert details["details"]["samples_per_question"] == str(TESTS[test][1])
        assert result["generation_config"]["generation_args"]["prompt_template"].endswith("</cevap>\n\n{question}")
    assert record["eval_library"]["additional_details"]["revision"] == "c" * 40
    assert record["model_info"]["additional_details"]["revision"] != "unknown"


def test_the_harness_prints_the_table_of_its_results(
    run: Path, tell: Tell, counted: dict[tuple[str, str], float]
) -> None:
    from lm_eval.utils import make_table

    (file,) = (run / "export/lm_eval/temperature-0.7/finmath-grpo__shared-grpo").glob("results_*.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    printed, task = {}, ""
    for line in make_table(found).splitlines()[2:]:
        cells = [cell.strip() for cell in line.split("|")]
        # A task is named in its first line alone.
        task = cells[1] or task
        printed[task, cells[5]] = float(cells[7])
    assert {task for task, _ in printed} == set(TASKS.values())
    for test, task in TASKS.items():
        assert printed[task, "numeric"] == pytest.approx(counted["grpo", test], abs=1e-4)
    tell("lm-evaluation-harness results", version_of("lm-eval"), f"its table, {len(printed)} scores")


def test_the_samples_of_the_harness_load_as_a_data_set(run: Path, tell: Tell, tmp_path: Path) -> None:
    (file,) = (run / "export/lm_eval/temperature-0.7/finmath-grpo__shared-grpo").glob("samples_finmath_tr_transfer_*")
    rows = datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path))
    assert rows.num_rows == 100
    questions = read_part("t2")
    for number, (row, question) in enumerate(zip(rows, questions, strict=True)):
        assert row["doc"]["question"] == question.question
        assert row["resps"] == [[text_of("grpo", number, sample, question.value) for sample in (0, 1)]]
        assert row["numeric"] == 0.5  # one of the two samples is right
    tell("lm-evaluation-harness samples", version_of("datasets"), f"{rows.num_rows} rows")


def test_every_eval_ever_converts_the_files_of_the_harness(run: Path, tell: Tell, tmp_path: Path) -> None:
    source = run / "export/lm_eval/temperature-0.7/someone__base"
    command = [sys.executable, "-W", "ignore", "-m", "every_eval_ever", "convert", "lm_eval"]
    command += ["--log_path", str(source), "--output_dir", str(tmp_path / "data"), "--include_samples"]
    command += ["--source_organization_name", "us"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    converted = [path for path in (tmp_path / "data").rglob("*.jsonl")]
    assert len(converted) == 3
    tell(
        "lm-evaluation-harness files", version_of("every-eval-ever"), f"converted, {len(converted)} tests with samples"
    )


def test_the_hub_s_library_reads_its_results_and_their_tasks_exist(
    run: Path, tell: Tell, intervals: dict[Any, tuple[float, float]]
) -> None:
    tasks = {task["id"] for task in yaml.safe_load(Path("data/raw/eval.yaml").read_text(encoding="utf-8"))["tasks"]}
    for model in MODELS:
        file = run / f"export/hub/{model}/.eval_results/finmath-tr.yaml"
        entries = huggingface_hub.parse_eval_result_entries(yaml.safe_load(file.read_text(encoding="utf-8")))
        assert {entry.task_id for entry in entries} == tasks
        first = entries[0]
        assert first.notes is not None
        low, high = (100 * bound for bound in intervals[model, "t1", 0.7, "exact"])
        assert f"scorer exact, 95% interval {low:.1f} to {high:.1f} %" in first.notes
        for word in ("test t1", "2 samples each", "temperature 0.7", "c" * 40, "scorer numeric", "<cevap>"):
            assert word in first.notes
        with (run / "scores.csv").open(encoding="utf-8", newline="") as rows:
            exact = [
                int(row["exact"])
                for row in csv.DictReader(rows)
                if (row["model"], row["test"], row["temperature"]) == (model, "t1", "0.7")
            ]
        assert first.value == pytest.approx(100 * fmean(exact), abs=1e-3)
    tell("the Hub's .eval_results", version_of("huggingface_hub"), f"{len(tasks)} entries per model")


def test_the_hub_s_library_reads_the_card(run: Path, tell: Tell, counted: dict[tuple[str, str], float]) -> None:
    loaded = huggingface_hub.ModelCard.load(run / "export/hub/grpo/README.md")
    found = {result.dataset_split: result.metric_value for result in loaded.data.eval_results}
    assert found == {test: pytest.approx(100 * counted["grpo", test], abs=1e-3) for test in TESTS}
    assert (loaded.data.base_model, loaded.data.library_name) == ("someone/base", "transformers")
    adapter = huggingface_hub.ModelCard.load(run / "export/hub/grpo/adapter.md")
    assert (adapter.data.base_model_relation, adapter.data.library_name) == ("adapter", "peft")
    for words in (
        "kept 87.5% of the update",
        "3 of 4 prompts",
        "It learned. | supported | +25.0 points (+10.0 to +40.0)",
    ):
        assert words in loaded.text
    assert "Mean reward 0.250 in the first tenth of the steps, 1.250 in the last" in loaded.text
    assert not (run / "export/hub/base/README.md").exists()
    tell("model cards", version_of("huggingface_hub"), "model and adapter, results of 3 tests")


def test_an_export_of_20_000_completions_takes_seconds(tmp_path: Path, tell: Tell) -> None:
    # T1 is in every run.
    tests = {"t1": ((0.7,), 1), "t3": (tuple(tenth / 10 for tenth in range(1, 11)), 1)}
    run = write_run(tmp_path, tests)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    export(run, tests)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor: this machine may do other things too.
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert seconds <= 10
    tell("export of 20,000 completions", "finmath-grpo", f"{seconds:.1f} s of the processor (10 asked)")


def test_the_manifest_lists_every_file_and_a_new_export_deletes_what_is_old(run: Path) -> None:
    folder = run / "export"
    before = (folder / "MANIFEST.sha256").read_text(encoding="utf-8")
    stray = folder / "hub/gone/README.md"
    stray.parent.mkdir()
    stray.write_text("old", encoding="utf-8")
    export(run)
    assert not stray.parent.exists()
    assert (folder / "MANIFEST.sha256").read_text(encoding="utf-8") == before
    listed = {line.split("  ", 1)[1] for line in before.splitlines()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == listed | {"MANIFEST.sha256"}
