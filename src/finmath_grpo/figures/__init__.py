"""The figures: one module each, drawn from the tables of `statistics` and from nothing else.

Every figure module has one function `figure(tables, look) -> go.Figure` and is run by itself
(`python -m finmath_grpo.figures.grpo_vs_base --help`). Shared parts: `draw` (tables in, PNG and HTML out), `theme`
(colours and type), `settings`, `text` (text that models wrote), and the drawing that several figures have in common:
`bars`, `grids`, `curves`, `examples`. No module imports all figures, so an edit of one redraws that one.
"""
