"""Preference pairs from the families: a right answer in the template, and one that is wrong or leaves the template.

The worse side is written by us, or sampled from the model that is to be trained (`training.dpo.rejected`). What we
write the model may never do, and then to unlearn it teaches little; what it samples is its own mistake.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.engine import Output, Request, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.evaluation.transformers_engine import transformers_engine
from finmath_grpo.models.corpus import Identity, draw_problem
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.number_format import format_turkish
from finmath_grpo.prompts import Message, PromptSettings, chat_tokens, fill_template, prompt_messages
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.settings import Device

Pair = dict[str, list[Message]]
"""`prompt`, `chosen` and `rejected`, each a conversation, as TRL's `DPOTrainer` reads them."""
Answers = Callable[[Sequence[Problem], str], list[Output]]
"""Gives an answer to each problem; a name decides the random numbers."""

# Share of the rejected answers that are wrong; the others are right but have no tags.
WRONG = 0.6
TEMPERATURE = 1.0
"""Of sampled answers: the model as it is."""
BATCH = 512
"""Problems that are answered side by side."""
ROUNDS = 20
"""Times as many problems as pairs that are asked at most."""


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


def sampled_pairs(
    families: tuple[Family, ...],
    held_out: set[Identity],
    prompt: PromptSettings,
    seed: int,
    pairs: int,
    answers: Answers,
) -> list[Pair]:
    """So many pairs whose worse side is an answer of the model behind `answers`.

    Each problem is answered once; those whose answer is no worse than ours are left out. Raises UserError where too few
    are left.
    """
    # By name: an edit of the grammar of numbers is no change to runs whose worse side is written.
    is_worse = importlib.import_module("finmath_grpo.training.worse").is_worse
    draw = Random(f"sampled preference pairs {seed}")
    size = min(BATCH, pairs)
    found: list[Pair] = []
    for asked in range(0, ROUNDS * pairs, size):
        problems = [draw_problem(families, held_out, draw) for _ in range(size)]
        written = zip(problems, answers(problems, f"preference pairs {seed} {asked}"), strict=True)
        worse = (pair_of(problem, prompt, text.text) for problem, text in written if is_worse(problem, text))
        found += islice(worse, pairs - len(found))
        if len(found) == pairs:
            print(f"{pairs} of the base's answers to {asked + size} problems are worse than ours", flush=True)
            return found
    raise UserError(
        f"training.dpo.rejected: sampled: the base gave only {len(found)} wrong answers that end by"
        f" themselves to {ROUNDS * pairs} problems; take `written`, or fewer `pairs`"
    )


def answers_of(base: Path, device: Device, prompt: PromptSettings, like: Sequence[Problem]) -> Answers:
    """The answers of the model of a manifest, each at most twice as long as the longest right one to `like`."""
    tokenizer = load_tokenizer(base)
    settings = EvaluationSettings(
        engine="transformers",
        temperatures=(TEMPERATURE,),
        samples=1,
        top_p=1.0,
        max_new_tokens=2 * max(len(tokenizer(right_answer(problem))["input_ids"]) for problem in like),
        batch_size=BATCH,
    )
    generate = transformers_engine([base], device, settings)

    def answers(problems: Sequence[Problem], name: str) -> list[Output]:
        prompts = (tuple(chat_tokens(tokenizer, prompt_messages(prompt, problem.question))) for problem in problems)
        seeds = (completion_seed(name, TEMPERATURE, place) for place in range(len(problems)))
        requests = [Request(tokens, TEMPERATURE, seed) for tokens, seed in zip(prompts, seeds, strict=True)]
        return next(generate([requests]))

    return answers
