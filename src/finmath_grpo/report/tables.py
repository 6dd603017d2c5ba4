"""What the report says of each table that it links to. A table without an entry is shown by its name alone."""

MEANINGS = {
    "accuracy": "accuracy of each model at each temperature, by scorer, with intervals",
    "any_temperature": "questions right at least once over all temperatures (the post's protocol)",
    "solved": "which questions each model got right at any temperature",
    "outcomes": "what became of the answers, by model and temperature",
    "disagreement": "where the three scorers differ, with one example per case",
    "contrasts": "paired differences between two models, with tests, on each of the tests T1, T2, T3",
    "decomposition": "each difference in its parts: format, separators, mathematics",
    "readability": "what can be read of the answers: tag, one number, right value by a lenient reading",
    "ceiling": "the most that exact match can reach",
    "shapes": "accuracy by whether training has shown the shape of a question",
    "power": "the smallest difference that this number of questions and samples can show",
    "pass_and_majority": "pass@k and majority voting",
    "agreement": "whether two models succeed on the same questions, for each pair of models",
    "panel": "agreement of the post's four models, question by question (Fleiss' kappa)",
    "temperature_effect": "whether temperature matters",
    "training": "lengths and rewards at each training step",
    "reward_facts": "the training curves in numbers",
    "reward_audit": "forms of the completions sampled in training, and their rewards",
    "reward_forms": "what each form earns, whatever the model",
    "examples": "the two example questions",
}
