"""The forms that a completion can have, and what each earns: why the post's format reward settles at 0.25."""

import pandas as pd

from finmath_grpo.answers import TAGS, follows_template, on_own_lines, split_at_tags
from finmath_grpo.rewards import template_match, xmlcount

FORMS = ("template_newline", "template", "inline", "half_inline", "no_tags", "other")
_LENGTHS = (250, 500, 1000, 2000)  # characters; the post's completions were about 340 tokens, 1000 characters


def form(text: str) -> str:
    """The form of a completion.

    - template: as the prompt asks for it (`answers.follows_template`), ending on the line of `</cevap>`.
    - template_newline: the same with a newline after that.
    - inline: `<cevap>6615</cevap>` on one line.
    - half_inline: a newline on one side of the answer only.
    - no_tags: none of the four tags.
    - other: the rest, such as text outside the tags, tags missing or doubled, a solution or an answer that is blank,
      and an answer of several lines.
    """
    if not any(tag in text for tag in TAGS):
        return "no_tags"
    parts = split_at_tags(text)
    if parts is None:
        return "other"
    if follows_template(text):
        return "template_newline" if "\n" in parts.after else "template"
    outside = parts.before + parts.between + parts.after
    if outside.strip() or not on_own_lines(parts.solution) or "\n" not in parts.between or not parts.answer.strip():
        return "other"
    first, *more = parts.answer.split("\n")
    if not more:
        return "inline"
    return "half_inline" if len(more) == 1 and (first.strip() or more[0].strip()) else "other"


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
