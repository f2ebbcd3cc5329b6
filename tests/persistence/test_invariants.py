"""Each invariant finds the fault that it is there for, on both databases; a sound database has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from tests.persistence.given import INSTITUTION, START, armed, build, entry, transition
from workflow.identifiers import uuid7
from workflow.persistence.database import Database
from workflow.persistence.invariants import INVARIANTS, breaches
from workflow.persistence.tables import (
    ConflictRow,
    Deadline,
    Document,
    JournalText,
    Mark,
    Objection,
    Place,
    Position,
    Procedure,
    Result,
    Sheet,
)
from workflow.persistence.unit_of_work import Unit
from workflow.persistence.writer import Writer

OPEN = {
    "sqlite": [
        "DROP TRIGGER journal_not_changed",
        "DROP TRIGGER journal_not_deleted",
    ],
    "postgresql": ["ALTER TABLE journal DISABLE TRIGGER USER"],
}
LAST = "subject_id = '{application}' AND seq = 2"
_PROTOCOL = """
    INSERT INTO protocol (institution, id, procedure_id, version, content, digest, entry_seq, drawn_up_by, drawn_up_at,
                          final_at)
    SELECT institution, id, id, 1, '[]', 'd', {entry}, 'u', created_at, {final} FROM subject WHERE id = '{{other}}'
