"""The example figures show the question that the rule names, not one that looks good."""

import pandas as pd

from finmath_grpo.statistics.examples import choose


def scores(cells: dict[tuple[str, float, str, int], int]) -> pd.DataFrame:
    rows = [(*cell, numeric) for cell, numeric in cells.items()]
    return pd.DataFrame(rows, columns=["model", "temperature", "question_id", "sample", "numeric"])


def grid(trained: list[list[int]], base: list[list[int]]) -> pd.DataFrame:
    """First samples of two models: rows are questions q0, q1, …, columns the temperatures 0.1, 0.2, …"""
    return scores(
        {
            (model, (column + 1) / 10, f"q{row}", 0): numeric
            for model, table in (("trained", trained), ("base", base))
            for row, line in enumerate(table)
            for column, numeric in enumerate(line)
        }
    )


def test_the_first_question_comes_before_a_lower_temperature():
    table = grid(trained=[[0, 0, 1], [1, 0, 0]], base=[[0, 0, 0], [0, 0, 0]])
    assert choose(table, ["q0", "q1"], "trained", "base") == (0.3, "q0")
    assert choose(table, ["q1", "q0"], "trained", "base") == (0.1, "q1")


def test_the_lowest_temperature_of_that_question_is_taken():
    table = grid(trained=[[1, 1, 1]], base=[[1, 0, 0]])
    assert choose(table, ["q0"], "trained", "base") == (0.2, "q0")


def test_there_is_no_example_where_both_are_right_or_both_wrong():
    table = grid(trained=[[1, 0]], base=[[1, 0]])
    assert choose(table, ["q0"], "trained", "base") is None


def test_later_samples_make_no_example():
    table = pd.concat([grid([[0]], [[0]]), scores({("trained", 0.1, "q0", 1): 1, ("base", 0.1, "q0", 1): 0})])
    assert choose(table, ["q0"], "trained", "base") is None
