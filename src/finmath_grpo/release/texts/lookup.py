"""The numbers of `recorded` by table and key, and the models, rewards and tests that pages name."""

from types import SimpleNamespace
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.release.texts.tables import NUMBERS, Numbers

MODELS = {
    "llama-base": ("Llama", None),
    "llama-grpo": ("Llama + GRPO, rewards of the post", "llama-base"),
    "llama-grpo-fixed": ("Llama + GRPO, our rewards", "llama-base"),
    "gemma-it": ("Gemma-2", None),
    "gemma-dpo": ("Gemma-2 + DPO", "gemma-it"),
}
"""The models of the tables: label and base."""
LABELS = {model: label for model, (label, _) in MODELS.items()}
REWARDS = {"llama-grpo": "the rewards of the post", "llama-grpo-fixed": "our rewards"}
TESTS = {"t1": "T1", "t2": "T2", "t3": "T3"}


class Tables:
    """The rows of `recorded`, by table and key."""

    def __init__(self, recorded: Numbers) -> None:
        self.recorded = recorded
        self.tests: list[str] = list(recorded["tests"])

    def has(self, table: str, *key: str | int) -> bool:
        return "/".join(map(str, key)) in self.recorded[table]

    def row(self, table: str, *key: str | int) -> SimpleNamespace:
        """One row. Raises UserError for a key that the table does not have."""
        name = "/".join(map(str, key))
        if name not in self.recorded[table]:
            raise UserError(f"{NUMBERS}: no {name} of {table}.csv; build `recorded` and run this again")
        return SimpleNamespace(**self.recorded[table][name])

    def by_run(self, table: str, entry: str, *key: str) -> list[float]:
        """The values of an entry's training runs, in a table whose keys begin with the model."""
        models = dict.fromkeys(name.partition("/")[0] for name in self.recorded[table])
        runs = [name for name in models if name == entry or name.startswith(f"{entry}-seed")]
        return [float(self.row(table, run, *key).value) for run in runs]

    def in_template(self, entry: str) -> list[float]:
        """By training run: the share of completions of the last tenth of training that have the template."""
        forms = (self.by_run("forms", entry, "end", form) for form in ("template", "template_newline"))
        return [sum(shares) for shares in zip(*forms, strict=True)]

    def accuracy(self, model: str, test: str, at: str) -> float:
        """The accuracy of an entry, the mean over its training runs."""
        for key, row in self.recorded["contrasts"].items():
            of_test, trained, base, where = key.split("/")
            if (of_test, where) == (test, at) and model in (trained, base):
                return float(row["trained" if model == trained else "base"])
        raise UserError(f"{NUMBERS}: no accuracy of {model} on {test} at {at}; build `recorded` and run this again")

    def each_run(self, model: str, base: str, metric: str) -> list[float]:
        """The difference of each training run to the base, on T1."""
        prefix = f"t1/{model}/{base}/{metric}/"
        found = {key.removeprefix(prefix): row for key, row in self.recorded["runs"].items() if key.startswith(prefix)}
        return [row["value"] for run, row in found.items() if run != "all"]

    def part(self, test: str, model: str, part: str) -> SimpleNamespace:
        """A part of what GRPO or DPO changed."""
        return self.row("decomposition", test, model, str(MODELS[model][1]), part)

    def parts(self, part: str) -> list[tuple[str, SimpleNamespace]]:
        """A part by reward and test, with names for a sentence."""
        return [
            (f"on {TESTS[test]} with {name}", self.part(test, model, part))
            for test in self.tests
            for model, name in REWARDS.items()
        ]

    def unmerged(self) -> list[tuple[str, SimpleNamespace]]:
        """The difference of each unmerged adapter to its merged model, on T1."""
        keys = [(label, ("t1", f"{model}-adapter", model, "mean")) for model, label in LABELS.items()]
        return [(f"for {label}", self.row("contrasts", *key)) for label, key in keys if self.has("contrasts", *key)]

    def deep(self) -> str | None:
        """The model whose pass@k at large k is held against the base's; None where the record has none."""
        found = [key.split("/")[0] for key in self.recorded["pass_at_k_deep"] if key.split("/")[1] == "llama-base"]
        return found[0] if found else None

    def ks(self, trained: str) -> list[int]:
        keys = [key.split("/") for key in self.recorded["pass_at_k_deep"]]
        return sorted(int(k) for model, against, k in keys if (model, against) == (trained, "llama-base"))

    def moved_by_temperature(self, moved: bool) -> list[str]:
        """The models for which temperature is shown to matter, p under 0.05 over all of them; or is not."""
        ps = {label: self.row("temperature_effect", "t1", model).p for model, label in LABELS.items()}
        return [label for label, p in ps.items() if (p is not None and p < 0.05 / len(ps)) is moved]

    def of_test(self, test: str) -> Any:
        """`questions`, `temperatures` and `samples` of a test."""
        return SimpleNamespace(**self.recorded["tests"][test])


def estimate(value: float, low: float, high: float) -> SimpleNamespace:
    return SimpleNamespace(value=value, low=low, high=high)


def compared(variants: list[dict[str, Any]]) -> list[tuple[str, SimpleNamespace]]:
    """The variants of a sweep of DPO with their differences to the base."""
    return [
        (f"for {row['variant']}", estimate(row["difference"], row["difference_low"], row["difference_high"]))
        for row in variants
        if row["difference"] is not None
    ]
