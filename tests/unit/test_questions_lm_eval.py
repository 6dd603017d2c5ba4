"""The task for lm-evaluation-harness asks and scores exactly as the DAG does."""

import importlib.util
from itertools import islice

import datasets
import pytest
import yaml

from finmath_grpo.files import read_jsonl
from finmath_grpo.prompts import fill_template
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.rows import RawQuestion
from finmath_grpo.questions.split import draw_test_ids
from finmath_grpo.workflow import experiments

FOLDER = "data/lm_eval"


@pytest.fixture(scope="module")
def task():
    spec = importlib.util.spec_from_file_location("finmath_tr", f"{FOLDER}/finmath_tr.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_harness_gets_the_questions_of_the_paper_s_test_file(task, tmp_path):
    paper = experiments.load(task.ROOT / "config/paper.yaml")
    assert paper.prompt == task.PROMPT
    dataset = datasets.load_dataset("json", data_files=paper.questions, split="train", cache_dir=str(tmp_path))
    rows = [clean(row) for row in read_jsonl(task.ROOT / paper.questions, RawQuestion)]
    chosen = set(draw_test_ids(rows, paper.split))
    names = ("id", "question", "answer", "answer_unit", "value")
    expected = [tuple(getattr(row, name) for name in names) for row in rows if row.id in chosen]
    got = [tuple(row[name] for name in names) for row in task.test_questions(dataset)]
    assert got == expected and len(got) == 100


def test_the_transfer_task_gets_every_row_of_its_file_cleaned_in_the_same_way(task, tmp_path):
    with open("data/raw/smoke.jsonl", encoding="utf-8") as file:
        (tmp_path / "rows.jsonl").write_text("".join(islice(file, 40)), encoding="utf-8")
    rows = [clean(row) for row in read_jsonl(tmp_path / "rows.jsonl", RawQuestion)]
    dataset = datasets.load_dataset(
        "json", data_files=str(tmp_path / "rows.jsonl"), split="train", cache_dir=str(tmp_path)
    )
    got = [(row["id"], row["question"], row["answer"]) for row in task.transfer_questions(dataset)]
    assert got == [(row.id, row.question, row.answer) for row in rows] and len(got) == 40


def test_a_right_answer_in_turkish_scores_and_one_in_english_does_not(task):
    row = {"question": "Kaç TL'dir?", "answer": "12.500", "answer_unit": "TL", "value": "12500"}
    assert row["question"] in task.prompt(row) and "<cevap>" in task.prompt(row)
    assert task.scores(row, [fill_template("5 × 2.500 = 12.500", "12.500")]) == dict.fromkeys(task.SCORES, 1)
    assert task.scores(row, ["<cevap>12500 TL</cevap>"]) == {"exact": 0, "no_punctuation": 0, "numeric": 1}
    assert task.scores(row, ["<cevap>12.500 USD</cevap>"]) == {"exact": 0, "no_punctuation": 0, "numeric": 0}
    assert task.scores(row, ["<cevap>12,500</cevap>"]) == {"exact": 0, "no_punctuation": 1, "numeric": 0}


def test_the_task_file_names_functions_and_metrics_that_exist(task):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    contents = []
    for name in ("finmath_tr", "finmath_tr_transfer"):
        with open(f"{FOLDER}/{name}.yaml", encoding="utf-8") as file:
            contents.append(yaml.load(file, Loader))
    content, transfer = contents
    assert transfer["include"] == "finmath_tr.yaml"
    functions = [content[key] for key in ("process_docs", "doc_to_text", "process_results")] + [
        transfer["process_docs"]
    ]
    assert all(hasattr(task, name.removeprefix("finmath_tr.")) for name in functions)
    assert tuple(entry["metric"] for entry in content["metric_list"]) == task.SCORES
