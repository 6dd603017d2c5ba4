"""The cards of trained models, from config, log, scores, claims and merge check: README.md of a repository."""

import csv
import inspect
import json
import re
from pathlib import Path
from typing import Any

import jinja2
import yaml

from finmath_grpo import rewards
from finmath_grpo.claims.finding import NOT_COMPARABLE, NOT_MEASURED, effect, interval
from finmath_grpo.files import atomic_write
from finmath_grpo.numerals import rounded
from finmath_grpo.questions.card import is_canonical
from finmath_grpo.sharing.hub_results import DATASET, shown
from finmath_grpo.sharing.results import Accuracy, Results, SharedModel

TEMPLATE = Path(__file__).with_name("card.md.j2")
TRAINED = ("grpo", "dpo")
TOLD = ("grpo-above", "grpo-learned", "format-reward", "template-at", "correctness-", "length-")
"""How the names of the claims begin that are about the trained model of the first contrast."""
UNTOLD = (NOT_MEASURED, NOT_COMPARABLE)
"""Verdicts of claims that say nothing of a model."""


def write(results: Results, config: dict[str, Any], claims: Path, folder: Path) -> list[Path]:
    """Write `folder/{model}/README.md`, and `adapter.md` beside it, for every trained model whose run is here."""
    run = claims.parent
    files = []
    for model, entry in results.settings.models.items():
        if entry.method not in TRAINED or not (run / "training" / model / "log.csv").is_file():
            continue
        for name, adapter in (("README.md", False), ("adapter.md", True)):
            files.append(folder / model / name)
            with atomic_write(files[-1]) as file:
                file.write(card(results, config, run, model, adapter))
    return files


def card(results: Results, config: dict[str, Any], run: Path, model: str, adapter: bool = False) -> str:
    """The text of a card. `run` is the experiment's folder of results; `adapter`: of the adapter alone."""
    entry = results.settings.models[model]
    base = results.settings.models[entry.base or ""]
    # The post's sentences are about the first contrast.
    is_first = [pair[0] for pair in config["statistics"]["contrasts"][:1]] == [model]
    told = json.loads((run / "claims.json").read_text(encoding="utf-8")) if is_first else []
    with (run / "training" / model / "log.csv").open(encoding="utf-8", newline="") as file:
        # The row of step 0 is the policy before training.
        log = [row for row in csv.DictReader(file) if row["step"] != "0"]
    rows = [
        _row(results, model, entry.base or "", test, scorer)
        for test in results.tests
        for scorer in ("numeric", "exact")
    ]
    text = jinja2.Environment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False
    ).from_string(TEMPLATE.read_text(encoding="utf-8"))
    found = text.render(
        label=_plain(entry.label),
        experiment=results.experiment,
        commit=results.commit,
        how=f"{_plain(base.label)}, trained by {entry.method.upper()}"
        f"{', the adapter unmerged' if adapter else ' and merged'}.",
        prompt=results.prompt("SORU"),
        adapter=adapter,
        data=f"`{config['questions']}` without the test{' (CC BY 4.0)' if results.is_shipped('t1') else ''}"
        if entry.method == "grpo"
        else "preference pairs drawn from the families of the questions",
        rewards={name: _first_line(getattr(rewards, name)) for name in entry.rewards},
        seed=entry.seed,
        steps=len(log),
        course=_course(log),
        hyperparameters=_flat(config["training"][entry.method]),
        temperature=f"{shown(results, model, next(iter(results.tests)), 'numeric').temperature:g}",
        confidence=f"{results.settings.confidence:.0%}",
        results=rows,
        claims=[
            {"reading": claim["reading"], "verdict": claim["verdict"], "effect": _effect(claim)}
            for claim in told
            if claim["verdict"] not in UNTOLD and claim["id"].startswith(TOLD)
        ],
        merge=_merge(run / "models" / model / "merge_check.json"),
        redrawn=_none_of_t1(results),
        shipped=all(results.is_shipped(test) for test in results.tests),
        dataset=DATASET,
        licence=_licence(base)[1],
    )
    return f"---\n{_metadata(results, model, adapter)}---\n\n{found}"


