"""Institutions are strangers: what belongs to one does not exist for another, and no row can point across."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import SZ, Office
from tests.services.given import application, as_, asks, at_work, everything, ground, recording, sqlite_only
from workflow.engine.errors import BrokenRule, UnknownName, UnknownSubject
from workflow.engine.request import Actor
from workflow.identifiers import uuid7
from workflow.persistence.tables import VerdictRow
from workflow.services import staff
from workflow.services.acts import AppointMember, DeclareConflict, GiveVerdict
from workflow.services.cases import allowed_moves, history, look
from workflow.services.records import record
from workflow.services.registration import NewProcedure, open_procedure, register
from workflow.services.transitions import Done, perform, perform_many

MOPS = "mops"
COMMISSION = as_("commission", "chair", "head", "coordinator", "registrar", "administrator")


@pytest.fixture
def neighbour(checking: Office, database, catalogue) -> Office:
    """MOPS with a procedure and an application of its own, in the same database as Stara Zagora's."""
    office = at_work(
        database,
        catalogue,
        (MOPS, "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
    )
    office.does(("2026-03-02 09:00 coordinator", "announce"))
    position = next(iter(office.player.positions))
    office.does(("2026-03-09 10:00 registrar", f"register A for {position}"))
    return office


def test_a_subject_of_another_institution_is_unknown_by_every_door(checking: Office, neighbour: Office):
    foreign = checking.subject("A")
    before = everything(checking)
    request = asks(checking, "A", "reject", "K", actor=COMMISSION, grounds=ground())
    stolen = request.model_copy(update={"institution": MOPS})
    act = recording(checking, "A", "K", GiveVerdict(item="diploma", ok=True), actor=COMMISSION)
    conflict = recording(neighbour, "procedure", "K", DeclareConflict(application=foreign))
    new = _application(neighbour)
    doors: list[Callable[[], object]] = [
        lambda: perform(neighbour.house, stolen),
        lambda: perform_many(neighbour.house, [request, stolen]),
        lambda: record(neighbour.house, act.model_copy(update={"institution": MOPS})),
        lambda: record(neighbour.house, conflict),
        lambda: register(neighbour.house, new.model_copy(update={"procedure": checking.player.procedure})),
        lambda: look(neighbour.house, MOPS, foreign),
        lambda: allowed_moves(neighbour.house, MOPS, foreign, COMMISSION),
    ]
    for door in doors:
        with pytest.raises(UnknownSubject):
            door()
    with pytest.raises(UnknownName):
        register(neighbour.house, new.model_copy(update={"candidate": _candidate(checking)}))
    assert history(neighbour.house, MOPS, foreign) == []
    assert everything(checking) == before


def _candidate(office: Office) -> str:
    return str(office.one("SELECT candidate_id FROM application WHERE id = :id", id=office.subject("A")))


def _application(office: Office) -> Any:
    return application(office, "Ewa", position=next(iter(office.player.positions)))


@sqlite_only
def test_a_procedure_is_no_successor_of_another_institutions(checking: Office, neighbour: Office):
    before = everything(checking)
    new = NewProcedure(
        institution=MOPS,
        process="recruitment",
        number="T-2",
        actor=COMMISSION,
        dates={"documents_close": "2026-03-20 15:00"},
        predecessor=checking.player.procedure,
    )
    with pytest.raises(UnknownSubject):
        open_procedure(neighbour.house, new)
    assert everything(checking) == before


def test_no_row_can_point_across(checking: Office, neighbour: Office):
    """The institution is part of every key: each of these would be a perfectly good row within one of them."""
    before = everything(checking)
    own, foreign = neighbour.subject("A"), checking.subject("A")
    procedure, position = checking.player.procedure, checking.subject("speech_therapist")
    mine = neighbour.player.procedure
    rows: list[tuple[str, dict[str, Any]]] = [
        ("verdict", {"application_id": foreign, "item": "x", "ok": True, "parameters": "{}", "given_by": "x"}),
        ("conflict", {"procedure_id": mine, "user_id": f"{MOPS}.member.K", "application_id": foreign}),
        ("commission_member", {"procedure_id": procedure, "user_id": f"{MOPS}.member.K", "function": "member"}),
        ("dossier", {"id": uuid7(), "procedure_id": mine, "candidate_id": _candidate(checking)}),
        ("dossier", {"id": uuid7(), "procedure_id": procedure, "candidate_id": _candidate(neighbour)}),
        ("position", {"id": own, "procedure_id": procedure, "name": "x", "seats": 1}),
        ("tie_decision", {"position_id": position, "application_id": own, "rank": 1}),
        ("drawn_lot", {"position_id": position, "application_id": own, "rank": 1}),
        ("part_done", {"application_id": foreign, "part": "x", "hours": "1", "done_on": "2022-01-01"}),
        ("onboarding_task", {"application_id": foreign, "task": "x"}),
        ("training_session", {"procedure_id": procedure, "part": "x", "place": "", "host": "", "mentor": ""}),
        ("journal_text", {"id": uuid7(), "subject_id": foreign, "seq": 1, "field": "reason", "salt": "", "text": ""}),
    ]
    for table, row in rows:
        given_at = {"given_at": "2022-01-01T00:00:00.000000Z"} if table == "verdict" else {}
        full = {"institution": MOPS, **row, **given_at}
        names = ", ".join(f'"{name}"' for name in full)
        statement = f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{name}" for name in full)})'
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"), checking.house.database.writing() as connection:
            connection.execute(text(statement), full)
    assert everything(checking) == before


def test_the_unit_of_work_says_so_in_the_words_of_the_package(checking: Office, neighbour: Office):
    before = everything(checking)
    row = {
        "institution": MOPS,
        "application_id": checking.subject("A"),
        "item": "diploma",
        "ok": True,
        "ground": None,
        "parameters": "{}",
        "given_by": "x",
        "given_at": checking.clock.now(),
    }
    with pytest.raises(BrokenRule, match=r"(?i)foreign key"):
        checking.house.writer.run(lambda unit: unit.insert(VerdictRow, row))
    assert everything(checking) == before
    # And the writer goes on with the next.
    assert isinstance(perform(checking.house, asks(checking, "A", "reject", "K", grounds=ground())), Done)


@sqlite_only
def test_roles_and_membership_are_held_in_one_institution(checking: Office, neighbour: Office):
    coordinator = f"{SZ}.coordinator"
    assert staff.actor(checking.house, SZ, coordinator).roles == {"coordinator"}
    assert staff.actor(neighbour.house, MOPS, coordinator) == Actor(user=coordinator, roles=frozenset())
    member = f"{SZ}.member.K"
    assert staff.actor(checking.house, SZ, member, checking.player.procedure).roles == {"chair", "commission"}
    for procedure in (neighbour.player.procedure, checking.player.procedure):
        assert staff.actor(neighbour.house, MOPS, member, procedure).roles == frozenset()
    # The same person may serve in both, by an appointment in each.
    act = AppointMember(user=member, function="member")
    record(neighbour.house, recording(neighbour, "procedure", "head", act))
    assert staff.actor(neighbour.house, MOPS, member, neighbour.player.procedure).roles == {"member", "commission"}
    assert staff.actor(checking.house, SZ, member, checking.player.procedure).roles == {"chair", "commission"}


@sqlite_only
def test_notices_of_one_institution_reach_nobody_of_another(checking: Office, neighbour: Office):
    people = {
        institution: {c for (c,) in checking.rows("SELECT id FROM candidate WHERE institution = :i", i=institution)}
        | {u for (u,) in checking.rows("SELECT user_id FROM role_grant WHERE institution = :i", i=institution)}
        | {u for (u,) in checking.rows("SELECT user_id FROM commission_member WHERE institution = :i", i=institution)}
        for institution in (SZ, MOPS)
    }
    told = checking.rows("SELECT owner, recipient FROM outbox")
    assert {owner for owner, _ in told} == {SZ, MOPS}
    assert [(owner, recipient) for owner, recipient in told if recipient not in people[owner]] == []
