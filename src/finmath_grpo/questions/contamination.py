"""How much of each test question the training questions already show.

Four measures from strict to loose: the same text; the same letters and digits; the same text with numbers masked (the
same exercise with other numbers); and the share of the question's runs of eight words that occur in training.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from finmath_grpo.questions.rows import Question

NGRAM = 8
"""Words in a run, as is usual since GPT-3's contamination study used 8 to 13."""
MEASURES = ("exact", "normalised", "numbers_masked")
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


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + NGRAM]) for start in range(len(words) - NGRAM + 1)}


def contamination(train: Iterable[Question], test: list[Question]) -> dict[str, Any]:
    """Overlaps of each test question with the training questions, and the nearest training question of each.

    Nearest is by the Jaccard index of word sets, the first of equals. Only the test questions are indexed; the training
    questions pass once, so that memory does not grow with them.
    """
    texts = [(row.question, normalised(row.question), masked(row.question)) for row in test]
    wanted = [{text[measure] for text in texts} for measure in range(3)]
    words = [_words(row.question) for row in test]
    runs = [_runs(own) for own in words]
    wanted_runs = set().union(*runs)
    tests_with = defaultdict(list)
    sizes = [len(set(own)) for own in words]
    for index, own in enumerate(words):
        for word in set(own):
            tests_with[word].append(index)

    found: list[set[str]] = [set(), set(), set()]
    found_runs: set[tuple[str, ...]] = set()
    nearest: list[tuple[float, str | None]] = [(0.0, None)] * len(test)
    count = 0
    for row in train:
        count += 1
        for measure, text in enumerate((row.question, normalised(row.question), masked(row.question))):
            if text in wanted[measure]:
                found[measure].add(text)
        own = _words(row.question)
        found_runs |= _runs(own) & wanted_runs
        vocabulary = set(own)
        shared = Counter(chain.from_iterable(tests_with[word] for word in vocabulary if word in tests_with))
        for index, common in shared.items():
            jaccard = common / (sizes[index] + len(vocabulary) - common)
            if jaccard > nearest[index][0]:
                nearest[index] = (jaccard, row.id)

    questions = [
        {
            "id": row.id,
            **{name: text in found[measure] for measure, (name, text) in enumerate(zip(MEASURES, each, strict=True))},
            "share_of_8_grams": round(len(own & found_runs) / len(own), 4) if own else None,
            "nearest": name_of_nearest,
            "similarity": round(similarity, 4),
        }
        for row, each, own, (similarity, name_of_nearest) in zip(test, texts, runs, nearest, strict=True)
    ]
    seen = {name: sum(row[name] for row in questions) for name in MEASURES}
    seen["any_8_gram"] = sum(bool(row["share_of_8_grams"]) for row in questions)
    return {"train": count, "test": len(test), "test_questions_seen": seen, "questions": questions}
