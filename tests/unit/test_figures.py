"""The figures show what the tables say, the same way each time, and nothing that a text smuggles in."""

import ast
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from post import tables_of_the_post
from stages import run_stage

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.scores import OUTCOMES
from finmath_grpo.figures import agreement, catalogue, draw, reward_audit, training_cost
from finmath_grpo.figures.bars import by_temperature
from finmath_grpo.figures.catalogue import FIGURES, drawing_of, figures_of, module_of, tables_of
from finmath_grpo.figures.colours import DARK, KNOWN, PAPER, colours, ink_on
from finmath_grpo.figures.curves import curves, diagnostics
from finmath_grpo.figures.draw import Drawing, write_apart
from finmath_grpo.figures.labels import LEFT_OUT
from finmath_grpo.figures.page import write_page
from finmath_grpo.figures.pass_and_majority import figure as pass_and_majority
from finmath_grpo.figures.pass_at_k_deep import figure as pass_at_k_deep
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.tables import GivenTables, read_tables
from finmath_grpo.figures.text import block, columns, visible, wrap
from finmath_grpo.figures.theme import frame
from finmath_grpo.numerals import rounded
from finmath_grpo.prompts import fill_template
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.merge_table import COLUMNS, merge_table
from finmath_grpo.statistics.pass_at_k_deep import table_of
from finmath_grpo.statistics.reward_audit import Rollout, audit

ROOT = Path(__file__).parents[2]
PUBLISHED = figures_of("published", KNOWN, {"panel": [*KNOWN][:2], "contrast": ("llama-grpo", "llama-base")})
MODELS = [*KNOWN, "llama-grpo-s1"]
LOOK = Look(models={model: f"{model} <b>&" for model in MODELS})
HOSTILE = (
    "</script><script>alert(1)</script><b>kalın</b> <a href='javascript:alert(1)'>bağ</a> &lt; $x$ %{y} \u202e\x00"
)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The tables of the post's own numbers."""
    folder = tmp_path_factory.mktemp("published")
    tables_of_the_post(folder, bootstrap_draws=200)
    return folder


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Path:
    """The tables of a run of six models, 12 questions, three temperatures and two samples."""
    folder = tmp_path_factory.mktemp("simulated")
    rng = np.random.default_rng(0)
    questions = [f"q{number}" for number in range(12)]
    places = [(m, t, s, q) for m in MODELS for t in (0.1, 0.5, 1.0) for s in (0, 1) for q in questions]
    scores = pd.DataFrame(places, columns=["model", "temperature", "sample", "question_id"])
    scores["outcome"] = rng.choice(OUTCOMES, len(scores))
    scores["exact"] = scores["numeric"] = (scores.outcome == "right").astype(int)
    scores["no_punctuation"] = scores.outcome.isin(["right", "separators"]).astype(int)
    right = scores.numeric
    scores = scores.assign(test="t1", tagged=1, readable=1, tag_optional=right, lenient=scores.no_punctuation)
    scores = scores.assign(extracted="12,5", number="12.5", gold="12,5", value="12.5", tokens=20)
    scores = pd.concat([scores, scores[(scores.temperature == 0.5) & (scores["sample"] == 0)].assign(test="t2")])
    scores.to_csv(folder / "scores.csv", index=False)
    same = {"unit": "", "family": "", "question": "?", "answer": "12,5", "answer_unit": "", "value": "12.5"}
    rows = [{"id": question, **same} for question in questions]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = run_stage(
        *("statistics.from_scores", "--settings", json.dumps({"bootstrap_draws": 200}), "--models", *MODELS),
        *("--names", "t1", "t2", "--tests", folder / "test.jsonl", folder / "test.jsonl"),
        *("--scores", folder / "scores.csv", "--tables", folder),
    )
    assert done.returncode == 0, done.stderr

    texts = [fill_template("Çözüm", "5"), fill_template("Çözüm", "5").rstrip(), "<cevap>5</cevap>", "5"]
    rollouts = [
        Rollout(step=step, question_id="q1", completion=text, rewards={}, advantage=0.0)
        for step in range(8)
        for text in texts
    ]
    audits = [audit(model, iter(rollouts)) for model in ("llama-grpo", "llama-grpo-fixed")]
    pd.concat(audits).to_csv(folder / "reward_audit.csv", index=False)
    log = pd.DataFrame({"step": range(8), "completion_length": 20.0, "correctness_reward": 0.5, "format_reward": 0.25})
    log = log.assign(reward=0.75, entropy=0.5, frac_reward_zero_std=0.2)
    measured = ["validation_accuracy", "validation_low", "validation_high", "validation_readable", "sampling_mismatch"]
    log.loc[log["step"] % 4 == 0, measured] = 0.4, 0.3, 0.55, 0.9, 0.01
    runs = [log.assign(model=model) for model in ("llama-grpo", "llama-grpo-fixed")]
    pd.concat(runs).to_csv(folder / "training.csv", index=False)
    costs = [run.assign(rollouts=6 * (run["step"] + 1), seconds=2.5 * (run["step"] + 1)) for run in runs]
    pd.concat(costs).to_csv(folder / "training_cost.csv", index=False)
    sides = [
        {
            "model": model,
            "text": HOSTILE,
            "right": model == "llama-grpo",
            "outcome": "right" if model == "llama-grpo" else "wrong",
        }
        for model in ("llama-grpo", "llama-base")
    ]
    example = {"question_id": "q1", "question": HOSTILE, "gold": "12,5", "temperature": 0.1, "sides": sides}
    none = {"figure": "example_question2", "reason": "llama-base solved no question at which llama-grpo failed"}
    examples = [{"figure": "example_question1", **example}, none]
    (folder / "examples.json").write_text(json.dumps(examples), encoding="utf-8")
    tensors = {
        f"model.layers.{layer}.{part}.weight": {**dict.fromkeys(COLUMNS, 0.01), "gain": 0.9, "cosine": 0.8}
        for layer in range(3)
        for part in ("self_attn.q_proj", "mlp.down_proj")
    }
    shutil.copy("data/recorded/scorer_audit.csv", folder)
    merged = merge_table({model: {"tensors": tensors} for model in ("llama-grpo", "gemma-dpo")})
    merged.to_csv(folder / "merge.csv", index=False)
    counts = {"llama-base": rng.integers(0, 9, 12), "llama-grpo": rng.integers(0, 9, 12)}
    table_of(counts, 8, 1.0, Families.single(12), 0.95).to_csv(folder / "pass_at_k_deep.csv", index=False)
    return folder


