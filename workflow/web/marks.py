"""Marks as people type and read them: `3,5` in Bulgarian, `3.5` in English, full-width digits from a Chinese keyboard.

Why: a comma that is read as nothing makes 35 of 3,5, so what is accepted follows from the reader's language alone.
Never here: whether a mark is on its scale (engine.scoring).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from babel.numbers import get_decimal_symbol

from workflow.engine.process import Assessment
from workflow.web.local import locale

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")


class NoMark(ValueError):
    """What was typed is no number."""


def read(text: str, language: str) -> Decimal | None:
    """The mark that was typed; None when nothing was. Raises NoMark."""
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()
    if not plain:
        return None
    symbol = get_decimal_symbol(locale(language))
    if symbol != ".":
        plain = plain.replace(symbol, ".", 1)
    if not _NUMBER.fullmatch(plain):
        raise NoMark(text)
    return Decimal(plain)


def written(value: Decimal | str | None, language: str) -> str:
    """A mark, or a text with numbers in it, with the decimal sign of the language; '' for None."""
    return "" if value is None else _POINT.sub(get_decimal_symbol(locale(language)), str(value))


def sum_of(assessment: Assessment, marks: Mapping[str, Decimal], total: Decimal, language: str) -> str:
    """How a member's total comes about: `4 × 3 + 2 × 5 = 22`; weights of 1 are not written."""
    parts = [
        f"{marks[name]} × {criterion.weight}" if criterion.weight != 1 else str(marks[name])
        for name, criterion in assessment.criteria.items()
    ]
    return written(f"{' + '.join(parts)} = {total}", language)


def mean_of(totals: Iterable[Decimal], exact: str, shown: Decimal, language: str) -> str:
    """How the mean comes about: `(12 + 12 + 13) / 3 = 37/3 = 12.33`."""
    listed = [str(total) for total in totals]
    formula = f"({' + '.join(listed)}) / {len(listed)}"
    steps = [formula, *([exact] if "/" in exact else []), str(shown)]
    return written(" = ".join(steps), language)
