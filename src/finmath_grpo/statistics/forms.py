"""The forms that a completion can have, and what each earns: why the post's format reward settles at 0.25."""

import re

import pandas as pd

from finmath_grpo.rewards import template_match, xmlcount

_SOLUTION = r"\s*<matematik>\n.*\n</matematik>\s*\n"
_FORMS = {
    "template_newline": rf"{_SOLUTION}<cevap>\n[^\n]*\n</cevap>\s*\n\s*",
    "template": rf"{_SOLUTION}<cevap>\n[^\n]*\n</cevap>",
    "inline": rf"{_SOLUTION}<cevap>[^\n]*</cevap>\s*",
    "half_inline": rf"{_SOLUTION}<cevap>([^\n]*\n|\n[^\n]*)</cevap>\s*",
}
_PATTERNS = {form: re.compile(pattern, re.DOTALL) for form, pattern in _FORMS.items()}
FORMS = (*_FORMS, "no_tags", "other")
_TAGS = ("<matematik>", "</matematik>", "<cevap>", "</cevap>")
_LENGTHS = (250, 500, 1000, 2000)  # characters; the post's completions were about 340 tokens, 1000 characters


def form(text: str) -> str:
    """The form of a completion.

    template: as the prompt asks for it, ending at `</cevap>`. template_newline: with a newline after that. inline:
    `<cevap>6615</cevap>` on one line. half_inline: a newline on one side of the answer only. no_tags: none of the four
    tags. other: the rest, such as text outside the tags, or tags missing or doubled.
    """
    if not any(tag in text for tag in _TAGS):
        return "no_tags"
    if all(text.count(tag) == 1 for tag in _TAGS):
        for name, pattern in _PATTERNS.items():
            if pattern.fullmatch(text):
                return name
    return "other"


def forms_table() -> pd.DataFrame:
    """What the two format rewards give for each form, with no model: for answers of several lengths in characters."""
    rows = []
    for length in _LENGTHS:
        for name, start, end in (
            ("template_newline", "<matematik>\n", "\n</matematik>\n<cevap>\n6615\n</cevap>\n"),
            ("template", "<matematik>\n", "\n</matematik>\n<cevap>\n6615\n</cevap>"),
            ("half_inline", "<matematik>\n", "\n</matematik>\n<cevap>6615\n</cevap>"),
            ("inline", "<matematik>\n", "\n</matematik>\n<cevap>6615</cevap>"),
            ("no_tags", "", "\n6615"),
        ):
            text = start + "=" * (length - len(start) - len(end)) + end
            rows.append((name, length, xmlcount([text])[0], template_match([text])[0]))
    return pd.DataFrame(rows, columns=["form", "length", "xmlcount", "template_match"])
