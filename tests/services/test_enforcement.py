"""The clock at work: never lost, never twice, dated when it fell due, and one poison case never stops the others."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.services.conftest import SZ, Office
from workflow.engine.errors import NaborError
from workflow.engine.request import Refused, Request
from workflow.persistence.unit_of_work import instant
from workflow.services import enforcement, transitions
from workflow.services.enforcement import sweep, sweep_all
from workflow.services.transitions import move, perform

CLOSING = "2022-03-31T14:30:00+00:00"  # 17:30 in Sofia, summer time


def journal_of(office: Office, name: str, act: str) -> list[tuple[Any, ...]]:
    return office.rows(
        "SELECT effective_at, recorded_at, actor, role FROM journal WHERE subject_id = :id AND act = :act",
        id=office.subject(name),
        act=act,
    )


def test_a_deadline_fires_at_its_instant_and_moves_everybody(checking: Office):
    ((effective, recorded, actor, role),) = journal_of(checking, "procedure", "close_intake")
    assert instant(effective).isoformat() == instant(recorded).isoformat() == CLOSING
    assert (actor, role) == ("clock", "clock")
    assert [checking.state(name) for name in "ABC"] == ["document_check"] * 3


def test_after_days_of_standstill_each_is_made_once_dated_when_it_fell_due(office: Office):
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    office.clock.advance_to(office.player.instant("2022-04-03 12:00"))  # nobody swept for a month
    fired = sweep_all(office.house)
    assert [f.due_at for f in fired] == sorted(f.due_at for f in fired)
    ((effective, recorded, _, _),) = journal_of(office, "procedure", "close_intake")
    assert instant(effective).isoformat() == CLOSING
    assert instant(recorded) == office.clock.now()
    assert sweep_all(office.house) == []
    assert office.state("A") == "document_check"


def test_several_sweepers_make_each_due_move_once(office: Office):
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    office.clock.advance_to(office.player.instant("2022-04-03 12:00"))
    start = threading.Barrier(4)
    errors: list[Exception] = []

    def run() -> None:
        start.wait()
        try:
            sweep_all(office.house)
        except NaborError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(journal_of(office, "procedure", "close_intake")) == 1
    assert office.one("SELECT count(*) FROM outbox WHERE notice = 'intake_closed'") == len(
        set(office.rows("SELECT recipient FROM outbox WHERE notice = 'intake_closed'"))
    )


def test_papers_received_in_time_and_typed_after_closing_are_in_time(checking: Office):
    checking.does(
        ("2022-04-01 10:00 registrar", 'register D for speech_therapist received 2022-03-31 17:30 entry "1012"'),
        ("2022-04-01 10:05 registrar", 'register E for speech_therapist received 2022-03-31 17:31 entry "1013"'),
    )
    assert (checking.state("D"), checking.state("E")) == ("document_check", "late")


def test_nobody_acts_late_because_the_sweep_is_late(interviewing: Office):
    """The offer lapsed unnoticed: an answer after that comes too late, one received before that is in time."""
    for name in "ABC":
        for member in "KLM":
            interviewing.does((f"2022-04-18 10:00 {member}", f"score {name} interview 4 4 4"))
    interviewing.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-20 09:30 K", "tie speech_therapist A, B, C"),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
    )
    due = instant(interviewing.one("SELECT due_at FROM deadline WHERE rule = 'offer_answer' AND kind = 'due'"))
    interviewing.clock.advance_to(due + timedelta(days=1))  # nobody swept
    late = interviewing.player._as_role("coordinator")
    subject = interviewing.subject("A")
    outcome = perform(interviewing.house, Request(institution=SZ, subject=subject, transition="hire", actor=late))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("wrong_state",)
    assert (interviewing.state("A"), interviewing.state("B")) == ("lapsed", "called")
    ((effective, _, actor, _),) = journal_of(interviewing, "A", "lapse")
    assert (instant(effective), actor) == (due, "clock")
    lapsed = "SELECT status FROM deadline WHERE subject_id = :id AND rule = 'offer_answer' AND kind = 'due'"
    assert interviewing.rows(lapsed, id=subject) == [("fired",)]


def test_an_instant_still_to_come_fires_nothing_early(office: Office):
    """Whoever claims to act next year is refused, and no deadline between now and then has moved."""
    armed = office.rows("SELECT id, status FROM deadline ORDER BY id")
    entries = office.one("SELECT count(*) FROM journal")
    request = Request(
        institution=SZ,
        subject=office.player.procedure,
        transition="terminate",
        actor=office.player._as_role("head"),
        effective_at=office.clock.now() + timedelta(days=365),
        reason="too soon",
    )
    outcome = perform(office.house, request)
    assert isinstance(outcome, Refused)
    assert "effective_in_future" in outcome.codes
    assert office.rows("SELECT id, status FROM deadline ORDER BY id") == armed
    assert office.one("SELECT count(*) FROM journal") == entries
    assert office.state("procedure") == "receiving"


def test_a_poison_case_counts_its_failures_and_stops_nobody(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    office.clock.advance_to(office.player.instant("2022-04-03 12:00"))
    poison = office.one("SELECT id FROM deadline WHERE rule = 'documents_close' AND kind = 'due'")

    def broken(docket, case, request):
        if request.deadline == poison:
            raise NaborError("a broken case")
        return move(docket, case, request)

    monkeypatch.setattr(transitions, "move", broken)
    for _ in range(enforcement.TRIES + 2):
        sweep(office.house)
    assert office.rows("SELECT status, attempts, error FROM deadline WHERE id = :id", id=poison) == [
        ("armed", enforcement.TRIES, "a broken case")
    ]
    late = "SELECT count(*) FROM deadline WHERE status = 'armed' AND due_at < '2022-04-02' AND id <> :id"
    assert office.one(late, id=poison) == 0
    monkeypatch.undo()
    assert sweep_all(office.house) == []  # given up: it waits for a person
    assert enforcement.retry(office.house) == 1
    assert "documents_close" in [fired.rule for fired in sweep_all(office.house)]
    assert office.state("procedure") == "closed"


def test_a_date_that_moves_takes_its_deadlines_along(office: Office):
    office.does(("2022-03-10 09:00 coordinator", "date documents_close 2022-04-05 17:30"))
    armed = office.rows(
        "SELECT due_at FROM deadline WHERE rule = 'documents_close' AND kind = 'due' AND status = 'armed'"
    )
    assert [instant(at).isoformat() for (at,) in armed] == ["2022-04-05T14:30:00+00:00"]
    assert office.one("SELECT count(*) FROM deadline WHERE rule = 'documents_close' AND status = 'cancelled'") >= 1
    office.does(("2022-04-01 09:00 registrar", "register A for speech_therapist"))
    assert office.state("A") == "submitted"
