r"""Read the one number that an answer states. Turkish: the comma is the decimal mark, the dot groups thousands.

    number  = ["-" | "+"] (grouped | digits) ["," digits]
    grouped = one to three digits, the first not 0, then one or more of: "." and three digits

So `12.500` is 12500 and `12,5` is 12.5, while `12.5`, `0.500` and `1,234.56` are not Turkish numbers. Before the
grammar, the text is normalised. Each of these means nothing for the value and may stand around the number:

1.  Compatible characters, by Unicode NFKC: `１２` is `12`. Superscripts and fractions are not changed: `5²` is no 52.
2.  Invisible marks (U+200B to U+200F, U+2060, U+FEFF, the soft hyphen and their like): they are removed.
3.  Markdown, quotes, square brackets: `**12.500**`, `__12__`, `` `12` ``, `#### 12`, `"12"`, `'12'` alone, `[12]`.
4.  LaTeX: `\boxed{12}`, `$12$`, `\(12\)`, `\[12\]`, `33{,}75`, `5\%`, `12 \text{ TL}`, `\mathrm{TL}`, `12\,500`.
5.  A label that ends in a colon or an equals sign, and signs that lead to a result: `Cevap: 12`, `x = 12`, `= 12`,
    `≈ 12`, `~12`, `≅ 12`, `→ 12`, `=> 12`; of a few words no colon is asked: `Cevap 12`, `Faiz tutarı 12 TL'dir`.
6.  Words for "about" and "exactly": `yaklaşık olarak 12`, `tam 12`.
7.  A unit of `UNITS` on either side, in any case and with or without Turkish letters: `12 TL`, `₺12`, `%5`, `yüzde 5`,
    `binde 850`, `32 gram`, `240 TL/kg`. `%5` is 5, not 0.05.
8.  Case, copula and verb: `12 TL'dir`, `%5'tir`, `17 aydır`, `17 ayda`, `%5'i`, `12 TL'ye satılmalıdır`, `12 TL öder`.
9.  A space (plain, no-break or thin) or an apostrophe between groups of three, where all groups fit: `12 500,00`,
    `12'500`.
10. The dash after amounts: `12.500,-`, `12.500-TL`.
11. A remark in brackets after the number, with no digit, number word or denial in it, and more than a minus:
    `12.500 TL (yaklaşık)`.
12. One final `.` or `;`.

A minus is `-`, any dash of Unicode (`−5`, `–5`), or a word: `eksi 5`. A dash that stands free after a word may be a
minus or none: `Cevap – 12` stays unread, and `Cevap –12` and `Cevap: – 12` are -12. Everything else stays unread, and
no number is guessed: two numbers (`2 yıl 6 ay`, `1.000 × 5 = 5.000`), number words (`on iki`), scale words
(`12,5 bin`), fractions (`2/3`), powers, `(500)`, a sentence, and a text of more than 1,000 characters.

Other tools, for which this module is no substitute: Math-Verify 0.9 equates `12.500` and `12,5`. The GSM8K rules of
lm-evaluation-harness, lighteval, inspect_ai and nanochat delete the comma, so that `12,5` is 125. None of them reads
`12.500` as 12500.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import NamedTuple

UNITS = {
    "TL": ("tl", "try", "₺", "lira", "lirasi", "turk lirasi"),
    "kuruş": ("kurus",),
    "USD": ("usd", "$", "dolar", "dolari", "abd dolari"),
    "EUR": ("eur", "€", "euro", "avro"),
    "GBP": ("gbp", "£", "sterlin"),
    "%": ("%", "yuzde"),
    "‰": ("‰", "binde", "milyem", "ayar"),
    "yıl": ("yil", "sene"),
    "ay": ("ay",),
    "hafta": ("hafta",),
    "gün": ("gun",),
    "saat": ("saat",),
    "gram": ("gram", "gr", "g"),
    "kg": ("kg", "kilogram", "kilo"),
    "ton": ("ton",),
    "litre": ("litre", "lt"),
    "metre": ("metre",),
    "adet": ("adet", "tane"),
    "kişi": ("kisi",),
    "hisse": ("hisse",),
    "taksit": ("taksit",),
    "dönem": ("donem", "devre"),
    "kat": ("kat", "kati"),
}
"""Units and how `normalise` leaves them written. A price per something (`TL/kg`) is in its money."""

LONGEST = 1000
"""Characters of an answer that are read; a longer text states no number. It bounds the time on hostile text."""

_COUNTS = {"adet", "kişi", "hisse", "taksit", "dönem", "kat"}
_UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}

# Before NFKC, which would make 52 of 5², 11⁄2 of 1½ and 12 of ⑫: a character that nothing reads.
_UNREAD = "^"
_BEFORE = {
    code: _UNREAD
    for code in range(0x80, 0x3400)
    if unicodedata.decomposition(chr(code)).startswith(("<super>", "<sub>", "<fraction>", "<circle>"))
} | {ord(mark): "'" for mark in "’‘ʼ′´"}
_DIRECTIONS = (0x61C, *range(0x202A, 0x202F), *range(0x2060, 0x2070))  # with the word joiner and its like
_INVISIBLE = (0xAD, 0x180E, *range(0x200B, 0x2010), *_DIRECTIONS, 0xFE0F, 0xFEFF)
_DASHES = (*range(0x2010, 0x2016), 0x2212)
_LETTERS = str.maketrans("İIıŞşÇçĞğÖöÜüÂâÎîÛû", "iiissccggoouuaaiiuu")
_AFTER = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(_DASHES, "-"), **_LETTERS}

# What is taken away leaves a line break, which groups no digits: 12**500 are two numbers.
_WRAPPING = str.maketrans(dict.fromkeys('*_`"“”„«»[]', "\n"))
_LATEX = re.compile(r"\\([a-z]+|.)|\{([.,])\}|[{}]|(?<=[0-9])~", re.DOTALL)
_COMMANDS = {
    **dict.fromkeys(("boxed", "fbox", "text", "textbf", "textrm", "mathrm", "mathbf", "mathit", "mbox"), "\n"),
    **dict.fromkeys(("displaystyle", "left", "right", "quad", "(", ")", "[", "]"), "\n"),
    **dict.fromkeys((",", ";", ":", " "), " "),
    **dict.fromkeys(("approx", "sim", "simeq", "cong"), "≈"),
    **dict.fromkeys(("rightarrow", "implies", "therefore", "to"), "="),
    "!": "",
    "%": "%",
    "$": " usd ",
}

_ONES = "bir|iki|uc|dort|bes|alti|yedi|sekiz|dokuz"
_TENS = "on|yirmi|otuz|kirk|elli|altmis|yetmis|seksen|doksan"
_NUMBER_WORD = re.compile(
    # `bir` alone is mostly the article.
    rf"(?<![a-z])(?!bir(?![a-z]))(?:sifir|{_ONES}|{_TENS}|yuz|bin|milyon|milyar|trilyon|yarim|ceyrek|bucuk)+(?![a-z])"
)
_DENIAL = re.compile(r"(?<![a-z])(?:degil|yanlis|hatali|veya|yahut|ya da)")
_MINUS = ("-", "eksi", "negatif")
_FREE_DASH = re.compile(r"[a-z]\s+-\s")
_LOSS = re.compile(r"(?<![a-z])(?:eksi|negatif|zarar)|\(\s*-\s*\)")

_SPELLINGS = "|".join(map(re.escape, sorted(_UNIT_OF, key=len, reverse=True)))
_COPULA = r"(?:'?[dt][iu]r|'(?:y?[ea]|s?[iu])(?:[dt][iu]r)?|'?[dt][ea](?:dir)?)(?![a-z])"
_UNIT, _NAMED_UNIT = (
    rf"(?<![a-z]){group}{_SPELLINGS})(?:\s?/\s?[a-z]+)?(?:\s?{_COPULA}|(?![a-z]))" for group in ("(?:", "(")
)
_VERB = (
    r"(?<![a-z])(?:ol(?:ur|acak|acaktir|malidir|maktadir|mustur|arak)|oraninda(?:dir)?|tutar(?:inda)?(?:dir)?|tutmaktadir|"
    r"bulun(?:ur|mustur|maktadir)|e(?:der|decektir)|oden(?:ir|ecektir|melidir|mektedir)|oder|odeyecektir|odemelidir|"
    r"hesaplan(?:ir|mistir|maktadir)|elde (?:edilir|edilmistir|edilecektir|eder)|kazan(?:ir|ilir|mistir)|"
    r"ger(?:ekir|ekmektedir)|alinir|kalir|cikar|yapar|surer|sonra(?:dir)?|sonunda|icinde|faiz|esittir|ulasir|alir|"
    r"sat(?:ilir|ilmalidir|malidir|ar))(?![a-z])"
)
_ABOUT = r"(?<![a-z])(?:yaklasik(?: olarak)?|takriben|tam(?: olarak)?)(?![a-z])"
# Words that lead to a number without a colon. None tells one quantity of a question from another of its kind, as the
# period of a rate would (`aylık`), or `nominal`, `net` and `kâr`.
_SUBJECT = (
    r"(?<![a-z])(?:(?:dogru|nihai|son|final) )?(?:cevap|cevabi|cevabim|yanit|yaniti|sonuc(?: olarak)?|sonucu|"
    r"(?:the )?answer(?: is)?|toplam|odenecek|pesin|bugunku|satis|alis|"
    r"(?:faiz|fiyat|tutar|oran|vade|deger|anapara|iskonto|maliyet|miktar|taksit)[iu]?|sure(?:si)?|taksidi)(?![a-z])"
)


def _atomic(name: str, pattern: str) -> str:
    """A group that gives nothing back, so that hostile text takes no exponential time; `name` is its own.

    By a lookahead, which is never entered again. Possessive groups, `(?:ab)*+`, do not match as they should in Python
    before 3.11.5 (cpython issue 106052), and Debian 12 has 3.11.2; `[0-9]++` does.
    """
    return rf"(?=(?P<{name}>{pattern}))(?P={name})"


_LABEL = "[a-z]" + _atomic("label", r"(?:[a-z'/,\s]|\([^()0-9]*\)|%|₺)*") + "[:=≈≅≃→]"
_HEAD = re.compile(
    _atomic("lead", rf"(?:\s|[=≈~≅≃∼:→⇒•#]|{_LABEL}|{_ABOUT}|{_SUBJECT}|{_UNIT})*")
    + _atomic("signed", r"(?P<sign>[-+]|(?<![a-z])(?:eksi|negatif|arti)(?![a-z]))?")
    + _atomic("unit", rf"(?:\s|{_UNIT})*")
)
_TAIL = re.compile(
    r"(?:[,.]--?|-(?=tl))?" + _atomic("words", rf"(?:\s|{_UNIT}|{_COPULA}|{_VERB}|\([^()0-9]*\))*") + r"[.;]?\s*"
)
# In the tail a unit may be alone in brackets: `12.500 (TL)`. A label may end in one: `Vade (ay):`, `Ay sayısı:`.
_UNITS_IN_TAIL = re.compile(rf"\(\s*{_NAMED_UNIT}\s*\)|\([^()]*\)|{_NAMED_UNIT}")
_UNITS_IN_HEAD = re.compile(_NAMED_UNIT)
_UNIT_OF_LABEL = re.compile(rf"{_NAMED_UNIT}\s*(?:sayisi\s*)?\)?\s*$")
_NUMBER = re.compile(
    r"(?P<spaced>[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]++)?)|[0-9]++(?:[.,][0-9]++)*"
)
_UNGROUPED = str.maketrans("", "", " '")


def _grammar(group: str, point: str) -> re.Pattern[str]:
    return re.compile(rf"[-+]?(?:[1-9][0-9]{{0,2}}(?:\{group}[0-9]{{3}})+|[0-9]++)(?:\{point}[0-9]++)?")


_TURKISH = _grammar(group=".", point=",")
_ENGLISH = _grammar(group=",", point=".")


class Stated(NamedTuple):
    """The one number of a text, as it is written."""

    number: str
    """Sign, digits, dots and commas. Spaces and apostrophes between groups are gone."""
    units: frozenset[str]
    """The units beside it, as keys of `UNITS`."""


class Reading(NamedTuple):
    """What a text says as a number."""

    value: Decimal
    convention: str
    """`turkish`, or `english` where the text is a number only with the dot as decimal mark."""


def stated(text: str) -> Stated | None:
    """The number that `text` states and the units beside it, or None if it does not state exactly one number.

    The number may be one in neither convention, as `1.25.0`: its separators are not looked at.
    """
    if len(text) <= LONGEST and _TURKISH.fullmatch(text):
        return Stated(text.lstrip("+"), frozenset())  # most answers, and much faster
    text = normalise(text)
    found = _NUMBER.search(text)
    if found is None:
        return None
    head, tail = text[: found.start()], text[found.end() :]
    before = _HEAD.fullmatch(head)
    if before is None or _TAIL.fullmatch(tail) is None:
        return None
    if before["sign"] == "-" and _FREE_DASH.search(head):
        return None
    sign = "-" if before["sign"] in _MINUS else ""
    place = max(map(head.rfind, ":=≈≅≃→"))
    label, remark = head[: max(place, 0)], tail if "(" in tail else ""
    for words in filter(None, (label, remark)):
        if _NUMBER_WORD.search(words) or _DENIAL.search(words) or (not sign and _LOSS.search(words)):
            return None
    # A label names what is counted too (`Taksit: 500 TL`), so that only the units of a measure are taken from it.
    leading = _UNIT_OF_LABEL.findall(label) + _UNITS_IN_HEAD.findall(head[place + 1 :]) if head else []
    trailing = [unit for pair in _UNITS_IN_TAIL.findall(tail) for unit in pair if unit] if tail else []
    units = {_UNIT_OF[unit] for unit in leading} - _COUNTS | {_UNIT_OF[unit] for unit in trailing}
    number = found.group()
    return Stated(sign + (number.translate(_UNGROUPED) if found["spaced"] else number), frozenset(units))


def numbers_in(text: str) -> list[str]:
    """Every number that stands in `text` after normalisation, as it is written."""
    return [found.group() for found in _NUMBER.finditer(normalise(text))]


def states(text: str, value: Decimal, answer_unit: str = "") -> bool:
    """Whether `text` states `value` in Turkish, with no unit that contradicts the question's.

    The scorer `numeric` and the reward `numeric_match` ask this, so that score and reward can't drift apart.
    """
    found = stated(text)
    return found is not None and turkish(found.number) == value and not contradicts(found.units, answer_unit)


def normalise(text: str) -> str:
    """`text` in small letters without marks, without the wrapping of markdown and LaTeX; see the list above, 1 to 4.

    A text longer than `LONGEST` is nothing: the empty text.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).translate(_AFTER)
    text = text.lower()
    if "\\" in text or "{" in text:
        text = _LATEX.sub(_plain, text)
    text = text.translate(_WRAPPING).replace("->", "→").replace("=>", "→")
    if text.count("$") > 1:  # a pair of dollars is LaTeX, one is the currency
        text = text.replace("$", "\n")
    return text.strip().strip("'")


