"""The answer of every transfer family by another route than its solution: cash flows, loops or numpy-financial.

A formula gets the numbers that the family drew, as floats (texts stay texts). It returns the answer, before rounding.
"""

import math

import numpy as np
import numpy_financial as npf


def _partial_payments(debt, rate, months, *payments):
    """Merchant's rule: the balance of a flow of money at simple interest until the end."""
    flows = [(debt, 0), *((-paid, month) for paid, month in zip(payments[::2], payments[1::2], strict=True))]
    return sum(amount + amount * rate / 100 * (months - month) / 12 for amount, month in flows)


def _us_rule(debt, rate, months, *payments):
    """Month by month: interest runs on the principal only, and a payment clears interest first."""
    paid_in = dict(zip(payments[1::2], payments[::2], strict=True))
    interest = 0.0
    for month in range(1, int(months) + 1):
        interest += debt * rate / 1200
        payment = paid_in.get(month, 0)
        debt -= max(payment - interest, 0)
        interest = max(interest - payment, 0)
    return debt + interest


def _months_left(debt, rate, instalment, lump):
    debt, months = debt - lump, 0
    while debt > 1e-9:
        debt = debt * (1 + rate / 100) - instalment
        months += 1
    return months


def _discounted(rate, *flows):
    return npf.npv(rate / 100, [0, *flows])


def _fund(deposit, first, months, second, more):
    fund = 0.0
    for month in range(int(months + more)):
        fund = fund * (1 + (first if month < months else second) / 100) + deposit
    return fund


def _pension(contribution, rate, months, state, vested):
    own = public = 0.0
    for _ in range(int(months)):
        own = own * (1 + rate / 100) + contribution
        public = public * (1 + rate / 100) + contribution * state / 100
    return own + public * vested / 100


def _renewed(cost, renewal, years, rate):
    return cost + sum(renewal * (1 + rate / 100) ** (-years * k) for k in range(1, 400))


def _mean_term(k, t, m, u, rate):
    """The days at which the bill with both faces is worth what both are, by bisection; rounded to a whole day."""
    worth = sum(face / (1 + rate / 100 * days / 360) for face, days in ((k, t), (m, u)))
    low, high = t, u
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (k + m) / (1 + rate / 100 * middle / 360) > worth else (low, middle)
    return math.floor(low + 0.5)


def _duration(coupon, rate, years):
    """Minus the elasticity of the price in 1 + rate, by a central difference."""

    def price(factor):
        return -npf.pv(factor - 1, years, coupon, 100)

    factor, step = 1 + rate / 100, 1e-5
    return -(math.log(price(factor * math.exp(step))) - math.log(price(factor * math.exp(-step)))) / (2 * step)


def _interpolated(outlay, a, b, c, d, low, high):
    nets = [npf.npv(rate / 100, [-outlay, a, b, c, d]) for rate in (low, high)]
    return np.interp(0, nets[::-1], [high, low])


def _income_tax(one, two, income):
    return sum(0.15 if lira < one else 0.20 if lira < two else 0.27 for lira in range(0, int(income), 1000)) * 1000


def _portfolio(weight, s, t, correlation):
    weights, deviations = np.array([weight, 100 - weight]) / 100, np.diag([s, t])
    covariance = deviations @ np.array([[1, correlation], [correlation, 1]]) @ deviations
    return math.sqrt(weights @ covariance @ weights)


FORMULAS = {
    "lease-residual-value": lambda price, r, n, residual: -npf.pmt(r / 100, n, price, -residual),
    "debt-merchants-rule": _partial_payments,
    "debt-us-rule": _us_rule,
    "card-minimum-payment": lambda debt, share, r, tax: debt * (1 - share / 100) * (1 + r / 100 * (1 + tax / 100)),
    "loan-term-after-lump-sum": _months_left,
    "annuity-geometric": lambda a, g, r, n: _discounted(r, *(a * (1 + g / 100) ** k for k in range(int(n)))),
    "annuity-gradient": lambda a, d, r, n: _discounted(r, *(a + d * k for k in range(int(n)))),
    "annuity-changed-rate": _fund,
    "pension-state-contribution": _pension,
    "capitalised-cost": _renewed,
    # The text gives the power of e to four places and tells the reader to use it.
    "continuous-compounding": lambda p, r, t: p * math.floor(math.exp(r * t / 100) * 10_000 + 0.5) / 10_000,
    "bills-mean-term-inner": _mean_term,
    "bond-between-coupons": lambda face, c, period, days, clean: face / 100 * (clean + c / 2 * days / period),
    "share-rights-issue": lambda p, b, sub, z: (100 * p + b * sub) / (100 + b + z),
    "bond-duration": _duration,
    "bond-indexed-coupon": lambda face, c, start, end: face * c / 100 / 2 * end / start,
    "portfolio-deviation": _portfolio,
    "rate-forward": lambda n, s, t: math.expm1((n + 1) * math.log1p(t / 100) - n * math.log1p(s / 100)) * 100,
    "rate-foreign-deposit": lambda s0, r, m, s1, _: (
        math.expm1(12 / m * (math.log(s1 / s0) + math.log1p(r / 100 * m / 12))) * 100
    ),
    "currency-forward-parity": lambda s, r, q, d, _: s * (1 + r / 100 * d / 360) / (1 + q / 100 * d / 360),
    "irr-interpolation": _interpolated,
    "equivalent-annual-cost": lambda p, n, c, q, m, d, r: min(c - npf.pmt(r / 100, n, p), d - npf.pmt(r / 100, m, q)),
    "capital-cost-weighted": lambda e, k, d, r, tax: np.average([k, r * (1 - tax / 100)], weights=[e, d]),
    "break-even-commission": lambda fixed, p, c, v: fixed / (p - p * c / 100 - v),
    "income-tax-brackets": _income_tax,
    "proportional-price": lambda a, price, b: price * b / a,
    "currency-exchange": lambda lira, rate: lira / rate,
    "months-to-save": lambda goal, saved, monthly: (goal - saved) / monthly,
    "break-even-units": lambda fixed, price, cost: fixed / (price - cost),
    "hourly-wage": lambda hours, wage, bonus: hours * wage + bonus,
    "shared-gain": lambda income, expense, partners: (income - expense) / partners,
    "average-amount": lambda *amounts: np.mean(amounts),
}
