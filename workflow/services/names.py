"""Names as people search for them: folded, cut into words, and of Chinese names into every ending.

Why: `Łukasz` is found by `lukasz`, `Алёна` by `алена`, 王小明 by 小明, on any database and by an index: what is stored
and what is typed go through the same folding, and a search is a range of an ordered column.
Never here: SQL, a page. (The migration that fills the parts of names already stored uses this too.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 64
"""Characters kept of a part: nobody types more to find a person."""
MOST_PARTS = 40
"""Parts kept of a name."""
MOST_WORDS = 4
"""Words of a query that are looked at."""

# What Unicode does not take apart although people leave it out when they type.
_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)
_BREVE = "\u0306"
_WORDS = re.compile(r"[^\W_]+")
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_HAN}]+|[^{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")


def fold(text: str) -> str:
    """The text in small letters without diacritics; й stays a letter of its own, ё becomes е."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept: list[str] = []
    for character in apart:
        if unicodedata.category(character) != "Mn" or (character == _BREVE and kept and kept[-1] == "и"):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).casefold().translate(_LETTERS)


def words(text: str) -> tuple[str, ...]:
    """The words of a folded text; a run of Chinese characters is a word."""
    return tuple(run for word in _WORDS.findall(fold(text)) for run in _RUNS.findall(word))


def parts(name: str) -> tuple[str, ...]:
    """What a name is found by: the whole of it first (by which lists are sorted too), then every further word, and
    every ending of a Chinese one. An empty name, as after erasure, has the one part ''.
    """
    known = words(name)
    whole = "".join(known) if all(map(_IS_HAN.match, known)) else " ".join(known)
    further = dict.fromkeys(ending[:LONGEST] for word in known for ending in _endings(word))
    whole = whole[:LONGEST]
    return (whole, *[part for part in further if not whole.startswith(part)][: MOST_PARTS - 1])


def initials(name: str) -> str:
    """The first letters of a name, `И. П.`; of a Chinese one the family name's character and an asterisk for each of
    the others, as lists there are published."""
    said = []
    for word in name.split():
        if _IS_HAN.match(word):
            said.append(word[0] + "*" * (len(word) - 1))
        else:
            said.append("-".join(f"{part[0].upper()}." for part in word.split("-") if part))
    return " ".join(said)


def query(text: str) -> tuple[str, ...]:
    """The words that a name must all have a part beginning with, the longest first: it finds the fewest."""
    asked = dict.fromkeys(word[:LONGEST] for word in words(text))
    return tuple(sorted(asked, key=len, reverse=True)[:MOST_WORDS])


def _endings(word: str) -> Iterator[str]:
    if not _IS_HAN.match(word):
        yield word
        return
    for start in range(len(word)):
        yield word[start:]
