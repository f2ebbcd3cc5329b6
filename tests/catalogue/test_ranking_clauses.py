"""The clauses of a ranking: which names its keys and priorities may use, and what an extra assessment needs."""

from __future__ import annotations

from workflow.bootstrap import open_catalogue
from workflow.engine.process import Saying


def test_mops_gives_the_priority_of_the_act() -> None:
    rule = open_catalogue().process("mops", "recruitment").ranking
    assert rule is not None
    (priority,) = rule.priority
    assert (priority.requirement, priority.among) == ("disability_certificate", 5)
    assert priority.when == Saying("disability_index_low", "tak")


def test_zhengzhou_holds_an_extra_interview_for_ties_alone() -> None:
    process = open_catalogue().process("zhengzhou", "community_workers")
    assert [name for name, rule in process.assessments.items() if rule.for_ties] == ["extra_interview"]
    assert process.ranking is not None
    assert process.ranking.ties == ("written", "extra_interview", "commission_decision")
