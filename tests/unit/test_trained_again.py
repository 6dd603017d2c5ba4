"""The programs that train outside of the DAG: where two trainings part, and which completions repeat a word."""

import ast
from pathlib import Path

from stages import in_fork

ROOT = Path(__file__).parents[2]
ROLLOUTS = """
from benchmarks.same_twice import first_difference
from finmath_grpo.rollouts import Rollout

def row(step, question, text, advantage=0.0):
    return Rollout(step=step, question_id=question, completion=text, rewards={}, advantage=advantage)

words = lambda text, add_special_tokens: {"input_ids": text.split()}
first = [row(1, "q1", "a b c"), row(1, "q2", "x"), row(2, "q1", "a b c"), row(2, "q3", "d e")]
"""
VARIANTS = """
from benchmarks.dpo_sweep import REPEATED, VARIANTS, settings_of
from finmath_grpo.workflow import experiments
from pathlib import Path

today = experiments.load(Path("config/small.yaml")).training.dpo
"""


def value_of(code: str, expression: str) -> str:
    """What an expression is after some code, as text; in a fork, as the programs change `sys.path`."""
    done = in_fork(
        lambda: exec(f"import sys\nsys.path[:0] = ['']\n{code}\nprint({expression})", {}), "finmath_grpo", ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_two_trainings_part_at_the_first_step_and_token_that_differ() -> None:
    seconds = {
        "first": "None",
        '[*first[:2], row(2, "q1", "a b d"), row(2, "q3", "d e f")]': (
            "{'step': 2, 'completions': 2, 'differ': 2, 'first_token': 2, 'median_token': 2.0}"
        ),
        '[*first[:3], row(2, "q3", "d e", 0.5)]': "{'step': 2, 'completions': 2, 'differ': 0}",
    }
    each = [f"str(first_difference(first, {second}, words))" for second in seconds]
    found = ast.literal_eval(value_of(ROLLOUTS, f"[{', '.join(each)}]"))
    assert dict(zip(seconds, found, strict=True)) == seconds


def test_a_word_ten_times_in_a_row_is_a_repetition_and_a_part_of_a_word_is_none() -> None:
    texts = ["ve " * 10, "a veriyor.\n" + "veriyor. " * 9, "ve " * 9, "1 " * 9 + "12", "11 " + "1 " * 9, "ab " * 5]
    assert value_of(VARIANTS, f"[bool(REPEATED.search(text)) for text in {texts!r}]") == (
        "[True, True, False, False, False, False]"
    )


def test_every_variant_changes_what_it_says_and_no_more() -> None:
    changed = (
        "{name: {key: value for key, value in settings_of(today, changes) if getattr(today, key) != value}"
        " for name, changes in VARIANTS.items()}"
    )
    assert value_of(VARIANTS, changed) == str(
        {
            "today": {},
            "sft": {"loss_type": ("sigmoid", "sft")},
            "beta": {"beta": 0.5},
            "rate": {"learning_rate": 2e-05},
            "written": {"rejected": "written"},
            "written-sft": {"loss_type": ("sigmoid", "sft"), "rejected": "written"},
        }
    )
