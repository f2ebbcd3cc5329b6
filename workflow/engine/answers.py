"""Counted answers -> points: so many right, so many wrong, and what each of them counts. Exact.

Why: a written test is marked by counting, and a wrong answer may cost more than none; whoever marks it gives the
counts, and the points follow from the rule alone.
Never here: how several sheets become one result (combining), float, sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact

from workflow.engine.process import Answers
from workflow.engine.request import Reason

RIGHT = "right"
WRONG = "wrong"
_EXACT = Context(prec=500, traps=[Inexact])
_NONE = Decimal(0)


def blank(rule: Answers, counts: Mapping[str, Decimal]) -> Decimal:
    """How many questions were left without an answer. Below zero when more answers are counted than were asked for."""
    return _EXACT.subtract(Decimal(rule.questions), _EXACT.add(counts.get(RIGHT, _NONE), counts.get(WRONG, _NONE)))


def check(rule: Answers, counts: Mapping[str, Decimal]) -> Reason | None:
    """Why the counts cannot be those of one test, or None. A count that is not given yet is none."""
    left = blank(rule, counts)
    if left >= 0:
        return None
    return Reason("answers_too_many", {"counted": str(rule.questions - left), "questions": str(rule.questions)})


def counted(rule: Answers, counts: Mapping[str, Decimal]) -> Decimal:
    """What the answers add up to, exact, before the floor."""
    total = _EXACT.multiply(rule.right, counts.get(RIGHT, _NONE))
    if rule.start:
        total = _EXACT.add(rule.start, total)
    total = _EXACT.add(total, _EXACT.multiply(rule.wrong, counts.get(WRONG, _NONE)))
    return _EXACT.add(total, _EXACT.multiply(rule.blank, blank(rule, counts))) if rule.blank else total


def points(rule: Answers, counts: Mapping[str, Decimal]) -> Decimal:
    """The points of the test, exact, never below the floor where there is one."""
    total = counted(rule, counts)
    return total if rule.floor is None else max(rule.floor, total)


def scale(rule: Answers) -> tuple[Decimal, Decimal]:
    """The fewest and the most points that the test can give."""
    asked = Decimal(rule.questions)
    ends = [points(rule, counts) for counts in ({RIGHT: asked}, {WRONG: asked}, {})]
    return min(ends), max(ends)


def formula(rule: Answers, counts: Mapping[str, Decimal]) -> str:
    """The arithmetic, before the floor: `52 × 1 - 8 × 0.25 = 50.00`. What counts nothing is not written."""
    terms = [(counts.get(RIGHT, _NONE), rule.right), (counts.get(WRONG, _NONE), rule.wrong)]
    terms.append((blank(rule, counts), rule.blank))
    text = f"{rule.start} + " if rule.start else ""
    text += f"{terms[0][0]} × {rule.right}"
    for count, worth in terms[1:]:
        if worth:
            text += f" {'-' if worth < 0 else '+'} {count} × {abs(worth)}"
    return f"{text} = {counted(rule, counts)}"