@cache
def drawn(figure: str, folder: Path, kind: str = "run") -> go.Figure:
    """The figure from those tables of `folder` that its entry lists, and from no other. Nobody changes it."""
    tables = read_tables([folder / table for table in tables_of(figure, kind)])
    return draw.draw(Drawing.model_validate_json(drawing_of(figure)), tables, LOOK)


def command(figure: str, folder: Path, to: Path) -> list[object]:
    """The command line that draws the figure of the tables in `folder`, as the rule has it."""
    options = ["--experiment", "tiny", "--entry", drawing_of(figure), "--look", LOOK.model_dump_json()]
    outputs = ["--png", to / f"{figure}.png", "--html", to / f"{figure}.html"]
    return ["figures.draw", *options, "--tables", *(folder / table for table in tables_of(figure, "run")), *outputs]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_a_run_needs_no_table_but_those_of_its_entry(figure, simulated):
    assert drawn(figure, simulated).data or "examples" in module_of(figure)


@pytest.mark.parametrize("figure", PUBLISHED)
def test_the_numbers_of_the_post_are_enough_for_its_figures(figure, published):
    assert drawn(figure, published, "published").data


def test_the_figures_of_the_post_and_of_a_run_are_these():
    post = {"training_run_metrics", "grpo_vs_base", "gemma_vs_dpo", "all_models", "all_models_squashed"}
    post |= {"all_models_squashed_no_punctuation", "model_comparison_heatmap", "combined_model_comparison_heatmap"}
    assert set(PUBLISHED) == post | {"accuracy_by_temperature", "paired_differences", "agreement", "reward_audit"}
    everything = {"panel": KNOWN, "contrast": ("llama-grpo", "llama-base")}
    everything |= {"grpo": ["llama-grpo", "llama-grpo-fixed"], "timed": ["llama-grpo", "llama-grpo-fixed"]}
    everything |= {"merged": ["llama-grpo"], "deep": ["llama-base", "llama-grpo"], "audited": KNOWN}
    assert figures_of("run", KNOWN, everything) == [*FIGURES]


@pytest.mark.parametrize(
    ("absent", "models", "given"),
    [
        ({"grpo_vs_base"}, {"llama-grpo", "gemma-it", "gemma-dpo"}, {}),
        ({"gemma_vs_dpo"}, {"llama-base", "llama-grpo", "gemma-it"}, {}),
        ({"training_run_metrics"}, {*KNOWN, "mine"}, {"grpo": ["mine"]}),
        ({"training_cost"}, {*KNOWN}, {"timed": ["llama-grpo"]}),
        (
            {"training_run_metrics", "training_runs", "training_diagnostics", "reward_audit", "training_cost"},
            {*KNOWN},
            {"grpo": [], "timed": []},
        ),
        ({"scorer_audit"}, {*KNOWN}, {"audited": []}),
        (
            {"example_question1", "example_question2", "paired_differences", "gain_by_cause"},
            {*KNOWN},
            {"contrast": ()},
        ),
        (
            {
                *("all_models", "all_models_squashed", "all_models_squashed_no_punctuation"),
                *("model_comparison_heatmap", "combined_model_comparison_heatmap"),
            },
            {*KNOWN},
            {"panel": ["none-of-these"]},
        ),
    ],
)
def test_an_experiment_lacks_exactly_the_figures_that_it_has_no_models_for(absent, models, given):
    run = {"panel": ["llama-grpo"], "contrast": ("llama-grpo", "gemma-it"), "grpo": KNOWN, "timed": KNOWN}
    run |= {"merged": KNOWN, "deep": KNOWN, "audited": KNOWN}
    expected = set(FIGURES) - absent - (set() if "gemma-dpo" in models else {"gemma_vs_dpo"})
    expected -= set() if "llama-base" in models else {"grpo_vs_base"}
    assert set(figures_of("run", models, {**run, **given})) == expected


def test_an_experiment_of_one_model_compares_nothing():
    assert figures_of("run", ["mine"], {}) == [
        *("accuracy_by_temperature", "accuracy_by_test", "outcomes", "pass_and_majority"),
    ]


def test_each_figure_has_a_title_of_its_own_and_words_for_who_cannot_see_it():
    assert len({entry.title for entry in FIGURES.values()}) == len(FIGURES)
    assert all(entry.alt.endswith(".") and len(entry.alt) > 60 for entry in FIGURES.values())
    assert {entry.group for entry in FIGURES.values()} == set(catalogue.GROUPS)


def test_a_drawing_depends_on_its_own_title_and_on_no_other_text(monkeypatch):
    before = {figure: drawing_of(figure) for figure in FIGURES}
    entry = FIGURES["outcomes"]
    monkeypatch.setitem(FIGURES, "outcomes", replace(entry, alt="Other words.", group="Examples"))
    assert {figure: drawing_of(figure) for figure in FIGURES} == before
    monkeypatch.setitem(FIGURES, "outcomes", replace(entry, title="Another title"))
    assert {figure for figure in FIGURES if drawing_of(figure) != before[figure]} == {"outcomes"}


def test_a_table_that_is_not_given_is_named():
    with pytest.raises(UserError, match="solved is not among the tables given"):
        GivenTables()["solved"]


