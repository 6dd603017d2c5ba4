"""The checks by the names that claims.yaml uses; each states its rule in its docstring."""

from collections.abc import Callable

from finmath_grpo.claims import of_contrasts, of_questions, of_training
from finmath_grpo.claims.finding import Finding

CHECKS: dict[str, Callable[..., Finding]] = {
    check.__name__: check
    for check in (
        *(of_training.rises, of_training.unchanged, of_training.count_is, of_training.whole_group),
        *(of_training.form_share, of_training.form_bound, of_training.quickly),
        *(of_contrasts.mathematics, of_contrasts.difference, of_contrasts.at_most, of_contrasts.every_temperature),
        of_contrasts.within_reach,
        *(of_contrasts.signs, of_contrasts.closer, of_contrasts.upper_half, of_contrasts.examples_exist),
        *(of_questions.temperature_matters, of_questions.ranges, of_questions.no_punctuation_raises),
        *(of_questions.separators_swapped, of_questions.gains_are_swaps, of_questions.labels_differ),
        *(of_questions.same_budget, of_questions.majority_reaches_union, of_questions.agreement),
        *(of_questions.union_is, of_questions.solved_by_none, of_questions.not_recorded),
    )
}
DECIDING = ("threshold", "margin", "share", "single", "any_temperature", "value", "size", "rise")
"""Arguments that a verdict turns on; a claim that has one says when it was set."""
