"""The task for lm-evaluation-harness asks and scores exactly as the DAG does."""

import importlib.util

import datasets
import pytest
import yaml

from finmath_grpo.prompts import fill_template
from finmath_grpo.questions.asked import read_part
from finmath_grpo.workflow import experiments

FOLDER = "data/lm_eval"
TASKS = {"finmath_tr": "t1", "finmath_tr_transfer": "t2", "finmath_tr_instances": "t3"}


class Loader(yaml.SafeLoader):
    pass


Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))


def read_task(name):
    with open(f"{FOLDER}/{name}.yaml", encoding="utf-8") as file:
        return yaml.load(file, Loader)


@pytest.fixture(scope="module")
def task():
    spec = importlib.util.spec_from_file_location("finmath_tr", f"{FOLDER}/finmath_tr.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_harness_asks_the_prompt_of_the_paper(task):
    assert experiments.load(task.ROOT / "config/paper.yaml").prompt == task.PROMPT


@pytest.mark.parametrize("name", TASKS)
def test_the_harness_gets_the_questions_of_the_test_as_they_are_asked(name, tmp_path):
    content = {**read_task("finmath_tr"), **read_task(name)}
    assert content["task"] == name and content["test_split"] == "test"
    files = content["dataset_kwargs"]["data_files"]
    dataset = datasets.load_dataset(content["dataset_path"], data_files=files, cache_dir=str(tmp_path))["test"]
    names = ("id", "question", "answer", "answer_unit", "value")
    expected = [tuple(getattr(row, name) for name in names) for row in read_part(TASKS[name])]
    assert [tuple(row[name] for name in names) for row in dataset] == expected


def test_a_right_answer_in_turkish_scores_and_one_in_english_does_not(task):
    row = {"question": "Kaç TL'dir?", "answer": "12.500", "answer_unit": "TL", "value": "12500"}
    assert row["question"] in task.prompt(row) and "<cevap>" in task.prompt(row)
    assert task.scores(row, [fill_template("5 × 2.500 = 12.500", "12.500")]) == dict.fromkeys(task.SCORES, 1)
    assert task.scores(row, ["<cevap>12500 TL</cevap>"]) == {"exact": 0, "no_punctuation": 0, "numeric": 1}
    assert task.scores(row, ["<cevap>12.500 USD</cevap>"]) == {"exact": 0, "no_punctuation": 0, "numeric": 0}
    assert task.scores(row, ["<cevap>12,500</cevap>"]) == {"exact": 0, "no_punctuation": 1, "numeric": 0}


def test_the_task_file_names_functions_and_metrics_that_exist(task):
    content = read_task("finmath_tr")
    functions = [content[key] for key in ("doc_to_text", "process_results")]
    assert all(hasattr(task, name.removeprefix("finmath_tr.")) for name in functions)
    assert tuple(entry["metric"] for entry in content["metric_list"]) == task.SCORES
    assert all(read_task(name)["include"] == "finmath_tr.yaml" for name in list(TASKS)[1:])
