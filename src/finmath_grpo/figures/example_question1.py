"""A question that GRPO got right and its base wrong (the post's example_question1)."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.examples import side_by_side
from finmath_grpo.figures.settings import Look


def figure(tables: Tables, look: Look) -> go.Figure:
    """Question and both completions. Table: examples.json."""
    return side_by_side(tables, look, "example_question1", "Right after GRPO, wrong before")


if __name__ == "__main__":
    run_stage(lambda: run(figure))
