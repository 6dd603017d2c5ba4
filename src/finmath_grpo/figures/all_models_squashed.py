"""Right at least once over all temperatures, by exact match (the post's all_models_squashed)."""

import plotly.graph_objects as go

from finmath_grpo.errors import run_stage
from finmath_grpo.figures.bars import at_any_temperature
from finmath_grpo.figures.draw import Tables, run
from finmath_grpo.figures.settings import Look


def figure(tables: Tables, look: Look) -> go.Figure:
    """A bar a model. Tables: accuracy, any_temperature."""
    return at_any_temperature(tables, look, "exact", "Right at any temperature, exact string match")


if __name__ == "__main__":
    run_stage(lambda: run(figure))
