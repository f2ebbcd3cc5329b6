"""Registration: the instant of receipt decides, nobody and no number stands in the register twice, and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import (
    application,
    as_,
    at_work,
    codes,
    everything,
    outbox,
    reason,
    registers,
    sqlite_only,
)
from workflow.engine.errors import UnknownName, UnknownSubject
from workflow.engine.request import Refused
from workflow.persistence.unit_of_work import instant
from workflow.services.registration import NewProcedure, Person, open_procedure, register_many
from workflow.services.transitions import Done

OTHER_WAYS = ("procedure_not_in", "received_in_time")
"""Why the other alternatives of `register` (late, after closing) are not open to an application in time either."""


def numbers(office: Office) -> list[str]:
    return [n for (n,) in office.rows("SELECT register_number FROM application ORDER BY register_number")]


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("received", "state"), [("17:30:00", "document_check"), ("17:30:01", "late")])
def test_the_second_of_receipt_decides_and_not_the_second_of_typing(office: Office, received: str, state: str):
    office.player.go_to(office.player.instant("2022-04-01 09:00"))
    at = office.player.instant(f"2022-03-31 {received}")
    outcome = registers(office, received_at=at, register_entry="1012")
    assert isinstance(outcome, Done)
    assert outcome.to_state == state
    effective, recorded = office.rows(
        "SELECT effective_at, recorded_at FROM journal WHERE subject_id = :id", id=outcome.subject
    )[0]
    assert (instant(effective), instant(recorded)) == (at, office.clock.now())
    stored = office.one("SELECT received_at FROM application WHERE id = :id", id=outcome.subject)
    assert instant(stored) == at


@sqlite_only
def test_somebody_who_comes_at_the_last_second_is_in_time_and_one_second_later_is_not(office: Office):
    office.clock.advance_to(office.player.instant("2022-03-31 17:30:00"))  # the sweep has not come round yet
    on_time = registers(office, "Точен")
    office.clock.advance_to(office.player.instant("2022-03-31 17:30:01"))
    too_late = registers(office, "Закъснял")
    assert isinstance(on_time, Done)
    assert isinstance(too_late, Done)
    assert (on_time.to_state, too_late.to_state) == ("submitted", "late")


@sqlite_only
def test_received_earlier_needs_an_entry_or_a_reason_and_received_later_is_impossible(office: Office):
    before = everything(office)
    now = office.clock.now()
    assert codes(registers(office, received_at=now - timedelta(minutes=1))) == {"backdating_needs_reason"}
    assert reason(registers(office, received_at=now + timedelta(seconds=1))) == (
        "effective_in_future",
        {"effective_at": (now + timedelta(seconds=1)).isoformat(), "now": now.isoformat()},
    )
    assert everything(office) == before
    assert isinstance(registers(office, received_at=now - timedelta(minutes=1), reason="на гише 2"), Done)


# --- who --------------------------------------------------------------------------------------------------------------


def test_a_person_applies_once_for_a_position_and_with_one_set_of_documents_for_several(office: Office):
    first = registers(office)
    assert isinstance(first, Done)
    person = office.one("SELECT candidate_id FROM application WHERE id = :id", id=first.subject)
    before = everything(office)
    assert codes(registers(office, candidate=person)) == {"already_applied"}
    assert everything(office) == before  # and no register number was used up
    second = registers(office, candidate=person, position="stoker")
    assert isinstance(second, Done)
    assert office.one("SELECT count(*) FROM dossier") == 1
    assert office.one("SELECT count(*) FROM candidate") == 1
    assert numbers(office) == ["T-1/0001", "T-1/0002"]
    own = office.rows("SELECT application_id FROM document WHERE name = 'application_form'")
    assert sorted(own) == sorted([(first.subject,), (second.subject,)])
    assert office.rows("SELECT application_id FROM document WHERE name = 'diploma'") == [("",)]


def test_a_register_number_stands_once_in_a_procedure(office: Office):
    assert isinstance(registers(office, register_number="1840"), Done)
    before = everything(office)
    again = registers(office, "Друг", register_number="1840")
    assert reason(again) == ("duplicate_register_number", {"number": "1840"})
    assert everything(office) == before


def test_a_number_that_the_office_took_by_hand_is_passed_over(office: Office):
    assert isinstance(registers(office, register_number="T-1/0001"), Done)
    assert isinstance(registers(office, "Друг"), Done)
    assert numbers(office) == ["T-1/0001", "T-1/0002"]


@sqlite_only
def test_who_has_no_address_gets_a_letter_in_the_own_language(office: Office):
    outcome = registers(office, candidate=Person(name="Hand Written", language="en", address="7 Oak Street"))
    assert isinstance(outcome, Done)
    assert outbox(office, "channel, language, address, subject", notice="application_received") == [
        ("letter", "en", "7 Oak Street", "Application registered, no. T-1/0001: Speech therapist")
    ]


# --- what does not exist ----------------------------------------------------------------------------------------------


@sqlite_only
def test_what_the_definition_does_not_know_is_named_and_nothing_is_stored(office: Office):
    before = everything(office)
    assert reason(registers(office, language="xx")) == ("unknown_language", {"language": "xx", "known": "bg, en"})
    assert reason(registers(office, documents={"passport": None})) == ("unknown_item", {"item": "passport"})
    # A position that the definition has, but this procedure does not offer, is as unknown as any other.
    for position in ("astronaut", "manager"):
        assert reason(registers(office, position=position, documents={})) == ("unknown_item", {"item": position})
    several = registers(office, position="astronaut", language="xx", documents={"passport": None})
    assert codes(several) == {"unknown_item", "unknown_language"}
    assert codes(registers(office, actor=as_("candidate"))) == {"wrong_role", *OTHER_WAYS}
    assert reason(registers(office, transition="admit"))[0] == "wrong_state"
    assert reason(registers(office, transition="fly"))[0] == "unknown_transition"
    with pytest.raises(UnknownName, match="nobody"):
        registers(office, candidate="nobody")
    with pytest.raises(UnknownSubject, match="nowhere"):
        registers(office, procedure="nowhere")
    assert everything(office) == before


@sqlite_only
@pytest.mark.parametrize(
    ("field", "value"),
    [("positions", {"stoker": 0}), ("dates", {"documents_close": "tomorrow"}), ("number", ""), ("seats", 1)],
)
def test_a_procedure_that_cannot_be_is_not_opened(office: Office, field: str, value: object):
    given = {"institution": SZ, "process": "staff_selection", "number": "T-2", "actor": as_("coordinator")}
    with pytest.raises(ValueError, match=field):
        NewProcedure.model_validate({**given, field: value})


@sqlite_only
def test_a_procedure_is_opened_by_who_may_with_what_the_definition_knows(office: Office):
    before = everything(office)
    new = NewProcedure(
        institution=SZ,
        process="staff_selection",
        number="T-2",
        actor=as_("candidate"),
        positions={"astronaut": 1},
        dates={"christmas": "2022-12-25"},
        details={"weather": "fine"},
    )
    outcome = open_procedure(office.house, new)
    assert isinstance(outcome, Refused)
    assert [(r.code, *r.data.values()) for r in outcome.reasons] == [
        ("wrong_role", "coordinator"),
        ("unknown_item", "astronaut"),
        ("unknown_item", "christmas"),
        ("unknown_item", "weather"),
    ]
    assert everything(office) == before


# --- many -------------------------------------------------------------------------------------------------------------


def test_many_at_once_are_each_registered_or_refused_for_themselves(office: Office):
    known = registers(office)
    assert isinstance(known, Done)
    person = office.one("SELECT candidate_id FROM application WHERE id = :id", id=known.subject)
    late = office.player.instant("2022-03-02 08:59")
    rows = [
        application(office, "Първа"),
        application(office, "Непознат", position="astronaut", documents={}),
        application(office, candidate=person),  # applied already
        application(office, candidate=person, position="stoker", received_at=late),  # neither entry nor reason
        application(office, candidate=person, position="stoker"),  # the same, as it should be
        application(office, "Четвърта", register_number="T-1/0001"),  # taken
        application(office, "Пета", received_at=late, register_entry="77"),
        application(office, "Шеста", actor=as_("candidate")),
        application(office, "Седма", register_number="A-7"),
        application(office, "Осма", register_number="A-7"),  # taken by the row before
        application(office, "Девета"),
    ]
    outcomes = register_many(office.house, rows)
    assert [o.codes if isinstance(o, Refused) else o.to_state for o in outcomes] == [
        "submitted",
        ("unknown_item",),
        ("already_applied",),
        ("backdating_needs_reason",),
        "submitted",
        ("duplicate_register_number",),
        "submitted",
        ("wrong_role", *OTHER_WAYS),
        "submitted",
        ("duplicate_register_number",),
        "submitted",
    ]
    # Numbers have no gap, whatever was refused in between.
    assert numbers(office) == ["A-7", *(f"T-1/{n:04d}" for n in range(1, 6))]
    assert office.one("SELECT register_last FROM procedure") == 5
    names = {name for (name,) in office.rows("SELECT name FROM candidate")}
    assert names == {"Иван Примерен", "Първа", "Пета", "Седма", "Девета"}
    assert office.one("SELECT count(*) FROM dossier") == 5
    notices = outbox(office, "notice", notice="application_received")
    assert len(notices) == 6


def test_many_of_several_institutions_go_each_into_their_own_register(office: Office, catalogue, database):
    other = at_work(
        database,
        catalogue,
        ("moscow", "course"),
        "2026-01-19 08:50",
        language="ru",
        positions={"course_participant": 1},
        dates={"documents_close": "2026-02-16 18:00", "course_begins": "2026-03-02 10:00", "plan_ends": "2026-05-29"},
    )
    other.does(("2026-01-19 09:00 coordinator", "announce"))
    office.clock.advance_to(other.clock.now())
    rows = [application(office), application(other, "Анна", position="course_participant"), application(office, "Б")]
    first, second, third = register_many(office.house, rows)
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert isinstance(third, Done)
    assert office.rows("SELECT institution, count(*) FROM application GROUP BY institution ORDER BY institution") == [
        ("moscow", 1),
        (SZ, 2),
    ]
    assert numbers(office) == ["T-1/0001", "T-1/0001", "T-1/0002"]
    assert outbox(office, "owner", language="ru", notice="application_received") == [("moscow",)]
