"""How much of each test question the training questions already show.

Four measures from strict to loose: the same text; the same letters and digits; the same shape (what the drawn parts of
a question are, masked: the same exercise with other numbers and names); and the share of the question's runs of eight
words that occur in training.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl, write_json
from finmath_grpo.questions.families.writing import COMPANIES, FIRMS, GOODS, WHO
from finmath_grpo.questions.rows import Question

NGRAM = 8
"""Words in a run, as is usual since GPT-3's contamination study used 8 to 13."""
FREQUENT = 256
"""Words held as bits."""
MEASURES = ("exact", "normalised", "masked")
MACHINES = (
    "makine", "baskı makinesi", "dolum makinesi", "torna tezgâhı", "dokuma tezgâhı", "pres", "forklift", "sunucu",
    "jeneratör", "soğutucu", "traktör", "kamyonet", "paketleme hattı", "sunucu sistemi", "soğuk hava deposu",
)  # fmt: skip
"""What firms buy in the families, beside the goods of `writing`."""
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"[0-9]+")


def _any_of(names: Iterable[str]) -> str:
    """A pattern for one of the names; `Bir esnaf` may also stand within a sentence."""
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(re.sub("^Bir ", "[Bb]ir ", name) for name in longest_first)


# A noun with whatever case it has: `Bir esnafın`, `buzdolabını`, `Ayşe Hanım'ın`.
_SUFFIX = r"(?:['’]?[a-zçğıöşü]+)?"
_WHO = re.compile(rf"\b(?:{_any_of([*WHO, *FIRMS, *COMPANIES])}){_SUFFIX}")
_GOODS = re.compile(rf"\b(?:{_any_of([*GOODS, *MACHINES])}){_SUFFIX}", re.I)
_MONTHS = "ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık"
_CARDINALS = "iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on"
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBER = re.compile(
    rf"(?:\byüzde )?[0-9]+(?:[.,][0-9]+)*[{_RAISED}]*(?: (?:{_MONTHS})\b)?(?:['’][a-zçğıöşü]+)?"
    rf"|\b(?:{_MONTHS}|{_CARDINALS})\b(?:['’][a-zçğıöşü]+)?|[{_RAISED}]+",
    re.I,
)
_UNIT = re.compile(r"\b(TL|₺|lira|kg|gram)['’][a-zçğıöşü]+")

# What tells how to round: a remark in brackets, a sentence that asks for nothing else, or words within one.
_ROUND = r"(?:yuvarla|ondalık|küsurat)"
_ROUNDING = re.compile(
    rf"\([^()?]*{_ROUND}[^()?]*\)"
    rf"|(?<=[.?!)\]] )(?![^.?!]*(?:hesapla|bulunuz|kaç|nedir|kadardır))[^.?!]*{_ROUND}[^.?!]*[.!]"
    rf"|\b(?:(?:sonucu|cevabı|yanıtı)\s)?(?:virgülden sonra\s)?(?:\w+\s){{1,2}}basama\w+(?: \w+){{0,2}} yuvarla\w+"
    r"|\byaklaşık(?:\solarak)?\b",
    re.I,
)


def normalised(text: str) -> str:
    """Letters and digits only, in lower case as Turkish has it."""
    return "".join(_words(text))


def masked(text: str) -> str:
    """The shape of a question: its words with the drawn parts masked, each with its suffixes.

    Numbers and months are `#` (`%4'ü`, `2.`, `altı` and `5 Ocak'ta` alike), people and firms of the families' lists
    `@`, goods and machines of the lists `*`. A unit loses its suffix (`TL'nin` is `tl`). Notes on rounding are dropped.
    """
    # Which digits a number has makes no difference, and many questions differ in nothing else.
    return _masked(_DIGITS.sub("0", text))


@lru_cache(maxsize=2**17)
def _masked(text: str) -> str:
    text = _ROUNDING.sub(" ", text)
    text = _GOODS.sub(" * ", _WHO.sub(" @ ", text))
    text = _UNIT.sub(r"\1", _NUMBER.sub(" # ", text))
    return " ".join(re.findall(r"\w+|[#@*]", _lower(text)))


def seen_shapes(train: Iterable[Question], test: Iterable[Question]) -> dict[str, bool]:
    """For each test question, by id, whether a training question has its shape."""
    shapes = {masked(row.question) for row in train}
    return {row.id: masked(row.question) in shapes for row in test}


