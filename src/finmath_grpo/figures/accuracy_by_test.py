"""Accuracy on each test: exercises of known kinds (T1), new ideas (T2), and T1 with new numbers (T3)."""

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.bars import INTERVALS, floor_of, values
from finmath_grpo.figures.colours import INK
from finmath_grpo.figures.labels import colour, label, overview
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, of_every_test
from finmath_grpo.figures.theme import frame, whiskers
from finmath_grpo.numerals import rounded, temperatures

TESTS = {"t1": "T1: held-out questions", "t2": "T2: new ideas", "t3": "T3: new numbers"}


def figure(tables: Tables, look: Look) -> go.Figure:
    """One group of bars per test and one bar per model: the same number, at the temperatures of each test.

    T1 is the mean over its temperatures; T2 and T3 are asked at fewer of them. Lines mark the ceiling of exact match.
    Tables: pass_and_majority, ceiling.
    """
    table = of_every_test(tables, "pass_and_majority")
    ceiling = of_every_test(tables, "ceiling").set_index("test")
    rows = table[(table.scorer == "numeric") & (table.measure == "pass") & (table.k == 1)]
    tests = [test for test in TESTS if test in set(rows.test)]
    if not tests:
        raise UserError("pass_and_majority.csv: no test t1, t2 or t3: nothing to draw")
    asked = {test: sorted(map(float, set(rows[rows.test == test]["at"]) - {"mean"})) for test in tests}
    rows = rows[rows["at"] == "mean"].set_index(["test", "model"])
    models, left_out = overview(rows.index.get_level_values("model"), look)
    names = [label(model, look) for model in models]
    width = 0.86 / len(models)
    caption = (
        f"same number, read as Turkish; whiskers: {look.level} {INTERVALS[rows.interval.iloc[0]]}; "
        "dashed: the most that exact match can reach"
        + ("; bars of one colour: training runs" if look.runs else "")
        + left_out
    )
    entries = [model for model in models if look.entry(model) == model]
    bars = go.Figure(layout=frame(look, caption, legend=[label(model, look) for model in entries], below=74))
    for index, (model, name) in enumerate(zip(models, names, strict=True)):
        found = [rows.loc[test, model] for test in tests]
        shown, low, high = ([100 * float(row[column]) for row in found] for column in ("value", "low", "high"))
        places = [place + (index - (len(models) - 1) / 2) * width for place in range(len(tests))]
        bars.add_bar(
            x=places,
            y=shown,
            width=width * 0.94,
            name=name,
            showlegend=model in entries,
            marker={"color": colour(model, look)},
            customdata=[
                f"{TESTS[test]}<br>{rounded(value, 1)} %<br>interval {rounded(a, 1)} to {rounded(b, 1)} %"
                for test, value, a, b in zip(tests, shown, low, high, strict=True)
            ],
            hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
        )
        whiskers(bars, places, shown, low, high, "y")
        values(bars, look, places, shown, small=len(models) * len(tests) > 15)
    most = {test: 100 * float(ceiling.exact_ceiling[test]) for test in tests}
    for place, test in enumerate(tests):
        bars.add_scatter(
            x=[place - 0.46, place, place + 0.46],
            y=[most[test]] * 3,
            mode="lines",
            line={"color": INK, "width": 1.6, "dash": "dash"},
            showlegend=False,
            hovertemplate=f"{TESTS[test]}<br>exact match can reach {rounded(most[test], 1)} %<extra></extra>",
        )
    ticks = [
        f"{TESTS[test]}<br>{ceiling.n[test]} questions, {at_of(asked[test])}<br>exact match at most "
        f"{rounded(most[test])} %"
        for test in tests
    ]
    bars.update_xaxes(tickvals=list(range(len(tests))), ticktext=ticks, range=[-0.5, len(tests) - 0.5])
    shown_rows = rows.loc[tests]
    floor_of(bars, min(102, 103 * max(float(shown_rows.high.max()), max(most.values()) / 100)))
    return bars


def at_of(asked: list[float]) -> str:
    """`temperature 0.7`, `temperatures 0.1 to 1.0`."""
    ticks = temperatures(asked)
    return f"temperature {ticks[0]}" if len(ticks) == 1 else f"temperatures {ticks[0]} to {ticks[-1]}"
