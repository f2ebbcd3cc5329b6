"""Marks as people type and read them: `3,5` in Bulgarian, `3.5` in English, full-width digits from a Chinese keyboard.

Why: a comma that is read as nothing makes 35 of 3,5, so what is accepted follows from the reader's language alone.
Never here: whether a mark is on its scale (engine.scoring).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import get_decimal_symbol

from workflow.engine import answers
from workflow.engine.process import Assessment
from workflow.engine.scoring import counted, part
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
    """How a member's total comes about: `4 × 3 + 2 × 5 = 22`; weights of 1 are not written, and a missing mark stands
    with what it counts. When the totals are rounded before they are combined, the rounded one follows."""
    if assessment.answers is not None:
        return written(_points(assessment, marks, total), language)
    parts = [
        f"{mark} × {criterion.weight}" if criterion.weight != 1 else str(mark)
        for criterion in assessment.criteria.values()
        for mark in (counted(criterion, marks),)
    ]
    steps = [" + ".join(parts), str(total)]
    if assessment.rounding.parts is not None:
        steps.append(str(part(total, assessment.rounding)))
    return written(" = ".join(steps), language)


def _points(assessment: Assessment, counts: Mapping[str, Decimal], total: Decimal) -> str:
    """How counted answers become points: `52 × 1 - 8 × 0.25 = 50.00`, and the floor where it lifts them."""
    assert assessment.answers is not None
    text = answers.formula(assessment.answers, counts)
    if answers.counted(assessment.answers, counts) != total:
        text += f" → {total}"
    return text if assessment.rounding.parts is None else f"{text} = {part(total, assessment.rounding)}"


def result_of(formula: str, shown: Decimal, language: str) -> str:
    """How the result comes about: `(12 + 12 + 13) / 3 = 37/3 = 12.33`; what is exact and shown is written once."""
    steps, _, exact = formula.rpartition(" = ")
    kept = formula if not steps or "/" in exact else steps
    return written(f"{kept} = {shown}", language)
