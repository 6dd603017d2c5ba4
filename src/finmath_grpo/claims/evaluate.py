"""Evaluate the claims on the tables of one experiment: `python -m finmath_grpo.claims.evaluate`."""

import argparse
import inspect
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints

import pydantic
import yaml
from pydantic import TypeAdapter

from finmath_grpo.claims.checks import CHECKS, DECIDING
from finmath_grpo.claims.finding import NOT_COMPARABLE, NOT_MEASURED, VERDICTS, Finding, NotMeasured, effect, interval
from finmath_grpo.claims.tables import Tables
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write, explain, write_json
from finmath_grpo.numerals import p_value
from finmath_grpo.statistics.settings import StatisticsSettings

_SIGNS = dict(zip(VERDICTS, "✔✘?–≠", strict=True))
OVER_RUNS = ("contrasts.csv", "decomposition.csv")
"""Tables in which a model with several training runs stands for the mean over them."""
_MEANINGS = """\
*Supported*: the numbers bear the sentence out. *Contradicted*: the interval lies on the other side; a point estimate
there is not enough. *Inconclusive*: the interval holds both. *Not measured*: the experiment has no such numbers, or too
few questions or steps. *Not comparable*: the sentence is about the post's own models, questions or counts."""


class Claim(pydantic.BaseModel):
    """An entry of claims.yaml."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    quote: str
    """The post's words."""
    reading: str
    """What is checked, in ours."""
    quoted: str = ""
    """The number that the post gives."""
    scope: Literal["post", "transfers"]
    """Whether it is about the post's own data alone, or has an answer in a reproduction too."""
    check: str
    """A function of `finmath_grpo.claims.checks`, called with the arguments `with`."""
    arguments: dict[str, Any] = pydantic.Field(alias="with")
    decided: str = ""
    """When the numbers were set that the verdict turns on."""
    note: str = ""

    @pydantic.model_validator(mode="after")
    def _can_be_called(self) -> "Claim":
        if self.check not in CHECKS:
            raise ValueError(f"no check {self.check!r}; expected one of: {', '.join(CHECKS)}")
        check = CHECKS[self.check]
        try:
            inspect.signature(check).bind(None, **self.arguments)
        except TypeError as error:
            raise ValueError(f"{self.check} can't be called with these arguments: {error}") from None
        kinds = get_type_hints(check)
        for name, value in self.arguments.items():
            try:
                TypeAdapter(kinds[name]).validate_python(value)
            except pydantic.ValidationError as error:
                raise ValueError(f"{self.check} can't take {name} {value!r}: {error.errors()[0]['msg']}") from None
        if self.deciding and not self.decided:
            raise ValueError(f"'decided' must say when {', '.join(self.deciding)} was set")
        return self

    @property
    def deciding(self) -> dict[str, Any]:
        """The arguments that the verdict turns on."""
        return {name: value for name, value in self.arguments.items() if name in DECIDING}


