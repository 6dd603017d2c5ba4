"""Questions of a family fall together, so families are the units of intervals and tests.

Two questions of one family (the same exercise with other numbers) are solved or missed together: their correlation is
0.5 to 0.9 in our record. An interval that took them for two independent questions would be too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Families:
    """Which family each question belongs to."""

    codes: np.ndarray
    """A number from 0 per question, (questions,)."""
    count: int
    """How many families there are."""

    @classmethod
    def of(cls, names: Sequence[str]) -> "Families":
        """By the names of the families. A question without one (an empty name) is a family of its own."""
        keys = [("family", name) if name else ("question", str(place)) for place, name in enumerate(names)]
        places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        return cls(np.array([places[key] for key in keys], dtype=np.int64), len(places))

    @classmethod
    def single(cls, questions: int) -> "Families":
        """Every question by itself, which is the post's protocol."""
        return cls(np.arange(questions), questions)

    def among(self, chosen: np.ndarray) -> "Families":
        """The families of the questions that the mask `chosen`, (questions,), names."""
        found, codes = np.unique(self.codes[chosen], return_inverse=True)
        return Families(codes, len(found))

    @property
    def unit(self) -> str:
        """What an interval over them is called in tables: `families`, or `questions` where each is by itself."""
        return "questions" if self.count == len(self.codes) else "families"

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the questions of each family of `values`, (questions, columns); (families, columns)."""
        if self.count == len(self.codes):
            return values[np.argsort(self.codes)].astype(float)
        sums: np.ndarray = self._member @ values
        return sums

    @cached_property
    def _member(self) -> np.ndarray:
        """1 where a question is of a family, else 0: (families, questions)."""
        member = np.zeros((self.count, len(self.codes)))
        member[self.codes, np.arange(len(self.codes))] = 1
        return member

    def means(self, values: np.ndarray) -> np.ndarray:
        """Means over the questions of each family of `values`, (questions, columns); (families, columns)."""
        means: np.ndarray = self.sums(values) / self.sums(np.ones((len(values), 1)))
        return means
