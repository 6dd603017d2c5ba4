"""What stands under a figure and beside a table on the page. A name that is not here is shown by itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """`title` is the heading, `alt` says what is drawn to whoever can't see it; the numbers are in the tables."""

    group: str
    title: str
    alt: str


TRAINING, ACCURACY, QUESTIONS, EXAMPLES, MORE = (
    "Training",
    "Accuracy",
    "Which questions were solved",
    "Examples",
    "More figures",
)
GROUPS = (ACCURACY, QUESTIONS, TRAINING, EXAMPLES, MORE)

FIGURES = {
    "grpo_vs_base": Caption(
        ACCURACY,
        "GRPO against its base model",
        "Bars of exact-match accuracy with intervals, base and GRPO-trained Llama side by side at each temperature.",
    ),
    "gemma_vs_dpo": Caption(
        ACCURACY,
        "Gemma against its DPO-trained version",
        "Bars of exact-match accuracy with intervals, Gemma before and after DPO side by side at each temperature.",
    ),
    "all_models": Caption(
        ACCURACY,
        "The post's four models by temperature",
        "Bars of exact-match accuracy with intervals of the post's four models at each temperature.",
    ),
    "all_models_squashed": Caption(
        ACCURACY,
        "Right at any temperature",
        "A bar a model: questions right at least once over all temperatures, by exact match, with intervals.",
    ),
    "all_models_squashed_no_punctuation": Caption(
        ACCURACY,
        "Right at any temperature, punctuation removed",
        "A bar a model: questions right at least once over all temperatures, punctuation removed, with intervals.",
    ),
    "accuracy_by_temperature": Caption(
        ACCURACY,
        "Every model, every scorer",
        "Accuracy of every model over temperature with intervals, a panel for each of the three scorers.",
    ),
    "paired_differences": Caption(
        ACCURACY,
        "Which model is better on the same questions",
        "Forest plot: paired difference in accuracy with its interval, for each contrast of a model with its base.",
    ),
    "pass_and_majority": Caption(
        ACCURACY,
        "More completions a question",
        "pass@k and majority voting of each model against the number of completions a question.",
    ),
    "outcomes": Caption(
        ACCURACY,
        "What became of the answers",
        "Stacked shares of outcomes of each model: right, separators swapped, rounding, wrong, no answer, cut off.",
    ),
    "model_comparison_heatmap": Caption(
        QUESTIONS,
        "What each model solved",
        "A grid of test questions for each of the post's models; solved questions are filled.",
    ),
    "combined_model_comparison_heatmap": Caption(
        QUESTIONS,
        "How many models solved each question",
        "One grid of test questions; the shade is the number of the post's models that solved the question.",
    ),
    "agreement": Caption(
        QUESTIONS,
        "Do the models succeed on the same questions?",
        "Agreement beyond chance (kappa) of each two models on which questions they solve.",
    ),
    "training_run_metrics": Caption(
        TRAINING,
        "The GRPO run, step by step",
        "Three curves over training steps: completion length, correctness reward and format reward.",
    ),
    "training_runs": Caption(
        TRAINING,
        "Every GRPO run, step by step",
        "The same three curves of every run, the post's rewards beside ours.",
    ),
    "reward_audit": Caption(
        TRAINING,
        "What the format reward paid for",
        "Shares of the forms of sampled completions over training steps, and what each form earned.",
    ),
    "example_question1": Caption(
        EXAMPLES,
        "Right after GRPO, wrong before",
        "A question with the base model's wrong completion and the GRPO model's right one side by side.",
    ),
    "example_question2": Caption(
        EXAMPLES,
        "Right before GRPO, wrong after",
        "A question with the base model's right completion and the GRPO model's wrong one side by side.",
    ),
}

TABLES = {
    "accuracy": "accuracy of each model at each temperature, by scorer, with intervals",
    "any_temperature": "questions right at least once over all temperatures (the post's protocol)",
    "solved": "which questions were right at any temperature",
    "outcomes": "what became of the answers, by model and temperature",
    "disagreement": "where the three scorers differ, with an example of each",
    "contrasts": "paired differences between a model and its base, with tests",
    "power": "the smallest difference that so many questions and samples can show",
    "pass_and_majority": "pass@k and majority voting",
    "agreement": "whether each two models succeed on the same questions",
    "panel": "agreement of the post's four models, question by question (Fleiss' kappa)",
    "temperature_effect": "whether temperature matters",
    "training": "lengths and rewards at each training step",
    "reward_facts": "the training curves in numbers",
    "reward_audit": "forms of the completions sampled in training, and their rewards",
    "reward_forms": "what each form earns, whatever the model",
    "examples": "the two example questions",
}


def caption(figure: str) -> Caption:
    """The caption of a figure, or one made of its name."""
    title = figure.replace("_", " ").capitalize()
    return FIGURES.get(figure, Caption(MORE, title, f"Figure: {title}."))
