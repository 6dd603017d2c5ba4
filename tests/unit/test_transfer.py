"""The questions of new ideas: right, and in nothing that trains. `test_families` has what holds for every family."""

import ast
import functools
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from formulas_transfer import FORMULAS

from finmath_grpo.files import read_jsonl
from finmath_grpo.models.settings import PretrainingSettings
from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.contamination import Contamination, seen_shapes
from finmath_grpo.questions.families import course, elementary, transfer, transfer_elementary
from finmath_grpo.questions.ideas import IDEAS
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.training.settings import DpoJob

ALL = transfer.FAMILIES + transfer_elementary.FAMILIES
DRAWS = 200


def test_there_are_25_families_for_t2():
    assert len(transfer.FAMILIES) == 25 and 5 <= len(transfer_elementary.FAMILIES) <= 8


def test_no_transfer_family_has_a_name_or_an_idea_of_the_course():
    trained = {family.name for family in course.FAMILIES + elementary.FAMILIES}
    listed = {family for families in IDEAS.values() for family in families}
    assert not {family.name for family in ALL} & (trained | listed)


def imports(module):
    """The modules of this project that a module imports, whether at the top or within a function."""
    path = Path("src", *module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def closure(*modules):
    seen, waiting = set(), list(modules)
    while waiting:
        module = waiting.pop()
        path = Path("src", *module.split("."))
        if module in seen or not (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()):
            continue
        seen.add(module)
        waiting += imports(module)
    return seen


def test_nothing_that_trains_imports_a_transfer_module():
    packages = ("models", "training")
    stages = [
        f"finmath_grpo.{package}.{file.stem}"
        for package in packages
        for file in Path(f"src/finmath_grpo/{package}").glob("*.py")
    ]
    families = [f"finmath_grpo.questions.families.{name}" for name in ("course", "elementary", "longhand")]
    reached = closure(*stages, *families)
    assert {"finmath_grpo.models.pretrain", "finmath_grpo.questions.families.loans"} <= reached
    assert not [module for module in reached if ".transfer" in module]
    # The check sees an import where there is one.
    assert "finmath_grpo.questions.families.transfer_debts" in closure("finmath_grpo.questions.families.transfer")


@pytest.mark.parametrize("settings", [PretrainingSettings, DpoJob])
def test_no_config_can_draw_training_text_from_the_transfer_families(settings):
    """The families are named in a config and imported by name."""
    assert set(get_args(settings.model_fields["families"].annotation)) == {"course", "elementary", "longhand"}


def cleaned(name):
    return [clean(row) for row in read_jsonl(Path(f"data/raw/{name}.jsonl"), RawQuestion)]


@functools.cache
def trained_on(families):
    """200 questions of each family, as pre-training draws them."""
    rows = []
    for family in families:
        draw = Random(f"trained on {family.name}")
        rows += [
            Question(
                id=f"{family.name} {place}", unit="", family=family.name, question=family.draw(draw).question,
                answer="1", answer_unit="", value="1",
            )
            for place in range(DRAWS)
        ]  # fmt: skip
    return rows


@pytest.mark.parametrize(
    ("test", "bank", "families", "count", "prefix"),
    [
        ("transfer", "questions", course.FAMILIES, 100, "ft"),
        ("smoke-transfer", "smoke", elementary.FAMILIES, 25, "st"),
    ],
)
def test_committed_questions_are_right_and_nothing_trained_on_has_their_shape(test, bank, families, count, prefix):
    rows = cleaned(test)
    assert [row.id for row in rows] == [f"{prefix}-{number:03d}" for number in range(1, count + 1)]
    for row in rows:
        expected = FORMULAS[row.family](*(_number(text) for text in row.numbers))
        assert float(row.value) == pytest.approx(expected, abs=0.5 if row.answer_unit == "gün" else 0.00501), row
    canonical = sum(row.answer == format_turkish(Decimal(row.value)) for row in rows)
    assert canonical >= 0.9 * count
    train = [*cleaned(bank), *trained_on(families)]
    assert not any(seen_shapes(train, rows).values())
    seen = Contamination(train).of(rows)["test_questions_seen"]
    assert seen == {"exact": 0, "normalised": 0, "masked": 0, "any_8_gram": 0}


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text
