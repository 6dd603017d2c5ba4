"""The tests as tasks of Inspect (inspect_ai), for models outside the DAG.

    pip install '.[inspect]'
    inspect eval finmath_grpo/finmath_tr --model hf/NAME -M do_sample=false
    inspect eval finmath_grpo/finmath_tr -T test=t2 --model openai/NAME

They call this project's own questions, prompt and scorer, so that a score of Inspect is a score of the DAG.
"""

from decimal import Decimal

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState, generate

from finmath_grpo.prompts import PromptSettings, prompt_messages
from finmath_grpo.questions.asked import read_part
from finmath_grpo.questions.rows import Question
from finmath_grpo.scorer import score

SCORES = ("exact", "no_punctuation", "numeric")


@task  # type: ignore[untyped-decorator]
def finmath_tr(test: str = "t1") -> Task:
    """One of the tests, one greedy answer per question. `test`: t1, t2 (new ideas) or t3 (new numbers)."""
    return Task(
        dataset=[sample(question) for question in read_part(test)],
        solver=generate(),
        scorer=finmath_scorer(),
        config=GenerateConfig(temperature=0.0, max_tokens=1024),
        metadata={"test": test},
    )


def sample(question: Question) -> Sample:
    """A question in the prompt of every experiment that names none, as `paper` does."""
    (message,) = prompt_messages(PromptSettings(), question.question)
    return Sample(
        id=question.id,
        input=message["content"],
        target=question.value,
        metadata=question.model_dump(include={"answer", "answer_unit", "family", "difficulty"}),
    )


@scorer(metrics={name: [mean(), stderr()] for name in SCORES})  # type: ignore[untyped-decorator]
def finmath_scorer() -> Scorer:
    """The three scores, 0 or 1 each, and why an answer is not right (`outcome`)."""

    async def judge(state: TaskState, target: Target) -> Score:
        cut_off = state.output.stop_reason == "max_tokens"
        found = score(
            state.output.completion,
            "length" if cut_off else "stop",
            state.metadata["answer"],
            Decimal(target.text),
            state.metadata["answer_unit"],
        )
        return Score(
            value={name: int(found[name]) for name in SCORES},
            answer=str(found["extracted"]),
            metadata={"outcome": found["outcome"]},
        )

    return judge
