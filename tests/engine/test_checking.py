"""How long a check holds, and until when another look at it may be asked for: at month ends and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.small import BASIS, BOOK, facts, words
from workflow.engine import checking
from workflow.engine.process import Check, CheckItem, ReExamination, Span
from workflow.engine.request import Reason
from workflow.engine.rulebook import Rulebook

LIST = Check(
    "list",
    words("list"),
    BASIS,
    items={
        "opinion": CheckItem("opinion", words("opinion")),
        "file": CheckItem("file", words("file")),
        "remarks": CheckItem("remarks", words("remarks"), required=False),
    },
)
PLAIN = Check("plain", words("plain"), BASIS)


@pytest.mark.parametrize(
    ("passed", "items", "notes", "expected"),
    [
        (None, {"opinion": True, "file": True}, {}, True),
        (True, {"opinion": True, "file": True}, {}, True),
        (None, {"opinion": True, "file": False}, {"file": "a page is missing"}, False),
        (None, {"opinion": True, "file": True, "remarks": False}, {"remarks": "moved"}, True),
        (True, {"opinion": True}, {}, "check_items_missing"),
        (True, {}, {}, "check_items_missing"),
        (None, {"opinion": True, "file": False}, {"file": "  "}, "check_note_missing"),
        (True, {"opinion": True, "file": False}, {"file": "x"}, "check_items_contradict"),
        (False, {"opinion": True, "file": True}, {}, "check_items_contradict"),
        (None, {"opinion": True, "file": True, "star_sign": True}, {}, "unknown_item"),
    ],
)
def test_a_list_is_passed_when_each_required_line_is(passed, items, notes, expected):
    found = checking.verdict(LIST, passed, items, notes)
    assert (found.code if isinstance(found, Reason) else found) == expected


def test_a_check_without_a_list_is_as_it_was_said():
    assert checking.verdict(PLAIN, False, {}, {}) is False
    assert checking.verdict(PLAIN, None, {}, {}) == Reason("check_verdict_missing", {"check": "plain"})
    assert checking.verdict(PLAIN, True, {"opinion": True}, {}) == Reason("unknown_item", {"item": "opinion"})


@pytest.mark.parametrize(
    ("span", "at", "until"),
    [
        (Span(12, "months"), datetime(2022, 3, 31, 9, tzinfo=UTC), "2023-03-31"),
        (Span(1, "months"), datetime(2022, 1, 31, 9, tzinfo=UTC), "2022-02-28"),
        (Span(3, "months"), datetime(2021, 11, 30, 9, tzinfo=UTC), "2022-02-28"),
        # 23:30 in Sofia on 31 March is 20:30 UTC in summer time; one hour later it is April there.
        (Span(1, "months"), datetime(2022, 3, 31, 20, 30, tzinfo=UTC), "2022-04-30"),
        (Span(1, "months"), datetime(2022, 3, 31, 21, 30, tzinfo=UTC), "2022-05-01"),
        (Span(30, "days"), datetime(2022, 3, 1, 9, tzinfo=UTC), "2022-03-31"),
    ],
)
def test_validity_is_counted_by_the_calendar(span, at, until):
    assert checking.holds_until(BOOK, replace(PLAIN, valid_for=span), at) == until


def test_on_its_last_day_a_check_still_holds():
    found = facts(checks={"medical": True}, valid_until={"medical": "2022-03-31"})
    assert not checking.expired(BOOK, found, "medical", datetime(2022, 3, 31, 20, 59, tzinfo=UTC))
    assert checking.expired(BOOK, found, "medical", datetime(2022, 3, 31, 21, 0, tzinfo=UTC))  # midnight in Sofia


def _book(**changes: object) -> Rulebook:
    rule = ReExamination(Span(7, "days"), 1, BASIS, **changes)  # type: ignore[arg-type]
    process = replace(BOOK.process, checks={"again": Check("again", words("again"), BASIS, re_examination=rule)})
    return Rulebook(process, BOOK.calendar, BOOK.hash)


def test_a_re_examination_is_asked_for_within_its_days_and_once():
    book, failed_at = _book(roll=False), datetime(2022, 3, 14, 9, tzinfo=UTC)
    failed = facts(checks={"again": False}, checked_at={"again": failed_at})
    limit = datetime(2022, 3, 21, 21, 59, 59, 999999, tzinfo=UTC)  # the end of 21 March in Sofia
    assert checking.ask_until(book, failed, "again") == limit
    assert checking.against_asking(book, failed, "again", limit) is None
    late = checking.against_asking(book, failed, "again", limit + timedelta(seconds=1))
    assert late == Reason("re_examination_late", {"check": "again", "due": limit.isoformat()})
    assert not checking.failed_finally(book, failed, "again", limit - timedelta(seconds=1))
    assert checking.failed_finally(book, failed, "again", limit)
    twice = facts(checks={"again": False}, checked_at={"again": failed_at}, re_examined={"again": 1})
    used = checking.against_asking(book, twice, "again", failed_at)
    assert used == Reason("re_examination_used", {"check": "again", "times": "1"})
    assert checking.failed_finally(book, twice, "again", failed_at)
    passed = facts(checks={"again": True}, checked_at={"again": failed_at})
    assert checking.against_asking(book, passed, "again", failed_at) == Reason("check_not_failed", {"check": "again"})
    none = checking.against_asking(BOOK, failed, "medical", failed_at)
    assert none == Reason("no_re_examination", {"check": "medical"})


def test_a_last_day_that_is_not_worked_moves_on():
    saturday = datetime(2022, 3, 12, 9, tzinfo=UTC)  # seven days on is a Saturday again
    failed = facts(checks={"again": False}, checked_at={"again": saturday})
    assert checking.ask_until(_book(roll=False), failed, "again") == datetime(
        2022, 3, 19, 21, 59, 59, 999999, tzinfo=UTC
    )
    assert checking.ask_until(_book(), failed, "again") == datetime(2022, 3, 21, 21, 59, 59, 999999, tzinfo=UTC)
