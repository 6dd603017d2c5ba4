"""The numbers in README.md and docs/results.md, by key, from the tables and claims of `recorded` and `published`.

    python -m finmath_grpo.release.texts

First, what the texts use of the tables goes to `docs/numbers.json`; a run that is not under `results/` keeps what
stands there. Then each marked part of a page, `<!-- numbers: NAME … -->`, that has a template is made again. A template
names its sentences: one that the numbers no longer bear out stops everything, so that nobody reads it on.
"""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

from finmath_grpo import numerals
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write, write_json

NUMBERS = Path("docs/numbers.json")
TEMPLATES = Path(__file__).with_name("texts")
PARTS = {
    "headline": (Path("README.md"), "headline, of `recorded`"),
    "table": (Path("README.md"), "table, of `recorded`"),
    "recorded-run": (Path("docs/results.md"), "recorded run"),
}
"""Each template with the page and the mark of the part that it makes."""
MODELS = {
    "llama-base": ("Llama", None),
    "llama-grpo": ("Llama + GRPO, rewards of the post", "llama-base"),
    "llama-grpo-fixed": ("Llama + GRPO, our rewards", "llama-base"),
    "gemma-it": ("Gemma-2", None),
    "gemma-dpo": ("Gemma-2 + DPO", "gemma-it"),
}
"""The models of the tables: label and base."""
Numbers = dict[str, Any]


def numbers_of(results: Path, former: Numbers) -> Numbers:
    """What the texts use, by key, of the experiments that are under `results`; else what is known of them."""
    found = dict(former)
    statistics = results / "recorded/statistics"
    if (results / "recorded/claims.json").is_file():
        found["recorded"] = {
            "contrasts": {
                f"{row['trained']}/{row['base']}/{row['at']}": {
                    name: float(row[key])
                    for name, key in {
                        "trained": "trained_accuracy",
                        "base": "base_accuracy",
                        "difference": "difference",
                        "low": "low",
                        "high": "high",
                    }.items()
                }
                for row in read(statistics / "contrasts.csv")
                if (row["test"], row["scorer"]) == ("t1", "numeric") and row["at"] in ("mean", "any")
            },
            "decomposition": {
                f"{row['model']}/{row['against']}/{row['part']}": {
                    key: float(row[key]) for key in ("value", "low", "high")
                }
                for row in read(statistics / "decomposition.csv")
                if (row["test"], row["at"]) == ("t1", "mean")
            },
            "tagged": {
                row["model"]: float(row["value"])
                for row in read(statistics / "readability.csv")
                if (row["test"], row["measure"]) == ("t1", "tagged")
            },
        }
    if (results / "published/claims.json").is_file():
        facts = read(results / "published/statistics/reward_facts.csv")
        claims = json.loads((results / "published/claims.json").read_text(encoding="utf-8"))
        found["published"] = {
            "facts": {row["fact"]: float(row["value"]) for row in facts},
            "claims": {claim["id"]: claim["verdict"] for claim in claims},
        }
    return found


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text(name: str, numbers: Numbers) -> str:
    """A part by its template. Raises UserError naming a sentence that the numbers do not bear out."""
    recorded, published = numbers["recorded"], numbers["published"]

    def contrast(trained: str, base: str, at: str) -> SimpleNamespace:
        return SimpleNamespace(**recorded["contrasts"][f"{trained}/{base}/{at}"])

    def decomposition(model: str, against: str) -> SimpleNamespace:
        parts = ("total", "format", "separators", "mathematics")
        found = {part: SimpleNamespace(**recorded["decomposition"][f"{model}/{against}/{part}"]) for part in parts}
        return SimpleNamespace(**found)

    def accuracy(model: str, at: str) -> float:
        for key, row in recorded["contrasts"].items():
            trained, base, where = key.split("/")
            if where == at and model in (trained, base):
                return float(row["trained" if model == trained else "base"])
        raise UserError(f"{NUMBERS}: no accuracy of {model}")

    def sentence(words: str, holds: bool) -> str:
        if not holds:
            raise UserError(f"{PARTS[name][0]}: {words!r} no longer holds; write {TEMPLATES / name}.md.j2 anew")
        return ""

    rows = [
        {
            "label": label,
            "accuracy": accuracy(model, "mean"),
            "any": accuracy(model, "any"),
            "against": base and _estimate(contrast(model, base, "mean")),
            "any_against": base and contrast(model, base, "any"),
            "mathematics": base and decomposition(model, base).mathematics,
        }
        for model, (label, base) in MODELS.items()
    ]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.globals |= {"points": points, "percent": percent, "interval": interval, "signed": signed}
    environment.globals |= {"count": count, "signed_count": signed_count}
    template = environment.from_string((TEMPLATES / f"{name}.md.j2").read_text(encoding="utf-8"))
    found = template.render(
        contrast=contrast,
        decomposition=decomposition,
        sentence=sentence,
        rows=rows,
        published=SimpleNamespace(**published["facts"]),
        claim=lambda experiment, claim: numbers[experiment]["claims"][claim],
        untagged=lambda model: 1 - recorded["tagged"][model],
    )
    # An empty cell is one space wide.
    return re.sub(" +\\|", " |", found)


def _estimate(row: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(value=row.difference, low=row.low, high=row.high)


def points(share: float) -> str:
    return numerals.rounded(100 * share, 1)


def percent(share: float) -> str:
    return numerals.rounded(100 * share)


def count(share: float) -> str:
    """Questions of a hundred."""
    return percent(share)


def interval(estimate: SimpleNamespace) -> str:
    return f"{points(estimate.value)} ({points(estimate.low)} to {points(estimate.high)})"


def signed(estimate: SimpleNamespace) -> str:
    return f"{numerals.signed(100 * estimate.value)} ({points(estimate.low)} to {points(estimate.high)})"


def signed_count(row: SimpleNamespace) -> str:
    return f"{numerals.signed(100 * row.difference, 0)}, {count(row.low)} to {count(row.high)}"


def page(content: str, name: str, numbers: Numbers) -> str:
    """A page with one of its parts made again. Raises UserError for a page without the part."""
    mark = PARTS[name][1]
    before, begin, rest = content.partition(f"<!-- numbers: {mark} -->\n")
    _, end, after = rest.partition("<!-- /numbers -->")
    if not (begin and end):
        raise UserError(f"{PARTS[name][0]}: expected <!-- numbers: {mark} --> and <!-- /numbers --> around a part")
    return f"{before}{begin}{text(name, numbers)}{end}{after}"


def pages(numbers: Numbers, contents: Mapping[Path, str]) -> dict[Path, str]:
    """Every page with its parts made again."""
    found = dict(contents)
    for name, (path, _) in PARTS.items():
        found[path] = page(found[path], name, numbers)
    return found


def main() -> None:
    former = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else {}
    numbers = numbers_of(Path("results"), former)
    made = pages(numbers, {path: path.read_text(encoding="utf-8") for path, _ in PARTS.values()})
    write_json(NUMBERS, numbers)
    for path, content in made.items():
        with atomic_write(path) as file:
            file.write(content)


if __name__ == "__main__":
    run_stage(main)
