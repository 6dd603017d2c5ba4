"""What the format reward paid for: the forms of the completions sampled in training, and what each form earned.

For a run, the figure shows the share and the mean reward of each form over the steps. The post published no
completions, so its figure argues from the rewards: they settle at what an inline answer earns, and before that they
follow the length.
"""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from finmath_grpo.figures.colours import INK, PAPER, faint
from finmath_grpo.figures.labels import characters, colour, in_order, label, lines_of
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import Tables
from finmath_grpo.figures.theme import frame, legend_over_titles, panel_titles
from finmath_grpo.numerals import rounded

FORMS = {
    "template_newline": ("template, newline at its end", "#0F6F6A"),
    "template": ("template", "#1AB692"),
    "half_inline": ("answer half inline", "#F5F046"),
    "inline": ("answer inline", "#C06603"),
    "no_tags": ("no tags", "#B6E0FD"),
    "other": ("other", "#0D0E2E"),
}
"""Name and colour. Any two colours are at least 15 apart by CIEDE2000, also for those that see no red or no green."""
MARKS = {
    "template_newline": ("circle-open", 12),
    "template": ("circle", 6),
    "half_inline": ("diamond", 8),
    "inline": ("square", 7),
    "no_tags": ("circle", 7),
    "other": ("x", 7),
}
"""So that equal rewards don't hide each other, and forms differ by more than colour."""
REWARDS = ("xmlcount", "template_match")
LENGTH = 1000
"""Length of the answer, in characters, at which the published figure compares the forms; about that of the post."""
STEPS_WIDTH = 0.74
"""Share of the width for the steps. The rest says what each form earns."""
JUMP, LATE = 90 / 1326, 2 / 3
"""Shares of the run: the steps before the reward jumped (90 of 1326), and where the last third begins."""


def figure(tables: Tables, look: Look) -> go.Figure:
    """Tables: reward_audit; for the numbers of the post training, reward_forms and reward_facts."""
    return by_form(tables["reward_audit"], look) if "reward_audit" in tables else from_rewards(tables, look)


def by_form(audit: pd.DataFrame, look: Look) -> go.Figure:
    """One column per run: shares of the forms, and their mean reward by each of the two format rewards."""
    models = in_order(audit.model, look)
    # Between the panels is space too, but no title may touch the next one.
    width = max(8, characters((look.width - 96) / len(models) - 8, look.font_size + 1))
    names = [label(model, look, min(40, width)) for model in models]
    more = round(1.3 * look.font_size * (lines_of(names)[0] - 1))
    panels = make_subplots(
        rows=1 + len(REWARDS),
        cols=len(models),
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=min(0.04, 0.2 / len(models)),
        vertical_spacing=0.07,
        row_heights=[0.4, 0.3, 0.3],
        column_titles=[f"<b>{name}</b>" for name in names],
    )
    panel_titles(panels, look, rise=6)
    for column, model in enumerate(models, start=1):
        run = audit[audit.model == model].assign(middle=lambda rows: (rows.step + rows.step_end) / 2)
        panel = {"hovertemplate": f"{label(model, look)}, %{{customdata}}<extra></extra>", "col": column}
        add_shares(panels, run[run.reward == "xmlcount"], stackgroup="forms", row=1, **panel)
        for row, reward in enumerate(REWARDS, start=2):
            earned = run[run.reward == reward]
            add_means_by_form(panels, earned, row=row, **panel)
            add_mean_of_all(panels, earned, showlegend=column == 1 and row == 2, row=row, **panel)
    # Squares stand for the areas and the marks alike.
    for form, (name, paint) in FORMS.items():
        # The edge is seen where the fill is not, as the darkest one in dark mode.
        marker = {"symbol": "square", "size": 14, "color": paint, "line": {"color": INK, "width": 0.8}}
        panels.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, legendgroup=form)
    entries = ["mean of all", *(name for name, _ in FORMS.values())]
    panels.update_layout(
        frame(
            look,
            "completions sampled in training, by their form; below: the mean that each form earned by each reward, "
            "whichever the run used",
            height=1.75 + more / look.height,
            legend=entries,
            above=38 + more,
        )
    )
    legend_over_titles(panels, 38 + more)
    panels.update_layout(legend={"traceorder": "normal"})
    panels.update_xaxes(range=[audit.step.min(), audit.step_end.max()])
    panels.update_xaxes(title_text="step", row=1 + len(REWARDS))
    panels.update_yaxes(title_text="completions (%)", row=1, col=1)
    panels.update_yaxes(range=[0, 100], row=1)
    for row, reward in enumerate(REWARDS, start=2):
        means = audit.loc[audit.reward == reward, "mean"]
        bottom, top = float(means.min()), float(means.max())
        panels.update_yaxes(title_text=f"reward, {reward}", row=row, col=1)
        panels.update_yaxes(range=[min(0, bottom) - 0.05, max(0.5, top) + 0.05], row=row)
    return panels


def add_shares(panels: go.Figure, rows: pd.DataFrame, **panel: Any) -> None:
    """Add an area per form: its share of the completions over the steps."""
    for form, (name, paint) in FORMS.items():
        of_form = rows[rows.form == form].sort_values("middle")
        panels.add_scatter(
            x=of_form.middle,
            y=100 * of_form.share,
            mode="lines",
            line={"width": 0.5, "color": PAPER},
            fillcolor=paint,
            name=name,
            legendgroup=form,
            showlegend=False,
            customdata=[
                f"{steps_of(row)}<br>{name}: {rounded(100 * row.share, 1)} % ({row.count_} completions)"
                for row in of_form.rename(columns={"count": "count_"}).itertuples()
            ],
            **panel,
        )


