"""Which answers of a model may stand for what is rejected in a preference pair: `training.dpo.rejected: sampled`."""

from finmath_grpo.answers import extract_answer, follows_template
from finmath_grpo.evaluation.engine import Output
from finmath_grpo.numbers import states
from finmath_grpo.questions.families.problem import Problem


def is_worse(problem: Problem, answer: Output) -> bool:
    """Whether a model's answer may stand for what is rejected: wrong or out of the template, and a whole turn."""
    right = states(extract_answer(answer.text), problem.value, problem.answer_unit)
    return answer.finish == "stop" and bool(answer.text.strip()) and not (right and follows_template(answer.text))
