"""The tables of docs/results.md, in Markdown, from the rows that a page looks up."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from finmath_grpo import numerals
from finmath_grpo.release.texts.lookup import LABELS, MODELS, REWARDS, TESTS, Tables, estimate
from finmath_grpo.release.texts.words import (
    counted,
    ends,
    interval,
    listed,
    over_runs,
    percent,
    points,
    signed,
    signed_count,
)

OURS = ("numeric", "exact", "no_punctuation")
PARTS = ("format", "separators", "mathematics")
THE = "the "
K = 8
"""pass@k is shown at every k that is a power of this, and at the largest."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def accuracy(tables: Tables) -> str:
    """By model: accuracy, its difference to the base on each test, and questions right by value at any temperature."""
    questions = tables.of_test("t1").questions

    def row(model: str, label: str, base: str | None) -> Iterable[str]:
        yield label
        for test in tables.tests:
            yield points(tables.accuracy(model, test, "mean"))
            yield signed(tables.row("contrasts", test, model, base, "mean")) if base else ""
        any_of = counted(tables.accuracy(model, "t1", "any"), questions)
        against = base and signed_count(tables.row("contrasts", "t1", model, base, "any"), questions)
        yield f"{any_of} ({against})" if against else any_of

    header = ["accuracy, %", *(cell for test in tables.tests for cell in (TESTS[test], "less its base"))]
    header.append(f"right value at any temperature, of {questions}")
    return table(header, (list(row(model, *of)) for model, of in MODELS.items()))


def decomposition(tables: Tables) -> str:
    """By reward and test: GRPO less its base in parts."""
    return table(
        ["GRPO less its base", *PARTS],
        (
            [f"{name.removeprefix(THE)}, {TESTS[test]}"] + [signed(tables.part(test, model, part)) for part in PARTS]
            for model, name in REWARDS.items()
            for test in tables.tests
        ),
    )


def training(tables: Tables) -> str:
    """By reward: forms of the completions of training, and what was right by the reward itself."""

    def form(name: str) -> list[str]:
        keys = [("start", name), ("end", name)]
        return [", ".join(over_runs(tables.by_run("forms", model, *key), percent) for key in keys) for model in REWARDS]

    def fact(name: str, scale: float) -> list[str]:
        writers = {f"{name}_start": lambda value: numerals.rounded(value, 1), f"{name}_change": numerals.signed}
        return [
            ", ".join(
                over_runs(tables.by_run("reward_facts", model, key), write, scale) for key, write in writers.items()
            )
            for model in REWARDS
        ]

    held = tables.recorded.get("held_out")

    def held_out() -> list[str]:
        writers = {"start": lambda value: numerals.rounded(value, 0), "change": lambda value: numerals.signed(value, 0)}
        return [
            ", ".join(over_runs(tables.by_run("held_out", model, key), write, 100) for key, write in writers.items())
            for model in REWARDS
        ]

    return table(
        ["in training", *(name.removeprefix(THE) for name in REWARDS.values())],
        [
            ["% with the template, then a newline: first tenth, last", *form("template_newline")],
            ["% with the template alone: first tenth, last", *form("template")],
            # A right answer earns 2.
            ["% right by its own reward: first third, change to the last", *fact("correctness", 50)],
            ["tokens: first third, change to the last", *fact("length", 1)],
            *([["% right of the validation questions: before, change by the end", *held_out()]] if held else []),
        ],
    )


def seeds(tables: Tables) -> str:
    """By contrast with its base: each training run, their mean, spread and interval."""
    rows = []
    for model, (label, base) in MODELS.items():
        for metric, name in (("numeric", "less its base"), ("mathematics", "of it mathematics")):
            if base is None or not tables.has("runs", "t1", model, base, metric, "all"):
                continue
            every = tables.row("runs", "t1", model, base, metric, "all")
            each = [points(value) for value in tables.each_run(model, base, metric)]
            alone = tables.row("runs", "t1", model, base, metric, model)
            rows.append([f"{label}, {name}", listed(each), signed(every), points(every.sd), ends(alone)])
    return table(["T1", "each run", "mean", "standard deviation", "interval of the first alone"], rows)


def temperatures(tables: Tables) -> str:
    low, *_, high = tables.of_test("t1").temperatures
    rows = []
    for model, label in LABELS.items():
        effect = tables.row("temperature_effect", "t1", model)
        accuracies = [points(tables.accuracy(model, "t1", format(at, "g"))) for at in (low, high)]
        extremes = f"{effect.best:g}, {effect.worst:g} ({points(effect.range)} points)"
        rows.append([label, *accuracies, extremes, "–" if effect.p is None else numerals.p_value(effect.p)])
    return table(["accuracy on T1, %", f"at {low:g}", f"at {high:g}", "best, worst", "no difference"], rows)


