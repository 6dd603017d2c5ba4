"""Text that models and users wrote, made fit to draw: literal, never markup, and of limited length."""

import html
import re
import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories whose characters vanish, reorder the line (bidi controls) or break the file (lone surrogates)."""


def escape(text: str) -> str:
    """`text` as literal Plotly text. Plotly interprets `<b>`, `<a>` and entities in every string that it draws.

    Where a figure has `meta`, as ours do, it takes `%{x}` for a variable too, and leaves out one that it doesn't know.
    """
    return html.escape(text, quote=False).replace("%{", "%&#123;")


def visible(text: str) -> str:
    """`text` with a tab as four spaces and each invisible character as U+FFFD. Line ends stay."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(c if c == "\n" or unicodedata.category(c) not in UNSEEN else "\ufffd" for c in text)


def columns(text: str) -> int:
    """The columns of `text` in a monospaced font: wide East Asian characters and emoji take two, accents none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fitting(text: str, width: int) -> int:
    """How many leading characters of `text` fit into `width` columns: at least one, unless `text` is empty."""
    used = 0
    for index, character in enumerate(text):
        used += columns(character)
        if used > width:
            return max(index, 1)
    return len(text)


def wrap(text: str, width: int) -> list[str]:
    """The lines of `text`, none wider than `width` columns, broken at spaces and inside longer words."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for token in re.findall(" +|[^ ]+", paragraph):
            while (fits := fitting(line + token, width)) < len(line + token):
                if line.strip():
                    lines.append(line.rstrip())
                    line, token = "", token.lstrip()
                else:
                    lines.append((line + token)[:fits])
                    line, token = "", (line + token)[fits:]
            line += token
        lines.append(line)
    return lines


def shorten(lines: list[str], limit: int) -> list[str]:
    """At most `limit` lines. A longer text loses its middle, as the answer is at its end, and says how much it lost."""
    if len(lines) <= limit:
        return lines
    tail = limit // 3
    head = limit - tail - 1
    left_out = lines[head : len(lines) - tail]
    return [
        *lines[:head],
        f"[… {len(left_out)} lines, {sum(map(len, left_out))} characters left out …]",
        *lines[len(lines) - tail :],
    ]


def block(text: str, width: int, limit: int) -> list[str]:
    """`text` as at most `limit` lines of Plotly text, made visible, wrapped to `width` columns and escaped.

    Spaces become no-break spaces, because SVG draws a row of spaces as one.
    """
    lines = shorten(wrap(visible(text.strip("\n")), width), limit)
    return [escape(line).replace(" ", "\u00a0") or "\u00a0" for line in lines]
