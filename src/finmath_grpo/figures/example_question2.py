"""A question that the base got right and GRPO wrong (the post's example_question2)."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.examples import side_by_side
from finmath_grpo.figures.settings import Look


def figure(tables: Tables, look: Look) -> go.Figure:
    """Question and both completions. Table: examples.json."""
    return side_by_side(tables, look, "example_question2", "Right before GRPO, wrong after")


if __name__ == "__main__":
    run_stage(lambda: run(figure))