def read_claims(path: Path) -> list[Claim]:
    """Read claims.yaml. Raises UserError naming the entry and the field that is wrong."""
    try:
        claims = TypeAdapter(list[Claim]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise UserError(f"{path}: can't be read: {error}") from None
    except pydantic.ValidationError as error:
        raise UserError(f"{path}: entry {explain(error)}") from None
    doubled = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    if doubled:
        raise UserError(f"{path}: the id {doubled[0]} stands twice")
    return claims


def evaluate(claims: list[Claim], tables: Tables, run_counts: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """The claims with what was found, as written to claims.json.

    `run_counts` says how many training runs each model has that was trained by GRPO or DPO.
    """
    return [
        {
            "id": claim.id,
            "quote": claim.quote,
            "reading": claim.reading,
            "quoted": claim.quoted,
            "scope": claim.scope,
            **{
                key: _plain(value)
                for key, value in asdict(_with_runs(_find(claim, tables), claim, run_counts or {})).items()
            },
            "note": claim.note.strip(),
            "rule": _rule(claim),
        }
        for claim in claims
    ]


def markdown(experiment: str, results: list[dict[str, Any]], confidence: float = 0.95) -> str:
    """The results as a page: a summary, a table of verdicts, and each claim with how it was judged."""
    counts = Counter(result["verdict"] for result in results)
    lines = [
        f"# The claims of the post, held against `{experiment}`",
        "",
        f"{len(results)} claims: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS) + ".",
        f"Intervals are of {100 * confidence:g} %. Made by `rules/claims.smk` from `data/claims.yaml`.",
        "",
        _MEANINGS,
        "",
        "| claim | verdict | effect | interval | read from |",
        "| --- | --- | --- | --- | --- |",
    ]
    for result in results:
        source = f"`{result['table']}`, `{result['column']}`" if result["table"] else ""
        lines.append(
            f"| [{result['reading']}](#{result['id']}) | {_SIGNS[result['verdict']]} {result['verdict']} "
            f"| {effect(result)} | {interval(result)} | {source} |"
        )
    for result in results:
        lines += ["", f"## {result['id']}", "", f"> {result['quote']}", "", f"*{result['reading']}*", ""]
        found = [f"**{result['verdict'].capitalize()}**"]
        if result["effect"] is not None:
            ends = interval(result)
            found.append(effect(result) + (f", interval {ends}" if ends else ""))
        if result["p"] is not None:
            found.append(p_value(result["p"]))
        if result["quoted"]:
            found.append(f"the post: {result['quoted']}")
        if result["detail"]:
            found.append(result["detail"])
        if result["table"]:
            found.append(f"read from `{result['table']}`, `{result['column']}`")
        lines += [": ".join((found[0], "; ".join(found[1:]))) + "." if found[1:] else f"{found[0]}."]
        lines += ["", result["note"].strip()] if result["note"] else []
        lines += ["", f"Rule: {result['rule']}"]
    return "\n".join(lines) + "\n"


def _find(claim: Claim, tables: Tables) -> Finding:
    if claim.scope == "post" and not tables.published:
        return Finding(NOT_COMPARABLE, detail="it is about the post's own models, questions or counts")
    try:
        return CHECKS[claim.check](tables, **claim.arguments)
    except NotMeasured as reason:
        return Finding(NOT_MEASURED, detail=str(reason))


def _with_runs(found: Finding, claim: Claim, run_counts: Mapping[str, int]) -> Finding:
    """What was found, with words on which training runs it is about: this one, several, or the first of several."""
    trained = [name for name in run_counts if name in _names(claim.arguments)]
    if not trained or found.verdict in (NOT_MEASURED, NOT_COMPARABLE):
        return found
    several = [name for name in trained if run_counts[name] > 1]
    if not several:
        words = "about this run: one training run" + (" of each model" if len(trained) > 1 else "")
    elif found.table in OVER_RUNS:
        single = [name for name in trained if run_counts[name] == 1]
        words = "over the training runs of " + ", ".join(f"{name} ({run_counts[name]})" for name in several)
        words += f"; of {', '.join(single)} about this run: there is one" if single else ""
    else:
        words = "about the first of the training runs of " + ", ".join(
            f"{name} ({run_counts[name]})" for name in several
        )
    return replace(found, detail=f"{found.detail}; {words}" if found.detail else words)


def _names(value: Any) -> set[str]:
    """Every text in the arguments of a claim."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return set().union(*map(_names, value))
    return {value} if isinstance(value, str) else set()


def _rule(claim: Claim) -> str:
    """The rule of the check, and with which numbers, set when."""
    rule = " ".join((inspect.getdoc(CHECKS[claim.check]) or "").split())
    if not claim.deciding:
        return rule
    numbers = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in claim.deciding.items())
    return f"{rule} Here: {numbers}, set {claim.decided}."


def _plain(value: Any) -> Any:
    """Numbers of pandas as JSON has them: plain, of six digits, and null where there is none."""
    if isinstance(value, str) or value is None:
        return value
    return None if math.isnan(value) else float(f"{value:.6g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="claims.yaml")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="the tables that the experiment has")
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument("--experiment", required=True, help="its name, for the title")
    parser.add_argument("--kind", required=True, help="run, recorded or published: whose numbers they are")
    parser.add_argument("--overlaps", type=Path, nargs="?", help="contamination.json, if there is a training set")
    parser.add_argument("--run-counts", type=json.loads, default={}, help="JSON: how many training runs each model has")
    parser.add_argument("--json", type=Path, required=True, help="claims.json")
    parser.add_argument("--markdown", type=Path, required=True, help="claims.md")
    options = parser.parse_args()

    overlaps = json.loads(options.overlaps.read_text(encoding="utf-8")) if options.overlaps else {}
    tables = Tables(options.tables, options.settings, options.kind == "published", overlaps)
    results = evaluate(read_claims(options.claims), tables, options.run_counts)
    write_json(options.json, results)
    with atomic_write(options.markdown) as file:
        file.write(markdown(options.experiment, results, options.settings.confidence))


if __name__ == "__main__":
    run_stage(main)
