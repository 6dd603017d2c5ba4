"""What an experiment has to tell others: models, tests, accuracies with intervals, and every completion scored."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from finmath_grpo.errors import UserError
from finmath_grpo.files import digest, read_jsonl
from finmath_grpo.prompts import SYSTEM, PromptSettings, prompt_messages
from finmath_grpo.questions.asked import read_part
from finmath_grpo.questions.rows import Question

OWNER = "finmath-grpo"
"""Before the names of models that nobody has published yet, as the Hub writes names: OWNER/NAME."""
TASKS = {"t1": "finmath_tr", "t2": "finmath_tr_transfer", "t3": "finmath_tr_instances"}
"""The tests by the names that they have in other harnesses."""
SCORERS = ("exact", "no_punctuation", "numeric")


class SharedModel(pydantic.BaseModel):
    """What others are told of a model; the keys are those of its entry in the config."""

    label: str
    method: str
    base: str | None = None
    """The model that it was trained from."""
    of: str | None = None
    """The trained model whose adapter it is, unmerged."""
    repository: str | None = None
    revision: str | None = None
    rewards: tuple[str, ...] = ()
    seed: int | None = None


class SharedSettings(pydantic.BaseModel):
    """The part of an experiment's config that others need to read its results; other keys are left out."""

    models: dict[str, SharedModel]
    system: str = SYSTEM
    engine: str = "unknown"
    top_p: float | None = None
    max_new_tokens: int | None = None
    confidence: float = 0.95


class Accuracy(NamedTuple):
    """A row of `statistics/accuracy.csv`."""

    test: str
    model: str
    temperature: float
    scorer: str
    n: int
    accuracy: float
    low: float
    high: float
    interval: str


class Scored(NamedTuple):
    """A completion with its row of `scores.csv`."""

    text: str
    test: str
    question: Question
    temperature: float
    sample: int
    scores: dict[str, int]
    outcome: str
    extracted: str
    tokens: int


@dataclass(frozen=True)
class Results:
    """The results of one experiment.

    `commit` is the revision of the sources that scored, and `scored_at` when they did, in seconds since 1970 (UTC).
    """

    experiment: str
    settings: SharedSettings
    tests: dict[str, list[Question]]
    accuracies: list[Accuracy]
    completions: dict[str, Path]
    scores: dict[str, list[dict[str, str]]]
    samples: dict[str, int]
    """Completions per question and temperature of each test."""
    commit: str
    scored_at: int
    manifests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the manifest of each model whose weights are here."""

    def model_id(self, model: str) -> str:
        """The Hub's name of a model: its own, or a name for what the experiment trained, or was given in a folder."""
        entry = self.settings.models[model]
        owner = "unknown" if entry.method == "folder" else OWNER
        return entry.repository or f"{owner}/{self.experiment}-{model}"

    def revision(self, model: str) -> str:
        """Which weights these are, as exactly as is known here."""
        if model in self.manifests:
            return f"sha256 of MANIFEST.sha256: {self.manifests[model]}"
        return self.settings.models[model].revision or "unknown"

    def task(self, test: str) -> str:
        """The name of a test in other harnesses; one of its own where the questions are not those that are shipped."""
        return TASKS[test] if self.is_shipped(test) else f"finmath_{self.experiment.replace('-', '_')}_{test}"

    def is_shipped(self, test: str) -> bool:
        """Whether the questions of a test are those that the package ships under the same name."""
        shipped = {(row.id, row.question, row.answer, row.value) for row in read_part(test)}
        return {(row.id, row.question, row.answer, row.value) for row in self.tests[test]} == shipped

    def prompt(self, question: str = "{question}") -> str:
        """The text of the user's turn that asks a question."""
        return prompt_messages(PromptSettings(system=self.settings.system), question)[0]["content"]

    def of_model(self, model: str) -> list[Accuracy]:
        return [row for row in self.accuracies if row.model == model]

    def scored(self, model: str) -> Iterator[Scored]:
        """Every completion of a model, in the order of its file."""
        questions = {(test, row.id): row for test, rows in self.tests.items() for row in rows}
        path = self.completions[model]
        with path.open(encoding="utf-8") as lines:
            written = [json.loads(line) for line in lines]
        rows = self.scores[model]
        if len(written) != len(rows):
            raise UserError(f"{path}: {len(written)} completions, but {len(rows)} rows of scores; score the run again")
        for number, (said, row) in enumerate(zip(written, rows, strict=True), start=1):
            test = said.get("test", "t1")
            key = (test, said["question_id"], said["sample"], float(said["temperature"]))
            if key != (row["test"], row["question_id"], int(row["sample"]), float(row["temperature"])):
                raise UserError(f"{path}, line {number}: not the completion of this row of scores; score the run again")
            yield Scored(
                text=said["text"],
                test=test,
                question=questions[test, said["question_id"]],
                temperature=key[3],
                sample=key[2],
                scores={scorer: int(row[scorer]) for scorer in SCORERS},
                outcome=row["outcome"],
                extracted=row["extracted"],
                tokens=int(row["tokens"]),
            )


