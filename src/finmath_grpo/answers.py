"""The parts of a completion: the answer, as the post's `extract_xml_answer` finds it, and the template.

Rewards, scorers and the audit of the rewards share these functions.
"""

from typing import NamedTuple

OPENING = "<cevap>"
CLOSING = "</cevap>"
TAGS = ("<matematik>", "</matematik>", OPENING, CLOSING)


def extract_answer(text: str) -> str:
    """The text after the last `<cevap>`, up to the next `</cevap>`, without the spaces around it.

    Where there is no tag it is the whole text, as in the post, so that a bare `6615` is an answer too.
    """
    return text.split(OPENING)[-1].split(CLOSING)[0].strip()


def has_answer(text: str) -> bool:
    """Whether the text opens an answer at all."""
    return OPENING in text


class Parts(NamedTuple):
    """What stands around and between the four tags."""

    before: str
    solution: str
    between: str
    answer: str
    after: str


def split_at_tags(text: str) -> Parts | None:
    """The parts of a completion in which each tag occurs once and all stand in order, else None."""
    if any(text.count(tag) != 1 for tag in TAGS):
        return None
    parts, rest = [], text
    for tag in TAGS:
        part, found, rest = rest.partition(tag)
        if not found:
            return None
        parts.append(part)
    return Parts._make([*parts, rest])


def follows_template(text: str) -> bool:
    """Whether a completion has the form that the prompt asks for.

    Each tag stands once, in order, on a line of its own; nothing but white space stands outside; the solution is not
    blank; the answer is one line that is not blank. A newline after `</cevap>` is not asked for.
    """
    parts = split_at_tags(text)
    return (
        parts is not None
        and not parts.before.strip()
        and on_own_lines(parts.solution)
        and not parts.between.strip()
        and "\n" in parts.between
        and on_own_lines(parts.answer)
        and "\n" not in parts.answer[1:-1]
        and not parts.after.strip()
    )


def on_own_lines(content: str) -> bool:
    """Whether the content between two tags has its lines for itself, and is not blank."""
    return content.startswith("\n") and content.endswith("\n") and not content.isspace()