def add_means_by_form(panels: go.Figure, rows: pd.DataFrame, **panel: Any) -> None:
    """Add marks per form: what its completions earned on average, where there were any."""
    for form, (name, paint) in FORMS.items():
        symbol, size = MARKS[form]
        edge = {} if symbol.endswith("open") else {"line": {"color": INK, "width": 0.8}}
        of_form = rows[(rows.form == form) & (rows["count"] > 0)].sort_values("middle")
        panels.add_scatter(
            x=of_form.middle,
            y=of_form["mean"],
            mode="markers",
            marker={"symbol": symbol, "size": size, "color": paint, **edge},
            cliponaxis=False,
            legendgroup=form,
            showlegend=False,
            customdata=[
                f"{steps_of(row)}<br>{name}: {rounded(row.mean_, 3)} ({row.count_} completions)"
                for row in of_form.rename(columns={"count": "count_", "mean": "mean_"}).itertuples()
            ],
            **panel,
        )


def add_mean_of_all(panels: go.Figure, rows: pd.DataFrame, **panel: Any) -> None:
    """Add a line: what all completions earned on average."""
    spans = {row.middle: steps_of(row) for row in rows.itertuples()}
    total = (rows["mean"] * rows["count"]).groupby(rows.middle).sum() / rows.groupby("middle")["count"].sum()
    panels.add_scatter(
        x=total.index,
        y=total,
        mode="lines",
        line={"color": INK, "width": 2.5},
        name="mean of all",
        customdata=[f"{spans[middle]}<br>mean of all: {rounded(value, 3)}" for middle, value in total.items()],
        **panel,
    )


def from_rewards(tables: Tables, look: Look) -> go.Figure:
    """The logged format reward over the steps, beside what each form earns, and over completion length."""
    log = tables["training"].sort_values("step")
    model = log.model.iloc[0]
    facts = tables["reward_facts"]
    facts = facts[facts.model == model].set_index("fact")["value"]
    paint = faint(colour(model, look), 0.6)
    jump, late = round(JUMP * len(log)), round(LATE * len(log))
    panels = make_subplots(
        rows=2,
        cols=2,
        specs=[[{"colspan": 2}, None], [{}, {}]],
        vertical_spacing=0.17,
        horizontal_spacing=0.08,
        row_heights=[0.55, 0.45],
        subplot_titles=[
            f"By step: exactly {facts['format_mode']:g} in {rounded(100 * facts['format_mode_share'])} % of the steps",
            f"First {jump} steps, by length: correlation {rounded(facts['length_correlation_start'], 2)}",
            f"Last third, by length: correlation {rounded(facts['length_correlation_end'], 2)}",
        ],
    )
    panel_titles(panels, look)
    panels.layout.annotations[0].x = STEPS_WIDTH / 2
    panels.add_scatter(
        x=log.step,
        y=log.format_reward,
        mode="markers",
        marker={"size": 4, "color": paint},
        customdata=[rounded(value, 3) for value in log.format_reward],
        hovertemplate="step %{x}: %{customdata}<extra></extra>",
        row=1,
        col=1,
    )
    forms = tables["reward_forms"]
    for form in forms[forms.length == LENGTH].itertuples():
        name, shade = FORMS[form.form]
        line = {"color": shade, "width": 2, "dash": "dash"}
        panels.add_hline(y=form.xmlcount, line=line, layer="below", row=1, col=1)
        panels.add_annotation(
            x=1,
            xref="x domain",
            xanchor="left",
            xshift=8,
            y=form.xmlcount,
            yref="y",
            text=f"{name}: <b>{rounded(form.xmlcount, 2)}</b>",
            showarrow=False,
            font={"size": look.font_size - 1},
        )
    for column, part in enumerate((log.iloc[:jump], log.iloc[late:]), start=1):
        panels.add_scatter(
            x=part.completion_length,
            y=part.format_reward,
            mode="markers",
            marker={"size": 6, "color": paint},
            customdata=[
                f"step {row.step}<br>{rounded(row.completion_length)} tokens: {rounded(row.format_reward, 3)}"
                for row in part.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
            row=2,
            col=column,
        )
    panels.update_layout(
        frame(
            look,
            f"{label(model, look)}; {len(log)} steps; dashed: what xmlcount gives a completion of {LENGTH} characters, "
            f"by its form (the run's have {rounded(log.completion_length.mean())} tokens on average)",
            height=1.7,
            above=28,
        ),
        showlegend=False,
    )
    panels.update_yaxes(range=[log.format_reward.min() - 0.05, 0.6])
    panels.update_yaxes(title_text="format reward", col=1)
    lengths = [0, log.completion_length.max() * 1.03]
    panels.update_xaxes(title_text="mean completion length (tokens)", range=lengths, row=2)
    panels.update_xaxes(title_text="step", range=[0, log.step.max()], domain=[0, STEPS_WIDTH], row=1)
    return panels


def steps_of(row: Any) -> str:
    """The steps that a row is over: `step 3`, `steps 1 to 2`."""
    return f"step {row.step}" if row.step == row.step_end else f"steps {row.step} to {row.step_end}"
