"""lm-evaluation-harness itself runs the two tasks, and its scores are those of our scorer on the same texts."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from finmath_grpo.questions.rows import Question
from finmath_grpo.scorer import score

ROOT = Path(__file__).parents[2]
SCORES = ("exact", "no_punctuation", "numeric")
Harness = tuple[str, dict[str, float], list[dict[str, Any]]]


@pytest.fixture(scope="module", params=["finmath_tr", "finmath_tr_transfer"])
def harness(request: pytest.FixtureRequest, chain: Path, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Name of a task, the scores that the harness reports, and its samples."""
    folder = tmp_path_factory.mktemp("harness")
    # No network: the model and the data are files, and the harness needs nothing else.
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "lm_eval", "--model", "hf", "--model_args", f"pretrained={chain}"]
    command += ["--tasks", request.param, "--include_path", "data/lm_eval", "--device", "cpu", "--batch_size", "16"]
    command += ["--output_path", str(folder / "out"), "--log_samples"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **offline}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = (folder / "out").rglob("results_*.json")
    (samples,) = (folder / "out").rglob(f"samples_{request.param}_*.jsonl")
    found = json.loads(results.read_text(encoding="utf-8"))["results"][request.param]
    rows = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    return request.param, {name: found[f"{name},none"] for name in SCORES}, rows


def test_the_harness_asks_our_questions_and_hears_what_the_model_says(
    harness: Harness, asked: dict[str, list[Question]], replies: dict[str, str]
) -> None:
    task, _, samples = harness
    questions = {row.id: row.question for row in asked[task]}
    assert {sample["doc"]["id"] for sample in samples} == questions.keys() and len(samples) == len(questions) == 100
    for sample in samples:
        question = questions[sample["doc"]["id"]]
        ((prompt, _),) = (request.values() for request in sample["arguments"].values())
        assert prompt.endswith(f"\n\n{question}")
        assert sample["resps"] == [[replies.get(question[-1], "")]]


def test_the_harness_s_scores_are_ours(harness: Harness, asked: dict[str, list[Question]]) -> None:
    task, reported, samples = harness
    golds = {row.id: row for row in asked[task]}
    ours = []
    for sample in samples:
        gold = golds[sample["doc"]["id"]]
        ours.append(score(sample["resps"][0][0], "stop", gold.answer, Decimal(gold.value), gold.answer_unit))
    assert reported == {name: pytest.approx(fmean(row[name] for row in ours)) for name in SCORES}
    assert reported["numeric"] > 0 and reported["exact"] > 0
