"""The families of the course, in its order: what `data/raw/questions.jsonl` is drawn from."""

from finmath_grpo.questions.families import (
    annuities,
    bills,
    bonds,
    compound_discount,
    compound_interest,
    compound_periods,
    costs,
    depreciation,
    inner_discount,
    investments,
    loans,
    outer_discount,
    percentages,
    perpetuities,
    rates,
    ratios,
    shares,
    simple_interest,
)
from finmath_grpo.questions.families.problem import Family

FAMILIES: tuple[Family, ...] = (
    *percentages.FAMILIES,
    *costs.FAMILIES,
    *ratios.FAMILIES,
    *simple_interest.FAMILIES,
    *outer_discount.FAMILIES,
    *inner_discount.FAMILIES,
    *bills.FAMILIES,
    *compound_interest.FAMILIES,
    *compound_periods.FAMILIES,
    *compound_discount.FAMILIES,
    *rates.FAMILIES,
    *annuities.FAMILIES,
    *perpetuities.FAMILIES,
    *loans.FAMILIES,
    *bonds.FAMILIES,
    *shares.FAMILIES,
    *investments.FAMILIES,
    *depreciation.FAMILIES,
)
