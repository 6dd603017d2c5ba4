"""The questions of new ideas: right by independent formulas, natural in form, and in nothing that trains."""

import functools
import re
from random import Random

import pytest
from equations import equations, holds, last_number
from formulas_transfer import FORMULAS

from finmath_grpo.questions.families import transfer, transfer_elementary
from finmath_grpo.questions.families.suffix import spoken_end

ALL = transfer.FAMILIES + transfer_elementary.FAMILIES
DRAWS = 200
SUPERSCRIPT = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


@functools.cache
def draws(family):
    draw = Random(family.name)
    return [family.draw(draw) for _ in range(DRAWS)]


def with_carets(solution):
    """`(1,02)²⁴` as the evaluator of the tests reads it: `(1,02)^24`."""
    return SUPERSCRIPT.sub(
        lambda found: "^" + found.group().translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")), solution
    )


def test_there_are_25_families_for_t2_and_every_family_has_a_formula():
    assert len(transfer.FAMILIES) == 25 and 5 <= len(transfer_elementary.FAMILIES) <= 8
    assert {family.name for family in ALL} == set(FORMULAS) and len(set(FORMULAS)) == len(ALL)


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_the_answer_is_that_of_an_independent_formula(family):
    for problem in draws(family):
        numbers = [part if isinstance(part, str) else float(part) for part in problem.numbers]
        expected = FORMULAS[family.name](*numbers)
        assert float(problem.value) == pytest.approx(expected, abs=0.00501), problem


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_the_solution_is_right_line_by_line_and_ends_in_the_answer(family):
    for problem in draws(family):
        solution = with_carets(problem.solution)
        found = equations(solution)
        assert found, problem.solution
        wrong = [equation for equation in found if not holds(*equation)]
        assert not wrong, (wrong, problem.solution)
        assert last_number(problem.solution) == problem.value, problem
        for line in solution.splitlines():
            assert len(equations(line)) == len(re.findall(r"[=≈] *-?[0-9]", line)), f"no test reads this line: {line}"


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_texts_are_written_as_textbooks_do(family):
    problems = draws(family)
    shapes = {re.sub(r"[0-9][0-9.,]*['’]?\w*", "#", problem.question) for problem in problems}
    assert len(shapes) >= 3, "at least three phrasings"
    for problem in problems:
        text = f"{problem.question} {problem.solution}"
        assert not re.search(r"(?<![0-9,])[0-9]{4,}(?![0-9])", re.sub(r",[0-9]+", "", text)), f"no group dots: {text}"
        assert "  " not in text and "((" not in problem.question and "^-" not in text
        assert problem.question[-1] in "?.)]" and problem.question[0].upper() == problem.question[0]
        assert problem.answer_unit in ("TL", "%", "yıl", "ay", "gün", "")
        assert f"{problem.value:f}" == str(problem.value) and problem.value > 0
        if problem.solution.splitlines()[-1].rpartition(" ")[0].endswith("≈"):
            assert re.search(r"iki ondalık haneye yuvarla(yınız|nacaktır)", problem.question), problem
        assert problem.value.as_tuple().exponent >= -2, "more decimals than an answer has"


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_suffixes_follow_the_vowel_of_the_spoken_number(family):
    for problem in draws(family):
        for written, ending in re.findall(r"(TL|%?[0-9][0-9.,]*)['’]([a-zçğıöşü]+)", problem.question):
            heard = [letter in "aıou" for letter in spoken_end(written) if letter in "aıoueiöü"]
            follows = [letter in "aıou" for letter in ending if letter in "aıoueiöü"]
            assert follows[0] == heard[-1], problem.question


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_a_draw_is_a_function_of_the_seed_and_numbers_identify_the_problem(family):
    draw = Random(family.name)
    assert [family.draw(draw) for _ in range(DRAWS)] == draws(family)
    values = {}
    for problem in draws(family):
        assert values.setdefault(problem.numbers, problem.value) == problem.value
