"""The figures. Each is drawn from the tables of `statistics` and from nothing else.

`catalogue` has one entry per figure: which function draws it, from which tables, under which title. `draw` is the
command that draws one entry. A drawing function takes the tables and the look and returns a Plotly figure without a
title. Functions that several figures use are in `bars`, `curves`, `examples` and `grids`; a figure that shares
nothing has a module of its own. `tables`, `settings`, `theme` (type and frame), `colours`, `labels` (of models) and
`text` (that models wrote) serve all of them. No module imports all figures, so an edit of one redraws that one.
"""
