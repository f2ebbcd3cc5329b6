"""Answers of a satisfaction survey -> what may be told of them: means, the share of the best marks, the weakest first.

Why: a mean of three answers gives away what each of the three thinks, and so does a mean that moves by one answer. So
answers are told in whole blocks of `hide_below`, in the order in which they came, and what is left waits for the next.
Never here: who answered (nobody knows), reading, sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from workflow.engine.process import Survey

BEST = 2
"""How many of the highest marks count as satisfied: 4 and 5 of five."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One question. `mean` and `best`, the share of the highest marks, are exact; None with too few answers."""

    question: str
    answers: int
    mean: Fraction | None
    best: Fraction | None
    marks: Mapping[int, int]
    """Mark -> how often it was given; empty with too few answers."""


def shown(survey: Survey, replies: int) -> int:
    """How many of that many sheets may be told of: whole blocks, so that no sheet stands alone between two reports."""
    return replies - replies % survey.hide_below


def rate(survey: Survey, marks: Mapping[str, Mapping[int, int]]) -> tuple[Rated, ...]:
    """Every question of the survey by what was answered (question -> mark -> how often), the weakest first.

    A question that fewer than `hide_below` answered is not told, and stands last. Marks of questions that the survey
    does not ask any more are left out.
    """
    rated = [_rated(survey, question, marks.get(question, {})) for question in survey.questions]
    # In the order of the definition among equals: the sort is stable.
    return tuple(sorted(rated, key=lambda r: (r.mean is None, r.mean or Fraction(0))))


def _rated(survey: Survey, question: str, given: Mapping[int, int]) -> Rated:
    answers = sum(given.values())
    if answers < survey.hide_below:
        return Rated(question, 0, None, None, {})
    best = sum(n for mark, n in given.items() if mark > survey.scale - BEST)
    total = sum(mark * n for mark, n in given.items())
    return Rated(question, answers, Fraction(total, answers), Fraction(best, answers), dict(sorted(given.items())))