def names_a_number(text: str) -> bool:
    """Whether `text` has a digit, a sign such as `½`, or a number word, readable or not."""
    return any(map(str.isnumeric, text)) or _NUMBER_WORD.search(normalise(text[:LONGEST])) is not None


def contradicts(units: Collection[str], answer_unit: str) -> bool:
    """Whether one of `units`, those beside an answer's number, is another than the question's.

    Where the question names no unit, or one that `UNITS` lacks, none contradicts it: nothing says what was asked. Words
    for counting (`40 adet hisse`) do not contradict one another.
    """
    asked = _UNIT_OF.get(normalise(answer_unit).partition("/")[0].strip())
    if asked in _COUNTS:
        return not _COUNTS.issuperset(units)
    return asked is not None and any(unit != asked for unit in units)


def parse_turkish(text: str) -> Decimal | None:
    """The number that `text` states in Turkish, exactly, or None if it states none. Units are not compared."""
    return _parse(turkish, text)


def parse_english(text: str) -> Decimal | None:
    """The number that `text` states with the dot as decimal mark and the comma between thousands, or None."""
    return _parse(english, text)


def parse_lenient(text: str) -> Reading | None:
    """The number in Turkish or else in English, and which it was; None if `text` is a number in neither.

    A text that both can read is Turkish: `12.500` is 12500 here, and never 12.5.
    """
    value = parse_turkish(text)
    if value is not None:
        return Reading(value, "turkish")
    value = parse_english(text)
    return None if value is None else Reading(value, "english")


def turkish(number: str) -> Decimal | None:
    """The value of a bare number by the grammar above, or None."""
    return Decimal(number.replace(".", "").replace(",", ".")) if _TURKISH.fullmatch(number) else None


def english(number: str) -> Decimal | None:
    """The value of a bare number with dot and comma exchanged, or None."""
    return Decimal(number.replace(",", "")) if _ENGLISH.fullmatch(number) else None


def _parse(value_of: Callable[[str], Decimal | None], text: str) -> Decimal | None:
    found = stated(text)
    return None if found is None else value_of(found.number)


def _plain(latex: re.Match[str]) -> str:
    command, mark = latex.groups()
    if command is None:
        return mark or "\n"
    return _COMMANDS.get(command, _UNREAD)
