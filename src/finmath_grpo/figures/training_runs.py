"""All GRPO runs step by step: the post's rewards beside ours. Each run's rewards are those that it was trained with."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.curves import curves
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.theme import in_order


def figure(tables: Tables, look: Look) -> go.Figure:
    """Every run of the table. Table: training."""
    return curves(
        tables, look, in_order(tables["training"].model, look), "Training by GRPO: every run, by its own rewards"
    )


if __name__ == "__main__":
    run_stage(lambda: run(figure))
