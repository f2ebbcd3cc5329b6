"""What may be told of a survey: exact means, the weakest first, and nobody who stands alone."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import survey
from workflow.engine.process import Basis, Survey

ASKED = Survey(
    questions=MappingProxyType({"clarity": {"en": "Clear?"}, "courtesy": {"en": "Polite?"}, "reasons": {"en": "Why?"}}),
    scale=5,
    hide_below=5,
    groups=MappingProxyType({}),
    shown_in=("filled",),
    basis=Basis(assumption="a test"),
)
MARKS = st.dictionaries(
    st.sampled_from(["clarity", "courtesy", "reasons", "gone"]), st.lists(st.integers(1, 5), max_size=30)
)


def counted(marks: dict[str, list[int]]) -> dict[str, Counter[int]]:
    return {question: Counter(given) for question, given in marks.items()}


def test_means_shares_and_order_are_exact() -> None:
    marks = {"clarity": [5, 5, 4, 4, 5], "courtesy": [1, 2, 2, 5, 4], "reasons": [1, 1, 1, 1]}
    first, second, last = survey.rate(ASKED, counted(marks))
    assert (first.question, first.answers, first.mean, first.best) == ("courtesy", 5, Fraction(14, 5), Fraction(2, 5))
    assert (second.question, second.mean, second.best) == ("clarity", Fraction(23, 5), Fraction(1))
    assert (last.question, last.answers, last.mean, last.best, dict(last.marks)) == ("reasons", 0, None, None, {})


@given(MARKS)
def test_every_question_is_told_once_and_too_few_answers_of_none(marks: dict[str, list[int]]) -> None:
    rated = survey.rate(ASKED, counted(marks))
    assert sorted(r.question for r in rated) == sorted(ASKED.questions)
    for one in rated:
        values = marks.get(one.question, [])
        if len(values) < ASKED.hide_below:
            assert (one.mean, one.best, one.answers, dict(one.marks)) == (None, None, 0, {})
        else:
            assert one.mean == Fraction(sum(values), len(values))
            assert one.best == Fraction(sum(v >= 4 for v in values), len(values))
    told = [one.mean for one in rated if one.mean is not None]
    assert told == sorted(told)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_between_two_reports_there_is_never_a_group_smaller_than_is_hidden(before: int, more: int) -> None:
    first, second = survey.shown(ASKED, before), survey.shown(ASKED, before + more)
    assert first <= before
    assert second - first == 0 or second - first >= ASKED.hide_below
    assert before - first < ASKED.hide_below
