"""Accuracy on each test: exercises of known kinds (T1), new ideas (T2), and T1 with new numbers (T3)."""

import plotly.graph_objects as go

from finmath_grpo.errors import UserError
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables, of_every_test
from finmath_grpo.figures.theme import INK, colour, faint, frame, in_order, ink_on, label

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
    temperatures = {test: sorted(set(rows[rows.test == test]["at"]) - {"mean"}, key=float) for test in tests}
    rows = rows[rows["at"] == "mean"].set_index(["test", "model"])
    models = in_order(rows.index.get_level_values("model"), look)
    width = 0.86 / len(models)
    caption = (
        f"same number, read as Turkish; whiskers: {look.level} interval, families of questions; "
        "dashed: ceiling of exact match" + ("; bars of one colour: training runs" if look.runs else "")
    )
    entries = [model for model in models if look.entry(model) == model]
    bars = go.Figure(layout=frame(look, caption, legend=[label(model, look) for model in entries], below=74))
    for index, model in enumerate(models):
        paint = colour(model, look)
        found = [rows.loc[test, model] for test in tests]
        values = [100 * row["value"] for row in found]
        bars.add_bar(
            x=[place + (index - (len(models) - 1) / 2) * width for place in range(len(tests))],
            y=values,
            width=width * 0.94,
            name=label(model, look),
            showlegend=model in entries,
            marker={"color": paint},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * (row["high"] - row["value"]) for row in found],
                "arrayminus": [100 * (row["value"] - row["low"]) for row in found],
                "color": INK,
                "thickness": 1.3,
                "width": 3,
            },
            text=[f"{value:.0f}" if 100 * row["low"] > 6 else "" for value, row in zip(values, found, strict=True)],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": ink_on(paint), "size": look.font_size - 1},
            customdata=[f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %" for row in found],
            hovertemplate=f"{label(model, look)}: %{{y:.1f}} %<br>interval %{{customdata}}<extra></extra>",
        )
    for place, test in enumerate(tests):
        height = 100 * float(ceiling.exact_ceiling[test])
        line = {"color": faint(INK, 0.7), "width": 1.6, "dash": "dash"}
        bars.add_shape(type="line", x0=place - 0.46, x1=place + 0.46, y0=height, y1=height, line=line)
    names = [
        f"{TESTS[test]}<br>{ceiling.n[test]} questions, {at_of(temperatures[test])}<br>exact match at most "
        f"{100 * ceiling.exact_ceiling[test]:.0f} %"
        for test in tests
    ]
    bars.update_xaxes(tickvals=list(range(len(tests))), ticktext=names, range=[-0.5, len(tests) - 0.5])
    bars.update_yaxes(title_text="questions right (%)", range=[0, 102])
    bars.update_layout(showlegend=True)
    return bars


def at_of(temperatures: list[str]) -> str:
    """`temperature 0.7`, `temperatures 0.1 to 1`."""
    one = len(temperatures) == 1
    return f"temperature {temperatures[0]}" if one else f"temperatures {temperatures[0]} to {temperatures[-1]}"
