"""What a pass mark that is left open may become, and what each choice would mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.bootstrap import open_catalogue
from workflow.engine import ranking, shortlisting, threshold
from workflow.engine.effects import Cut
from workflow.engine.process import Assessment, Fixing
from workflow.engine.scoring import reached

CITY = open_catalogue().snapshot("zhengzhou", "community_workers").process
WRITTEN = CITY.assessments["written"]
FIXING = Fixing(Decimal(30), Decimal(60), Decimal("0.5"))


@dataclass(frozen=True)
class Scored:
    """A result as ranking reads it."""

    value: Fraction
    criteria: Mapping[str, Fraction]
    dropped: Fraction | None = None


def rule(fixing: Fixing | None = FIXING, fixed: str | None = None) -> Assessment:
    return replace(WRITTEN, fixing=fixing, threshold=None if fixed is None else Decimal(fixed))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("30", None),
        ("60", None),
        ("45.5", None),
        ("45.50", None),
        ("29.5", "threshold_out_of_range"),
        ("60.5", "threshold_out_of_range"),
        ("-30", "threshold_out_of_range"),
        ("NaN", "threshold_out_of_range"),
        ("Infinity", "threshold_out_of_range"),
        ("45.25", "threshold_between_steps"),
        ("45.0000000001", "threshold_between_steps"),
    ],
)
def test_what_may_be_fixed(value: str, code: str | None) -> None:
    wrong = threshold.against(rule(), Decimal(value))
    assert (None if wrong is None else wrong.code) == code


def test_nothing_is_fixed_that_is_given_or_fixed() -> None:
    given_, fixed = threshold.against(rule(None), Decimal(45)), threshold.against(rule(fixed="40"), Decimal(45))
    assert given_ is not None
    assert given_.code == "threshold_given"
    assert fixed is not None
    assert (fixed.code, fixed.data["value"]) == ("threshold_fixed", "40")


def test_the_last_mark_is_reached_only_by_whole_steps() -> None:
    assert threshold.marks(Fixing(Decimal(0), Decimal(1), Decimal("0.3"))) == tuple(
        map(Decimal, ["0", "0.3", "0.6", "0.9"])
    )


@given(st.lists(st.fractions(0, 100, max_denominator=12), max_size=12))
def test_a_choice_counts_who_would_pass_by_it_and_names_the_line(values: list[Fraction]) -> None:
    """Against the rule itself: with the mark as threshold, just so many reach it."""
    results = [threshold.Reached(str(i), "post", value, {}) for i, value in enumerate(values)]
    plain = replace(WRITTEN, fixing=FIXING, criteria=MappingProxyType({}))
    for choice in threshold.choices(plain, results):
        fixed = replace(plain, threshold=choice.mark)
        passed = [one for one in results if reached(fixed, one.value, {})]
        assert choice.total == len(passed)
        assert set(choice.at) == {one.id for one in passed if one.value == Fraction(choice.mark)}
        missed = [one.value for one in results if one not in passed]
        assert {results[int(i)].value for i in choice.below} == ({max(missed)} if missed else set())
    totals = [choice.total for choice in threshold.choices(plain, results)]
    assert totals == sorted(totals, reverse=True)


def test_the_rules_with_a_fixed_mark_differ_in_nothing_else() -> None:
    fixed = threshold.with_thresholds(CITY, {"written": Decimal(45), "interview": Decimal(1)})
    assert fixed.assessments["written"] == replace(WRITTEN, threshold=Decimal(45))
    assert fixed.assessments["interview"] == CITY.assessments["interview"], "what is given is not fixed"
    assert replace(fixed, assessments=CITY.assessments) == CITY


def test_nobody_is_shortlisted_or_ranked_by_a_mark_that_must_be_fixed() -> None:
    open_ = replace(CITY, assessments=MappingProxyType({**CITY.assessments, "written": rule()}))
    entry = ranking.Entry("a", "emergency_safety", "1", {"written": Scored(Fraction(50), {})})
    cut = Cut(at_most=1)
    listed = shortlisting.shortlist(open_, [entry], {"emergency_safety": 1}, cut, "written")
    assert ([one.code for one in listed.reasons], listed.enter) == ([threshold.NOT_FIXED], ())
    assert open_.ranking is not None
    ranked = ranking.rank(open_.ranking, open_, [entry], {"emergency_safety": 1}, {})
    assert ([one.code for one in ranked.reasons], dict(ranked.places)) == ([threshold.NOT_FIXED], {})
