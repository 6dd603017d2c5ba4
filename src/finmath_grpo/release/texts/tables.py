"""What the pages use of the tables of `recorded` and `published`, and of what was measured beside them, by key.

A row's key is its names joined by slashes, as in `t1/llama-grpo/llama-base/mean`. What a record does not hold (further
tests, `deep`, several runs) has no rows.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.files import sha256
from finmath_grpo.release.page import hardware
from finmath_grpo.release.record import opened, read_member
from finmath_grpo.release.texts.picture import pictured
from finmath_grpo.statistics.tables import temperature_name
from finmath_grpo.workflow.config_file import parse_yaml
from finmath_grpo.workflow.recorded import config_of_record

Numbers = dict[str, Any]
Row = dict[str, str]
Rows = dict[str, dict[str, float | None]]

NUMBERS = Path("docs/numbers.json")
ENDS = {"value": "value", "low": "low", "high": "high"}
FACTS = ("format_start", "format_end", "correctness_start", "correctness_change", "length_start", "length_change")
T1 = ("t1",)
NUMERIC = ("numeric",)
MEASURES = ("pass", "majority", "pooled_majority")
DPO = "gemma-dpo"
DPO_SETTINGS = ("loss_type", "beta", "learning_rate", "rejected")
ON_A_GPU = ("pretrain", "grpo", "dpo", "generate", "sample_deep")
OUTCOMES = ("t1/cut_off",)
RECORDED = Path("data/recorded")
FILES = ("scorer_audit.csv", "dpo_sweep.csv", "same_twice.json", "pretraining_sweep.csv")
MEASURED = {name: RECORDED / name for name in FILES}
"""What was measured beside the record, as `finmath_grpo.scorer_audit` and the programs in `benchmarks/` write it."""


def numbers_of(results: Path, former: Numbers, measured: Path = Path()) -> Numbers:
    """What the pages use: of experiments that were built under `results`, else what is known of them; and of the files
    of `MEASURED` under `measured` that are there."""
    found = dict(former)
    if (results / "recorded/claims.json").is_file():
        record = record_of(results / "recorded")
        found["recorded"] = of_recorded(results / "recorded")
        found["recorded"]["picture"] = pictured(read(results / "recorded/scores.csv"))
        found["recorded"]["run"] = of_run(record, Path("data/raw/questions.jsonl"))
    if (results / "published/claims.json").is_file():
        claims = json.loads((results / "published/claims.json").read_text(encoding="utf-8"))
        facts = read(results / "published/statistics/reward_facts.csv")
        found["published"] = {
            "facts": {row["fact"]: float(row["value"]) for row in facts},
            "claims": {claim["id"]: claim["verdict"] for claim in claims},
        }
    found["measured"] = {name.partition(".")[0]: content(measured / path) for name, path in MEASURED.items()}
    return found


def record_of(results: Path) -> Path:
    """The record of a `recorded` experiment. Raises UserError if the results were made from another."""
    path = Path("config", f"{results.name}.yaml")
    record = Path(parse_yaml(path.read_text(encoding="utf-8"), str(path))["record"])
    provenance = results / "provenance.json"
    files = json.loads(provenance.read_text(encoding="utf-8"))["files"] if provenance.is_file() else {}
    made_from = {entry["inputs"].get(str(record)) for entry in files.values() if entry["rule"].startswith("unpack")}
    if made_from - {sha256(record)}:
        raise UserError(f"{results}: not made from {record} as it is; build it: snakemake --cores all {results.name}")
    return record


def of_recorded(results: Path) -> Numbers:
    """The rows of the tables that pages quote. Raises UserError for a table that is not there."""
    tables = {path.stem: read(path) for path in (results / "statistics").glob("*.csv")}

    def rows(name: str, keys: Sequence[str], columns: dict[str, str] = ENDS, **where: Collection[str]) -> Rows:
        if name not in tables:
            return {}
        chosen = [row for row in tables[name] if all(row[column] in values for column, values in where.items())]
        return {
            "/".join(row[key] for key in keys): {new: number(row[old]) for new, old in columns.items()}
            for row in chosen
        }

    if "contrasts" not in tables:
        raise UserError(f"{results}/statistics: no contrasts.csv; build it: snakemake --cores all {results.name}")
    tests = of_tests(tables["accuracy"], tables["solved"])
    samples, temperatures = tests["t1"]["samples"], tests["t1"]["temperatures"]
    ats = {"mean", "any", *(temperature_name(end) for end in (temperatures[0], temperatures[-1]))}
    contrast = {"trained": "trained_accuracy", "base": "base_accuracy", **ENDS, "value": "difference"}
    part = {**ENDS, "p": "p", "p_holm": "p_holm"}
    effect = {key: key for key in ("best", "worst", "range", "p")}
    deep = {**ENDS, "crossing": "crossing", "temperature": "temperature"}
    return {
        "contrasts": rows("contrasts", ("test", "trained", "base", "at"), contrast, scorer=NUMERIC, at=ats),
        "decomposition": rows("decomposition", ("test", "model", "against", "part"), part, at={"mean"}),
        "readability": rows("readability", ("model", "test", "measure"), test=T1, measure={"tagged"}),
        "runs": rows(
            "runs",
            ("test", "entry", "against", "metric", "run"),
            {**ENDS, "sd": "sd", "runs": "runs"},
            test=T1,
            at={"mean"},
            metric={"numeric", "mathematics"},
        ),
        "temperature_effect": rows("temperature_effect", ("test", "model"), effect, test=T1, scorer=NUMERIC),
        "pass_at_k_deep": rows("pass_at_k_deep", ("model", "against", "k"), deep),
        "pass_and_majority": rows(
            "pass_and_majority",
            ("test", "model", "measure", "k"),
            test=T1,
            scorer=NUMERIC,
            at={"mean"},
            measure=MEASURES,
            k={"1", str(samples), str(samples * len(temperatures))},
        ),
        "forms": shares(tables.get("forms_by_question", []), ("model", "part"), "form"),
        "reward_facts": rows("reward_facts", ("model", "fact"), fact=FACTS),
        "held_out": held_out(tables.get("training", [])),
        "outcomes": {
            key: share
            for key, share in shares(tables["outcomes"], ("model", "test"), "outcome").items()
            if key.endswith(OUTCOMES)
        },
        "tests": tests,
    }


def shares(table: Sequence[Row], keys: Sequence[str], column: str) -> Rows:
    """From counts: which share of all of the same `keys` each value of `column` has."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in table:
        counts["/".join(row[key] for key in keys)][row[column]] += int(row["count"])
    return {
        f"{key}/{value}": {"value": round(count / sum(found.values()), 6)}
        for key, found in counts.items()
        for value, count in found.items()
    }


