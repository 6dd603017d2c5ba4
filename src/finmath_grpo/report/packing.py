"""Data files of the page: scripts that hand a value to it, as a page that is opened from a disk can't fetch.

Small values stand in the script as JSON. Texts are compressed: a text of a completion takes about a seventh of its
characters then, and a browser inflates it by itself (DecompressionStream).
"""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

from markupsafe import Markup

from finmath_grpo.files import atomic_write

LEVEL = 3
"""Of the compression: level 6 takes twice as long for a few percent."""


def script_json(value: Any) -> Markup:
    """JSON that is safe inside a script element and in a script file: ASCII only, and no character of markup."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # nosec B704


def packed(value: Any) -> str:
    """The JSON of `value`, compressed by zlib, in base64."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 can't hold and an escape can
        text = json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
    return base64.b64encode(zlib.compress(text, LEVEL)).decode("ascii")


def write_data(path: Path, name: str, value: Any) -> None:
    """Write the script that hands `value` to the page under `name`."""
    with atomic_write(path) as file:
        file.write(f"deliver({script_json(name)},{script_json(value)});\n")