class Contamination:
    """Training questions, indexed once for any number of tests.

    Which questions have which of the `FREQUENT` most frequent words is held as bits, 64 words to an integer, so that
    all of them are counted at once; of the other words, the questions that have them are listed.
    """

    def __init__(self, train: Iterable[Question]):
        self.ids: list[str] = []
        sizes: list[int] = []
        self.seen: tuple[set[str], ...] = tuple(set() for _ in MEASURES)
        self.runs: set[tuple[str, ...]] = set()
        rows_with: defaultdict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(train):
            words = _words(row.question)
            vocabulary = set(words)
            self.ids.append(row.id)
            sizes.append(len(vocabulary))
            self.runs |= _runs(words)
            for seen, text in zip(self.seen, _texts(row, words), strict=True):
                seen.add(text)
            for word in vocabulary:
                rows_with[word].append(place)
        self.sizes = np.array(sizes, dtype=np.int64)
        by_frequency = sorted(rows_with, key=lambda word: -len(rows_with[word]))
        self.bit_of = {word: divmod(place, 64) for place, word in enumerate(by_frequency[:FREQUENT])}
        self.bits = np.zeros((FREQUENT // 64, len(self.ids)), dtype=np.uint64)
        for word, (column, bit) in self.bit_of.items():
            self.bits[column, rows_with[word]] |= np.uint64(1 << bit)
        self.rows_with = {word: np.array(rows_with[word], dtype=np.int32) for word in by_frequency[FREQUENT:]}

    def of(self, test: Iterable[Question]) -> dict[str, Any]:
        """The report on one test: counts over its questions, and per question its overlaps and the nearest of training.

        Nearest is by the Jaccard index of word sets, the first of equals; null where no word is shared.
        """
        rows, known = list(test), set(self.ids)
        questions = [self._question(row) for row in rows]
        counts = {name: sum(row[name] for row in questions) for name in MEASURES}
        counts["any_8_gram"] = sum(bool(row["share_of_8_grams"]) for row in questions)
        return {
            "train": len(self.ids),
            "test": len(questions),
            "test_questions_seen": counts,
            # Of T3: where the split is not the one that T3 was drawn for.
            "training_questions_with_new_numbers": sum(row.of in known for row in rows),
            "questions": questions,
        }

    def _question(self, row: Question) -> dict[str, Any]:
        words = _words(row.question)
        runs = _runs(words)
        nearest, similarity = self._nearest(set(words))
        return {
            "id": row.id,
            **{name: text in seen for name, text, seen in zip(MEASURES, _texts(row, words), self.seen, strict=True)},
            "share_of_8_grams": round(len(runs & self.runs) / len(runs), 4) if runs else None,
            "nearest": nearest,
            "similarity": round(similarity, 4),
        }

    def _nearest(self, vocabulary: set[str]) -> tuple[str | None, float]:
        shared = self._shared(vocabulary)
        if not shared.any():
            return None, 0.0
        similarities = shared / np.maximum(self.sizes + len(vocabulary) - shared, 1)
        nearest = int(similarities.argmax())
        return self.ids[nearest], float(similarities[nearest])

    def _shared(self, vocabulary: set[str]) -> np.ndarray:
        """How many words of `vocabulary` each training question has, (questions,)."""
        shared = np.zeros(len(self.ids), dtype=np.int64)
        asked = [0] * len(self.bits)
        for column, bit in (self.bit_of[word] for word in vocabulary & self.bit_of.keys()):
            asked[column] |= 1 << bit
        for bits, mask in zip(self.bits, asked, strict=True):
            if mask:
                shared += np.bitwise_count(bits & np.uint64(mask))
        if rare := [self.rows_with[word] for word in vocabulary & self.rows_with.keys()]:
            shared += np.bincount(np.concatenate(rare), minlength=len(self.ids))
        return shared


def _texts(row: Question, words: list[str]) -> tuple[str, str, str]:
    """What the first three measures compare; `words` are those of the question."""
    return row.question, "".join(words), masked(row.question)


def _lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "ı").lower()


def _words(text: str) -> list[str]:
    return _WORD.findall(_lower(text))


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + NGRAM]) for start in range(len(words) - NGRAM + 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="the training questions")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="the questions of each test")
    parser.add_argument("--names", nargs="+", required=True, help="the names of the tests, in the same order")
    parser.add_argument("--contamination", type=Path, required=True, help="the report to write")
    arguments = parser.parse_args()
    known = Contamination(read_jsonl(arguments.train, Question))
    report = {
        name: known.of(read_jsonl(path, Question)) for name, path in zip(arguments.names, arguments.tests, strict=True)
    }
    write_json(arguments.contamination, report)
    for name, part in report.items():
        print(f"{name}: seen while training of {part['test']}: {part['test_questions_seen']}")


if __name__ == "__main__":
    run_stage(main)
