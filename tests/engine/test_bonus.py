"""Bonus points in a list: added to the total, counted for the threshold only where the rules say so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.engine.test_ranking import BASIS, RANKING, cooks, entry
from workflow.engine.process import Bonus, BonusItem, Ranking
from workflow.engine.ranking import Group
from workflow.engine.standing import explain

D = Decimal


def with_bonus(counts: bool) -> Ranking:
    items = {n: BonusItem(n, n, D(p), {}, BASIS) for n, p in (("degree", "3"), ("service", "2.5"))}
    return replace(RANKING, threshold=D(14), bonus=Bonus(items, BASIS, "sum", D(5), counts))


@pytest.mark.parametrize(
    ("counts", "groups"),
    [
        (True, [("A", Group.SELECTED, "17.00"), ("B", Group.RESERVE, "15.00")]),
        (False, [("B", Group.SELECTED, "15.00"), ("A", Group.NOT_APPROVED, "17.00")]),
    ],
)
def test_the_threshold_is_held_against_the_total_that_the_rules_name(
    counts: bool, groups: list[tuple[str, Group, str]]
) -> None:
    """A has 12 and 5 of 5.5 bonus points; B has 15. The threshold is 14."""
    ranked = cooks(replace(entry("A", 12), bonus=("degree", "service")), entry("B", 15), ranking=with_bonus(counts))
    assert [(p.id, p.group, str(p.shown)) for p in ranked.places["cook"]] == groups
    why = explain(ranked, "A")
    assert [line.code for line in why][:4] == ["bonus_item", "bonus_item", "bonus_capped", "bonus_added"]
    below = [line.data for line in why if line.code == "total_below_threshold"]
    assert below == ([] if counts else [{"total": "12.00", "threshold": "14"}])


def test_equal_totals_with_and_without_a_bonus_go_on_to_the_tie_chain() -> None:
    rule = replace(with_bonus(counts=True), threshold=None)
    first, second = replace(entry("A", 12, 3), bonus=("degree",)), entry("B", 15, 4)
    ranked = cooks(first, second, ranking=rule)
    assert [(p.id, p.decided_by) for p in ranked.places["cook"]] == [
        ("B", "interview.qualification"),
        ("A", "interview.qualification"),
    ]
