"""The figures show what the tables say, the same way each time, and nothing that a text smuggles in."""

import ast
import json
import re
import struct
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.scores import OUTCOMES
from finmath_grpo.figures.draw import Given, read_tables
from finmath_grpo.figures.settings import Look
from finmath_grpo.figures.text import block, columns, visible, wrap
from finmath_grpo.figures.theme import KNOWN, colours, ink_on
from finmath_grpo.prompts import fill_template
from finmath_grpo.statistics.reward_audit import Rollout, audit

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "rules" / "figures.smk").read_text(encoding="utf-8")
FIGURES: dict[str, list[str]] = ast.literal_eval(
    re.search(r"^FIGURES = (\{.*?^\})", RULES, re.DOTALL | re.MULTILINE)[1]
)
NOT_PUBLISHED: set[str] = ast.literal_eval(re.search(r"^NOT_PUBLISHED = (\{.*?\})", RULES, re.MULTILINE)[1])
REWARD_AUDIT: list[str] = ast.literal_eval(re.search(r"^PUBLISHED_REWARD_AUDIT = (\[.*?\])", RULES, re.MULTILINE)[1])

MODELS = [*KNOWN, "llama-grpo-s1"]
LOOK = Look(models={model: f"{model} <b>&" for model in MODELS})
HOSTILE = (
    "</script><script>alert(1)</script><b>kalın</b> <a href='javascript:alert(1)'>bağ</a> &lt; $x$ %{y} \u202e\x00"
)


