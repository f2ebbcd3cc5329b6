"""Each guard, by table: when it passes, and with which code and data it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.small import BOOK, NOW, facts, request
from workflow.engine.facts import SheetFacts, Verdict
from workflow.engine.guards import GUARDS, outstanding, registry
from workflow.engine.process import Kind
from workflow.engine.request import GivenGround

OK, NOT_OK = Verdict(True), Verdict(False, "document_missing")
CLOSING = datetime(2022, 3, 31, 14, 30, tzinfo=UTC)
BEFORE = datetime(2022, 3, 31, 14, 29, tzinfo=UTC)
AFTER = CLOSING + timedelta(seconds=1)
EARLY = CLOSING - timedelta(days=4)
WINDOW = {"objecting": (CLOSING - timedelta(days=3), CLOSING)}
ASKED = (("document", "cv"), ("requirement", "degree"))
RAN = {"asked": ASKED, "asked_at": CLOSING, "fired": {"answer": (BEFORE, CLOSING)}}
LETTER = {"channel": "by_post", "received_at": datetime(2022, 4, 2, 8, 0, tzinfo=UTC)}
MEMBERS = frozenset("KLM")
PASSED = {"checks": {"medical": True}}
FAILED = {"checks": {"medical": False}}
AGAIN = {"checks": {"again": False}}
LONG_AGO = NOW - timedelta(days=8)

# guard, parameters, facts, codes (empty: passes)
CASES = [
    ("ground_given", (), {}, ["ground_missing"]),
    ("reason_given", (), {}, ["reason_missing"]),
    ("second_person", (), {"entered_by": "v"}, []),
    ("second_person", (), {"entered_by": "u"}, ["same_person"]),
    ("second_person", (), {}, ["same_person"]),  # nobody knows who the first was
    ("published", ("lists", "result"), {"published": frozenset({"lists"})}, ["not_published"]),
    ("published", ("lists",), {"published": frozenset({"lists"})}, []),
    ("protocol_final", (), {}, ["protocol_not_final"]),
    ("protocol_final", (), {"protocol_final": True}, []),
    ("application_in", ("rejected",), {"application_state": "rejected"}, []),
    ("application_in", ("rejected",), {"application_state": "admitted"}, ["application_not_in"]),
    ("objection_in_time", ("objecting",), {"windows": WINDOW, "received_at": CLOSING}, []),
    ("objection_in_time", ("objecting",), {"windows": WINDOW, "received_at": BEFORE}, []),
    ("objection_in_time", ("objecting",), {"windows": WINDOW, "received_at": AFTER}, ["received_late"]),
    ("objection_in_time", ("objecting",), {"windows": WINDOW, "received_at": EARLY}, ["objection_window_not_open"]),
    ("objection_in_time", ("objecting",), {"received_at": CLOSING}, ["objection_window_not_open"]),
    ("objection_late", ("objecting",), {"windows": WINDOW, "received_at": AFTER}, []),
    ("objection_late", ("objecting",), {"windows": WINDOW, "received_at": CLOSING}, ["received_in_time"]),
    ("objection_late", ("objecting",), {"received_at": AFTER}, ["objection_window_not_open"]),
    ("objection_window_over", ("objecting",), {"windows": WINDOW}, []),
    ("objection_window_over", ("objecting",), {"windows": {"objecting": (EARLY, NOW)}}, ["objection_window_open"]),
    ("objection_window_over", ("objecting",), {}, ["objection_window_not_open"]),
    ("no_open_objection", (), {}, []),
    ("no_open_objection", (), {"open_objections": ("T-1/0001!1", "T-1/0002!1")}, ["objections_open"]),
    ("documents_complete", (), {}, []),
    ("documents_complete", (), {"documents": frozenset()}, ["document_missing", "document_missing"]),
    ("documents_complete", (), {"verdicts": {"cv": NOT_OK}}, ["document_not_ok"]),
    ("requirements_proved", (), {}, ["verdict_missing"]),
    ("requirements_proved", (), {"verdicts": {"degree": NOT_OK}}, ["requirement_not_proved"]),
    ("requirements_proved", (), {"verdicts": {"degree": OK}}, []),
    ("verdicts_complete", (), {"verdicts": {"degree": OK}}, ["verdict_missing", "verdict_missing"]),
    ("verdicts_complete", (), {"verdicts": {"degree": OK, "cv": NOT_OK, "diploma": OK}}, []),
    ("supplement_complete", (), {}, []),
    (
        "supplement_complete",
        (),
        {"asked": ASKED, "asked_at": CLOSING, "handed_in": {"cv": CLOSING, "diploma": NOW}},
        [],
    ),
    (
        "supplement_complete",
        (),
        {"asked": ASKED, "asked_at": CLOSING, "handed_in": {"cv": BEFORE, "diploma": NOW}},
        ["supplement_missing"],
    ),
    ("supplement_complete", (), {"asked": ASKED, "asked_at": CLOSING}, ["supplement_missing", "supplement_missing"]),
    ("supplement_incomplete", (), {"asked": ASKED, "asked_at": CLOSING, "handed_in": {"cv": NOW}}, []),
    ("supplement_incomplete", (), {}, ["supplement_handed_in"]),
    ("supplement_in_time", ("answer",), {}, ["deadline_not_fired"]),
    ("supplement_in_time", ("answer",), RAN | {"asked_at": NOW}, ["deadline_not_fired"]),
    ("supplement_in_time", ("answer",), RAN, ["supplement_after_due", "supplement_after_due"]),
    ("supplement_in_time", ("answer",), RAN | {"handed_in": {"cv": CLOSING, "diploma": BEFORE}}, []),
    (
        "supplement_in_time",
        ("answer",),
        RAN | {"handed_in": {"cv": CLOSING.replace(second=1), "diploma": BEFORE.replace(year=2021)}},
        ["supplement_after_due", "supplement_after_due"],
    ),
    ("received_by", ("closing",), {"received_at": CLOSING}, []),
    ("received_by", ("closing",), {"received_at": CLOSING.replace(second=1)}, ["received_late"]),
    ("received_by", ("closing",), {"dates": {}}, ["date_missing"]),
    ("received_by", ("closing",), {**LETTER, "posted_on": "2022-03-31"}, []),
    ("received_by", ("closing",), {**LETTER, "posted_on": "2022-04-01"}, ["received_late"]),
    ("received_by", ("closing",), LETTER, ["received_late"]),
    ("received_by", ("closing",), {**LETTER, "channel": "in_person", "posted_on": "2022-03-30"}, ["received_late"]),
    ("received_after", ("closing",), {**LETTER, "posted_on": "2022-03-31"}, ["received_in_time"]),
    ("received_through", ("in_person",), {"channel": "in_person"}, []),
    ("received_through", ("in_person", "by_post"), {"channel": "by_post"}, []),
    ("received_through", ("in_person",), {"channel": "by_post"}, ["wrong_channel"]),
    ("received_after", ("closing",), {"received_at": CLOSING}, ["received_in_time"]),
    ("received_after", ("closing",), {"received_at": CLOSING.replace(second=1)}, []),
    ("procedure_in", ("closed",), {"procedure_state": "closed"}, []),
    ("procedure_in", ("closed",), {"procedure_state": "receiving"}, ["procedure_not_in"]),
    ("date_set", ("closing",), {"kind": Kind.PROCEDURE}, []),
    ("date_set", ("closing",), {"kind": Kind.PROCEDURE, "dates": {}}, ["date_missing"]),
    ("date_reached", ("closing",), {"kind": Kind.PROCEDURE}, []),
    ("date_reached", ("closing",), {"kind": Kind.PROCEDURE, "dates": {"closing": "2022-04-01"}}, []),
    ("date_reached", ("closing",), {"kind": Kind.PROCEDURE, "dates": {"closing": "2022-04-02"}}, ["date_not_reached"]),
    ("date_reached", ("closing",), {"kind": Kind.PROCEDURE, "dates": {}}, ["date_missing"]),
    ("sheets_signed", ("interview",), {}, ["sheets_not_signed"]),
    (
        "sheets_signed",
        ("interview",),
        {"sheets": {"interview": SheetFacts(MEMBERS, frozenset(), frozenset("KL"))}},
        [],
    ),
    (
        "sheets_signed",
        ("interview",),
        {"sheets": {"interview": SheetFacts(MEMBERS, frozenset("L"), frozenset("KL"))}},
        ["sheets_not_signed"],
    ),
    ("result_at_least", ("interview",), {}, ["result_missing"]),
    ("result_at_least", ("interview",), {"results": {"interview": Fraction(12)}}, []),
    ("result_at_least", ("interview",), {"results": {"interview": Fraction(35, 3)}}, ["below_threshold"]),
    ("result_below", ("interview",), {"results": {"interview": Fraction(35, 3)}}, []),
    ("result_below", ("interview",), {"results": {"interview": Fraction(12)}}, ["threshold_reached"]),
    ("in_open_tie", ("interview",), {"tie": frozenset({"interview"})}, []),
    ("in_open_tie", ("interview",), {"tie": frozenset({"written"})}, ["not_in_open_tie"]),
    ("assessment_held", ("interview",), {}, []),
    ("assessment_held", ("interview",), {"position": "porter"}, ["assessment_not_held"]),
    ("assessment_skipped", ("interview",), {"position": "porter"}, []),
    ("assessment_skipped", ("interview",), {}, ["assessment_is_held"]),
    ("commission_appointed", ("interview",), {"members": MEMBERS}, []),
    ("commission_appointed", ("interview",), {"members": frozenset("K")}, ["commission_too_small"]),
    ("checks_passed", ("medical", "record"), {"checks": {"medical": True, "record": True}}, []),
    ("checks_passed", ("medical", "record"), {"checks": {"medical": True}}, ["check_missing"]),
    ("checks_passed", ("medical", "record"), {"checks": {"medical": True, "record": False}}, ["check_failed"]),
    ("check_failed", ("medical", "record"), {"checks": {"medical": True}}, ["no_check_failed"]),
    ("check_failed", ("medical", "record"), {"checks": {"record": False}}, []),
    ("checks_passed", ("medical",), {**PASSED, "valid_until": {"medical": "2022-04-01"}}, []),
    ("checks_passed", ("medical",), {**PASSED, "valid_until": {"medical": "2022-03-31"}}, ["check_expired"]),
    ("check_failed_finally", ("medical",), PASSED, ["no_check_failed"]),
    ("check_failed_finally", ("medical",), FAILED, []),
    ("check_failed_finally", ("again",), {**AGAIN, "checked_at": {"again": NOW}}, ["re_examination_open"]),
    ("check_failed_finally", ("again",), {**AGAIN, "checked_at": {"again": NOW}, "re_examined": {"again": 1}}, []),
    ("check_failed_finally", ("again",), {**AGAIN, "checked_at": {"again": LONG_AGO}}, []),
    ("re_examination_asked", ("again",), {"re_examined": {"again": 1}}, []),
    ("re_examination_asked", ("again",), {**AGAIN, "re_examined": {"again": 1}}, ["re_examination_not_asked"]),
    ("tasks_done", (), {"tasks": {"contract": "2022-03-31", "coffee": None}}, []),
    ("tasks_done", (), {"tasks": {"contract": None, "coffee": "2022-03-31"}}, ["task_missing"]),
    ("tasks_done", (), {}, ["task_missing"]),
    ("training_complete", (), {"parts": {"theory": Decimal(6), "practice": Decimal(4)}}, []),
    (
        "training_complete",
        (),
        {"parts": {"theory": Decimal(6)}, "attended": {"practice": Decimal(4)}},
        ["training_incomplete"],
    ),
    ("training_complete", (), {"parts": {"theory": Decimal(6), "practice": Decimal("3.9")}}, ["training_incomplete"]),
    ("training_complete", (), {"parts": {"theory": Decimal(10)}}, ["training_incomplete"]),
    ("training_incomplete", (), {"parts": {"theory": Decimal(6)}}, []),
    ("training_incomplete", (), {"parts": {"theory": Decimal(6), "practice": Decimal(4)}}, ["training_complete"]),
    ("seats_free", (), {"counts": {"selected": 0, "admitted": 7}}, []),
    ("seats_free", (), {"counts": {"selected": 1}}, ["no_seat_free"]),
    ("no_seats_free", (), {"counts": {"hired": 1}}, []),
    ("no_seats_free", (), {}, ["seat_free"]),
    ("seats_filled", (), {"kind": Kind.POSITION, "counts": {"hired": 1}}, []),
    ("seats_filled", (), {"kind": Kind.POSITION}, ["seats_not_filled"]),
    ("seats_open", (), {"kind": Kind.POSITION}, []),
    ("seats_open", (), {"kind": Kind.POSITION, "counts": {"selected": 1}}, ["seats_all_filled"]),
    ("no_seat_taken", (), {"kind": Kind.POSITION}, []),
    ("no_seat_taken", (), {"kind": Kind.POSITION, "counts": {"selected": 1}}, ["seat_taken"]),
    ("has_applications", (), {"counts": {"submitted": 1}}, []),
    ("has_applications", (), {}, ["no_applications"]),
    ("no_applications", (), {}, []),
    ("no_applications", (), {"counts": {"late": 1}}, ["has_applications"]),
    ("none_in", ("submitted",), {"counts": {"admitted": 2}}, []),
    ("none_in", ("submitted", "admitted"), {"counts": {"admitted": 2}}, ["some_still_in"]),
    ("some_in", ("admitted",), {"counts": {"admitted": 2}}, []),
    ("some_in", ("admitted",), {}, ["none_in"]),
    ("has_positions", (), {"positions": {"open": 1}}, []),
    ("has_positions", (), {}, ["no_positions"]),
    ("positions_all", ("filled",), {"positions": {"filled": 2}}, []),
    ("positions_all", ("filled",), {"positions": {"filled": 2, "open": 1}}, ["positions_not_all_in"]),
    ("positions_some", ("filled",), {"positions": {"filled": 1, "open": 3}}, []),
    ("positions_some", ("filled",), {"positions": {"open": 3}}, ["no_position_in"]),
]


@pytest.mark.parametrize(("name", "parameters", "changes", "expected"), CASES)
def test_guard(name, parameters, changes, expected):
    found = GUARDS[name].check(BOOK, facts(**changes), request("x"), NOW, parameters)
    assert [reason.code for reason in found] == expected


@pytest.mark.parametrize(
    ("threshold", "will", "at_least", "below"),
    [
        (Decimal(12), Fraction(3), [], ["threshold_reached"]),
        (Decimal(12), Fraction(2), ["criterion_below_threshold"], []),
        (Decimal(13), Fraction(2), ["below_threshold", "criterion_below_threshold"], []),
        (None, Fraction(3), [], ["criteria_reached"]),
        (None, Fraction(2), ["criterion_below_threshold"], []),
    ],
)
def test_guards_on_thresholds_see_the_floor_of_a_criterion(threshold, will, at_least, below):
    interview = BOOK.process.assessments["interview"]
    criteria = {**interview.criteria, "will": replace(interview.criteria["will"], threshold=Decimal(3))}
    changed = replace(interview, threshold=threshold, criteria=criteria)
    book = replace(BOOK, process=replace(BOOK.process, assessments={"interview": changed}))
    found = facts(results={"interview": Fraction(12)}, criteria={"interview": {"will": will}})
    for guard, expected in (("result_at_least", at_least), ("result_below", below)):
        reasons = GUARDS[guard].check(book, found, request("x"), NOW, ("interview",))
        assert [reason.code for reason in reasons] == expected, guard


def test_every_guard_is_exercised_both_ways():
    passing = {name for name, _, _, expected in CASES if not expected}
    failing = {name for name, _, _, expected in CASES if expected}
    given = {"ground_given", "reason_given"}  # passing needs something in the request: tests/engine/test_decide.py
    asked = {"documents_asked"}  # both ways: test_only_what_names_something_asks_for_it
    assert passing | given | asked == set(registry())
    assert failing | asked == set(registry())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"document": "cv"}, []),
        ({"requirement": "degree"}, []),
        ({"detail": "something"}, ["nothing_asked"]),
        ({}, ["nothing_asked"]),
    ],
)
def test_only_what_names_something_asks_for_it(values: dict[str, str], expected: list[str]):
    asked = request(
        "x", grounds=(GivenGround(code="g", values=values), GivenGround(code="h", values={"document": "cv"}))
    )
    found = GUARDS["documents_asked"].check(BOOK, facts(), asked, NOW, ())
    assert [reason.code for reason in found] == expected


MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: CLOSING + timedelta(minutes=minutes - 30 * 24 * 60))
ITEMS = st.sampled_from([("document", "cv"), ("document", "diploma"), ("requirement", "degree")])


@given(
    st.lists(ITEMS, unique=True).map(tuple),
    MOMENTS,
    st.dictionaries(st.sampled_from(["cv", "diploma"]), MOMENTS),
    st.sampled_from(["cv", "diploma"]),
)
def test_what_comes_settles_what_was_asked_for_and_never_the_other_way(asked, at, came, paper):
    """The two guards are each other's opposite; a paper that comes leaves no more outstanding, and nothing strange."""
    case = facts(asked=asked, asked_at=at, handed_in=came)
    left = outstanding(BOOK, case)
    complete = not list(GUARDS["supplement_complete"].check(BOOK, case, request("x"), NOW, ()))
    incomplete = not list(GUARDS["supplement_incomplete"].check(BOOK, case, request("x"), NOW, ()))
    assert complete != incomplete
    assert complete == (not left)
    assert set(left) <= set(asked)
    later = facts(asked=asked, asked_at=at, handed_in={**came, paper: max(at, came.get(paper, at))})
    assert set(outstanding(BOOK, later)) <= set(left) - {("document", paper)}


def test_every_guard_says_what_it_means():
    assert [name for name, guard in registry().items() if not guard.check.__doc__] == []
