"""Make the report of an experiment: `python -m finmath_grpo.report.build`.

The page, its script, its style, and beside them `data/` with the texts: one script file per question and trained model.
The page opens from a disk, with no server and no network. What models and users wrote is data and never markup: Jinja
escapes it in the page, the data files are plain JSON, and the script sets it as text. Same input, same bytes.
"""

import argparse
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.figures.catalogue import FIGURES, GROUPS
from finmath_grpo.figures.theme import colours
from finmath_grpo.files import atomic_write, read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.report.headline import (
    accuracy_columns,
    contrasts,
    missing_tests,
    read_claims,
    readability_columns,
    repeated,
    shape_columns,
    verdict_counts,
)
from finmath_grpo.report.reader import index, question_files, read_evaluation
from finmath_grpo.report.rollouts import sample
from finmath_grpo.report.tables import MEANINGS

HERE = Path(__file__).parent


def script_json(value: Any) -> Markup:
    """JSON that is safe inside a script element and in a script file: ASCII only, and no character of markup."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def write_data(folder: Path, name: str, value: Any) -> None:
    """Write `folder`/`name`.js, a script that hands `value` to the page under its name."""
    with atomic_write(folder / f"{name}.js") as file:
        file.write(f"deliver({script_json(name)},{script_json(value)});\n")


def figure_groups(figures: Sequence[Path], page: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """The figures by group, each with its catalogue entry and the links to its two files, in the order given.

    Raises UserError for a file that is not named after a figure of the catalogue.
    """
    grouped: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for path in figures:
        if path.stem not in FIGURES:
            raise UserError(f"--figures: {path}: the catalogue has no figure {path.stem}, but {', '.join(FIGURES)}")
        png, html = link(path, page), link(path.with_suffix(".html"), page)
        entry = FIGURES[path.stem]
        grouped[entry.group].append({"entry": entry, "png": png, "html": html, "size": png_size(path)})
    return [(group, members) for group, members in grouped.items() if members]


def png_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, so that the page has the figure's place before it is loaded."""
    with path.open("rb") as file:
        head = file.read(24)
    if not head.startswith(b"\x89PNG\r\n\x1a\n") or len(head) < 24:
        raise UserError(f"{path}: not a PNG file; draw the figure again")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def link(path: Path, page: Path) -> str:
    """The address of `path` as seen from the page."""
    return Path(os.path.relpath(path, page.parent)).as_posix()


def render(template: str, values: Mapping[str, Any]) -> str:
    """Fill a template of this folder. A name that the template uses and `values` lacks is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}"
    environment.filters["points"] = lambda share: f"{round(100 * share, 1) + 0.0:+.1f}".replace("-", "\u2212")
    return environment.get_template(template).render(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", required=True, help="name shown in the title")
    parser.add_argument("--models", type=json.loads, required=True, help="JSON: display label by model id, in order")
    parser.add_argument("--runs", type=json.loads, default={}, help="JSON: models by entry with several training runs")
    parser.add_argument("--confidence", type=float, required=True, help="of the intervals in the tables, e.g. 0.95")
    parser.add_argument("--claims", type=Path, required=True, help="claims.json")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="tables to link to; three are shown")
    parser.add_argument("--figures", type=Path, nargs="*", default=[], help="PNG files, an HTML file beside each")
    parser.add_argument("--test", type=Path, nargs="?", help="test.jsonl, if questions were answered")
    parser.add_argument("--scores", type=Path, nargs="?", help="scores.csv, if questions were answered")
    parser.add_argument("--completions", type=Path, nargs="*", default=[], help="one JSON Lines file per model")
    parser.add_argument("--train", type=Path, nargs="?", help="train.jsonl, if there are rollouts")
    parser.add_argument("--rollouts", type=Path, nargs="*", default=[], help="training/{model}/completions.jsonl.zst")
    parser.add_argument("--page", type=Path, required=True, help="index.html to write; its other files go beside it")
    options = parser.parse_args()
    if bool(options.test) != bool(options.scores):
        raise UserError("--test and --scores go together: the reader shows both")

    models: dict[str, str] = options.models
    further = {run: entry for entry, found in options.runs.items() for run in found if run != entry}
    colour = colours(model for model in models if model not in further)
    colour |= {run: colour[entry] for run, entry in further.items()}
    evaluation = (
        read_evaluation(options.test, options.scores, options.completions, list(models)) if options.scores else None
    )
    train = {row.id: row for row in read_jsonl(options.train, Question)} if options.train else {}
    runs = {path.parent.name: sample(path, train) for path in options.rollouts}

    folder = options.page.parent
    # Of an earlier report, which may have had more questions.
    shutil.rmtree(folder / "data", ignore_errors=True)
    if evaluation:
        for place, texts in enumerate(question_files(evaluation)):
            write_data(folder, f"data/questions/{place:03d}", texts)
    for model, steps in runs.items():
        write_data(folder, f"data/training/{model}", steps)

    carried = {
        "models": [{"id": model, "label": label, "colour": colour[model]} for model, label in models.items()],
        "evaluation": index(evaluation) if evaluation else None,
        "training": [{"model": model, "steps": [step["step"] for step in steps]} for model, steps in runs.items()],
    }
    claims = read_claims(options.claims)
    tables = {path.stem: path for path in options.tables}
    files = [options.test, options.scores, *options.completions, options.train, *options.rollouts]
    values = {
        "experiment": options.experiment,
        "models": models,
        "colours": colour,
        "level": f"{100 * options.confidence:g} %",
        "columns": accuracy_columns(tables, list(models)),
        "readability": readability_columns(tables, list(models)),
        "shapes": shape_columns(tables, list(models)),
        "contrasts": contrasts(tables),
        "missing": missing_tests(tables),
        "repeated": repeated(tables),
        "claims": claims,
        "verdicts": verdict_counts(claims),
        "figures": figure_groups(options.figures, options.page),
        "evaluation": evaluation,
        "runs": runs,
        "carried": script_json(carried),
        "tables": {path.name: (link(path, options.page), MEANINGS.get(name, "")) for name, path in tables.items()},
        "files": [link(path, options.page) for path in files if path],
    }
    # The page last: with it the report is whole.
    for name in ("report.css", "report.js"):
        with atomic_write(folder / name) as file:
            file.write((HERE / name).read_text(encoding="utf-8"))
    with atomic_write(options.page) as file:
        file.write(render("page.html.j2", values))


if __name__ == "__main__":
    run_stage(main)