def test_the_code_that_draws_a_figure_has_neither_the_catalogue_nor_another_figure_in_it():
    drawing = {module_of(figure) for figure in FIGURES}
    for module in {*drawing, "finmath_grpo.figures.draw"}:
        tree = ast.parse((ROOT / "src" / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        # accuracy_by_temperature has its rows and words from bars.
        others = {*drawing, "finmath_grpo.figures.catalogue"} - {"finmath_grpo.figures.bars"}
        assert not imported & others, module


def test_reading_the_catalogue_loads_no_plotting():
    code = (
        "import sys, finmath_grpo.figures.catalogue; print(sorted({'plotly', 'pandas', 'kaleido'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_curves_of_many_tries_and_their_bands_are_those_of_the_table_and_the_caption_says_where_they_cross():
    table = pd.DataFrame(
        [
            ("llama-base", np.nan, 1, 0.2, 0.1, 0.3, np.nan),
            ("llama-base", np.nan, 2, 0.5, 0.4, 0.6, np.nan),
            ("llama-grpo", np.nan, 1, 0.3, 0.2, 0.4, np.nan),
            ("llama-grpo", np.nan, 2, 0.4, 0.3, 0.5, np.nan),
            ("llama-grpo", "llama-base", 1, 0.1, 0.0, 0.2, 2),
            ("llama-grpo", "llama-base", 2, -0.1, -0.2, -0.05, 2),
        ],
        columns=["model", "against", "k", "value", "low", "high", "crossing"],
    ).assign(test="t1", temperature=1.0, questions=100, samples=2, interval="wilson, families")
    shown = pass_at_k_deep(GivenTables({"pass_at_k_deep": table}), LOOK)
    lines = {(line.name, line.xaxis): line for line in shown.data if line.name}
    assert list(lines["llama-grpo &lt;b&gt;&amp;", "x2"].y) == [10, -10]
    bands = [band for band in shown.data if band.fill == "toself"]
    assert (list(bands[0].x), list(bands[0].y)) == ([1, 2, 2, 1], [30, 60, 40, 10])
    assert "is below its base from k = 2 on" in shown.layout.title.subtitle.text.replace("<br>", " ")
    never = pass_at_k_deep(GivenTables({"pass_at_k_deep": table.assign(crossing=np.nan)}), LOOK)
    assert "not below its base at any k up to 2" in never.layout.title.subtitle.text.replace("<br>", " ")


@pytest.mark.parametrize("figure", ["grpo_vs_base", "gemma_vs_dpo", "all_models"])
def test_bars_by_temperature_are_the_percentages_of_the_table(figure, simulated):
    accuracy = pd.read_csv(simulated / "accuracy.csv")
    accuracy = accuracy[(accuracy.test == "t1") & (accuracy.scorer == "exact")].set_index(["model", "temperature"])
    by_colour = {colour: model for model, colour in KNOWN.items()}
    traces = drawn(figure, simulated).data
    for bar, *lines in zip(traces[::3], traces[1::3], traces[2::3], strict=True):
        rows = accuracy.loc[by_colour[bar.marker.color]]
        assert list(bar.y) == pytest.approx(list(100 * rows.accuracy), abs=1e-3)
        for line in lines:
            assert (list(line.x), list(line.y)) == (list(bar.x), list(bar.y))
            assert list(np.array(line.y) + line.error_y.array) == pytest.approx(list(100 * rows.high), abs=1e-3)
            assert list(np.array(line.y) - line.error_y.arrayminus) == pytest.approx(list(100 * rows.low), abs=1e-3)


@pytest.mark.parametrize("figure", ["all_models", "accuracy_by_test"])
def test_every_bar_has_its_value_under_it_also_one_of_nothing(figure, simulated):
    shown = drawn(figure, simulated)
    bars = [trace for trace in shown.data if trace.type == "bar"]
    texts = {note.x: note.text for note in shown.layout.annotations}
    values = {x: y for bar in bars for x, y in zip(bar.x, bar.y, strict=True)}
    assert {x: int(text) for x, text in texts.items()} == {x: int(y + 0.5) for x, y in values.items()}
    assert 0 in values.values() or figure == "all_models"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        *((39.5, 0, "40"), (38.5, 0, "39"), (22.5, 0, "23"), (100 * 0.285, 0, "29"), (100 * 0.145, 0, "15")),
        *((-10.25, 1, "−10.3"), (0.25, 1, "0.3"), (-0.04, 1, "0.0"), (1e-9, 2, "0.00"), (99.95, 1, "100.0")),
    ],
)
def test_a_half_is_rounded_up_in_size_and_nothing_has_no_sign(value, digits, text):
    assert rounded(value, digits) == text


def test_hatched_and_plain_parts_add_up_to_the_score_without_punctuation(published):
    table = pd.read_csv(published / "any_temperature.csv").set_index(["scorer", "model"]).accuracy
    plain, hatched, *_ = drawn("all_models_squashed_no_punctuation", published, "published").data
    models = ["llama-base", "llama-grpo", "gemma-it", "gemma-dpo"]
    assert list(plain.x) == pytest.approx([100 * table["exact", model] for model in models])
    assert list(np.add(plain.x, hatched.x)) == pytest.approx([100 * table["no_punctuation", model] for model in models])


def test_the_grids_of_the_post_come_out_as_published(published):
    numbers = json.loads((ROOT / "data/published/published.json").read_text(encoding="utf-8"))
    grids = numbers["correct_at_any_temperature_grid_10x10"]
    shown = [trace.z for trace in drawn("model_comparison_heatmap", published, "published").data]
    assert sorted(map(str, ([list(row) for row in grid] for grid in shown))) == sorted(map(str, grids.values()))
    combined = drawn("combined_model_comparison_heatmap", published, "published").data[0].z
    assert np.array_equal(np.array(combined), sum(np.array(grid) for grid in grids.values()))


def test_a_test_set_that_does_not_fill_its_last_row_leaves_cells_empty(simulated):
    grid = drawn("combined_model_comparison_heatmap", simulated).data[0].z
    assert [value is None for value in grid[1]] == [False] * 2 + [True] * 8


@pytest.mark.parametrize("figure", FIGURES)
def test_every_mark_has_its_numbers_in_a_text_under_the_pointer(figure, simulated):
    traces = [t for t in drawn(figure, simulated).data if t.x is None or [*t.x] != [None]]
    marks = [trace for trace in traces if trace.hoverinfo != "skip"]
    assert marks or "examples" in module_of(figure)
    for trace in marks:
        assert "%{y:" not in "".join(trace.hovertemplate), "rounded by Plotly, and not half up"
        texts = trace.text if trace.type == "heatmap" and trace.text is not None else trace.customdata
        texts = trace.hovertemplate if texts is None else texts
        texts = [texts] if isinstance(texts, str) else np.ravel(np.array(texts, dtype=object))
        assert all(re.search(r"\d", text) or "solved" in text for text in texts if text), texts
    # What has none is an interval, whose ends are in the text of its mark.
    silent = [trace for trace in traces if trace.hoverinfo == "skip"]
    assert all(trace.marker.opacity == 0 or trace.mode == "lines" for trace in silent)


def test_right_at_any_temperature_says_that_the_first_completion_counts(simulated):
    any_temperature = ["all_models_squashed", "all_models_squashed_no_punctuation", "agreement", "paired_differences"]
    for figure in [*any_temperature, "model_comparison_heatmap", "combined_model_comparison_heatmap"]:
        caption = drawn(figure, simulated).layout.title.subtitle.text.replace("<br>", " ")
        assert "first completion of each counts" in caption, figure


def crowd(count: int) -> Look:
    """A look with so many models, whose names are short and long ones."""
    names = [
        "Llama 100M",
        "Llama 100M + GRPO",
        "Turkish-Llama-8b-DPO-v0.1",
        "Llama 100M + GRPO fixed, not merged, seed 1",
    ]
    return Look(models={f"m{place}": names[place % len(names)] for place in range(count)})


def extent(names: Sequence[str], size: float) -> tuple[float, float]:
    """The height and width in pixels of the largest name: a line takes 1.2 of the size, and a character about 0.6."""
    lines = [name.split("<br>") for name in names]
    return 1.2 * size * max(map(len, lines)), 0.6 * size * max(len(line) for parts in lines for line in parts)


@pytest.mark.parametrize("count", [2, 4, 6, 8, 12, 20])
def test_the_names_of_the_agreement_stay_apart_and_below_the_caption(count, simulated):
    look = crowd(count)
    row = pd.read_csv(simulated / "agreement.csv").query("scorer == 'numeric'").iloc[0]
    pairs = [{**row, "model_a": a, "model_b": b} for a, b in itertools.permutations(look.models, 2)]
    tables = {"agreement": pd.DataFrame(pairs), "panel": pd.read_csv(simulated / "panel.csv")}
    layout = agreement.figure(tables, look).layout
    # A line may also end inside a word that is longer than it.
    whole = [re.sub("<br>|\\s", "", name) for name in layout.xaxis.ticktext]
    assert whole == [name.replace(" ", "") for name in look.models.values()]
    size = layout.xaxis.tickfont.size
    high, wide = extent(layout.yaxis.ticktext, size)
    assert high <= (layout.height - layout.margin.t - layout.margin.b) / count
    cell = (layout.width - wide - layout.margin.r - 90) / count
    high, wide = extent(layout.xaxis.ticktext, size)
    across, up = (wide, high) if layout.xaxis.tickangle == 0 else (high, wide)
    assert across <= cell and up <= layout.margin.t - layout.meta["heading"]


@pytest.mark.parametrize("count", [1, 2, 6, 10])
def test_the_titles_of_the_runs_whose_rewards_are_audited_stay_apart_and_below_the_legend(count, simulated):
    look = crowd(count)
    table = pd.read_csv(simulated / "reward_audit.csv").query("model == 'llama-grpo'")
    found = reward_audit.figure({"reward_audit": pd.concat([table.assign(model=model) for model in look.models])}, look)
    layout = found.layout
    size = layout.annotations[0].font.size
    high, wide = extent([re.sub("</?b>", "", note.text) for note in layout.annotations], 1.08 * size)
    assert wide <= (layout.width - 96) / count
    inside = layout.height - layout.margin.t - layout.margin.b
    assert high <= (layout.legend.y - 1) * inside


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("sign", ["n", "n n"])
def test_the_longest_labels_stay_in_the_figure_and_leave_room_for_it(figure, sign, simulated):
    look = Look(models={model: f"{place} {sign * 80}"[:80] for place, model in enumerate(MODELS)})
    tables = read_tables([simulated / table for table in tables_of(figure, "run")])
    layout = draw.draw(Drawing.model_validate_json(drawing_of(figure)), tables, look).layout
    axes = [value for key, value in layout.to_plotly_json().items() if key.startswith("xaxis")]
    side_by_side = len({tuple(axis["domain"]) for axis in axes if "domain" in axis}) or 1
    for note in layout.annotations:
        text = unescape(re.sub("</?(b|span)[^>]*>", "", note.text.replace("<br>", "\n")))
        _, wide = extent([text.replace("\n", "<br>")], note.font.size or look.font_size)
        of_panel = note.xref == "paper" and note.xanchor == "center"
        assert wide <= (layout.width / side_by_side if of_panel else layout.width - 52), text
    if layout.legend.entrywidth:
        assert layout.legend.entrywidth + 44 <= layout.width - layout.margin.l - layout.margin.r
    assert layout.height - layout.margin.t - layout.margin.b >= 0.3 * look.height or "examples" in module_of(figure)


def test_a_legend_of_many_rows_makes_the_figure_higher_and_not_the_plot_flat():
    layout = frame(Look(), "caption", legend=["n" * 80] * 20)
    assert layout.margin.t > 20 * 15 and layout.height - layout.margin.t - layout.margin.b >= 200


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_can_be_as_narrow_and_its_letters_as_large_as_the_settings_allow(figure, simulated):
    look = Look(width=800, height=300, font_size=30, models=LOOK.models)
    tables = read_tables([simulated / table for table in tables_of(figure, "run")])
    assert draw.draw(Drawing.model_validate_json(drawing_of(figure)), tables, look).layout.width == 800


def test_no_model_s_name_is_one_that_an_object_of_javascript_has(simulated):
    """Plotly keeps stacks of areas in an object by their name, and found its `constructor` there."""
    table = pd.read_csv(simulated / "reward_audit.csv").assign(model="constructor")
    areas = reward_audit.figure({"reward_audit": table}, LOOK).data
    assert {area.stackgroup for area in areas} == {None, "forms"}


def test_figures_of_a_panel_say_that_the_experiment_has_further_models(simulated):
    panel = {"all_models", "all_models_squashed", "model_comparison_heatmap", "combined_model_comparison_heatmap"}
    for figure in panel:
        assert "4 of the experiment's 6 models" in drawn(figure, simulated).layout.title.subtitle.text
    whole = LOOK.model_copy(update={"models": {model: model for model in LOOK.panel}})
    tables = read_tables([simulated / table for table in tables_of("all_models", "run")])
    assert "models;" not in by_temperature(tables, whole).layout.title.subtitle.text


@pytest.mark.parametrize("kind", ["run", "published"])
def test_a_p_in_the_figure_is_that_of_the_table_as_the_claims_write_it(kind, simulated, published):
    folder = published if kind == "published" else simulated
    table = pd.read_csv(folder / "contrasts.csv").query("test == 't1' and at in ['mean', 'any']")
    table = table[table.scorer.isin(["exact", "numeric"])]
    expected = sorted(table.p_holm.fillna(table.p))
    shown = drawn("paired_differences", folder, kind)
    notes = [re.sub("</?b>", "", note.text) for note in shown.layout.annotations]
    written = sorted(float(note.removeprefix("p = ")) for note in notes if note.startswith("p = "))
    # Two digits, and more where they would tell another side of 0.05.
    assert written == pytest.approx(expected, rel=0.05)
    assert [p < 0.05 for p in written] == [p < 0.05 for p in expected]
    caption = shown.layout.title.subtitle.text.replace("<br>", " ")
    assert "Holm-corrected over the" in caption
    assert ("not corrected for the primary contrast (bold)" in caption) == (kind == "run")


def test_lines_that_a_figure_lacks_are_not_explained(simulated):
    tables = read_tables([simulated / table for table in tables_of("pass_and_majority", "run")])
    one = tables["pass_and_majority"].query("measure not in ['pass', 'majority'] or k == 1")
    caption = pass_and_majority({"pass_and_majority": one}, LOOK).layout.title.subtitle.text.replace("<br>", " ")
    assert "marks: k completions at one temperature" in caption and "solid" not in caption
    none = one.query("measure in ['pass', 'majority']")
    caption = pass_and_majority({"pass_and_majority": none}, LOOK).layout.title.subtitle.text
    assert "spread over temperatures" not in caption and "95\u00a0% Wilson interval" in caption


@pytest.mark.parametrize("name", ["accuracy_by_test", "outcomes", "pass_and_majority", "gain_by_cause"])
def test_no_number_under_the_pointer_is_rounded_by_the_browser_whose_halves_go_down(name, simulated):
    # In JavaScript as in Python 100 * 0.1645 is 16.449999999999999, which a table writes as 16.5.
    look = LOOK.model_copy(update={"runs": {MODELS[0]: (MODELS[0], MODELS[1])}})
    tables = read_tables([simulated / table for table in tables_of(name, "run")])
    shown = draw.draw(Drawing.model_validate_json(drawing_of(name)), tables, look)
    templates = [trace.hovertemplate for trace in shown.data if getattr(trace, "hovertemplate", None)]
    assert not re.search(r"%\{[a-z]+:", json.dumps([list(map(str, np.atleast_1d(each))) for each in templates]))


def test_axes_end_where_the_data_end(simulated):
    for figure in ("grpo_vs_base", "all_models", "all_models_squashed", "accuracy_by_temperature", "pass_and_majority"):
        table = pd.read_csv(simulated / tables_of(figure, "run")[0 if "squashed" not in figure else 1])
        table = table[table.test == "t1"]
        axis = drawn(figure, simulated).layout["xaxis" if "squashed" in figure else "yaxis"]
        assert axis.range[1] <= max(102, 104 * table.high.max()), figure


def test_training_shows_the_run_of_the_post_by_itself_and_all_runs_together(simulated):
    colours_of = {
        figure: {trace.line.color for trace in drawn(figure, simulated).data} for figure in FIGURES if "train" in figure
    }
    assert KNOWN["llama-grpo-fixed"] not in colours_of["training_run_metrics"]
    assert {KNOWN["llama-grpo"], KNOWN["llama-grpo-fixed"]} < colours_of["training_runs"]


def test_outcomes_of_a_model_add_up_to_all_its_completions(simulated):
    bars = drawn("outcomes", simulated).data
    assert np.sum([bar.x for bar in bars], axis=0) == pytest.approx(np.full(len(MODELS), 100))
    counts = [[int(re.search(r"\((\d+) of 72\)", text)[1]) for text in bar.customdata] for bar in bars]
    assert np.sum(counts, axis=0).tolist() == [72] * len(MODELS)


def test_the_bars_of_a_contrast_are_the_parts_of_the_table_and_add_up_to_the_diamond(simulated):
    table = pd.read_csv(simulated / "decomposition.csv").query("test == 't1'").set_index("part")
    traces = drawn("gain_by_cause", simulated).data
    shown = {trace.name.split(":")[0]: trace for trace in traces if trace.name}
    lines = {tuple(trace.x): trace.error_x.array for trace in traces if trace.error_x.array is not None}
    for part, name in {
        "total": "as scored",
        **{part: part for part in ("format", "separators", "mathematics")},
    }.items():
        assert list(shown[name].x) == pytest.approx(list(100 * table.loc[part, "value"]))
        ends = np.array(shown[name].x) + lines[tuple(shown[name].x)]
        assert list(ends) == pytest.approx(list(100 * table.loc[part, "high"]))
    parts = sum(np.array(shown[part].x) for part in ("format", "separators", "mathematics"))
    assert parts == pytest.approx(np.array(shown["as scored"].x), abs=1e-3)


def test_runs_are_thin_lines_and_dots_in_the_colour_of_their_model(simulated, tmp_path):
    """As if two of the models were further runs of `llama-grpo`."""
    runs = ("llama-grpo", "llama-grpo-fixed", "llama-grpo-s1")
    options = ("--settings", json.dumps({"bootstrap_draws": 100, "contrasts": [["llama-grpo", "llama-base"]]}))
    done = run_stage(
        *("statistics.from_scores", *options, "--models", *MODELS, "--names", "t1", "t2"),
        *("--runs", json.dumps({"llama-grpo": {run: run for run in runs}})),
        *("--tests", simulated / "test.jsonl", simulated / "test.jsonl"),
        *("--scores", simulated / "scores.csv", "--tables", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "training.csv").write_bytes((simulated / "training.csv").read_bytes())
    look = LOOK.model_copy(update={"runs": {"llama-grpo": runs}})

    def figure(name: str) -> go.Figure:
        tables = read_tables([tmp_path / table for table in tables_of(name, "run")])
        return draw.draw(Drawing.model_validate_json(drawing_of(name)), tables, look)

    traces = figure("accuracy_by_temperature").data
    by_width = {width: [trace for trace in traces if trace.line.width == width] for width in (1, 2)}
    # Three scorers: of each run a thin line without a mark, and one line per model.
    assert len(by_width[1]) == 3 * len(runs) and len(by_width[2]) == 3 * (len(MODELS) - 2)
    accuracy = pd.read_csv(tmp_path / "accuracy.csv").query("test == 't1' and model in @runs")
    for scorer in ("exact", "numeric"):
        means = 100 * accuracy[accuracy.scorer == scorer].groupby("temperature").accuracy.mean()
        assert any(trace.y == pytest.approx(tuple(means), abs=1e-3) for trace in by_width[2])
    blue = tuple(int(KNOWN["llama-grpo"][place : place + 2], 16) for place in (1, 3, 5))
    assert {trace.line.color for trace in by_width[1]} == {f"rgba({blue[0]},{blue[1]},{blue[2]},0.55)"}

    table = pd.read_csv(tmp_path / "runs.csv").query("test == 't1' and against == 'llama-base' and run != 'all'")
    [dots] = [
        trace for trace in figure("gain_by_cause").data if trace.type == "scatter" and trace.marker.symbol == "circle"
    ]
    shown = table[(table["at"] == "mean") & table.metric.isin(["numeric", "format", "separators", "mathematics"])]
    assert sorted(dots.x) == pytest.approx(sorted(100 * shown.value), abs=1e-3) and len(dots.x) == 12

    for name in ("gain_by_cause", "paired_differences"):
        caption = figure(name).layout.title.subtitle.text.replace("<br>", " ")
        assert "over training runs too where a model has several" in caption

    lines = figure("training_runs").data
    assert {trace.name for trace in lines if trace.line.width == 2.4} == {"llama-grpo &lt;b&gt;&amp;"}
    assert len(lines) == 3 * (2 + 1)  # of the runs, two have a log


@pytest.mark.parametrize("name", ["accuracy_by_temperature", "accuracy_by_test", "outcomes", "pass_and_majority"])
def test_overviews_leave_out_what_was_not_merged_and_say_so(name, simulated):
    tables = read_tables([simulated / table for table in tables_of(name, "run")])
    drawing = Drawing.model_validate_json(drawing_of(name))

    def shown(*unmerged: str) -> str:
        figure = draw.draw(drawing, tables, LOOK.model_copy(update={"unmerged": unmerged}))
        return json.dumps(figure.to_dict()).replace("<br>", " ")

    whole, rest, alone = shown(), shown(MODELS[-1]), shown(*MODELS)
    assert MODELS[-1] in whole and MODELS[-1] not in rest and MODELS[0] in rest
    assert LEFT_OUT in rest and LEFT_OUT not in whole
    # Where there is nothing else, nothing is left out, and nothing is said.
    assert alone == whole == shown("no-such-model")


def test_contrasts_with_what_was_not_merged_are_among_the_paired_differences_alone(simulated):
    look = LOOK.model_copy(update={"unmerged": ("gemma-dpo",)})
    for name, shown in {"gain_by_cause": False, "paired_differences": True}.items():
        tables = read_tables([simulated / table for table in tables_of(name, "run")])
        drawing = Drawing.model_validate_json(drawing_of(name))
        whole, rest = (json.dumps(draw.draw(drawing, tables, with_look).to_dict()) for with_look in (LOOK, look))
        assert "gemma-dpo" in whole and ("gemma-dpo" in rest) is shown
        assert (LEFT_OUT in rest.replace("<br>", " ")) is not shown and LEFT_OUT not in whole.replace("<br>", " ")


def test_what_is_left_out_of_an_overview_moves_no_axis(simulated):
    tables = read_tables([simulated / table for table in tables_of("accuracy_by_temperature", "run")])
    high = tables["accuracy"].groupby("model").high.max()
    best, others = high.idxmax(), high.drop(high.idxmax()).max()
    look = LOOK.model_copy(update={"unmerged": (best,)})
    figure = draw.draw(Drawing.model_validate_json(drawing_of("accuracy_by_temperature")), tables, look)
    assert high[best] > others and figure.layout.yaxis.range[1] == pytest.approx(min(100, 103 * others))


def test_tests_stand_side_by_side_and_the_other_figures_show_the_first(simulated):
    figure = drawn("accuracy_by_test", simulated)
    table = pd.read_csv(simulated / "pass_and_majority.csv")
    table = table[(table.scorer == "numeric") & (table.measure == "pass") & (table.k == 1) & (table["at"] == "mean")]
    values = table.set_index(["model", "test"])["value"]
    by_colour = {colour: model for model, colour in colours(MODELS).items()}
    for bar in (trace for trace in figure.data if trace.type == "bar"):
        expected = [100 * values[by_colour[bar.marker.color], test] for test in ("t1", "t2")]
        assert list(bar.y) == pytest.approx(expected)
    assert [text.split("<br>")[0][:2] for text in figure.layout.xaxis.ticktext] == ["T1", "T2"]
    ceilings = [trace for trace in figure.data if trace.type == "scatter" and trace.line.dash == "dash"]
    assert [set(trace.y) for trace in ceilings] == [{100}, {100}]
    assert "exact can reach 100 %" in drawn("all_models", simulated).layout.title.subtitle.text


def test_a_model_has_one_colour_and_a_new_one_changes_no_other():
    assert {model: colours(MODELS)[model] for model in KNOWN} == KNOWN
    extended = colours([*MODELS, "llama-grpo-s2"])
    assert {model: extended[model] for model in MODELS} == colours(MODELS)
    assert len(set(extended.values())) == len(extended)


@pytest.mark.parametrize("colour", KNOWN.values())
def test_numbers_in_bars_are_readable_on_every_colour(colour):
    assert ink_on(colour) == ("#FFFFFF" if colour == "#0072B2" else "#000000")


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_wrapping_keeps_every_character_but_spaces_at_the_break(text, width):
    lines = wrap(visible(text), width)
    assert all(columns(line) <= width for line in lines)
    assert re.sub("[ \n]", "", "".join(lines)) == re.sub("[ \n]", "", visible(text))


@given(st.text(), st.integers(min_value=30, max_value=80), st.integers(min_value=4, max_value=20))
def test_a_block_is_literal_text_of_limited_size(text, width, limit):
    lines = block(text, width, limit)
    assert len(lines) <= limit
    joined = "".join(lines)
    assert "<" not in joined and "%{" not in joined and not re.search("&(?!amp;|lt;|gt;|#123;)", joined)
    joined.encode("utf-8")


def test_a_long_text_loses_its_middle_and_says_how_much():
    lines = block("\n".join(f"satır {number}" for number in range(100)), 40, 10)
    assert lines[0] == "satır\u00a00" and lines[-1] == "satır\u00a099"
    assert "[…\u00a091\u00a0lines,\u00a0724\u00a0characters\u00a0left\u00a0out\u00a0…]" in lines


def test_indentation_is_kept():
    assert block("Faiz:\n    6000 × 0,05", 40, 10)[1].startswith("\u00a0" * 4)


def test_png_and_html_are_the_same_bytes_each_time_and_hold_no_markup_of_a_model(simulated, tmp_path):
    outputs = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        done = run_stage(*command("example_question1", simulated, folder), fresh=True)
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append([(folder / f"example_question1.{ending}").read_bytes() for ending in ("png", "html")])
    assert outputs[0] == outputs[1]
    png, html = outputs[0]
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (2000, 2 * drawn("example_question1", simulated).layout.height)
    page = html.decode()
    assert page.count("<script") == 2, "what draws, and Plotly"
    assert re.findall('src="([^"]*)"', page) == ["plotly.min.js"] and "://" not in page
    assert f"<title>{FIGURES['example_question1'].title} · tiny</title>" in page


def test_a_drawn_completion_has_every_character_that_a_model_wrote(simulated, tmp_path):
    figure = drawn("example_question1", simulated)
    options = {"format": "svg", "width": figure.layout.width, "height": figure.layout.height}
    write_apart(figure, tmp_path / "drawn.svg", options)
    svg = (tmp_path / "drawn.svg").read_text(encoding="utf-8")
    shown = ["".join(ElementTree.fromstring(text).itertext()) for text in re.findall(r"<text .*?</text>", svg)]
    written = visible(HOSTILE)
    assert len([text for text in shown if re.sub(r"\s", "", text) == re.sub(r"\s", "", written)]) == 3


def test_a_page_has_landmarks_a_way_back_and_says_what_it_lacks_without_its_script(simulated, tmp_path):
    entry, tables = drawn("outcomes", simulated), [simulated / "outcomes.csv"]
    path = tmp_path / "results" / "figures" / "outcomes.html"
    write_page(entry, path, "What <became>", "tiny", tables)
    page = path.read_text(encoding="utf-8")
    for part in ('<html lang="en">', "<header>", "<nav aria-label", "<main>", "<h1>What &lt;became&gt; <span>· tiny"):
        assert page.count(part) == 1, part
    links = re.findall('<a href="([^"]*)"', page)
    assert links[:2] == ["../report/index.html#figures", "outcomes.png"]
    assert (path.parent / links[2]).resolve() == simulated / "outcomes.csv"
    assert "72 completions per model" in page.split("<script")[0], "the caption is text of the page"
    browser = draw_browser()
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
    alone = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search('<p class="problem" id="problem">The interactive drawing is missing: it needs the file', alone)
    draw_it = "e.textContent = layout.template.layout.paper_bgcolor + data.length"
    stub = f"window.Plotly = {{react: (e, data, layout) => {{ {draw_it}; }}}};"
    (path.parent / "plotly.min.js").write_text(stub, encoding="utf-8")
    for options, paper in (([], PAPER), (["--blink-settings=preferredColorScheme=0"], DARK[PAPER])):
        whole = subprocess.run(
            [*command[:-1], *options, command[-1]], capture_output=True, text=True, check=True
        ).stdout
        assert 'id="problem" hidden' in whole
        assert f">{paper}{len(entry.data)}</div>" in whole, "the figure in the colours of the mode"


def draw_browser() -> str:
    """The Chromium that figures are drawn with."""
    return os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome") or "chromium"


def test_the_title_of_the_entry_stands_in_the_figure_as_text_and_the_subtitle_stays(simulated):
    figure = drawn("outcomes", simulated)
    subtitle = figure.layout.title.subtitle.text
    draw.set_title(figure, "Less < more & <b>", "tiny")
    assert figure.layout.title.text.startswith("Less &lt; more &amp; &lt;b&gt;  <span")
    assert figure.layout.title.text.endswith("· tiny</span>")
    assert figure.layout.title.subtitle.text == subtitle and "completions per model" in subtitle


@pytest.mark.parametrize(
    "entry", ["{}", '{"draw": "os:system", "title": "", "shell": "ls"}', '{"draw": "os.system", "title": ""}']
)
def test_an_entry_that_is_none_is_refused_in_one_line(entry, simulated, tmp_path):
    words = command("outcomes", simulated, tmp_path)
    words[words.index("--entry") + 1] = entry
    done = run_stage(*words)
    assert done.returncode == 2 and done.stderr.startswith("error: --entry: ") and done.stderr.count("\n") == 1


def test_no_bar_leaves_the_axis_though_its_model_is_not_in_the_panel():
    columns = ["model", "temperature", "scorer", "correct", "n", "low", "high", "interval"]
    rows = [
        (m, 0.5, "exact", right, 100, right / 100, right / 100, "wilson, questions")
        for m, right in (("low", 10), ("top", 90))
    ]
    tables = {"accuracy": pd.DataFrame(rows, columns=columns), "any_temperature": pd.DataFrame(rows, columns=columns)}
    bottom, top = by_temperature(tables, Look(panel=("low",)), ["top"]).layout.yaxis.range
    assert bottom < 0 and 90 <= top < 94


def test_a_run_with_one_reward_has_curves_of_that_reward_and_of_length(simulated):
    training = read_tables([simulated / "training.csv"])["training"]
    one = training.assign(format_reward=float("nan"))
    titles = {panel.text for panel in curves({"training": one}, LOOK).layout.annotations}
    assert titles == {"Completion length (tokens)", "Correctness reward"}


def test_held_out_accuracy_is_drawn_at_the_steps_where_it_was_measured_and_only_there(simulated):
    training = read_tables([simulated / "training.csv"])["training"]
    drawing = diagnostics({"training": training}, LOOK)
    titles = [panel.text for panel in drawing.layout.annotations]
    place = next(number for number, title in enumerate(titles, start=1) if title.startswith("Held-out accuracy"))
    dots = [trace for trace in drawing.data if trace.yaxis == f"y{place}"]
    assert [trace.mode for trace in dots] == ["lines+markers"] * 2
    assert all(list(trace.x) == [0, 4] and list(trace.y) == [0.4, 0.4] for trace in dots)
    assert list(dots[0].error_y.array) == pytest.approx([0.15] * 2)
    assert list(dots[0].error_y.arrayminus) == pytest.approx([0.1] * 2)
    assert len(titles) == 7
    assert "held-out: 95\xa0% interval" in drawing.layout.title.subtitle.text


def test_the_caption_of_curves_tells_of_intervals_only_where_there_are_some(simulated):
    training = read_tables([simulated / "training.csv"])["training"]
    first = training.model.iloc[0]
    one = training[training.model == first]
    runs = pd.concat([one, one.assign(model=f"{first}-seed2")])
    look = LOOK.model_copy(update={"runs": {first: (first, f"{first}-seed2")}})
    drawing = diagnostics({"training": runs}, look)
    assert all(trace.error_y.array is None for trace in drawing.data)
    assert "interval" not in drawing.layout.title.subtitle.text


def test_a_missing_browser_is_one_line_that_says_what_to_install(simulated, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    done = run_stage(*command("example_question2", simulated, tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("error: no browser") and done.stderr.count("\n") == 1
    assert "apt-get install chromium" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_browser_that_gives_no_sign_is_started_anew_and_then_told_of(tmp_path, monkeypatch, capfd):
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nexec sleep 20\n", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(browser))
    monkeypatch.setattr(draw, "PATIENCE", 1.0)
    with pytest.raises(UserError, match="gave no sign 3 times in 1 s"):
        draw.write_png(go.Figure(layout={"width": 50, "height": 50}), tmp_path / "figure.png", 1.0)
    assert capfd.readouterr().out.count("is started anew") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["browser"]


def test_drawing_loads_no_machine_learning():
    code = (
        "import sys, finmath_grpo.figures.draw, finmath_grpo.figures.bars; print({'torch', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_accuracy_by_cost_is_the_mean_of_runs_with_student_s_interval_at_their_mean_cost(simulated):
    runs = ("llama-grpo", "llama-grpo-seed1", "llama-grpo-seed2")
    rows = [
        {"model": run, "step": step, "rollouts": 6 * step, "seconds": (place + 1) * step, "reward": 1.0}
        | {"validation_accuracy": value, "validation_low": 0.0, "validation_high": 1.0}
        for place, (run, values) in enumerate(zip(runs, [(0.2, 0.5), (0.3, 0.6), (0.4, 0.7)], strict=True))
        for step, value in zip((10, 20), values, strict=True)
    ]
    look = Look(models={"llama-grpo": "GRPO"}, runs={"llama-grpo": runs})
    drawing = training_cost.figure({"training_cost": pd.DataFrame(rows)}, look)
    thick = [trace for trace in drawing.data if trace.error_y.array is not None]
    assert [list(trace.x) for trace in thick] == [[60, 120], [20, 40]]
    assert all(np.allclose(trace.y, [0.3, 0.6]) for trace in thick)
    # t(0.975, 2) = 4.30265, and the standard deviation of the runs is 0.1.
    assert all(np.allclose(trace.error_y.array, 4.30265 * 0.1 / 3**0.5) for trace in thick)
    assert len(drawing.data) == 2 * (1 + len(runs))