def deep(tables: Tables, trained: str) -> str:
    """pass@k of the base and of the trained model, and their difference."""
    ks = tables.ks(trained)
    shown = [k for k in ks if k in {K**power for power in range(10)} or k == ks[-1]]

    def row(label: str, write: Any, model: str, against: str) -> list[str]:
        return [label, *(write(tables.row("pass_at_k_deep", model, against, k)) for k in shown)]

    return table(
        ["pass@k on T1, %", *(f"k = {k:,}" for k in shown)],
        [
            row(LABELS["llama-base"], lambda found: points(found.value), "llama-base", ""),
            row(LABELS[trained], lambda found: points(found.value), trained, ""),
            row("less its base", signed, trained, "llama-base"),
        ],
    )


def majority(tables: Tables) -> str:
    k = tables.of_test("t1").samples
    votes = k * len(tables.of_test("t1").temperatures)
    columns = {("pass", 1): "one", ("pass", k): f"one of {k} right", ("majority", k): f"majority of {k}"}
    columns[("pooled_majority", votes)] = f"majority of all {votes}"
    return table(
        ["% right on T1", *columns.values()],
        (
            [label, *(points(tables.row("pass_and_majority", "t1", model, *column).value) for column in columns)]
            for model, label in LABELS.items()
        ),
    )


def sweep(variants: Sequence[dict[str, Any]]) -> str:
    """What `benchmarks/dpo_sweep.py` wrote."""
    shares = ("readable", "cut_off", "repeats_a_word")

    def against(row: dict[str, Any]) -> str:
        if row["difference"] is None:
            return ""
        return signed(estimate(row["difference"], row["difference_low"], row["difference_high"]))

    return table(
        ["% on the validation questions", "accuracy", "less the base", "readable", "cut off", "repeats a word"],
        (
            [row["variant"], points(row["accuracy"]), against(row), *(points(row[name]) for name in shares)]
            for row in variants
        ),
    )


def pretraining(bases: Sequence[dict[str, Any]], taken: int) -> str:
    """Bases after other numbers of steps."""
    return table(
        ["% on the validation questions", "readable", "in a tag", "accuracy"],
        (
            [
                f"{LABELS.get(row['model'], row['model'])}, {row['steps']:,.0f} steps{taken_if(row['steps'] == taken)}",
                points(row["readable"]),
                points(row["tagged"]),
                interval(estimate(row["accuracy"], row["low"], row["high"])),
            ]
            for row in bases
        ),
    )


def taken_if(is_taken: bool) -> str:
    return " (taken)" if is_taken else ""


def summary(tables: Tables) -> str:
    """The table of README.md: T1 alone."""
    questions = tables.of_test("t1").questions

    def row(model: str, label: str, base: str | None) -> Iterable[str]:
        yield label
        yield f"{points(tables.accuracy(model, 't1', 'mean'))} %"
        any_of = counted(tables.accuracy(model, "t1", "any"), questions)
        if base is None:
            yield from ("", "", any_of)
        else:
            yield signed(tables.row("contrasts", "t1", model, base, "mean"))
            yield signed(tables.part("t1", model, "mathematics"))
            yield f"{any_of} ({signed_count(tables.row('contrasts', 't1', model, base, 'any'), questions)})"

    header = ["model of 100 M parameters", "right value", "against its base", "of it mathematics"]
    header.append(f"right value at any temperature, of {questions}")
    return table(header, (list(row(model, *of)) for model, of in MODELS.items()))


def scorer(audit: Sequence[dict[str, Any]], name: str, text: str, gold: str) -> SimpleNamespace:
    """The contrast by a scorer, of `data/recorded/scorer_audit.csv`."""
    row = next(row for row in audit if (row["scorer"], row["text"], row["gold"]) == (name, text, gold))
    return estimate(row["difference"], row["low"], row["high"])


def rejected(audit: Sequence[dict[str, Any]], gold: str) -> list[float]:
    """Shares of right answers that the tools reject, which get the answer alone, in order."""
    rows = [row for row in audit if row["text"] == "answer" and row["gold"] == gold and row["scorer"] not in OURS]
    return sorted(row["rejected_share"] for row in rows)


def scorers(audit: Sequence[dict[str, Any]], text: str) -> str:
    """What scorers say that compare with the value, from the answer alone or the whole completion."""
    rows = [row for row in audit if row["text"] == text and row["gold"] == "value"]
    right, wrong = (f"{rows[0][name]:,.0f}" for name in ("right", "wrong"))
    trained, base = (rows[0][name] for name in ("trained", "base"))

    def counted_share(row: dict[str, Any], count: str, share: str) -> str:
        return f"{row[count]:,.0f} ({points(row[share])} %)" if row[count] else "0"

    return table(
        ["scorer", f"right rejected, of {right}", f"wrong accepted, of {wrong}", f"{base}, %", trained, "difference"],
        (
            [
                "ours" if row["scorer"] in OURS else row["scorer"],
                counted_share(row, "right_rejected", "rejected_share"),
                counted_share(row, "wrong_accepted", "accepted_share"),
                points(row[f"accuracy {base}"]),
                points(row[f"accuracy {trained}"]),
                signed(scorer(audit, row["scorer"], text, "value")),
            ]
            for row in rows
        ),
    )
