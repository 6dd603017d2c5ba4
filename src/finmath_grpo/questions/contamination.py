"""How much of each test question the training questions already show.

Four measures from strict to loose: the same text; the same letters and digits; the same text with numbers masked (the
same exercise with other numbers); and the share of the question's runs of eight words that occur in training.
"""

import re
from collections import Counter, defaultdict
from typing import Any

from finmath_grpo.questions.rows import Question

NGRAM = 8
"""Words in a run, as is usual since GPT-3's contamination study used 8 to 13."""
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_WORD = re.compile(r"\w+")


def normalised(text: str) -> str:
    """Letters and digits only, in lower case as Turkish has it."""
    return "".join(_words(text))


def masked(text: str) -> str:
    """The words with every number as `#`, suffixes of numbers included."""
    return " ".join(_words(_NUMBER.sub(" # ", text), keep="#"))


def _words(text: str, keep: str = "") -> list[str]:
    lower = text.replace("İ", "i").replace("I", "ı").lower()
    return re.findall(rf"\w+|[{keep}]", lower) if keep else _WORD.findall(lower)


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def contamination(train: list[Question], test: list[Question]) -> dict[str, Any]:
    """Overlaps of each test question with the training questions, and the nearest training question of each.

    Nearest is by the Jaccard index of word sets; both indexes are inverted, so that the time grows with what is shared.
    """
    exact = {row.question for row in train}
    normal = {normalised(row.question) for row in train}
    without_numbers = {masked(row.question) for row in train}
    runs = {run for row in train for run in _runs(row.question, NGRAM)}
    vocabularies = [frozenset(_words(row.question)) for row in train]
    rows_with = defaultdict(list)
    for index, words in enumerate(vocabularies):
        for word in words:
            rows_with[word].append(index)

    per_question = []
    for row in test:
        own = _runs(row.question, NGRAM)
        words = frozenset(_words(row.question))
        shared = Counter(index for word in words for index in rows_with.get(word, ()))
        nearest, similarity = None, 0.0
        for index in sorted(shared):
            jaccard = shared[index] / (len(words) + len(vocabularies[index]) - shared[index])
            if jaccard > similarity:
                nearest, similarity = train[index].id, jaccard
        per_question.append(
            {
                "id": row.id,
                "exact": row.question in exact,
                "normalised": normalised(row.question) in normal,
                "numbers_masked": masked(row.question) in without_numbers,
                "share_of_8_grams": round(len(own & runs) / len(own), 4) if own else None,
                "nearest": nearest,
                "similarity": round(similarity, 4),
            }
        )
    seen = {name: sum(row[name] for row in per_question) for name in ("exact", "normalised", "numbers_masked")}
    seen["any_8_gram"] = sum(bool(row["share_of_8_grams"]) for row in per_question)
    return {"train": len(train), "test": len(test), "test_questions_seen": seen, "questions": per_question}