def stage(module: str, *options: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", f"finmath_grpo.{module}", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The tables of the post's own numbers."""
    folder = tmp_path_factory.mktemp("published")
    labels = {"llama-base": "Turkish-Llama-8b-DPO-v0.1", "llama-grpo": "LLaMA-3-8B-GRPO-Math"}
    labels |= {"gemma-it": "gemma-2-9b-it", "gemma-dpo": "Gemma-2-9b-it-TR-DPO-V1"}
    numbers = ROOT / "data" / "published" / "published.json"
    settings = json.dumps({"bootstrap_draws": 200})
    done = stage(
        *("statistics.published", "--settings", settings, "--labels", json.dumps(labels)),
        *("--numbers", numbers, "--tables", folder),
    )
    assert done.returncode == 0, done.stderr
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
    scores = scores.assign(extracted="12,5", gold="12,5", value="12.5", tokens=20)
    scores.to_csv(folder / "scores.csv", index=False)
    rows = [{"id": question, "question": "?", "answer": "12,5"} for question in questions]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = stage(
        *("statistics.from_scores", "--settings", json.dumps({"bootstrap_draws": 200}), "--models", *MODELS),
        *("--test", folder / "test.jsonl", "--scores", folder / "scores.csv", "--tables", folder),
    )
    assert done.returncode == 0, done.stderr

    texts = [fill_template("Çözüm", "5"), fill_template("Çözüm", "5").rstrip(), "<cevap>5</cevap>", "5"]
    rollouts = [Rollout(step=step, completion=text, rewards={}) for step in range(8) for text in texts]
    audits = [audit(model, iter(rollouts)) for model in ("llama-grpo", "llama-grpo-fixed")]
    pd.concat(audits).to_csv(folder / "reward_audit.csv", index=False)
    log = pd.DataFrame({"step": range(8), "completion_length": 20.0, "correctness_reward": 0.5, "format_reward": 0.25})
    runs = [log.assign(model=model) for model in ("llama-grpo", "llama-grpo-fixed")]
    pd.concat(runs).to_csv(folder / "training.csv", index=False)
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
    return folder


def draw(figure: str, folder: Path, tables: list[str] | None = None, look: Look = LOOK) -> go.Figure:
    """The figure from those tables of `folder` that its rule lists, and from no other."""
    read = read_tables([folder / table for table in tables or FIGURES[figure]])
    return import_module(f"finmath_grpo.figures.{figure}").figure(read, look)


def command(figure: str, tables: list[Path], folder: Path) -> list[object]:
    outputs = ["--png", folder / f"{figure}.png", "--html", folder / f"{figure}.html"]
    return [
        f"figures.{figure}",
        "--experiment",
        "tiny",
        "--look",
        LOOK.model_dump_json(),
        "--tables",
        *tables,
        *outputs,
    ]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_reads_the_tables_that_its_rule_lists(figure, simulated):
    assert draw(figure, simulated).layout.title.text


@pytest.mark.parametrize("figure", sorted(set(FIGURES) - NOT_PUBLISHED))
def test_the_numbers_of_the_post_are_enough_for_its_figures(figure, published):
    assert draw(figure, published, REWARD_AUDIT if figure == "reward_audit" else None).layout.title.text


def test_a_table_that_is_not_given_is_named():
    with pytest.raises(UserError, match="solved is not among the tables given"):
        Given()["solved"]


def test_no_figure_depends_on_the_module_of_another():
    for figure in FIGURES:
        tree = ast.parse((ROOT / f"src/finmath_grpo/figures/{figure}.py").read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not imported & {f"finmath_grpo.figures.{other}" for other in FIGURES}, figure


@pytest.mark.parametrize("figure", ["grpo_vs_base", "gemma_vs_dpo", "all_models"])
def test_bars_by_temperature_are_the_percentages_of_the_table(figure, simulated):
    accuracy = pd.read_csv(simulated / "accuracy.csv")
    accuracy = accuracy[accuracy.scorer == "exact"].set_index(["model", "temperature"])
    bars = [trace for trace in draw(figure, simulated).data if trace.type == "bar"]
    by_colour = {colour: model for model, colour in KNOWN.items()}
    for bar in bars:
        rows = accuracy.loc[by_colour[bar.marker.color]]
        assert list(bar.y) == pytest.approx(list(100 * rows.accuracy), abs=1e-3)
        assert list(np.array(bar.y) + bar.error_y.array) == pytest.approx(list(100 * rows.high), abs=1e-3)
        assert list(np.array(bar.y) - bar.error_y.arrayminus) == pytest.approx(list(100 * rows.low), abs=1e-3)


def test_every_bar_has_its_value_in_it_or_above_its_whisker(published):
    figure = draw("all_models", published)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    above = [trace for trace in figure.data if trace.type == "scatter"]
    for bar, over in zip(bars, above, strict=True):
        texts = {
            **{x: text for x, text in zip(bar.x, bar.text, strict=True) if text},
            **dict(zip(over.x, over.text, strict=True)),
        }
        assert [texts[x] for x in bar.x] == [f"{value:.0f}" for value in bar.y]


def test_hatched_and_plain_parts_add_up_to_the_score_without_punctuation(published):
    table = pd.read_csv(published / "any_temperature.csv").set_index(["scorer", "model"]).accuracy
    plain, hatched = draw("all_models_squashed_no_punctuation", published).data
    models = ["llama-base", "llama-grpo", "gemma-it", "gemma-dpo"]
    assert list(plain.x) == pytest.approx([100 * table["exact", model] for model in models])
    assert list(np.add(plain.x, hatched.x)) == pytest.approx([100 * table["no_punctuation", model] for model in models])


def test_the_grids_of_the_post_come_out_as_published(published):
    numbers = json.loads((ROOT / "data/published/published.json").read_text(encoding="utf-8"))
    grids = numbers["correct_at_any_temperature_grid_10x10"]
    drawn = [trace.z for trace in draw("model_comparison_heatmap", published).data]
    assert sorted(map(str, ([list(row) for row in grid] for grid in drawn))) == sorted(map(str, grids.values()))
    combined = draw("combined_model_comparison_heatmap", published).data[0].z
    assert np.array_equal(np.array(combined), sum(np.array(grid) for grid in grids.values()))


def test_a_test_set_that_does_not_fill_its_last_row_leaves_cells_empty(simulated):
    grid = draw("combined_model_comparison_heatmap", simulated).data[0].z
    assert [value is None for value in grid[1]] == [False] * 2 + [True] * 8


def test_training_shows_the_run_of_the_post_by_itself_and_all_runs_together(simulated):
    colours_of = {
        figure: {trace.line.color for trace in draw(figure, simulated).data} for figure in FIGURES if "train" in figure
    }
    assert KNOWN["llama-grpo-fixed"] not in colours_of["training_run_metrics"]
    assert {KNOWN["llama-grpo"], KNOWN["llama-grpo-fixed"]} < colours_of["training_runs"]


def test_outcomes_of_a_model_add_up_to_all_its_completions(simulated):
    bars = draw("outcomes", simulated).data
    assert np.sum([bar.x for bar in bars], axis=0) == pytest.approx(np.full(len(MODELS), 100))
    assert {sum(bar.customdata[place][0] for bar in bars) for place in range(len(MODELS))} == {72}


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
    assert "<" not in joined and not re.search("&(?!amp;|lt;|gt;)", joined)
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
        done = stage(*command("example_question1", [simulated / "examples.json"], folder))
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append([(folder / f"example_question1.{ending}").read_bytes() for ending in ("png", "html")])
    assert outputs[0] == outputs[1]
    png, html = outputs[0]
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (2000, 2 * draw("example_question1", simulated).layout.height)
    page = html.decode()
    assert page.count("<script") == 3, "two of Plotly's and the one that loads it"
    assert re.findall('src="([^"]*)"', page) == ["plotly.min.js"] and "://" not in page


def test_a_missing_browser_is_one_line_that_says_what_to_install(simulated, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    done = stage(*command("example_question2", [simulated / "examples.json"], tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("error: no browser") and done.stderr.count("\n") == 1
    assert "apt-get install chromium" in done.stderr
    assert not list(tmp_path.iterdir())


def test_drawing_loads_no_machine_learning():
    code = "import sys, finmath_grpo.figures.all_models as _; print('torch' in sys.modules or 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
