"""What became of a completion, in words: the same ones everywhere on the page."""

OUTCOME_WORDS = {
    "right": "right",
    "separators": "swapped separators",
    "rounding": "rounded",
    "unit": "contradicting unit",
    "wrong": "wrong value",
    "unreadable": "no single number",
    "no_answer": "no answer tag",
    "cut_off": "cut off",
}
"""By outcome (`finmath_grpo.evaluation.scores.OUTCOMES`)."""

OUTCOME_MEANINGS = {
    "right": "the answer, read as a Turkish number, has the value of the question",
    "separators": "it has the value if dot and comma are read as in English",
    "rounding": "it is the value up to rounding",
    "unit": "its unit contradicts the question's: 17 yıl for 17 ay",
    "wrong": "anything else, and what holds no number at all",
    "unreadable": "it has digits or number words, but not exactly one number",
    "no_answer": "no <cevap> in the text",
    "cut_off": "the limit of tokens came before the end of an answer",
}
"""What each outcome means."""