"""
PLANTED: Mapping[str, str] = {
    "journal_without_gaps": "DELETE FROM journal WHERE subject_id = '{untouched}'",
    "journal_chained": f"UPDATE journal SET previous = '{'0' * 64}' WHERE {LAST}",
    "head_is_last_entry": "UPDATE subject SET head = 'another' WHERE id = '{application}'",
    "state_is_last_transition": "UPDATE subject SET state = 'selected' WHERE id = '{application}'",
    "transitions_join": f"UPDATE journal SET from_state = 'rejected' WHERE {LAST}",
    "positions_stay_in_their_procedure": "UPDATE position SET procedure_id = '{other}' WHERE id = '{position}'",
    "applications_stay_in_their_procedure": "UPDATE application SET procedure_id = '{other}' WHERE id <> '{untouched}'",
    "objections_stay_in_their_procedure": "UPDATE objection SET procedure_id = '{other}'",
    "places_are_of_their_position": "UPDATE place SET position_id = '{elsewhere}'",
    "documents_lie_in_their_dossier": "UPDATE document SET application_id = '{untouched}'",
    "conflicts_stay_in_their_procedure": "UPDATE conflict SET procedure_id = '{other}'",
    "results_come_from_opened_sheets": "UPDATE sheet SET opened_at = NULL",
    "signed_sheets_have_marks": "DELETE FROM mark",
    "deadlines_were_armed": "UPDATE deadline SET armed_seq = 9",
    "deadlines_fire_when_due": "UPDATE deadline SET status = 'fired', fired_at = created_at FROM subject"
    " WHERE subject.id = deadline.subject_id AND deadline.subject_id = '{application}'",
    "one_deadline_of_a_rule": "UPDATE deadline SET rule = 'offer_answer', kind = 'due'",
    "papers_were_recorded": _PROTOCOL.format(entry=99, final="NULL"),
    "protocols_are_signed_when_final": _PROTOCOL.format(entry=1, final="created_at"),
    "outbox_has_an_owner": "UPDATE outbox SET owner = 'nobody'",
    "pinned_calendars_are_stored": "DELETE FROM calendar",
    "subjects_have_their_row": "DELETE FROM application WHERE id = '{untouched}'",
    "texts_are_named": "UPDATE journal_text SET id = '{other}'",
}


def furnish(database: Database) -> dict[str, str]:
    """A sound world with a row in every table that an invariant reads; the ids that faults name."""
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 2)
    application, untouched = world.applications
    names = {
        "application": application,
        "untouched": untouched,
        "position": world.position,
        "other": uuid7(),
        "elsewhere": uuid7(),
    }
    with database.reading() as connection:
        query = text("SELECT dossier_id FROM application WHERE id = :id")
        dossier = connection.execute(query, {"id": application}).scalar_one()
    mine = {"institution": INSTITUTION}
    writer.run(lambda unit: transition(unit, [application]))

    def fill(unit: Unit) -> None:
        from tests.persistence.given import begin

        begin(unit, {"id": names["other"], "kind": "procedure"}, "draft")
        unit.insert(Procedure, {**mine, "id": names["other"], "process": "p", "number": "2"})
        begin(unit, {"id": names["elsewhere"], "kind": "position", "procedure_id": world.procedure}, "open")
        where = {"procedure_id": world.procedure, "name": "stoker", "seats": 1}
        unit.insert(Position, {**mine, "id": names["elsewhere"], **where})
        objection = uuid7()
        begin(unit, {"id": objection, "kind": "objection", "procedure_id": world.procedure}, "lodged")
        about = {"application_id": application, "procedure_id": world.procedure, "number": "1!1", "received_at": START}
        unit.insert(Objection, {**mine, "id": objection, **about})
        form = {"dossier_id": dossier, "name": "form", "application_id": application, "received_at": START}
        unit.insert(Document, {**mine, **form})
        scored = {"application_id": application, "assessment": "interview"}
        signed = {"signed_at": START, "digest": "d", "salt": "s", "opened_at": START}
        sheet = uuid7()
        unit.insert(Sheet, {**mine, **scored, "id": sheet, "user_id": "k.ivanova", **signed})
        unit.insert(Mark, {**mine, "sheet_id": sheet, "criterion": "a", "value": "4"})
        unit.insert(Result, {**mine, **scored, "value": "4", "shown": "4.00", "criteria": {}, "members": 1})
        ranked = {"position_id": world.position, "group_name": "selected", "place": 1, "total": "4.00"}
        unit.insert(Place, {**mine, "application_id": application, **ranked})
        recused = {"procedure_id": world.procedure, "application_id": untouched, "user_id": "k.ivanova"}
        unit.insert(ConflictRow, {**mine, **recused})
        reminder = armed(application, 1, rule="other", kind="reminder")
        unit.insert(Deadline, reminder)

    writer.run(fill)

    def remark(unit: Unit) -> None:
        from tests.persistence.given import subject
        from workflow.persistence.tables import Journal

        s = subject(database, world.position)
        note = uuid7()
        row = entry(
            world.position,
            2,
            s["head"],
            kind="record",
            act="decide_tie",
            from_state=None,
            to_state=None,
            parameters=f'{{"remarks":{{"digest":"d","text":"{note}"}}}}',
        )
        unit.move(
            {
                **mine,
                "id": world.position,
                "seq_was": 1,
                "version": 2,
                "seq": 2,
                "head": row["hash"],
                "state": s["state"],
                "entered_at": s["entered_at"],
            }
        )
        unit.insert(Journal, row)
        unit.insert(
            JournalText,
            {
                **mine,
                "id": note,
                "subject_id": world.position,
                "seq": 2,
                "field": "remarks",
                "salt": "s",
                "text": "По жребий",
            },
        )

    writer.run(remark)
    writer.close()
    return names


def test_every_invariant_has_a_planted_fault() -> None:
    assert set(PLANTED) == set(INVARIANTS)


@pytest.mark.plants_a_fault
@pytest.mark.parametrize("name", sorted(INVARIANTS))
def test_an_invariant_finds_its_fault(name: str, database: Database) -> None:
    names = furnish(database)
    assert breaches(database) == ()
    with database.writing() as connection:
        for command in OPEN[database.dialect]:
            connection.execute(text(command))
        if database.dialect == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        if name == "subjects_have_their_row":
            for table in ("conflict", "place"):
                connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text(PLANTED[name].format(**names)))
    found = breaches(database)
    assert name in [b.name for b in found]
    breach = next(b for b in found if b.name == name)
    assert breach.meaning == INVARIANTS[name].meaning
    assert breach.rows
    assert all("Кандидат" not in str(value) for row in breach.rows for value in row)


@pytest.mark.plants_a_fault
def test_keys_broken_behind_the_back_are_found(database: Database) -> None:
    furnish(database)
    if database.dialect == "postgresql":
        with pytest.raises(Exception, match="foreign key"), database.writing() as connection:
            connection.execute(text("DELETE FROM candidate"))
        return
    raw = database.connect()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("DELETE FROM candidate")
    assert "foreign_keys" in [b.name for b in breaches(database)]
