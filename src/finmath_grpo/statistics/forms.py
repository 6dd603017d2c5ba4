"""The forms that a completion can have, and what each earns: why the post's format reward settles at 0.25."""

from typing import TYPE_CHECKING, NamedTuple

from finmath_grpo.answers import TAGS, follows_template, on_own_lines, split_at_tags
from finmath_grpo.rewards import template_match, xmlcount

# Imported where the table is made: `reward_lint` needs the forms alone, in environments without pandas.
if TYPE_CHECKING:
    import pandas as pd

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


class Template(NamedTuple):
    """What a prompt asks for: the text around the working and the answer. No newline is asked for at its end."""

    before: str
    between: str
    after: str


TEMPLATE = Template("<matematik>\n", "\n</matematik>\n<cevap>\n", "\n</cevap>")


def in_form(form: str, working: str, answer: str, template: Template = TEMPLATE) -> str:
    """A completion of one of `FORMS`, all but `other`."""
    before, between, after = template
    whole = before + working + between + answer + after
    return {
        "template": whole,
        "template_newline": whole + "\n",
        "half_inline": before + working + between.rstrip() + answer + after,
        "inline": before + working + between.rstrip() + answer + after.lstrip(),
        "no_tags": f"{working}\n{answer}",
    }[form]


def forms_table() -> "pd.DataFrame":
    """What the two format rewards give for each form, with no model: for answers of several lengths in characters."""
    import pandas as pd

    rows = []
    for length in _LENGTHS:
        for name in ("template_newline", "template", "half_inline", "inline", "no_tags"):
            text = in_form(name, "=" * (length - len(in_form(name, "", "6615"))), "6615")
            rows.append((name, length, xmlcount([text])[0], template_match([text])[0]))
    return pd.DataFrame(rows, columns=["form", "length", "xmlcount", "template_match"])
