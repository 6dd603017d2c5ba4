"""The catalogue of figures: one entry per figure, and what the workflow and the report ask of it.

The entry of a figure names the function that draws it as text, so that nobody loads Plotly by reading the catalogue.
The drawing code does not import the catalogue either: it receives its part of the entry as JSON (`drawing_of`). A
changed title therefore redraws one figure, and a changed alternative text redraws none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from finmath_grpo.files import canonical_json

Group = Literal["Accuracy", "Which questions were solved", "Training", "Examples"]
GROUPS: tuple[Group, ...] = ("Accuracy", "Which questions were solved", "Training", "Examples")
"""In the order of the report."""
Shown = Literal["models", "panel", "contrast", "grpo", "timed", "merged", "deep", "audited"]
"""Models of an experiment: all, the panel, the first contrast, those trained by GRPO, those whose training was timed,
those that were merged with an adapter, those of `deep`, those whose texts other tools scored."""
POST_RUN = "llama-grpo"
"""The one training run whose log the post published."""


@dataclass(frozen=True)
class Entry:
    """One figure."""

    draw: str
    """The function that draws it: `module:function`, a module of `finmath_grpo.figures`."""
    title: str
    """Plain text. It is the title in the figure and the heading in the report."""
    group: Group
    """The section of the report."""
    alt: str
    """What the figure shows, for a reader who can't see it. The numbers are in the tables."""
    tables: tuple[str, ...]
    """Files in `results/{experiment}/statistics/` that it reads."""
    shows: Shown = "models"
    """The models that it shows."""
    least: int = 1
    """How many of these the experiment must have."""
    models: tuple[str, ...] = ()
    """If given, it shows these only, and the experiment must have each of them."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Further arguments of the drawing function."""
    published: bool = True
    """Whether the numbers that the post published are enough for it."""
    published_tables: tuple[str, ...] = ()
    """The tables that it reads for these numbers, if not the same as for a run."""


BARS = ("accuracy.csv", "any_temperature.csv")
CEILING = "ceiling.csv"
"""What exact match can reach; it stands beside every figure of exact match. The post's labels are not public."""
AUDIT = "scorer_audit.csv"
"""A table that is shipped with a record; no rule makes it."""

