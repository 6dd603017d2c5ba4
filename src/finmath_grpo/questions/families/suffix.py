"""Suffixes on written numbers, in vowel harmony with how the number is read: `%5'i`, `6'sı`, `%40'tan`, `2.000 TL'nin`.

A suffix is named by its form after `iki` (a front vowel at the end): si, yi, nin, ye, de, den, lik, sini, sinin, sine,
sinden, dir. It is no general morphology: only endings of numbers, of TL and of plain words are treated, with no
softening of consonants, as Turkish writes none after an apostrophe.
"""

import re
from typing import Literal

Suffix = Literal["si", "yi", "nin", "ye", "de", "den", "lik", "sini", "sinin", "sine", "sinden", "dir"]

_ONES = ("sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz")
_TENS = ("", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan")
_SCALES = ("", "bin", "milyon", "milyar", "trilyon")
_HIGH = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
_LOW = {"ı": "a", "u": "a", "i": "e", "ü": "e"}
_AFTER_VOWEL_ONLY = "sny"
"""The letters that part two vowels: dropped after a consonant."""


def spoken_end(written: str) -> str:
    """The last word of `written` as it is read aloud: `10.000` ends in `bin`, `%12,5` in `beş`, `TL` in `tele`."""
    if written.endswith("TL"):
        return "tele"
    digits = re.search(r"[0-9.,]*[0-9]$", written)
    if digits is None:
        return written.split()[-1].lower()
    number = digits.group().replace(".", "").rpartition(",")[2]
    stripped = number.rstrip("0")
    zeros = len(number) - len(stripped)
    if not stripped:
        return _ONES[0]
    if zeros >= 3:
        return _SCALES[zeros // 3]
    if zeros == 0:
        return _ONES[int(stripped[-1])]
    return "yüz" if zeros == 2 else _TENS[int(stripped[-1])]


def suffixed(written: str, suffix: Suffix) -> str:
    """`written` with the suffix after an apostrophe: `suffixed("%40", "den")` is `%40'tan`."""
    word = spoken_end(written)
    vowels = [letter for letter in word if letter in _HIGH]
    high = _HIGH[vowels[-1]]
    ends_in_vowel = word[-1] in _HIGH
    ending = ""
    for position, letter in enumerate(suffix):
        if position == 0 and letter in _AFTER_VOWEL_ONLY and not ends_in_vowel:
            continue
        if position == 0 and letter == "d" and word[-1] in "fstkçşhp":
            letter = "t"
        if letter == "i":
            letter = high
        elif letter == "e":
            letter = _LOW[high]
        ending += letter
    return f"{written}'{ending}"
