"""The answer in a completion: the post's `extract_xml_answer`, which the rewards and the scorers share.

It returns the whole text where no tag stands, as the post's does, so that a bare `6615` is an answer too.
"""

OPENING = "<cevap>"
CLOSING = "</cevap>"


def extract_answer(text: str) -> str:
    """The text after the last `<cevap>`, up to the next `</cevap>`, without the spaces around it."""
    return text.split(OPENING)[-1].split(CLOSING)[0].strip()


def has_answer(text: str) -> bool:
    """Whether the text opens an answer at all."""
    return OPENING in text
