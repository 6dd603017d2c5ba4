"""Preference pairs from the families: a right answer in the template, and one that is wrong or leaves the template.

Here the worse side is written by us; `finmath_grpo.training.sampled_pairs` takes it from the model.
"""

from collections.abc import Iterator
from random import Random

from finmath_grpo.models.corpus import Identity, draw_problem
from finmath_grpo.number_format import format_turkish
from finmath_grpo.prompts import Message, PromptSettings, fill_template, prompt_messages
from finmath_grpo.questions.families.problem import Family, Problem

Pair = dict[str, list[Message]]
"""`prompt`, `chosen` and `rejected`, each a conversation, as TRL's `DPOTrainer` reads them."""

# Share of the rejected answers that are wrong; the others are right but have no tags.
WRONG = 0.6


def preference_pairs(
    families: tuple[Family, ...], held_out: set[Identity], prompt: PromptSettings, seed: int
) -> Iterator[Pair]:
    """Endless pairs with a worse side that we write."""
    draw = Random(f"preference pairs {seed}")
    while True:
        problem = draw_problem(families, held_out, draw)
        answer = format_turkish(problem.value)
        if draw.random() < WRONG:
            rejected = with_slip(problem, draw)
        else:
            rejected = f"{problem.solution}\nCevap: {answer} {problem.answer_unit}".strip()
        yield pair_of(problem, prompt, rejected)


def pair_of(problem: Problem, prompt: PromptSettings, rejected: str) -> Pair:
    """The pair of a problem: its solution in the template, and the text that is worse."""
    return {
        "prompt": prompt_messages(prompt, problem.question),
        "chosen": [{"role": "assistant", "content": right_answer(problem)}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }


def right_answer(problem: Problem) -> str:
    """The problem's solution and answer in the template."""
    return fill_template(problem.solution, format_turkish(problem.value))


def with_slip(problem: Problem, draw: Random) -> str:
    """The template with the last result of the solution, and so the answer, off by a slip in one digit."""
    right = format_turkish(problem.value)
    digits = [place for place, character in enumerate(right) if character.isdigit()]
    place = draw.choice(digits)
    # A leading zero would be no slip of a digit but another way to write a number.
    choices = [digit for digit in "123456789" if digit != right[place]]
    wrong = right[:place] + draw.choice(choices) + right[place + 1 :]
    before, found, after = problem.solution.rpartition(right)
    solution = before + wrong + after if found else problem.solution
    return fill_template(solution, wrong)
