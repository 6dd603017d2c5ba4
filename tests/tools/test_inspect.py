"""Inspect itself runs the task and reads the data set's eval.yaml."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import fmean

import pytest
import yaml
from conftest import version_of
from inspect_ai.log import read_eval_log

from finmath_grpo.prompts import PromptSettings, fill_template, prompt_messages
from finmath_grpo.questions.asked import read_part
from finmath_grpo.scorer import score

Tell = Callable[[str, str, str], None]
SCORES = ("exact", "no_punctuation", "numeric")


@pytest.mark.parametrize("test", ["t1", "t2"])
def test_inspect_s_scores_are_ours(test: str, chain: Path, replies: dict[str, str], tmp_path: Path, tell: Tell) -> None:
    command = [str(Path(sys.executable).with_name("inspect")), "eval", "finmath_grpo/finmath_tr", "-T", f"test={test}"]
    command += ["--model", "hf/local", "-M", f"model_path={chain}", "-M", "do_sample=false", "-M", "device=cpu"]
    # The model of the test has no chat template: it hears the last character of the prompt.
    command += ["-M", "chat_template='{{ messages[-1].content }}'", "--log-dir", str(tmp_path), "--display", "none"]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, env={**os.environ, **offline}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (file,) = tmp_path.glob("*.eval")
    log = read_eval_log(str(file))
    assert log.status == "success" and log.results and log.results.completed_samples == 100
    got = {found.name: found.metrics["mean"].value for found in log.results.scores}
    questions = {question.id: question for question in read_part(test)}
    ours = []
    for sample in log.samples or []:
        question = questions.pop(str(sample.id))
        assert sample.input == prompt_messages(PromptSettings(), question.question)[0]["content"]
        assert sample.output.completion == replies.get(question.question[-1], "")
        text = sample.output.completion
        ours.append(score(text, "stop", question.answer, Decimal(question.value), question.answer_unit))
    assert not questions
    assert got == {name: pytest.approx(fmean(row[name] for row in ours)) for name in SCORES}
    assert got["numeric"] > 0
    tell(f"task finmath_grpo/finmath_tr, {test}", version_of("inspect_ai"), f"numeric {got['numeric']:.2f}, as ours")


def test_inspect_reads_eval_yaml_and_its_scorer_is_exact(tell: Tell) -> None:
    hf = pytest.importorskip("inspect_ai._eval.task.hf")
    from inspect_ai.model import ChatMessageUser, ModelName, ModelOutput
    from inspect_ai.scorer import Target, pattern
    from inspect_ai.solver import TaskState

    content = yaml.safe_load(Path("data/raw/eval.yaml").read_text(encoding="utf-8"))
    tasks = [hf.HFTask.model_validate(task) for task in content["tasks"]]
    assert [(task.config, task.split) for task in tasks] == [("asked", "t1"), ("asked", "t2"), ("asked", "t3")]
    for task in tasks:
        (asking, _), (judging,) = task.solvers, task.scorers
        questions = read_part(task.split)
        samples = [hf._record_to_sample_hf(row.model_dump(), task.field_spec) for row in questions]
        prompt = asking.args["template"].format(prompt=samples[0].input)
        assert prompt == prompt_messages(PromptSettings(), questions[0].question)[0]["content"]
        judge = pattern(**judging.args)
        for question, sample in zip(questions[:20], samples[:20], strict=True):
            right = fill_template("x", question.answer)
            for text in (right, f"<cevap>1</cevap>{right}", fill_template("x", question.answer + "1"), "x", ""):
                state = TaskState(
                    model=ModelName("mockllm/model"),
                    sample_id=1,
                    epoch=1,
                    input=sample.input,
                    messages=[ChatMessageUser(content=sample.input)],
                    output=ModelOutput.from_content("mockllm/model", text),
                )
                found = asyncio.run(judge(state, Target(sample.target)))
                ours = score(text, "stop", question.answer, Decimal(question.value), question.answer_unit)
                assert (found.value == "C") == bool(ours["exact"]), text
    tell("the data set's eval.yaml", version_of("inspect_ai"), f"{len(tasks)} tasks, scored as `exact`")
