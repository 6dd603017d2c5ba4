"""Make the page of an experiment's report: `python -m finmath_grpo.report.build`.

Beside it lie its script and style (`report.scripts`) and the texts (`report.texts`). The page opens from a disk, with
no server and no network. What models and users wrote is data and never markup: Jinja escapes it in the page, the data
files are plain JSON, and the script sets it as text. Same input, same bytes.
"""

import argparse
import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.wording import OUTCOME_MEANINGS, OUTCOME_WORDS
from finmath_grpo.figures.catalogue import FIGURES, GROUPS, tables_of
from finmath_grpo.figures.colours import colours
from finmath_grpo.files import atomic_write
from finmath_grpo.numerals import rounded, signed
from finmath_grpo.report import evidence
from finmath_grpo.report.by_test import TESTS, by_test
from finmath_grpo.report.headline import (
    accuracy_columns,
    compared_pairs,
    contrasts,
    missing_tests,
    read_claims,
    readability_columns,
    repeated,
    shape_columns,
    verdict_counts,
)
from finmath_grpo.report.packing import script_json
from finmath_grpo.report.reader import index, read_scored
from finmath_grpo.report.tables import MEANINGS

HERE = Path(__file__).parent


def figure_groups(figures: Sequence[Path], page: Path, kind: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The figures by group, each with its catalogue entry and the links to its two files, in the order given.

    Raises UserError for a file that is not named after a figure of the catalogue.
    """
    grouped: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for path in figures:
        if path.stem not in FIGURES:
            raise UserError(f"--figures: {path}: the catalogue has no figure {path.stem}, but {', '.join(FIGURES)}")
        png, html = link(path, page), link(path.with_suffix(".html"), page)
        entry = FIGURES[path.stem]
        grouped[entry.group].append(
            {
                "name": path.stem,
                "entry": entry,
                "png": png,
                "html": html,
                "size": png_size(path),
                "tables": tables_of(path.stem, kind),
            }
        )
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
    environment.filters["visible"] = visible
    environment.filters["prose"] = prose
    environment.filters["percent"] = lambda share: rounded(100 * share, 1)
    environment.filters["points"] = lambda share: signed(100 * share)
    return environment.get_template(template).render(values)


def visible(text: Any) -> Markup:
    """A text for the page in which each character that can't be seen, or that turns the line around, is named."""
    parts = []
    for character in str(text):
        if character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}:
            parts.append(f'<span class="unseen">U+{ord(character):04X}</span>')
        else:
            parts.append(str(escape(character)))
    return Markup("".join(parts))  # nosec B704


def prose(text: Any) -> Markup:
    """The same, with what stands between backticks as code."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return visible(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(visible(part)) if place % 2 else visible(part)
        for place, part in enumerate(parts)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", required=True, help="name shown in the title")
    parser.add_argument("--kind", required=True, help="run, recorded or published")
    parser.add_argument("--models", type=json.loads, required=True, help="JSON: display label by model id, in order")
    parser.add_argument("--runs", type=json.loads, default={}, help="JSON: models by entry with several training runs")
    parser.add_argument("--confidence", type=float, required=True, help="of the intervals in the tables, e.g. 0.95")
    parser.add_argument("--claims", type=Path, required=True, help="claims.json")
    parser.add_argument("--claim-list", type=Path, required=True, help="claims.yaml, which says what claims compare")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="tables to link to; some are shown")
    parser.add_argument("--figures", type=Path, nargs="*", default=[], help="PNG files, an HTML file beside each")
    parser.add_argument("--test", type=Path, nargs="?", help="test.jsonl, if questions were answered")
    parser.add_argument("--scores", type=Path, nargs="?", help="scores.csv, if questions were answered")
    parser.add_argument("--completions", type=Path, nargs="*", default=[], help="one JSON Lines file per model")
    parser.add_argument("--train", type=Path, nargs="?", help="train.jsonl, if there are rollouts")
    parser.add_argument("--rollouts", type=Path, nargs="*", default=[], help="training/{model}/completions.jsonl.zst")
    parser.add_argument("--audit", type=Path, nargs="?", help="audit.json, if questions were cleaned")
    parser.add_argument("--overlaps", type=Path, nargs="?", help="contamination.json, if there is a training set")
    parser.add_argument("--merges", type=Path, nargs="*", default=[], help="models/{model}/merge_check.json")
    parser.add_argument("--page", type=Path, required=True, help="index.html to write")
    options = parser.parse_args()
    if bool(options.test) != bool(options.scores):
        raise UserError("--test and --scores go together: the reader shows both")

    models: dict[str, str] = options.models
    further = {run: entry for entry, found in options.runs.items() for run in found if run != entry}
    colour = colours(model for model in models if model not in further)
    colour |= {run: colour[entry] for run, entry in further.items()}
    written = [path.stem for path in options.completions]
    evaluation = read_scored(options.test, options.scores, list(models), written) if options.scores else None
    sampled = [path.parent.name for path in options.rollouts]
    carried = {
        "experiment": options.experiment,
        "models": [{"id": model, "label": label, "colour": colour[model]} for model, label in models.items()],
        "evaluation": index(evaluation) if evaluation else None,
        "training": sampled,
    }
    claims = read_claims(options.claims, compared_pairs(options.claim_list, models))
    tables = {path.stem: path for path in options.tables}
    groups = figure_groups(options.figures, options.page, options.kind)
    files = [
        *(options.test, options.scores, *options.completions, options.train, *options.rollouts),
        *(options.audit, options.overlaps, *options.merges),
    ]
    values = {
        "experiment": options.experiment,
        "kind": options.kind,
        "models": models,
        "colours": colour,
        "level": f"{100 * options.confidence:g} %",
        "columns": accuracy_columns(tables, list(models)),
        "readability": readability_columns(tables, list(models)),
        "shapes": shape_columns(tables, list(models)),
        "contrasts": contrasts(tables),
        "missing": missing_tests(tables),
        "test_names": TESTS,
        "by_test": by_test(tables, list(models)),
        "repeated": repeated(tables),
        "claims": claims,
        "verdicts": verdict_counts(claims),
        "figures": groups,
        "drawn": [figure for _, members in groups for figure in members],
        "evaluation": evaluation,
        "outcomes": [(name, words, OUTCOME_MEANINGS[name]) for name, words in OUTCOME_WORDS.items()],
        "sampled": sampled,
        "audit": evidence.audit(options.audit) if options.audit else None,
        "overlaps": evidence.overlaps(options.overlaps) if options.overlaps else {},
        "overlap_names": list(evidence.OVERLAPS.values()),
        "merges": evidence.merges(options.merges),
        "carried": script_json(carried),
        "tables": {path.name: (link(path, options.page), MEANINGS.get(name, "")) for name, path in tables.items()},
        "files": [link(path, options.page) for path in files if path],
    }
    with atomic_write(options.page) as file:
        file.write(render("page.html.j2", values))


if __name__ == "__main__":
    run_stage(main)