FIGURES: dict[str, Entry] = {
    # the figures of the post, under the post's names
    "training_run_metrics": Entry(
        draw="curves:curves",
        title="The GRPO run, step by step",
        group="Training",
        alt="Three curves over the training steps: completion length, correctness reward and format reward.",
        tables=("training.csv",),
        shows="grpo",
        models=("llama-grpo",),
    ),
    "grpo_vs_base": Entry(
        draw="bars:by_temperature",
        title="GRPO against its base model",
        group="Accuracy",
        alt="Bars of exact-match accuracy with intervals: the base Llama beside the GRPO-trained one, per temperature.",
        tables=(*BARS, CEILING),
        published_tables=BARS,
        models=("llama-base", "llama-grpo"),
    ),
    "gemma_vs_dpo": Entry(
        draw="bars:by_temperature",
        title="Gemma against its DPO-trained version",
        group="Accuracy",
        alt="Bars of exact-match accuracy with intervals: Gemma before DPO beside Gemma after it, per temperature.",
        tables=(*BARS, CEILING),
        published_tables=BARS,
        models=("gemma-it", "gemma-dpo"),
    ),
    "all_models": Entry(
        draw="bars:by_temperature",
        title="Exact match by temperature",
        group="Accuracy",
        alt="Bars of exact-match accuracy with intervals: the models that the post compares, per temperature.",
        tables=(*BARS, CEILING),
        published_tables=BARS,
        shows="panel",
    ),
    "all_models_squashed": Entry(
        draw="bars:at_any_temperature",
        title="Right at any temperature, exact string match",
        group="Accuracy",
        alt="One bar per model: the questions that its first completion at any temperature got right, by exact match.",
        tables=(*BARS, CEILING),
        published_tables=BARS,
        shows="panel",
        options={"scorer": "exact"},
    ),
    "all_models_squashed_no_punctuation": Entry(
        draw="bars:at_any_temperature",
        title="Right at any temperature, punctuation removed",
        group="Accuracy",
        alt="One bar per model: the questions that its first completion at any temperature got right, punctuation "
        "removed. "
        "Hatching marks what exact match does not count.",
        tables=(*BARS, CEILING),
        published_tables=BARS,
        shows="panel",
        options={"scorer": "no_punctuation"},
    ),
    "model_comparison_heatmap": Entry(
        draw="model_comparison_heatmap:figure",
        title="Questions solved, model by model",
        group="Which questions were solved",
        alt="One grid of test questions per model of the post's comparison. Cells of solved questions are filled.",
        tables=("solved.csv", CEILING),
        published_tables=("solved.csv",),
        shows="panel",
    ),
    "combined_model_comparison_heatmap": Entry(
        draw="combined_model_comparison_heatmap:figure",
        title="How many models solved each question",
        group="Which questions were solved",
        alt="One grid of test questions. Number and shade of a cell say how many models solved the question.",
        tables=("solved.csv", CEILING),
        published_tables=("solved.csv",),
        shows="panel",
    ),
    "example_question1": Entry(
        draw="examples:side_by_side",
        title="Right after training, wrong before",
        group="Examples",
        alt="One question and two completions side by side: the base model's is wrong, the trained model's is right.",
        tables=("examples.json",),
        shows="contrast",
        least=2,
        options={"example": "example_question1"},
        published=False,
    ),
    "example_question2": Entry(
        draw="examples:side_by_side",
        title="Right before training, wrong after",
        group="Examples",
        alt="One question and two completions side by side: the base model's is right, the trained model's is wrong.",
        tables=("examples.json",),
        shows="contrast",
        least=2,
        options={"example": "example_question2"},
        published=False,
    ),
    # further figures, which the post does not have
    "training_runs": Entry(
        draw="curves:curves",
        title="Every GRPO run, step by step",
        group="Training",
        alt="Three curves per GRPO run over the training steps: completion length and the two kinds of reward.",
        tables=("training.csv",),
        shows="grpo",
        published=False,
    ),
    "training_diagnostics": Entry(
        draw="curves:diagnostics",
        title="Does the reward mean anything?",
        group="Training",
        alt="Curves per GRPO run over the training steps: reward, held-out accuracy and readable answers, completion"
        " length, entropy, share of groups with zero variance, sampler against trainer.",
        tables=("training.csv",),
        shows="grpo",
        published=False,
    ),
    "training_cost": Entry(
        draw="training_cost:figure",
        title="What held-out accuracy cost",
        group="Training",
        alt="Two panels with one line per GRPO run: held-out accuracy against the completions sampled up to then, and"
        " against the seconds of training, with intervals.",
        tables=("training_cost.csv",),
        shows="timed",
        least=2,
        published=False,
    ),
    "merge_fidelity": Entry(
        draw="merge_fidelity:figure",
        title="What the merge kept of the update",
        group="Training",
        alt="Two panels over the layers, one point per adapted weight: gain and cosine of the merged update against "
        "the trained one. At 1 nothing was lost by rounding.",
        tables=("merge.csv",),
        shows="merged",
        published=False,
    ),
    "accuracy_by_temperature": Entry(
        draw="accuracy_by_temperature:figure",
        title="Accuracy by temperature, by each scorer",
        group="Accuracy",
        alt="One panel per scorer and one line per model: accuracy over temperature, with intervals. Where a model was "
        "trained several times, a thin line per run and a thick one for their mean.",
        tables=(*BARS, CEILING, "runs.csv"),
        published_tables=BARS,
    ),
    "accuracy_by_test": Entry(
        draw="accuracy_by_test:figure",
        title="The same number, test by test",
        group="Accuracy",
        alt="Bars of accuracy with intervals, one group per test: held-out questions, new ideas, new numbers. A dashed "
        "line in each group is the most that exact match can reach.",
        tables=("pass_and_majority.csv", CEILING),
        published=False,
    ),
    "gain_by_cause": Entry(
        draw="gain_by_cause:figure",
        title="Mathematics or form: what makes each difference",
        group="Accuracy",
        alt="For each contrast of two models, bars for what the answer tag, the separators and the mathematics add to "
        "the difference in accuracy, and the difference as scored, with intervals.",
        tables=("decomposition.csv", "runs.csv"),
        shows="contrast",
        least=2,
        published=False,
    ),
    "paired_differences": Entry(
        draw="paired_differences:figure",
        title="Differences between models on the same questions",
        group="Accuracy",
        alt="Forest plot: the paired difference in accuracy with its interval, for each contrast of two models.",
        tables=("contrasts.csv", CEILING),
        published_tables=("contrasts.csv",),
        shows="contrast",
        least=2,
    ),
    "outcomes": Entry(
        draw="outcomes:figure",
        title="What became of the answers",
        group="Accuracy",
        alt="One stacked bar per model: shares of right answers, swapped separators, rounding, contradicting units, "
        "wrong values, unreadable answers, completions with no answer and completions cut off.",
        tables=("outcomes.csv",),
        published=False,
    ),
    "scorer_audit": Entry(
        draw="scorer_audit:figure",
        title="What other scorers would have said",
        group="Accuracy",
        alt="One row per scorer: the share of right answers that it rejects, and the first contrast by it, with its "
        "interval.",
        tables=(AUDIT,),
        shows="audited",
        least=2,
        published=False,
    ),
    "pass_and_majority": Entry(
        draw="pass_and_majority:figure",
        title="What more completions give",
        group="Accuracy",
        alt="One line per model: pass@k and majority voting over the number of completions per question.",
        tables=("pass_and_majority.csv",),
        published=False,
    ),
    "pass_at_k_deep": Entry(
        draw="pass_at_k_deep:figure",
        title="Could the base do it, given many tries?",
        group="Accuracy",
        alt="Two panels over the number of completions per question on a log scale: pass@k of each model with a band, "
        "and the difference of each to the base with a band and a line at zero.",
        tables=("pass_at_k_deep.csv",),
        shows="deep",
        least=2,
        published=False,
    ),
    "agreement": Entry(
        draw="agreement:figure",
        title="Do the models solve the same questions?",
        group="Which questions were solved",
        alt="A matrix of models. Each cell gives the agreement of two models beyond chance (Cohen's kappa) on which "
        "questions they solve.",
        tables=("agreement.csv", "panel.csv"),
        least=2,
    ),
    "reward_audit": Entry(
        draw="reward_audit:figure",
        title="What the format reward paid for",
        group="Training",
        alt="The format reward over the training steps, and what a completion of each form earns from it.",
        tables=("reward_audit.csv",),
        shows="grpo",
        published_tables=("training.csv", "reward_forms.csv", "reward_facts.csv"),
    ),
}


