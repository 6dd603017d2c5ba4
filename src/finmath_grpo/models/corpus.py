"""Pre-training text: problems of the families with worked solutions, answered in mixed formats.

The configs mix the formats so that a base model knows the template, as the post's did: what GRPO gains is then not the
tag. No problem of a test or validation question is in the text, in any wording.
"""

import importlib
from collections.abc import Iterable, Iterator
from random import Random

from finmath_grpo.models.settings import Habits
from finmath_grpo.number_format import format_turkish
from finmath_grpo.prompts import Message, PromptSettings, fill_template, prompt_messages
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.rows import Question

Identity = tuple[str, tuple[str, ...]]


def families_of(name: str) -> tuple[Family, ...]:
    """The families of a module of `finmath_grpo.questions.families`."""
    families: tuple[Family, ...] = importlib.import_module(f"finmath_grpo.questions.families.{name}").FAMILIES
    return families


def identities(questions: Iterable[Question]) -> set[Identity]:
    """(family, numbers) of questions: what must not occur in the text. Questions of unknown families have none."""
    return {(question.family, tuple(question.numbers)) for question in questions if question.numbers}


def draw_problem(families: tuple[Family, ...], held_out: set[Identity], draw: Random) -> Problem:
    """A problem of a random family that is none of the held-out ones."""
    while True:
        family = draw.choice(families)
        problem = family.draw(draw)
        if (family.name, tuple(str(number) for number in problem.numbers)) not in held_out:
            return problem


def conversations(
    families: tuple[Family, ...], held_out: set[Identity], prompt: PromptSettings, habits: Habits, draw: Random
) -> Iterator[tuple[list[Message], str]]:
    """Endless (messages, completion) pairs, formats mixed as `habits` say."""
    formats = {
        _template: habits.template,
        _template_without_newline: habits.template_without_newline,
        _inline: habits.inline,
        _answer_only: habits.answer_only,
        _unit_in_answer: habits.unit_in_answer,
        _untagged: habits.untagged,
    }
    while True:
        problem = draw_problem(families, held_out, draw)
        answer = _written(problem, habits, draw)
        if draw.random() < habits.prompted:
            (write,) = draw.choices(tuple(formats), tuple(formats.values()))
            yield prompt_messages(prompt, problem.question), write(problem, answer)
        else:
            yield [{"role": "user", "content": problem.question}], _untagged(problem, answer)


def _written(problem: Problem, habits: Habits, draw: Random) -> str:
    answer = format_turkish(problem.value)
    style = draw.random()
    if style < habits.english_separators:
        return answer.translate(str.maketrans(".,", ",."))
    if style < habits.english_separators + habits.no_grouping:
        return answer.replace(".", "")
    return answer


def _template(problem: Problem, answer: str) -> str:
    return fill_template(problem.solution, answer)


def _template_without_newline(problem: Problem, answer: str) -> str:
    return fill_template(problem.solution, answer).rstrip("\n")


def _inline(problem: Problem, answer: str) -> str:
    return f"<matematik>\n{problem.solution}\n</matematik>\n<cevap>{answer}</cevap>"


def _answer_only(problem: Problem, answer: str) -> str:
    return f"{problem.solution}\n<cevap>{answer}</cevap>"


def _unit_in_answer(problem: Problem, answer: str) -> str:
    return fill_template(problem.solution, f"{answer} {problem.answer_unit}".strip())


def _untagged(problem: Problem, answer: str) -> str:
    return f"{problem.solution}\nCevap: {answer} {problem.answer_unit}".strip()
