"""The GRPO run of the post step by step: length and the two rewards (the post's training_run_metrics)."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.curves import curves
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.theme import label


def figure(tables: Tables, look: Look) -> go.Figure:
    """The run with the post's rewards. Table: training."""
    return curves(tables, look, ["llama-grpo"], f"Training by GRPO: {label('llama-grpo', look)}")


if __name__ == "__main__":
    run_stage(lambda: run(figure))