def figures_of(kind: str, models: Collection[str], shown: Mapping[Shown, Collection[str]]) -> list[str]:
    """The names of the figures of an experiment of this kind, in the order of the catalogue.

    `shown` are its `models` by what shows them.
    """
    if kind == "published":
        shown = {**shown, "grpo": (POST_RUN,)}
    found = {name: set(shown.get(name, ())) & set(models) for name in get_args(Shown)} | {"models": set(models)}
    return [
        name
        for name, entry in FIGURES.items()
        if (entry.published or kind != "published")
        and len(found[entry.shows]) >= entry.least
        and found[entry.shows] >= set(entry.models)
    ]


def tables_of(figure: str, kind: str) -> list[str]:
    """The file names of the tables that `figure` reads in an experiment of this kind."""
    entry = FIGURES[figure]
    return list((entry.published_tables if kind == "published" else ()) or entry.tables)


def module_of(figure: str) -> str:
    """The module that draws `figure`, with its package."""
    return f"finmath_grpo.figures.{FIGURES[figure].draw.partition(':')[0]}"


def drawing_of(figure: str) -> str:
    """What the drawing of `figure` depends on of its entry, as the JSON that `figures.draw --entry` reads."""
    entry = FIGURES[figure]
    models = {"models": entry.models} if entry.models else {}
    return canonical_json({"draw": entry.draw, "title": entry.title, "options": {**entry.options, **models}})