def settings_of(config: dict[str, Any]) -> SharedSettings:
    """What others need of a config, as its file has it or as the record of a run has it."""
    prompt, evaluation = config.get("prompt") or {}, config.get("evaluation") or {}
    given = {
        "models": config["models"],
        "system": prompt.get("system"),
        **{key: evaluation.get(key) for key in ("engine", "top_p", "max_new_tokens")},
        "confidence": (config.get("statistics") or {}).get("confidence"),
    }
    return SharedSettings.model_validate({key: value for key, value in given.items() if value is not None})


def read_results(
    experiment: str,
    settings: SharedSettings,
    tests: dict[str, Path],
    completions: list[Path],
    scores: Path,
    accuracy: Path,
    manifests: dict[str, str],
) -> Results:
    """Read the files of an experiment. Raises UserError for scores of a model that the config does not have."""
    by_model: dict[str, list[dict[str, str]]] = {}
    with scores.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row.setdefault("test", "t1")
            by_model.setdefault(row["model"], []).append(row)
    strange = sorted(by_model.keys() - settings.models.keys())
    if strange:
        raise UserError(f"{scores}: model {strange[0]!r} is not in the config; score the run again")
    with accuracy.open(encoding="utf-8", newline="") as file:
        accuracies = [
            Accuracy(
                row["test"],
                row["model"],
                float(row["temperature"]),
                row["scorer"],
                int(row["n"]),
                float(row["accuracy"]),
                float(row["low"]),
                float(row["high"]),
                row["interval"],
            )
            for row in csv.DictReader(file)
        ]
    commit, scored_at = _when_scored(scores)
    return Results(
        experiment=experiment,
        settings=settings,
        tests={name: list(read_jsonl(path, Question)) for name, path in tests.items()},
        accuracies=accuracies,
        completions={path.stem: path for path in completions},
        scores=by_model,
        samples={
            test: 1 + max(int(row["sample"]) for rows in by_model.values() for row in rows if row["test"] == test)
            for test in tests
        },
        commit=commit,
        scored_at=scored_at,
        manifests=manifests,
    )


def _when_scored(scores: Path) -> tuple[str, int]:
    """Commit and time of the job that wrote the scores, from its record; `unknown` and 0 where there is none."""
    record = scores.parent / "logs/score.job.json"
    if not record.is_file():
        return "unknown", 0
    found = json.loads(record.read_text(encoding="utf-8"))
    sources = found["environment"]["sources"]
    dirty = "-dirty" if sources["dirty"] else ""
    return f"{sources['commit'] or 'unknown'}{dirty}", int(datetime.fromisoformat(found["started"]).timestamp())


def fingerprint(questions: list[Question]) -> str:
    """SHA-256 of the questions of a test, whatever file they came from."""
    return digest([row.model_dump(mode="json") for row in questions])


def json_line(value: Any) -> str:
    """A value as one line of JSON, also for readers to whom Unicode's own ends of lines are ends of lines."""
    line = json.dumps(value, ensure_ascii=False)
    for end in "\x85\u2028\u2029":
        line = line.replace(end, f"\\u{ord(end):04x}")
    return line + "\n"
