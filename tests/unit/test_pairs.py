"""Preference pairs whose worse side the model writes: only what is worse, and what ends by itself."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from test_generation import manifest  # noqa: F401

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.engine import Output
from finmath_grpo.models.corpus import families_of
from finmath_grpo.prompts import PromptSettings, fill_template
from finmath_grpo.questions.families.problem import Problem
from finmath_grpo.training import sampled_pairs
from finmath_grpo.training.pairs import Pair, right_answer
from finmath_grpo.training.settings import DpoSettings
from finmath_grpo.workflow import experiments, slices

PROBLEM = Problem((7,), "Kaç?", "3 + 4 = 7", Decimal(7), "TL")


@pytest.mark.parametrize(
    ("text", "finish", "worse"),
    [
        (fill_template("3 + 4 = 7", "7"), "stop", False),
        (fill_template("x", "7,0"), "stop", False),
        (fill_template("x", "8"), "stop", True),
        ("Cevap: 7 TL", "stop", True),
        ("<cevap>7</cevap>", "stop", True),
        (fill_template("x", "8"), "length", False),
        (" \n", "stop", False),
    ],
)
def test_what_is_rejected_is_wrong_or_without_template_and_a_whole_turn(text: str, finish: str, worse: bool) -> None:
    assert sampled_pairs.is_worse(PROBLEM, Output(text, 5, finish)) is worse


def drawn(wanted: int, answers: sampled_pairs.Answers) -> list[Pair]:
    return sampled_pairs.sampled_pairs(families_of("elementary"), set(), PromptSettings(), 5, wanted, answers)


def test_the_worse_side_is_what_the_model_writes_and_pairs_are_as_many_as_asked() -> None:
    written = count()

    def answers(problems, name):
        """Every third answer is right and in the template."""
        made = [(problem, next(written)) for problem in problems]
        return [
            Output(f"yanlış {number}" if number % 3 else right_answer(problem), 3, "stop") for problem, number in made
        ]

    found = drawn(20, answers)
    assert [pair["rejected"][0]["content"] for pair in found] == [f"yanlış {n}" for n in range(40) if n % 3][:20]
    assert len({pair["prompt"][0]["content"] for pair in found}) > 10
    assert all("<cevap>" in pair["chosen"][0]["content"] for pair in found)


def test_a_model_that_is_always_right_gives_no_pairs() -> None:
    with pytest.raises(UserError, match="gave only 0 wrong answers that end by themselves to 80 problems"):
        drawn(4, lambda problems, _: [Output(right_answer(problem), 3, "stop") for problem in problems])


def test_answers_of_a_model_are_a_function_of_problem_and_name(manifest) -> None:  # noqa: F811
    problems = [PROBLEM, replace(PROBLEM, question="Ne?")]
    answers = sampled_pairs.answers_of(manifest, "cpu", PromptSettings(system="?"), problems)
    first = answers(problems, "a")
    assert first == answers(problems, "a") != answers(problems, "b")


def test_a_run_with_pairs_that_we_write_keeps_its_name() -> None:
    smoke = experiments.load(Path(__file__).parents[2] / "config/smoke.yaml")
    settings = smoke.training.dpo
    assert "rejected" not in json.loads(slices.training_settings(smoke, "gemma-dpo"))["training"]
    sampled = DpoSettings.model_validate({**settings.model_dump(), "rejected": "sampled"})
    assert sampled.model_dump()["rejected"] == "sampled"