def held_out(log: Sequence[Row]) -> Rows:
    """By training: accuracy on the validation questions before the first step, and the change by the last one."""
    asked: dict[str, list[float]] = defaultdict(list)
    for row in log:
        if row.get("validation_accuracy"):
            asked[row["model"]].append(float(row["validation_accuracy"]))
    found: Rows = {}
    for model, (start, *rest) in asked.items():
        found[f"{model}/start"] = {"value": start}
        found[f"{model}/change"] = {"value": round(rest[-1] - start, 6) if rest else 0.0}
    return found


def of_run(record: Path, bank: Path) -> Numbers:
    """What a record says of its run: where and how it was made. `of_bank`: its questions are those of `bank` today."""
    _, config = config_of_record(record)
    with opened(record) as archive:

        def member(name: str) -> Any:
            return json.loads(read_member(archive, record, name)) if name in archive.getnames() else None

        provenance = member("provenance.json")
        dpo = member(f"training/{DPO}/config.json")
        asked = read_member(archive, record, "data/test.jsonl").decode("utf-8").splitlines()
    # By identity and numbers: `clean` opens questions with choices, so that their text is another one.
    known = {_asked(line) for line in bank.read_text(encoding="utf-8").splitlines()}
    return {
        "experiment": provenance["experiment"],
        "hardware": hardware(provenance),
        "commits": commits(provenance),
        "of_bank": known.issuperset(map(_asked, asked)),
        "runs": max(len(entry.get("seeds") or [None]) for entry in config["models"].values()),
        "pretraining_steps": (config.get("pretraining") or {}).get("steps"),
        "dpo": {key: dpo["job"]["training"].get(key) for key in DPO_SETTINGS} if dpo else None,
    }


def _asked(line: str) -> tuple[str, ...]:
    row = json.loads(line)
    return row["id"], *row["numbers"]


def commits(provenance: dict[str, Any]) -> list[str]:
    """The commits that trained and generated; a copy without git has none."""
    entries = [entry for entry in provenance["files"].values() if entry["rule"] in ON_A_GPU]
    if "runs" in provenance:
        made = [provenance["runs"][entry["run"]] for entry in entries]
    else:
        jobs = [provenance["jobs"][entry["job"]] for entry in entries if entry["job"] is not None]
        made = [provenance["environments"][job["environment"]] for job in jobs]
    sources = [environment["sources"] for environment in made]
    changed = {found["commit"] for found in sources if found["dirty"]}
    of = {found["commit"] for found in sources if found["commit"]}
    return sorted(f"{commit[:7]} with changes" if commit in changed else commit[:7] for commit in of)


def of_tests(accuracy: Sequence[Row], solved: Sequence[Row]) -> Numbers:
    """By test: how many questions, temperatures, and completions of a question at each."""
    found = {}
    for test in sorted({row["test"] for row in accuracy}):
        of_test = [row for row in accuracy if row["test"] == test and row["scorer"] == "numeric"]
        questions = len({row["question_id"] for row in solved if row["test"] == test})
        temperatures = sorted({float(row["temperature"]) for row in of_test})
        samples = int(of_test[0]["n"]) // questions
        found[test] = {"questions": questions, "temperatures": temperatures, "samples": samples}
    return found


def content(path: Path) -> Any:
    """A small file of measurements: rows of a table, or JSON; None where there is none."""
    if not path.is_file():
        return None
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    return [{key: as_number(value) for key, value in row.items()} for row in read(path)]


def as_number(cell: str) -> float | str | None:
    """A cell as the number that it states; other words as they are."""
    try:
        return number(cell)
    except ValueError:
        return cell


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
