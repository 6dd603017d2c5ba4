"""Every family's answer by another route than its solution: closed forms, loops, datetime or numpy-financial.

A formula gets the numbers that the family drew, as floats (texts stay texts), and returns the answer, or a pair of the
answer and how far the course's four-decimal powers may move it.
"""

import datetime
import math

import numpy as np
import numpy_financial as npf

_MONTHS = (
    "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
)  # fmt: skip


def _days(start, end):
    def date(text):
        day, month = text.split()
        return datetime.date(2023, _MONTHS.index(month) + 1, int(day))

    return (date(end) - date(start)).days


def _outer(face, rate, months):
    return face * (1 - rate / 1200 * months)


def _endless(rate):
    """Periods after which a payment is worth nothing: a factor of about e^40."""
    return 4000 / rate


def _grow(amount, *rates):
    for rate in rates:
        amount += amount * rate / 100
    return amount


def _pairs(numbers):
    return zip(numbers[::2], numbers[1::2], strict=True)


def _diluted(whole, part, times, percentage):
    stuff = whole * percentage / 100
    for _ in range(int(times)):
        stuff -= part * stuff / whole
    return stuff / whole * 100


def _by_table(value, scale):
    """A value that hangs on a rounded power; `scale` is what half a unit of its last place is multiplied with."""
    return value, 0.00006 * abs(scale) + 0.006


def _schedule(debt, count, rate):
    """(interest, instalment) of each year when the principal is paid in equal parts."""
    part, rows = debt / count, []
    while len(rows) < count:
        interest = debt * rate / 100
        rows.append((interest, part + interest))
        debt -= part
    return rows


def _declining(cost, life, years):
    """(depreciation, balance) of the last year of several at double rate."""
    cut = 0.0
    for _ in range(int(years)):
        cut = cost * 2 / life
        cost -= cut
    return cut, cost


def _payback(outlay, *flows):
    paid = 0.0
    for year, flow in enumerate(flows):
        if paid + flow >= outlay:
            return year + (outlay - paid) / flow
        paid += flow
    raise AssertionError("not paid back")


def _instalments_left(debt, rate, instalment, count):
    for _ in range(count):
        debt = debt * (1 + rate / 100) - instalment
    return debt


