"""The post's four models, by temperature (the post's all_models)."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.bars import by_temperature
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.settings import Look


def figure(tables: Tables, look: Look) -> go.Figure:
    """Exact string match. Tables: accuracy, any_temperature."""
    return by_temperature(tables, look, look.panel, "All models, by temperature")


if __name__ == "__main__":
    run_stage(lambda: run(figure))
