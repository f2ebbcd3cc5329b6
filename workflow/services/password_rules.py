"""What a password must be: long, not one of those that everybody tries first, not made of the person's own names.

Why: length and a list of known passwords help; rules about kinds of characters do not.
Source: NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2. The list beside this file is taken from the frequency list of
common passwords in zxcvbn (MIT licence): the words of its first 10,000 without digits around them, and all of 12
characters and more.
Never here: hashing (signing_in.py), sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

SHORTEST = 12
LONGEST = 128
_AROUND = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "
_LEAST_DIFFERENT = 5
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзхъфывапролджэячсмить")


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    """One of those that are tried first, or such a word with digits around it, or a row of keys."""
    ONE_S_OWN = "ones_own"
    """Made of the person's name, sign-in name, or the institution's."""


def weakness(password: str, own: Iterable[str] = ()) -> Weakness | None:
    """Why that password is too weak, None when it is not. `own`: names of the person and of their institutions."""
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    small = password.lower()
    if small in _common() or small.strip(_AROUND) in _common() or _is_pattern(small):
        return Weakness.COMMON
    rest = small
    for word in sorted({w for text in (*own, "nabor") for w in _words(text)}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) != len(small) and len(rest.strip(_AROUND)) < _LEAST_DIFFERENT:
        return Weakness.ONE_S_OWN
    return None


def _is_pattern(small: str) -> bool:
    if len(set(small)) < _LEAST_DIFFERENT or not small.strip(_AROUND[:10] + " -./"):
        return True  # 111111aaaaaa, or nothing but a number
    if re.fullmatch(r"(.{1,6})\1+.{0,5}", small):
        return True  # one piece over and over
    return any(small in row * 3 or small in row[::-1] * 3 for row in _ROWS)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if len(word) > 2]


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split("\n")) - {""}
