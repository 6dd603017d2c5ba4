"""The same tables from the numbers that the post published: `python -m finmath_grpo.statistics.published`.

There are counts by temperature, marks per question only for "right at any temperature", and no numeric scorer, so that
some tables have fewer rows and others don't exist. Families are not known: questions are taken one by one.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydantic
from pydantic import TypeAdapter
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import explain
from finmath_grpo.statistics.accuracy import any_temperature_table, solved_table
from finmath_grpo.statistics.agreement import agreement_table, panel_table
from finmath_grpo.statistics.contrasts import (
    CONTRAST_COLUMNS,
    POWER_COLUMNS,
    holm,
    mcnemar_p,
    minimum_detectable_difference,
)
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.forms import forms_table
from finmath_grpo.statistics.intervals import alike_families, difference_interval, wilson_interval
from finmath_grpo.statistics.partial_identification import of_differences, widest_spread
from finmath_grpo.statistics.reward_facts import reward_facts
from finmath_grpo.statistics.settings import StatisticsSettings, check_models
from finmath_grpo.statistics.tables import temperature_name, write_table
from finmath_grpo.statistics.temperature import temperature_table_from_counts

TRAINED = "llama-grpo"
"""The model whose training the post plots."""


class Questions(pydantic.BaseModel):
    """How many questions there were."""

    test: int


class TrainingLog(pydantic.BaseModel):
    """The post's training curves: one value per step."""

    step: list[int]
    completion_length: list[float]
    correctness_reward: list[float]
    format_reward: list[float]


class Published(pydantic.BaseModel):
    """The parts of published.json that tables are made from; models stand under the post's names."""

    questions: Questions
    temperatures: list[float]
    correct_of_100_by_temperature: dict[str, list[int]]
    correct_at_any_temperature: dict[str, int]
    correct_at_any_temperature_no_punctuation: dict[str, int]
    correct_at_any_temperature_grid_10x10: dict[str, list[list[int]]]
    training_log: TrainingLog


def accuracy_table(numbers: Published, labels: dict[str, str], confidence: float) -> pd.DataFrame:
    """Accuracy by model and temperature, one sample, by the post's string equality."""
    n = numbers.questions.test
    correct = counts(numbers, labels)
    low, high = wilson_interval(correct.ravel(), n, confidence)
    return pd.DataFrame(
        {
            "model": np.repeat(list(labels), len(numbers.temperatures)),
            "temperature": np.tile(numbers.temperatures, len(labels)),
            "scorer": "exact",
            "n": n,
            "correct": correct.ravel(),
            "accuracy": correct.ravel() / n,
            "low": low,
            "high": high,
            "interval": "wilson, questions",
        }
    )


def counts(numbers: Published, labels: dict[str, str]) -> np.ndarray:
    """Right answers, (models, temperatures)."""
    return np.array([numbers.correct_of_100_by_temperature[label] for label in labels.values()])


def marks(numbers: Published, labels: dict[str, str]) -> np.ndarray:
    """Which questions each model solved at any temperature: 0 or 1, (models, questions)."""
    return np.array([np.ravel(numbers.correct_at_any_temperature_grid_10x10[label]) for label in labels.values()])


def no_punctuation_table(numbers: Published, labels: dict[str, str], confidence: float) -> pd.DataFrame:
    """Questions solved at any temperature after punctuation was removed: the post gives totals only."""
    n = numbers.questions.test
    correct = np.array([numbers.correct_at_any_temperature_no_punctuation[label] for label in labels.values()])
    low, high = wilson_interval(correct, n, confidence)
    columns = {"n": n, "correct": correct, "accuracy": correct / n, "low": low, "high": high}
    columns["interval"] = "wilson, questions"
    return pd.DataFrame({"model": list(labels), "scorer": "no_punctuation", **columns})


def contrasts_table(
    numbers: Published, labels: dict[str, str], solved: np.ndarray, settings: StatisticsSettings
) -> pd.DataFrame:
    """Contrasts by the exact scorer: paired at any temperature, and else with what the post's numbers leave open.

    The post does not say which questions were solved at one temperature. Interval (Newcombe 1998) and score test there
    are those of models that had different questions: wider than the truth, as models tend to solve the same questions.
    On the mean over temperatures they are the widest that agree with the post's numbers (`partial_identification`).
    The Holm correction is over the contrasts at one `at`. Raises UserError if no answers give the post's numbers.
    """
    n, by_model = numbers.questions.test, dict(zip(labels, counts(numbers, labels), strict=True))
    by_mark = dict(zip(labels, solved, strict=True))
    rows: list[dict[str, Any]] = []
    for trained, base in settings.contrasts:
        pair = {"trained": trained, "base": base}
        of_trained, of_base = by_model[trained], by_model[base]
        for at, a, b in zip(numbers.temperatures, of_trained, of_base, strict=True):
            shares = accuracies(a / n, b / n, (a - b) / n)
            rows.append({**pair, "at": temperature_name(at), **shares, **unpaired(a, b, n, settings.confidence)})
        try:
            widest = widest_spread((of_trained, by_mark[trained]), (of_base, by_mark[base])) / len(numbers.temperatures)
        except ValueError as error:
            raise UserError(f"the post's numbers of {trained} and {base}: {error}") from None
        a, b = float(of_trained.mean()) / n, float(of_base.mean()) / n
        rows.append({**pair, "at": "mean", **accuracies(a, b, a - b), **of_margins(widest, settings.confidence)})
        difference = by_mark[trained] - by_mark[base]
        shares = accuracies(by_mark[trained].mean(), by_mark[base].mean(), difference.mean())
        rows.append({**pair, "at": "any", **shares, **paired(difference, settings.confidence)})
    table = pd.DataFrame(rows).assign(scorer="exact", role="secondary", n=n)
    table = table.astype({"gains": "Int64", "losses": "Int64"})
    table["p_holm"] = holm(table, table["role"] == "primary", ["scorer", "at"])
    return table[list(CONTRAST_COLUMNS)]


