"""Results in the form of the Hugging Face Hub: `.eval_results/*.yaml` of a model's repository.

https://huggingface.co/docs/hub/eval-results; the format is a beta of the Hub. A result names a task of the data set's
`eval.yaml` (`data/raw/eval.yaml`). The Hub's own scorers can't read Turkish numbers, so that task, and with it the
value of a result, is the scorer `exact`, letter by letter; `numeric` and the intervals stand in the notes.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from finmath_grpo.files import atomic_write
from finmath_grpo.numerals import rounded
from finmath_grpo.sharing.results import Accuracy, Results

DATASET = "finmath-grpo/finmath-tr"
"""The name that the data set will have on the Hub. It is not there yet."""
SHOWN = 0.7
"""Results are those of the temperature nearest to this one, at which every test is run."""


def write(results: Results, folder: Path) -> list[Path]:
    """Write `folder/{model}/.eval_results/finmath-tr.yaml` for every model; the files that were written.

    Only of the data set's own questions: the Hub would list others under its name. None where a run has none of them.
    """
    tests = [test for test in results.tests if results.is_shipped(test)]
    if not tests:
        return []
    files = []
    for model in results.completions:
        files.append(folder / model / ".eval_results/finmath-tr.yaml")
        with atomic_write(files[-1]) as file:
            yaml.safe_dump(entries(results, model, tests), file, allow_unicode=True, sort_keys=False, width=10_000)
    return files


def shown(results: Results, model: str, test: str, scorer: str) -> Accuracy:
    """The row of accuracies that is shown where one number has to do."""
    rows = [row for row in results.of_model(model) if (row.test, row.scorer) == (test, scorer)]
    return min(rows, key=lambda row: (abs(row.temperature - SHOWN), row.temperature))


def entries(results: Results, model: str, tests: list[str]) -> list[dict[str, Any]]:
    """One entry per test, its value in percent."""
    found = []
    for test in tests:
        exact, numeric = (shown(results, model, test, scorer) for scorer in ("exact", "numeric"))
        settings = results.settings
        words = [
            f"scorer exact, {_interval(exact, settings.confidence)}",
            f"scorer numeric {_percent(numeric.accuracy)} %, {_interval(numeric, settings.confidence)}",
            f"test {test}, {len(results.tests[test])} questions, {results.samples[test]} samples each",
            f"temperature {exact.temperature:g}, top_p {settings.top_p or 'unknown'}",
            f"prompt {results.prompt()!r}",
            f"model revision {results.revision(model)}",
            f"finmath_grpo.scorer at {results.commit}",
        ]
        found.append(
            {
                "dataset": {"id": DATASET, "task_id": results.task(test)},
                "value": round(100 * exact.accuracy, 4),
                "date": datetime.fromtimestamp(results.scored_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "notes": "; ".join(words),
            }
        )
    return found


def _interval(row: Accuracy, confidence: float) -> str:
    return f"{confidence:.0%} interval {_percent(row.low)} to {_percent(row.high)} % ({row.interval})"


def _percent(share: float) -> str:
    return rounded(100 * share, 1)