def _metadata(results: Results, model: str, adapter: bool) -> str:
    """What the Hub reads of a card: https://huggingface.co/docs/hub/model-cards."""
    entry = results.settings.models[model]
    base = results.settings.models[entry.base or ""]
    repository = base.repository
    metrics = [
        {
            "task": {"type": "text-generation"},
            "dataset": {
                "name": results.task(test),
                "type": DATASET if results.is_shipped(test) else results.task(test),
                "split": test,
            },
            "metrics": [
                {
                    "type": "accuracy",
                    "name": f"numeric, at temperature {row.temperature:g}",
                    "value": round(100 * row.accuracy, 4),
                }
            ],
        }
        for test in results.tests
        for row in [shown(results, model, test, "numeric")]
    ]
    content = {
        "language": ["tr"],
        **_licence(base)[0],
        "library_name": "peft" if adapter else "transformers",
        "pipeline_tag": "text-generation",
        "tags": [entry.method, "finance", "mathematics", "finmath-grpo"],
        **({"base_model": repository} if repository else {}),
        **({"base_model_relation": "adapter" if adapter else "finetune"} if repository else {}),
        "model-index": [{"name": entry.label, "results": metrics}],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _licence(base: SharedModel) -> tuple[dict[str, str], str]:
    """The licence of what was trained from `base`, as the Hub has it and in words: ours only where the base is ours."""
    if base.method == "pretrain":
        return {"license": "mit"}, "The base was pre-trained by this project; the weights are under the MIT licence."
    words = (
        f"The licence of {base.repository} holds for its weights: read it on its page."
        if base.repository
        else "The base came from a folder of the machine that trained it: its licence holds for these weights, and is"
        " not known here."
    )
    return {"license": "other", "license_name": "licence-of-the-base-model"}, words


def _none_of_t1(results: Results) -> int:
    """How many questions of T3 name a question (`of`) that is not in T1."""
    known = {question.id for question in results.tests["t1"]}
    return sum(bool(question.of) and question.of not in known for question in results.tests.get("t3", []))


def _row(results: Results, model: str, base: str, test: str, scorer: str) -> dict[str, str]:
    questions = results.tests[test]
    ceiling = sum(map(is_canonical, questions)) / len(questions)
    return {
        "test": test.upper(),
        "n": f"{len(questions)} × {results.samples[test]}",
        "scorer": scorer,
        "own": _interval(shown(results, model, test, scorer)),
        "base": _interval(shown(results, base, test, scorer)),
        "ceiling": f"{ceiling:.0%}" if scorer == "exact" else "100%",
    }


def _interval(row: Accuracy) -> str:
    return f"{rounded(100 * row.accuracy, 1)} % ({rounded(100 * row.low, 1)} to {rounded(100 * row.high, 1)})"


def _effect(claim: dict[str, Any]) -> str:
    ends = interval(claim)
    return (effect(claim) or "–") + (f" ({ends})" if ends else "")


def _course(log: list[dict[str, str]]) -> str:
    """How the reward went, in the first and the last tenth of the steps; empty where there is none."""
    values = [float(row["reward"]) for row in log if row.get("reward")]
    if not values:
        return ""
    tenth = max(1, len(values) // 10)
    first, last = (sum(part) / tenth for part in (values[:tenth], values[-tenth:]))
    return f"Mean reward {first:.3f} in the first tenth of the steps, {last:.3f} in the last."


def _merge(path: Path) -> str:
    if not path.is_file():
        return "Not checked."
    found = json.loads(path.read_text(encoding="utf-8"))
    summary, greedy = found["summary"], found["greedy"]
    same = len(set(found["base_sha256"].values())) == 1
    kept = summary["kept_share"]
    update = "training changed nothing" if kept is None else f"it kept {kept:.1%} of the update ({summary['update']})"
    return (
        f"The frozen base {'had the same hash' if same else 'CHANGED'} before and after training. Each merged tensor is"
        f" `W + (α/r)·BA` within {summary['largest_error_in_ulps']:.2f} of a unit in the last place of bfloat16;"
        f" {update}. Greedy answers of the merged model and"
        f" of base with adapter were the same on {greedy['identical']} of {greedy['prompts']} prompts."
    )


def _plain(label: str) -> str:
    """A label as text of Markdown, whatever stands in it."""
    return re.sub(r"[\\`*_\[\]<>&#|]", r"\\\g<0>", label)


def _first_line(reward: Any) -> str:
    return (inspect.getdoc(reward) or "").split("\n\n")[0].replace("\n", " ")


def _flat(settings: dict[str, Any]) -> dict[str, str]:
    """Settings by their names, those of a section after its name."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": inner for name, inner in _flat(value).items()}
        else:
            found[key] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found
