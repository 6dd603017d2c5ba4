"""Preference pairs whose worse side the model that is to be trained wrote itself: `training.dpo.rejected: sampled`.

What we write the model may never do, and then to unlearn it teaches little; what it samples is its own mistake.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from finmath_grpo.answers import extract_answer, follows_template
from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.engine import Output, Request, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.evaluation.transformers_engine import transformers_engine
from finmath_grpo.models.corpus import Identity, draw_problem
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.numbers import states
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.settings import Device
from finmath_grpo.training.pairs import Pair, pair_of, right_answer

Answers = Callable[[Sequence[Problem], str], list[Output]]
"""Gives an answer to each problem; a name decides the random numbers."""

TEMPERATURE = 1.0
"""The model as it is."""
BATCH = 512
"""Problems that are answered side by side."""
ROUNDS = 20
"""Times as many problems as pairs that are asked at most."""


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


def is_worse(problem: Problem, answer: Output) -> bool:
    """Whether a model's answer may stand for what is rejected: wrong or out of the template, and a whole turn."""
    right = states(extract_answer(answer.text), problem.value, problem.answer_unit)
    return answer.finish == "stop" and bool(answer.text.strip()) and not (right and follows_template(answer.text))


def answers_of(base: Path, device: Device, prompt: PromptSettings, like: Sequence[Problem]) -> Answers:
    """The answers of the model of a manifest, each at most as long as the longest right one to `like`.

    One that goes on is no whole turn and no pair; with all others of its batch it would be waited for.
    """
    tokenizer = load_tokenizer(base)
    settings = EvaluationSettings(
        engine="transformers",
        temperatures=(TEMPERATURE,),
        samples=1,
        top_p=1.0,
        max_new_tokens=max(len(tokenizer(right_answer(problem))["input_ids"]) for problem in like),
        batch_size=BATCH,
    )
    generate = transformers_engine([base], device, settings)

    def answers(problems: Sequence[Problem], name: str) -> list[Output]:
        prompts = (tuple(chat_tokens(tokenizer, prompt_messages(prompt, problem.question))) for problem in problems)
        seeds = (completion_seed(name, TEMPERATURE, place) for place in range(len(problems)))
        requests = [Request(tokens, TEMPERATURE, seed) for tokens, seed in zip(prompts, seeds, strict=True)]
        return next(generate([requests]))

    return answers
