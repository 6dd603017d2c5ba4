"""Whoever looks at a figure can tell its parts apart and read its text, whatever their eyes, screen or printer."""

from itertools import combinations

import numpy as np
import pytest
from colour_vision import ciede2000, contrast, lab

from finmath_grpo.evaluation.scores import OUTCOMES
from finmath_grpo.figures.agreement import shade_of
from finmath_grpo.figures.colours import (
    DARK,
    EMPTY,
    GRID,
    KNOWN,
    OTHERS,
    PANE,
    PANE_2,
    PAPER,
    SOLVED,
    between,
    ink_on,
    solved_fill,
)
from finmath_grpo.figures.outcomes import FILLS
from finmath_grpo.figures.reward_audit import FORMS

APART = 15
COLOURS = {"outcomes": {name: paint for name, (paint, _) in FILLS.items()}}
COLOURS["forms"] = {name: paint for name, (_, paint) in FORMS.items()}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # Sharma, Wu and Dalal 2005, table 1: pairs 1, 7, 10, 11, 16, 17, 20, 24, 25, 31 and 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.001), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((50, 2.5, 0), (50, 3.2592, 0.3350), 1.0000),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_formula_gives_the_published_differences(first, second, expected):
    pair = np.array(first, float), np.array(second, float)
    assert float(ciede2000(*pair)) == pytest.approx(expected, abs=5e-5)
    assert float(ciede2000(*pair[::-1])) == pytest.approx(expected, abs=5e-5)


def test_lab_and_colour_blindness_are_those_of_another_implementation():
    # By coloraide 8.13: Color(...).convert("lab-d65"), and .filter("deutan", 1, method="machado") before it.
    assert lab(["#D55E00"])[0] == pytest.approx((54.19, 43.263, 63.278), abs=0.02)
    assert lab(["#D55E00"], "deuteranopia")[0] == pytest.approx((57.996, -5.54, 62.356), abs=0.02)
    assert lab(["#D55E00"], "protanopia")[0] == pytest.approx((47.499, -4.047, 53.558), abs=0.02)


@pytest.mark.parametrize("eye", ["any", "protanopia", "deuteranopia"])
@pytest.mark.parametrize("figure", COLOURS)
def test_any_two_outcomes_and_any_two_forms_are_told_apart_by(eye, figure):
    colours = lab(list(COLOURS[figure].values()), eye)
    differences = {pair: float(ciede2000(*colours[list(pair)])) for pair in combinations(range(len(colours)), 2)}
    assert min(differences.values()) >= APART, min(differences, key=differences.get)


def test_two_outcomes_that_are_too_alike_in_grey_differ_in_hatching():
    assert set(FILLS) == set(OUTCOMES)
    for (first, hatch), (second, hatch_2) in combinations(FILLS.values(), 2):
        if hatch == hatch_2:
            assert float(ciede2000(*lab([first, second], "grey"))) >= APART, (first, second)


def test_no_more_than_five_greys_are_so_far_apart_which_is_why_there_is_hatching():
    greys = lab([f"#{level:02X}{level:02X}{level:02X}" for level in range(256)])
    # From the darkest on, each is the next that is far enough: no choice has more.
    chosen = [greys[0]]
    for grey in greys:
        if ciede2000(chosen[-1], grey) >= APART:
            chosen.append(grey)
    assert len(chosen) == 5 < len(FILLS)


@pytest.mark.parametrize("model", [*KNOWN.values(), *OTHERS])
def test_a_solved_cell_has_three_to_one_against_an_empty_one(model):
    assert contrast(solved_fill(model), EMPTY) >= 3


def test_so_have_the_cells_that_count_models_and_their_numbers_have_four_and_a_half_to_one():
    assert contrast(ink_on(EMPTY), EMPTY) >= 4.5
    for step in range(11):
        shade = between(*SOLVED, step / 10)
        assert contrast(shade, EMPTY) >= 3
        assert contrast(ink_on(shade), shade) >= 4.5


def test_text_on_outcomes_and_on_cells_of_agreement_has_four_and_a_half_to_one():
    for fill, _ in FILLS.values():
        assert contrast(ink_on(fill), fill) >= 4.5
    for kappa in np.linspace(-0.2, 1, 121):
        assert contrast(ink_on(shade_of(kappa)), shade_of(kappa)) >= 4.5


def test_text_has_four_and_a_half_to_one_on_paper_in_light_and_dark():
    texts = set(DARK) - {PAPER, GRID, PANE, PANE_2}
    assert len(texts) == 4
    for ground in (PAPER, PANE, PANE_2):
        for text in texts:
            assert contrast(text, ground) >= 4.5, (text, ground)
            assert contrast(DARK[text], DARK[ground]) >= 4.5, (text, ground, "dark")