def accuracies(trained: float, base: float, difference: float) -> dict[str, float]:
    return {"trained_accuracy": trained, "base_accuracy": base, "difference": difference}


def unpaired(a: int, b: int, n: int, confidence: float) -> dict[str, Any]:
    """Interval and p of two counts of `n` questions each, as if these were different ones."""
    low, high = confint_proportions_2indep(a, n, b, n, method="newcomb", alpha=1 - confidence)
    p = test_proportions_2indep(a, n, b, n, method="score").pvalue
    return {"low": low, "high": high, "interval": "newcombe, questions", "p": p, "procedure": "score, unpaired"}


def of_margins(widest: np.ndarray, confidence: float) -> dict[str, Any]:
    """The widest interval of the mean over temperatures, and its p, by the differences that spread most."""
    low, high, p = of_differences(widest, confidence)
    by = "t, widest of the margins"
    return {"low": low, "high": high, "interval": by, "p": p, "procedure": by}


def paired(difference: np.ndarray, confidence: float) -> dict[str, Any]:
    """Interval and p of differences of marks, (questions,)."""
    low, high = difference_interval(Families.single(len(difference)), difference[:, None], confidence)
    gains, losses = int((difference > 0).sum()), int((difference < 0).sum())
    p = mcnemar_p(gains, losses)
    changes = {"gains": gains, "losses": losses}
    return {"low": low[0], "high": high[0], "interval": "t, questions", **changes, "p": p, "procedure": "mcnemar"}


def power_table(solved: np.ndarray, models: tuple[str, ...], settings: StatisticsSettings) -> pd.DataFrame:
    """Minimum detectable difference at any temperature, for the post's questions and for more of them."""
    rows = []
    at_hand = solved.shape[1]
    for trained, base in settings.contrasts:
        differences = solved[models.index(trained)] - solved[models.index(base)]
        sd = differences.std(ddof=1)
        alike = float(alike_families((differences - differences.mean())[:, None] ** 2)[0])
        for asked in sorted({at_hand, 200, 400, 1000}):
            found = minimum_detectable_difference(sd, asked, alike * asked / at_hand)
            rows.append((trained, base, "exact", "any", asked, 1, int(asked == at_hand), sd, found))
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS))


def read_published(path: Path, labels: dict[str, str]) -> Published:
    """Read published.json. Raises UserError if it is not as expected, lacks a model, or contradicts itself."""
    try:
        numbers = Published.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except pydantic.ValidationError as error:
        raise UserError(f"{path}: {explain(error)}") from None
    known = numbers.correct_at_any_temperature
    for model, label in labels.items():
        if label not in known:
            raise UserError(f"{path}: no model {label!r} (the label of {model}); expected one of: {', '.join(known)}")
    if (marks(numbers, labels).sum(axis=1) != [known[label] for label in labels.values()]).any():
        raise UserError(f"{path}: the 10x10 grids don't add up to correct_at_any_temperature")
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=StatisticsSettings.model_validate_json, required=True, help="as JSON")
    parser.add_argument(
        "--labels", type=TypeAdapter(dict[str, str]).validate_json, required=True, help="model to label"
    )
    parser.add_argument("--numbers", type=Path, required=True, help="published.json")
    parser.add_argument("--tables", type=Path, required=True, help="the folder to write the tables to")
    options = parser.parse_args()

    settings, labels = options.settings, options.labels
    numbers = read_published(options.numbers, labels)
    check_models(settings, list(labels))
    models, solved = tuple(labels), marks(numbers, labels)
    families = Families.single(numbers.questions.test)
    questions = ("",) * numbers.questions.test
    any_temperature = any_temperature_table({"exact": solved}, models, settings.confidence)
    training = pd.DataFrame(numbers.training_log.model_dump())
    training.insert(0, "model", TRAINED)
    of_scores = {
        "accuracy": accuracy_table(numbers, labels, settings.confidence),
        "any_temperature": pd.concat([any_temperature, no_punctuation_table(numbers, labels, settings.confidence)]),
        "solved": solved_table(solved, models, questions),
        "contrasts": contrasts_table(numbers, labels, solved, settings),
        "power": power_table(solved, models, settings),
        "agreement": agreement_table({"exact": solved}, models, families, settings.confidence),
        "panel": panel_table({"exact": solved}, models, settings.panel, families, settings.confidence),
        "temperature_effect": temperature_table_from_counts(
            models,
            tuple(numbers.temperatures),
            counts(numbers, labels),
            numbers.questions.test,
            settings.bootstrap_draws,
            settings.seed,
        ),
    }
    for table in of_scores.values():
        table.insert(0, "test", "t1")
    tables = {
        **of_scores,
        "training": training,
        "reward_facts": reward_facts(training, settings.bootstrap_draws, settings.seed, settings.confidence),
        "reward_forms": forms_table(),
    }
    for name, table in tables.items():
        write_table(options.tables / f"{name}.csv", table)


if __name__ == "__main__":
    run_stage(main)
