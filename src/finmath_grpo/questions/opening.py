"""A choice question as an open one: its text without the choices, ending in what Turkish asks for a number."""

import re
import unicodedata

ASKING = {
    "TL": "kaç TL'dir",
    "%": "yüzde kaçtır",
    "yıl": "kaç yıldır",
    "ay": "kaç aydır",
    "gün": "kaç gündür",
    "": "kaçtır",
}
"""How Turkish asks for a number of each unit, at the end of a sentence."""

_WHICH = re.compile(
    r"(?:aşağıdaki(?:lerden| seçeneklerden| şıklardan)|yukarıdaki(?:lerden| seçeneklerden))"
    r" hangi(?:sidir|sine eşittir|si olur) ?(?=\?)"
)
_POINTING = re.compile(
    r" ?(?:Doğru (?:seçeneği|cevabı|şıkkı) (?:işaretleyiniz|bulunuz)\.|Doğru (?:cevap|seçenek|şık) hangisidir ?\?)"
)
_CHOICES_LEFT = re.compile(
    # A choice between investments (`yatırım seçeneğinden`) is none of these.
    r"hangisi|hangileri|aşağıdakiler|(?:aşağıdaki|yukarıdaki|verilen|doğru|hangi) seçene[kğ]|"
    r"(?:^|[.?!:;] )seçene[kğ]|seçeneği (?:işaretle|bul)|şıkk?(?:ı|lar)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?<!\w)([A-Ea-e]) ?([).-])[ )]*(?=\S)")
_ELSEWHERE = re.compile(
    r"(?<!\w)(?:[0-9]+ ?\.|[0-9]+['’]?[iıuü]?nc[iıuü]|[iİ]lk|birinci|[iİ]kinci|üçüncü|dördüncü|beşinci|altıncı|yedinci|"
    r"sekizinci|dokuzuncu|onuncu|önceki|sonraki|yukarıdaki|aşağıdaki) ?soru|(?<!\w)soru(?: no)?:? ?[0-9]|^yukarıda",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"(?:aşağıdaki|yukarıdaki|yandaki|verilen|ekteki) (?:\w+ ){0,2}(?:tablo|grafi[kğ]|çizelge)|"
    r"(?<!\w)(?:tablo(?:ya|da)|grafi(?:ğe|kte)|çizelge(?:ye|de))",
    re.IGNORECASE,
)


class Reject(Exception):
    """Why a row can't be cleaned."""


def open_question(question: str, unit: str) -> str:
    """The question without its choices: `… aşağıdakilerden hangisidir?` becomes `… kaç TL'dir?`.

    Raises Reject where the text can't be answered by itself: it still speaks of choices, has options typed into it, or
    needs another question or a table. A table counts as there if the text has bars, tabs or line breaks.
    """
    text = " ".join(unicodedata.normalize("NFC", question).split())
    text = _POINTING.sub("", text)
    text = _WHICH.sub(ASKING.get(unit, f"kaç {unit}"), text)
    if left := _CHOICES_LEFT.search(text):
        raise Reject(
            f"the question refers to choices ({left.group()!r}) in a way that can't be turned into an open question"
        )
    if has_options(text):
        raise Reject("the question has options typed into its text; put them into choices")
    if left := _ELSEWHERE.search(text):
        raise Reject(f"the question needs another text ({left.group()!r}), which is not there")
    if (left := _TABLE.search(text)) and max(map(question.strip().count, "|\t\n")) < 2:
        raise Reject(f"the question needs a table ({left.group()!r}), which is not there")
    return text


def has_options(text: str) -> bool:
    """Whether options stand in the text: `A) … B) …`, or `A. … B. … C. …`, or `A- … B- … C- …`."""
    marks = _OPTION.findall(text)
    return any(
        letters in "".join(letter.upper() for letter, found in marks if found == mark)
        for letters, mark in (("AB", ")"), ("ABC", "."), ("ABC", "-"))
    )
