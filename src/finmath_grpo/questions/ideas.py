"""Ideas: what two families share when both are solved in the same way, whatever they are about.

The price of a bond with two coupons and the net present value of a project are one idea, the present value of several
flows. A split by idea holds out whole ideas, so that no test question is solved as a training question is.
"""

IDEAS: dict[str, tuple[str, ...]] = {
    # percentages, cost and price
    "part of a whole": ("percent-part", "percentage-of-amount"),
    "whole from a part": ("percent-base",),
    "one number as a percentage of another": (
        "percent-rate", "cost-profit-rate", "loan-surcharge", "bond-current-yield", "share-return", "mean-return",
    ),
    "one change by a rate": (
        "cost-price-with-expenses", "discounted-price", "price-with-profit", "price-with-loss",
    ),
    "changes one after another": (
        "percent-two-discounts", "compound-changing-rates", "inflation-price",
        "inflation-cumulative", "rate-nominal-for-real",
    ),
    "a change undone": (
        "percent-price-without-vat", "cost-from-price", "cost-profit-on-sales",
        "inflation-purchasing-power", "share-after-bonus-issue", "percent-offsetting-rise",
    ),
    "a change undone, then another": ("cost-loss-to-profit", "cost-label-price", "cost-waste", "rate-real"),
    # ratio
    "shares in proportion": ("ratio-direct-share", "ratio-inverse-share", "ratio-partnership"),
    "weighted mean": ("ratio-mixture-price", "ratio-alloy-fineness", "bills-average-maturity"),
    "amount that moves a mean to a target": ("ratio-alloy-weight",),
    # simple interest and simple discount
    "amount × rate × time": (
        "simple-interest-months", "simple-interest-days", "simple-interest-dates",
        "simple-interest-two-parts", "simple-interest", "rate-net-interest", "bond-coupon",
    ),
    "amount and simple interest": ("simple-interest-balance-months", "simple-interest-balance"),
    "principal from simple interest": ("simple-interest-principal",),
    "rate from simple interest": ("simple-interest-rate", "outer-discount-rate", "bill-yield"),
    "time from simple interest": ("simple-interest-time", "outer-discount-time"),
    "deposits at simple interest": ("simple-interest-monthly-deposits",),
    "outer discount": (
        "outer-discount-proceeds", "outer-discount-dates", "outer-discount-list", "bills-cash-remainder",
    ),
    "face from outer discount": ("outer-discount-face",),
    "inner discount": ("inner-discount-present-value", "inner-discount-amount"),
    "outer against inner discount": ("outer-inner-discount-difference", "inner-rate-of-outer-rate"),
    "bill of equal worth by outer discount": ("bills-equivalent-outer", "bills-merged", "bills-new-maturity"),
    "bill of equal worth by inner discount": ("bills-equivalent-inner", "bills-equal-monthly"),
    # compound interest and compound discount
    "repeated growth at one rate": (
        "compound-balance-two-years", "compound-balance-by-factor",
        "compound-balance-months", "compound-interest-years", "compound-periods",
        "compound-more-than-simple", "compound-later-debt", "compound-two-years", "percent-repeated-change",
        "cost-successive-profits", "simple-interest-renewed-deposit",
    ),
    "repeated growth, then a part of a period": ("compound-broken-time",),
    "present value of one amount": (
        "compound-principal", "compound-inner-present-value", "compound-inner-discount", "bond-zero-coupon",
    ),
    "rate from repeated growth": (
        "compound-rate", "irr-one-flow", "rate-nominal-from-effective", "bond-zero-coupon-yield",
        "share-dividend-growth", "cost-successive-profit-rate", "percent-equal-discounts-rate",
        "depreciation-fixed-rate", "percent-mean-change", "ratio-dilution-share",
    ),
    "time from repeated growth": ("compound-time",),
    "repeated fall at one rate": (
        "compound-outer-present-value", "compound-outer-discount", "depreciation-declining",
        "depreciation-declining-book-value", "ratio-dilution",
    ),
    "amounts moved to one day": ("compound-single-payment",),
    "effective rate": ("rate-effective", "rate-effective-by-factor", "bill-compound-yield"),
    # annuities, perpetuities, loans
    "future value of equal payments": ("annuity-future-value", "annuity-due-future-value", "annuity-three-deposits"),
    "present value of equal payments": (
        "annuity-present-value", "annuity-due-present-value", "annuity-deferred", "npv-equal-flows",
    ),
    "payment for a future amount": ("annuity-payment-for-goal",),
    "payment for a present amount": ("loan-instalment",),
    "payments without end": ("perpetuity", "perpetuity-due", "perpetuity-deferred", "share-constant-dividend"),
    "growing payments without end": ("share-growing-dividend", "share-price-later"),
    "loan by equal parts of principal": ("loan-equal-principal", "loan-equal-principal-interest"),
    "what an instalment pays": ("loan-principal-part", "loan-balance"),
    "all instalments against the price": ("loan-total-interest", "equal-instalments"),
    # bonds, shares, investments, depreciation
    "present value of several flows": ("npv-unequal-flows", "npv-by-factors", "profitability-index"),
    "equal payments and an amount at the end": (
        "bond-price-by-factor", "bond-price", "bond-price-half-years", "share-sold-later",
    ),
    "price per unit of profit": ("share-price-earnings",),
    "rate from several flows": ("irr-two-flows",),
    "payback": ("payback",),
    "equal parts of a value": (
        "depreciation-straight", "depreciation-straight-book-value", "depreciation-months", "depreciation-units",
    ),
    "falling parts of a value": ("depreciation-years-digits",),
}  # fmt: skip
"""The families of the course and the elementary ones by idea."""

_IDEA_OF = {family: idea for idea, families in IDEAS.items() for family in families}


def idea_or_family(family: str) -> str:
    """The idea of a family; a family that the table does not know, as in a file of your own, is an idea by itself."""
    return _IDEA_OF.get(family, family)
