"""The marked parts of the pages, `<!-- numbers: NAME … -->`, each made by a template from the numbers.

A template chooses its words by the numbers. What it can't word otherwise is a `sentence` with a condition, and one that
no longer holds stops everything by its name.
"""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import jinja2

from finmath_grpo import numerals
from finmath_grpo.errors import UserError
from finmath_grpo.release.texts import lookup, markdown, words
from finmath_grpo.release.texts.lookup import Tables
from finmath_grpo.release.texts.tables import NUMBERS, Numbers

TEMPLATES = Path(__file__).parent
PARTS = {
    "headline": (Path("README.md"), "headline, of `recorded`"),
    "table": (Path("README.md"), "table, of `recorded`"),
    "by-part": (Path("docs/statistics.md"), "GRPO by part, of `recorded`"),
    "scorers": (Path("docs/scorers.md"), "other scorers, of `recorded`"),
    "results": (Path("docs/results.md"), "results, of `recorded`"),
}
"""Each template with the page and the mark of the part that it makes."""


def text(name: str, numbers: Numbers) -> str:
    """A part by its template. Raises UserError naming a sentence that the numbers do not bear out."""
    recorded = numbers["recorded"]
    tables = Tables(recorded)

    def sentence(said: str, holds: bool) -> str:
        if not holds:
            raise UserError(f"{PARTS[name][0]}: {said!r} no longer holds; write {TEMPLATES / name}.md.j2 anew")
        return ""

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.globals |= {key: value for key, value in vars(words).items() if callable(value)}
    found = environment.get_template(f"{name}.md.j2").render(
        sentence=sentence,
        tables=tables,
        markdown=markdown,
        numerals=numerals,
        lookup=lookup,
        run=SimpleNamespace(**recorded["run"]),
        picture=SimpleNamespace(**recorded["picture"]),
        asked={test: tables.of_test(test) for test in tables.tests},
        measured=SimpleNamespace(**numbers["measured"]),
        published=SimpleNamespace(**numbers["published"]["facts"]),
        claims=numbers["published"]["claims"],
    )
    return words.wrapped(found)


def page(content: str, name: str, numbers: Numbers) -> str:
    """A page with one of its parts made again. Raises UserError for a page without the part."""
    path, mark = PARTS[name]
    before, begin, rest = content.partition(f"<!-- numbers: {mark} -->\n")
    _, end, after = rest.partition("<!-- /numbers -->")
    if not (begin and end):
        raise UserError(f"{path}: expected <!-- numbers: {mark} --> and <!-- /numbers --> around a part")
    return f"{before}{begin}{text(name, numbers)}{end}{after}"


def pages(numbers: Numbers, contents: Mapping[Path, str]) -> dict[Path, str]:
    """Every page with its parts made again."""
    found = dict(contents)
    for name, (path, _) in PARTS.items():
        found[path] = page(found[path], name, numbers)
    return found


def check(numbers: Numbers, contents: Mapping[Path, str]) -> None:
    """Raise UserError for a page whose parts say something else than the numbers, with its line."""
    for path, made in pages(numbers, contents).items():
        for place, (there, expected) in enumerate(
            zip([*contents[path].splitlines(), ""], [*made.splitlines(), ""], strict=False), start=1
        ):
            if there != expected:
                raise UserError(
                    f"{path}, line {place}: {there!r} is not what {NUMBERS} gives, {expected!r}; run"
                    " python -m finmath_grpo.release.texts, and change templates, not pages"
                )


def read_pages(root: Path = Path()) -> dict[Path, str]:
    return {path: (root / path).read_text(encoding="utf-8") for path, _ in PARTS.values()}