FORMULAS = {
    "percent-part": lambda a, r: a * r / 100,
    "percent-base": lambda part, r: part / (r / 100),
    "percent-rate": lambda a, part: part / a * 100,
    "percent-two-discounts": lambda p, r, s: _grow(p, -r, -s),
    "percent-price-without-vat": lambda g, r: g / (1 + r / 100),
    "percent-offsetting-rise": lambda p, r: (p / _grow(p, -r) - 1) * 100,
    "percent-repeated-change": lambda p, r, n: _grow(p, *[r] * int(n)),
    "percent-equal-discounts-rate": lambda p, q, n: -npf.rate(n, 0, -p, q) * 100,
    "percent-mean-change": lambda *rates: np.expm1(np.mean(np.log1p(np.array(rates) / 100))) * 100,
    "cost-price-with-expenses": lambda p, e, r: _grow(p + e, r),
    "cost-from-price": lambda s, r: s / (1 + r / 100),
    "cost-profit-rate": lambda c, s: (s / c - 1) * 100,
    "cost-profit-on-sales": lambda c, r: c / (1 - r / 100),
    "cost-loss-to-profit": lambda low, z, k: low * (100 + k) / (100 - z),
    "cost-label-price": lambda c, d, k: c * (100 + k) / (100 - d),
    "cost-waste": lambda kg, a, w, k: a * (100 + k) / (100 - w),
    "cost-successive-profits": lambda c, r, n: _grow(c, *[r] * int(n)),
    "cost-successive-profit-rate": lambda a, b, n: npf.rate(n, 0, -a, b) * 100,
    "ratio-direct-share": lambda s, a, b, c: s * c / (a + b + c),
    "ratio-inverse-share": lambda s, a, b, c: s * (1 / a) / (1 / a + 1 / b + 1 / c),
    "ratio-partnership": lambda a, m, b, n, p: p / (1 + b * n / (a * m)),
    "ratio-mixture-price": lambda m, a, n, b: np.average([a, b], weights=[m, n]),
    "ratio-alloy-fineness": lambda m, a, n, b: np.average([a, b], weights=[m, n]),
    "ratio-alloy-weight": lambda g, high, target, low: np.linalg.solve([[1, -1], [target, -low]], [g, g * high])[1],
    "ratio-dilution": _diluted,
    "ratio-dilution-share": lambda before, after, n: -npf.rate(n, 0, -before, after) * 100,
    "simple-interest-months": lambda p, r, m: p * r / 100 * (m / 12),
    "simple-interest-days": lambda p, r, d: p * r / 100 * (d / 360),
    "simple-interest-dates": lambda p, r, a, b, d: p * r / 100 * (_days(a, b) / 360),
    "simple-interest-balance-months": lambda p, r, m: p * (1 + r / 100 * m / 12),
    "simple-interest-principal": lambda i, r, m: i / (r / 100 * m / 12),
    "simple-interest-rate": lambda p, s, m: (s / p - 1) / (m / 12) * 100,
    "simple-interest-time": lambda p, r, i: i / (p * r / 100) * 12,
    "simple-interest-two-parts": lambda a, r, b, s, m: (a * r + b * s) / 100 * (m / 12),
    "simple-interest-monthly-deposits": lambda a, r, n: sum(a * (1 + r / 1200 * k) for k in range(1, int(n) + 1)),
    "simple-interest-renewed-deposit": lambda p, r, m, n, tax: -npf.fv(r / 1200 * m * (1 - tax / 100), n, 0, p),
    "outer-discount-proceeds": _outer,
    "outer-discount-face": lambda p, r, m: p / (1 - r / 1200 * m),
    "outer-discount-rate": lambda k, p, d: (1 - p / k) / (d / 360) * 100,
    "outer-discount-time": lambda k, r, d: d / k / (r / 100) * 360,
    "outer-discount-dates": lambda k, r, a, b, d: k * (1 - r / 100 * _days(a, b) / 360),
    "outer-discount-list": lambda *bills: sum(_outer(k, bills[-1], t / 30) for k, t in _pairs(bills[:-1])),
    "inner-discount-present-value": lambda k, r, m: k / (1 + r / 1200 * m),
    "inner-discount-amount": lambda k, r, d: k - k / (1 + r / 36000 * d),
    "outer-inner-discount-difference": lambda k, r, m: k * (r * m / 1200) ** 2 / (1 + r * m / 1200),
    "inner-rate-of-outer-rate": lambda r, d: (1 / _outer(1, r, d / 30) - 1) / (d / 360) * 100,
    "bills-equivalent-outer": lambda k, t, r, u: _outer(k, r, t) / _outer(1, r, u),
    "bills-equivalent-inner": lambda k, t, r, u: k * (1200 + r * u) / (1200 + r * t),
    "bills-merged": lambda k, t, m, u, r, v: (_outer(k, r, t) + _outer(m, r, u)) / _outer(1, r, v),
    "bills-average-maturity": lambda *bills: np.average(bills[1::2], weights=bills[::2]),
    "bills-new-maturity": lambda k, t, r, m: (1 - _outer(k, r, t) / m) / (r / 1200),
    "bills-cash-remainder": lambda debt, k, t, m, u, r: debt - _outer(k, r, t) - _outer(m, r, u),
    "bills-equal-monthly": lambda p, r, n: p / np.sum(1 / (1 + r / 1200 * np.arange(1, n + 1))),
    "compound-balance-two-years": lambda p, r: -npf.fv(r / 100, 2, 0, p),
    "compound-balance-months": lambda p, r, n: -npf.fv(r / 100, n, 0, p),
    "compound-balance-by-factor": lambda p, r, n: _by_table(-npf.fv(r / 100, n, 0, p), p),
    "compound-interest-years": lambda p, r, n: _grow(p, *[r] * int(n)) - p,
    "compound-principal": lambda s, r, n: -npf.pv(r / 100, n, 0, s),
    "compound-rate": lambda p, s, n: math.expm1(math.log(s / p) / n) * 100,
    "compound-time": lambda unit, p, r, s: math.log2(s / p) / math.log2(1 + r / 100),
    "compound-periods": lambda p, r, m, n: -npf.fv(r / 100 / m, n, 0, p),
    "compound-changing-rates": lambda p, r, n, s, m: _grow(p, *[r] * int(n), *[s] * int(m)),
    "compound-more-than-simple": lambda p, r, n: _grow(p, *[r] * int(n)) - p * (1 + r * n / 100),
    "compound-broken-time": lambda p, r, n, m: _grow(p, *[r] * int(n), r * m / 12),
    "compound-inner-present-value": lambda k, r, n: -npf.pv(r / 100, n, 0, k),
    "compound-inner-discount": lambda k, r, n: _by_table(k + npf.pv(r / 100, n, 0, k), k),
    "compound-outer-present-value": lambda k, r, n: _grow(k, *[-r] * int(n)),
    "compound-outer-discount": lambda k, r, n: k - _grow(k, *[-r] * int(n)),
    "compound-later-debt": lambda k, t, u, r: k * (1 + r / 100) ** (u - t),
    "compound-single-payment": lambda k, t, j, v, u, r: (
        -npf.fv(r / 100, u, 0, -npf.pv(r / 100, t, 0, k) - npf.pv(r / 100, v, 0, j))
    ),
    "rate-effective": lambda r, m: (math.exp(m * math.log1p(r / 100 / m)) - 1) * 100,
    "rate-effective-by-factor": lambda r: _by_table(((1 + r / 100) ** 12 - 1) * 100, 100),
    "rate-nominal-from-effective": lambda e, m: npf.rate(m, 0, -1, 1 + e / 100) * m * 100,
    "rate-real": lambda n, e: ((100 + n) / (100 + e) - 1) * 100,
    "rate-nominal-for-real": lambda g, e: _grow(100, g, e) - 100,
    "inflation-price": lambda p, e, n: -npf.fv(e / 100, n, 0, p),
    "inflation-cumulative": lambda a, b, c: _grow(100, a, b, c) - 100,
    "inflation-purchasing-power": lambda a, e, n: -npf.pv(e / 100, n, 0, a),
    "rate-net-interest": lambda p, r, d, s: p * (r / 100) * (d / 365) * (1 - s / 100),
    "annuity-future-value": lambda a, r, n: npf.fv(r / 100, n, -a, 0),
    "annuity-present-value": lambda a, r, n: npf.pv(r / 100, n, -a),
    "annuity-due-future-value": lambda a, r, n: npf.fv(r / 100, n, -a, 0, "begin"),
    "annuity-due-present-value": lambda a, r, n: _by_table(npf.pv(r / 100, n, -a, 0, "begin"), a * 100 / r),
    "annuity-deferred": lambda a, r, n, k: npf.npv(r / 100, [0] * (int(k) + 1) + [a] * int(n)),
    "annuity-three-deposits": lambda a, r: npf.fv(r / 100, 3, -a, 0),
    "annuity-payment-for-goal": lambda s, r, n: -npf.pmt(r / 100, n, 0, s),
    "perpetuity": lambda a, r: npf.pv(r / 100, _endless(r), -a),
    "perpetuity-due": lambda a, r: npf.pv(r / 100, _endless(r), -a, 0, "begin"),
    "perpetuity-deferred": lambda a, r, k: npf.pv(r / 100, _endless(r), -a) - npf.pv(r / 100, k, -a),
    "loan-equal-principal": lambda debt, n, r, k: _schedule(debt, n, r)[int(k) - 1][1],
    "loan-equal-principal-interest": lambda debt, n, r: sum(interest for interest, _ in _schedule(debt, n, r)),
    "loan-instalment": lambda debt, r, n: -npf.pmt(r / 100, n, debt),
    "loan-principal-part": lambda debt, r, a, k: (
        _instalments_left(debt, r, a, int(k) - 1) - _instalments_left(debt, r, a, int(k))
    ),
    "loan-balance": lambda debt, r, a, k: _instalments_left(debt, r, a, int(k)),
    "loan-total-interest": lambda debt, n, a: sum([a] * int(n)) - debt,
    "loan-surcharge": lambda cash, down, n, a: ((down + n * a) / cash - 1) * 100,
    "bond-coupon": lambda face, r, m, count: face * count * r / 100 / m,
    "bond-price": lambda face, r, y, n: npf.npv(
        y / 100, [0] + [face * r / 100] * (int(n) - 1) + [face * (1 + r / 100)]
    ),
    "bond-price-half-years": lambda face, r, y, n: -npf.pv(y / 100, 2 * n, face * r / 200, face),
    "bond-price-by-factor": lambda face, r, y, n: _by_table(
        -npf.pv(y / 100, n, face * r / 100, face), face * (1 + r / y)
    ),
    "bond-zero-coupon": lambda face, y, n: -npf.pv(y / 100, n, 0, face),
    "bond-zero-coupon-yield": lambda face, price, n: npf.rate(n, 0, -price, face) * 100,
    "bond-current-yield": lambda face, r, price: r * face / price,
    "bill-compound-yield": lambda face, price, t: math.expm1(math.log(face / price) * 360 / t) * 100,
    "share-constant-dividend": lambda d, k: npf.pv(k / 100, 600, -d),
    "share-growing-dividend": lambda d, k, g: npf.pv((1 + k / 100) / (1 + g / 100) - 1, 2000, -d),
    "share-price-later": lambda d, k, g, n: npf.pv((100 + k) / (100 + g) - 1, 2000, -d * (1 + g / 100) ** (n - 1)),
    "share-sold-later": lambda d, n, sold, k: npf.npv(k / 100, [0] + [d] * (int(n) - 1) + [d + sold]),
    "share-dividend-growth": lambda first, last, n: npf.rate(n, 0, -first, last) * 100,
    "share-price-earnings": lambda profit, shares, price: price * shares / profit,
    "share-return": lambda p, d, sold: npf.irr([-p, sold + d]) * 100,
    "share-after-bonus-issue": lambda p, r: p / (1 + r / 100),
    "npv-unequal-flows": lambda i, *rest: npf.npv(rest[-1] / 100, [-i, *rest[:-1]]),
    "npv-by-factors": lambda i, x, y, z, r: _by_table(npf.npv(r / 100, [-i, x, y, z]), x + y + z),
    "npv-equal-flows": lambda i, a, r, n: npf.npv(r / 100, [-i] + [a] * int(n)),
    "irr-one-flow": lambda i, x, n: npf.irr([-i] + [0] * (int(n) - 1) + [x]) * 100,
    "irr-two-flows": lambda i, x, y: npf.irr([-i, x, y]) * 100,
    "payback": _payback,
    "profitability-index": lambda i, a, r, n: npf.npv(r / 100, [0] + [a] * int(n)) / i,
    "mean-return": lambda i, a, b, c: np.mean([a, b, c]) / i * 100,
    "depreciation-straight": lambda c, s, n: c / n - s / n,
    "depreciation-straight-book-value": lambda c, s, n, k: np.linspace(c, s, int(n) + 1)[int(k)],
    "depreciation-declining": lambda c, n, k: _declining(c, n, k)[0],
    "depreciation-declining-book-value": lambda c, n, k: _declining(c, n, k)[1],
    "depreciation-fixed-rate": lambda c, s, n: -npf.rate(n, 0, -c, s) * 100,
    "depreciation-years-digits": lambda c, s, n, k: (c - s) * (n - k + 1) / sum(range(int(n) + 1)),
    "depreciation-units": lambda c, s, capacity, made: (c - s) / capacity * made,
    "depreciation-months": lambda c, n, month: c / n / 12 * (13 - month),
    "percentage-of-amount": lambda a, r: a * r / 100,
    "discounted-price": lambda a, r: _grow(a, -r),
    "price-with-profit": lambda a, r: _grow(a, r),
    "price-with-loss": lambda a, r: _grow(a, -r),
    "simple-interest": lambda p, r, t: p * r / 100 * t,
    "simple-interest-balance": lambda p, r, t: p * (1 + r / 100 * t),
    "compound-two-years": lambda p, r: -npf.fv(r / 100, 2, 0, p),
    "equal-instalments": lambda price, down, n: (price - down) / n,
}
