"""Inspect itself runs the task and reads the data set's eval.yaml."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml
from conftest import version_of

from finmath_grpo.number_format import format_turkish
from finmath_grpo.prompts import PromptSettings, fill_template, prompt_messages
from finmath_grpo.questions.asked import read_part
from finmath_grpo.scorer import score

pytest.importorskip("inspect_ai", reason="inspect_ai is not installed here")
Tell = Callable[[str, str, str], None]
SCORES = ("exact", "no_punctuation", "numeric")


@pytest.mark.parametrize("test", ["t1", "t2"])
def test_inspect_s_scores_are_ours(test: str, tmp_path: Path, tell: Tell) -> None:
    from inspect_ai import eval as evaluate
    from inspect_ai.model import ModelOutput, get_model

    questions = read_part(test)
    texts = {
        f"{prompt_messages(PromptSettings(), question.question)[0]['content']}": fill_template(
            "x", question.answer if number % 3 else f"**{format_turkish(Decimal(question.value))}**"
        )
        for number, question in enumerate(questions)
    }

    def say(messages: list[Any], *_: Any) -> ModelOutput:
        return ModelOutput.from_content("mockllm/model", texts[messages[-1].text])

    (log,) = evaluate(
        "finmath_grpo/finmath_tr",
        task_args={"test": test},
        model=get_model("mockllm/model", custom_outputs=say),
        log_dir=str(tmp_path),
        display="none",
    )
    assert log.status == "success" and log.results and log.results.completed_samples == len(questions) == 100
    got = {found.name: found.metrics["mean"].value for found in log.results.scores}
    ours = [
        score(texts[prompt], "stop", question.answer, Decimal(question.value), question.answer_unit)
        for prompt, question in zip(texts, questions, strict=True)
    ]
    assert got == {name: pytest.approx(fmean(row[name] for row in ours)) for name in SCORES}
    assert got["numeric"] > got["exact"] > 0
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
